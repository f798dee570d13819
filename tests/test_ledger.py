"""The ledger: what counts as a fall, and that nothing is lost in writing and reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plumbline import ledger
from plumbline.errors import PlumblineError

BASE = {"standing": "certified", "strength": "certified", "coverage": "whole", "verdict": "holds"}


def record(claim: str = "toy.number.small", **changes: Any) -> dict[str, Any]:
    return {"claim": claim, "expects": "holds", **BASE, **changes}


def changes_of(**changes: Any) -> ledger.Difference:
    return ledger.compare({"toy.number.small": BASE}, [record(**changes)])


def test_no_change() -> None:
    assert changes_of().changes == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"strength": "searched"}, "strength"),
        ({"strength": "statistical"}, "strength"),
        ({"coverage": "part"}, "coverage"),
        ({"coverage": "instances"}, "coverage"),
        ({"verdict": "violated"}, "verdict"),
        ({"verdict": "inconclusive"}, "verdict"),
        ({"strength": None}, "strength"),
        ({"coverage": None}, "coverage"),
        ({"strength": "symbolic", "coverage": "part"}, "coverage"),
        ({"strength": "searched", "coverage": "whole"}, "strength"),
    ],
)
def test_falls(changes: dict[str, Any], field: str) -> None:
    falls = changes_of(**changes).falls
    assert field in [change.field for change in falls]
    assert all(change.claim == "toy.number.small" for change in falls)


@pytest.mark.parametrize("strength", ["symbolic", "formal"])
def test_a_stronger_rung_is_a_rise(strength: str) -> None:
    difference = changes_of(strength=strength, standing=strength)
    assert not difference.falls
    (rise,) = difference.rises
    assert (rise.field, rise.before, rise.after) == ("strength", "certified", strength)


def test_a_claim_without_a_record_fell() -> None:
    (fall,) = ledger.compare({"toy.a.b": BASE}, []).falls
    assert str(fall) == "fall: toy.a.b: claim certified -> missing"


def test_a_new_claim_is_a_rise() -> None:
    difference = ledger.compare({}, [record()])
    assert not difference.falls
    (rise,) = difference.rises
    assert rise.after == "certified"


@pytest.mark.parametrize(
    ("expects", "verdict", "direction"),
    [
        ("holds", "holds", "rise"),
        ("holds", "violated", "fall"),
        ("violated", "violated", "rise"),
        ("violated", "holds", "fall"),
        ("open", "holds", "rise"),
        ("open", "violated", "rise"),
    ],
)
def test_settling_an_undecided_claim(expects: str, verdict: str, direction: str) -> None:
    old = {"standing": "inconclusive", "strength": None, "coverage": None, "verdict": "inconclusive"}
    now = record(expects=expects, verdict=verdict)
    verdicts = [change for change in ledger.compare({now["claim"]: old}, [now]).changes if change.field == "verdict"]
    assert [change.direction for change in verdicts] == [direction]


def test_other_words_are_a_shift_and_no_fall() -> None:
    difference = changes_of(standing="certified on n=3")
    assert not difference.falls and not difference.rises
    (shift,) = difference.shifts
    assert (shift.before, shift.after) == ("certified", "certified on n=3")


def test_changes_are_sorted_by_claim() -> None:
    old = dict.fromkeys(("toy.b.x", "toy.a.x", "toy.c.x"), BASE)
    names = [change.claim for change in ledger.compare(old, []).changes]
    assert names == sorted(names) and len(names) == 3


@pytest.mark.parametrize(("key", "value"), [("strength", "strong"), ("coverage", "most")])
def test_unknown_words_are_refused(key: str, value: str) -> None:
    with pytest.raises(PlumblineError, match=f"unknown {key} '{value}'"):
        changes_of(**{key: value})


def test_entry_follows_the_standing_of_the_claim() -> None:
    from plumbline.domain import Domain, Real
    from plumbline.nouns import Claim, Kind, Provenance, Subject

    claim = Claim(
        id="toy.number.small",
        kind=Kind.INEQUALITY,
        title="",
        statement="",
        domain=Domain(Real("x", 0, 1)),
        subject=Subject({}),
        provenance=Provenance.RECALLED,
        source="",
    )
    stored = {key: value for key, value in record().items() if key != "standing"} | {"scope": "x in [0,1]"}
    assert ledger.entry(stored, claim) == BASE
    failed = ledger.entry({**stored, "verdict": "violated"}, claim)
    assert failed["standing"] == "fails as recalled"


def test_round_trip_is_sorted_and_stable(tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    entries = {"toy.b.x": BASE, "toy.a.x": {**BASE, "strength": None}}
    ledger.write(entries, file)
    assert ledger.read(file) == entries
    stored = json.loads(file.read_text())
    assert stored["version"] == 1 and list(stored["claims"]) == ["toy.a.x", "toy.b.x"]
    assert list(stored["claims"]["toy.a.x"]) == list(ledger.FIELDS)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.json"]


def test_missing_ledger_is_empty(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not a ledger"),
        ("[]", "not a ledger"),
        ('{"version": 1}', "not a ledger"),
        ('{"version": 2, "claims": {}}', "version 2"),
        ('{"version": 1, "claims": {"a.b": {"verdict": "holds"}}}', "a.b must have exactly"),
    ],
)
def test_damaged_ledgers_are_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "ledger.json"
    file.write_text(content)
    with pytest.raises(PlumblineError, match=said):
        ledger.read(file)
