r"""Exact growth of denominators and rate of convergence, read off the leading coefficients.

:math:`|q_n|\asymp n!^u\,\lambda^n\,e^{s\sqrt n}\,n^w` and
:math:`|L-p_n/q_n|\asymp n!^\eta\,\mu^n\,e^{-t\sqrt n}\,n^\beta`, with
:math:`v=\ln\lambda` and :math:`\gamma=\ln\mu`; all parameters are exact numbers :math:`x+y\sqrt r`. The growth of q
holds where q is not itself the minimal solution, that is where L is finite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from plumbline.errors import InputError
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.quadratic import QuadraticNumber
from theory.pcf.regimes import Leading, Regime, classify, first_discriminant, leading_terms, second_discriminant

ZERO = QuadraticNumber(0)
ONE = QuadraticNumber(1)


@dataclass(frozen=True)
class Growth:
    """n!^factorial * base^n * exp(stretch sqrt n) * n^power, up to a constant factor."""

    factorial: Fraction
    base: QuadraticNumber
    power: QuadraticNumber
    stretch: QuadraticNumber = ZERO
    logarithm: int = 0
    """The power of ln n that stands beside it."""

    @property
    def exponential(self) -> float:
        """ln(base), the coefficient of n."""
        return math.log(float(self.base))

    def log(self, n: int) -> float:
        """Its logarithm at n >= 2."""
        return (
            float(self.factorial) * math.lgamma(n + 1)
            + self.exponential * n
            + float(self.stretch) * math.sqrt(n)
            + float(self.power) * math.log(n)
            + self.logarithm * math.log(math.log(n))
        )


@dataclass(frozen=True)
class Exponents:
    """The growth of |q_n| and of the error |L - p_n/q_n|."""

    regime: Regime
    denominator: Growth
    error: Growth

    @property
    def u(self) -> Fraction:
        return self.denominator.factorial

    @property
    def v(self) -> float:
        return self.denominator.exponential

    @property
    def w(self) -> QuadraticNumber:
        return self.denominator.power

    @property
    def eta(self) -> Fraction:
        return self.error.factorial

    @property
    def gamma(self) -> float:
        return self.error.exponential

    @property
    def beta(self) -> QuadraticNumber:
        return self.error.power


def exponents(formula: ContinuedFraction) -> Exponents:
    """The exact exponents of a convergent formula that does not terminate; InputError for the others."""
    regime = classify(formula).regime
    a, b = leading_terms(formula.a), leading_terms(formula.b)
    if regime not in _RULES:
        raise InputError(f"{formula} is {regime}: only convergent formulas that do not terminate have exponents")
    denominator, error = _RULES[regime](a, b)
    return Exponents(regime, denominator, error)


def _factorial(a: Leading, b: Leading) -> tuple[Growth, Growth]:
    top, bottom = Fraction(a.top), Fraction(b.top)
    k = 1 if 2 * a.degree - b.degree == 1 else 0
    lift = k * bottom / top**2
    q = Growth(Fraction(a.degree), QuadraticNumber(abs(top)), QuadraticNumber(a.first + lift))
    error = Growth(
        Fraction(b.degree - 2 * a.degree),
        QuadraticNumber(abs(bottom) / top**2),
        QuadraticNumber(b.first - 2 * a.first + b.degree - a.degree - 2 * lift),
    )
    return q, error


def characteristic_roots(a: Leading, b: Leading) -> tuple[QuadraticNumber, QuadraticNumber]:
    """The zeros of x^2 = A x + B, the larger modulus first (Delta >= 0)."""
    half = Fraction(a.top, 2)
    step = Fraction(1 if a.top > 0 else -1, 2)
    discriminant = a.top**2 + 4 * b.top
    return QuadraticNumber(half, step, discriminant), QuadraticNumber(half, -step, discriminant)


def _hyperbolic(a: Leading, b: Leading) -> tuple[Growth, Growth]:
    large, small = characteristic_roots(a, b)

    def power(root: QuadraticNumber) -> QuadraticNumber:
        return (a.top * a.first * root + b.top * (b.first + a.degree)) / (root * root + b.top)

    q = Growth(Fraction(a.degree), abs(large), power(large))
    return q, Growth(Fraction(0), abs(small / large), power(small) - power(large))


def _sub1(a: Leading, b: Leading) -> tuple[Growth, Growth]:
    half = Fraction(b.degree, 2)
    stretch = QuadraticNumber(0, Fraction(abs(a.top), b.top), b.top)
    q = Growth(half, QuadraticNumber(0, 1, b.top), QuadraticNumber((b.first + half) / 2), stretch)
    return q, Growth(Fraction(0), ONE, ZERO, -2 * stretch)


def _sub2(a: Leading, b: Leading) -> tuple[Growth, Growth]:
    half = Fraction(b.degree, 2)
    ratio = QuadraticNumber(0, Fraction(abs(a.top), b.top), b.top)
    q = Growth(half, QuadraticNumber(0, 1, b.top), (ratio + b.first + half) * Fraction(1, 2))
    return q, Growth(Fraction(0), ONE, -ratio)


def _parabolic_base(a: Leading) -> QuadraticNumber:
    return QuadraticNumber(Fraction(abs(a.top), 2))


def _parabolic_plus(a: Leading, b: Leading) -> tuple[Growth, Growth]:
    stretch = QuadraticNumber(0, 2, first_discriminant(a, b))
    power = QuadraticNumber(Fraction(1, 4) + (b.first + a.degree) / 2)
    q = Growth(Fraction(a.degree), _parabolic_base(a), power, stretch)
    return q, Growth(Fraction(0), ONE, ZERO, -2 * stretch)


def _power(a: Leading, b: Leading) -> tuple[Growth, Growth]:
    root = QuadraticNumber(0, 1, second_discriminant(a, b))
    q = Growth(Fraction(a.degree), _parabolic_base(a), (root + 1 + 2 * a.first) * Fraction(1, 2))
    return q, Growth(Fraction(0), ONE, -root)


def _logarithmic(a: Leading, b: Leading) -> tuple[Growth, Growth]:
    q = Growth(Fraction(a.degree), _parabolic_base(a), QuadraticNumber((1 + 2 * a.first) / 2), logarithm=1)
    return q, Growth(Fraction(0), ONE, ZERO, logarithm=-1)


_RULES = {
    Regime.FACTORIAL: _factorial,
    Regime.HYPERBOLIC: _hyperbolic,
    Regime.SUB1: _sub1,
    Regime.SUB2: _sub2,
    Regime.PARABOLIC_PLUS: _parabolic_plus,
    Regime.POWER: _power,
    Regime.LOGARITHMIC: _logarithmic,
}
