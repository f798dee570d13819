"""Claims on the order of policies: what preserves it, and that nothing else does."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.starc.ranges import DISCOUNT, FACTOR

REWARD = Real("R")
HERE = Real("here", latex=r"\Phi(s)")
AHEAD = Real("ahead", latex=r"\Phi(s')")
_MDP = Every("mdp", "every finite Markov decision process")
_REACHED = Every(
    "mdp", "every finite Markov decision process whose states all have positive occupancy under some policy"
)
_POLICY = Every("pi", "every stationary policy")
_POSITIVE = r"every state has positive discounted occupancy under some policy (at $\gamma=0$: $\mu_0(s)>0$)"
_STATIONARY = r"all stationary policies, not the deterministic ones alone"
_EIGHT_NINTHS = Fraction(8, 9)

_SHAPING = [REWARD, HERE, AHEAD, FACTOR, DISCOUNT]
shaped = Formula("shaped", _SHAPING, lambda R, here, ahead, c, gamma: c * (R + gamma * ahead - here))
shift = Formula("shift", [Real("J"), Real("offset"), FACTOR], lambda J, offset, c: c * (J - offset))
rank = Formula("rank", [Integer("S", 1, None), Integer("A", 1, None)], lambda S, A: S * (A - 1))

invariance = Claim(
    id="starc.order.invariance",
    kind=Kind.IDENTITY,
    title="Shaping, S'-redistribution and scaling keep the order of policies",
    statement=(
        r"Let $R'(s,a,s')=c\,(R(s,a,s')+N(s,a,s')+\gamma\Phi(s')-\Phi(s))$ with $c>0$ and $\mathbb E_{s'}N=0$ at every "
        r"$(s,a)$. Then for every policy $J_{R'}(\pi)=c\,(J_R(\pi)-\mathbb E_{\mu_0}\Phi)$: policies keep their order."
    ),
    domain=Domain(_MDP, Every("R", "every reward"), Every("Phi", "every potential"), _POLICY, FACTOR, DISCOUNT),
    subject=Subject({"shaped": shaped, "shift": shift}),
    provenance=Provenance.RECALLED,
    source="Skalse et al. 2024, derivation repeated",
    refutations=(
        Refutation(
            "shaping with 8/9 of the discount",
            {
                "shaped": Formula(
                    "shaped.wrong",
                    _SHAPING,
                    lambda R, here, ahead, c, gamma: c * (R + _EIGHT_NINTHS * gamma * ahead - here),
                )
            },
            "at gamma = 9/10 and Phi = (0, 1) the discount 4/5 in the place of 9/10 gives W(R, R') = 0.0228 > 0",
        ),
        Refutation(
            "J moves by + E Phi",
            {"shift": shift.instead(lambda J, offset, c: c * (J + offset))},
            "potential shaping takes Phi off at the start",
        ),
        Refutation(
            "shaping Phi(s') - Phi(s) without discount",
            {"shaped": Formula("shaped.wrong", _SHAPING, lambda R, here, ahead, c, gamma: c * (R + ahead - here))},
            "potentials telescope under the discount only",
        ),
    ),
)

iff = Claim(
    id="starc.order.iff",
    kind=Kind.EQUIVALENCE,
    title="Equal orders of policies mean shaping, S'-redistribution and scaling",
    statement=(
        r"If every state has positive discounted occupancy under some policy, then $R_1$ and $R_2$ order all "
        r"stationary policies alike iff they differ by potential shaping, S'-redistribution and positive scaling. "
        r"The occupancy polytope then has dimension $S(A-1)$."
    ),
    domain=Domain(_REACHED, Every("R1", "every reward"), Every("R2", "every reward")),
    subject=Subject({"states": "reachable", "policies": "stochastic", "rank": rank}),
    provenance=Provenance.RECALLED,
    source="Skalse et al. 2024, derivation repeated",
    assumptions=(_POSITIVE, _STATIONARY),
    rests_on=("starc.order.invariance",),
    parts=("order", "dimension"),
    refutations=(
        Refutation(
            "states that no policy reaches",
            {"states": "any"},
            "a third state without weight or entry: rewards that differ there alone order all policies alike",
            drops=_POSITIVE,
        ),
        Refutation(
            "deterministic policies only",
            {"policies": "deterministic"},
            "two rewards order the four deterministic policies alike, and yet W = 0.0429 > 0",
            drops=_STATIONARY,
        ),
        Refutation(
            "dimension S A - 1",
            {"rank": rank.instead(lambda S, A: S * A - 1)},
            "that holds for one state only",
        ),
    ),
)
