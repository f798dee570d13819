"""Closed forms about worst-case regret: the sandwich, its constants, and environments that ignore actions."""

from __future__ import annotations

from plumbline.domain import Integer, Real
from plumbline.formula import Abs, Formula, Min, piecewise, rational, sqrt

DISTANCE = Real("d", 0, 2)
REGRET = Real("w", 0, 1)
DISCOUNT = Real("gamma", 0, 1, open_hi=True, latex=r"\gamma")


def positive(name: str, latex: str = "") -> Real:
    """A constant > 0."""
    return Real(name, 0, None, open_lo=True, latex=latex)


_VISITS = Real("D", 0, None)
_LEAVE = Real("eps", 0, 1, open_lo=True, latex=r"\varepsilon")
_INNER_DISCOUNT = Real("gamma", 0, 1, open_lo=True, open_hi=True, latex=r"\gamma")
ACTIONS = Integer("A", 2, None)
LEAST_VISITS = positive("v", r"d_{\min}")

range_upper = Formula("range_upper", [DISTANCE], lambda d: d)
range_lower = Formula("range_lower", [DISTANCE], lambda d: d / 2)
reversed_regret = Formula("reversed_regret", [REGRET], lambda w: 2 * w)
least_upper_constant = Formula("least_upper_constant", [positive("L")], lambda L: 2 * L)

violation = Formula("violation", [], lambda: rational(3, 20))
violation_largest = Formula("violation_largest", [], lambda: rational(3, 20))
violation_mean = Formula("violation_mean", [], lambda: rational(1, 20))

exogenous_term = Formula("exogenous_term", [_VISITS, Real("delta")], lambda D, delta: D * Abs(delta))
rollout_term = Formula(
    "rollout_term",
    [_VISITS, Real("delta1"), Real("delta2")],
    lambda D, delta1, delta2: piecewise((D * Abs(delta1), delta1 * delta2 < 0), (0, True)),
)
chain_start_visits = Formula("chain_start_visits", [_LEAVE, DISCOUNT], lambda eps, gamma: 1 / (1 - gamma * (1 - eps)))
chain_visit_ratio = Formula("chain_visit_ratio", [_LEAVE, DISCOUNT], lambda eps, gamma: gamma * eps / (1 - gamma))
chain_condition = Formula(
    "chain_condition", [positive("rho", r"\rho")], lambda rho: sqrt(1 + rho**2) / Min(1, rho), latex=r"\kappa"
)

sound_constant = Formula(
    "sound_constant", [positive("a"), positive("beta", r"\beta"), positive("l")], lambda a, beta, l: a * beta / l
)
complete_constant = Formula(
    "complete_constant",
    [positive("u"), positive("b"), positive("alpha", r"\alpha"), positive("beta", r"\beta")],
    lambda u, b, alpha, beta: 1 / (2 * u * b * alpha * beta),
)
levelling_sound = Formula(
    "levelling_sound",
    [DISCOUNT, LEAST_VISITS, ACTIONS],
    lambda gamma, v, A: 2 * (A - 1) / (A * (1 - gamma) * v),
)
levelling_complete = Formula(
    "levelling_complete",
    [DISCOUNT, LEAST_VISITS, ACTIONS],
    lambda gamma, v, A: A * (1 - gamma) * v / (4 * (A - 1)),
)
bilipschitz_constant = Formula(
    "bilipschitz_constant",
    [positive("U1"), positive("L1"), positive("U2"), positive("L2")],
    lambda U1, L1, U2, L2: U2 / L1,
)
