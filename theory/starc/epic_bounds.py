"""Closed forms about EPIC and DARD: canonical entries, the two exact families, the reversal, the regret bound.

Numbers of a canonical entry at (s, a, s'): ``R`` the reward there, ``here`` and ``ahead`` the mean rewards phi(s) and
phi(s') that the canonicalisation takes, ``mean`` the mean of phi under D_S (EPIC), ``coupled`` the mean over
S' ~ tau(s, A), S'' ~ tau(s', A) with one A ~ D_A of R(S', A, S'') (DARD).
"""

from __future__ import annotations

from typing import Any

from plumbline.domain import Real
from plumbline.formula import Formula, sqrt

GAMMA = Real("gamma", 0, 1, open_hi=True, latex=r"\gamma")
POSITIVE_GAMMA = Real("gamma", 0, 1, open_lo=True, open_hi=True, latex=r"\gamma")
EPS = Real("eps", 0, None, open_lo=True, latex=r"\varepsilon")
T = Real("t", 0, None, open_lo=True)
SHARE = Real("x", 0, "1/4", open_lo=True)
NORM = Real("N", 0, None)
ENTRY = [Real("R"), Real("here", latex=r"\varphi(s)"), Real("ahead", latex=r"\varphi(s')")]
MEAN = Real("mean", latex=r"\bar\varphi")
COUPLED = Real("coupled", latex="k(s,s')")

epic_entry = Formula(
    "starc.epic.entry",
    [*ENTRY, MEAN, GAMMA],
    lambda R, here, ahead, mean, gamma: R + gamma * ahead - here - gamma * mean,
    latex="C_{EPIC}",
)
epic_potential = Formula(
    "starc.epic.potential",
    [ENTRY[1], MEAN, GAMMA],
    lambda here, mean, gamma: here + gamma * mean / (1 - gamma),
    latex=r"\Phi",
)
half_norm = Formula("starc.epic.half_norm", [NORM], lambda N: N / 2, latex="D_{EPIC}")

rewards_opposed = Formula("starc.epic.opposed", [EPS], lambda eps: eps / sqrt(4 + eps**2), latex=r"D(\varepsilon)")
rewards_redistributed = Formula(
    "starc.epic.redistributed",
    [T],
    lambda t: t * sqrt(2 / (sqrt(1 + 4 * t**2) * (1 + sqrt(1 + 4 * t**2)))),
    latex="D(t)",
)
refuted_constant = Formula("starc.epic.refuted_constant", [EPS], lambda eps: 2 / eps, latex=r"U(\varepsilon)")
refuted_share = Formula("starc.dard.refuted_constant", [SHARE], lambda x: 3 * sqrt(2) / (8 * x), latex="U(x)")
least_square = Formula("starc.epic.least_square", [T], lambda t: (2 - 1 / t) / 4, latex=r"\tfrac12-\tfrac1{4t}")

dard_entry = Formula(
    "starc.dard.entry",
    [*ENTRY, COUPLED, GAMMA],
    lambda R, here, ahead, coupled, gamma: R + gamma * ahead - here - gamma * coupled,
    latex="C_{DARD}",
)
residual_bound = Formula(
    "starc.dard.residual_bound",
    [Real("Y", 0, None), GAMMA],
    lambda Y, gamma: Y / (1 - gamma),
    latex=r"\|R-\mathrm{sh}\Phi\|_\infty",
)
potentials_rank = Formula(
    "starc.dard.rank", [Real("S", 1, None), Real("A", 1, None)], lambda S, A: S**2 * A - S, latex="\\mathrm{rank}"
)
reversal_threshold = Formula("starc.dard.threshold", [], lambda: (sqrt(5) - 1) / 2, latex=r"\gamma^*")
gain = Formula("starc.dard.gain", [GAMMA], lambda gamma: (1 + 0 * gamma) / 2, latex="J_R(stay)-J_R(go)")
gain_canonical = Formula(
    "starc.dard.gain_canonical",
    [GAMMA],
    lambda gamma: (1 - gamma - gamma**2) / (2 * (1 - gamma)),
    latex="J_{C(R)}(stay)-J_{C(R)}(go)",
)


def _impossible(x: Any) -> Any:
    spread = sqrt((16 * x**2 + 3) ** 2 - 64 * x**2)
    return 8 * x / sqrt(spread * (spread + 3 - 16 * x**2))


rewards_on_impossible = Formula("starc.dard.impossible", [SHARE], _impossible, latex=r"D_{DARD}(\varepsilon/\gamma)")

SMALL = Real("h", 0, None, open_lo=True)


def _attained(w: Any, h: Any, gamma: Any) -> Any:
    return (1 + gamma**2) * sqrt(2 * w * (1 + w) / (1 + gamma**2 + h**2))


published_constant = Formula("starc.epic.published_constant", [GAMMA], lambda gamma: 16 + 0 * gamma, latex="c")
sharp_constant = Formula("starc.epic.sharp_constant", [GAMMA], lambda gamma: 2 * sqrt(1 + gamma**2), latex=r"c(\gamma)")
attained_constant = Formula(
    "starc.epic.attained_constant",
    [SMALL, GAMMA],
    lambda h, gamma: _attained(sqrt(1 + h**2 / (1 + gamma**2) ** 2), h, gamma),
    latex="c(h)",
)
