"""Exponents of the regret in T: one half where noise or shift go on, none where one loss stays for ever."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.formula import Formula, rational
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import rate_bounds as bounds

_HALF, _TENTH = Fraction(1, 2), Fraction(1, 10)


def _off(role: str, wrong: Fraction, reason: str) -> Refutation:
    value = Formula(f"{role}.wrong", [], lambda: rational(wrong.numerator, wrong.denominator))
    return Refutation(f"{role}: exponent {float(wrong):g}", {role: value}, reason)


fair_signs = Claim(
    id="sea_omd.rate.fair_signs",
    kind=Kind.RATE,
    title="Hindsight regret on fair signs grows like the root of T",
    statement=(
        r"For $f_t(x)=\epsilon_tx$ on $[-1,1]$ with fair independent signs the mean hindsight regret of optimistic "
        r"mirror descent grows like $C\,T^{a}$ with $a=\tfrac12$."
    ),
    domain=Domain(),
    subject=Subject({"exponent": bounds.root}),
    provenance=Provenance.DERIVED,
    source=r"derived here: it is $\mathbb E|S_T|$ for every algorithm (sea_omd.lower.hindsight)",
    refutations=(
        _off("exponent", _HALF - _TENTH, "a sum of T signs has standard deviation sqrt T"),
        _off("exponent", _HALF + _TENTH, "a sum of T signs has standard deviation sqrt T"),
    ),
    remark=(
        r"Played from $T=64$ to $4096$, fitted without a correction: $\mathbb E|S_T|/\sqrt T$ is within "
        r"$1/(2T)$ of its limit relatively, which moves the exponent by less than a thousandth."
    ),
)

quadratic = Claim(
    id="sea_omd.rate.quadratic",
    kind=Kind.RATE,
    title="Pseudo-regret on noisy quadratics grows like the root of T",
    statement=(
        r"Let $F_t(x)=\frac L2\|x\|^2+\langle m_t,x\rangle$ with $L>0$ on a ball about $0$, $m_t=m,-m,m,\dots$ and "
        r"independent bounded noise $\langle\xi_t,x\rangle$ of variance $\sigma^2>0$. Let $R(s)$ be the pseudo-regret "
        r"of optimistic mirror descent with its adaptive step at $T=s-k$, $k=(\delta+4G^2)/(4\|m\|^2+2\sigma^2)$ the "
        r"rounds' worth of variation that the step counts from the start. Then $$\mathbb "
        r"E[R(16s)-2R(4s)+R(s)]\sim C\,s^{a},\qquad a=\tfrac12,$$ for $m=0$ (independent draws) and for $m\ne0$ "
        r"(alternating). In this combination every constant and every multiple of $\ln s$ in $\mathbb E R$ "
        r"cancels, and $C\sqrt s$ gives $C\sqrt s$."
    ),
    domain=Domain(
        Every("game", "every curvature L > 0, slope m, ball about 0 and bounded noise of positive variance"),
        Every("delta", "every delta >= 0 of the step"),
    ),
    subject=Subject({"independent": bounds.root, "alternating": bounds.root}),
    provenance=Provenance.DERIVED,
    source=(
        r"derived here, not proved: for slowly falling $\eta_t$ a round costs $\frac32\eta_t\|m\|^2+\frac14\eta_t"
        r"\sigma^2+O(\eta_t^2)$ and $\bar V_T\sim(4\|m\|^2+2\sigma^2)T$; $\sum\eta_t^2$ is of order $\ln T$"
    ),
    parts=("independent", "alternating"),
    refutations=tuple(
        _off(role, _HALF + by, "steps fall like 1/sqrt t, and every round costs a multiple of its step")
        for role in ("independent", "alternating")
        for by in (-_TENTH, _TENTH)
    ),
    remark=(
        r"So $R_T\approx D\,\frac{3\Sigma^2/4+\sigma^2/2}{\sqrt{\Sigma^2+2\sigma^2}}\sqrt T$ with $\Sigma=2\|m\|$: "
        r"$0.354\,D\sigma\sqrt T$ in pure noise. Hindsight regret is larger by at most $\sigma^2/(2L)$ on average. "
        r"Played: $d=8$, $L=\sigma=1$, unit ball, $\delta=0$, $m=0$ and $\|m\|=1$, $s$ from 64 to 512; a remainder "
        r"of relative order $1/s$ is fitted for $m\ne0$, none for $m=0$, where it would be lost in the noise."
    ),
)

fixed = Claim(
    id="sea_omd.rate.fixed",
    kind=Kind.RATE,
    title="One loss for ever: adaptive steps settle, tuned ones pay the root of T",
    statement=(
        r"Let $f_t(x)=\frac12(x-c)^2$ on $[-1,1]$ in all rounds, $c$ drawn once from "
        r"$[0.45,0.55]$. The mean regret (pseudo and hindsight are the same) grows like $C\,T^{a}$ "
        r"with $a=0$ for optimistic mirror descent with its adaptive step, and with $a=\tfrac12$ for gradient descent "
        r"with the step $D/(G\sqrt T)$."
    ),
    domain=Domain(),
    subject=Subject({"adaptive": bounds.bounded, "tuned": bounds.root}),
    provenance=Provenance.DERIVED,
    source=(
        r"derived here: the regret never falls and sea_omd.convex.sharp bounds it; the tuned step $\eta$ has regret "
        r"$\frac{c^2}{4\eta}\,\frac{1-(1-\eta)^{2T}}{1-\eta/2}$"
    ),
    parts=("adaptive", "tuned"),
    refutations=tuple(
        _off(role, right + by, reason)
        for role, right, reason in (
            ("adaptive", Fraction(0), "steps stay bounded away from 0 where gradients do not change"),
            ("tuned", _HALF, "the step is 1/sqrt T from the first round on"),
        )
        for by in (-_TENTH, _TENTH)
    ),
    remark=(
        r"Played from $T=256$ to $4096$, each $T$ with centres of its own; $1+d/\sqrt T$ is fitted as the tuned "
        r"step's correction, none for the other."
    ),
)
