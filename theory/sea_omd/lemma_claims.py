"""Lemmas about one round of optimistic mirror descent, its telescoped regret, and a self-confident sum of steps."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.formula import Formula, sqrt
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import lemma_bounds as bounds

SPACE = Every("space", "every R^n with the inner product x'Hy of a positive definite H")
CONVEX_SET = Every("X", "every closed convex set")
POINTS = Every("points", "all points and slopes")
HORIZON = Integer("T", 1, None)
_LESS = Fraction(19, 20)
_H_NORM = (
    r"$\|x\|_H^2=x^\top Hx$ for a positive definite $H$ ($H=I$ is the Euclidean norm), "
    r"$\|g\|_{H^{-1}}^2=g^\top H^{-1}g$"
)
_ROUND = (
    r"$x_t=\arg\min_X\langle M_t,x\rangle+\tfrac1{2\eta}\|x-\hat x_t\|_H^2$ and $\hat x_{t+1}=\arg\min_X\langle g_t,x"
    r"\rangle+\tfrac1{2\eta}\|x-\hat x_t\|_H^2$"
)
_CONVEX = r"$X$ is convex"
_TWO_POINTS = {"sets": "closed"}


def instead(formula: Formula, build: Callable[..., Any]) -> Formula:
    """A wrong formula in the place of ``formula``, on the same variables."""
    return Formula(f"{formula.name}.wrong", formula.variables, build)


prox = Claim(
    id="sea_omd.lemma.prox",
    kind=Kind.INEQUALITY,
    title="Three-point inequality of a projected step",
    statement=(
        r"$y=\arg\min_{x\in X}\langle g,x\rangle+\tfrac1{2\eta}\|x-z\|_H^2$ satisfies, for every $u\in X$, $$\langle g,"
        r"y-u\rangle\le\frac1{2\eta}\big(\|u-z\|_H^2-\|u-y\|_H^2-\|y-z\|_H^2\big),$$ with equality for every $u$ where "
        r"$X$ is all of space."
    ),
    domain=Domain(SPACE, CONVEX_SET, POINTS, bounds.ETA),
    subject=Subject({"prox": bounds.prox, "sets": "convex"}),
    provenance=Provenance.DERIVED,
    source="derived here; standard",
    assumptions=(_H_NORM, _CONVEX),
    parts=("inequality", "equality"),
    scale=("prox", "down"),
    refutations=(
        Refutation("sets that are not convex", _TWO_POINTS, "the step from -1 to 1 in {-1, 1}", drops=_CONVEX),
        Refutation(
            "last term 1.1 ||y-z||^2",
            {"prox": instead(bounds.prox, lambda A, B, C, eta: (A - B - C * Fraction(11, 10)) / (2 * eta))},
            "without constraints there is equality",
        ),
        Refutation(
            "||u-z||^2 shortened by 1 per cent",
            {"prox": instead(bounds.prox, lambda A, B, C, eta: (A * Fraction(99, 100) - B - C) / (2 * eta))},
            "without constraints there is equality",
        ),
        Refutation(
            "the step 1.05 eta",
            {"prox": instead(bounds.prox, lambda A, B, C, eta: (A - B - C) / (2 * eta * Fraction(21, 20)))},
            "without constraints there is equality",
        ),
    ),
)

stability = Claim(
    id="sea_omd.lemma.stability",
    kind=Kind.INEQUALITY,
    title="The two half-steps of a round end close to each other",
    statement=(
        r"With the two half-steps of a round, $$\|x_t-\hat x_{t+1}\|_H\le\eta\,\|g_t-M_t\|_{H^{-1}}.$$ (Stated and "
        r"checked for the squares of both sides.)"
    ),
    remark="Equality in all concrete rounds without constraints.",
    domain=Domain(SPACE, CONVEX_SET, POINTS, bounds.ETA),
    subject=Subject({"movement": bounds.movement, "sets": "convex"}),
    provenance=Provenance.DERIVED,
    source="derived here; projections are firmly nonexpansive",
    assumptions=(_ROUND, _H_NORM, _CONVEX),
    scale=("movement", "down"),
    refutations=(
        Refutation("sets that are not convex", _TWO_POINTS, "the half-steps end at -1 and at 1", drops=_CONVEX),
        Refutation("0.95 eta", {"movement": bounds.movement.scaled(_LESS**2)}, "without constraints there is equality"),
        Refutation(
            "half of eta",
            {"movement": bounds.movement.scaled(Fraction(1, 4))},
            "without constraints there is equality",
        ),
    ),
)

one_step = Claim(
    id="sea_omd.lemma.one_step",
    kind=Kind.INEQUALITY,
    title="The regret of one round, with a share theta of the negative term kept",
    statement=(
        r"For every $\theta\in[0,1]$ and $u\in X$, with $b_t=\hat x_{t+1}-x_t$: $$\langle g_t,x_t-u\rangle\le\frac1{2"
        r"\eta}\big(\|u-\hat x_t\|^2-\|u-\hat x_{t+1}\|^2\big)+\frac{1+\theta}2\eta\|g_t-M_t\|_{H^{-1}}^2-\frac\theta"
        r"{2\eta}\|b_t\|^2-\frac1{2\eta}\|x_t-\hat x_t\|^2,$$ all other norms those of $H$."
    ),
    remark="Equality in all concrete rounds without constraints, whatever theta is.",
    domain=Domain(SPACE, CONVEX_SET, POINTS, bounds.THETA, bounds.ETA),
    subject=Subject({"one_step": bounds.one_step, "sets": "convex"}),
    provenance=Provenance.DERIVED,
    source="derived here; theta = 1 is the textbook version",
    assumptions=(_ROUND, _H_NORM, _CONVEX),
    rests_on=("sea_omd.lemma.prox", "sea_omd.lemma.stability"),
    scale=("one_step", "down"),
    refutations=(
        Refutation("sets that are not convex", _TWO_POINTS, "the leader jumps from -1 to 1", drops=_CONVEX),
        Refutation(
            "coefficient theta/2 instead of (1+theta)/2",
            {
                "one_step": instead(
                    bounds.one_step,
                    lambda theta, eta, a, before, after, b, c: (
                        (before - after) / (2 * eta) + theta / 2 * eta * a - theta / (2 * eta) * b - c / (2 * eta)
                    ),
                )
            },
            "without constraints there is equality with (1+theta)/2",
        ),
        Refutation(
            "the second negative term 1.05 times",
            {
                "one_step": instead(
                    bounds.one_step,
                    lambda theta, eta, a, before, after, b, c: (
                        (before - after) / (2 * eta)
                        + (1 + theta) / 2 * eta * a
                        - theta / (2 * eta) * b * Fraction(21, 20)
                        - c / (2 * eta)
                    ),
                )
            },
            "at theta > 0, without constraints",
        ),
        Refutation(
            "(1 + theta)/2.02",
            {
                "one_step": instead(
                    bounds.one_step,
                    lambda theta, eta, a, before, after, b, c: (
                        (before - after) / (2 * eta)
                        + (1 + theta) / Fraction(101, 50) * eta * a
                        - theta / (2 * eta) * b
                        - c / (2 * eta)
                    ),
                )
            },
            "without constraints there is equality",
        ),
    ),
)

_UNCONSTRAINED = (
    r"$X$ is all of space, the step $\eta$ constant, $\hat x_1=x_1$, $M_t=g_{t-1}$ and $g_0=0$: $x_t=\hat x_t-\eta "
    r"g_{t-1}$, $\hat x_{t+1}=\hat x_t-\eta g_t$"
)

identity = Claim(
    id="sea_omd.lemma.identity",
    kind=Kind.IDENTITY,
    title="Exact regret of the constant step without constraints, and its worst case",
    statement=(
        r"For every horizon, dimension, comparator and sequence of slopes $$\sum_{t\le T}\langle g_t,x_t-u\rangle="
        r"\frac1{2\eta}\big(\|u-x_1\|^2-\|u-\hat x_{T+1}\|^2\big)+\frac\eta2\sum_{t\le T}\big(\|g_t-g_{t-1}\|^2-"
        r"\|g_{t-1}\|^2\big).$$ Hence, where $\|u-x_1\|\le D$ and $\sum_t\|g_t-g_{t-1}\|^2\le V$, the regret is at "
        r"most $D^2/(2\eta)+\eta V/2$: the gap is a nonnegative combination of $D^2-\|u-x_1\|^2$, $V-"
        r"\sum\|g_t-g_{t-1}\|^2$ and squares. With $\eta=D/\sqrt V$ the bound is $D\sqrt V$, and it "
        r"is attained for every $T$: by $T-1$ slopes 0 and a last one of norm $\sqrt V$, with $u=x_1-Dg_T/\|g_T\|$."
    ),
    domain=Domain(Every("space", "every R^n"), POINTS, HORIZON, bounds.ETA, bounds.DIAMETER, bounds.VARIATION),
    subject=Subject({"identity": bounds.identity, "constant_step": bounds.constant_step, "tuned": bounds.tuned}),
    provenance=Provenance.DERIVED,
    source="derived here",
    assumptions=(_UNCONSTRAINED,),
    parts=("identity", "bound", "tuned", "attained"),
    stronger={"constant_step": "down"},
    refutations=(
        Refutation(
            "without the energy of the hints",
            {
                "identity": instead(
                    bounds.identity,
                    lambda eta, before, after, variation, energy: (before - after) / (2 * eta) + eta / 2 * variation,
                )
            },
            "it then is an upper bound only",
        ),
        Refutation(
            "energy with coefficient 1.01",
            {
                "identity": instead(
                    bounds.identity,
                    lambda eta, before, after, variation, energy: (
                        (before - after) / (2 * eta) + eta / 2 * (variation - energy * Fraction(101, 100))
                    ),
                )
            },
            "its coefficient is 1",
        ),
        Refutation("regret at most 0.99 D sqrt(V)", {"tuned": bounds.tuned.scaled(Fraction(99, 100))}, "attained"),
        Refutation("attained at 1.01 D sqrt(V)", {"tuned": bounds.tuned.scaled(Fraction(101, 100))}, "it is less"),
        Refutation(
            "D^2/(2 eta) + 0.49 eta V",
            {
                "constant_step": instead(
                    bounds.constant_step, lambda D, V, eta: D**2 / (2 * eta) + eta * V * Fraction(49, 100)
                )
            },
            "the tuned step attains the bound",
        ),
    ),
)

selfconf = Claim(
    id="sea_omd.lemma.selfconf",
    kind=Kind.INEQUALITY,
    title="A self-confident sum is at most twice the growth of the root",
    statement=(
        r"For $d,a_t\ge0$ and $V_t=\sum_{s\le t}a_s$ (a term $0/0$ is 0): $$\sum_{t\le T}\frac{a_t}{\sqrt{d+V_t}}"
        r"\le2\big(\sqrt{d+V_T}-\sqrt d\big).$$ The gap is $\sum_t(\sqrt{d+V_t}-\sqrt{d+V_{t-1}})^2/\sqrt{d+V_t}$."
    ),
    domain=Domain(Every("a", "every sequence of nonnegative numbers"), Real("d", 0, None), HORIZON),
    subject=Subject({"selfconf": bounds.selfconf}),
    provenance=Provenance.DERIVED,
    source="derived here; standard",
    scale=("selfconf", "down"),
    refutations=(
        Refutation(
            "constant 1.9",
            {"selfconf": bounds.selfconf.scaled(_LESS)},
            "equal terms with d = 0 reach 0.97716 of the bound at T = 1000",
        ),
        Refutation(
            "constant 1.995, d = 0",
            {"selfconf": instead(bounds.selfconf, lambda d, S: 2 * sqrt(d + S) * Fraction(1995, 2000) - 2 * sqrt(d))},
            "terms 2t-1 with d = 0 reach 0.9962 of the bound at T = 1000, small terms all of it at d > 0",
        ),
        Refutation(
            "V_T/sqrt(d + 2 V_T + 0.01)",
            {"selfconf": instead(bounds.selfconf, lambda d, S: S / sqrt(d + 2 * S + Fraction(1, 100)))},
            "one term a has a/sqrt(d+a)",
        ),
    ),
)
