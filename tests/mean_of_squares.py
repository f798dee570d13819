"""A small derivation to try the kernel on: the mean of squares is at least the square of the mean.

sum p_i a_i^2 >= beta^2 for every law p on any number n >= 2 of values a_i in [0, 1] with mean beta. The derivation
splits off the variance V.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from plumbline import runner
from plumbline.domain import Domain, Every, Integer, Real
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula
from plumbline.nouns import Check, Claim, Effort, Kind, Lemma, Provenance, Subject
from plumbline.standing import Judgement
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive

BETA, V = Real("beta", 0, 1), Real("V", 0, None)
CLASSES = Integer("n", 2, None)
SQUARE = Formula("square", [BETA], lambda beta: beta**2)
CLAIM = Claim(
    id="made.squares.mean",
    kind=Kind.INEQUALITY,
    title="Mean of squares",
    statement="The mean of squares is at least the square of the mean.",
    domain=Domain(CLASSES, BETA, Every("p", "every law on n values")),
    subject=Subject({"T": SQUARE}),
    provenance=Provenance.DERIVED,
    source="here",
)
LEMMA = Lemma("made", "A lemma", "$a$ at least $b$", "nowhere")
HALF = Real("beta", 0, "1/2")

Proof = Callable[[Subject], Finding]


def samples(sizes: Sequence[int] = (2, 3, 5, 11)) -> list[Sample]:
    """Laws and values with their mean and variance; the left side is the mean of squares."""
    draw, made = random.Random(0), []
    for n in [*sizes] * 3:
        weights = [draw.randint(1, 9) for _ in range(n)]
        p = [Fraction(weight, sum(weights)) for weight in weights]
        a = [Fraction(draw.randint(0, 20), 20) for _ in range(n)]
        mean = sum((x * y for x, y in zip(p, a, strict=True)), Fraction(0))
        variance = sum((x * (y - mean) ** 2 for x, y in zip(p, a, strict=True)), Fraction(0))
        squares = sum((x * y**2 for x, y in zip(p, a, strict=True)), Fraction(0))
        values = {"beta": mean, "b": mean, "V": variance, "n": Fraction(n), "m": Fraction(n)}
        made.append(Sample(values, squares, {"n": n}))
    return made


def judged(proof: Proof, claim: Claim = CLAIM) -> Judgement:
    """The judgement of a check that has nothing but this proof."""
    check = Check(claim.id, lambda subject, effort: [derive(lambda: proof(subject), claim.domain, "made")], 30)
    return runner.run_check(claim, check, claim.subject, Effort())[0]


def refuse(proof: Proof, words: str, claim: Claim = CLAIM) -> None:
    judgement = judged(proof, claim)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert words in judgement.reason


def start(*axes: Any, sizes: Sequence[int] = (2, 3, 5, 11)) -> tuple[Derivation, Any, Any]:
    d = Derivation(Domain(*(axes or (BETA, V))), samples(sizes))
    return d, d["beta"], d["V"]


def bounded(d: Derivation) -> Fact:
    """The left side, expanded, is at least beta^2."""
    left = d.expands("split off the variance", d["V"] + d["beta"] ** 2)
    return d.combine("drop it", left, d["beta"] ** 2, [(1, d.nonnegative("a variance", d["V"]))])


def complete(subject: Subject) -> Finding:
    d, beta, _ = start()
    fact = bounded(d)
    reached = d.reaches("the bound", fact, SQUARE, subject["T"], beta=beta)
    return d.conclude([fact, reached], CLAIM.domain, "made")


def ending(end: Callable[[Derivation, Fact, Subject], Sequence[Fact]], *axes: Any) -> Proof:
    """The proof up to the bound, then ``end``, whose facts are concluded from."""

    def proof(subject: Subject) -> Finding:
        d = start(*axes)[0]
        fact = bounded(d)
        return d.conclude(end(d, fact, subject), CLAIM.domain, "made")

    return proof
