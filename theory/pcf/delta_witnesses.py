"""Exact instances of delta: finite continued fractions, whose value is a rational number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf


def finite_convergents(a: list[int], b: list[int]) -> list[Fraction]:
    """The convergents of a_0 + b_1/(a_1 + ... + b_k/a_k); none of them may be infinite."""
    p, q, p_before, q_before = a[0], 1, 1, 0
    found = [Fraction(p, q)]
    for x, y in zip(a[1:], b, strict=True):
        p, p_before = x * p + y * p_before, p
        q, q_before = x * q + y * q_before, q
        found.append(Fraction(p, q))
    return found


def half_distance(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """factor * eps_n, and 1/(q~_n q~_(n+1)); the value is the last convergent, and eps_(n+1) <= eps_n."""
    x, n = finite_convergents([int(v) for v in data["a"]], [int(v) for v in data["b"]]), int(data["n"])
    if abs(x[-1] - x[n + 1]) > abs(x[-1] - x[n]):
        raise ValueError("the error increases")
    return formulas["factor"]() * real(abs(x[-1] - x[n])), Fraction(1, x[n].denominator * x[n + 1].denominator)


def real(value: Fraction) -> mpf:
    """A rational number in the working precision."""
    return mpf(value.numerator) / value.denominator


def delta_bound(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The claimed bound on delta_n, and delta_n = -ln eps_n/ln q~_n - 1."""
    x, n = finite_convergents([int(v) for v in data["a"]], [int(v) for v in data["b"]]), int(data["n"])
    if abs(x[-1] - x[n + 1]) > abs(x[-1] - x[n]):
        raise ValueError("the error increases")
    delta = -mpmath.log(real(abs(x[-1] - x[n]))) / mpmath.log(x[n].denominator) - 1
    return formulas["bound"](q=Fraction(x[n].denominator), q_next=Fraction(x[n + 1].denominator)), delta


def blind_gap(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The claimed bound, and |delta_blind - delta| from their definitions."""
    x = finite_convergents([int(v) for v in data["a"]], [int(v) for v in data["b"]])
    n, m = int(data["n"]), int(data["m"])
    near, far = abs(x[-1] - x[m]), abs(x[-1] - x[n])
    if not 0 < near < far:
        raise ValueError("the later error is not the smaller one")
    log_q = mpmath.log(x[n].denominator)
    blind = -mpmath.log(real(abs(x[m] - x[n]))) / log_q - 1
    delta = -mpmath.log(real(far)) / log_q - 1
    return formulas["bound"](q=Fraction(x[n].denominator), theta=near / far), abs(blind - delta)


def predictor_excess(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """How far the claimed limit is from the excess at depth N, over N; and 6 ln(N)/N. For b = 1 or -1, a > 2 growing.

    There g_n = 1 and -ln eps_N = ln q_N + ln q_(N+1) up to ln 2; q is followed by its ratios.
    """
    key, depth = [int(value) for value in data["key"]], int(data["depth"])
    ratio, log_q, before = mpf(1), mpf(0), mpf(0)
    for n in range(1, depth + 2):
        ratio = key[0] * n * n + key[1] * n + key[2] + (key[5] / ratio if n > 1 else 0)
        before, log_q = log_q, log_q + mpmath.log(abs(ratio))
    a = mpf(key[0] * depth * depth + key[1] * depth + key[2])
    root = mpmath.sqrt(a * a + 4 * key[5])
    count = depth * mpmath.log((a + root) ** 2 / 4)
    degree = 2 if key[0] else 1
    excess = (count - log_q - before) / depth
    return abs(formulas["excess"](e=Fraction(-2 * degree)) - excess), 6 * mpmath.log(depth) / depth
