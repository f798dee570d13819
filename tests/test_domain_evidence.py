"""Coverage is decided exactly, and evidence is never worth more than what it rests on."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.domain import Domain, Every, Instances, Integer, Real, covers, overlaps
from plumbline.errors import InputError
from plumbline.evidence import Coverage, Engine, Finding, Strength, Verdict, coverage_of

UNIT = Domain(Real("x", 0, 1))
N2 = Domain(Integer("n", 2))
LAWS = Every("D", "every distribution")


def real(lo: Any, hi: Any, **ends: Any) -> Domain:
    return Domain(Real("x", lo, hi, **ends))


# --- covers: one real axis ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "scopes", "expected"),
    [
        (UNIT, [UNIT], True),
        (UNIT, [real(-1, 2)], True),
        (UNIT, [real(None, None)], True),
        (UNIT, [], False),
        (UNIT, [real(0, "1/2"), real("1/2", 1)], True),
        (UNIT, [real(0, "1/2"), real("1/2", 1, open_lo=True)], True),
        (UNIT, [real(0, "1/2", open_hi=True), real("1/2", 1, open_lo=True)], False),
        (UNIT, [real(0, "1/2", open_hi=True), real("1/2", 1, open_lo=True), real("1/2", "1/2")], True),
        (UNIT, [real(0, "1/2"), real("500000000001/1000000000000", 1)], False),
        (UNIT, [real(0, 1, open_lo=True)], False),
        (UNIT, [real(0, 1, open_hi=True)], False),
        (UNIT, [real(0, 1, open_lo=True), real(0, 0)], True),
        (real(0, 1, open_lo=True), [real(0, 1, open_lo=True)], True),
        (real(0, 1, open_lo=True), [real("1/10", 1)], False),
        (real(0, None), [real(0, 10**9)], False),
        (real(0, None), [real(0, 5), real(4, None)], True),
        (real(None, None), [real(None, 0), real(0, None)], True),
        (real(None, None), [real(None, 0, open_hi=True), real(0, None, open_lo=True)], False),
        (real(None, 3), [real(-5, 3)], False),
        (real("1/3", "1/3"), [UNIT], True),
        (real("1/3", "1/3"), [real(0, "333333333333/1000000000000")], False),
    ],
)
def test_intervals(claimed: Domain, scopes: list[Domain], expected: bool) -> None:
    assert covers(claimed, scopes) is expected
    assert covers(claimed, reversed(scopes)) is expected


# --- covers: integers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "scopes", "expected"),
    [
        (N2, [N2], True),
        (N2, [Domain(Integer("n", 3))], False),
        (N2, [Domain(Integer("n", 2, 3)), Domain(Integer("n", 4))], True),
        (N2, [Domain(Integer("n", 2, 3)), Domain(Integer("n", 5))], False),
        (N2, [Domain(Integer("n", 2, 1000))], False),
        (N2, [Domain(Real("n", 2, None))], True),
        (N2, [Domain(Real("n", 1, None, open_lo=True))], True),
        (N2, [Domain(Real("n", 2, None, open_lo=True))], False),
        (N2, [Domain(Real("n", 2, "5/2")), Domain(Real("n", "14/5", None))], True),
        (N2, [Domain(Real("n", 2, "5/2")), Domain(Real("n", 3, None, open_lo=True))], False),
        (Domain(Integer("n")), [Domain(Integer("n", None, 0)), Domain(Integer("n", 1, None))], True),
        (Domain(Real("n", 2, 3)), [Domain(Integer("n", 2, 3))], False),
        (Domain(Real("n", 2, 2)), [Domain(Integer("n", 2, 2))], False),
    ],
)
def test_an_integer_axis_may_be_covered_by_a_real_one_never_the_reverse(
    claimed: Domain, scopes: list[Domain], expected: bool
) -> None:
    assert covers(claimed, scopes) is expected


# --- covers: products and quantifiers -----------------------------------------------------------------


def square(x: tuple[Any, Any], y: tuple[Any, Any], **ends: Any) -> Domain:
    return Domain(Real("x", *x, **ends), Real("y", *y))


def test_a_product_with_one_point_missing() -> None:
    whole = square((0, 1), (0, 1))
    left, right = square((0, "1/2"), (0, 1), open_hi=True), square(("1/2", 1), (0, 1), open_lo=True)
    assert not covers(whole, [left, right])
    low, high = (
        Domain(Real("x", "1/2", "1/2"), Real("y", 0, "1/3", open_hi=True)),
        Domain(Real("x", "1/2", "1/2"), Real("y", "1/3", 1, open_lo=True)),
    )
    assert not covers(whole, [left, right, low, high]), "the point (1/2, 1/3) is missing"
    point = Domain(Real("x", "1/2", "1/2"), Real("y", "1/3", "1/3"))
    assert covers(whole, [left, right, low, high, point])


def test_two_halves_do_not_make_four_quarters() -> None:
    whole = square((0, 1), (0, 1))
    diagonal = [square((0, "1/2"), (0, "1/2")), square(("1/2", 1), ("1/2", 1))]
    assert not covers(whole, diagonal)
    assert covers(whole, [*diagonal, square((0, "1/2"), ("1/2", 1)), square(("1/2", 1), (0, "1/2"))])


def test_axes_are_matched_by_name_and_all_must_be_spoken_of() -> None:
    turned = Domain(Real("y", 0, 2), Real("x", 0, 1))
    assert covers(square((0, 1), (0, 2)), [turned])
    assert not covers(square((0, 2), (0, 1)), [turned])
    assert not covers(square((0, 1), (0, 1)), [UNIT]), "nothing was said of y"
    assert not covers(UNIT, [turned]), "a range of another variable may be a restriction"


def test_quantifiers_must_be_discharged() -> None:
    claimed = Domain(Real("x", 0, 1), LAWS)
    assert covers(claimed, [claimed]) and not covers(claimed, [UNIT])
    assert covers(claimed, [Domain(LAWS, Real("x", -1, 1), Every("H", "every hypothesis set"))])
    assert not covers(claimed, [Domain(Real("x", 0, 1), Every("H", "every hypothesis set"))])
    assert not covers(claimed, [Domain(Real("x", 0, 1), Real("D"))]), "a number is not a distribution"
    assert not covers(UNIT, [Domain(Every("x", "every x"))]), "a quantifier is not a range"
    two_points = Every("D", "every distribution on two points")
    assert not covers(claimed, [Domain(Real("x", 0, 1), two_points)]), "same letter, narrower quantifier"


def test_a_claim_without_variables() -> None:
    assert covers(Domain(), [Domain()]) and not covers(Domain(), [UNIT]) and not covers(Domain(), [])
    assert covers(Domain(LAWS), [Domain(LAWS)]) and not covers(Domain(LAWS), [Domain()])


# --- covers against brute force -----------------------------------------------------------------------

ENDS = st.one_of(st.none(), st.integers(0, 4))


@st.composite
def axes(draw: st.DrawFn, name: str, integer: bool | None = None) -> Real | Integer:
    lo, hi = draw(ENDS), draw(ENDS)
    if lo is not None and hi is not None and lo > hi:
        lo, hi = hi, lo
    if draw(st.booleans()) if integer is None else integer:
        return Integer(name, lo, hi)
    if lo is not None and lo == hi:
        return Real(name, lo, hi)
    return Real(name, lo, hi, open_lo=draw(st.booleans()), open_hi=draw(st.booleans()))


# With integer end points these points meet every cell between them, the two infinite ones too.
POINTS = [F(k, 2) for k in range(-4, 14)]


def by_points(claimed: Domain, scopes: list[Domain]) -> bool:
    usable = [
        scope
        for scope in scopes
        if not any(isinstance(want, Real) and isinstance(scope[want.name], Integer) for want in claimed.ranges)
    ]

    def inside(domain: Domain, point: tuple[F, ...]) -> bool:
        pairs = zip(claimed.ranges, point, strict=True)
        return all(domain[axis.name].contains(value) for axis, value in pairs)  # type: ignore[union-attr]

    grid = itertools.product(POINTS, repeat=len(claimed.ranges))
    return bool(usable) and all(
        any(inside(scope, point) for scope in usable) for point in grid if inside(claimed, point)
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(axes("x"), st.lists(axes("x"), max_size=4))
def test_one_axis_agrees_with_brute_force(claimed: Real | Integer, pieces: list[Real | Integer]) -> None:
    scopes = [Domain(piece) for piece in pieces]
    assert covers(Domain(claimed), scopes) is by_points(Domain(claimed), scopes)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(axes("x"), axes("y"), st.lists(st.tuples(axes("x"), axes("y")), max_size=5))
def test_two_axes_agree_with_brute_force(x: Any, y: Any, pieces: list[tuple[Any, Any]]) -> None:
    claimed, scopes = Domain(x, y), [Domain(*piece) for piece in pieces]
    assert covers(claimed, scopes) is by_points(claimed, scopes)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(axes("x"), axes("x"))
def test_overlap_agrees_with_brute_force(a: Real | Integer, b: Real | Integer) -> None:
    expected = any(a.contains(point) and b.contains(point) for point in POINTS)
    assert overlaps(Domain(a), Domain(b)) is expected is overlaps(Domain(b), Domain(a))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(axes("x", integer=False), st.lists(st.integers(0, 4), max_size=4))
def test_cutting_a_domain_into_pieces_loses_nothing(axis: Real, cuts: list[int]) -> None:
    inner = sorted({F(cut) for cut in cuts if axis.contains(cut) and cut not in (axis.lo, axis.hi)})
    ends = [axis.lo, *inner, axis.hi]
    pieces = [
        Domain(
            Real(
                "x",
                low,
                high,
                open_lo=axis.open_lo if k == 0 else True,
                open_hi=axis.open_hi if k == len(inner) else False,
            )
        )
        for k, (low, high) in enumerate(itertools.pairwise(ends))
    ]
    assert covers(Domain(axis), pieces)
    if len(pieces) > 1:
        assert not any(covers(Domain(axis), pieces[:k] + pieces[k + 1 :]) for k in range(len(pieces)))


# --- axes ---------------------------------------------------------------------------------------------


def test_axes_know_what_they_contain() -> None:
    assert Real("x", 0, 1).contains(0.0) and not Real("x", 0, 1, open_lo=True).contains(0.0)
    assert Real("x", "1/3", 1).contains(F(1, 3)) and not Real("x", "1/3", 1).contains(1 / 3)
    for value in (math.nan, math.inf, -math.inf):
        assert not Real("x").contains(value) and not Integer("n").contains(value)
    assert Integer("n", 2).contains(3.0) and not Integer("n", 2).contains(2.5) and not Integer("n", 2).contains(1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Real("x", 0.5, 1),  # type: ignore[arg-type]
        lambda: Real("x", True, 2),
        lambda: Real("x", "nan"),
        lambda: Real("x", "inf"),
        lambda: Real("x", "a"),
        lambda: Real("x", "1/0"),
        lambda: Real("x", 1, 0),
        lambda: Real("x", 1, 1, open_lo=True),
        lambda: Integer("n", 3, 2),
        lambda: Integer("n", 2.0),  # type: ignore[arg-type]
        lambda: Integer("n", F(5, 2)),  # type: ignore[arg-type]
        lambda: Integer("n", "5", "1"),  # type: ignore[arg-type]
        lambda: Domain(Real("x"), Integer("x")),
        lambda: UNIT["y"],
        lambda: UNIT.restrict(Real("y", 0, 1)),
        lambda: Instances(-1, "fewer than none"),
        lambda: Instances(1.5, "a half"),  # type: ignore[arg-type]
    ],
)
def test_bad_domains_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()


def test_descriptions() -> None:
    domain = Domain(Integer("n", 2), Real("beta", 0, 1, open_hi=True), Real("t", 3, 3), LAWS)
    assert domain.describe() == "n>=2, beta in [0,1), t=3, every D"
    assert Domain().describe() == "no free variable"
    assert Integer("n", 2, 5).describe() == "n=2..5" and Integer("n", 3, 3).describe() == "n=3"
    assert domain.restrict(Integer("n", 3, 3)).describe().startswith("n=3, ")


# --- coverage of evidence -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "scopes", "expected"),
    [
        (N2, [N2], Coverage.WHOLE),
        (N2, [Domain(Integer("n", 3, 3))], Coverage.PART),
        (N2, [Domain(Integer("n", 3, 3)), Instances(5, "five")], Coverage.PART),
        (N2, [Instances(10**6, "very many")], Coverage.INSTANCES),
        (N2, [Instances(0, "none")], None),
        (N2, [], None),
        (N2, [Domain(Integer("n", 0, 1))], None),
        (UNIT, [Domain(Integer("x", 0, 1))], Coverage.PART),
        (UNIT, [real(1, 2)], Coverage.PART),
        (UNIT, [real(1, 2, open_lo=True)], None),
        (UNIT, [real(0, "1/2"), real("1/2", 1)], Coverage.WHOLE),
        (Domain(LAWS), [Instances(10**6, "distributions")], Coverage.INSTANCES),
        (Domain(Integer("n", 2), LAWS), [N2], Coverage.INSTANCES),
        (Domain(Integer("n", 2), LAWS), [Domain(Integer("n", 3, 3), LAWS)], Coverage.PART),
        (Domain(Integer("n", 2), LAWS), [N2, Domain(Integer("n", 3, 3), LAWS)], Coverage.PART),
        (square((0, 1), (0, 1)), [UNIT], Coverage.INSTANCES),
    ],
)
def test_coverage(claimed: Domain, scopes: list[Any], expected: Coverage | None) -> None:
    assert coverage_of(claimed, scopes) is expected


@settings(max_examples=150, deadline=None, derandomize=True)
@given(axes("x"), st.lists(axes("x"), max_size=3), axes("x"))
def test_more_evidence_never_lowers_coverage(claimed: Any, pieces: list[Any], extra: Any) -> None:
    order = [None, Coverage.INSTANCES, Coverage.PART, Coverage.WHOLE]
    before = coverage_of(Domain(claimed), [Domain(piece) for piece in pieces])
    after = coverage_of(Domain(claimed), [Domain(piece) for piece in [*pieces, extra]])
    assert order.index(after) >= order.index(before)


# --- findings -----------------------------------------------------------------------------------------


def finding(strength: Strength, verdict: Verdict = Verdict.HOLDS, **keywords: Any) -> Finding:
    return Engine("some", strength).finding(verdict, UNIT, f"by {strength}", **keywords)


def test_strengths_are_ordered() -> None:
    ranks = [strength.rank for strength in Strength]
    assert ranks == [4, 3, 2, 1, 0] and next(iter(Strength)) is Strength.FORMAL


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(list(Strength)), st.lists(st.sampled_from(list(Strength)), max_size=5))
def test_a_finding_is_worth_its_weakest_premise(own: Strength, premises: list[Strength]) -> None:
    made = finding(own, premises=[finding(strength) for strength in premises])
    assert made.strength.rank == min([own.rank, *(strength.rank for strength in premises)])
    again = finding(Strength.FORMAL, premises=iter([made]))
    assert again.strength is made.strength, "weakness is passed on, from an iterator too"


def test_a_finding_rests_on_what_its_premises_rest_on() -> None:
    first = finding(Strength.SYMBOLIC, rests_on=["Jensen"])
    second = finding(Strength.SYMBOLIC, rests_on=["Karamata", "Jensen"])
    made = finding(Strength.SYMBOLIC, rests_on=["Pinsker"], premises=[first, second])
    assert made.rests_on == ("Pinsker", "Jensen", "Karamata")


def test_nothing_holds_by_a_premise_that_does_not() -> None:
    gap = finding(Strength.CERTIFIED, Verdict.INCONCLUSIVE, reason="ran out of boxes")
    made = finding(Strength.SYMBOLIC, premises=[finding(Strength.SYMBOLIC), gap], reason="so it seems")
    assert made.verdict is Verdict.INCONCLUSIVE
    assert "so it seems" in made.reason and "ran out of boxes" in made.reason
    broken = finding(Strength.CERTIFIED, Verdict.VIOLATED)
    assert finding(Strength.SYMBOLIC, premises=[broken]).verdict is Verdict.INCONCLUSIVE
    assert finding(Strength.SYMBOLIC, Verdict.VIOLATED, premises=[gap]).verdict is Verdict.VIOLATED


def test_records_say_what_was_found() -> None:
    record = finding(Strength.CERTIFIED, certificate={"kind": "box_cover"}, seconds=1.23456).as_json()
    assert record["verdict"] == "holds" and record["strength"] == "certified"
    assert record["scope"] == "x in [0,1]" and record["certificate"] == {"kind": "box_cover"}
    assert record["witness"] is None and record["seconds"] == 1.2346
