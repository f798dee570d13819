"""The audit: mutants that state more are killed by a sound check and found out where a check is toothless."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from plumbline import audit, catalogue, store
from plumbline.cli import main
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, Max, box_cox, cosh, rational, sqrt
from plumbline.formula.mutants import mutants
from plumbline.nouns import Check, Claim, Effort, Kind, Provenance, Subject
from plumbline.report import build
from plumbline.report.audits import audits_html
from proofs_checks import audit as comparison
from proofs_checks import monotone
from proofs_checks.engines import interval, symbolic

X = Real("x", 0, 1)
HALF_SQUARE = Formula("half_square", [X], lambda x: x**2 / 2)
Judge = Callable[[Subject, Effort], Iterator[Finding]]


def sound(subject: Subject, effort: Effort) -> Iterator[Finding]:
    yield interval.prove_at_least(HALF_SQUARE, subject["T"])


def toothless(subject: Subject, effort: Effort) -> Iterator[Finding]:
    yield interval.prove_at_least(HALF_SQUARE, HALF_SQUARE)


def broken(subject: Subject, effort: Effort) -> Iterator[Finding]:
    if subject["T"].expr != HALF_SQUARE.expr:
        raise ArithmeticError("cannot cope")
    yield interval.prove_at_least(HALF_SQUARE, subject["T"])


def unproven(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Violations whose witness shows another relation than it says."""
    found = interval.prove_at_least(HALF_SQUARE, subject["T"])
    lying = dataclasses.replace(found.witness, relation="==") if found.witness else None
    yield dataclasses.replace(found, witness=lying)


def declared(name: str, **more: Any) -> Claim:
    settings: dict[str, Any] = {
        "kind": Kind.INEQUALITY,
        "subject": Subject({"T": HALF_SQUARE}),
        "scale": ("T", "up"),
        "domain": Domain(X),
    }
    words = {"title": name, "statement": name, "source": "here", "provenance": Provenance.DERIVED}
    return Claim(id=f"made.{name}.one", **{**settings, **words, **more})


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Sequence[Claim]]:
    """Declares a made-up paper whose claims are judged by the given functions."""
    monkeypatch.setenv("PLUMBLINE_RESULTS", str(tmp_path / "results"))

    def declare(**judges: Judge | tuple[Judge, dict[str, Any]]) -> Sequence[Claim]:
        pairs = {name: judge if isinstance(judge, tuple) else (judge, {}) for name, judge in judges.items()}
        claims = {claim.id: claim for claim in (declared(name, **more) for name, (_, more) in pairs.items())}
        checks = {f"made.{name}.one": Check(f"made.{name}.one", judge, 20) for name, (judge, _) in pairs.items()}
        monkeypatch.setattr(catalogue, "claim", lambda name: claims[name])
        monkeypatch.setattr(catalogue, "claims", lambda name: tuple(claims.values()))
        monkeypatch.setattr(catalogue, "checks", lambda name: checks)
        monkeypatch.setattr(catalogue, "select", lambda names: list(claims.values()))
        monkeypatch.setattr(store, "claim_fingerprint", lambda *rest: f"sources{rest}")
        audit._mutants.cache_clear()
        return list(claims.values())

    return declare


HERE = audit.Plan(workers=0)
# x^2/2 has two numbers, its factor and its exponent, each changed in three ways; x^-2 has no value at 0.
COUNTS = {"mutants": 6, "killed": 2, "looser": 3, "equivalent": 0, "stillborn": 1, "undecided": 0}


def test_a_sound_check_kills_what_states_more_and_rightly_accepts_the_rest(paper: Callable[..., Any]) -> None:
    (found,) = audit.audit(paper(sound=sound), HERE)
    assert {key: found[key] for key in COUNTS} == COUNTS
    assert (found["survived"], found["rate"], found["counted"], found["survivors"]) == (0, 1.0, True, [])
    rows = [row for _, row in json.loads(audit.path_of("made").read_text())["tasks"] if "role" in row]
    outcomes = {row["change"]: row["outcome"] for row in rows}
    assert outcomes["coefficient of x**2/2 times 1.01"] == "killed"
    assert outcomes["coefficient of x**2/2 times 0.99"] == "looser"
    assert outcomes["exponent 2 -> 1.98 in x**2"] == "killed"
    assert outcomes["exponent 2 -> 2.02 in x**2"] == "looser"
    assert outcomes["exponent 2 negated in x**2"] == "stillborn"


def test_a_toothless_check_is_found_out(paper: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = audit.audit(paper(toothless=toothless), HERE)
    assert (found["killed"], found["survived"], found["accepted"], found["rate"]) == (0, 2, 2, 0.0)
    assert not audit.passes([found])
    assert main(["audit", "--workers", "0"]) == 1
    output = capsys.readouterr().out
    assert "accepted on the whole domain" in output and "exponent 2 -> 1.98 in x**2" in output


def test_exit_status_and_json(paper: Callable[..., Any], tmp_path: Path) -> None:
    paper(sound=sound)
    target = tmp_path / "audit.json"
    assert main(["audit", "--workers", "0", "--json", str(target)]) == 0
    value = json.loads(target.read_text())
    assert (value["version"], value["passes"], value["rate"]) == (audit.VERSION, True, 1.0)
    documented = (Path(__file__).resolve().parent.parent / "docs/json.md").read_text()
    assert [key for item in value["claims"] for key in item if f"`{key}`" not in documented] == []
    assert main(["audit", "--workers", "0", "--time-limit", "0"]) == 2


def test_an_exception_is_no_kill(paper: Callable[..., Any]) -> None:
    (found,) = audit.audit(paper(broken=broken), HERE)
    assert (found["killed"], found["survived"], found["accepted"]) == (0, 2, 0)
    assert all("cannot cope" in mutant["reason"] for mutant in found["survivors"])


def test_a_comparison_that_fails_is_undecided_and_no_kill(
    paper: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deep(*rest: object) -> comparison.Comparison:
        raise RecursionError("too deep")

    monkeypatch.setattr(comparison, "after_the_check", deep)
    (found,) = audit.audit(paper(toothless=toothless), HERE)
    assert (found["killed"], found["undecided"], found["rate"]) == (0, 5, 0.0)
    assert "too deep" in found["survivors"][0]["reason"]


def test_a_witness_that_shows_nothing_is_no_kill(paper: Callable[..., Any]) -> None:
    (found,) = audit.audit(paper(unproven=unproven), HERE)
    assert (found["killed"], found["survived"], found["accepted"]) == (0, 2, 0)
    assert all("its witness does not confirm it" in mutant["reason"] for mutant in found["survivors"])


def test_without_a_declared_direction_every_change_states_something_else(paper: Callable[..., Any]) -> None:
    (claim,) = paper(identity=(sound, {"scale": None}))
    assert audit.direction_of(claim, "T") is None
    (found,) = audit.audit([claim], HERE)
    assert (found["killed"], found["survived"], found["accepted"], found["looser"]) == (2, 3, 3, 0)


@pytest.mark.parametrize(
    ("more", "direction"),
    [
        ({}, "up"),
        ({"kind": Kind.IDENTITY}, None),
        ({"kind": Kind.ATTAINED, "stronger": {"T": "up"}}, "up"),
        ({"stronger": {"T": "down"}}, "down"),
    ],
)
def test_the_direction_is_declared_by_the_claim(more: dict[str, Any], direction: str | None) -> None:
    assert audit.direction_of(declared("some", **more), "T") == direction


def test_claims_that_do_not_hold_are_not_counted(paper: Callable[..., Any]) -> None:
    more = {"subject": Subject({"T": HALF_SQUARE.scaled(2)})}
    narrow = {"domain": Domain(Real("x", 0, 2))}
    false, part = audit.audit(paper(false=(sound, more), part=(sound, narrow)), HERE)
    assert (false["verdict"], false["rate"], false["counted"]) == ("violated", None, False)
    assert (part["verdict"], part["coverage"], part["counted"]) == ("holds", "part", False)
    assert audit.passes([false, part])


def test_the_bar_is_at_95_per_cent() -> None:
    def item(killed: int, survived: int, undecided: int = 0, counted: bool = True) -> dict[str, Any]:
        return {"killed": killed, "survived": survived, "undecided": undecided, "counted": counted}

    assert audit.passes([item(95, 5)]) and not audit.passes([item(94, 5)])
    assert not audit.passes([item(95, 5, 1)])
    assert audit.passes([item(95, 5), item(0, 50, counted=False)]) and audit.passes([])
    assert audit.rate([item(3, 1)]) == 0.75 and audit.rate([item(0, 0)]) is None


def test_an_interrupted_audit_goes_on_where_it_stopped(
    paper: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = paper(sound=sound)
    done: list[audit.Task] = []
    perform = audit.perform

    def stopping(task: audit.Task, plan: audit.Plan) -> audit.Row:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(task)
        return perform(task, plan)

    monkeypatch.setattr(audit, "perform", stopping)
    with pytest.raises(KeyboardInterrupt):
        audit.audit(claims, HERE)
    monkeypatch.setattr(audit, "perform", lambda task, plan: done.append(task) or perform(task, plan))
    (found,) = audit.audit(claims, HERE)
    assert len(done) == len(set(done)) == COUNTS["mutants"] + 1 and found["rate"] == 1.0
    audit.audit(claims, audit.Plan(workers=0, fresh=True))
    assert len(done) == 2 * (COUNTS["mutants"] + 1)


def test_other_sources_void_a_stored_audit(paper: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    claims = paper(sound=sound)
    audit.audit(claims, HERE)
    record = audit.read("made")
    assert record is not None and not audit.is_stale(record)
    monkeypatch.setattr(store, "claim_fingerprint", lambda *rest: "edited")
    assert audit.is_stale(record)
    monkeypatch.setattr(audit, "judge_mutant", lambda *rest: pytest.fail("the check is run again, as it must be"))
    with pytest.raises(pytest.fail.Exception):
        audit.audit(claims, HERE)


def test_the_report_shows_the_table_or_says_that_there_is_none(paper: Callable[..., Any]) -> None:
    assert "No audit was run" in audits_html([])
    audit.audit(paper(sound=sound, toothless=toothless), HERE)
    record = audit.read("made")
    assert record is not None
    page = audits_html([(record, True)])
    assert "50.0% of the mutants that state more are killed" in page and "Stale" in page
    assert "<code>exponent 2 -&gt; 1.98 in x**2</code>" in page and page.count("<tr>") == 3


def test_the_report_falls_back_on_the_committed_table(tmp_path: Path) -> None:
    (found,) = build.audit_records(["comp_sum"], "quick", tmp_path)
    record, stale = found
    assert not stale and record["committed"] == "audit_comp_sum.json"
    assert "the committed table is shown" in audits_html([found])
    assert build.audit_records(["made_up"], "quick", tmp_path) == []


# What the engines say of a mutant


def _relation(build: Callable[..., Any], change: str, *axes: Real | Integer, direction: str | None = "up") -> str:
    original = Formula("f", list(axes or (X,)), build)
    (mutant,) = [m.formula for m in mutants(original) if m.description.startswith(change)]
    assert mutant is not None
    before = comparison.before_the_check(original, mutant, original.domain)
    known = before or comparison.after_the_check(original, mutant, original.domain, direction)
    return known.relation


def test_equivalent_mutants_are_recognised() -> None:
    assert _relation(lambda x: cosh(2 * x) + x, "sign of 2 flipped") == "equal"
    frozen = Real("t", 0, 0)
    assert _relation(lambda x, t: 1 + x + t * x**2, "coefficient of t*x**2 times 1.01", X, frozen) == "equal"
    assert _relation(lambda x, t: 1 + x + t * x**2, "coefficient of x times 1.01", X, frozen) == "tighter"


def test_agreement_at_a_few_points_is_no_equality() -> None:
    """The two differ below a millionth only, where no random point falls."""
    assert _relation(lambda x: Max(x, rational("1e-6")), "number 1e-06 -> 1.01e-06") == "tighter"
    assert _relation(lambda x: Max(x, rational("1e-6")), "number 1e-06 -> 9.9e-07") == "looser"


def test_mutants_without_a_value_are_recognised() -> None:
    assert _relation(lambda x: sqrt(1 - x**2), "coefficient of -x**2 times 1.01") == "undefined"
    assert _relation(lambda x: sqrt(1 - x**2), "coefficient of -x**2 times 0.99") == "tighter"


def test_direction_decides_what_is_looser() -> None:
    assert _relation(lambda x: x**2, "exponent 2 -> 2.02") == "looser"
    assert _relation(lambda x: x**2, "exponent 2 -> 2.02", direction="down") == "tighter"
    assert _relation(lambda x: x**2, "exponent 2 -> 2.02", direction=None) == "tighter"
    assert _relation(lambda x: x * (1 - x), "number 1 -> 1.01") == "tighter"


def test_order_under_monotone_steps() -> None:
    """Both sides meet with infinite slope at 1, where boxes never end: the inner expressions decide."""
    assert _relation(lambda x: 1 - sqrt(1 - x**2), "exponent 2 -> 2.02") == "looser"
    tau = Real("tau", 0, None)
    assert _relation(lambda tau: box_cox(2, 1 - tau), "coefficient of -tau times 1.01", tau) == "looser"


@pytest.mark.parametrize(
    ("larger", "smaller"),
    [
        (lambda x: 1 - sqrt(1 - x**2), lambda x: 1 - sqrt(1 - x)),
        (lambda x: (x - 2) ** 2, lambda x: (x - 1) ** 2 + 4),
        (lambda x: (x - 1) * (x + 2), lambda x: (x - 1) * (x + 1)),
        (lambda x: (x + 2) ** -1, lambda x: (x + 1) ** -1),
        (lambda x: x**2, lambda x: sqrt(x)),
    ],
)
def test_monotone_steps_prove_nothing_false(larger: Callable[..., Any], smaller: Callable[..., Any]) -> None:
    one, other = Formula("one", [X], larger), Formula("other", [X], smaller)
    assert monotone.at_least(one.expr, other.expr, one.domain) is None


def test_only_what_the_claim_speaks_of_is_compared() -> None:
    formula = Formula("f", [Real("x", 0, 2), Integer("n", 2)], lambda x, n: x / n)
    claimed = Domain(Real("x", 1, None, open_lo=True), Integer("n", 3))
    assert comparison.common_domain(formula, claimed).describe() == "x in (1,2], n>=3"
    assert comparison.common_domain(formula, Domain(Real("x", 2, 3))).describe() == "x=2, n>=2"
    elsewhere = Domain(Real("x", 5, 6))
    assert comparison.common_domain(formula, elsewhere).describe() == "x in [0,2], n>=2"
    assert symbolic.prove_identity(formula.expr, formula.expr, formula.domain).verdict == "holds"


def test_in_worker_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes audit a real claim: its check kills every mutant, as here."""
    monkeypatch.setenv("PLUMBLINE_RESULTS", str(tmp_path))
    claim = catalogue.claim("comp_sum.gap_is_approx_error")
    heard: list[tuple[int, int]] = []
    (found,) = audit.audit([claim], audit.Plan(workers=2), lambda done, total: heard.append((done, total)))
    assert found["counted"] and found["rate"] == 1.0 and found["mutants"] == found["killed"] >= 3
    assert heard[-1] == (found["mutants"] + 1, found["mutants"] + 1)
