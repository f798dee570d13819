"""The enumeration engine on statements that it must judge rightly, the false ones barely false."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Strength, Verdict, Witness
from proofs_checks.engines import enumeration

HALF = Fraction(1, 2)
FAIR = [(HALF, 1), (HALF, -1)]
BIASED = [(Fraction(2, 3), 1), (Fraction(1, 3), -1)]


def walk(laws: Any, values: Any) -> list[Any]:
    return enumeration.expectation(laws, 0, lambda state, t, outcome: state + outcome, values)


def test_moments_of_a_walk_are_exact() -> None:
    first, second, size = walk([FAIR] * 10, lambda s: (s, s * s, abs(s)))
    assert (first, second, size) == (0, 10, Fraction(2520, 1024))
    assert walk([BIASED] * 3, lambda s: (s,)) == [1]


def test_balls_and_rationals_agree() -> None:
    exact = walk([BIASED, FAIR, BIASED], lambda s: (Fraction(s) ** 2,))[0]
    found = walk([BIASED, FAIR, BIASED], lambda s: (arb(s) ** 2,))[0]
    assert enumeration.ball(exact) in found
    assert found.rad() < 1e-12


def test_paths_see_their_rounds_in_order() -> None:
    laws = [[(HALF, "a"), (HALF, "b")], [(Fraction(1), "c")], [(HALF, "d"), (HALF, "e")]]
    seen: list[str] = []

    def values(state: str) -> tuple[int]:
        seen.append(state)
        return (1,)

    total = enumeration.expectation(laws, "", lambda s, t, o: s + str(t) + o, values)
    assert total == [1]
    assert sorted(seen) == ["".join(p) for p in itertools.product(["1a", "1b"], ["2c"], ["3d", "3e"])]


@pytest.mark.parametrize(
    "law",
    [[(HALF, 1)], [(Fraction(3, 2), 1), (-HALF, 2)], [(0.5, 1), (0.5, 2)], []],
    ids=["short", "sign", "float", "no"],
)
def test_laws_that_are_none(law: Any) -> None:
    with pytest.raises(InputError, match="probabilities of round 1"):
        walk([law], lambda s: (s,))


def test_floats_are_refused() -> None:
    with pytest.raises(InputError, match="must be a ball"):
        walk([FAIR], lambda s: (0.5,))
    with pytest.raises(InputError, match="must be a ball"):
        enumeration.relation(arb(1), 0.5)  # type: ignore[arg-type]


def show(instance: Any) -> Witness:
    left, right = instance
    return Witness("formula", {}, str(left), str(right), "<" if left < right else ">" if left > right else "==")


def judge(instances: Any, wanted: Any, sides: Any = lambda pair: pair, **options: Any) -> Any:
    return enumeration.compare(
        instances, sides, wanted=wanted, statement="left and right", description="pairs", **options
    )


def root_of_two(pair: Any) -> tuple[Any, Any]:
    return arb(2).sqrt(), pair[1]


def test_true_statements() -> None:
    found = judge([(1, 2), (Fraction(1, 3), HALF)], ("<",))
    assert (found.verdict, found.strength) == (Verdict.HOLDS, Strength.CERTIFIED)
    assert found.scope.count == 2
    close = (0, Fraction("1.41421356237309504880168872420969807856967187537695"))
    assert judge([close], ("<",), root_of_two).verdict is Verdict.HOLDS
    assert judge([close], (">",), root_of_two).verdict is Verdict.INCONCLUSIVE


def test_barely_false_statements() -> None:
    found = judge([(1, 2), (HALF + Fraction(1, 10**30), HALF)], ("<", "=="), show=show)
    assert (found.verdict, found.witness.relation) == (Verdict.VIOLATED, ">")
    assert judge([(HALF, HALF)], ("<",), show=show).verdict is Verdict.VIOLATED


def test_what_is_not_shown_is_not_violated() -> None:
    assert judge([(2, 1)], ("<",)).verdict is Verdict.INCONCLUSIVE
    lying = judge([(2, 1)], ("<",), show=lambda pair: show((1, 2)))
    assert lying.verdict is Verdict.INCONCLUSIVE


def test_balls_that_overlap_decide_nothing() -> None:
    def sides(pair: Any) -> tuple[Any, Any]:
        return arb(2).sqrt() ** 2, 2

    found = judge([(0, 0)], ("<", ">", "=="), sides, show=show)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "not decided" in found.reason
    assert enumeration.relation(arb("nan"), 1) == ""


def test_precision_is_raised_where_balls_overlap_and_put_back() -> None:
    from flint import ctx

    before = ctx.prec
    near = (0, Fraction(round(2**0.5 * 10**15), 10**15))
    assert judge([near], ("<", ">"), root_of_two, bits=32).verdict is Verdict.HOLDS
    assert ctx.prec == before


def test_scope() -> None:
    assert judge([(1, 2)], ("<",), whole=Domain()).scope == Domain()
    with pytest.raises(InputError, match="do not cover"):
        judge([(1, 2)], ("<",), whole=Domain(Real("x")))
    with pytest.raises(InputError, match="not be empty"):
        judge([], ("<",))
