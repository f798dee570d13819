"""What a claim rests on: its standing is no better than that of the claims below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from plumbline import ledger
from plumbline.cli import entries
from plumbline.domain import Domain, Real
from plumbline.nouns import Claim, Expects, Kind, Provenance, Subject
from plumbline.report.tally import ClaimEntry, Group, group, words
from plumbline.standing import standing

Record = Mapping[str, Any]


def claim(name: str, *rests_on: str, expects: Expects = Expects.HOLDS) -> Claim:
    return Claim(
        id=f"made.{name}",
        kind=Kind.IDENTITY,
        title=name,
        statement=name,
        domain=Domain(Real("x", 0, 1)),
        subject=Subject({}),
        provenance=Provenance.SOURCE,
        source="here",
        rests_on=tuple(f"made.{other}" for other in rests_on),
        expects=expects,
    )


def record(name: str, *rests_on: str, **changes: Any) -> Record:
    made = {
        "claim": f"made.{name}",
        "verdict": "holds",
        "strength": "symbolic",
        "coverage": "whole",
        "scope": "x in [0,1]",
        "rests_on": [other if ":" in other else f"made.{other}" for other in rests_on],
    }
    return {**made, **changes}


TOP = claim("top", "middle")
GOOD = {"made.middle": (record("middle", "base", "lemma:jensen"), False), "made.base": (record("base"), False)}


def top(known: Mapping[str, tuple[Record | None, bool]], **changes: Any) -> str:
    found = standing(TOP, record("top", "middle", "lemma:gibbs", **changes), known=known)
    assert found.whole is (found.label in ("symbolic", "certified", "violated as stated"))
    return found.label


def test_a_claim_stands_on_whole_claims_of_its_strength() -> None:
    assert top(GOOD) == "symbolic"
    formal = {**GOOD, "made.base": (record("base", strength="formal"), False)}
    assert top(formal) == "symbolic"


@pytest.mark.parametrize(
    ("below", "stale", "word"),
    [
        (None, False, "unchecked"),
        (record("base"), True, "stale"),
        (record("base", verdict="inconclusive", strength=None, coverage=None), False, "inconclusive"),
        (record("base", verdict="violated"), False, "violated"),
        (record("base", coverage="part", scope="x in [0,1/2]"), False, "symbolic on x in [0,1/2]"),
        (record("base", strength="certified"), False, "certified"),
        (record("base", strength="searched"), False, "searched"),
    ],
)
def test_a_weak_claim_below_is_named_from_wherever_it_is(below: Record | None, stale: bool, word: str) -> None:
    deep = {**GOOD, "made.base": (below, stale)}
    assert top(deep) == f"symbolic, resting on made.base ({word})"
    beside = {"made.middle": (None if below is None else {**below, "claim": "made.middle"}, stale)}
    assert top(beside) == f"symbolic, resting on made.middle ({word})"


def test_a_missing_record_below_is_unchecked() -> None:
    assert top({}) == "symbolic, resting on made.middle (unchecked)"
    assert top({"made.middle": GOOD["made.middle"]}) == "symbolic, resting on made.base (unchecked)"


def test_what_only_the_record_names_counts_as_well() -> None:
    bare = standing(claim("top"), record("top", "base"), known={})
    assert bare.label == "symbolic, resting on made.base (unchecked)"
    assert standing(claim("top"), record("top", "lemma:jensen"), known={}).label == "symbolic"


def test_a_weaker_claim_may_rest_on_its_own_strength() -> None:
    weaker = {**GOOD, "made.base": (record("base", strength="certified"), False)}
    assert top(weaker, strength="certified") == "certified"


def test_a_circle_holds_nothing_up() -> None:
    circle = {"made.middle": (record("middle", "top"), False)}
    assert top(circle) == "symbolic, resting on made.top (itself)"
    beside = {"made.middle": (record("middle", "base"), False), "made.base": (record("base", "middle"), False)}
    assert top(beside) == "symbolic"  # a circle that does not hold the claim: said of its own claims
    own = standing(claim("base", "middle"), record("base", "middle"), known=beside)
    assert own.label == "symbolic, resting on made.base (itself)"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"verdict": "violated"}, "violated as stated"),
        ({"verdict": "inconclusive", "strength": None, "coverage": None}, "inconclusive"),
        ({"coverage": "part"}, "symbolic on x in [0,1], resting on made.middle (unchecked)"),
    ],
)
def test_only_what_holds_rests_on_something(changes: Mapping[str, Any], label: str) -> None:
    """A witness stands by itself."""
    assert top({}, **changes) == label


def test_without_the_records_below_nothing_is_said_of_them() -> None:
    assert standing(TOP, record("top", "middle")).label == "symbolic"
    assert standing(TOP, None, known={}).label == "unchecked"
    assert standing(TOP, record("top"), True, known={}).label == "stale"


# Where it is printed


def test_entries_of_one_run_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plumbline.catalogue.all_claims", lambda: ())
    alone = [entries.entry(TOP, record("top", "middle")), entries.entry(claim("middle"), record("middle"))]
    assert [item.standing.label for item in entries.together(alone, "quick")] == ["symbolic", "symbolic"]
    (one,) = entries.together(alone[:1], "quick")
    assert one.standing.label == "symbolic, resting on made.middle (unchecked)"


def test_stored_entries_read_the_records_below(monkeypatch: pytest.MonkeyPatch) -> None:
    middle, base = claim("middle"), claim("base")
    records = {"made.top": record("top"), "made.middle": record("middle", "base"), "made.base": record("base")}
    monkeypatch.setattr("plumbline.catalogue.all_claims", lambda: (TOP, middle, base))
    monkeypatch.setattr("plumbline.store.read_record", lambda name, size: records.get(name))
    monkeypatch.setattr("plumbline.store.is_stale", lambda found: found["claim"] == "made.base")
    labels = {item.claim.id: item.standing.label for item in entries.stored([TOP, base], "quick")}
    assert labels == {"made.top": "symbolic, resting on made.base (stale)", "made.base": "stale"}


def test_the_report_counts_it_apart() -> None:
    weak = ClaimEntry(TOP, record("top", "middle"), known={})
    assert group(weak) is Group.PART
    assert words(weak) == "symbolic, resting on made.middle (unchecked)"
    assert group(ClaimEntry(TOP, record("top", "middle"), known=GOOD)) is Group.SYMBOLIC


def test_the_ledger_sees_a_fall() -> None:
    good = {"standing": "symbolic", "strength": "symbolic", "coverage": "whole", "verdict": "holds"}
    weak = {**good, "standing": "symbolic, resting on made.base (stale)"}
    fallen = ledger.compare({"made.top": good}, [{"claim": "made.top", **weak}])
    assert [change.field for change in fallen.falls] == ["standing"]
    risen = ledger.compare({"made.top": weak}, [{"claim": "made.top", **good}])
    assert [change.field for change in risen.rises] == ["standing"]
    assert not risen.falls and not fallen.rises
