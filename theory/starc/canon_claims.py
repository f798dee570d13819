"""Claims on canonicalisations: value-adjusted levelling, the representative of least L2 norm, and no other norm."""

from __future__ import annotations

from plumbline.domain import Domain, Every, Real
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.starc.ranges import DISCOUNT, SQUARE

_MDP = Every("mdp", "every finite Markov decision process")
_REWARDS = Every("R", "every reward")
_POLICY = Every("pi", "every stationary policy, the same for all rewards")

_VALUES = [Real("r"), Real("here", latex="V(s)"), Real("ahead", latex=r"\mathbb E V(S')"), DISCOUNT]
canonical = Formula("canonical", _VALUES, lambda r, here, ahead, gamma: r - here + gamma * ahead)

weight = Formula("weight", [SQUARE], lambda square: 1 / square)
_SPREAD = [Real("q"), Real("p", latex=r"\tau(s')"), SQUARE]
spread = Formula("spread", _SPREAD, lambda q, p, square: q * p / square)
_DEFAULT = [Real("q"), Real("rest"), Real("p", 0, 1, open_lo=True)]
default = Formula("default", _DEFAULT, lambda q, rest, p: (q - rest) / p)

val = Claim(
    id="starc.canon.val",
    kind=Kind.IDENTITY,
    title="Value-adjusted levelling is a canonicalisation",
    statement=(
        r"Let $\pi$ be a policy and $c(R)(s,a,s')=\mathbb E_{S'}[R(s,a,S')-V^\pi(s)+\gamma V^\pi(S')]$, the advantage "
        r"of $\pi$. Then $c$ is linear; $c(R)$ and $R$ differ by potential shaping and S'-redistribution; "
        r"$c(R_1)=c(R_2)$ iff $R_1$ and $R_2$ do; $\sum_a\pi(a|s)c(R)(s,a)=0$, so that $c$ is a projection."
    ),
    domain=Domain(_MDP, _REWARDS, _POLICY, DISCOUNT),
    subject=Subject({"canonical": canonical, "successors": "mean", "valued": "fixed"}),
    provenance=Provenance.RECALLED,
    source="Skalse et al. 2024, derivation repeated",
    parts=("equivalent", "invariant", "linear", "levelled"),
    refutations=(
        Refutation(
            "R - V(s) + gamma V(s') without the mean over s'",
            {"successors": "none"},
            "not invariant under S'-redistribution: two such rewards with W = 0 are 0.3297 apart in L2",
        ),
        Refutation(
            "sign error r - V(s) - V(s')",
            {"canonical": Formula("canonical.wrong", _VALUES, lambda r, here, ahead, gamma: r - here - ahead)},
            "not a shaping of R",
        ),
        Refutation(
            "values of the optimal policy of each reward",
            {"valued": "optimal"},
            "not linear: the optimal policy changes with the reward",
        ),
    ),
)

minimal_l2 = Claim(
    id="starc.canon.minimal_l2",
    kind=Kind.IDENTITY,
    title="The equivalent reward of least L2 norm in closed form",
    statement=(
        r"Among the rewards that differ from $R$ by potential shaping and S'-redistribution exactly one has least "
        r"$L_2$ norm: $c(R)(s,a,s')=q(s,a)\tau(s'|s,a)/\|\tau(\cdot|s,a)\|_2^2$ with $q=r-M\Phi$, "
        r"$M^\top W q=0$, $W=\mathrm{diag}(1/\|\tau(\cdot|s,a)\|_2^2)$. Its squared norm is $\langle q,Wq\rangle$, and "
        r"$c$ is a canonicalisation."
    ),
    domain=Domain(_MDP, _REWARDS),
    subject=Subject({"weight": weight, "spread": spread, "default": default}),
    provenance=Provenance.DERIVED,
    source="derived; existence recalled from Skalse et al. 2024",
    parts=("equivalent", "minimal", "canonical"),
    refutations=(
        Refutation(
            "S'-part dropped",
            {"spread": Formula("spread.wrong", _SPREAD, lambda q, p, square: q)},
            "the same value for every s' has a larger norm",
        ),
        Refutation(
            "normal equations without weights",
            {"weight": Formula("weight.wrong", [SQUARE], lambda square: square / square)},
            "weights 1 belong to the norm that weighs each entry with its probability",
        ),
        Refutation(
            "public code: default successor q/p - rest",
            {"default": Formula("default.wrong", _DEFAULT, lambda q, rest, p: q / p - rest)},
            "the result is not equivalent to R: W(R, c(R)) > 0",
        ),
    ),
)

minimal_lp = Claim(
    id="starc.canon.minimal_lp",
    kind=Kind.NEGATION,
    title="Representatives of least L1 or Linf norm form no canonicalisation",
    statement=(
        r"On the bandit with three arms and any discount, the rewards $x=(0,0,1)$, $y=(0,1,0)$ and $x+y$ have unique "
        r"representatives of least $L_1$ norm and of least $L_\infty$ norm, and $c(x)+c(y)\ne c(x+y)$: no minimal "
        r"canonicalisation for these norms is linear."
    ),
    domain=Domain(DISCOUNT),
    subject=Subject({"l1": "1", "linf": "inf", "relation": ">"}),
    provenance=Provenance.DERIVED,
    source="derived",
    parts=("l1", "linf"),
    refutations=(
        Refutation(
            "the minimal canonicalisations are linear",
            {"relation": "=="},
            "L1: (0,1,1) against (-1,0,0); Linf: (-1,0,0) against (-1/2,1/2,1/2)",
        ),
        Refutation("neither is it for L2", {"l1": "2"}, "the least squares representative r - mean(r) is linear"),
    ),
)
