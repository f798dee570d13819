"""Programs on Euler's continued fractions: convergents against partial sums, and a count; standard library only."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isqrt
from typing import Any

from theory.pcf.reduction_witnesses import fraction_of


def euler(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: f(0) S_n P_n, right: the claimed numerator times Q_n, where K_n = P_n/Q_n; exact rationals.

    f is given from 0, h1 from 1, h2 from 1 on; a, b and the terms of S come from the claimed formulas.
    """
    f, h1, h2 = ([Fraction(x) for x in data[name]] for name in ("f", "h1", "h2"))
    p_before, p, q_before, q = Fraction(1), Fraction(0), Fraction(0), Fraction(1)
    S, term = Fraction(1), Fraction(1)
    for n in range(1, int(data["n"]) + 1):
        at = {"f_before": f[n - 1], "f_after": f[n + 1], "h1": h1[n - 1], "h2_after": h2[n]}
        a = fraction_of(formulas["denominator"](**at)) / f[n]
        b = fraction_of(formulas["numerator"](h1=h1[n - 1], h2=h2[n - 1]))
        p_before, p, q_before, q = p, a * p + b * p_before, q, a * q + b * q_before
        term *= fraction_of(formulas["grows"](f_before=f[n - 1], h1=h1[n - 1])) / (f[n + 1] * h2[n])
        S += term
    return f[0] * S * p, fraction_of(formulas["value"](f1=f[1], h2=h2[0], S=S)) * q


def rational_root(value: Fraction) -> Fraction | None:
    """The square root of a rational where it is rational."""
    if value < 0:
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if (top * top, bottom * bottom) == (value.numerator, value.denominator) else None


def top_degree(p: tuple[Any, ...]) -> int:
    """The degree of a polynomial (three coefficients, highest power first)."""
    return next((2 - i for i, x in enumerate(p) if x), -1)


def splits(b: tuple[int, ...]) -> tuple[int, list[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]]:
    """The leading coefficient of b and all pairs of monic rational polynomials p, q with b a multiple of p q."""
    top = b[2 - top_degree(b)]
    one = (Fraction(0), Fraction(0), Fraction(1))
    whole = tuple(Fraction(x, top) for x in b)
    found = {(one, whole), (whole, one)}
    root = rational_root(Fraction(b[1] ** 2 - 4 * b[0] * b[2], b[0] ** 2)) if b[0] else None
    if root is not None:
        linear = [(Fraction(0), Fraction(1), (whole[1] + sign * root) / 2) for sign in (1, -1)]
        found |= {(linear[0], linear[1]), (linear[1], linear[0])}
    return top, sorted(found)


def scales(here: Fraction, ahead: Fraction, a: int) -> list[Fraction]:
    """The rational x != 0 with x here - ahead/x = a, where here or ahead is not 0."""
    if here == 0:
        found = [-ahead / a] if a else []
    else:
        root = rational_root(a * a + 4 * here * ahead)
        found = [] if root is None else [(a + root) / (2 * here), (a - root) / (2 * here)]
    return [x for x in found if x]


@functools.cache
def euler_formulas(reach: int = 5) -> frozenset[tuple[int, ...]]:
    """All keys (a; b) of the census with b = -h1 h2, a(n) = h1(n) + h2(n+1), h1 and h2 rational polynomials.

    h1 = x p and h2 = -(B/x) q for a splitting b = B p q: one coefficient of a, run through its range, leaves at most
    two x. b has no zero at n >= 1.
    """
    side, found = range(-reach, reach + 1), set[tuple[int, ...]]()
    for b in ((x, y, z) for x in side for y in side for z in side if x or y or z):
        if any(b[0] * n * n + b[1] * n + b[2] == 0 for n in range(1, reach + 3)):
            continue
        top, pairs = splits(b)
        for p, q in pairs:
            ahead = [top * x for x in (q[0], 2 * q[0] + q[1], q[0] + q[1] + q[2])]
            place = next(i for i in range(3) if p[i] or ahead[i])
            for x in {x for a in side for x in scales(p[place], ahead[place], a)}:
                a = [x * p[i] - ahead[i] / x for i in range(3)]
                if any(a) and all(value.denominator == 1 and abs(value) <= reach for value in a):
                    found.add((*(int(value) for value in a), *b))
    return frozenset(found)


def euler_count(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: Euler's formulas with f = 1 of the given degrees in the census. Right: the claimed number."""
    wanted = [int(x) for x in data["degrees"]]
    keys = euler_formulas()
    chosen = [key for key in keys if not wanted or [top_degree(key[:3]), top_degree(key[3:])] == wanted]
    return len(chosen), fraction_of(formulas["count"]())
