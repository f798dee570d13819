"""Intervals, exact sums of powers of two, and Taylor polynomials over either: the arithmetic of the box verifier."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cache, reduce
from typing import Any

from mpmath import iv


class Refused(Exception):
    """The certificate does not prove what is claimed."""


class Unverifiable(Exception):
    """This verifier cannot decide."""


def rational(text: object) -> Fraction:
    """An exact number stored as ``"-3/7"``; everything else is refused, floats and NaN included."""
    if not isinstance(text, str) or not re.fullmatch(r"-?\d+(/0*[1-9]\d*)?", text):
        raise Refused(f"not an exact number: {text!r}")
    return Fraction(text)


class Dyadic:
    """sum_a c_a 2^a with rational c_a and 0 <= a < 1 rational: zero if no term is left."""

    def __init__(self, terms: Iterable[tuple[Fraction, Fraction]]) -> None:
        self.terms: dict[Fraction, Fraction] = {}
        for a, c in terms:
            self.terms[a % 1] = self.terms.get(a % 1, Fraction(0)) + c * Fraction(2) ** a.__floor__()
        self.terms = {a: c for a, c in self.terms.items() if c}

    def __add__(self, other: Dyadic) -> Dyadic:
        return Dyadic([*self.terms.items(), *other.terms.items()])

    def __mul__(self, other: Dyadic) -> Dyadic:
        return Dyadic((a + b, c * d) for a, c in self.terms.items() for b, d in other.terms.items())

    def power(self, r: Fraction) -> Dyadic:
        ((a, c),) = self.terms.items() if len(self.terms) == 1 else [(0, Fraction(3))]
        whole = c.numerator.bit_length() - c.denominator.bit_length()
        if c != Fraction(2) ** whole:
            raise Unverifiable("in exact arithmetic, a power of what is no power of two")
        return Dyadic([((whole + a) * r, Fraction(1))])


@cache
def _interval(value: Fraction) -> Any:
    return iv.mpf(value.numerator) / value.denominator


class Arithmetic:
    """Elementary functions of Taylor polynomials of degree ``order``; coefficients are intervals, or exact."""

    def __init__(self, order: int = 0, exact: bool = False) -> None:
        self.order, self.exact = order, exact

    def scalar(self, value: Fraction | int) -> Any:
        return Dyadic([(Fraction(0), Fraction(value))]) if self.exact else _interval(Fraction(value))

    def variable(self, value: Any, slope: int) -> Taylor:
        return Taylor(self, [value, *(self.scalar(slope if k == 1 else 0) for k in range(1, self.order + 1))])

    def number(self, value: Any) -> Taylor:
        return value if isinstance(value, Taylor) else self.variable(self.scalar(value), 0)

    def total(self, values: Iterable[Any]) -> Any:
        return reduce(lambda a, b: a + b, values, self.scalar(0))

    def _intervals(self, x: Any) -> list[Any]:
        if self.exact:
            raise Unverifiable("in exact arithmetic, a function or exponent that is not rational")
        return self.number(x).c

    def exp(self, x: Any) -> Taylor:
        a = self._intervals(x)
        c = [iv.exp(a[0])]
        for k in range(1, len(a)):
            c.append(self.total(a[j] * c[k - j] * self.scalar(Fraction(j, k)) for j in range(1, k + 1)))
        return Taylor(self, c)

    def log(self, x: Any) -> Taylor:
        a = self._intervals(x)
        if not a[0].a > 0:
            raise Unverifiable("a logarithm that is singular")
        c = [iv.log(a[0])]
        for k in range(1, len(a)):
            rest = self.total(c[j] * a[k - j] * self.scalar(Fraction(j, k)) for j in range(1, k))
            c.append((a[k] - rest) / a[0])
        return Taylor(self, c)

    def power(self, x: Any, r: Any) -> Taylor:
        """x^r for x >= 0."""
        a = self.number(x).c
        if not self.exact and not a[0].a > 0:
            return self._power_at_zero(a, self.number(r).c)
        if isinstance(r, Taylor):
            return self.exp(r * self.log(x))
        r = Fraction(r)
        c = [a[0].power(r) if self.exact else iv.exp(self.scalar(r) * iv.log(a[0]))]
        for k in range(1, len(a)):
            terms = (a[j] * c[k - j] * self.scalar((r * j - (k - j)) / k) for j in range(1, k + 1))
            c.append(self.total(terms) * (a[0].power(Fraction(-1)) if self.exact else 1 / a[0]))
        return Taylor(self, c)

    def _power_at_zero(self, a: list[Any], r: list[Any]) -> Taylor:
        """Where x reaches down to 0: x^r, and r x^(r-1) x' + (y log y)/r r' with y = x^r and y log y >= -1/e."""

        def power(rate: Any) -> Any:
            if self.order > 1 or not (rate.a > 0 and a[0].b > 0):
                raise Unverifiable("a power that is singular at 0, or its higher derivatives")
            return iv.mpf([0, iv.exp(rate * iv.log(iv.mpf(a[0].b))).b])

        c = [power(r[0])]
        if self.order:
            top = iv.mpf(c[0].b) * iv.log(iv.mpf(c[0].b))
            turn = iv.mpf([(top if c[0].b < 0.36 else -iv.exp(-1)).a, max(top.b, 0)]) / r[0]
            c.append(r[0] * power(r[0] - 1) * a[1] + turn * r[1])
        return Taylor(self, c)


class Taylor:
    """c_0 + c_1 h + ... + c_K h^K along one direction; derivatives are propagated, never read from a certificate."""

    def __init__(self, m: Arithmetic, c: list[Any]) -> None:
        self.m, self.c = m, c

    def __add__(self, other: Any) -> Taylor:
        return Taylor(self.m, [a + b for a, b in zip(self.c, self.m.number(other).c, strict=True)])

    def __neg__(self) -> Taylor:
        return self * -1

    def __sub__(self, other: Any) -> Taylor:
        return self + self.m.number(other) * -1

    def __rsub__(self, other: Any) -> Taylor:
        return self * -1 + other

    def __mul__(self, other: Any) -> Taylor:
        a, b = self.c, self.m.number(other).c
        return Taylor(self.m, [self.m.total(a[j] * b[k - j] for j in range(k + 1)) for k in range(len(a))])

    def __truediv__(self, other: Any) -> Taylor:
        return self * (self.m.power(other, Fraction(-1)) if isinstance(other, Taylor) else 1 / Fraction(other))

    def __rtruediv__(self, other: Any) -> Taylor:
        return self.m.power(self, Fraction(-1)) * other

    def __pow__(self, other: Any) -> Taylor:
        if isinstance(other, int) and other >= 0:
            return reduce(Taylor.__mul__, [self] * other, self.m.number(1))
        return self.m.power(self, other)

    def __rpow__(self, other: Any) -> Taylor:
        return self.m.power(other, self)

    __radd__, __rmul__ = __add__, __mul__
