"""Claims about the constants of STARC metrics: soundness, completeness and equivalence, all explicit."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.starc import regret_bounds as bounds
from theory.starc.regret_claims import FIRST, MDPS, SECOND, instead

_METRICS = Every("d", "every STARC metric (c, n, m) with m admissible for a norm p")
_LESS, _MORE = Fraction(19, 20), Fraction(21, 20)
_REACHABLE = "every state is reached by some policy with positive discounted occupancy"
_TRIVIAL = r"$R_1$ is not trivial; both trivial: $d=0$"
_TRIVIAL_PAIRS = "completeness includes that two trivial rewards have distance 0"
_LEVELLED = r"for the levelling metric: uniform policy, $n=m=L_\infty$, $A\ge 2$ actions, $d_{\min}>0$"
_NORMS = (
    r"On $\operatorname{Im}c$ let $h\le\alpha n$, $n\le\beta h$, $h\le a\,p$, $p\le b\,n$, and $\ell p\le m\le u\,p$. "
)
_LEAST = r"$d_{\min}$ is the least discounted occupancy of a state under any policy."

sound = Claim(
    id="starc.metric.sound",
    kind=Kind.INEQUALITY,
    title="STARC metrics are sound, with an explicit constant",
    statement=(
        _NORMS + r"Then $W(R_1,R_2)\le U\,d(R_1,R_2)$ with $U=a\beta/\ell$; for $n=m$, $U=\alpha\beta=\kappa$. "
        r"For value-adjusted levelling with $n=m=L_\infty$: $U=\frac{2(A-1)}{A(1-\gamma)d_{\min}}$. " + _LEAST
    ),
    domain=Domain(MDPS, FIRST, SECOND, _METRICS),
    subject=Subject({"general": bounds.sound_constant, "levelling": bounds.levelling_sound}),
    provenance=Provenance.DERIVED,
    source="the paper proves that a constant exists (recalled); the constant is derived here",
    assumptions=(_TRIVIAL, _REACHABLE, _LEVELLED),
    rests_on=("starc.regret.ray_identity",),
    parts=("general", "levelling"),
    scale=("general", "down"),
    stronger={"levelling": "down"},
    refutations=(
        Refutation("0.95 U", {"general": bounds.sound_constant.scaled(_LESS)}, "met on the tight pair with n = m = h"),
        Refutation(
            "without the norm of the canonical reward",
            {"general": instead(bounds.sound_constant, lambda a, beta, l: a / l)},
            "n is not h: beta counts",
        ),
        Refutation(
            "0.95 U for levelling",
            {"levelling": bounds.levelling_sound.scaled(_LESS)},
            "met on the bandit with two arms against a trivial reward",
        ),
    ),
)

complete = Claim(
    id="starc.metric.complete",
    kind=Kind.INEQUALITY,
    title="STARC metrics are complete, with an explicit constant",
    statement=(
        _NORMS + r"Then $W(R_1,R_2)\ge L\,d(R_1,R_2)$ with $L=1/(2ub\kappa)$, $\kappa=\alpha\beta$; for $n=m$, "
        r"$d/(2\kappa)\le W$. For value-adjusted levelling with $n=m=L_\infty$: "
        r"$L=\frac{A(1-\gamma)d_{\min}}{4(A-1)}$. " + _LEAST
    ),
    domain=Domain(MDPS, FIRST, SECOND, _METRICS),
    subject=Subject(
        {"general": bounds.complete_constant, "levelling": bounds.levelling_complete, "first": "not trivial"}
    ),
    provenance=Provenance.DERIVED,
    source="the paper proves that a constant exists (recalled); the constant is derived here",
    assumptions=(_TRIVIAL, _REACHABLE, _LEVELLED),
    rests_on=("starc.regret.ray_identity",),
    parts=("general", "levelling"),
    scale=("general", "up"),
    stronger={"levelling": "up"},
    refutations=(
        Refutation("1.05 L", {"general": bounds.complete_constant.scaled(_MORE)}, "met on the tight pair, reversed"),
        Refutation(
            "without the factor 2",
            {"general": instead(bounds.complete_constant, lambda u, b, alpha, beta: 1 / (u * b * alpha * beta))},
            "opposite rewards have distance 2 and regret 1",
        ),
        Refutation(
            "1.05 L for levelling",
            {"levelling": bounds.levelling_complete.scaled(_MORE)},
            "met by opposite rewards on the bandit with two arms",
        ),
        Refutation(
            "every R1, trivial ones too",
            {"first": "any"},
            "for trivial R1 and another R2 the regret is 0 by convention and the distance is not",
            drops=_TRIVIAL,
        ),
    ),
)

bilipschitz = Claim(
    id="starc.metric.bilipschitz",
    kind=Kind.INEQUALITY,
    title="Sound and complete pseudometrics are bilipschitz equivalent",
    statement=(
        r"If $d_1$, $d_2$ are sound with $U_1$, $U_2$ and complete with $L_1$, $L_2$, then $d_1\le(U_2/L_1)\,d_2$ "
        r"and, by exchange, $d_2\le(U_1/L_2)\,d_1$."
    ),
    domain=Domain(
        MDPS,
        Every("R1", "every reward"),
        SECOND,
        Every("d1, d2", "every two sound and complete pseudometrics"),
    ),
    subject=Subject({"constant": bounds.bilipschitz_constant, "trivial_pairs": "at distance 0"}),
    provenance=Provenance.RECALLED,
    source="Skalse et al. 2024, derivation repeated",
    assumptions=(_TRIVIAL_PAIRS,),
    parts=("ratio",),
    scale=("constant", "down"),
    refutations=(
        Refutation(
            "0.95 U2/L1",
            {"constant": bounds.bilipschitz_constant.scaled(_LESS)},
            "opposite rewards: 2 in the range metric, 1 in the range metric cut off at 1",
        ),
        Refutation(
            "U1/L2 in place of U2/L1",
            {"constant": instead(bounds.bilipschitz_constant, lambda U1, L1, U2, L2: U1 / L2)},
            "it takes the constants of the wrong metrics",
        ),
        Refutation(
            "two trivial rewards at any distance",
            {"trivial_pairs": "at any distance"},
            "the range metric with every two distinct trivial rewards at distance 1, against the range metric",
            drops=_TRIVIAL_PAIRS,
        ),
    ),
)
