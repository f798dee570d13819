"""Constants sharper still, from what the movement bound keeps of delta."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain
from plumbline.formula import Formula, rational, sqrt
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import convex_bounds as bounds
from theory.sea_omd.convex_claims import DOMAINS, FIXED, GAMES, instead, sharp


def _tuned_with(term: str, coefficient: int | Fraction) -> Formula:
    """The tuned bound with one of its terms scaled."""
    kept = {"smooth": Fraction(1), "first": Fraction(1), "noise": Fraction(1), "drift": Fraction(1)}
    kept[term] = Fraction(coefficient)
    return instead(
        bounds.sharper_tuned,
        lambda D, G, L, noise, drift: (
            rational(kept["smooth"]) * 6 * D**2 * L
            + rational(kept["first"]) * (sqrt(rational(5)) + 3) / 2 * D * G
            + rational(kept["noise"]) * 4 * D * sqrt(noise)
            + rational(kept["drift"]) * 2 * sqrt(rational(3)) * D * sqrt(drift)
        ),
    )


sharper = Claim(
    id="sea_omd.convex.sharper",
    kind=Kind.INEQUALITY,
    title="Half of the smoothness term again, for the same algorithm",
    statement=(
        r"Step $\eta_t=D/\sqrt{\delta+4G^2+\bar V_{t-1}}$. For every $\theta\in(0,1]$, with $A=(\tfrac32+\theta)D$ and "
        r"$\delta>0$: $$\mathbb E\sum_{t\le T}f_t(x_t)-f_t(u)\le\tfrac D2\sqrt\delta+\big(\tfrac{\sqrt5}2+1+"
        r"\theta\big)DG+A\Big(2\sqrt{\sigma^2_{1:T}}+\sqrt3\sqrt{\Sigma^2_{2:T}}\Big)+\frac{3A^2L^2D(1+\theta)}{2\theta\sqrt"
        r"\delta}.$$ For $L=0$, $\delta=0$ the same without the first and the last term. At $\theta=\tfrac12$, "
        r"$\delta=36D^2L^2$: $$\mathbb E\sum_{t\le T}f_t(x_t)-f_t(u)\le6D^2L+\tfrac{3+\sqrt5}2DG+4D\sqrt{"
        r"\sigma^2_{1:T}}+2\sqrt3\,D\sqrt{\Sigma^2_{2:T}}.$$ These are the maxima over $X\ge0$ of $\frac D2(\sqrt\delta"
        r"+\sqrt5\,G+R)+(1+\theta)D(G+R)-\frac{\theta}{1+\theta}\frac{\sqrt\delta}{2D}X$, $R=2\sqrt{\sigma^2_{1:T}}+"
        r"\sqrt3\sqrt{\Sigma^2_{2:T}}+\sqrt3L\sqrt X$, which bounds the regret where $X$ is the expected movement."
    ),
    domain=Domain(GAMES, DOMAINS, FIXED, bounds.POSITIVE_RETENTION, bounds.DIAMETER, bounds.GRADIENTS),
    subject=Subject({"general": bounds.sharper, "linear": bounds.sharper_linear, "tuned": bounds.sharper_tuned}),
    provenance=Provenance.DERIVED,
    source="derived here",
    assumptions=sharp.assumptions,
    rests_on=("sea_omd.convex.movement", "sea_omd.lemma.split_orth"),
    parts=("general", "linear", "tuned", "maximum"),
    stronger={"general": "down", "linear": "down", "tuned": "down"},
    refutations=(
        Refutation(
            "D^2 L twice",
            {"tuned": _tuned_with("smooth", Fraction(1, 3))},
            "an L far above the curvature of linear losses makes the steps short: D^2/(2 eta) = 3 D^2 L",
        ),
        Refutation(
            "no term of the first round",
            {"tuned": _tuned_with("first", 0)},
            "a constant gradient without noise or drift pays for the way across the domain",
        ),
        Refutation(
            "no term of the noise",
            {"tuned": _tuned_with("noise", 0)},
            "signs of unknown mean +-c/sqrt T cost every learner 0.265 D G sqrt T",
        ),
        Refutation(
            "no term of the drift", {"tuned": _tuned_with("drift", 0)}, "alternating slopes cost 0.3 D G sqrt T"
        ),
    ),
    remark=(
        "With the published delta = 10 D^2 L^2 and theta = 1/2 the coefficient of D^2 L is 7.273 (published 15.811), "
        "that of DG 2.618 (published 5.590). The best delta is 3 A^2 L^2 (1 + theta)/theta."
    ),
)
