"""Closed forms of the comp-sum paper and of the sharp theory beside it: each written once.

Notation: ``tau >= 0`` the family's parameter, ``q = tau - 1``, ``r = 1/(2 - tau)``, ``n`` classes,
``beta`` the zero-one conditional regret, ``u = sum_{y' != y} exp(h(x,y') - h(x,y))``. All logarithms are natural.
"""

from __future__ import annotations

from typing import Any

from plumbline.arrays import in_pieces
from plumbline.domain import Integer, Real
from plumbline.formula import Formula, Max, Min, box_cox, expm1_over, power, sqrt, xlogx

BETA = Real("beta", 0, 1, latex=r"\beta")
TAU = Real("tau", 0, None, latex=r"\tau")
TAU_BELOW_ONE = Real("tau", 0, 1, open_hi=True, latex=r"\tau")
TAU_ONE_TO_TWO = Real("tau", 1, 2, open_lo=True, open_hi=True, latex=r"\tau")
TAU_FROM_TWO = Real("tau", 2, None, latex=r"\tau")
U = Real("u", 0, None)
CLASSES = Integer("n", 2, None)
POOL = Integer("m", 2, None)
RISK = Real("t", 0, None)

PAPER = "Mao, Mohri, Zhong 2023"


def _power_mean(beta: Any, tau: Any) -> Any:
    """M_r(beta) = (((1 + beta)^r + (1 - beta)^r) / 2)^(1/r) with r = 1/(2 - tau)."""
    r = 1 / (2 - tau)
    return power((power(1 + beta, r) + power(1 - beta, r)) / 2, 2 - tau)


def _log_power_mean(xp: Any, beta: Any, r: Any) -> Any:
    """log M_r(beta) without cancellation: by theta = atanh(beta) below 1/2, by (1 - beta)/(1 + beta) above."""
    if isinstance(r, float) and r == 2:
        return xp.log1p(beta * beta) / 2
    small = xp.clip(beta, 0, 0.5)
    theta = xp.arctanh(small)
    near_zero = 0.5 * xp.log1p(-small * small) + (1 / r) * xp.log1p(2 * xp.sinh(r / 2 * theta) ** 2)
    odds = (1 - beta) / (1 + beta)
    return xp.where(beta < 0.5, near_zero, xp.log1p(beta) + (1 / r) * xp.log(0.5 + 0.5 * odds**r))


@in_pieces
def _stable_logistic(xp: Any, beta: Any) -> Any:
    """beta atanh(beta) + log(1 - beta^2)/2 for small beta, the sum of both x log x otherwise."""
    small = xp.where(beta < 0.5, beta, 0 * beta)
    near_zero = small * xp.arctanh(small) + xp.log1p(-small * small) / 2
    rest = xp.where(beta < 1, 1 - beta, 0 * beta + 1)
    return xp.where(beta < 0.5, near_zero, ((1 + beta) * xp.log1p(beta) + (1 - beta) * xp.log(rest)) / 2)


def two_class_with_exponent(beta: Any, tau: Any, r: Any) -> Any:
    """2^(1-tau) (1 - M_r(beta))/(1 - tau) for an exponent r that is not tied to tau."""
    return 2 ** (1 - tau) / (1 - tau) * (1 - power((power(1 + beta, r) + power(1 - beta, r)) / 2, 1 / r))


@in_pieces
def _stable_two_class(xp: Any, beta: Any, tau: Any) -> Any:
    return 2 ** (1 - tau) / (tau - 1) * xp.expm1(_log_power_mean(xp, beta, 1 / (2 - tau)))


@in_pieces
def _stable_gce(xp: Any, beta: Any, n: Any, tau: Any) -> Any:
    return n ** (1 - tau) / (tau - 1) * xp.expm1(_log_power_mean(xp, beta, 1 / (2 - tau)))


phi = Formula(
    "comp_sum.phi",
    [U, TAU],
    lambda u, tau: box_cox(1 + u, 1 - tau),
    latex=r"\Phi_{\tau}",
    source=f"{PAPER} (recalled)",
)
phi_derivative = Formula(
    "comp_sum.phi_derivative",
    [U, TAU],
    lambda u, tau: (1 + u) ** (-tau),
    latex=r"\Phi_{\tau}'",
    source="derived",
)
softmax_power = Formula(
    "comp_sum.softmax_power",
    [Real("s", 0, 1, open_lo=True), TAU],
    lambda s, tau: -box_cox(s, tau - 1),
    latex=r"\ell_{\tau}",
    source="derived",
)
softmax_integral = Formula(
    "comp_sum.softmax_integral",
    [Real("v", 0, None), TAU],
    lambda v, tau: v * expm1_over((1 - tau) * v),
    latex=r"\ell_{\tau}",
    source="derived",
)
phi_at_one = Formula(
    "comp_sum.phi_at_one", [TAU], lambda tau: box_cox(2, 1 - tau), latex=r"\Phi_{\tau}(1)", source="derived"
)

transform_sumexp = Formula(
    "comp_sum.transform.sumexp",
    [BETA],
    lambda beta: 1 - sqrt(1 - beta**2),
    latex=r"\mathcal{T}_0",
    source=f"{PAPER} (recalled)",
    stable=in_pieces(lambda xp, beta: beta**2 / (1 + xp.sqrt((1 - beta) * (1 + beta)))),
)
transform_logistic = Formula(
    "comp_sum.transform.logistic",
    [BETA],
    lambda beta: (xlogx(1 + beta) + xlogx(1 - beta)) / 2,
    latex=r"\mathcal{T}_1",
    source=f"{PAPER} (recalled)",
    stable=_stable_logistic,
)
transform_below_one = Formula(
    "comp_sum.transform.below_one",
    [BETA, TAU_BELOW_ONE],
    lambda beta, tau: 2 ** (1 - tau) / (1 - tau) * (1 - _power_mean(beta, tau)),
    latex=r"\mathcal{T}_{\tau}",
    source=f"{PAPER} (recalled)",
    stable=_stable_two_class,
)
transform_gce = Formula(
    "comp_sum.transform.gce",
    [BETA, CLASSES, TAU_ONE_TO_TWO],
    lambda beta, n, tau: (_power_mean(beta, tau) - 1) / ((tau - 1) * n ** (tau - 1)),
    latex=r"\mathcal{T}_{\tau}",
    source=f"{PAPER} (recalled)",
    stable=_stable_gce,
)
transform_linear = Formula(
    "comp_sum.transform.linear",
    [BETA, CLASSES, TAU_FROM_TWO],
    lambda beta, n, tau: beta / ((tau - 1) * n ** (tau - 1)),
    latex=r"\mathcal{T}_{\tau}",
    source=f"{PAPER} (recalled)",
)
transform_two_class = Formula(
    "comp_sum.transform.two_class",
    [BETA, TAU_ONE_TO_TWO],
    lambda beta, tau: 2 ** (1 - tau) * (_power_mean(beta, tau) - 1) / (tau - 1),
    latex=r"\mathcal{T}^{(2)}_{\tau}",
    source="derived",
    stable=_stable_two_class,
)

TAU_TO_THREE_HALVES = Real("tau", 1, "3/2", open_lo=True, latex=r"\tau")
transform_two_class_exact = Formula(
    "comp_sum.transform.two_class_exact",
    [BETA, TAU_TO_THREE_HALVES],
    lambda beta, tau: 2 ** (1 - tau) * (_power_mean(beta, tau) - 1) / (tau - 1),
    latex=r"\mathcal{T}^{(2)}_{\tau}",
    source="derived",
    stable=_stable_two_class,
)
simplified_below_one = Formula(
    "comp_sum.simplified.below_one",
    [TAU_BELOW_ONE],
    lambda tau: 2**tau * (2 - tau),
    latex=r"c_{\tau}",
    source=f"{PAPER} (recalled)",
)
simplified_from_one = Formula(
    "comp_sum.simplified.from_one",
    [CLASSES, Real("tau", 1, 2, open_hi=True, latex=r"\tau")],
    lambda n, tau: 2 * n ** (tau - 1),
    latex=r"c_{\tau,n}",
    source=f"{PAPER} (recalled)",
)
simplified_from_two = Formula(
    "comp_sum.simplified.from_two",
    [CLASSES, TAU_FROM_TWO],
    lambda n, tau: (tau - 1) * n ** (tau - 1),
    latex=r"c_{\tau,n}",
    source=f"{PAPER} (recalled)",
)
spare_mass = Formula(
    "comp_sum.pools.spare_mass",
    [BETA, CLASSES],
    lambda beta, n: Max(0, (1 - (n - 1) * beta) / n),
    latex=r"c_0",
    source="derived",
)
pool_from_two = Formula(
    "comp_sum.pools.from_two",
    [BETA, Integer("m", 1, None), Real("c", 0, 1, latex=r"c_0"), TAU_FROM_TWO],
    lambda beta, m, c, tau: (c + beta - m ** (1 - tau) * Min(1, m * c + (m - 1) * beta)) / (tau - 1),
    latex=r"\mathcal{T}_m",
    source="derived",
)
pool_slope = Formula(
    "comp_sum.pools.slope",
    [POOL, TAU_FROM_TWO],
    lambda m, tau: (1 - (m - 1) * m ** (1 - tau)) / (tau - 1),
    latex=r"\kappa_m",
    source="derived",
)

bayes_exponent = Formula(
    "comp_sum.bayes_risk.exponent",
    [Real("tau", 0, 2, open_hi=True, latex=r"\tau")],
    lambda tau: 1 / (2 - tau),
    latex="r",
)
bayes_value_below_one = Formula(
    "comp_sum.bayes_risk.below_one",
    [Real("Z", 1, None), TAU_BELOW_ONE],
    lambda Z, tau: (Z ** (2 - tau) - 1) / (1 - tau),
    latex=r"\mathcal C^*_{\tau}",
)
bayes_value_one_to_two = Formula(
    "comp_sum.bayes_risk.one_to_two",
    [Real("Z", 0, 1, open_lo=True), TAU_ONE_TO_TWO],
    lambda Z, tau: (1 - Z ** (2 - tau)) / (tau - 1),
    latex=r"\mathcal C^*_{\tau}",
)
bayes_value_from_two = Formula(
    "comp_sum.bayes_risk.from_two",
    [Real("p_max", 0, 1, open_lo=True, latex=r"p_{\max}"), TAU_FROM_TWO],
    lambda p_max, tau: (1 - p_max) / (tau - 1),
    latex=r"\mathcal C^*_{\tau}",
)

mae_pool = Formula(
    "comp_sum.mae.pool",
    [BETA, POOL],
    lambda beta, m: Max(beta - 1 / m, beta / m),
    latex=r"\max(\beta-1/m,\ \beta/m)",
    source="derived",
)
mae_node_beta = Formula("comp_sum.mae.node_beta", [POOL], lambda m: 1 / (m - 1), latex=r"\beta_m", source="derived")
mae_node_value = Formula("comp_sum.mae.node_value", [POOL], lambda m: 1 / (m * (m - 1)), latex=r"t_m", source="derived")
mae_class_free = Formula(
    "comp_sum.mae.class_free",
    [BETA],
    lambda beta: beta**2 / (1 + beta),
    latex=r"\beta^2/(1+\beta)",
    source="derived",
)
mae_class_free_inverse = Formula(
    "comp_sum.mae.class_free_inverse",
    [RISK],
    lambda t: (t + sqrt(t**2 + 4 * t)) / 2,
    latex=r"\Gamma",
    source="derived",
)


sure_label_regret = Formula(
    "comp_sum.sure_label_regret",
    [Real("tau", 1, None, open_lo=True, latex=r"\tau")],
    lambda tau: (1 - 2 ** (1 - tau)) / (tau - 1),
    latex=r"\mathcal T^*_{\tau,n}(1)",
    source="derived",
)
