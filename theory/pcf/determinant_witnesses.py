"""Convergents by the recurrence in plain Python, their determinants and common factors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any


def convergent_list(key: list[int], last: int) -> list[tuple[int, int]]:
    """(p_n, q_n) for n = 0, ..., last of the formula with coefficients (A2, A1, A0, B2, B1, B0)."""

    def at(c: list[int], n: int) -> int:
        return c[0] * n * n + c[1] * n + c[2]

    a, b = key[:3], key[3:]
    before, pairs = (1, 0), [(at(a, 0), 1)]
    for n in range(1, last + 1):
        p = at(a, n) * pairs[-1][0] + at(b, n) * before[0]
        q = at(a, n) * pairs[-1][1] + at(b, n) * before[1]
        before = pairs[-1]
        pairs.append((p, q))
    return pairs


def product_of_numerators(key: list[int], n: int) -> int:
    """b_1 b_2 ... b_n."""
    return math.prod(key[3] * k * k + key[4] * k + key[5] for k in range(1, n + 1))


def determinant(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """p_n q_(n-1) - p_(n-1) q_n over b_1 ... b_n, and the claimed sign."""
    key, n = [int(value) for value in data["key"]], int(data["n"])
    pairs = convergent_list(key, n)
    found = pairs[n][0] * pairs[n - 1][1] - pairs[n - 1][0] * pairs[n][1]
    return Fraction(found, product_of_numerators(key, n)), formulas["sign"](n=Fraction(n))


def remainder(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The remainder of b_1 ... b_n on division by g_n g_(n-j), and 0."""
    key, n = [int(value) for value in data["key"]], int(data["n"])
    pairs = convergent_list(key, n)
    divisor = math.gcd(*pairs[n]) * math.gcd(*pairs[n - int(data["lag"])])
    return product_of_numerators(key, n) % divisor, 0
