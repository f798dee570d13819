"""Special cases of the sharper bound, and what the first round is worth."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Every
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import case_bounds as bounds
from theory.sea_omd.convex_bounds import DIAMETER, GRADIENTS, SMOOTHNESS
from theory.sea_omd.convex_claims import DOMAINS, FIXED

_LESS = Fraction(99, 100)
_BOUND = r"\mathbb E\sum_{t\le T}f_t(x_t)-f_t(u)\le12D^2L+2\sqrt5\,DG"


def _claim(name: str, title: str, statement: str, nature: str, bound: Formula, ranges: list[Any]) -> Claim:
    games = Every("nature", f"{nature}; gradients of norm at most G, expected losses convex and L-smooth")
    return Claim(
        id=f"sea_omd.case.{name}",
        kind=Kind.INEQUALITY,
        title=title,
        statement=statement,
        domain=Domain(games, DOMAINS, FIXED, DIAMETER, GRADIENTS, SMOOTHNESS, *ranges),
        subject=Subject({"bound": bound}),
        provenance=Provenance.DERIVED,
        source="sea_omd.convex.sharp at this variance and variation; the rates are those of Sachs et al.",
        assumptions=(r"the learner of sea_omd.convex.sharp with $\delta=9D^2L^2$",),
        rests_on=("sea_omd.convex.sharp",),
        parts=("regret", "value"),
        stronger={"bound": "down"},
        refutations=(
            Refutation(
                "99 per cent of it", {"bound": bound.scaled(_LESS)}, "it is not the value of the bound it comes from"
            ),
        ),
        remark="The part ``value``: this is the sharper bound at the largest variance and variation of the case.",
    )


stochastic = _claim(
    "stochastic",
    "Independent draws of one law",
    rf"$F_t=F$ and $\sigma_t^2\le s^2$: $${_BOUND}+4Ds\sqrt T.$$",
    "the same expected loss in every round, of variance at most s^2",
    bounds.stochastic_bound,
    [bounds.DEVIATION, bounds.ROUNDS],
)
adversarial = _claim(
    "adversarial",
    "No noise: gradual variation",
    r"$f_t=F_t$, $V_T=\sum_{t\ge2}\sup_x\|\nabla f_t(x)-\nabla f_{t-1}(x)\|^2$: "
    rf"$${_BOUND}+2\sqrt3\,D\sqrt{{V_T}}.$$",
    "losses without noise, of gradual variation W from the second round on",
    bounds.adversarial_bound,
    [bounds.GRADUAL],
)
corrupted = _claim(
    "corrupted",
    "Independent draws, corrupted",
    r"$F_t=F+c_t$, $\sum_t\sup_x\|\nabla c_t(x)\|\le C$, $\sigma_t^2\le s^2$: "
    rf"$${_BOUND}+4Ds\sqrt T+4\sqrt3\,D\sqrt{{GC}}.$$",
    "one expected loss plus corruptions whose gradients sum to at most C, of variance at most s^2",
    bounds.corrupted_bound,
    [bounds.DEVIATION, bounds.CORRUPTION, bounds.ROUNDS],
)
average_shift = _claim(
    "average_shift",
    "Distributions that shift slowly on average",
    rf"$\Sigma^2_{{2:T}}\le T\varepsilon$, $\sigma_t^2\le s^2$: "
    rf"$${_BOUND}+4Ds\sqrt T+2\sqrt3\,D\sqrt{{\varepsilon T}}.$$",
    "expected losses whose squared shifts sum to at most eps T, of variance at most s^2",
    bounds.shift_bound,
    [bounds.DEVIATION, bounds.SHIFT, bounds.ROUNDS],
)

first = Claim(
    id="sea_omd.errata.first_round",
    kind=Kind.IDENTITY,
    title="What the convention of the first round is worth",
    statement=(
        r"With $\nabla F_0=0$: $$\Sigma^2_{1:T}=\Sigma^2_{2:T}+\sup_x\|\nabla F_1(x)\|^2.$$ So independent draws of "
        r"one law have $\Sigma^2_{1:T}=\sup\|\nabla F\|^2$, not 0 as one reads for them; $\Sigma^2_{2:T}$ vanishes. "
        r"Bounds by $\Sigma_{2:T}$ need a term $DG$ of their own: a constant gradient has $\sigma=\Sigma_{2:T}=0$ and "
        r"positive regret."
    ),
    domain=Domain(Every("nature", "every choice of laws of losses, round by round"), bounds.FIRST),
    subject=Subject({"excess": bounds.first_round}),
    provenance=Provenance.DERIVED,
    source="derived here; the two papers count the first round differently",
    parts=("difference", "constant"),
    refutations=(
        Refutation(
            "both conventions agree",
            {"excess": Formula("no_excess", [bounds.FIRST], lambda g1: 0)},
            "one round of slope 1 has variation 1 from the first round on, 0 from the second",
        ),
        Refutation(
            "99 per cent",
            {"excess": bounds.first_round.scaled(_LESS)},
            "the first round counts in full",
        ),
    ),
)
