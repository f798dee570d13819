"""Programs on formulas with deg a = deg b = 2 that reduce to linear ones; standard library and mpmath only."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isqrt
from typing import Any

from mpmath import mpf

from theory.pcf.reduction_witnesses import fraction_of, is_square, value_at

Formulas = Mapping[str, Callable[..., Any]]


def nilpotent(a: list[int], b: list[int], prime: int) -> bool:
    """Whether M_1 ... M_l is nilpotent modulo l: one row and one column are followed from a zero of b."""
    tail = [(value_at(a, n) % prime, value_at(b, n) % prime) for n in range(1, prime + 1)]
    start = next((i for i, (_, bn) in enumerate(tail) if bn == 0), None)
    if start is None:
        return False
    u, v = 1, tail[start][0]
    for an, bn in tail[start + 1 :] + tail[:start]:
        u, v = v, (an * v + bn * u) % prime
    return v == 0


def root_gap(b: list[int]) -> Fraction | None:
    """The difference of the roots of a quadratic polynomial where it is rational."""
    disc = b[1] * b[1] - 4 * b[0] * b[2]
    return Fraction(isqrt(disc), abs(b[0])) if is_square(disc) else None


def _is_chosen(b: list[int], gap: str, denominators: tuple[str, ...]) -> bool:
    apart = root_gap(b)
    if gap == "other":
        return apart not in (1, 2, 3, 4)
    if apart != int(gap):
        return False
    smaller = (Fraction(-b[1], b[0]) - apart) / 2
    return str(smaller.denominator) in denominators


def _has_roots(b: list[int], prime: int) -> bool:
    disc = (b[1] * b[1] - 4 * b[0] * b[2]) % prime
    return pow(disc, (prime - 1) // 2, prime) != prime - 1


@functools.cache
def number_of_nilpotent(gap: str, denominators: tuple[str, ...], primes: tuple[int, ...]) -> int:
    """How many formulas with such roots of b are nilpotent at all primes."""
    side, found = range(-5, 6), 0
    for b in ([x, y, z] for x in side if x for y in side for z in side):
        chosen = all(value_at(b, n) for n in range(1, 8)) and _is_chosen(b, gap, denominators)
        if chosen and all(_has_roots(b, prime) for prime in primes):
            for a in ([x, y, z] for x in range(1, 6) for y in side for z in side):
                found += 2 * all(nilpotent(a, b, prime) for prime in primes)
    return found


def nilpotent_formulas(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the formulas of the census, deg a = deg b = 2, nilpotent at all primes given; right: the claimed number.

    No zero of b at n >= 1; roots of b that differ by the given gap, the smaller one of a given denominator.
    """
    denominators, primes = tuple(data.get("denominators", ())), tuple(int(prime) for prime in data["primes"])
    return number_of_nilpotent(data["gap"], denominators, primes), fraction_of(formulas["count"]())


def limit_by_convergents(a: list[Any], b: list[Any], depth: int) -> Fraction:
    """The convergent at a depth from exact rationals."""
    value = Fraction(0)
    for n in range(depth, 0, -1):
        value = Fraction(value_at(b, n)) / (value_at(a, n) + value)
    return value_at(a, 0) + value


def value_of_coboundary(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the limit from its convergents. Right: the claimed image of K, the linear one's, under U(1)."""
    a, b = ([int(x) for x in data[name]] for name in ("a", "b"))
    linear, constant = [Fraction(x) for x in data["linear"]], [Fraction(data["constant"])]
    K = limit_by_convergents(linear, constant, 60) - linear[1]
    names = dict(zip(("u11", "u12", "u21", "u22"), (Fraction(x) for x in data["U"]), strict=True))
    left = limit_by_convergents(a, b, 60)
    image = formulas["value"](a0=a[2], K=mpf(K.numerator) / K.denominator, **names)
    return mpf(left.numerator) / left.denominator, image
