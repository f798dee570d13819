r"""Formal solutions of the recurrence: what their exponents must be, solved from its expansion in symbols.

For :math:`u_n=n!^u\lambda^n e^{s\sqrt n}n^w` the logarithm of :math:`u_{n-j}/u_n` is expanded in
:math:`x=n^{-1/2}`, exponentiated as a truncated power series over the ring of symbols, and inserted into
:math:`u_n-a_nu_{n-1}-b_nu_{n-2}=0`. The coefficients are linear in the exponent that is asked for (quadratic for
the last parabolic case), so that it is solved for exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sympy

from plumbline.domain import Domain, Integer, Real

ORDER = 5

A, B = sympy.Symbol("A", real=True), sympy.Symbol("B", real=True)
ALPHA1, ALPHA2 = sympy.Symbol("alpha1", real=True), sympy.Symbol("alpha2", real=True)
BETA1, BETA2 = sympy.Symbol("beta1", real=True), sympy.Symbol("beta2", real=True)
D, E = sympy.Symbol("d", integer=True), sympy.Symbol("e", integer=True)
R, C = sympy.Symbol("r", real=True), sympy.Symbol("c", real=True)
S, W = sympy.Symbol("s", real=True), sympy.Symbol("w", real=True)

NUMBERS = Domain(
    Real("A", 0, open_lo=True),
    *(Real(name) for name in ("B", "alpha1", "alpha2", "beta1", "beta2")),
    Integer("d", 0),
    Integer("e", None, -1),
    Integer("k", 0, 1),
    Real("r", -1, 1, open_lo=True, open_hi=True),
    Real("c", 0, open_lo=True),
)
"""What leading coefficients can be: A > 0, d = d_a, e = d_b - 2 d_a < 0, k = [e = -1], |r| < 1, c = A/sqrt B."""

Series = list[Any]


def _product(one: Sequence[Any], other: Sequence[Any]) -> Series:
    return [sympy.expand(sum(one[i] * other[k - i] for i in range(k + 1))) for k in range(ORDER)]


def _exponential(logarithm: Sequence[Any]) -> Series:
    """exp of a series without constant term: k c_k = sum_j j l_j c_(k-j)."""
    found: Series = [sympy.Integer(1)]
    for k in range(1, ORDER):
        found.append(sympy.expand(sum(j * logarithm[j] * found[k - j] for j in range(1, k + 1)) / sympy.Integer(k)))
    return found


def _log_ratio(j: int, u: Any, s: Any, w: Any) -> Series:
    """ln(u_(n-j)/u_n) without its terms -j u ln n and -j ln(lambda): powers of x up to x^4.

    ln((n-j)!/n!) = -j ln n - sum_(i<j) ln(1 - i/n); sqrt(n-j) - sqrt(n) = -j x/2 - j^2 x^3/8 + ...;
    ln(1 - j/n) = -j x^2 - j^2 x^4/2 + ...
    """
    half = sympy.Rational(1, 2)
    factorial2 = sum(u * i for i in range(j))
    factorial4 = sum(u * i * i * half for i in range(j))
    return [
        sympy.Integer(0),
        -s * j * half,
        factorial2 - w * j,
        -s * j * j / sympy.Integer(8),
        factorial4 - w * j * j * half,
    ]


def _terms(u: Any, s: Any, w: Any) -> tuple[Series, Series]:
    """a_n u_(n-1)/u_n over A/lambda and its power of n, and b_n u_(n-2)/u_n likewise."""
    zero = sympy.Integer(0)
    one = _product(_exponential(_log_ratio(1, u, s, w)), [sympy.Integer(1), zero, ALPHA1, zero, ALPHA2])
    two = _product(_exponential(_log_ratio(2, u, s, w)), [sympy.Integer(1), zero, BETA1, zero, BETA2])
    return one, two


def _solved(coefficient: Any, unknown: Any) -> Any:
    """The zero of a coefficient that is linear in the unknown."""
    poly = sympy.Poly(sympy.expand(coefficient), unknown)
    if poly.degree() != 1:
        raise ValueError(f"coefficient is not linear in {unknown}: {coefficient}")
    return -poly.coeff_monomial(1) / poly.coeff_monomial(unknown)


def _unstretched(u: Any, w: Any = W) -> tuple[Series, Series]:
    return _terms(u, sympy.Integer(0), w)


def factorial_dominant(k: int) -> Any:
    """u = d, lambda = A; b_n u_(n-2)/u_n is k (B/A^2) x^2 and smaller terms."""
    one, two = _unstretched(D)
    return _solved(one[2] + k * B / A**2 * two[0], W)


def factorial_minimal(k: int) -> Any:
    """u = d + e, lambda = -B/A: the terms of a and b balance; u_n is k x^2 and smaller beside them."""
    one, two = _unstretched(D + E)
    base = -B / A
    return _solved(-(A / base) * one[2] - (B / base**2) * two[2] + k, W)


def hyperbolic(smaller: bool) -> Any:
    """lambda_+ = 1, lambda_- = r, so that A = 1 + r, B = -r; u = d."""
    one, two = _unstretched(D)
    root = R if smaller else sympy.Integer(1)
    return _solved((1 + R) / root * one[2] - R / root**2 * two[2], W)


def sub1_stretch() -> Any:
    """lambda = 1, B = 1, A = c, u = d + 1/2: coefficient of x."""
    u = D + sympy.Rational(1, 2)
    one, two = _terms(u, S, W)
    return _solved(C * one[0] + two[1], S)


def sub1_power() -> Any:
    """The coefficient of x^2 with s = c."""
    u = D + sympy.Rational(1, 2)
    one, two = _terms(u, C, W)
    return _solved(C * one[1] + two[2], W)


def sub2(sign: int) -> Any:
    """lambda = 1 or -1, B = 1, A = c, u = d + 1: coefficient of x^2."""
    one, two = _unstretched(D + 1)
    return _solved(sign * C * one[0] + two[2], W)


def parabolic_first() -> Any:
    """lambda = 1, A = 2, B = -1, u = d: the coefficient of x^2 is linear in s^2; a quarter of what it must be."""
    one, two = _terms(D, S, W)
    square = sympy.Symbol("square", real=True)
    coefficient = sympy.expand(2 * one[2] - two[2]).subs(S**2, square)
    return _solved(coefficient, square) / 4


def parabolic_power() -> Any:
    """The coefficient of x^3 with s^2 = 4 D1, that is alpha1 = (s^2/4 + beta1 + d)/2."""
    one, two = _terms(D, S, W)
    coefficient = sympy.expand((2 * one[3] - two[3]).subs(ALPHA1, (S**2 / 4 + BETA1 + D) / 2))
    return sympy.cancel(_solved(coefficient, W))


def parabolic_indicial() -> tuple[Any, Any]:
    """The coefficient of x^4 for s = 0 and D1 = 0: half the sum of its zeros in w and their squared difference."""
    one, two = _unstretched(D)
    coefficient = sympy.expand((2 * one[4] - two[4]).subs(BETA1, 2 * ALPHA1 - D))
    poly = sympy.Poly(coefficient, W)
    if poly.degree() != 2:
        raise ValueError(f"no quadratic in w: {coefficient}")
    square, slope, rest = poly.all_coeffs()
    return -slope / (2 * square), (slope**2 - 4 * square * rest) / square**2


@lru_cache(maxsize=32)
def required(name: str) -> Any:
    """What the recurrence asks for, by name."""
    table: dict[str, Callable[[], Any]] = {
        "dominant 1": lambda: factorial_dominant(1),
        "dominant 0": lambda: factorial_dominant(0),
        "minimal 1": lambda: factorial_minimal(1).subs(E, -1),
        "minimal 0": lambda: factorial_minimal(0),
        "larger": lambda: hyperbolic(False),
        "smaller": lambda: hyperbolic(True),
        "stretch": sub1_stretch,
        "sub1": sub1_power,
        "sub2": lambda: sub2(1),
        "sub2 minimal": lambda: sub2(-1),
        "d1": parabolic_first,
        "parabolic": parabolic_power,
        "factorial error 1": lambda: required("minimal 1") - required("dominant 1"),
        "factorial error 0": lambda: required("minimal 0") - required("dominant 0"),
        "hyperbolic error": lambda: required("smaller") - required("larger"),
        "sub2 error": lambda: required("sub2 minimal") - required("sub2"),
        "mean": lambda: parabolic_indicial()[0],
        "d2": lambda: parabolic_indicial()[1],
    }
    return sympy.factor(table[name]())
