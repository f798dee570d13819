r"""Which continued fractions converge, and how: decided from the leading coefficients in integers.

With :math:`a_n=An^{d_a}(1+\alpha_1/n+\alpha_2/n^2+\dots)`, :math:`b_n=Bn^{d_b}(1+\beta_1/n+\beta_2/n^2+\dots)`,
:math:`\Delta=A^2+4B` (for :math:`d_b=2d_a`), :math:`D_1=2\alpha_1-\beta_1-d_a` (for :math:`\Delta=0`) and
:math:`D_2=(1+2\alpha_1)^2+4(2\alpha_2-\beta_2-d_a\beta_1-d_a(d_a+1)/2)` (for :math:`D_1=0`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.polynomials import Polynomial, degree, leading


class Regime(StrEnum):
    """Classes of non-terminating formulas, and ``TERMINATING``."""

    TERMINATING = "terminating"
    FACTORIAL = "factorial"
    HYPERBOLIC = "hyperbolic"
    ELLIPTIC = "elliptic"
    SUB1 = "sub1"
    SUB2 = "sub2"
    PARABOLIC_PLUS = "parabolic+"
    PARABOLIC_MINUS = "parabolic-"
    POWER = "parabolic0 power"
    LOGARITHMIC = "parabolic0 logarithmic"
    LOG_OSCILLATING = "parabolic0 oscillating"
    STERN_STOLZ = "Stern-Stolz"

    @property
    def converges(self) -> bool:
        """Whether the convergents converge in the extended reals."""
        return self not in DIVERGENT


DIVERGENT = frozenset({Regime.ELLIPTIC, Regime.PARABOLIC_MINUS, Regime.LOG_OSCILLATING, Regime.STERN_STOLZ})


@dataclass(frozen=True)
class Leading:
    """Degree, leading coefficient and relative coefficients: ``top * n^degree (1 + first/n + second/n^2 + ...)``."""

    degree: int
    top: int
    first: Fraction
    second: Fraction


def leading_terms(polynomial: Polynomial) -> Leading:
    """The leading terms of a polynomial."""
    d, top = degree(polynomial), leading(polynomial)
    own = [*polynomial[len(polynomial) - 1 - d :], 0, 0]
    return Leading(d, top, Fraction(own[1], top), Fraction(own[2], top))


@dataclass(frozen=True)
class Classification:
    """The regime with the numbers that decided it (None where they are not asked for)."""

    regime: Regime
    terminates_at: int | None = None
    discriminant: int | None = None
    d1: Fraction | None = None
    d2: Fraction | None = None


def first_discriminant(a: Leading, b: Leading) -> Fraction:
    """D1 = 2 alpha1 - beta1 - d_a."""
    return 2 * a.first - b.first - a.degree


def second_discriminant(a: Leading, b: Leading) -> Fraction:
    """D2 = (1 + 2 alpha1)^2 + 4 (2 alpha2 - beta2 - d_a beta1 - d_a (d_a + 1)/2)."""
    d = a.degree
    return (1 + 2 * a.first) ** 2 + 4 * (2 * a.second - b.second - d * b.first - Fraction(d * (d + 1), 2))


def classify(formula: ContinuedFraction) -> Classification:
    """The class of a formula, exactly."""
    end = formula.terminates_at
    if end is not None:
        return Classification(Regime.TERMINATING, terminates_at=end)
    return classify_tail(formula)


def classify_tail(formula: ContinuedFraction) -> Classification:
    """The class by the leading coefficients alone, whether or not some b(n) is 0."""
    a, b = leading_terms(formula.a), leading_terms(formula.b)
    if b.degree < 2 * a.degree:
        return Classification(Regime.FACTORIAL)
    if b.degree == 2 * a.degree:
        return _balanced(a, b)
    if b.top < 0:
        return Classification(Regime.ELLIPTIC)
    excess = b.degree - 2 * a.degree
    return Classification({1: Regime.SUB1, 2: Regime.SUB2}.get(excess, Regime.STERN_STOLZ))


def _balanced(a: Leading, b: Leading) -> Classification:
    discriminant = a.top**2 + 4 * b.top
    if discriminant:
        kind = Regime.HYPERBOLIC if discriminant > 0 else Regime.ELLIPTIC
        return Classification(kind, discriminant=discriminant)
    d1 = first_discriminant(a, b)
    if d1:
        kind = Regime.PARABOLIC_PLUS if d1 > 0 else Regime.PARABOLIC_MINUS
        return Classification(kind, discriminant=0, d1=d1)
    d2 = second_discriminant(a, b)
    if d2:
        kind = Regime.POWER if d2 > 0 else Regime.LOG_OSCILLATING
        return Classification(kind, discriminant=0, d1=d1, d2=d2)
    return Classification(Regime.LOGARITHMIC, discriminant=0, d1=d1, d2=d2)
