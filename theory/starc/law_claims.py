"""Claims on laws of random instances: Gaussian rewards over many states, and distances from samples."""

from __future__ import annotations

from plumbline.domain import Domain, Every, Real
from plumbline.formula import Formula, Max, sqrt
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject

RHO = Real("rho", -1, 1, open_lo=True, open_hi=True, latex=r"\rho")

regret_limit = Formula("regret", [RHO], lambda rho: sqrt(1 - Max(rho, 0) ** 2))
range_limit = Formula("range", [RHO], lambda rho: sqrt(2 - 2 * rho))
rollout_limit = Formula("rollout", [RHO], lambda rho: (1 - rho) / 2)
inflation = Formula("inflation", [Real("m", 0, None, open_lo=True)], lambda m: 1 / sqrt(m))

gaussian = Claim(
    id="starc.law.gaussian",
    kind=Kind.RATE,
    title="Many states with Gaussian rewards",
    statement=(
        r"Let transitions ignore the two actions, all states weigh alike, and the gaps $r_i(s,1)-r_i(s,0)$ of two "
        r"rewards be standard normal with correlation $\rho$, independent over states. As their number grows, "
        r"$W\to\sqrt{1-\max(\rho,0)^2}$, $d_\Omega\to\sqrt{2-2\rho}$, and the regret of the optimal policy of the "
        r"second reward under the first, over the range, $\to(1-\rho)/2$: about $d_\Omega^2/4$."
    ),
    domain=Domain(RHO),
    subject=Subject({"regret": regret_limit, "range": range_limit, "rollout": rollout_limit}),
    provenance=Provenance.DERIVED,
    source="derived: law of large numbers and E|X - lambda Y| for normal X, Y",
    parts=("regret", "range", "rollout"),
    refutations=(
        Refutation(
            "rollout regret like the square root",
            {"rollout": Formula("rollout.wrong", [RHO], lambda rho: sqrt((1 - rho) / 2))},
            "optimal policies are quadratically blind: 0.05 and not 0.22 at rho = 0.9",
        ),
        Refutation(
            "worst-case regret like rollout regret",
            {"regret": Formula("regret.wrong", [RHO], lambda rho: (1 - rho) / 2)},
            "worst-case regret is of the order of the distance",
        ),
        Refutation(
            "distance without the factor 2",
            {"range": Formula("range.wrong", [RHO], lambda rho: sqrt(1 - rho))},
            "opposite rewards are 2 apart, not sqrt(2)",
        ),
    ),
    remark=(
        "Means of 2000 states each at rho = -1/2, 1/4, 3/5, 9/10, resolved to 0.01; W at the last three only: "
        "nothing here tests it for rho < 0, where it is 1."
    ),
)

mc_inflation = Claim(
    id="starc.law.mc_inflation",
    kind=Kind.RATE,
    title="Sampled canonical forms inflate distances",
    statement=(
        r"If the canonical forms (levelling under the uniform policy, exact values) of two equivalent nontrivial "
        r"rewards are estimated from $m$ independent sampled successors for each state and action, their estimated "
        r"$L_2$ distance, "
        r"whose truth is $0$, has a mean that falls like $C\,m^{-1/2}$, for every environment where some "
        r"canonical entry has positive variance."
    ),
    domain=Domain(
        Every("mdp", "every finite Markov decision process"), Every("R", "every pair of equivalent nontrivial rewards")
    ),
    subject=Subject({"inflation": inflation}),
    provenance=Provenance.DERIVED,
    source="derived: central limit theorem and the delta method",
    assumptions=("some canonical entry has positive variance under the transitions",),
    refutations=(
        Refutation(
            "slope -1",
            {"inflation": Formula("inflation.wrong", [Real("m", 0, None, open_lo=True)], lambda m: 1 / m)},
            "a norm of mean-zero noise falls like its standard deviation, not like its variance",
        ),
    ),
    remark="Eight dense random environments of ten states and three actions, m from 4096 to 1048576.",
)
