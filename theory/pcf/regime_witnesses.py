r"""Exponents of formal solutions once more, from the recurrence, by truncated power series with rational coefficients.

The solution is :math:`u_n=n!^u\lambda^n e^{s\sqrt n}n^w(1+\dots)`; the recurrence is divided by its largest term and
expanded in :math:`x=n^{-1/2}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

TERMS = 5

Series = list[Fraction]


def times(one: Series, other: Series) -> Series:
    """Product of two series in x, cut off after x^4."""
    return [sum((one[i] * other[k - i] for i in range(k + 1)), Fraction(0)) for k in range(TERMS)]


def binomial(j: int, power: Fraction) -> Series:
    """(1 - j x^2)^power."""
    return [Fraction(1), Fraction(0), -j * power, Fraction(0), j * j * power * (power - 1) / 2]


def stretched(j: int, s: Fraction) -> Series:
    """exp(s (sqrt(n - j) - sqrt(n))) = exp(-s (j x/2 + j^2 x^3/8 + ...))."""
    argument = [Fraction(0), -s * j / 2, Fraction(0), -s * j * j / 8, Fraction(0)]
    total, term = [Fraction(1)] + [Fraction(0)] * (TERMS - 1), [Fraction(1)] + [Fraction(0)] * (TERMS - 1)
    for k in range(1, TERMS):
        term = [value / k for value in times(term, argument)]
        total = [x + y for x, y in zip(total, term, strict=True)]
    return total


def residual(at: Mapping[str, Fraction], u: Fraction, base: Fraction, s: Fraction, w: Fraction) -> Series:
    """(u_n - a_n u_(n-1) - b_n u_(n-2)) over its largest term, in powers of x.

    ``at`` holds A, B, alpha1, alpha2, beta1, beta2, the degree d of a and the excess e = d_b - 2 d_a.
    """
    d, excess = at["d"], at["e"]
    first = times(stretched(1, s), binomial(1, w))
    first = times(first, [Fraction(1), Fraction(0), at["alpha1"], Fraction(0), at["alpha2"]])
    second = times(times(stretched(2, s), binomial(2, w)), binomial(1, -u))
    second = times(second, [Fraction(1), Fraction(0), at["beta1"], Fraction(0), at["beta2"]])
    places = [Fraction(0), 2 * (u - d), 2 * (2 * u - 2 * d - excess)]
    factors = [Fraction(1), -at["A"] / base, -at["B"] / base**2]
    least = min(places)
    total = [Fraction(0)] * TERMS
    for place, factor, series in zip(places, factors, [binomial(0, w), first, second], strict=True):
        by = int(place - least)
        for k in range(TERMS - by):
            total[k + by] += factor * series[k]
    return total


def linear_zero(value: Callable[[Fraction], Fraction]) -> Fraction:
    """The zero of a linear function."""
    start, slope = value(Fraction(0)), value(Fraction(1)) - value(Fraction(0))
    return -start / slope


def matched(case: str, at: Mapping[str, Fraction]) -> Fraction:
    """The exponent of a case that makes the next coefficient of the residual vanish."""
    A, B, d, zero = at["A"], at["B"], at["d"], Fraction(0)
    differences = {
        "factorial error": ("minimal", "dominant"),
        "hyperbolic error": ("smaller", "larger"),
        "sub2 error": ("sub2 minimal", "sub2"),
    }
    if case in differences:
        return matched(differences[case][0], at) - matched(differences[case][1], at)
    if case == "dominant":
        return linear_zero(lambda w: residual(at, d, A, zero, w)[2])
    if case == "minimal":
        return linear_zero(lambda w: residual(at, d + at["e"], -B / A, zero, w)[2])
    if case in ("larger", "smaller"):  # A = 1 + r, B = -r: the zeros of x^2 = A x + B are 1 and r
        root = Fraction(1) if case == "larger" else -B
        return linear_zero(lambda w: residual(at, d, root, zero, w)[2])
    if case == "stretch":  # B = 1, e = 1
        return linear_zero(lambda s: residual(at, d + Fraction(1, 2), Fraction(1), s, zero)[1])
    if case == "sub1":
        s = matched("stretch", at)
        return linear_zero(lambda w: residual(at, d + Fraction(1, 2), Fraction(1), s, w)[2])
    if case in ("sub2", "sub2 minimal"):  # B = 1, e = 2
        root = Fraction(1) if case == "sub2" else Fraction(-1)
        return linear_zero(lambda w: residual(at, d + 1, root, zero, w)[2])
    if case == "d1":  # A = 2, B = -1: a quarter of the square of s
        start = residual(at, d, Fraction(1), zero, zero)[2]
        return -start / (residual(at, d, Fraction(1), Fraction(1), zero)[2] - start) / 4
    if case == "parabolic":  # s is given
        return linear_zero(lambda w: residual(at, d, Fraction(1), at["s"], w)[3])
    low, middle, high = (residual(at, d, Fraction(1), zero, Fraction(w))[4] for w in (-1, 0, 1))
    square, slope = (high + low) / 2 - middle, (high - low) / 2
    if case == "d2":  # the squared difference of the two exponents
        return (slope**2 - 4 * square * middle) / square**2
    return -slope / (2 * square)  # "mean": half of their sum


def formal_exponent(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """A claimed exponent at an exact point, and the one that the recurrence asks for."""
    at = {name: Fraction(value) for name, value in data["at"].items()}
    point = {name: Fraction(value) for name, value in data["point"].items()}
    return formulas["claimed"](**point), matched(data["case"], at)


def characteristic(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """A claimed discriminant, and the squared difference of the zeros l, m of x^2 = A x + B, A = l + m, B = -l m."""
    one, other = Fraction(data["l"]), Fraction(data["m"])
    return formulas["claimed"](A=one + other, B=-one * other), (one - other) ** 2


def denominator_growth(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Growth of q_n, from its closed form, and the claimed one: the exponent of n! for d_a = d_b, else |lambda|.

    The closed form is q_n f_0 = f_n with f_n = C(n+1) prod_{k<=n} z (k+1+r)^h, h = d_b - d_a. It is compared with the
    recurrence at more n than the polynomial f_n/f_(n-1) = a_n + b_n f_(n-2)/f_(n-1) has a degree; equal sides are
    returned where they differ, as for a finite limit.
    """
    key, z, r = [int(value) for value in data["key"]], Fraction(data["z"]), Fraction(data["r"])
    C, level = [Fraction(value) for value in data["C"]], key[0] or not key[3]
    p, q = Fraction(0), Fraction(1)
    factor, first = Fraction(1), Fraction(0)
    for n in range(len(C) + 8):
        factor *= z * (1 if level else n + 1 + r)
        f = factor * sum((c * Fraction(n + 1) ** k for k, c in enumerate(C)), Fraction(0))
        if n == 0:
            first = f
        else:
            a, b = ((x * n + y) * n + w for x, y, w in (key[:3], key[3:]))
            p, q = q, a * q + b * p
        if q * first != f:
            return 0, 0
    if C[0] != 0:  # f_(-1) is not 0 but q_(-1) is
        return 0, 0
    degree = 2 if key[0] else 1
    return (0, degree) if level else (abs(z), abs(key[1] - z))
