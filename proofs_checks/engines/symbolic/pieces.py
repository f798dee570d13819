"""Exact input of the symbolic engine, and proofs over the pieces of a domain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy

from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from proofs_checks.engines.symbolic.normalise import Normaliser
from proofs_checks.engines.symbolic.ratios import Undecided, factors_of, terms_of

if TYPE_CHECKING:
    from plumbline.formula import Formula

MAX_SPLITS = 5


# -- input ------------------------------------------------------------------------------------------


def expression(value: Formula | Any, domain: Domain, name: str = "expression") -> Any:
    """The sympy expression of a Formula, expression or number; its symbols must be axes of the domain."""
    expr = value if isinstance(value, sympy.Basic) else getattr(value, "expr", value)
    if isinstance(expr, bool) or not isinstance(expr, (int, Fraction, sympy.Basic)):
        raise InputError(f"{name} must be exact (a Formula, a sympy expression, an int or a Fraction), got {expr!r}")
    if isinstance(expr, Fraction):
        expr = sympy.Rational(expr.numerator, expr.denominator)
    expr = sympy.Integer(expr) if isinstance(expr, int) else expr
    if expr.atoms(sympy.Float):
        raise InputError(f"{name} contains a float; write it as an exact rational")
    if expr.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo):
        raise InputError(f"{name} is not finite: {expr}")
    axes = {axis.name: axis for axis in domain.ranges}
    unknown = sorted(symbol.name for symbol in expr.free_symbols if symbol.name not in axes)
    if unknown:
        raise InputError(f"{name} has the variables {unknown} outside the domain {domain.describe()}")
    for symbol in expr.free_symbols:
        _require_plain(symbol, axes[symbol.name], name)
    return expr


def _require_plain(symbol: Any, axis: Real | Integer, name: str) -> None:
    """A symbol may assume no more than its axis says: otherwise sympy simplified on an unproved assumption."""
    assumed = symbol.assumptions0
    if any(assumed.get(key) for key in ("positive", "negative", "nonnegative", "nonpositive", "zero")):
        raise InputError(f"{name} has the symbol {symbol} with an assumed sign; use real=True only")
    if assumed.get("nonzero") or (assumed.get("integer") and isinstance(axis, Real)):
        raise InputError(f"{name} has the symbol {symbol} that assumes more than {axis.describe()}")


def domain_of(domain: Domain | None, *values: Any) -> Domain:
    """The given domain, or that of the first Formula."""
    if domain is not None:
        return domain
    for value in values:
        if hasattr(value, "domain") and isinstance(value.domain, Domain):
            return value.domain
    raise InputError("domain must be given when no argument is a Formula")


# -- pieces of a domain -----------------------------------------------------------------------------


def split(domain: Domain, normaliser: Normaliser, poly: Any, whole: frozenset[str] = frozenset()) -> list[Domain]:
    """The domain cut at the rational zero of a linear factor in one variable; empty if there is none inside."""
    if poly is None or poly == 0:
        return []
    for factor, _ in factors_of(poly)[1]:
        used = [i for i, degree in enumerate(factor.degrees()) if degree > 0]
        if len(used) != 1 or factor.degrees()[used[0]] != 1:
            continue
        generator = normaliser.forms.generators[used[0]]
        if generator.kind != "variable" or generator.label in whole:
            continue
        slope, constant = Fraction(0), Fraction(0)
        for monomial, value in terms_of(factor).items():
            if any(monomial):
                slope = value
            else:
                constant = value
        axis = domain[generator.label]
        assert isinstance(axis, (Real, Integer))
        parts = _cut(axis, -constant / slope)
        if len(parts) > 1:
            return [domain.restrict(part) for part in parts]
    return []


def _cut(axis: Real | Integer, at: Fraction) -> list[Real | Integer]:
    inside = (axis.lo is None or axis.lo <= at) and (axis.hi is None or at <= axis.hi)
    if not inside or (axis.lo is not None and axis.lo == axis.hi):
        return []
    parts: list[Real | Integer] = []
    if isinstance(axis, Integer):
        below, above = at.__ceil__() - 1, at.__floor__() + 1
        if axis.lo is None or axis.lo <= below:
            parts.append(Integer(axis.name, None if axis.lo is None else int(axis.lo), below))
        if at.denominator == 1:
            parts.append(Integer(axis.name, int(at), int(at)))
        if axis.hi is None or above <= axis.hi:
            parts.append(Integer(axis.name, above, None if axis.hi is None else int(axis.hi)))
        return parts
    if axis.lo is None or axis.lo < at:
        parts.append(Real(axis.name, axis.lo, at, open_lo=axis.open_lo, open_hi=True))
    if axis.contains(at):
        parts.append(Real(axis.name, at, at))
    if axis.hi is None or at < axis.hi:
        parts.append(Real(axis.name, at, axis.hi, open_lo=True, open_hi=axis.open_hi))
    return parts


@dataclass(frozen=True)
class Piece:
    """What was proved on one piece of the domain."""

    domain: Domain
    text: str

    def as_json(self) -> dict[str, str]:
        return {"box": self.domain.describe(), "proof": self.text}


def over_pieces(
    domain: Domain,
    prove: Callable[[Normaliser], str],
    depth: int = MAX_SPLITS,
    whole: frozenset[str] = frozenset(),
) -> Iterator[Piece]:
    """Run a proof on the domain, cutting it where the proof lacks a constant sign; ``whole`` axes stay uncut."""
    normaliser = Normaliser(domain)
    try:
        text = prove(normaliser)
    except Undecided as missing:
        parts = split(domain, normaliser, missing.poly, whole) if depth else []
        if not parts:
            raise
        for part in parts:
            yield from over_pieces(part, prove, depth - 1, whole)
        return
    yield Piece(domain, text)


def establish(normaliser: Normaliser, facts: Sequence[Any]) -> None:
    for fact in facts:
        if normaliser.signs(fact) != {1}:
            raise Undecided(f"the listed fact {fact} > 0 is not proved on {normaliser.domain.describe()}")
        normaliser.require_defined(fact)
        normaliser.assume_proved(fact, frozenset({1}))


def undefined(domain: Domain, *expressions: Any, whole: frozenset[str] = frozenset()) -> str:
    """Why some expression is not proved defined on the whole domain; empty if all are."""

    def prove(normaliser: Normaliser) -> str:
        for item in expressions:
            normaliser.require_defined(item)
        return "defined"

    try:
        list(over_pieces(domain, prove, whole=whole))
    except Undecided as missing:
        return str(missing)
    return ""
