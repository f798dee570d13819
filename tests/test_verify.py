"""The independent verifier: what it imports, its arithmetic, every certificate of the papers, and forged ones."""

from __future__ import annotations

import ast
import copy
import dataclasses
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import pytest

from plumbline import catalogue, cli, runner, store, verification
from plumbline.domain import Domain, Real
from plumbline.nouns import Effort
from plumbline.verification import Outcome, Status
from plumbline.verifier.covers import verify_cover
from plumbline.verifier.numbers import Arithmetic, Refused, Unverifiable
from plumbline.verifier.programs import verify_semidefinite
from theory.sea_omd.problems import worst_case

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "plumbline/verifier").glob("*.py"))
PROBLEMS = sorted([*(ROOT / "theory").glob("*/problems.py"), *(ROOT / "theory").glob("*/*_problems.py")])
STORED_ONLY = frozenset({"pcf"})
"""Papers whose checks enumerate a census for minutes: their certificates are verified where evidence is current."""
NOISY, MIDDLE, CRITICAL = "comp_sum.gap.monotone_tau_noisy", "comp_sum.sharp.mid", "comp_sum.sharp.tau_c"
POOLS, TRIANGLE = "comp_sum.sharp.mae", "starc.regret.regret_not_metric"


def imported(path: Path) -> set[str]:
    """Modules that a file imports, dotted."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


# What it is made of


def test_the_verifier_is_small_and_imports_nothing_else() -> None:
    assert sum(len(path.read_text().splitlines()) for path in FILES) < 400
    for path in FILES:
        for name in imported(path):
            assert name.split(".")[0] in sys.stdlib_module_names | {"mpmath"} or name.startswith("plumbline.verifier.")
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module == "mpmath"
            for alias in node.names
        }
        assert names <= {"iv"}


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.parent.name)
def test_problem_programs_import_only_witness_programs(path: Path) -> None:
    for name in imported(path):
        own = f"theory.{path.parent.name}."
        assert name.split(".")[0] in sys.stdlib_module_names | {"mpmath"} or (
            name.startswith(own) and name.endswith("witnesses")
        )


def test_taylor_coefficients_enclose_derivatives() -> None:
    def function(m: Any, x: Any) -> Any:
        return m.log(1 + x * x) * m.power(x, Fraction(7, 3)) / (2 - x) - m.exp(x) ** 2 + m.power(3, -x) + m.power(x, x)

    def plain(x: Any) -> Any:
        third = mpmath.mpf(7) / 3
        return mpmath.log(1 + x * x) * x**third / (2 - x) - mpmath.exp(x) ** 2 + mpmath.mpf(3) ** -x + x**x

    draw = random.Random(1)
    with mpmath.workdps(40):
        for _ in range(5):
            at = Fraction(draw.randint(10, 180), 100)
            m = Arithmetic(4)
            found = function(m, m.variable(m.scalar(at), 1)).c
            for interval, value in zip(
                found, mpmath.taylor(plain, mpmath.mpf(at.numerator) / at.denominator, 4), strict=True
            ):
                assert abs(interval.mid - value) < mpmath.mpf(10) ** -15 * max(1, abs(value))


@pytest.mark.parametrize("exponent", [Fraction(3, 2), Fraction(5, 3), Fraction(9, 4)])
def test_powers_down_to_zero_are_enclosed(exponent: Fraction) -> None:
    m = Arithmetic(1)
    box = mpmath.iv.mpf([0, 0.5])
    value, slope = m.power(m.variable(box, 1), m.variable(mpmath.iv.mpf([float(exponent), float(exponent) + 0.1]), 0)).c
    for x in (0.0, 0.1, 0.37, 0.5):
        r = float(exponent) + 0.05
        assert x**r in value and r * x ** (r - 1) in slope
    box = mpmath.iv.mpf([0, 0.9])
    turned = m.power(m.variable(box, 0), m.variable(mpmath.iv.mpf([1.5, 1.6]), 1)).c[1]
    assert all(x**1.55 * float(mpmath.log(x)) in turned for x in (1e-9, 0.2, 0.5246, 0.9))


def test_exact_values_at_powers_of_two() -> None:
    """(x^r + (1-x)^r)^(1/r) and its first derivatives at 1/2: 2^(1/r - 1), 0, and a multiple of it."""

    def norm(m: Any, x: Any) -> Any:
        return m.power(m.power(x, Fraction(8, 3)) + m.power(1 - x, Fraction(8, 3)), Fraction(3, 8))

    m = Arithmetic(2, exact=True)
    value, slope, bend = norm(m, m.variable(m.scalar(Fraction(1, 2)), 1)).c
    assert not slope.terms and bend.terms.keys() == value.terms.keys() == {Fraction(3, 8)}
    with mpmath.workdps(40):
        wanted = mpmath.taylor(lambda x: norm(mpmath, x), mpmath.mpf(1) / 2, 2)
        for found, number in ((value, wanted[0]), (bend, wanted[2])):
            ((a, c),) = found.terms.items()
            assert abs(mpmath.mpf(2) ** (mpmath.mpf(3) / 8) * c.numerator / c.denominator - number) < 1e-15 and a
    with pytest.raises(Unverifiable):
        m.power(3, Fraction(1, 2))
    with pytest.raises(Unverifiable):
        m.log(2)


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


UNVERIFIABLE = frozenset({"pcf.irrational.census", "pcf.rational.list", "pcf.enclosure.census"})


@pytest.mark.parametrize("claim_id", [*settled()])
def test_every_certificate_that_carries_a_claim_is_verified(claim_id: str) -> None:
    found = verification.outcomes(catalogue.claim(claim_id), record(claim_id))
    assert found and all(outcome.status is not Status.REFUSED for outcome in found), found
    carrying = {outcome.status for outcome in found if outcome.carries}
    assert carrying <= {Status.VERIFIED} or claim_id in UNVERIFIABLE
    assert any(outcome.status is Status.VERIFIED for outcome in found) or claim_id in UNVERIFIABLE


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


# Semidefinite programs: the worst case of the tuned step over two rounds, at most 1 by the multipliers 1/2, 1/2


def semidefinite() -> tuple[dict[str, Any], dict[str, Any]]:
    data = worst_case(2, Fraction(1), Fraction(1))
    u = [Fraction(1, 2), Fraction(1, 2)]
    slack = [
        [
            sum((x * A[i][j] for x, A in zip(u, data["A_ub"], strict=True)), Fraction(0)) - data["C"][i][j]
            for j in range(i + 1)
        ]
        for i in range(3)
    ]
    L, D = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)], [Fraction(0)] * 3
    for j in range(3):
        D[j] = slack[j][j] - sum(L[j][k] ** 2 * D[k] for k in range(j))
        for i in range(j + 1, 3):
            rest = slack[i][j] - sum(L[i][k] * L[j][k] * D[k] for k in range(j))
            L[i][j] = rest / D[j] if D[j] else Fraction(0)
    text = {name: json.loads(json.dumps(value, default=str)) for name, value in data.items()}
    text = {name: _strings(value) for name, value in text.items()}
    certificate = {
        "kind": "sdp_dual",
        "problem": text,
        "dual": {"ub": ["1/2", "1/2"], "eq": []},
        "ldl": {"L": [[str(x) for x in row[:i]] for i, row in enumerate(L)], "D": [str(x) for x in D]},
        "bound": "1",
        "point": {"weight": "1", "factor": [["-1"], ["0"], ["1"]]},
    }
    return certificate, {"data": data, "at_least": Fraction(1), "at_most": Fraction(1)}


def _strings(value: Any) -> Any:
    return [_strings(entry) for entry in value] if isinstance(value, list) else str(value)


def test_a_semidefinite_dual_is_verified() -> None:
    assert verify_semidefinite(*semidefinite()) == "between 1 and 1"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (_set("1/3", "ldl", "L", 2, 1), "L D L^T is not the slack"),
        (_set("-1", "ldl", "D", 2), ">= 0"),
        (_set(["1"], "ldl", "D"), "must be 3 numbers"),
        (_set("2/5", "dual", "ub", 1), "L D L^T is not the slack"),
        (_set("-1/2", "dual", "ub", 1), ">= 0"),
        (_set("0", "problem", "C", 1, 0), "made for another problem: C"),
        (_set(["1", "1/2"], "problem", "b_ub"), "made for another problem: b_ub"),
        (_set("99/100", "bound"), "stated 99/100"),
        (_set("101/100", "point", "weight"), "not feasible"),
        (_set("-1", "point", "weight"), "not feasible"),
        (_set("1/2", "point", "weight"), "proved is 0.5 to 1.0"),
        (_set([["nan"], ["0"], ["1"]], "point", "factor"), "not an exact number"),
    ],
)
def test_a_forged_semidefinite_dual_is_refused(forge: Forge, reason: str) -> None:
    certificate, problem = copy.deepcopy(semidefinite())
    forge(certificate)
    with pytest.raises(Refused, match=reason.replace("^", r"\^")):
        verify_semidefinite(certificate, problem)


# False inequalities with plausible certificates


def one_box(reason: str, strict: bool = True, *, is_open: bool = False, lo: str = "0") -> dict[str, Any]:
    axis = {"name": "x", "kind": "real", "lo": lo, "hi": "1", "open": [is_open, False]}
    piece = {"scope": [axis], "coordinates": ["x"], "reasons": [reason], "pieces": [[0, lo, "1"]]}
    return {"kind": "box_cover", "relation": ">" if strict else ">=", "domain": [axis], "cells": [piece]}


@pytest.mark.parametrize(
    ("function", "certificate"),
    [
        (lambda m, x: x - Fraction(1, 1000), one_box("value")),
        (lambda m, x: x * x - x + Fraction(249, 1000), one_box("mean value")),
        (lambda m, x: x, one_box("contact x=0 order 1")),
        (lambda m, x: x * x - x**3 * Fraction(1001, 1000), one_box("contact x=0 order 2", is_open=True)),
        (lambda m, x: x + Fraction(1, 10**9), one_box("contact x=0 order 1", is_open=True)),
        (lambda m, x: x * x - x / 10, one_box("contact x=0 order 1", is_open=True)),
        (lambda m, x: m.power(2, x) - 1 - x, one_box("value", False)),
    ],
)
def test_what_is_false_or_not_shown_so_is_not_verified(function: Any, certificate: dict[str, Any]) -> None:
    problem = {"function": function, "axes": certificate["domain"], "strict": certificate["relation"] == ">"}
    with pytest.raises((Refused, Unverifiable)):
        verify_cover(certificate, problem)


def test_true_contacts_are_verified() -> None:
    certificate = one_box("contact x=0 order 2", is_open=True)
    problem = {"function": lambda m, x: x * x - x**3 / 4, "axes": certificate["domain"], "strict": True}
    assert verify_cover(certificate, problem) == "1 boxes"
    loose = one_box("contact x=0 order 1", False)
    assert verify_cover(loose, {"function": lambda m, x: x, "axes": loose["domain"], "strict": False}) == "1 boxes"


# The command


def test_the_command_prints_what_it_verified(capsys: pytest.CaptureFixture[str]) -> None:
    runner.check_claim(catalogue.claim(TRIANGLE))
    assert cli.main(["verify", TRIANGLE, "--all"]) == 0
    out = capsys.readouterr().out
    assert f"{TRIANGLE}  certified: 3 verified" in out and "verified: one_way" in out
    assert cli.main(["verify", "starc.no.such"]) == 2
