r"""Witness programs of the adaptive step's factor: standard library and mpmath only.

The path, with D = G = 1, A = 4 + delta, b = beta/(1 + c): a rectangle with edges w = c b (1 + 1/n)/sqrt A along z and
sqrt(1 - w^2) along q, start in the corner 0. A cycle has 2n + 1 slopes along z: n times -b/n, once b, then
b(1 - j/n) for j = 1..n. After N cycles the slope is -1 along q until the other end is reached. The comparator is z = 0
at that other end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf

Formulas = Mapping[str, Callable[..., Any]]


def number(x: Any) -> Any:
    """A rational, as a number or as text, as a number of the working precision."""
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator


def sizes(data: Mapping[str, Any]) -> dict[str, Any]:
    """A, b, w, the length of the other edge and the variation of a cycle, summed from its slopes."""
    n, c = data["n"], number(data["c"])
    A, b = 4 + number(data["delta"]), number(data["beta"]) / (1 + number(data["c"]))
    w = c * b * (1 + mpf(1) / n) / mpmath.sqrt(A)
    return {"n": n, "c": c, "A": A, "b": b, "w": w, "L": mpmath.sqrt(1 - w * w)}


def cycle_slopes(n: int, b: Any) -> list[Any]:
    """The slopes of one cycle."""
    return [-b / n] * n + [b] + [b * (n - j) / n for j in range(1, n + 1)]


def cycle_play(data: Mapping[str, Any]) -> dict[str, Any]:
    """One cycle from the corner with variation ``V`` before it, hint 0: regret against z = 0, end and variation."""
    at = sizes(data)
    n, c, A, b, w = (at[name] for name in ("n", "c", "A", "b", "w"))
    before = V = number(data["V"])
    z = hint = regret = mpf(0)
    steps = []
    for g in cycle_slopes(n, b):
        eta = c / mpmath.sqrt(A + V)
        steps.append(eta)
        regret += g * min(max(z - eta * hint, mpf(0)), w)
        z = min(max(z - eta * g, mpf(0)), w)
        V, hint = V + (g - hint) ** 2, g
    return {
        "regret": regret,
        "end": z,
        "hint": hint,
        "variation": V - before,
        "e": steps[0],
        "f": steps[1],
        "h": steps[n + 1],
    }


def path_play(data: Mapping[str, Any]) -> dict[str, Any]:
    """The whole path, round by round: regret of the cycles and of the run, and the variations after both."""
    at = sizes(data)
    c, A, L = at["c"], at["A"], at["L"]
    V, cycles = mpf(0), mpf(0)
    for _ in range(data["N"]):
        found = cycle_play({**data, "V": _text(V)})
        cycles, V = cycles + found["regret"], V + found["variation"]
    middle, q, hint, run, rounds = V, mpf(0), mpf(0), mpf(0), 0
    while q < L:
        eta = c / mpmath.sqrt(A + V)
        run += L - min(q + eta * hint, L)
        q, V, hint, rounds = min(q + eta, L), V + (1 - hint) ** 2, mpf(1), rounds + 1
    return {"cycles": cycles, "run": run, "middle": middle, "V": V, "rounds": data["N"] * (2 * at["n"] + 1) + rounds}


def _text(x: Any) -> str:
    """A number of the working precision as the exact fraction that it is."""
    sign, mantissa, exponent, _ = x._mpf_
    return str(Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** exponent)


def path_totals(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same numbers for any N at once: sums of inverse roots are differences of Hurwitz zeta functions."""
    at = sizes(data)
    n, c, A, b, L = (at[name] for name in ("n", "c", "A", "b", "L"))
    N, half = data["N"], mpf(1) / 2
    slopes = cycle_slopes(n, b)
    v = sum(((g - m) ** 2 for g, m in zip(slopes, [mpf(0), *slopes], strict=False)), mpf(0))

    def inverse_roots(start: Any) -> Any:
        return (mpmath.zeta(half, start / v) - mpmath.zeta(half, start / v + N)) / mpmath.sqrt(v)

    walk = b * b / n / n
    cycles = c * (walk * inverse_roots(A) + b * b * (n + 1) / (2 * n) * inverse_roots(A + walk))
    first, later = c / mpmath.sqrt(A + N * v), c / mpmath.sqrt(A + N * v + 1)
    last = int(mpmath.floor((L - first) / later)) + 1 if first < L else 1
    run = L + (last - 1) * (L - first) - later * last * (last - 1) / 2
    return {"cycles": cycles, "run": run, "middle": N * v, "V": N * v + 1}


def adaptive_cycle(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: regret of one cycle, played. Right: the stated value at its first and its later steps."""
    found = cycle_play(data)
    assert found["end"] == 0 and found["hint"] == 0
    b = Fraction(data["beta"]) / (1 + Fraction(data["c"]))
    return found["regret"], formulas["cycle"](n=data["n"], e=found["e"], f=found["f"], b=b)


def adaptive_variation(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: variation of one cycle, played. Right: the stated value."""
    b = Fraction(data["beta"]) / (1 + Fraction(data["c"]))
    return cycle_play(data)["variation"], formulas["variation"](n=data["n"], b=b)


def deviation(data: Mapping[str, Any]) -> Any:
    """How far regret may be from the limit times sqrt(A + V)."""
    c = number(data["c"])
    return c + 1 / (2 * c) + c * mpmath.sqrt(number(data["delta"]) + 5) + 1


def adaptive_limit(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: |regret - limit * sqrt(delta + 4 + V)| after N cycles. Right: the constant that bounds it for every N."""
    at, found = sizes(data), path_totals(data)
    claimed = formulas["limit"](c=Fraction(data["c"]), n=data["n"], w=at["w"])
    return abs(found["cycles"] + found["run"] - claimed * mpmath.sqrt(at["A"] + found["V"])), deviation(data)


def adaptive_ratio(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: regret over sqrt(delta + 4 + V) of the path. Right: the stated factor."""
    at, found = sizes(data), path_totals(data)
    ratio = (found["cycles"] + found["run"]) / mpmath.sqrt(at["A"] + found["V"])
    return ratio, formulas["factor"](c=Fraction(data["c"]))


def adaptive_gap(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the stated factor less the limit of ratios. Right: a gap that vanishes as n grows and w falls."""
    n, c, w = data["n"], Fraction(data["c"]), Fraction(data["w"])
    gap = 2 * c * n / ((n + 1) * (n + 2)) + w * w / (2 * c)
    return number(gap) + formulas["limit"](c=c, n=n, w=w), formulas["factor"](c=c)


def one_unprojected_step(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: g (x - u) - ((xhat - u)^2 - (y - u)^2)/(2 eta) on an interval. Right: the stated gain of the step."""
    lo, hi, leader, u, eta, g, hint = (Fraction(data[name]) for name in ("lo", "hi", "leader", "u", "eta", "g", "M"))
    x = min(max(leader - eta * hint, lo), hi)
    y = min(max(leader - eta * g, lo), hi)
    assert lo <= min(leader, u) and max(leader, u) <= hi
    assert data["leaders"] == "anywhere" or y == leader - eta * g
    gain = g * (x - u) - ((leader - u) ** 2 - (y - u) ** 2) / (2 * eta)
    return gain, formulas["gain"](eta=eta, a=(g - hint) ** 2, g2=g * g, M2=hint * hint)
