"""Hypergeometric minimal solutions for d_a <= 1, d_b = 2 once more in plain Python, with numbers x + y s as pairs."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from theory.pcf.certificate_witnesses import at, convergents_of, nowhere_zero, tail_is_enclosed, value_at

Formulas = Mapping[str, Callable[..., Any]]
Pair = tuple[Fraction, Fraction]

ONE: Pair = (Fraction(1), Fraction(0))


def times(p: Pair, q: Pair, square: int) -> Pair:
    """(x + y s)(u + v s) with s^2 = ``square``."""
    return p[0] * q[0] + p[1] * q[1] * square, p[0] * q[1] + p[1] * q[0]


def over(p: Pair, q: Pair, square: int) -> Pair:
    """Quotient; q is not 0."""
    norm = q[0] ** 2 - q[1] ** 2 * square
    return times(p, (q[0] / norm, -q[1] / norm), square)


def plus(p: Pair, q: Pair, factor: Fraction | int = 1) -> Pair:
    """p + factor q."""
    return p[0] + factor * q[0], p[1] + factor * q[1]


def is_square(n: int) -> bool:
    return n >= 0 and math.isqrt(n) ** 2 == n


def smaller_zero(e: int, c: int) -> Pair:
    """z = (e - s)/2, the smaller zero of x^2 = e x + c (the negative one for e = 0); rational where s is."""
    square = e * e + 4 * c
    return (
        (Fraction(e - math.isqrt(square), 2), Fraction(0)) if is_square(square) else (Fraction(e, 2), Fraction(-1, 2))
    )


def defect(key: list[int], r: Fraction, C: Callable[[int], Pair], n: int) -> Pair:
    """z^2 (n+1+r) C(n+1) - z a(n) C(n) - c (n+r') C(n-1)."""
    _, e, d, c, b1, _ = key
    square, z = e * e + 4 * c, smaller_zero(e, c)
    later, now, before = (C(n + k) for k in (1, 0, -1))
    found = times(times(z, z, square), later, square)
    found = (found[0] * (n + 1 + r), found[1] * (n + 1 + r))
    return plus(plus(found, times(z, now, square), -(e * n + d)), before, -c * (n + Fraction(b1, c) - r))


def pair_value(C: list[Pair], n: int) -> Pair:
    """A polynomial with coefficients from the constant up, in pairs."""
    return value_at([x for x, _ in C], n), value_at([y for _, y in C], n)


def solves(key: list[int], r: Fraction, C: list[Pair]) -> bool:
    """Whether the equation for C holds, at more n than its degree, and C is monic."""
    return C[-1] == ONE and all(defect(key, r, partial(pair_value, C), n) == (0, 0) for n in range(len(C) + 3))


def _polynomial(key: list[int], r: Fraction, rho: int) -> list[Pair] | None:
    """The monic C of degree rho, its lower coefficients from as many linear equations, one after the other."""
    _, e, _, c, _, _ = key
    square, z = e * e + 4 * c, smaller_zero(e, c)
    slope = plus(times(z, z, square), (Fraction(c), Fraction(0)))
    C: list[Pair] = [(Fraction(0), Fraction(0))] * rho + [ONE]
    values = [defect(key, r, partial(_monomial, ONE, rho), n) for n in range(rho + 2)]
    for k in range(rho - 1, -1, -1):  # the coefficient of n^k in the defect is a difference of order k over k!
        top = _coefficient(values, k)
        C[k] = over((-top[0], -top[1]), (slope[0] * (k - rho), slope[1] * (k - rho)), square)
        step = (defect(key, r, partial(_monomial, C[k], k), n) for n in range(rho + 2))
        values = [plus(value, more) for value, more in zip(values, step, strict=True)]
    return C if solves(key, r, C) else None


def _monomial(factor: Pair, k: int, n: int) -> Pair:
    """factor n^k."""
    return factor[0] * n**k, factor[1] * n**k


def _coefficient(values: list[Pair], k: int) -> Pair:
    """The coefficient of n^k of the polynomial of degree < len(values) with these values at 0, 1, ..., by Newton."""
    found, basis, rows = (Fraction(0), Fraction(0)), [Fraction(1)], list(values)
    for j in range(len(values)):
        if k < len(basis):
            found = plus(found, rows[0], basis[k] / math.factorial(j))
        basis = [x - j * y for x, y in zip([Fraction(0), *basis], [*basis, Fraction(0)], strict=True)]
        rows = [plus(y, x, -1) for x, y in itertools.pairwise(rows)]
    return found


@functools.cache
def all_solutions() -> list[tuple[list[int], Fraction, list[Pair]]]:
    """One hypergeometric minimal solution for each formula of the census that has any, a with positive top."""
    solutions = []
    for c, b1, b0 in nowhere_zero():
        disc = b1 * b1 - 4 * c * b0
        if not c or not is_square(disc):
            continue
        for e in range(6):
            for d in range(-5 if e else 1, 6):
                found = _first([0, e, d, c, b1, b0], math.isqrt(disc)) if e * e + 4 * c > 0 else None
                if found is not None:
                    solutions.append(found)
    return solutions


def _first(key: list[int], root: int) -> tuple[list[int], Fraction, list[Pair]] | None:
    _, e, d, c, b1, _ = key
    square, t = e * e + 4 * c, 2 * c * d - e * (b1 + c)
    if t and not is_square(square):
        return None
    for w in {root, -root}:
        rho = -((Fraction(t, math.isqrt(square)) if t else 0) + w + c) / Fraction(2 * c)
        if rho.denominator == 1 and rho >= 0:
            C = _polynomial(key, Fraction(b1 + w, 2 * c), int(rho))
            if C is not None:
                return key, Fraction(b1 + w, 2 * c), C
    return None


def limit_of(key: list[int], r: Fraction, C: list[Pair]) -> Pair | None:
    """d - z (1 + r) C(1)/C(0); None where it is infinite."""
    square, z = key[1] ** 2 + 4 * key[3], smaller_zero(key[1], key[3])
    if C[0] == (0, 0):
        return None
    ratio = over(pair_value(C, 1), C[0], square)
    return plus((Fraction(key[2]), Fraction(0)), times(z, ratio, square), -(1 + r))


def product_count(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """The claimed number of formulas of a kind, both signs of a, and their number."""
    found = 0
    for key, r, C in all_solutions():
        limit = limit_of(key, r, C)
        irrational = limit is not None and limit[1] != 0
        kinds = {
            "linear": key[1] != 0 and not irrational,
            "zero": key[1] != 0 and limit == (0, 0),
            "infinite": limit is None,
            "irrational": irrational,
            "constant": key[1] == 0,
        }
        found += 2 * kinds[data["count"]]
    return formulas["claimed"](), found


def _data(data: Mapping[str, Any]) -> tuple[list[int], Fraction, list[Pair]]:
    C = [(Fraction(x), Fraction(0)) for x in data["C"]]
    return [int(value) for value in data["key"]], Fraction(data["r"]), C


def product_degree(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """The claimed degree and that of a polynomial which solves the equation (equal sides where it does not)."""
    key, r, C = _data(data)
    _, e, d, c, b1, _ = key
    if not solves(key, r, C):
        return 0, 0
    point: dict[str, Any] = {"t": 2 * c * d - e * (b1 + c), "s": math.isqrt(e * e + 4 * c), "w": 2 * c * r - b1, "c": c}
    return formulas["degree"](**{name: Fraction(value) for name, value in point.items()}), len(C) - 1


def product_distance(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Distance of the claimed limit from the centre of an interval that holds L, and half of its width.

    Equal sides where C does not solve the equation or the tail is not seen to be enclosed at depth N.
    """
    key, r, C = _data(data)
    N = int(data["N"])
    (p, q), (x, y) = convergents_of(key, N), convergents_of(key, N - 1)
    t = Fraction(abs(at(key[:3], N)), 2)
    if not solves(key, r, C) or not tail_is_enclosed(key, N) or (q + t * y) * (q - t * y) <= 0:
        return 0, 0
    ends = [(p + s * x) / (q + s * y) for s in (t, -t)]
    ratio = pair_value(C, 1)[0] / C[0][0]
    L = formulas["limit"](d=Fraction(key[2]), z=smaller_zero(key[1], key[3])[0], r=r, ratio=ratio)
    return abs(L - (ends[0] + ends[1]) / 2), abs(ends[0] - ends[1]) / 2
