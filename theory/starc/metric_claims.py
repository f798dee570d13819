"""Claims on STARC metrics as pseudometrics, on what distance 0 means, and on metrics that ignore the transitions."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.starc.ranges import DISCOUNT

_MDP = Every("mdp", "every finite Markov decision process")
_REACHED = Every(
    "mdp", "every finite Markov decision process whose states all have positive occupancy under some policy"
)

_POSITIVE = r"every state has positive discounted occupancy under some policy, for $d=0$ implied by equal orders"

opposite = Formula("opposite", [], lambda: 2)
trivial = Formula("trivial", [], lambda: 1)
certain = Formula("certain", [], lambda: 1)
spread = Formula("range", [DISCOUNT], lambda gamma: 1 / (1 - gamma))

pseudometric = Claim(
    id="starc.metric.pseudometric",
    kind=Kind.EQUIVALENCE,
    title="STARC metrics are pseudometrics, and 0 exactly on equal orders of policies",
    statement=(
        r"Let $c$ be a canonicalisation, $n$ a norm, $s(R)=c(R)/n(c(R))$ (0 where $c(R)=0$) and $m$ an admissible "
        r"metric. Then $d(R_1,R_2)=m(s(R_1),s(R_2))$ is a pseudometric, and $d=0$ iff $R_1$ and $R_2$ order all "
        r"policies alike. Where $m$ is the metric of $n$: $0\le d\le 2$, $d=1$ if exactly one reward is trivial, and "
        r"$d(R,-R)=2$ for every nontrivial $R$."
    ),
    domain=Domain(
        _REACHED,
        Every("c", "every canonicalisation function"),
        Every("n", "every norm"),
        Every("m", "every admissible metric"),
        Every("R", "all rewards"),
    ),
    subject=Subject({"form": "val", "metric": "norm", "states": "reachable", "opposite": opposite, "trivial": trivial}),
    provenance=Provenance.RECALLED,
    source="Skalse et al. 2024, derivation repeated",
    assumptions=(_POSITIVE,),
    rests_on=("starc.order.iff", "starc.canon.val"),
    parts=("triangle", "zero", "values"),
    refutations=(
        Refutation(
            "EPIC's canonical form",
            {"form": "epic"},
            "it keeps S'-redistribution: equal orders at positive distance",
        ),
        Refutation("DARD's canonical form", {"form": "dard"}, "it keeps S'-redistribution too"),
        Refutation(
            "1 - cos in the place of a metric",
            {"metric": "cosine"},
            "no triangle inequality: angles of 45 and 45 degrees against 90",
        ),
        Refutation(
            "opposite rewards at distance 1.9",
            {"opposite": Formula("opposite.wrong", [], lambda: Fraction(19, 10))},
            "s(R) - s(-R) = 2 s(R) has norm 2",
        ),
        Refutation(
            "a trivial reward at distance 1.05",
            {"trivial": Formula("trivial.wrong", [], lambda: Fraction(21, 20))},
            "s of a trivial reward is 0, the other has norm 1",
        ),
        Refutation(
            "states that no policy reaches",
            {"states": "any"},
            "a third state without weight or entry: rewards that differ there alone order all policies alike",
            drops=_POSITIVE,
        ),
    ),
)

zero_iff_order = Claim(
    id="starc.metric.zero_iff_order",
    kind=Kind.EQUIVALENCE,
    title="A sound and complete pseudometric is 0 exactly on equal orders of policies",
    statement=(
        r"If $L\,d\le W\le U\,d$ for nontrivial first rewards ($U,L>0$), and $d=0$ for two trivial rewards, then "
        r"$d(R_1,R_2)=0$ iff $R_1$ and $R_2$ order all stationary policies alike."
    ),
    domain=Domain(_MDP, Every("d", "every sound and complete pseudometric on rewards"), Every("R", "all rewards")),
    subject=Subject({"form": "range"}),
    provenance=Provenance.RECALLED,
    source="Skalse et al. 2024, derivation repeated",
    refutations=(
        Refutation(
            "EPIC", {"form": "epic"}, "two rewards with equal orders are at distance up to 1/sqrt 2: not complete"
        ),
        Refutation("DARD", {"form": "dard"}, "the same pair on uniform transitions"),
        Refutation("normalised rewards without canonical form", {"form": "none"}, "shaping alone moves them apart"),
    ),
)

env_dependence = Claim(
    id="starc.metric.env_dependence",
    kind=Kind.NEGATION,
    title="No distance that ignores the transitions is sound and complete in all environments",
    statement=(
        r"Let $S=A=2$, $R=\mathbf 1[s'=1]$. Where $s'$ is uniform whatever $(s,a)$, $R$ and $-R$ are trivial and "
        r"completeness forces $d(R,-R)=0$. Where action $a$ leads to $s'=a$, $h(R)=1/(1-\gamma)$, $W(R,-R)=1$ and "
        r"soundness forces $d(R,-R)\ge 1/U>0$. So no $d$ is sound and complete in both."
    ),
    domain=Domain(
        Every("d", "every pseudometric on rewards that is the same for all transitions"),
        Every("mu0", "every initial law"),
        DISCOUNT,
    ),
    subject=Subject(
        {"first": "uniform", "second": "chosen", "reward": "successor", "range": spread, "regret": certain}
    ),
    provenance=Provenance.RECALLED,
    source="Skalse et al. 2024, the pair is derived",
    parts=("complete", "sound"),
    refutations=(
        Refutation("the same uniform transitions twice", {"second": "uniform"}, "then W(R, -R) = 0 in both"),
        Refutation("the same chosen transitions twice", {"first": "chosen"}, "then R is trivial in neither"),
        Refutation("a reward for the action", {"reward": "action"}, "its returns do not depend on the transitions"),
        Refutation(
            "range 1",
            {"range": Formula("range.wrong", [DISCOUNT], lambda gamma: 1 + 0 * gamma)},
            "returns are not multiplied by 1 - gamma",
        ),
    ),
)
