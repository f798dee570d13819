"""Claims on DARD: the kernel of its canonical form, the order that it reverses, and what it misses."""

from __future__ import annotations

from plumbline.domain import Domain, Every
from plumbline.formula import Formula, rational
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.starc import epic_bounds as bounds

_SOURCE = "derived from the definition of Wulfe et al. 2022"
_MDP = Every("mdp", "every finite Markov decision process")
_REWARD = Every("R", "every reward")
_LAW = Every("D", "every law D_A on actions")
_START = Every("mu0", "every initial law")
_DARD = (
    r"$C_{DARD}(R)(s,a,s')=R(s,a,s')+\gamma e(s')-e(s)-\gamma k(s,s')$ with $e(s)=\mathbb E\,R(s,A,S')$ and "
    r"$k(s,s')=\mathbb E\,R(S',A,S'')$, $A\sim D_A$, $S'\sim\tau(s,A)$, $S''\sim\tau(s',A)$. "
)
_UNIFORM = (
    r"$S=A=2$, every transition has probability $\tfrac12$; coverage and $D_A$ uniform; $r(s,a,s')=a-\tfrac12$, "
    r"$N(s,a,s')=(-1)^{s'}$"
)
_RETURNING = (
    r"$S=A=2$, deterministic: action 0 stays in state 0, action 1 leads from 0 to 1, both actions lead from 1 to 0"
)


def _entry(name: str, build: object) -> Formula:
    return Formula(f"starc.dard.entry.{name}", bounds.dard_entry.variables, build)  # type: ignore[arg-type]


def _threshold(value: str) -> Formula:
    return Formula("starc.dard.threshold.wrong", [], lambda: rational(value))


kernel = Claim(
    id="starc.dard.kernel",
    kind=Kind.EQUIVALENCE,
    title="DARD's canonical form vanishes on potentials and on nothing else",
    statement=(
        _DARD + r"It is blind to shaping, and for $\Phi=-e+\gamma\bar P\Phi$, $\bar P$ the transitions under $D_A$, "
        r"$$\max_{s,a,s'}|R(s,a,s')-\gamma\Phi(s')+\Phi(s)|\le\frac{\max|C_{DARD}(R)|}{1-\gamma}.$$ So "
        r"$\ker C_{DARD}$ is exactly the potentials (dimension $S$) and $C_{DARD}$ has rank $S^2A-S$, for every "
        r"$\tau$, $D_A$ and $\gamma<1$."
    ),
    domain=Domain(_MDP, _REWARD, _LAW, bounds.GAMMA),
    subject=Subject({"entry": bounds.dard_entry, "bound": bounds.residual_bound, "rank": bounds.potentials_rank}),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    parts=("potentials", "nothing_else", "rank"),
    scale=("bound", "down"),
    stronger={"bound": "down"},
    refutations=(
        Refutation(
            "the coupled term without discount",
            {"entry": _entry("coupled", lambda R, here, ahead, coupled, gamma: R + gamma * ahead - here - coupled)},
            "shaping then moves the entry",
        ),
        Refutation(
            "the kernel contains S'-redistribution too",
            {"rank": bounds.potentials_rank.instead(lambda S, A: S * A - S)},
            "with uniform transitions C_DARD(N) = N for N = (-1)^s'",
        ),
        Refutation(
            "residual at most max |C(R)|",
            {"bound": bounds.residual_bound.instead(lambda Y, gamma: Y + 0 * gamma)},
            "the residual is a sum of discounted images of C(R)",
        ),
    ),
)

not_equivalent = Claim(
    id="starc.dard.not_equivalent",
    kind=Kind.EQUIVALENCE,
    title="DARD's canonical form reverses the order of policies beyond the golden discount",
    statement=(
        _RETURNING
        + r"; $\mu_0$ and $D_A$ uniform, $r=(0,-1;1,1)$. Staying beats going by $\tfrac12$ under $R$ at every "
        r"$\gamma$, and by $$\frac{1-\gamma-\gamma^2}{2(1-\gamma)}$$ under $C_{DARD}(R)$: the order of "
        r"the two is reversed if and only if $\gamma>(\sqrt5-1)/2$ (at that discount $C_{DARD}(R)$ is trivial). So "
        r"$C_{DARD}(R)$ is not equivalent to $R$."
    ),
    domain=Domain(bounds.GAMMA),
    subject=Subject(
        {"gain": bounds.gain, "gain_canonical": bounds.gain_canonical, "threshold": bounds.reversal_threshold}
    ),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    parts=("reward", "canonical", "threshold"),
    scale=("threshold", "up"),
    refutations=(
        Refutation("threshold 0.65", {"threshold": _threshold("0.65")}, "gamma = 0.63 already reverses"),
        Refutation("threshold 0.61", {"threshold": _threshold("0.61")}, "gamma = 0.615 does not reverse"),
        Refutation(
            "gain 1/2 - gamma",
            {"gain_canonical": Formula("starc.dard.gain.wrong", [bounds.GAMMA], lambda gamma: rational("1/2") - gamma)},
            "the expected canonical reward of staying once, and not its return",
        ),
    ),
)

not_sound = Claim(
    id="starc.dard.not_sound",
    kind=Kind.NEGATION,
    title="DARD is not sound",
    statement=(
        _UNIFORM + r". For $R_1=\varepsilon r+N$, $R_2=-\varepsilon r+N$: $W=1$ and $$D_{DARD}(R_1,R_2)="
        r"\frac{\varepsilon}{\sqrt{4+\varepsilon^2}}\longrightarrow 0,$$ so that $W>(2/\varepsilon)\,D_{DARD}$: no "
        r"constant $U$ has $W\le U\,D_{DARD}$."
    ),
    domain=Domain(bounds.EPS, bounds.GAMMA, _START),
    subject=Subject(
        {
            "canonical": "DARD",
            "distance": bounds.rewards_opposed,
            "constant": bounds.refuted_constant,
            "sound": False,
        }
    ),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    parts=("distance", "regret", "unbounded", "starc"),
    scale=("constant", "up"),
    stronger={"constant": "up"},
    refutations=(
        Refutation(
            "DARD is sound with the constants 2/eps",
            {"sound": True},
            "W = 1 exceeds the constant times the distance in this family",
        ),
        Refutation(
            "the advantage form in the place of DARD's",
            {"canonical": "VAL"},
            "VAL removes the redistribution: its distance is 2 at every eps",
        ),
    ),
)

not_sound_deterministic = Claim(
    id="starc.dard.not_sound_deterministic",
    kind=Kind.NEGATION,
    title="DARD is not sound on deterministic environments: impossible transitions leak",
    statement=(
        _RETURNING
        + r"; $D_A$ uniform, coverage uniform on the four possible transitions, $\gamma>0$. With $a$ the action "
        r"and $I=1$ at the impossible $(1,1,1)$ alone, $R_1=\varepsilon a+I$, $R_2=-\varepsilon a+I$ and $x=\varepsilon"
        r"/\gamma\le\tfrac14$: $W=1$, $$D_{DARD}(R_1,R_2)=\frac{8x}{\sqrt{w(w+3-16x^2)}},\quad "
        r"w=\sqrt{(16x^2+3)^2-64x^2},$$ and $W>\frac{3\sqrt2}{8x}D_{DARD}$: no constant bounds $W/D_{DARD}$."
    ),
    domain=Domain(bounds.SHARE, bounds.POSITIVE_GAMMA, _START),
    subject=Subject({"distance": bounds.rewards_on_impossible, "constant": bounds.refuted_share, "sound": False}),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    parts=("distance", "regret", "unbounded"),
    scale=("constant", "up"),
    stronger={"constant": "up"},
    refutations=(
        Refutation(
            "DARD is sound with the constants 3 sqrt(2)/(8x)",
            {"sound": True},
            "W = 1 exceeds the constant times the distance in this family",
        ),
        Refutation(
            "distance 2 x",
            {"distance": Formula("starc.dard.impossible.wrong", [bounds.SHARE], lambda x: 2 * x)},
            "eps = 1/10 at gamma = 9/10 gives 0.2092700",
        ),
    ),
)

not_complete = Claim(
    id="starc.dard.not_complete",
    kind=Kind.NEGATION,
    title="DARD is not complete",
    statement=(
        _UNIFORM + r". For $t>0$, $R_1=r$ and $R_2=r+tN$ give every policy the same return, $W=0$ both ways, and "
        r"$$D_{DARD}(R_1,R_2)=\sqrt{\tfrac12\Big(1-\tfrac1{\sqrt{1+4t^2}}\Big)},$$ so $0=W<L\,D_{DARD}$ for every "
        r"$L>0$, and $D_{DARD}^2\ge\tfrac12-\tfrac1{4t}$ tends to $\tfrac12$."
    ),
    domain=Domain(bounds.T, bounds.GAMMA, _START),
    subject=Subject(
        {
            "canonical": "DARD",
            "distance": bounds.rewards_redistributed,
            "least_square": bounds.least_square,
            "complete": False,
        }
    ),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    parts=("distance", "regret", "far", "starc"),
    scale=("least_square", "up"),
    stronger={"least_square": "up"},
    refutations=(
        Refutation("DARD is complete", {"complete": True}, "W = 0 for rewards at a positive distance"),
        Refutation(
            "the advantage form in the place of DARD's",
            {"canonical": "VAL"},
            "VAL removes the redistribution: its distance is 0 at every t",
        ),
    ),
)
