"""Closed forms of lower bounds for every algorithm: random signs, biased signs, their Gaussian limit, noisy quadratics.

Exact numbers are Fractions; :data:`gaussian_game` and :func:`mean_absolute_walk` serve figures as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from plumbline.domain import Integer, Real
from plumbline.formula import Formula, Max, exp, log, rational, sqrt

SLOPE = Real("G", 0, None, open_lo=True)
DIAMETER = Real("D", 0, None, open_lo=True)
BIAS = Real("Delta", 0, 1, open_hi=True, latex=r"\Delta")
TIE = Real("u", 0, 1, open_lo=True, latex="u_k")
NOISE = Real("s", 0, None, open_lo=True)
CONVEXITY = Real("lam", 0, None, open_lo=True, latex=r"\lambda")
HORIZON = Integer("T", 1, None)
STRENGTH = Real("c", 0, None, open_lo=True)

hindsight_regret = Formula("hindsight_regret", [SLOPE, DIAMETER, Real("w", 0, None)], lambda G, D, w: G * D * w / 2)
mean_absolute = Formula("mean_absolute", [Integer("k", 1, None), TIE], lambda k, u: 2 * k * u)
return_ratio = Formula("return_ratio", [Integer("k", 0, None)], lambda k: (2 * k + 1) / (2 * k + 2))


def _pi() -> Any:
    import sympy

    return sympy.pi


walk_limit = Formula("walk_limit", [], lambda: sqrt(2 / _pi()))

pseudo_regret = Formula(
    "pseudo_regret", [SLOPE, DIAMETER, BIAS, Real("w", 0, None)], lambda G, D, Delta, w: G * D * Delta * w
)
majority_drop = Formula(
    "majority_drop", [Integer("k", 0, None), TIE, BIAS], lambda k, u, Delta: Delta / 2 * u * (1 - Delta**2) ** k
)

gaussian_value = Formula(
    "gaussian_value",
    [STRENGTH, Real("P", 0, "1/2"), Real("q", 0, "2/5")],
    lambda c, P, q: c * P + (rational(1, 2) - P) / c - q,
    latex="K",
)
best_strength = Formula("best_strength", [], lambda: rational("1.246858674624610653"), latex="c_*")
best_value = Formula("best_value", [], lambda: rational("0.264894279761372360"), latex="K_*")


def _gaussian(c: Any) -> Any:
    import sympy

    tail = (1 - sympy.erf(c / sqrt(2))) / 2
    return c * tail + (rational(1, 2) - tail) / c - exp(-(c**2) / 2) / sqrt(2 * sympy.pi)


gaussian_game = Formula("gaussian_game", [STRENGTH], _gaussian, latex="K(c)")

strong_regret = Formula(
    "strong_regret",
    [HORIZON, CONVEXITY, NOISE, Real("kappa", 0, None, open_lo=True, latex=r"\kappa")],
    lambda T, lam, s, kappa: s**2 / (2 * lam) * log(1 + T / kappa),
)

sachs_convex = Formula(
    "sachs_convex",
    [DIAMETER, Real("sigma", 0, None, latex=r"\sigma"), Real("Sigma", 0, None, latex=r"\Sigma"), HORIZON],
    lambda D, sigma, Sigma, T: D / (2 * sqrt(2)) * Max(sigma, Sigma / sqrt(2)) * sqrt(T),
)


def mean_absolute_walk(rounds: int) -> Fraction:
    """E|S_T| = 2k C(2k, k)/4^k with k = ceil(T/2), for a sum of T fair signs."""
    from math import comb

    k = (rounds + 1) // 2
    return Fraction(2 * k * comb(2 * k, k), 4**k)


def majority_errors(rounds: int, bias: Any) -> Iterator[Any]:
    """P_0, ..., P_{T-1}: how likely the majority of t signs of mean ``bias`` is wrong (ties count 1/2).

    ``bias`` in [0, 1) is a Fraction (exact values) or a float.
    """
    wrong, tie = bias * 0 + Fraction(1, 2), bias * 0 + 1
    for t in range(rounds):
        yield wrong
        if t % 2 == 0:
            wrong = wrong - bias * tie / 2
            tie = tie * (t + 1) / (t + 2) * (1 - bias**2)


def pseudo_bound(rounds: int, bias: Any) -> Any:
    """B(T, Delta) = Delta sum_{t<T} P_t."""
    return bias * sum(majority_errors(rounds, bias))
