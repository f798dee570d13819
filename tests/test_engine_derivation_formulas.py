"""The derivation kernel and the claimed formula: its range, its arguments, its order, and what lemmas need smooth.

Every exploit changes the derivation of :mod:`mean_of_squares` in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sympy
from mean_of_squares import BETA, CLAIM, CLASSES, HALF, LEMMA, SQUARE, V, complete, ending, refuse, start

from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Verdict
from plumbline.formula import Abs, Formula, Max, piecewise, power, rational, sqrt
from plumbline.nouns import Claim, Subject
from proofs_checks.engines.derivation import Derivation, Fact, StepFailed, convexity
from proofs_checks.engines.facts import formula_at_least, formula_equal, require_smooth

# The claimed formula


def test_an_unrelated_fact_reaches_nothing() -> None:
    def end(d: Derivation, fact: Fact, subject: Subject) -> Sequence[Fact]:
        other = d.identity("the square is the square", d["beta"] ** 2, d["beta"] ** 2)
        return [d.reaches("", other, SQUARE, subject["T"], beta=d["beta"])]

    refuse(ending(end), "does not start from the claim's left side")


def test_a_fact_about_another_expression_reaches_nothing() -> None:
    def end(d: Derivation, fact: Fact, subject: Subject) -> Sequence[Fact]:
        shifted = d.combine("", d["V"] + d["beta"] ** 2 + 1, d["beta"] ** 2, [(1, fact), (1, d.nonnegative("", 1))])
        return [d.reaches("", shifted, SQUARE, subject["T"], beta=d["beta"])]

    refuse(ending(end), "does not start from the claim's left side")


def test_the_bound_must_be_the_formula_at_its_arguments() -> None:
    def end(d: Derivation, fact: Fact, subject: Subject) -> Sequence[Fact]:
        larger = Formula("larger", [BETA], lambda beta: beta)
        return [d.reaches("", fact, larger, subject["T"], beta=d["beta"])]

    refuse(ending(end), "the bound")


@pytest.mark.parametrize(
    "larger", [lambda b: b**2 + rational("1/1000"), lambda b: b**2 * rational("1.001"), lambda b: b]
)
def test_a_larger_claimed_formula_is_not_reached(larger: Callable[[Any], Any]) -> None:
    claim = Claim(**{**vars(CLAIM), "subject": Subject({"T": Formula("larger", [BETA], larger)})})
    refuse(complete, "the bound: interval says", claim)


def _claimed_on(*axes: Any) -> Claim:
    return Claim(**{**vars(CLAIM), "subject": Subject({"T": Formula("square", list(axes), lambda beta, *_: beta**2)})})


@pytest.mark.parametrize("axis", [HALF, Real("beta", 0, 1, open_hi=True), Real("beta", 0, 1, open_lo=True)])
def test_a_formula_declared_on_a_part_is_refused(axis: Real) -> None:
    refuse(complete, "is declared on", _claimed_on(axis))
    formula = _claimed_on(axis).subject["T"]
    d, beta, _ = start()
    for step in (
        lambda: d.claimed(formula, beta=beta),
        lambda: d.equal("", SQUARE, formula),
        lambda: d.at_least("", SQUARE, formula),
        lambda: d.at_most("", SQUARE, formula),
        lambda: formula_at_least(SQUARE, formula),
        lambda: formula_at_least(formula, SQUARE, SQUARE.domain),
    ):
        with pytest.raises(StepFailed, match="declared on"):
            step()


@pytest.mark.parametrize("axis", [Integer("n", 2, 100), Integer("n", 3, None), Real("n", 2, 20)])
def test_a_formula_declared_on_some_sizes_is_refused(axis: Any) -> None:
    formula = Formula("square", [BETA, axis], lambda beta, n: beta**2)
    exact = Formula("exact", [BETA, CLASSES], lambda beta, n: beta**2)
    d = start(BETA, V, CLASSES)[0]
    with pytest.raises(StepFailed, match="declared on"):
        d.claimed(formula, beta=d["beta"], n=d["n"])
    with pytest.raises(StepFailed, match="declared on"):
        d.at_least("", exact, formula)


def test_a_size_must_be_an_integer_number_or_a_rational_in_the_range() -> None:
    formula = Formula("square", [BETA, Integer("m", 2, 100)], lambda beta, m: beta**2)
    d = start(BETA, V, Real("m", 2, 50))[0]
    for m in (d["m"], d["m"] + 1, sympy.Integer(1), sympy.Rational(5, 2), sympy.Integer(101)):
        with pytest.raises(StepFailed, match="m"):
            d.claimed(formula, beta=d["beta"], m=m)
    assert d.claimed(formula, beta=d["beta"], m=sympy.Integer(100)) == d["beta"] ** 2


@pytest.mark.parametrize(
    "argument", [lambda b, v: 2 * b, lambda b, v: b - 1, lambda b, v: b + v, lambda b, v: 2 + 0 * b]
)
def test_an_argument_outside_the_range_is_refused(argument: Callable[[Any, Any], Any]) -> None:
    d, beta, v = start()
    with pytest.raises(StepFailed):
        d.claimed(SQUARE, beta=argument(beta, v))
    opened = Formula("opened", [Real("beta", 0, 2, open_lo=True, open_hi=True)], lambda beta: beta)
    for value in (2 * beta, beta, beta / 2):
        with pytest.raises(StepFailed):
            d.claimed(opened, beta=value)
    assert d.claimed(opened, beta=(beta + 1) / 2) == (beta + 1) / 2


def test_an_argument_inside_the_range_is_accepted() -> None:
    d, beta, _ = start()
    assert d.claimed(SQUARE, beta=beta / 2) == beta**2 / 4
    assert d.claimed(SQUARE, beta=sympy.Rational(1, 3)) == sympy.Rational(1, 9)


# Smoothness

TENT = Formula("tent", [BETA], lambda b: rational("1/2") - Abs(b - rational("1/2")))
ROUGH = [
    TENT,
    Formula("step", [BETA], lambda b: piecewise((0, b < rational("1/2")), (-1, True))),
    Formula("point", [BETA], lambda b: b**2 + piecewise((1, sympy.Eq(b, rational("1/3"))), (0, True))),
    Formula("max", [BETA], lambda b: -Max(b, 1 - b)),
    Formula("root", [BETA], lambda b: rational("1/2") - sqrt(b**2 - b + rational("1/4"))),
    Formula("power", [BETA], lambda b: -power(b**2 - b + rational("1/4"), rational("1/2"))),
    Formula("sign", [BETA], lambda b: (rational("1/2") - b) / sqrt(b**2 - b + rational("1/4"))),
    Formula("floor", [BETA], lambda b: -sympy.floor(b + rational("1/2"))),
    Formula("fraction", [BETA], lambda b: sympy.frac(b + rational("1/2"))),
    Formula("arctangent", [BETA], lambda b: sympy.atan(b)),
]


@pytest.mark.parametrize("formula", ROUGH, ids=lambda formula: formula.name)
def test_convexity_is_not_read_off_between_jumps_and_kinks(formula: Formula) -> None:
    with pytest.raises(StepFailed, match="convexity of"):
        convexity(formula)


@pytest.mark.parametrize("formula", [ROUGH[0], ROUGH[1], ROUGH[3], ROUGH[7]], ids=lambda formula: formula.name)
def test_lemmas_that_need_smooth_functions_refuse_cases(formula: Formula) -> None:
    d, _, v = start()
    for step in (
        lambda: require_smooth("", [formula.expr]),
        lambda: d.lemma("", LEMMA, v, 0, smooth=[formula.expr]),
        lambda: d.deduce("", LEMMA, requires=[], smooth=[formula.expr]),
    ):
        with pytest.raises(StepFailed, match="not made of smooth functions"):
            step()


def test_convexity_of_convex_formulas_is_accepted() -> None:
    assert convexity(SQUARE).premises[0].verdict is Verdict.HOLDS
    assert convexity(Formula("roots", [BETA], lambda b: 1 - sqrt(1 - b**2))).premises[0].verdict is Verdict.HOLDS
    with pytest.raises(StepFailed, match="sign is wrong"):
        convexity(Formula("concave", [BETA], lambda b: -(b**2)))


@pytest.mark.parametrize(
    ("axes", "build", "verdict"),
    [
        ([Real("x", 0), Integer("k", 0, 1)], lambda x, k: k * x**2, Verdict.HOLDS),
        ([Real("x"), Integer("k")], lambda x, k: k * x**2, Verdict.HOLDS),
        ([Real("x", 0)], lambda x: x**2, Verdict.HOLDS),
        ([Real("x", 0, 100), Integer("k", 0, 1)], lambda x, k: k * x**2, Verdict.INCONCLUSIVE),
        ([Real("x", 0, open_lo=True), Integer("k", 0, 1)], lambda x, k: k * x**2, Verdict.INCONCLUSIVE),
        ([Real("x", 0), Integer("k", 1, 1)], lambda x, k: k * x**2, Verdict.INCONCLUSIVE),
        ([Real("x", 0), Real("y")], lambda x, y: x**2 + 0 * y, Verdict.INCONCLUSIVE),
        ([Real("x", 0), Integer("k", 0, 1)], lambda x, k: k * rational("1.001") * x**2, Verdict.VIOLATED),
    ],
)
def test_an_equal_formula_is_declared_on_the_whole_domain(axes: Any, build: Any, verdict: Verdict) -> None:
    domain, x = Domain(Real("x", 0), Integer("k", 0, 1), Real("unused")), sympy.Symbol("x", real=True)
    formula = Formula("square", axes, build)
    at = {"k": 1} if any(axis.name == "k" for axis in axes) else {}
    assert formula_equal(formula, x**2, domain, at=at).verdict is verdict


def test_a_number_outside_the_domain_sets_no_variable() -> None:
    formula = Formula("square", [Real("x", 0), Integer("k", 0)], lambda x, k: k * x**2)
    x = sympy.Symbol("x", real=True)
    found = formula_equal(formula, 2 * x**2, Domain(Real("x", 0), Integer("k", 0, 1)), at={"k": 2})
    assert found.verdict is Verdict.INCONCLUSIVE and "k = 2 is outside" in found.reason
