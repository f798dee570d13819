"""Every claim of every paper, checked anew at quick effort: as expected, partners rejected, no standing lost."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping
from typing import Any

import mpmath
import pytest

from plumbline import catalogue, ledger, runner, standing, witness, witness_script
from plumbline.evidence import Coverage, Strength, Verdict
from plumbline.nouns import Claim, Expects, is_claim_id

CLAIMS = catalogue.all_claims()


def _one_of_each_program(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The witnesses of a record, one for each program that they name."""
    shown = [record["witness"], *(partner["witness"] for partner in record["refutations"])]
    return list({one["program"]: one for one in reversed(shown) if one}.values())


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_claim_stands_as_the_ledger_says(claim: Claim) -> None:
    record = runner.check_claim(claim, "quick", fresh=True)
    assert runner.as_expected(record) is True, (record["verdict"], record["reason"], record["refutations"])
    assert record["refutations"], "a claim needs a wrong partner"
    for partner in record["refutations"]:
        assert partner["rejected"], partner
        assert witness.confirms(claim.paper, partner["witness"])
    for shown in _one_of_each_program(record):
        with mpmath.workdps(witness.DIGITS):
            exec(compile(witness_script.script(claim, {"witness": shown}), claim.id, "exec"), {"__name__": "script"})
    assert claim.id in ledger.read(), "run plumbline ledger"
    falls = [fall for fall in ledger.compare(ledger.read(), [record]).falls if fall.claim == claim.id]
    assert not falls
    found = {name for finding in record["findings"] for name in finding["rests_on"] if is_claim_id(name)}
    assert found <= set(claim.rests_on), "what a finding rests on belongs into the claim's rests_on"


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_findings_name_parts_and_claims_that_exist(claim: Claim) -> None:
    ids = {other.id for other in CLAIMS}
    assert set(claim.rests_on) <= ids
    assert claim.id not in claim.rests_on
    assert standing.standing(claim, None).label == "unchecked"


def unsupported(claims: Iterable[Claim], entries: ledger.Entries) -> list[str]:
    """Claims that the ledger lists as whole, resting on one that is not, or on a weaker one."""
    found = []
    for claim in claims:
        entry = entries[claim.id]
        if entry["coverage"] != Coverage.WHOLE or entry["verdict"] != Verdict.HOLDS:
            continue
        for name in claim.rests_on:
            below = entries.get(name, {"verdict": None, "coverage": None})
            if (below["verdict"], below["coverage"]) != (Verdict.HOLDS, Coverage.WHOLE):
                found.append(f"{claim.id} rests on {name}, which is not whole")
            elif Strength(str(below["strength"])).rank < Strength(str(entry["strength"])).rank:
                found.append(f"{claim.id}, {entry['strength']}, rests on {name}, {below['strength']}")
    return found


def test_whole_claims_rest_on_whole_claims_of_their_strength() -> None:
    assert unsupported(CLAIMS, ledger.read()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"coverage": "part"},
        {"verdict": "inconclusive", "strength": None, "coverage": None},
        {"verdict": "violated"},
        {"strength": "statistical"},
    ],
)
def test_an_unsupported_claim_is_found(change: dict[str, str | None]) -> None:
    entries = ledger.read()
    name = next(name for claim in CLAIMS for name in claim.rests_on)
    above = [claim for claim in CLAIMS if name in claim.rests_on]
    changed = unsupported(CLAIMS, {**entries, name: {**entries[name], **change}})
    assert len(changed) == sum(entries[claim.id]["coverage"] == "whole" for claim in above) > 0


def test_no_claim_rests_on_itself_by_a_detour() -> None:
    graph = {claim.id: claim.rests_on for claim in CLAIMS}
    assert list(graphlib.TopologicalSorter(graph).static_order())
    top, below = next((claim.id, claim.rests_on[0]) for claim in CLAIMS if claim.rests_on)
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter({**graph, below: (top,)}).prepare()


def test_what_fails_names_what_holds_instead() -> None:
    failing = [claim for claim in CLAIMS if claim.expects is Expects.VIOLATED]
    expected = ledger.read()
    assert failing and all(expected[claim.repaired]["verdict"] == "holds" for claim in failing)
