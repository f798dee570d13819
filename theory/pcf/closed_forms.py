r"""Closed forms of continued fractions with deg a <= 1: ratios of contiguous hypergeometric functions.

Parameters as formulas; :math:`b_n=c(n+r_1)(n+r_2)`, sigma = r1 + r2. Stated for a leading coefficient of a that is
positive (:math:`L(-a,b)=-L(a,b)`); :func:`value` takes any formula and returns a ball.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from plumbline.domain import Real
from plumbline.errors import InputError
from plumbline.formula import Formula, sqrt
from theory.pcf.regimes import Regime, classify

if TYPE_CHECKING:
    from theory.pcf.definitions.continued_fraction import ContinuedFraction

E, D = Real("e", 0, None, open_lo=True), Real("d")
E_OR_0 = Real("e", 0)
B, B1, B0, C = Real("B"), Real("b1", latex="b_1"), Real("b0", latex="b_0"), Real("c")
B1_POSITIVE = Real("b1", 0, None, open_lo=True, latex="b_1")
D_POSITIVE = Real("d", 0, None, open_lo=True)
S = Real("s", 0, None, open_lo=True)
SIGMA, Z = Real("sigma", latex=r"\sigma"), Real("z")


def _form(name: str, axes: list[Real], build: Any, latex: str) -> Formula:
    return Formula(f"pcf.closed.{name}", axes, build, latex=latex)


bessel = {
    "factor": _form("bessel.factor", [E], lambda e: e, "L/R"),
    "beta": _form("bessel.beta", [E, D], lambda e, d: d / e, r"\beta"),
    "z": _form("bessel.z", [E, B], lambda e, B: B / e**2, "z"),
}
confluent = {
    "factor": _form("confluent.factor", [E], lambda e: e, "L/R"),
    "beta": _form("confluent.beta", [E, D, B1], lambda e, d, b1: (d * e + b1) / e**2, r"\beta"),
    "z": _form("confluent.z", [E, B1], lambda e, b1: b1 / e**2, "z"),
}
gauss = {
    "factor": _form("gauss.factor", [E_OR_0, S], lambda e, s: s + 0 * e, "L/R"),
    "discriminant": _form("gauss.discriminant", [E_OR_0, C], lambda e, c: e**2 + 4 * c, "s^2"),
    "z": _form("gauss.z", [E_OR_0, S], lambda e, s: (1 - e / s) / 2, "z"),
    "beta": _form("gauss.beta", [SIGMA, Z, D, S], lambda sigma, z, d, s: (sigma + 1) * z + d / s, r"\beta"),
}
cylinder = {
    "factor": _form("cylinder.factor", [B1_POSITIVE], lambda b1: sqrt(b1), "L/R"),
    "x": _form("cylinder.x", [D_POSITIVE, B1_POSITIVE], lambda d, b1: d / sqrt(b1), "x"),
    "k": _form("cylinder.k", [B0, B1_POSITIVE], lambda b0, b1: b0 / b1, "k"),
}
parabolic = {
    "factor": _form("parabolic.factor", [E], lambda e: e / 2, "L/R"),
    "argument": _form("parabolic.argument", [E, D, SIGMA], lambda e, d, sigma: 2 * d / e - sigma - 1, "z'"),
}
periodic = {
    "limit": _form(
        "periodic.limit",
        [Real("A", 0, None, open_lo=True), Real("s", 0)],
        lambda A, s: (A + s) / 2,
        "L",
    ),
}


def _ratio_0f1(beta: Any, z: Any) -> Any:
    return z.hypgeom_0f1(beta, regularized=True) / z.hypgeom_0f1(beta + 1, regularized=True)


def value(formula: ContinuedFraction) -> Any:
    """The limit of a convergent formula with deg a <= 1 as a ball of the working precision (``flint.ctx.prec``).

    An infinite limit gives a ball that is not finite. InputError for other degrees, divergent or
    terminating formulas.
    """
    from flint import acb, arb, fmpq

    def ball(x: Fraction | int) -> Any:
        exact = Fraction(x)
        return acb(arb(fmpq(exact.numerator, exact.denominator)))

    top, e, d = formula.a[-3:]
    c, b1, b0 = formula.b[-3:]
    regime = classify(formula).regime
    if top or len(formula.a) > 3 or len(formula.b) > 3 or not regime.converges or regime is Regime.TERMINATING:
        raise InputError(f"closed forms are known for convergent formulas with deg a <= 1, got {formula} ({regime})")
    sign = -1 if (e or d) < 0 else 1
    e, d = sign * e, sign * d
    if c == 0 and b1 == 0:
        found = _constant_b(ball, e, d, b0)
    elif c == 0:
        found = _linear_b(ball, e, d, b1, b0)
    elif e * e + 4 * c == 0:
        found = _parabolic(ball, e, d, c, b1, b0)
    else:
        found = _gauss(ball, e, d, c, b1, b0)
    return sign * found.real


def _constant_b(ball: Any, e: int, d: int, B: int) -> Any:
    if e == 0:
        return (ball(d) + ball(d * d + 4 * B).sqrt()) / 2
    return ball(e) * _ratio_0f1(ball(Fraction(d, e)), ball(Fraction(B, e * e)))


def _linear_b(ball: Any, e: int, d: int, b1: int, b0: int) -> Any:
    if e == 0:
        x2, k = ball(Fraction(d * d, 2 * b1)), Fraction(b0, b1)
        half = ball(Fraction(1, 2))
        top, low = x2.hypgeom_u(ball(k / 2), half), x2.hypgeom_u(ball((k + 1) / 2), half)
        return ball(2 * b1).sqrt() * top / low
    z, alpha, beta = ball(Fraction(b1, e * e)), ball(Fraction(b0, b1)), ball(Fraction(d * e + b1, e * e))
    top, low = z.hypgeom_1f1(alpha, beta, regularized=True), z.hypgeom_1f1(alpha + 1, beta + 1, regularized=True)
    return ball(e) * top / low


def _roots(ball: Any, c: int, b1: int, b0: int) -> tuple[Any, Any]:
    """r1, r2 with b = c (n + r1)(n + r2), exact balls where they are rational."""
    disc = b1 * b1 - 4 * c * b0
    root = math.isqrt(max(disc, 0))
    if root * root == disc:
        return ball(Fraction(b1 + root, 2 * c)), ball(Fraction(b1 - root, 2 * c))
    half = ball(disc).sqrt() / (2 * c)
    middle = ball(Fraction(b1, 2 * c))
    return middle + half, middle - half


def _gauss(ball: Any, e: int, d: int, c: int, b1: int, b0: int) -> Any:
    delta = e * e + 4 * c
    root = math.isqrt(delta)
    s = ball(root) if root * root == delta else ball(delta).sqrt()
    r1, r2 = _roots(ball, c, b1, b0)
    if root * root == delta:
        exact = (1 - Fraction(e, root)) / 2
        z, beta = ball(exact), ball(Fraction(b1 + c, c) * exact + Fraction(d, root))
    elif e == 0:
        z, beta = ball(Fraction(1, 2)), ball(Fraction(b1 + c, 2 * c)) + ball(d) / s
    else:
        z = (1 - ball(e) / s) / 2
        # beta = (b1 + c)/(2c) + t/(2 c s)
        beta = ball(Fraction(b1 + c, 2 * c)) + ball(Fraction(2 * c * d - e * (b1 + c), 2 * c)) / s
    top = z.hypgeom_2f1(r1, r2, beta, regularized=True)
    low = z.hypgeom_2f1(r1 + 1, r2 + 1, beta + 1, regularized=True)
    return s * top / low


def _parabolic(ball: Any, e: int, d: int, c: int, b1: int, b0: int) -> Any:
    z = Fraction(2 * d, e) - Fraction(b1, c) - 1
    r1, r2 = _roots(ball, c, b1, b0)
    if z == 0:
        larger = r1 if (r1 - r2).real > 0 or (r1 - r2).real.contains(0) else r2
        return ball(Fraction(e, 2)) * larger
    lower = 1 + r1 - r2
    return ball(Fraction(e, 2)) * ball(z).hypgeom_u(r1, lower) / ball(z).hypgeom_u(r1 + 1, lower)
