"""``plumbline verify``: every certificate of the papers is verified, forged ones are refused with the reason."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from plumbline import catalogue, cli, runner, store, verification
from plumbline.domain import Domain, Real
from plumbline.nouns import Effort
from plumbline.verification import Outcome, Status

ROOT = Path(__file__).resolve().parent.parent
STORED_ONLY = frozenset({"pcf"})
"""Papers whose checks enumerate a census for minutes: their certificates are verified where evidence is current."""
NOISY, MIDDLE, CRITICAL = "comp_sum.gap.monotone_tau_noisy", "comp_sum.sharp.mid", "comp_sum.sharp.tau_c"
POOLS, TRIANGLE = "comp_sum.sharp.mae", "starc.regret.regret_not_metric"


# Genuine certificates


@cache
def judged(claim_id: str) -> str:
    """The record of a claim: the stored one where it is current, else its check alone."""
    claim = catalogue.claim(claim_id)
    stored = store.read_record(claim.id, "quick")
    if stored is not None and not store.is_stale(stored):
        return json.dumps(stored)
    if claim.paper in STORED_ONLY:
        pytest.skip(f"no current evidence of {claim_id}: plumbline check {claim_id}")
    judgement, findings, _ = runner.run_check(claim, catalogue.checks(claim.paper)[claim.id], claim.subject, Effort())
    shown = runner.witness_of(judgement, findings)
    found = [finding.as_json() for finding in findings]
    made = {"claim": claim.id, "verdict": judgement.verdict, "strength": judgement.strength, "witness": shown}
    return json.dumps({**made, "coverage": judgement.coverage, "findings": found})


def record(claim_id: str) -> dict[str, Any]:
    return dict(json.loads(judged(claim_id)))


def settled() -> Iterator[str]:
    """Claims whose standing is certified, by the ledger, and those with a problem program."""
    ledger = json.loads((ROOT / "ledger.json").read_text())["claims"]
    for claim in catalogue.all_claims():
        certified = ledger.get(claim.id, {}).get("strength") == "certified"
        if certified or claim.id in verification.programs(claim.paper):
            yield claim.id


@pytest.mark.parametrize("claim_id", [*settled()])
def test_every_certificate_that_carries_a_claim_is_verified(claim_id: str) -> None:
    found = verification.outcomes(catalogue.claim(claim_id), record(claim_id))
    assert found and all(outcome.status is not Status.REFUSED for outcome in found), found
    carrying = {outcome.status for outcome in found if outcome.carries}
    assert carrying <= {Status.VERIFIED}
    assert any(outcome.status is Status.VERIFIED for outcome in found)


def test_the_regions_of_the_critical_tau_make_up_their_strip() -> None:
    """The program states T_3 >= T_2 on boxes; with q = tau - 1 they cover [1/10, 1] x [1.618, low]."""
    claim = catalogue.claim(CRITICAL)
    problems = verification.programs("comp_sum")[CRITICAL](verification.stated(claim))
    boxes = [p["axes"] for p in problems if "T_2 on beta" in p["statement"]]
    low = claim.subject["low"] - 1
    draw = random.Random(2)
    for _ in range(500):
        beta = Fraction(draw.randint(100, 1000), 1000)
        q = Fraction("0.618") + (low - Fraction("0.618")) * Fraction(draw.randint(0, 500), 500)
        assert any(
            all(Fraction(axis["lo"]) <= x <= Fraction(axis["hi"]) for axis, x in zip(box, (beta, q), strict=True))
            for box in boxes
        )


# Forged ones

Forge = Callable[[Any], None]


def leaf(made: Mapping[str, Any], place: int = 0) -> dict[str, Any]:
    """The finding that holds the certificate: of the record itself, or a premise of one."""
    found = []

    def walk(findings: list[dict[str, Any]]) -> None:
        for finding in findings:
            if finding["strength"] == "certified":
                walk(finding["premises"]) if finding["premises"] else found.append(finding)

    walk(made["findings"])
    return found[place]


def cell(certificate: Any) -> Any:
    return certificate["cells"][0]


def _hole(c: Any) -> None:
    del cell(c)["pieces"][3]


def _shrunk(c: Any) -> None:
    piece = max(cell(c)["pieces"], key=lambda piece: Fraction(piece[2]) - Fraction(piece[1]))
    piece[2] = str((Fraction(piece[1]) + Fraction(piece[2])) / 2)


def _narrow(c: Any) -> None:
    c["domain"][0]["hi"] = cell(c)["scope"][0]["hi"] = "12/25"


def _narrow_cell(c: Any) -> None:
    cell(c)["scope"][0]["hi"] = "12/25"


def _renamed_contact(c: Any) -> None:
    cell(c)["reasons"] = [r.replace("contact u_e=1", "contact u_e=0") for r in cell(c)["reasons"]]


def _order(n: int) -> Forge:
    def forge(c: Any) -> None:
        cell(c)["reasons"] = [reason.replace("order 2", f"order {n}") for reason in cell(c)["reasons"]]

    return forge


def _no_contact(c: Any) -> None:
    cell(c)["reasons"] = ["value"] * len(cell(c)["reasons"])


def _set(value: Any, *path: Any) -> Forge:
    def forge(c: Any) -> None:
        for key in path[:-1]:
            c = c[key]
        c[path[-1]] = value

    return forge


def _easier_program(c: Any) -> None:
    """A larger beta, for which the multipliers prove more."""
    c["problem"]["b_eq"] = ["1", "9/10"]


def _shorter(c: Any) -> None:
    c["dual"]["eq"].pop()


BOXES: list[tuple[Forge, str]] = [
    (_hole, "no piece covers"),
    (_shrunk, "no piece covers"),
    (_narrow, "the certificate is for the domain"),
    (_narrow_cell, "no piece covers"),
    (_renamed_contact, "equality at e = 5309/100000"),
    (_order(3), "not all derivatives below order 3 vanish"),
    (_no_contact, "the sign is not found"),
    (_set(">=", "relation"), "a box cover for '>' is needed"),
    (_set("lp_dual", "kind"), "a box cover for '>' is needed"),
    (_set([], "cells"), "no piece covers"),
    (_set("nan", "cells", 0, "pieces", 0, 1), "not an exact number"),
    (_set(0.5, "cells", 0, "pieces", 0, 1), "not an exact number"),
    (_set([0, "0"], "cells", 0, "pieces", 0), "does not fit"),
]
LINEAR: list[tuple[Forge, str]] = [
    (_set("1/7", "dual", "eq", 1), "not dual feasible"),
    (_set("-1/7", "dual", "ub", 0), ">= 0"),
    (_easier_program, "made for another problem: b_eq"),
    (_set("1/5", "bound"), "proved is 3/20, claimed 3/20, stated 1/5"),
    (_shorter, "dual.eq must be 2 numbers"),
    (_set("0.3333", "dual", "eq", 0), "not an exact number"),
    (_set("Infinity", "dual", "eq", 0), "not an exact number"),
    (_set("lp_point", "kind"), "kind lp_dual is needed"),
    (_set({}, "dual"), "does not fit"),
]
RELATIONS: list[tuple[Forge, str]] = [
    (_set(["1/10 == 1/10", "1/10 > 0"], "instances", 0, "relations"), "derived"),
    (_set(["0.15 == 0.15", "0.15 > 0"], "instances", 0, "relations"), "derived"),
    (_set(["3/20 == 3/20"], "instances", 0, "relations"), "derived"),
    (_set([], "instances"), "0 instances are stored"),
]
FORGED = [(NOISY, *entry) for entry in BOXES] + [(POOLS, *entry) for entry in LINEAR]
FORGED += [(TRIANGLE, *entry) for entry in RELATIONS]


def refused(claim_id: str, made: Mapping[str, Any]) -> list[Outcome]:
    found = verification.outcomes(catalogue.claim(claim_id), made)
    assert verification.exit_status(found) == 1
    return [outcome for outcome in found if outcome.status is Status.REFUSED]


@pytest.mark.parametrize(("claim_id", "forge", "reason"), FORGED)
def test_a_forged_certificate_is_refused_with_its_reason(claim_id: str, forge: Forge, reason: str) -> None:
    made = record(claim_id)
    forge(leaf(made)["certificate"])
    (found,) = refused(claim_id, made)
    assert reason in found.reason


def _other_polynomial(instances: Any) -> None:
    """n + c in place of a C of degree 1, wrong by little."""
    C = next(entry["instance"]["C"] for entry in instances if len(entry["instance"]["C"]) == 2)
    C[0] = str(Fraction(C[0]) + Fraction(1, 1000)) if isinstance(C[0], str) else [str(Fraction(C[0][0]) + 1), C[0][1]]


def _twice(instances: Any) -> None:
    instances[1] = instances[0]


def _missing(instances: Any) -> None:
    del instances[7]


def _missing_last(instances: Any) -> None:
    instances.pop()


def _wrong_count(instances: Any) -> None:
    instances[0]["relations"] = ["676 == 674"]


def _wide(instances: Any) -> None:
    instances[0]["instance"]["depth"] = "1"


def _fewer(instances: Any) -> None:
    instances[0]["relations"] = ["464 == 464"]


def _more_powers(instances: Any) -> None:
    instances[0]["instance"]["v"] += 1


LIST, PRODUCTS, CENSUS, ENDS = (
    f"pcf.{name}" for name in ("rational.list", "rational.products", "irrational.census", "regimes.infinite")
)
EQUATION, NOT_EXACTLY = "for every listed formula", "not exactly those with a hypergeometric minimal solution"
ENUMERATIONS: list[tuple[str, str, Forge, str]] = [
    (LIST, EQUATION, _other_polynomial, "derived"),
    (LIST, EQUATION, _twice, NOT_EXACTLY),
    (LIST, EQUATION, _missing, NOT_EXACTLY),
    (LIST, "lies in its enclosure", _wide, "does not fit"),
    (PRODUCTS, "equation for C", _other_polynomial, "derived"),
    (PRODUCTS, "equation for C", _twice, NOT_EXACTLY),
    (PRODUCTS, "equation for C", _missing, NOT_EXACTLY),
    (PRODUCTS, "formulas: linear", _wrong_count, "derived"),
    (CENSUS, "by gcd, d_a = 1", _fewer, "derived"),
    (CENSUS, "powers divide", _more_powers, "is not the least exponent"),
    (CENSUS, "sign of rho", _missing, "not one for each pair"),
    (CENSUS, "has a certificate", _missing, "2065 instances are stored, 2066 are derived"),
    (ENDS, "no formula left over", _missing_last, "2 instances are stored, 3 are derived"),
]


def holding(findings: list[dict[str, Any]], statement: str) -> Iterator[dict[str, Any]]:
    """All findings with such a statement, premises of derivations included."""
    for finding in findings:
        if statement in finding["statement"] and (finding["certificate"] or {}).get("kind") == "rational":
            yield finding
        yield from holding(finding.get("premises") or [], statement)


@pytest.mark.parametrize(("claim_id", "statement", "forge", "reason"), ENUMERATIONS)
def test_a_forged_enumeration_is_refused(claim_id: str, statement: str, forge: Forge, reason: str) -> None:
    made = record(claim_id)
    made["findings"] = [next(holding(made["findings"], statement))]
    forge(made["findings"][0]["certificate"]["instances"])
    found = [
        one for one in refused(claim_id, made) if statement in one.what and "no certificate of it" not in one.reason
    ]
    assert found and all(reason in one.reason for one in found)


def test_forged_records_are_refused() -> None:
    other = {**record(MIDDLE), "claim": CRITICAL}
    assert "the record is one of comp_sum.sharp.tau_c" in refused(MIDDLE, other)[0].reason
    nothing: tuple[Any, ...] = (None, {})
    for empty in nothing:
        made = record(MIDDLE)
        leaf(made)["certificate"] = empty
        assert refused(MIDDLE, made)[0].reason == "no certificate is stored"
    made = record(MIDDLE)
    del next(finding for finding in made["findings"] if finding["premises"])["premises"][1]
    assert [found.reason for found in refused(MIDDLE, made)] == ["the record has no certificate of it"]
    made = record(MIDDLE)
    one, two = leaf(made), leaf(made, 1)
    one["certificate"], two["certificate"] = two["certificate"], one["certificate"]
    assert ["is for the domain" in found.reason for found in refused(MIDDLE, made)] == [True, True]
    made = record(MIDDLE)
    leaf(made)["statement"] = "1 > 0"
    assert {found.reason for found in refused(MIDDLE, made)} >= {"the claim states no such problem"}


def test_the_certificate_of_another_claim_is_refused() -> None:
    """The genuine certificate against the same claim with its sides exchanged, or on a wider range."""
    claim = catalogue.claim(NOISY)
    low, high = claim.subject["low"], claim.subject["high"]
    exchanged = dataclasses.replace(claim, subject=claim.subject.replace(low=high, high=low))
    (found,) = verification.outcomes(exchanged, record(NOISY))
    assert found.status is Status.REFUSED and "the sign is not found" in found.reason
    wider = dataclasses.replace(claim, domain=Domain(Real("e", "1/20", "1/2", open_hi=True)))
    found = verification.outcomes(wider, record(NOISY))[0]
    assert found.status is Status.REFUSED


def test_a_witness_of_another_claim_is_refused() -> None:
    claim = catalogue.claim("concentration.exponent.hoeffding")
    check = catalogue.checks(claim.paper)[claim.id]
    judgement, findings, _ = runner.run_check(claim, check, claim.partner(claim.refutations[0]), Effort())
    shown = runner.witness_of(judgement, findings)
    made: dict[str, Any] = {"claim": claim.id, "verdict": "violated", "strength": "certified", "findings": []}
    made["witness"] = shown
    assert "formulas that are not the claim's" in refused(claim.id, made)[0].reason
    wrong = dataclasses.replace(claim, subject=claim.partner(claim.refutations[0]))
    (found,) = verification.outcomes(wrong, made)
    assert found.status is Status.VERIFIED
    assert shown is not None
    for key, value in (("left", "0.5"), ("relation", "=="), ("program", "nothing"), ("data", {})):
        (found,) = verification.outcomes(wrong, {**made, "witness": {**shown, key: value}})
        assert found.status is Status.REFUSED


# The command


def test_the_command_prints_what_it_verified(capsys: pytest.CaptureFixture[str]) -> None:
    runner.check_claim(catalogue.claim(TRIANGLE))
    assert cli.main(["verify", TRIANGLE, "--all"]) == 0
    out = capsys.readouterr().out
    assert f"{TRIANGLE}  certified: 3 verified" in out and "verified: one_way" in out
    assert cli.main(["verify", "starc.no.such"]) == 2
