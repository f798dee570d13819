"""Exact factorisation of an expression as a rational function of its generators.

Generators are the symbols and every transcendental or irrational subexpression; nothing is known of them
but that equal ones are equal. The result equals the expression wherever that is defined.
"""

from __future__ import annotations

from typing import Any

import sympy
from flint import Ordering, fmpq, fmpq_mpoly_ctx

_MAX_TERMS = 400
_MAX_POWER = 24


class _TooLarge(Exception):
    pass


def _collect(expr: Any, found: dict[Any, int]) -> None:
    if expr.is_Rational:
        return
    if expr.is_Add or expr.is_Mul or (expr.is_Pow and expr.exp.is_Integer):
        for part in expr.args if not expr.is_Pow else expr.args[:1]:
            _collect(part, found)
        return
    found.setdefault(expr, len(found))


class _Field:
    """Quotients of polynomials in the generators, as pairs in lowest terms."""

    def __init__(self, generators: dict[Any, int]) -> None:
        self.generators = generators
        names = [f"g{i}" for i in range(len(generators))]
        self.context = fmpq_mpoly_ctx.get(names, Ordering.lex)
        self.one = self.context.constant(1)

    def lowest(self, top: Any, below: Any) -> tuple[Any, Any]:
        if below == 0 or len(top) > _MAX_TERMS or len(below) > _MAX_TERMS:
            raise _TooLarge
        if below == self.one:
            return top, below
        common = top.gcd(below) if top != 0 else below
        return top // common, below // common

    def of(self, expr: Any) -> tuple[Any, Any]:
        if expr.is_Rational:
            return self.context.constant(fmpq(int(expr.p), int(expr.q))), self.one
        if expr in self.generators:
            return self.context.gen(self.generators[expr]), self.one
        if expr.is_Pow:
            top, below = self.of(expr.base)
            n = int(expr.exp)
            if abs(n) > _MAX_POWER:
                raise _TooLarge
            return (top**n, below**n) if n > 0 else self.lowest(below**-n, top**-n)
        parts = [self.of(part) for part in expr.args]
        top, below = parts[0]
        for a, b in parts[1:]:
            if expr.is_Mul:
                top, below = self.lowest(top * a, below * b)
            elif below == b:
                top, below = self.lowest(top + a, below)
            else:
                top, below = self.lowest(top * b + a * below, below * b)
        return top, below

    def back(self, poly: Any, order: list[Any]) -> Any:
        terms = []
        for powers, value in poly.to_dict().items():
            factors = [g**k for g, k in zip(order, powers, strict=True) if k]
            terms.append(sympy.Mul(sympy.Rational(int(value.p), int(value.q)), *factors))
        return sympy.Add(*terms)


def factored(expr: Any) -> Any:
    """The expression as a product of powers of irreducible factors; itself where that shows nothing new."""
    generators: dict[Any, int] = {}
    _collect(expr, generators)
    if not generators or len(generators) > 16:
        return expr
    field = _Field(generators)
    try:
        top, below = field.of(expr)
    except _TooLarge:
        return expr
    if top == 0:
        return sympy.Integer(0)
    order = list(generators)
    content, above = top.factor()
    bottom_content, under = below.factor()
    if len(above) == 1 and above[0][1] == 1 and not under:
        return expr
    scale = content / bottom_content
    parts = [sympy.Rational(int(scale.p), int(scale.q))]
    for factors, direction in ((above, 1), (under, -1)):
        parts += [field.back(factor, order) ** (direction * int(power)) for factor, power in factors]
    return sympy.Mul(*parts)
