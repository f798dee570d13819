"""The derivation kernel: a correct derivation is accepted, and every way around a rule fails to settle a claim.

Every exploit changes the derivation of :mod:`mean_of_squares` in one place.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest
import sympy
from mean_of_squares import (
    BETA,
    CLAIM,
    HALF,
    LEMMA,
    SQUARE,
    V,
    bounded,
    complete,
    ending,
    judged,
    refuse,
    samples,
    start,
)

from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Coverage, Finding, Strength, Verdict
from plumbline.formula import Formula, rational
from plumbline.nouns import Claim, Subject
from proofs_checks.engines.derivation import Derivation, Expansion, Fact, Sample, StepFailed, convexity

# What is accepted


def test_a_correct_derivation_is_accepted_at_its_full_strength() -> None:
    judgement = judged(complete)
    assert (judgement.verdict, judgement.coverage) == (Verdict.HOLDS, Coverage.WHOLE)
    assert judgement.strength is Strength.SYMBOLIC
    certificate = judgement.decisive[0].certificate or {}
    assert certificate["formulas"] == ["square"]
    assert [step["step"] for step in certificate["steps"]][:3] == ["split off the variance", "a variance", "drop it"]


def test_cauchy_schwarz_for_sums_of_any_size_is_accepted() -> None:
    """(sum a_i^2)(sum b_i^2) >= (sum a_i b_i)^2: A times the rest of a after its part along b."""
    names = ("A", "B", "C", "R")
    claim = Claim(**{**vars(CLAIM), "id": "made.cauchy.schwarz", "domain": Domain(Integer("n", 1, None))})

    def sample(draw: random.Random, n: int) -> Sample:
        a, b = ([Fraction(draw.randint(-9, 9)) for _ in range(n - 1)] + [Fraction(1)] for _ in range(2))
        A, B, C = (sum((x * y for x, y in zip(*pair, strict=True)), Fraction(0)) for pair in ((a, a), (b, b), (a, b)))
        rest = sum(((x - C / B * y) ** 2 for x, y in zip(a, b, strict=True)), Fraction(0))
        return Sample({"A": A, "B": B, "C": C, "R": rest}, A * B, {"n": n})

    def proof(_: Subject) -> Finding:
        draw = random.Random(1)
        axes = (Real("A", 0), Real("B", 0, open_lo=True), Real("C"), Real("R", 0))
        d = Derivation(Domain(*axes), [sample(draw, n) for n in (1, 2, 3, 7, 12) for _ in range(3)])
        _, B, C, R = (d[name] for name in names)
        left = d.expands("A = R + C^2/B", (R + C**2 / B) * B)
        square = d.nonnegative("a sum of squares", R)
        return d.conclude([d.combine("A B >= C^2", left, C**2, [(B, square)])], claim.domain, "made")

    judgement = judged(proof, claim)
    assert (judgement.verdict, judgement.coverage) == (Verdict.HOLDS, Coverage.WHOLE)
    assert judgement.strength is Strength.SYMBOLIC


def test_a_smaller_claimed_formula_is_accepted_with_the_strength_of_its_comparison() -> None:
    smaller = Formula("smaller", [BETA], lambda beta: beta**2 / 2 - rational("1/100"))
    claim = Claim(**{**vars(CLAIM), "subject": Subject({"T": smaller})})
    judgement = judged(complete, claim)
    assert (judgement.verdict, judgement.coverage) == (Verdict.HOLDS, Coverage.WHOLE)


def test_what_is_reached_keeps_the_strength_of_the_fact() -> None:
    """A bound found in balls does not become symbolic by the name of its formula."""

    def proof(subject: Subject) -> Finding:
        d, beta, v = start()
        left = d.expands("split off the variance", v + beta**2)
        shift = d.enclosed("exp(V) >= 1 + V - V^3/1000 there", sympy.exp(beta), 1 + beta**3 / 1000)
        zero = d.combine("nothing", sympy.Integer(0), sympy.Integer(0), [(0, shift)])
        fact = d.combine("drop it", left, beta**2, [(1, d.nonnegative("a variance", v)), (1, zero)])
        return d.conclude([d.reaches("the bound", fact, SQUARE, subject["T"], beta=beta)], CLAIM.domain, "made")

    judgement = judged(proof)
    assert judgement.verdict is Verdict.HOLDS
    assert judgement.strength is Strength.CERTIFIED


# Conclusions


def test_nothing_is_concluded_from_nothing() -> None:
    refuse(ending(lambda d, fact, subject: []), "needs a fact of its derivation")


def test_nothing_is_concluded_from_facts_about_other_formulas_alone() -> None:
    refuse(ending(lambda d, fact, subject: [convexity(SQUARE)]), "needs a fact of its derivation")


def test_the_left_side_must_be_expanded() -> None:
    def proof(subject: Subject) -> Finding:
        d, _, v = start()
        fact = d.nonnegative("a variance", v)
        return d.conclude([fact, d.at_least("itself", SQUARE, subject["T"])], CLAIM.domain, "made")

    refuse(proof, "never expanded")


def test_a_real_axis_of_the_claim_must_be_a_number() -> None:
    def proof(subject: Subject) -> Finding:
        d = Derivation(Domain(Real("b", 0, 1), V), samples())
        b, v = d["b"], d["V"]
        left = d.expands("split off the variance", v + b**2)
        fact = d.combine("drop it", left, b**2, [(1, d.nonnegative("a variance", v))])
        return d.conclude([d.reaches("", fact, SQUARE, subject["T"], beta=b)], CLAIM.domain, "made")

    refuse(proof, "make it a number of the derivation")


@pytest.mark.parametrize("sizes", [(2, 3, 4), (2, 9), (3, 5, 11), (2,), (11,)])
def test_the_samples_must_spread_over_the_sizes(sizes: tuple[int, ...]) -> None:
    def proof(subject: Subject) -> Finding:
        d, beta, _ = start(sizes=sizes)
        fact = bounded(d)
        return d.conclude([d.reaches("", fact, SQUARE, subject["T"], beta=beta)], CLAIM.domain, "made")

    refuse(proof, "do not spread over n>=2")


@pytest.mark.parametrize("told", [(), (2,), (2, 3)])
def test_samples_that_do_not_say_their_size_cover_none(told: tuple[int, ...]) -> None:
    def proof(subject: Subject) -> Finding:
        made = [Sample(one.values, one.left, one.axes if one.axes["n"] in told else {}) for one in samples()]
        d = Derivation(Domain(BETA, V), made)
        fact = bounded(d)
        return d.conclude([d.reaches("", fact, SQUARE, subject["T"], beta=d["beta"])], CLAIM.domain, "made")

    refuse(proof, "do not spread over n>=2")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Integer("n", 3, None), "n=2 outside"),
        (Integer("n", 2, 50), "treats n=2..50"),
        (Real("n", 2, 20), "treats n in"),
    ],
)
def test_a_number_must_cover_its_axis(number: Any, words: str) -> None:
    refuse(ending(lambda d, fact, subject: [fact], BETA, V, number), words.replace("n=2 outside", "outside n>=3"))


def test_a_conclusion_on_a_part_speaks_of_that_part_only() -> None:
    def proof(subject: Subject) -> Finding:
        kept = [one for one in samples() if one.values["beta"] <= Fraction(1, 2)]
        d = Derivation(Domain(HALF, V), [*kept, *(Sample(kept[0].values, kept[0].left, {"n": n}) for n in (2, 10))])
        return d.conclude([bounded(d)], CLAIM.domain.restrict(HALF), "made")

    assert judged(proof).coverage is Coverage.PART


# Samples


def test_a_wrong_expansion_fails_at_the_samples() -> None:
    def proof(subject: Subject) -> Finding:
        d, beta, v = start()
        left = d.expands("twice the variance", 2 * v + beta**2)
        return d.conclude([d.combine("", left, beta**2, [(2, d.nonnegative("", v))])], CLAIM.domain, "made")

    refuse(proof, "expansion gives")


def _two_values(left: Any) -> Expansion:
    """Two values a = 1 with probability p and a = 0."""
    p = sympy.Symbol("p", real=True)
    return Expansion(2, Domain(Real("p", 0, 1)), left, {"beta": p, "V": p * (1 - p)})


def test_an_expansion_is_proved_at_a_size() -> None:
    d, beta, v = start()
    p = sympy.Symbol("p", real=True)
    d.expands("split off the variance", v + beta**2, sizes=[_two_values(p)])
    finding = d.conclude([d.nonnegative("a variance", v)], CLAIM.domain, "made")
    assert (finding.certificate or {})["expansions"][0]["n"] == 2
    with pytest.raises(StepFailed, match="n = 2"):
        d.expands("split off the variance", v + beta**2, sizes=[_two_values(p**2)])


@pytest.mark.parametrize("number", [Real("V", 0, "1/100"), Real("V", 1, None), Real("V", None, 0)])
def test_samples_outside_the_declared_ranges_are_refused(number: Real) -> None:
    refuse(lambda subject: start(BETA, number)[0].conclude([], CLAIM.domain, "made"), "a sample has V=")


@pytest.mark.parametrize("kind", ["lemma", "by_definition"])
def test_a_misquoted_step_fails_at_the_samples(kind: str) -> None:
    def proof(subject: Subject) -> Finding:
        d, beta, v = start()
        left = d.expands("split off the variance", v + beta**2)
        wrong = (v, beta**2 / 3)
        step = d.lemma("misread", LEMMA, *wrong) if kind == "lemma" else d.by_definition("misread", *wrong)
        return d.conclude([d.combine("", left, beta**2 * rational("4/3"), [(1, step)])], CLAIM.domain, "made")

    refuse(proof, "misread:")


def test_a_false_identity_is_refused_even_where_samples_agree() -> None:
    """The two sides agree at every sample: only the engine tells them apart."""
    d, beta, v = start()
    zeros = sympy.Mul(*{beta - sympy.Rational(str(one.values["beta"])) for one in d.samples})
    with pytest.raises(StepFailed, match="symbolic says"):
        d.identity("zero at the samples", zeros, sympy.Integer(0))
    with pytest.raises(StepFailed, match="symbolic says"):
        d.nonnegative("nonnegative at the samples", -(zeros**2))
    with pytest.raises(StepFailed, match="interval says"):
        d.enclosed("at least -zeros^2", -(zeros**2), sympy.Integer(0), budget_seconds=1)
    with pytest.raises(StepFailed, match="symbolic says"):
        d.combine("of nothing", -(zeros**2), sympy.Integer(0), [(1, d.nonnegative("", v))])


def test_a_derivation_needs_samples() -> None:
    refuse(
        lambda subject: Derivation(Domain(BETA, V), []).conclude([], CLAIM.domain, "made"), "needs at least one sample"
    )


# Facts


def test_facts_of_another_derivation_are_refused() -> None:
    def foreign() -> Fact:
        """Proved where V is the number of values less one, say."""
        made = [Sample({**one.values, "V": Fraction(0)}, one.values["beta"] ** 2, one.axes) for one in samples()]
        other = Derivation(Domain(BETA, Real("V", 0, 0)), made)
        return other.nonnegative("minus zero", -other["V"])

    uses: list[Callable[[Derivation, Fact, Subject], Sequence[Fact]]] = [
        lambda d, fact, subject: [fact, foreign()],
        lambda d, fact, subject: [d.combine("", d["beta"] ** 2, d["beta"] ** 2, [(0, foreign())])],
        lambda d, fact, subject: [d.lemma("", LEMMA, d["V"], 0, requires=[foreign()])],
        lambda d, fact, subject: [d.deduce("", LEMMA, requires=[foreign()])],
    ]
    for end in uses:
        refuse(ending(end), "uses a fact of another derivation")

    def borrowed(d: Derivation, fact: Fact, subject: Subject) -> Sequence[Fact]:
        """From the same left side, under samples of its own."""
        return [fact, d.reaches("", bounded(start()[0]), SQUARE, subject["T"], beta=d["beta"])]

    refuse(ending(borrowed), "does not start from")


def test_a_fact_that_belongs_to_no_derivation_says_nothing_of_its_numbers() -> None:
    elsewhere = Fact(sympy.Symbol("V", real=True) - 1, sympy.Integer(0), ">", (), ())
    d, _, v = start()
    with pytest.raises(StepFailed, match="not proved on the numbers"):
        d.combine("", v, sympy.Integer(1), [(1, elsewhere)])
    assert d.combine("", v, sympy.Integer(0), [(1, d.nonnegative("", v)), (7, convexity(SQUARE))]).relation == ">="


def test_a_negative_coefficient_is_refused() -> None:
    def end(d: Derivation, fact: Fact, subject: Subject) -> Sequence[Fact]:
        at_most = d.by_definition("values in [0, 1]", d["beta"] - d["beta"] ** 2, d["V"])
        wrong = d.combine("", -d["V"], d["beta"] ** 2 - d["beta"], [(1, at_most)])
        return [d.combine("negative", d["V"], d["beta"] - d["beta"] ** 2, [(-1, wrong)])]

    refuse(ending(end), "negative:")
    d, beta, v = start(BETA, V, Real("b", 0, 1))
    fact = d.nonnegative("", v)
    with pytest.raises(StepFailed, match="not proved nonnegative"):
        d.combine("of changing sign", (beta - d["b"]) * v, sympy.Integer(0), [(beta - d["b"], fact)])
