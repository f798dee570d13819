"""Piecewise, Abs, Max and Min: where they break, and which branch is taken on a given piece of the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy

from proofs_checks.engines.interval.endpoints import Program, Span

Signs = frozenset[int]
ANY: Signs = frozenset({-1, 0, 1})
_TRUE: dict[str, Signs] = {
    "<": frozenset({-1}),
    "<=": frozenset({-1, 0}),
    ">": frozenset({1}),
    ">=": frozenset({0, 1}),
    "==": frozenset({0}),
    "!=": frozenset({-1, 1}),
}
SignOf = Callable[[Any], Signs]


def has_kinks(expr: Any) -> bool:
    return bool(expr.has(sympy.Piecewise, sympy.Abs, sympy.Max, sympy.Min))


def gaps(expr: Any) -> tuple[set[Any], set[Any]]:
    """Expressions whose sign decides a condition (first set), or a branch of a continuous kink (second)."""
    jumps, bends = set(), set()
    for node in sympy.preorder_traversal(expr):
        if isinstance(node, sympy.Piecewise):
            for _, condition in node.args:
                jumps |= {relation.lhs - relation.rhs for relation in condition.atoms(sympy.core.relational.Relational)}
        elif isinstance(node, sympy.Abs):
            bends.add(node.args[0])
        elif isinstance(node, (sympy.Max, sympy.Min)):
            bends |= {a - b for i, a in enumerate(node.args) for b in node.args[i + 1 :]}
    return jumps, bends


def rational_zeros(gap: Any) -> tuple[Any, list[Fraction]] | None:
    """Symbol and all real zeros and poles of a gap in one variable, if every one is rational; else ``None``."""
    if len(gap.free_symbols) != 1:
        return None
    (symbol,) = gap.free_symbols
    if not gap.is_rational_function(symbol):
        return None
    found: list[Fraction] = []
    for part in sympy.fraction(sympy.together(gap)):
        poly = sympy.Poly(part, symbol)
        if not poly.domain.is_QQ and not poly.domain.is_ZZ:
            return None
        if poly.degree() < 1:
            continue
        roots = [Fraction(int(root.p), int(root.q)) for root in poly.ground_roots()]
        if len(roots) != poly.count_roots():
            return None
        found += roots
    return symbol, sorted(set(found))


def sign_from_sample(samples: dict[Any, Fraction], table: dict[Any, Any]) -> SignOf:
    """Signs on a piece that no zero in ``table`` cuts: those at the piece's sample point."""

    def sign(gap: Any) -> Signs:
        if not gap.free_symbols:
            value = sympy.sign(gap)
            return frozenset({int(value)}) if value.is_Integer else ANY
        known = table.get(gap)
        if known is None or known[0] not in samples:
            return ANY
        sample = samples[known[0]]
        value = gap.subs(known[0], sympy.Rational(sample.numerator, sample.denominator))
        return frozenset({int(sympy.sign(value))}) if value.is_Rational else ANY

    return sign


def sign_from_spans(symbols: Sequence[Any], spans: Sequence[Span]) -> SignOf:
    """Signs on a closed box, by float intervals."""

    def sign(gap: Any) -> Signs:
        (low, high), singular = Program(gap, symbols)(spans)
        if singular:
            return ANY
        signs = {s for s, able in ((-1, low < 0), (0, low <= 0 <= high), (1, high > 0)) if able}
        return frozenset(signs)

    return sign


def truth(condition: Any, sign: SignOf) -> bool | None:
    """Whether a condition holds on the whole piece, fails on the whole piece, or neither is known."""
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.And):
        values = [truth(part, sign) for part in condition.args]
        return False if False in values else None if None in values else True
    if isinstance(condition, sympy.Or):
        values = [truth(part, sign) for part in condition.args]
        return True if True in values else None if None in values else False
    if isinstance(condition, sympy.Not):
        value = truth(condition.args[0], sign)
        return None if value is None else not value
    true = _TRUE.get(getattr(condition, "rel_op", ""))
    if true is None:
        return None
    signs = sign(condition.lhs - condition.rhs)
    return True if signs <= true else False if not signs & true else None


def resolve(expr: Any, sign: SignOf) -> Any:
    """The expression with every kink replaced by its branch, where that is known."""
    if not has_kinks(expr):
        return expr
    if isinstance(expr, sympy.Piecewise):
        return _piecewise(expr, sign)
    arguments = [resolve(argument, sign) for argument in expr.args]
    if isinstance(expr, sympy.Abs):
        signs = sign(expr.args[0])
        if signs <= {0, 1}:
            return arguments[0]
        if signs <= {0, -1}:
            return -arguments[0]
    if isinstance(expr, (sympy.Max, sympy.Min)):
        wanted = 1 if isinstance(expr, sympy.Max) else -1
        for i, (original, argument) in enumerate(zip(expr.args, arguments, strict=True)):
            others = [other for j, other in enumerate(expr.args) if j != i]
            if all(_signs(original, other, sign) <= {0, wanted} for other in others):
                return argument
    return expr.func(*arguments)


def _signs(a: Any, b: Any, sign: SignOf) -> Signs:
    """Signs of a - b; a pair is looked up in either order."""
    direct = sign(a - b)
    return direct if direct != ANY else frozenset(-value for value in sign(b - a))


def _piecewise(expr: Any, sign: SignOf) -> Any:
    kept: list[tuple[Any, Any]] = []
    for branch, condition in expr.args:
        value = truth(condition, sign)
        if value is False:
            continue
        resolved = resolve(branch, sign)
        if value is True:
            if not kept:
                return resolved
            kept.append((resolved, True))
            break
        kept.append((resolved, condition))
    return sympy.Piecewise(*kept) if kept else sympy.nan
