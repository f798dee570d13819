"""Worst cases of optimistic mirror descent: with a constant step on R^d."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Every
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import worst_case_bounds as bounds

PATHS = Every(
    "path",
    "every dimension, start, gradients and comparator with |u - x_1| <= D and sum |g_t - g_{t-1}|^2 <= V",
)
_LESS = Fraction(19, 20)
_HINT = r"the hint is the last gradient: $x_t=\hat x_t-\eta g_{t-1}$"
_SETTING = (
    r"$\mathcal X=\mathbb R^d$ for any $d\ge1$, linear losses $\langle g_t,x\rangle$, $g_0=0$",
    r"$\hat x_{t+1}=\hat x_t-\eta g_t$, $\hat x_1=x_1$",
    _HINT,
    r"$\|u-x_1\|\le D$, $\sum_{t\le T}\|g_t-g_{t-1}\|^2\le V$",
)
_NO_HINT = {"hint": Fraction(0)}
_WEAK_HINT = {"hint": Fraction(9, 10)}


def instead(formula: Formula, build: Callable[..., Any]) -> Formula:
    """A wrong formula in the place of ``formula``, on the same variables."""
    return Formula(f"{formula.name}.wrong", list(formula.variables), build)


any_step = Claim(
    id="sea_omd.convex.constant_step_bound",
    kind=Kind.INEQUALITY,
    title="Regret of the constant step by distance and variation",
    statement=r"For every $\eta>0$: $$\sum_{t\le T}\langle g_t,x_t-u\rangle\le\frac{D^2}{2\eta}+\frac{\eta V}2.$$",
    domain=Domain(bounds.ROUNDS, bounds.DISTANCE, bounds.STEP_SIZE, bounds.BUDGET, PATHS),
    subject=Subject({"bound": bounds.constant_step, "hint": Fraction(1)}),
    provenance=Provenance.DERIVED,
    source="the exact regret identity of optimistic gradient descent, derived here",
    assumptions=_SETTING,
    scale=("bound", "down"),
    refutations=(
        Refutation("0.95 of it", {"bound": bounds.constant_step.scaled(_LESS)}, "it is met at the tuned step"),
        Refutation("no hint", _NO_HINT, "two slopes 3/5 and 7/5 have regret 1.16 at D = V = eta = 1", drops=_HINT),
        Refutation("0.9 of the last gradient as hint", _WEAK_HINT, "a small first slope gains more than it costs"),
    ),
)

constant_step = Claim(
    id="sea_omd.convex.constant_step",
    kind=Kind.ATTAINED,
    title="The tuned constant step has worst-case regret exactly D sqrt V",
    statement=(
        r"With $\eta=D/\sqrt V$, for every $T\ge1$: $$\sup\sum_{t\le T}\langle g_t,x_t-u\rangle=D\sqrt V,$$ reached on "
        r"a line by $g_1=\dots=g_{T-1}=0$, $\|g_T\|=\sqrt V$, $u=x_1-D\,g_T/\|g_T\|$. For $T\le20$ it is also the "
        r"value of a semidefinite program on the Gram matrix of $(u-x_1,g_1,\dots,g_T)$, over all dimensions, with "
        r"multipliers $(\tfrac12,\tfrac12)$ at $D=V=1$."
    ),
    domain=Domain(bounds.ROUNDS, bounds.DISTANCE, bounds.BUDGET, PATHS),
    subject=Subject({"value": bounds.tuned_value, "step": bounds.tuned_step, "hint": Fraction(1)}),
    provenance=Provenance.DERIVED,
    source="the exact regret identity of optimistic gradient descent, derived here",
    assumptions=_SETTING,
    parts=("upper", "attained"),
    scale=("value", "down"),
    refutations=(
        Refutation("0.95 D sqrt V", {"value": bounds.tuned_value.scaled(_LESS)}, "one round has regret D sqrt V"),
        Refutation("1.05 D sqrt V", {"value": bounds.tuned_value.scaled(2 - _LESS)}, "no path reaches that"),
        Refutation(
            "step 1.05 D/sqrt V", {"step": bounds.tuned_step.scaled(2 - _LESS)}, "two rounds have regret above D sqrt V"
        ),
        Refutation("no hint", _NO_HINT, "two slopes 3/5 and 7/5 have regret 1.16 at D = V = 1", drops=_HINT),
        Refutation("0.9 of the last gradient as hint", _WEAK_HINT, "a small first slope gains more than it costs"),
    ),
)

TABLE: Mapping[tuple[str, int], str] = {
    ("1/2", 1): "1",
    ("1/2", 2): "1.1900324",
    ("1/2", 3): "1.2058715",
    ("1/2", 5): "1.2178611",
    ("1/2", 10): "1.2305587",
    ("1/2", 20): "1.2390914",
    ("2", 1): "1",
    ("2", 2): "1.2037335",
    ("2", 3): "1.2094728",
    ("2", 5): "1.2192717",
    ("2", 10): "1.2308886",
    ("2", 20): "1.2391516",
}
"""Worst-case regret over D sqrt V by eta sqrt(V)/D and the number of rounds; the bound (x + 1/x)/2 is 1.25."""


def moved(step: str, rounds: int, by: str) -> dict[tuple[str, int], str]:
    """The table with one entry moved."""
    return {**TABLE, (step, rounds): str(Fraction(TABLE[step, rounds]) + Fraction(by))}


constant_step_values = Claim(
    id="sea_omd.convex.constant_step_values",
    kind=Kind.IDENTITY,
    title="Worst-case regret of constant steps twice too small and twice too large",
    statement=(
        r"At $\eta=\tfrac12D/\sqrt V$ the worst-case regret over $D\sqrt V$ is 1, 1.1900324, 1.2058715, 1.2178611, "
        r"1.2305587, 1.2390914 for $T=1,2,3,5,10,20$; at $\eta=2D/\sqrt V$ it is 1, 1.2037335, 1.2094728, 1.2192717, "
        r"1.2308886, 1.2391516; each within $10^{-6}$, in every dimension."
    ),
    domain=Domain(PATHS),
    subject=Subject({"table": TABLE, "hint": Fraction(1)}),
    provenance=Provenance.DERIVED,
    source="semidefinite program on Gram matrices, derived here",
    assumptions=_SETTING,
    parts=tuple(f"step {step}, {rounds} rounds" for step, rounds in TABLE),
    refutations=(
        Refutation("two rounds, 3e-6 less", {"table": moved("1/2", 2, "-0.000003")}, "a path on the line has more"),
        Refutation("two rounds, 3e-6 more", {"table": moved("2", 2, "0.000003")}, "multipliers prove less"),
        Refutation("twenty rounds, 1.25", {"table": moved("2", 20, "0.0108484")}, "the bound is not reached"),
        Refutation("no hint", _NO_HINT, "the hint changes the worst case", drops=_HINT),
    ),
)
