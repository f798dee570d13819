"""Claims about worst-case regret itself: the ray identity, the range metric, what is best possible, closed forms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Every, Real
from plumbline.formula import Formula, Max, sqrt
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.starc import regret_bounds as bounds

MDPS = Every("mdp", "every finite MDP")
FIRST = Every("R1", "every reward that is not trivial")
SECOND = Every("R2", "every reward")
_BOTH = (MDPS, FIRST, Every("R2", "every reward that is not trivial"))
_EXOGENOUS = Every("mdp", "every finite MDP with two actions that do not move the transitions")
_ANY = Every("R1", "every reward")
_SYMMETRIC = Every("d", "every symmetric function of two rewards, sound with U, complete with L")
_TRIVIAL = r"$R_1$ is not trivial ($h(R_1)>0$); the regret of a trivial $R_1$ is 0 by convention"
_NEITHER = r"for the last inequality neither $R_1$ nor $R_2$ is trivial"
_UNIQUE = r"optimal actions of $R_2$ are unique ($\Delta_{2s}\ne 0$) for the last closed form"
_LESS, _MORE = Fraction(19, 20), Fraction(21, 20)
_NEW = "derived here from LP duality"


def instead(formula: Formula, build: Callable[..., Any], *variables: Any) -> Formula:
    """A wrong formula in the place of ``formula``, on the same variables unless others are given."""
    return Formula(f"{formula.name}.wrong", list(variables or formula.variables), build)


ray_identity = Claim(
    id="starc.regret.ray_identity",
    kind=Kind.IDENTITY,
    title="Worst-case regret is the distance to a ray in the range norm",
    statement=(
        r"With $h(R)=\max_\pi J_R(\pi)-\min_\pi J_R(\pi)$ and $W(R_1,R_2)=\max\{J_1(\pi_1)-J_1(\pi_2):J_2(\pi_2)\ge "
        r"J_2(\pi_1)\}/h(R_1)$: $$h(R_1)\,W(R_1,R_2)=\min_{\lambda\ge 0}h(R_1-\lambda R_2).$$"
    ),
    domain=Domain(MDPS, _ANY, SECOND),
    subject=Subject({"multipliers": Real("lam", 0, None, latex=r"\lambda")}),
    provenance=Provenance.DERIVED,
    source=_NEW,
    parts=("upper", "lower"),
    refutations=(
        Refutation("multiplier 1", {"multipliers": Real("lam", 1, 1)}, "on M1 the least is at 521/201"),
        Refutation("multipliers in [0, 1]", {"multipliers": Real("lam", 0, 1)}, "on M1 the least is at 521/201"),
        Refutation(
            "multipliers of either sign",
            {"multipliers": Real("lam")},
            "for R2 = -R1 the multiplier -1 gives 0, the worst-case regret is 1",
        ),
    ),
)

range_metric = Claim(
    id="starc.regret.range_metric",
    kind=Kind.INEQUALITY,
    title="The range metric bounds worst-case regret from both sides, in every environment",
    statement=(
        r"With $d_\Omega(R_1,R_2)=h\big(R_1/h(R_1)-R_2/h(R_2)\big)$ (the zero vector for a trivial reward): "
        r"$$\tfrac12 d_\Omega(R_1,R_2)\le W(R_1,R_2)\le d_\Omega(R_1,R_2),$$ whatever states, actions, discount and "
        r"start, reachable or not. Hence $W(R_1,R_2)\le 2\,W(R_2,R_1)$ where neither is trivial."
    ),
    domain=Domain(MDPS, FIRST, SECOND),
    subject=Subject(
        {
            "upper": bounds.range_upper,
            "lower": bounds.range_lower,
            "reversed": bounds.reversed_regret,
            "first": "not trivial",
            "second": "not trivial",
        }
    ),
    provenance=Provenance.DERIVED,
    source=_NEW,
    assumptions=(_TRIVIAL, _NEITHER),
    rests_on=("starc.regret.ray_identity",),
    parts=("upper", "lower", "reversed"),
    scale=("lower", "up"),
    stronger={"upper": "down", "reversed": "down"},
    refutations=(
        Refutation("W <= 0.95 d", {"upper": bounds.range_upper.scaled(_LESS)}, "met with equality on the tight pair"),
        Refutation("W >= 0.525 d", {"lower": bounds.range_lower.scaled(_MORE)}, "met on the same pair, reversed"),
        Refutation(
            "W(R1,R2) <= 1.9 W(R2,R1)", {"reversed": bounds.reversed_regret.scaled(_LESS)}, "the tight pair: 1 and 1/2"
        ),
        Refutation(
            "every R1, trivial ones too",
            {"first": "any"},
            "for trivial R1 and another R2 the regret is 0 by convention and the distance is 1",
            drops=_TRIVIAL,
        ),
        Refutation(
            "the last inequality for every R2, trivial ones too",
            {"second": "any"},
            "a trivial R2 bounds nothing: W(R1, R2) = 1, and W(R2, R1) = 0 by convention",
            drops=_NEITHER,
        ),
    ),
)

optimal_ratio = Claim(
    id="starc.regret.optimal_ratio",
    kind=Kind.INEQUALITY,
    title="In every environment: four arms force a factor of 2 between the constants",
    statement=(
        r"On the bandit with 4 arms, $R_1=(1,0,1,0)$ and $R_2=(2,0,1,1)$ have $W(R_1,R_2)=1$ and $W(R_2,R_1)="
        r"\tfrac12$. Whoever is symmetric, sound with $U$ and complete with $L$ there has $U\ge 2L$: "
        r"$d_\Omega$, with $U=1$ and $L=\tfrac12$, is best possible."
    ),
    domain=Domain(
        bounds.DISCOUNT, Every("d", "every symmetric function of two rewards, sound with U, complete with L")
    ),
    subject=Subject({"least": bounds.least_upper_constant}),
    provenance=Provenance.DERIVED,
    source=_NEW,
    rests_on=("starc.regret.ray_identity", "starc.regret.range_metric"),
    parts=("ratio",),
    scale=("least", "up"),
    refutations=(
        Refutation("U >= 2.1 L", {"least": bounds.least_upper_constant.scaled(_MORE)}, "the range metric has U = 2 L"),
    ),
)

regret_not_metric = Claim(
    id="starc.regret.regret_not_metric",
    kind=Kind.NEGATION,
    title="Worst-case regret is no metric, nor are its symmetrisations",
    statement=(
        r"On the bandit with 4 arms, $r_1=(1,1,3,3)$, $r_2=(1,0,5,4)$, $r_3=(2,0,5,2)$: $W_{13}=1$ exceeds "
        r"$W_{12}+W_{23}=\tfrac14+\tfrac35$ by $\tfrac3{20}$. The larger of the two directions breaks the triangle "
        r"inequality by $\tfrac3{20}$, their mean by $\tfrac1{20}$."
    ),
    domain=Domain(bounds.DISCOUNT),
    subject=Subject(
        {
            "one_way": bounds.violation,
            "largest": bounds.violation_largest,
            "mean": bounds.violation_mean,
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived here, exact",
    rests_on=("starc.regret.ray_identity",),
    parts=("one_way", "largest", "mean"),
    refutations=(
        Refutation("W is a metric", {"one_way": instead(bounds.violation, lambda: 0)}, "it exceeds the sum by 3/20"),
        Refutation(
            "the larger direction is a metric",
            {"largest": instead(bounds.violation_largest, lambda: 0)},
            "it exceeds the sum by 3/20",
        ),
        Refutation(
            "the mean breaks it by 3/20 too",
            {"mean": bounds.violation_mean.scaled(Fraction(3))},
            "the mean exceeds the sum by 1/20",
        ),
    ),
)

exogenous = Claim(
    id="starc.regret.exogenous",
    kind=Kind.IDENTITY,
    title="Closed forms where actions do not move the transitions",
    statement=(
        r"Two actions, transitions that ignore them, $\Delta_s=r(s,1)-r(s,0)$, $D_s=\sum_t\gamma^t\Pr(s_t=s)$: "
        r"$$h(R)=\sum_sD_s|\Delta_s|,\qquad h(R_1)\,W=\min_\lambda\sum_sD_s|\Delta_{1s}-\lambda\Delta_{2s}|$$ over "
        r"$\lambda\in\{0\}\cup\{\Delta_{1s}/\Delta_{2s}>0\}$ (a weighted median), $d_\Omega=\sum_sD_s|\Delta_{1s}/h_1-"
        r"\Delta_{2s}/h_2|$, and the optimal policy of $R_2$ loses $\sum_{\Delta_{1s}\Delta_{2s}<0}D_s|\Delta_{1s}|$ "
        r"under $R_1$. On the chain that starts in 0, leaves it with probability $\varepsilon$ and stays in 1: "
        r"$D_0=1/(1-\gamma(1-\varepsilon))$, $D_1/D_0=\rho=\gamma\varepsilon/(1-\gamma)$, and the condition number "
        r"of $L_2$ on levelled rewards (uniform policy) against $h$ is $\kappa=\sqrt{1+\rho^2}/\min(1,\rho)$ for "
        r"$\gamma>0$."
    ),
    domain=Domain(_EXOGENOUS, _ANY, SECOND),
    subject=Subject(
        {
            "term": bounds.exogenous_term,
            "rollout": bounds.rollout_term,
            "start": bounds.chain_start_visits,
            "ratio": bounds.chain_visit_ratio,
            "condition": bounds.chain_condition,
            "ties": "excluded",
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived here, exact",
    assumptions=(_UNIQUE,),
    rests_on=("starc.regret.ray_identity",),
    parts=("range", "regret", "rollout", "chain", "condition"),
    refutations=(
        Refutation(
            "terms without the absolute value",
            {"term": instead(bounds.exogenous_term, lambda D, delta: D * delta)},
            "the best and the worst action differ by |Delta|",
        ),
        Refutation(
            "loss where the signs agree",
            {"rollout": instead(bounds.rollout_term, lambda D, delta1, delta2: D * Max(0, delta1 * delta2))},
            "nothing is lost where both prefer the same action",
        ),
        Refutation(
            "visits without the discount of the stay",
            {"start": instead(bounds.chain_start_visits, lambda eps, gamma: 1 / (1 - gamma + eps))},
            "the stay is discounted: 1 - gamma (1 - eps)",
        ),
        Refutation(
            "ratio eps/(1 - gamma)",
            {"ratio": instead(bounds.chain_visit_ratio, lambda eps, gamma: eps / (1 - gamma))},
            "the absorbing state is entered one step later",
        ),
        Refutation(
            "condition number sqrt(1 + rho^2)",
            {"condition": instead(bounds.chain_condition, lambda rho: sqrt(1 + rho**2))},
            "the least visited state of weight rho < 1 counts",
        ),
        Refutation(
            "ties of R2 allowed",
            {"ties": "allowed"},
            "where R2 does not care, its optimal policy may take the worse action of R1: a loss with no sign change",
            drops=_UNIQUE,
        ),
    ),
)
