"""Claims on EPIC: its canonical form, its distance, what it misses, and the regret that it does bound."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.formula import Formula, rational, sqrt
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.starc import epic_bounds as bounds

EPIC_SOURCE = "Gleave et al. 2021, derivation repeated"
MDP = Every("mdp", "every finite Markov decision process")
REWARD = Every("R", "every reward")
PAIR = Every("R1, R2", "every pair of rewards")
LAWS = Every("D", "every law D_S on states and D_A on actions, positive everywhere")
START = Every("mu0", "every initial law")
_LESS = Fraction(19, 20)
_EPIC = r"$C_{EPIC}(R)(s,a,s')=R(s,a,s')+\gamma\varphi(s')-\varphi(s)-\gamma\bar\varphi$, "
_MEANS = r"$\varphi(s)=\mathbb E\,R(s,A,S')$, $\bar\varphi=\mathbb E\,\varphi(S)$ with $S,S'\sim D_S$, $A\sim D_A$"
_UNIFORM = (
    r"$S=A=2$, every transition has probability $\tfrac12$; coverage, $D_S$ and $D_A$ uniform; "
    r"$r(s,a,s')=a-\tfrac12$, $N(s,a,s')=(-1)^{s'}$"
)


def _entry(name: str, build: object) -> Formula:
    return Formula(f"starc.epic.entry.{name}", bounds.epic_entry.variables, build)  # type: ignore[arg-type]


canon = Claim(
    id="starc.epic.canon",
    kind=Kind.IDENTITY,
    title="EPIC's canonical form is linear, blind to shaping, and a shaping of the reward",
    statement=(
        _EPIC + _MEANS + r". For all rewards, potentials and discounts it is linear in $R$; "
        r"$C_{EPIC}(R+\gamma\Phi(s')-\Phi(s))=C_{EPIC}(R)$; and $C_{EPIC}(R)=R+\gamma\Psi(s')-\Psi(s)$ with $\Psi="
        r"\varphi+\gamma\bar\varphi/(1-\gamma)$. So its kernel is the potentials, it is idempotent, and it keeps "
        r"$S'$-redistribution apart in general."
    ),
    domain=Domain(REWARD, Every("Phi", "every potential"), LAWS, bounds.GAMMA),
    subject=Subject({"entry": bounds.epic_entry, "potential": bounds.epic_potential}),
    provenance=Provenance.SOURCE,
    source=EPIC_SOURCE,
    parts=("invariant", "linear", "shaping"),
    refutations=(
        Refutation(
            "without the mean term",
            {"entry": _entry("no_mean", lambda R, here, ahead, mean, gamma: R + gamma * ahead - here + 0 * mean)},
            "shaping by Phi then moves the entry by -gamma (1 - gamma) E Phi",
        ),
        Refutation(
            "the mean term without discount",
            {"entry": _entry("mean", lambda R, here, ahead, mean, gamma: R + gamma * ahead - here - mean)},
            "the coefficient of the mean must be gamma",
        ),
        Refutation(
            "the shaping potential is phi itself",
            {
                "potential": bounds.epic_potential.instead(
                    lambda here, mean, gamma: here + 0 * mean * gamma,
                )
            },
            "phi leaves out the constant gamma mean, a shaping by a constant potential",
        ),
    ),
)

half_l2 = Claim(
    id="starc.epic.half_l2",
    kind=Kind.IDENTITY,
    title="EPIC's distance is half an L2 distance of unit canonical rewards",
    statement=(
        r"Under $D=D_S\times D_A\times D_S$ the canonical form has mean 0, so $$D_{EPIC}(R_1,R_2)=\sqrt{(1-\rho)/2}="
        r"\tfrac12\|s_1-s_2\|_{L_2(D)},\qquad s_i=C_{EPIC}(R_i)/\|C_{EPIC}(R_i)\|_{L_2(D)}:$$ EPIC normalises and "
        r"measures like a STARC metric, with a canonical form that keeps $S'$-redistribution."
    ),
    domain=Domain(PAIR, LAWS, bounds.GAMMA),
    subject=Subject({"half": bounds.half_norm, "canonical": "EPIC", "coverage": "product"}),
    provenance=Provenance.DERIVED,
    source="derived from the definitions",
    assumptions=(r"$C_{EPIC}(R_1)$ and $C_{EPIC}(R_2)$ are not 0: no reward is a potential",),
    rests_on=("starc.epic.canon",),
    scale=("half", "up"),
    refutations=(
        Refutation(
            "DARD's canonical form in the place of EPIC's",
            {"canonical": "DARD"},
            "DARD's canonical form is not centred: a pair of 3-state rewards has 0.6430 against 0.6300",
        ),
        Refutation(
            "coverage by the transitions in the place of the product",
            {"coverage": "transitions"},
            "under another coverage the canonical form has another mean than 0",
        ),
        Refutation("factor 19/40", {"half": bounds.half_norm.scaled(_LESS)}, "the factor is one half"),
    ),
)

not_sound = Claim(
    id="starc.epic.not_sound",
    kind=Kind.NEGATION,
    title="EPIC is not sound",
    statement=(
        _UNIFORM + r". For $\varepsilon>0$, $R_1=\varepsilon r+N$ and $R_2=-\varepsilon r+N$: $W(R_1,R_2)=1$, every "
        r"policy pair is ordered oppositely, and $$D_{EPIC}(R_1,R_2)=\frac{\varepsilon}{\sqrt{4+\varepsilon^2}}"
        r"\longrightarrow 0,$$ so that $W>(2/\varepsilon)\,D_{EPIC}$: no constant $U$ has $W\le U\,D_{EPIC}$. "
        r"The advantage forms are opposite: every STARC distance with $n=m$ on them is 2."
    ),
    domain=Domain(bounds.EPS, bounds.GAMMA, START),
    subject=Subject(
        {
            "canonical": "EPIC",
            "distance": bounds.rewards_opposed,
            "constant": bounds.refuted_constant,
            "sound": False,
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived from the definitions; that EPIC is not sound is recalled from Skalse et al. 2024",
    parts=("distance", "regret", "unbounded", "starc"),
    scale=("constant", "up"),
    stronger={"constant": "up"},
    refutations=(
        Refutation(
            "EPIC is sound with the constants 2/eps",
            {"sound": True},
            "W = 1 exceeds the constant times the distance in this family",
        ),
        Refutation(
            "distance eps/2",
            {"distance": Formula("starc.epic.opposed.wrong", [bounds.EPS], lambda eps: eps / 2)},
            "the slope at 0 only",
        ),
        Refutation(
            "the advantage form in the place of EPIC's",
            {"canonical": "VAL"},
            "VAL removes the redistribution: its distance is 2 at every eps",
        ),
    ),
)

not_complete = Claim(
    id="starc.epic.not_complete",
    kind=Kind.NEGATION,
    title="EPIC is not complete",
    statement=(
        _UNIFORM + r". For $t>0$, $R_1=r$ and $R_2=r+tN$ give every policy the same return, $W=0$ both ways, and "
        r"$$D_{EPIC}(R_1,R_2)=\sqrt{\tfrac12\Big(1-\tfrac1{\sqrt{1+4t^2}}\Big)}=t\,\sqrt{\frac{2}{w(1+w)}},\quad "
        r"w=\sqrt{1+4t^2},$$ so $0=W<L\,D_{EPIC}$ for every $L>0$, and $D_{EPIC}^2\ge\tfrac12-\tfrac1{4t}$ tends to "
        r"$\tfrac12$. The advantage forms are equal: every STARC distance is 0."
    ),
    domain=Domain(bounds.T, bounds.GAMMA, START),
    subject=Subject(
        {
            "canonical": "EPIC",
            "distance": bounds.rewards_redistributed,
            "least_square": bounds.least_square,
            "complete": False,
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived from the definitions; that EPIC is not complete is recalled from Skalse et al. 2024",
    parts=("distance", "regret", "far", "starc"),
    scale=("least_square", "up"),
    stronger={"least_square": "up"},
    refutations=(
        Refutation("EPIC is complete", {"complete": True}, "W = 0 for rewards at a positive distance"),
        Refutation(
            "distance t/sqrt(1+4 t^2)",
            {"distance": Formula("starc.epic.redistributed.wrong", [bounds.T], lambda t: t / sqrt(1 + 4 * t**2))},
            "its limit is 1/2 and not 1/sqrt(2)",
        ),
        Refutation(
            "the advantage form in the place of EPIC's",
            {"canonical": "VAL"},
            "VAL removes the redistribution: its distance is 0 at every t",
        ),
    ),
)

_COVERED = r"If $K\,D(s,a,s')\ge\Pr^\pi(s_k=s,a_k=a,s_{k+1}=s')$ for all $k$ and $\pi\in\{\pi_1^*,\pi_2^*\}$, "
_NOT_POTENTIALS = r"neither reward is a potential; $D=D_S\times D_A\times D_S$"


def _constant(name: str, value: str) -> Formula:
    return Formula(f"starc.epic.constant.{name}", [bounds.GAMMA], lambda gamma: rational(value) + 0 * gamma)


upper_bound = Claim(
    id="starc.epic.upper_bound",
    kind=Kind.INEQUALITY,
    title="EPIC bounds the regret of optimal policies",
    statement=(
        _COVERED + r"with $\pi_i^*$ optimal for $R_i$, then $$J_1(\pi_1^*)-J_1(\pi_2^*)\le 16\,K\,"
        r"\|R_1\|_{L_2(D)}\,D_{EPIC}(R_1,R_2)/(1-\gamma).$$ It is no soundness: $\|R_1\|$ is not bounded by the range "
        r"of returns."
    ),
    domain=Domain(MDP, PAIR, LAWS, bounds.GAMMA),
    subject=Subject({"constant": bounds.published_constant}),
    provenance=Provenance.RECALLED,
    source="Gleave et al. 2021 (recalled); proved here with a smaller constant",
    assumptions=(_NOT_POTENTIALS,),
    rests_on=("starc.epic.canon", "starc.epic.half_l2", "starc.order.invariance"),
    scale=("constant", "down"),
    refutations=(
        Refutation(
            "constant 1/4",
            {"constant": _constant("quarter", "1/4")},
            "two arms with opposite rewards already need 1",
        ),
        Refutation(
            "constant 2.8",
            {"constant": _constant("under", "2.8")},
            "constants up to 2 sqrt(1 + gamma^2) are needed",
        ),
    ),
    remark=(
        "The constant 16 is loose: 2 sqrt(1 + gamma^2) holds (starc.epic.sharp_bound), and nothing smaller does "
        "(starc.epic.best_constant)."
    ),
)

sharp_bound = Claim(
    id="starc.epic.sharp_bound",
    kind=Kind.INEQUALITY,
    title="EPIC's regret bound with the constant 2 sqrt(1 + gamma^2)",
    statement=(
        _COVERED + r"$\pi_i^*$ optimal for $R_i$, then $$J_1(\pi_1^*)-J_1(\pi_2^*)\le 2\sqrt{1+\gamma^2}\;K\,"
        r"\|R_1\|_{L_2(D)}\,D_{EPIC}(R_1,R_2)/(1-\gamma).$$ No smaller constant serves at any discount."
    ),
    domain=Domain(MDP, PAIR, LAWS, bounds.GAMMA),
    subject=Subject({"constant": bounds.sharp_constant}),
    provenance=Provenance.DERIVED,
    source="derived from the definitions",
    assumptions=(_NOT_POTENTIALS,),
    rests_on=("starc.epic.canon", "starc.epic.half_l2", "starc.order.invariance", "starc.epic.best_constant"),
    scale=("constant", "down"),
    refutations=(
        Refutation(
            "0.95 of the constant",
            {"constant": bounds.sharp_constant.scaled(_LESS)},
            "small h of starc.epic.best_constant come as close to the constant as wanted",
        ),
        Refutation(
            "constant 2 + gamma/2",
            {"constant": Formula("starc.epic.constant.falling", [bounds.GAMMA], lambda gamma: 2 + gamma / 2)},
            "at gamma = 9/10 it is 2.45, and 2.69 is needed",
        ),
    ),
)

best_constant = Claim(
    id="starc.epic.best_constant",
    kind=Kind.ATTAINED,
    title="No constant below 2 sqrt(1 + gamma^2) serves in EPIC's regret bound",
    statement=(
        r"$S=A=2$, every transition has probability $\tfrac12$, start, $D_S$ and $D_A$ uniform. For $h>0$, "
        r"$R_1=(-1)^{s'}+\gamma(-1)^s+(2a-1)h$ and $R_2=(-1)^{s'}+\gamma(-1)^s$, under which all policies are optimal, "
        r"$K=2$ and the policy that always takes $a=0$: $$J_1(\pi_1^*)-J_1(\pi_2^*)=c(h)\,K\,\|R_1\|_{L_2(D)}\,"
        r"D_{EPIC}(R_1,R_2)/(1-\gamma),\qquad c(h)=(1+\gamma^2)\sqrt{\frac{2w(1+w)}{1+\gamma^2+h^2}},\quad "
        r"w=\sqrt{1+\frac{h^2}{(1+\gamma^2)^2}},$$ and $c(h)^2\ge 4(1+\gamma^2)-4h^2$: as "
        r"$h\to 0$ no constant below $2\sqrt{1+\gamma^2}$ is left."
    ),
    domain=Domain(bounds.SMALL, bounds.GAMMA),
    subject=Subject({"attained": bounds.attained_constant}),
    provenance=Provenance.DERIVED,
    source="derived from the definitions",
    scale=("attained", "up"),
    refutations=(
        Refutation(
            "the limit 2 sqrt(1 + gamma^2) at every h",
            {
                "attained": bounds.attained_constant.instead(
                    lambda h, gamma: 2 * sqrt(1 + gamma**2) + 0 * h,
                )
            },
            "h adds to the norm of R1",
        ),
    ),
)
