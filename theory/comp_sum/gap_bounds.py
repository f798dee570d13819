"""Closed forms of minimizability gaps: sure labels with bounded scores, and score vectors that do not depend on x.

Notation as in :mod:`theory.comp_sum.bounds`; ``N`` stands for norms ``||p||_r = (sum_y p_y^r)^(1/r)`` with
``r = 1/(2-tau)``.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from plumbline.arrays import namespace
from plumbline.domain import Real
from plumbline.errors import InputError
from plumbline.formula import Formula, box_cox, exp, log, power, rational, xlogx
from theory.comp_sum import bounds

BOUND = Real("L", 0, None, open_lo=True)
ERROR = Real("A", 0, None, latex=r"\mathcal A")
MORE_TAU = Real("delta", 0, None, latex=r"\delta")
NOISE = Real("e", "0.05309", "0.5", open_hi=True)
LOW_TAU, HIGH_TAU = Fraction(243, 200), Fraction(49, 40)

_PUBLISHED = f"{bounds.PAPER} (recalled)"


def _norm(name: str, above_one: bool, latex: str) -> Real:
    """Norms of laws are at least 1 for r < 1 and in (0, 1] for r > 1."""
    return Real(name, 1, None, latex=latex) if above_one else Real(name, 0, 1, open_lo=True, latex=latex)


def _mean_norm(above_one: bool) -> Real:
    return _norm("N_mean", above_one, r"\mathbb E\|p_x\|_r")


def _norm_of_mean(above_one: bool) -> Real:
    return _norm("N_bar", above_one, r"\|\bar p\|_r")


same_gap = Formula("comp_sum.gap.same", [ERROR], lambda A: A, latex=r"M_\tau")

least_loss_in_box = Formula(
    "comp_sum.gap.least_loss_in_box",
    [bounds.CLASSES, BOUND, bounds.TAU],
    lambda n, L, tau: box_cox(1 + (n - 1) * exp(-2 * L), 1 - tau),
    latex=r"\mathcal C^*_\tau",
    source=_PUBLISHED,
)
unit_factor = Formula("comp_sum.gap.unit_factor", [bounds.TAU], lambda tau: 1, latex="1")

norm_exponent = Formula(
    "comp_sum.gap.norm_exponent",
    [Real("tau", 0, 2, open_hi=True, latex=r"\tau")],
    lambda tau: 1 / (2 - tau),
    latex="r",
)
risk_below_one = Formula(
    "comp_sum.gap.risk_below_one",
    [_norm_of_mean(True), bounds.TAU_BELOW_ONE],
    lambda N_bar, tau: (N_bar - 1) / (1 - tau),
    latex=r"R^*_\tau",
)
risk_one_to_two = Formula(
    "comp_sum.gap.risk_one_to_two",
    [_norm_of_mean(False), bounds.TAU_ONE_TO_TWO],
    lambda N_bar, tau: (1 - N_bar) / (tau - 1),
    latex=r"R^*_\tau",
)
gap_below_one = Formula(
    "comp_sum.gap.below_one",
    [_mean_norm(True), _norm_of_mean(True), bounds.TAU_BELOW_ONE],
    lambda N_mean, N_bar, tau: (N_bar - N_mean) / (1 - tau),
    latex=r"M_\tau",
)
gap_one_to_two = Formula(
    "comp_sum.gap.one_to_two",
    [_mean_norm(False), _norm_of_mean(False), bounds.TAU_ONE_TO_TWO],
    lambda N_mean, N_bar, tau: (N_mean - N_bar) / (tau - 1),
    latex=r"M_\tau",
)
gap_entropy = Formula(
    "comp_sum.gap.entropy",
    [Real("H_mean", 0, None, latex=r"\mathbb E H(p_x)"), Real("H_bar", 0, None, latex=r"H(\bar p)")],
    lambda H_mean, H_bar: H_bar - H_mean,
    latex="M_1",
)
_LIKELIEST = [
    Real("P_mean", 0, 1, open_lo=True, latex=r"\mathbb E\max p_x"),
    Real("P_bar", 0, 1, open_lo=True, latex=r"\max\bar p"),
]
risk_from_two = Formula(
    "comp_sum.gap.risk_from_two",
    [_LIKELIEST[1], bounds.TAU_FROM_TWO],
    lambda P_bar, tau: (1 - P_bar) / (tau - 1),
    latex=r"R^*_\tau",
)
gap_from_two = Formula(
    "comp_sum.gap.from_two",
    [*_LIKELIEST, bounds.TAU_FROM_TWO],
    lambda P_mean, P_bar, tau: (P_mean - P_bar) / (tau - 1),
    latex=r"M_\tau",
)
gap_zero_one = Formula(
    "comp_sum.gap.zero_one", _LIKELIEST, lambda P_mean, P_bar: P_mean - P_bar, latex=r"M_{01}", source="derived"
)


def noisy_gap(tau: Fraction, noise: Real = NOISE) -> Formula:
    """M_tau of score vectors that do not depend on x, where p is (1-e, e) or (e, 1-e) with equal weights; 0 < tau < 2.

    ``(((1-e)^r + e^r)^(1/r) - 2^(1-tau))/(tau-1)`` with ``r = 1/(2-tau)``; at ``tau = 1`` log 2 less the entropy.
    """

    def build(e: Any) -> Any:
        if tau == 1:
            return log(2) + xlogx(e) + xlogx(1 - e)
        t = rational(tau)
        r = 1 / (2 - t)
        return (power(power(1 - e, r) + power(e, r), 2 - t) - 2 ** (1 - t)) / (t - 1)

    return Formula(f"comp_sum.gap.noisy.{tau}", [noise], build, latex=rf"M_{{{tau}}}", source="derived")


def norm(p: Any, tau: float) -> Any:
    """``||p||_r`` over the last axis with ``r = 1/(2-tau)``; the largest entry from tau = 2 on."""
    xp = namespace(p)
    if tau >= 2:
        return xp.amax(p, -1)
    r = 1 / (2 - tau)
    return ((p > 0) * xp.where(p > 0, p, p * 0 + 1) ** r).sum(-1) ** (1 / r)


def _entropy(p: Any) -> Any:
    xp = namespace(p)
    return -(p * xp.log(xp.where(p > 0, p, p * 0 + 1))).sum(-1)


def bias_only_risk(p_bar: Any, tau: float) -> Any:
    """``R*_tau(R^n) = C*_tau(p_bar)`` in closed form, over the last axis."""
    if tau == 1:
        return _entropy(p_bar)
    return (1 - norm(p_bar, tau)) / (tau - 1)


def bias_only_gap(weights: Any, laws: Any, tau: float) -> Any:
    """``M_tau`` in closed form: weights (..., m) of m inputs with laws (..., m, n)."""
    mean = (weights[..., None] * laws).sum(-2)
    if tau == 1:
        return _entropy(mean) - (weights * _entropy(laws)).sum(-1)
    if math.isclose(tau, 1, abs_tol=1e-6):
        raise InputError(f"tau must be 1 or differ from it by more than 1e-6, got {tau}")
    return ((weights * norm(laws, tau)).sum(-1) - norm(mean, tau)) / (tau - 1)


def bias_only_zero_one_gap(weights: Any, laws: Any) -> Any:
    """``M_01 = E max p_x - max p_bar``."""
    xp = namespace(laws)
    mean = (weights[..., None] * laws).sum(-2)
    return (weights * xp.amax(laws, -1)).sum(-1) - xp.amax(mean, -1)
