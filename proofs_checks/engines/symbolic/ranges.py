"""Proved ranges and signs of expressions on a domain, from their trees and from their normal forms."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import sympy

from plumbline.domain import Domain
from proofs_checks.engines.symbolic.rational_forms import RationalForms
from proofs_checks.engines.symbolic.ratios import Ratio, Undecided
from proofs_checks.engines.symbolic.spans import (
    ANY,
    NONNEGATIVE,
    POSITIVE,
    REALS,
    Signs,
    Span,
    intersect,
    of_axis,
    point,
    product,
)


def fraction(number: Any) -> Fraction:
    """A sympy Rational as a Fraction."""
    return Fraction(int(number.p), int(number.q))


class Ranges:
    """Ranges and signs on one domain; :meth:`form` is supplied by the normaliser."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.forms = RationalForms(domain)
        self._forms: dict[Any, Ratio | Undecided] = {}
        self._spans: dict[Any, Span] = {}
        self._facts: list[tuple[Any, Signs]] = []

    def form(self, expr: Any) -> Ratio:
        """The normal form; raises :class:`Undecided` with the missing fact."""
        raise NotImplementedError

    # -- facts --------------------------------------------------------------------------------------

    def assume_proved(self, expr: Any, signs: Signs) -> None:
        """Use a sign that has been proved on the whole domain."""
        self.forms.learn(self.form(expr), signs)
        self._facts.append((expr, signs))
        self._forms = {key: value for key, value in self._forms.items() if isinstance(value, Ratio)}
        self._spans.clear()

    # -- signs and ranges ---------------------------------------------------------------------------

    def signs(self, expr: Any) -> Signs:
        """Signs that the expression may have on the domain."""
        found = self.span(expr).signs
        for fact, known in self._facts:
            if fact == expr:
                found &= known
        if len(found) > 1 or found == ANY:
            with contextlib.suppress(Undecided):
                found &= self.forms.signs(self.form(expr))
        if len(found) > 1 and expr.is_Mul:
            by_factors: Signs = frozenset({1})
            for base, exponent in expr.as_powers_dict().items():
                by_factors = product(by_factors, self._power_signs(base, exponent))
            found &= by_factors
        if len(found) > 1 and expr.is_Add:
            found &= _sum_signs([self.signs(term) for term in expr.args])
        return found

    def _power_signs(self, base: Any, exponent: Any) -> Signs:
        here = self.signs(base)
        if exponent.is_Integer:
            even = product(here, here) - {-1}
            signs = even if exponent % 2 == 0 else here
            return signs - {0} if exponent < 0 else signs
        return frozenset({0, 1}) if 0 in here else frozenset({1})

    def span(self, expr: Any) -> Span:
        """An enclosure of the values on the domain, by the tree and by the normal form."""
        if expr not in self._spans:
            found = self._tree_span(expr)
            with contextlib.suppress(Undecided):
                found = intersect(found, self.forms.span(self.form(expr)))
            self._spans[expr] = found
        return self._spans[expr]

    def _tree_span(self, expr: Any) -> Span:
        if expr.is_Rational:
            return point(fraction(expr))
        if expr.is_Symbol:
            return next((of_axis(axis) for axis in self.domain.ranges if axis.name == expr.name), REALS)
        if expr.is_Add:
            total = point(0)
            for term in expr.args:
                total = total + self.span(term)
            return total
        if expr.is_Mul:
            total = point(1)
            for base, exponent in expr.as_powers_dict().items():
                total = total * self._power_span(base, exponent)
            return total
        if expr.is_Pow:
            return self._power_span(*expr.as_base_exp())
        name = type(expr).__name__
        if name == "log":
            return intersect(self.span(expr.args[0]), POSITIVE).log()
        if name in ("exp", "cosh", "sinh", "tanh", "atanh"):
            return _hyperbolic_span(name, self.span(expr.args[0]))
        if name == "power":
            return self._power_span(*expr.args)
        if name == "expm1_over":
            return POSITIVE
        if name == "log1p_over":
            return POSITIVE
        if name == "box_cox" and expr.args[2] == 0:
            base = self.span(expr.args[0]) + point(-1)
            return NONNEGATIVE if base.signs <= {0, 1} else -NONNEGATIVE if base.signs <= {0, -1} else REALS
        if name == "Abs":
            return intersect(self.span(sympy.Mul(expr.args[0], expr.args[0])), NONNEGATIVE).root(2)
        return REALS

    def _power_span(self, base: Any, exponent: Any) -> Span:
        if base is sympy.E:
            return self.span(exponent).exp()
        span = self.span(base)
        if exponent.is_Integer:
            k = int(exponent)
            image = span.power(abs(k)) if k else point(1)
            return image if k >= 0 else (image.inverse() or REALS)
        span = intersect(span, NONNEGATIVE)
        if exponent.is_Rational:
            value = fraction(exponent)
            image = span.power(abs(value.numerator)).root(value.denominator)
            return image if value > 0 else (image.inverse() or POSITIVE)
        power = (span.log() * self.span(exponent)).exp()
        return power.closed() if 0 in span.signs else power


def _sum_signs(parts: list[Signs]) -> Signs:
    """Signs of a sum whose terms have these signs."""
    union = frozenset[int]().union(*parts)
    if {-1, 1} <= union:
        return ANY
    strict = any(0 not in part for part in parts)
    return union - {0} if strict else union


def _sign_span(span: Span) -> Span:
    """Range of an odd increasing function, of which only the sign is used."""
    signs = span.signs
    lo = None if -1 in signs else Fraction(0)
    hi = None if 1 in signs else Fraction(0)
    return Span(lo, hi, lo is None or 0 not in signs, hi is None or 0 not in signs)


def _hyperbolic_span(name: str, span: Span) -> Span:
    """Range of exp, or of a hyperbolic function of which little more than the sign is used."""
    if name == "exp":
        return span.exp()
    if name == "cosh":
        return Span(Fraction(1), None, False, True)
    inner = _sign_span(span)
    return intersect(inner, Span(Fraction(-1), Fraction(1), True, True)) if name == "tanh" else inner
