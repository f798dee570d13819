"""The rational engine on a zoo: what holds, what fails with and without a witness, what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from plumbline.domain import Domain, Instances, Real
from plumbline.errors import InputError
from plumbline.evidence import Coverage, Strength, Verdict, Witness, coverage_of
from proofs_checks.engines import rational
from proofs_checks.engines.rational import Relation

HALF = Fraction(1, 2)


def witness(relation: str) -> Witness:
    return Witness("program", {}, "0", "0", relation)


@pytest.mark.parametrize(
    ("relation", "lefts"),
    [("<=", (0, HALF)), (">=", (HALF, 1)), ("==", (HALF,)), ("!=", (0, 1)), ("<", (0,)), (">", (1,))],
)
def test_relations(relation: str, lefts: tuple[Any, ...]) -> None:
    for left in (0, HALF, 1):
        assert Relation(left, relation, HALF).holds == (left in lefts)


def test_holding_instances_are_certified_but_cover_no_quantifier() -> None:
    found = rational.certify([1, 2, 3], lambda n: Relation(Fraction(1, n), "<=", 1), "1/n <= 1", "n", data=str)
    assert (found.verdict, found.strength) == (Verdict.HOLDS, Strength.CERTIFIED)
    assert found.scope == Instances(3, "n")
    assert coverage_of(Domain(Real("x", 0, 1)), [found.scope]) is Coverage.INSTANCES
    assert found.certificate is not None
    assert found.certificate["instances"][1] == {"relations": ["1/2 <= 1"], "instance": "2"}


def test_a_claim_of_these_instances_alone_is_covered() -> None:
    found = rational.certify([1], lambda n: [Relation(n, "==", 1), Relation(n, "<", 2)], "one", "n", whole=Domain())
    assert coverage_of(Domain(), [found.scope]) is Coverage.WHOLE
    with pytest.raises(InputError, match="do not cover"):
        rational.certify([1], lambda n: True, "one", "n", whole=Domain(Real("x", 0, 1)))


def test_one_failing_relation_is_enough_and_needs_a_witness_that_contradicts_it() -> None:
    def verify(n: int) -> list[Relation]:
        return [Relation(n, ">=", 0), Relation(n, "<=", 2)]

    def judged(relation: str) -> Verdict:
        return rational.certify([1, 2, 3], verify, "n <= 2", "n", show=lambda n: witness(relation)).verdict

    assert judged(">") is Verdict.VIOLATED
    assert judged("<") is Verdict.INCONCLUSIVE
    assert judged("==") is Verdict.INCONCLUSIVE
    assert rational.certify([3], verify, "n <= 2", "n").verdict is Verdict.INCONCLUSIVE


def test_a_rejected_certificate_proves_nothing() -> None:
    found = rational.certify([1, 2], lambda n: n < 2, "certificates", "n", show=lambda n: witness("<"))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert rational.certify([1], lambda n: n < 2, "certificates", "n").verdict is Verdict.HOLDS


@pytest.mark.parametrize("side", [0.5, True, "1/2", None])
def test_inexact_sides_are_refused(side: Any) -> None:
    with pytest.raises(InputError, match="int or a Fraction"):
        Relation(side, "<=", 1)
    with pytest.raises(InputError, match="int or a Fraction"):
        Relation(1, "<=", side)


def test_empty_input_and_unknown_relations_are_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        rational.certify([], lambda n: True, "nothing", "n")
    with pytest.raises(InputError, match="at least one relation"):
        rational.certify([1], lambda n: [], "nothing", "n")
    with pytest.raises(InputError, match="relation must be"):
        Relation(1, "=<", 2)
