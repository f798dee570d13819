"""The audit of checks: every number, sign and exponent of every claimed formula is changed, and the check is run.

A check that accepts a formula which states more than the claim is too weak there. What is done with a mutant:

* ``stillborn``: it is no finite real number everywhere on the claim's domain;
* ``equivalent``: an engine proves it equal to the original there;
* ``killed``: the claim's own check rejects it, with a witness that shows its relation once more;
* ``looser``: the check does not reject it (in the seconds of its attack; whether it also proves the mutant
  does not matter then), and an engine proves that it states less than the original;
* ``survived``: the check does not reject it, and an engine shows that it states more somewhere (``accepted``
  among them: the check even finds that it holds on the whole domain);
* ``undecided``: neither rejected nor compared; counts like one that survived.

The kill rate is that of the mutants that state more: killed of killed, survived and undecided.
"""

from __future__ import annotations

import dataclasses
import importlib
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbline import catalogue, files, runner, store, witness
from plumbline.evidence import Coverage, Verdict
from plumbline.nouns import Check, Claim, Effort, Kind

if TYPE_CHECKING:
    from plumbline.formula.mutants import Mutant

VERSION = 1
OUTCOMES = ("killed", "survived", "undecided", "looser", "equivalent", "stillborn")
LEAST_RATE = Fraction(95, 100)
TIME_LIMIT = 20.0
_SAVE_EVERY = 5.0
_WATCH_EVERY = 1.0
_REASON = 300
_ATTACK_LIMIT = 3.0  # checks attack first; what states less need not be proved once more

Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How an audit runs: its effort and seed, seconds per mutant, and worker processes (0: this one)."""

    effort: str = "quick"
    seed: int = 0
    limit: float = TIME_LIMIT
    workers: int = 2
    fresh: bool = False


@dataclass(frozen=True)
class Task:
    """One run of a check: on the mutant at ``place`` of a role, or on the claim itself (``role`` empty)."""

    claim: str
    role: str = ""
    place: int = 0
    fingerprint: str = ""


# One mutant


def direction_of(claim: Claim, role: str) -> str | None:
    """Whether larger (``up``) or smaller values of the role state more; ``None``: every change states more."""
    if role in claim.stronger:
        return claim.stronger[role]
    if claim.scale is not None and claim.scale[0] == role and claim.kind is Kind.INEQUALITY:
        return claim.scale[1]
    return None


def judge_mutant(claim: Claim, check: Check, role: str, mutant: Mutant, plan: Plan) -> Row:
    """What the claim's own check, and then the engines, say of one mutant."""
    start = time.perf_counter()
    row: Row = {
        "claim": claim.id,
        "role": role,
        "address": mutant.address,
        "change": mutant.description,
        "verdict": None,
        "coverage": None,
        "reason": "",
        "fingerprint": fingerprint_of(mutant),
    }
    row |= _outcome(claim, check, role, mutant, plan)
    row.pop("late", None)
    return {**row, "seconds": round(time.perf_counter() - start, 3)}


def fingerprint_of(mutant: Mutant) -> str:
    """Hash of the mutant's expression and domain; its place and change where it has none."""
    return mutant.formula.fingerprint if mutant.formula else f"{mutant.address}:{mutant.description}"


def _outcome(claim: Claim, check: Check, role: str, mutant: Mutant, plan: Plan) -> Row:
    if mutant.formula is None:
        return {"outcome": "stillborn", "reason": mutant.flaw}
    engines = importlib.import_module("proofs_checks.audit")
    original = claim.subject[role]
    known = _compared(plan, engines.before_the_check, original, mutant.formula, claim.domain)
    if known is not None and known.relation in ("undefined", "equal"):
        return {"outcome": "stillborn" if known.relation == "undefined" else "equivalent", "reason": known.by}
    tried = _try(claim, check, role, mutant, plan, min(plan.limit, _ATTACK_LIMIT))
    if tried["outcome"] == "killed":
        return tried
    direction = direction_of(claim, role)
    found = _compared(plan, engines.after_the_check, original, mutant.formula, claim.domain, direction)
    if found.relation == "looser":
        return {**tried, "outcome": "looser", "reason": found.by}
    if tried["late"]:
        tried = _try(claim, check, role, mutant, plan, plan.limit)
    if tried["outcome"] == "killed":
        return tried
    reason = f"{found.by}; the check: {tried['reason']}" if tried["reason"] else found.by
    return {**tried, "outcome": "survived" if found.relation == "tighter" else "undecided", "reason": reason}


def _compared(plan: Plan, compare: Callable[..., Any], *arguments: Any) -> Any:
    """A comparison by the engines; one that raises or runs out of time is undecided."""
    undecided = importlib.import_module("proofs_checks.audit").undecided
    try:
        with runner.time_limit(plan.limit):
            return compare(*arguments)
    except runner.OutOfTime:
        return undecided(f"comparison out of time after {plan.limit:g} s")
    except Exception as error:
        return undecided(f"comparison failed: {type(error).__name__}: {error}")


def _try(claim: Claim, check: Check, role: str, mutant: Mutant, plan: Plan, limit: float) -> Row:
    """Run the check on a mutant for ``limit`` seconds; ``late`` if that was too short.

    A mutant is killed by a witness only that is evaluated again and shows its relation.
    """
    limited = dataclasses.replace(check, timeout=min(check.timeout, limit))
    subject = claim.subject.replace(**{role: mutant.formula})
    judgement, findings, seconds = runner.run_check(claim, limited, subject, Effort(plan.effort, plan.seed))
    row: Row = {
        "outcome": "",
        "late": judgement.verdict is Verdict.INCONCLUSIVE and limit <= seconds < check.timeout,
        "verdict": str(judgement.verdict),
        "coverage": str(judgement.coverage) if judgement.coverage else None,
        "reason": " ".join(judgement.reason.split())[:_REASON],
    }
    if judgement.verdict is not Verdict.VIOLATED:
        return row
    shown = runner.witness_of(judgement, findings)
    try:
        confirmed = shown is not None and witness.confirms(claim.paper, shown)
    except Exception as error:
        return {**row, "reason": f"its witness cannot be evaluated again: {type(error).__name__}: {error}"}
    return {**row, "outcome": "killed"} if confirmed else {**row, "reason": "its witness does not confirm it"}


def judge_original(claim: Claim, check: Check, plan: Plan) -> Row:
    """The claim's own verdict: only the checks of claims that hold are audited."""
    judgement, _, seconds = runner.run_check(claim, check, claim.subject, Effort(plan.effort, plan.seed))
    return {
        "claim": claim.id,
        "verdict": str(judgement.verdict),
        "coverage": str(judgement.coverage) if judgement.coverage else None,
        "reason": judgement.reason,
        "seconds": round(seconds, 3),
    }


# Tasks, here or in worker processes


@cache
def _mutants(claim_id: str, role: str) -> list[Mutant]:
    from plumbline.formula.mutants import mutants

    return mutants(catalogue.claim(claim_id).subject.formulas[role])


def perform(task: Task, plan: Plan) -> Row:
    """Run one task; everything is found by name in the catalogue, so that any process can."""
    claim = catalogue.claim(task.claim)
    check = catalogue.checks(claim.paper)[claim.id]
    if not task.role:
        return judge_original(claim, check, plan)
    return judge_mutant(claim, check, task.role, _mutants(claim.id, task.role)[task.place], plan)


def tasks_of(claim: Claim) -> list[Task]:
    """The claim itself, then every mutant of every formula that it is about."""
    tasks = [Task(claim.id)]
    for role in claim.subject.formulas:
        tasks += [
            Task(claim.id, role, place, fingerprint_of(mutant)) for place, mutant in enumerate(_mutants(claim.id, role))
        ]
    return tasks


def _prepare(parent: int) -> None:
    """A worker: one thread of torch, no reaction to Ctrl-C, and an end when its parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_EVERY)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)


def _performed(tasks: Sequence[Task], plan: Plan) -> Iterator[tuple[Task, Row]]:
    if plan.workers == 0:
        for task in tasks:
            yield task, perform(task, plan)
        return
    context = multiprocessing.get_context("spawn")
    count = max(1, min(plan.workers, len(tasks)))
    with ProcessPoolExecutor(count, mp_context=context, initializer=_prepare, initargs=(os.getpid(),)) as pool:
        waiting: dict[Future[Row], Task] = {pool.submit(perform, task, plan): task for task in tasks}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


# Audits of whole papers, stored


def path_of(paper: str, size: str = "quick", results: Path | str | None = None) -> Path:
    """``results/<size>/audit/<paper>.json``."""
    return store.folder(size, "audit", results) / f"{paper}.json"


def read(paper: str, size: str = "quick", results: Path | str | None = None) -> dict[str, Any] | None:
    """The stored audit of a paper; ``None`` if there is none, or it is damaged or another's."""
    record = files.read_sealed(path_of(paper, size, results))
    return record if record is not None and (record.get("paper"), record.get("version")) == (paper, VERSION) else None


def is_stale(record: Mapping[str, Any]) -> bool:
    """Whether an audit was made of other sources, settings or versions than those at hand."""
    return bool(record["fingerprint"] != _fingerprint(record["paper"], record["effort"], record["seed"]))


def _fingerprint(paper: str, effort: str, seed: int) -> str:
    """That of the paper's checks: an audit stands as long as the evidence does."""
    return store.claim_fingerprint(f"{paper}.audit", effort, seed)


@dataclass
class Book:
    """The rows of one paper, by task, kept on disk as they come."""

    paper: str
    plan: Plan
    rows: dict[Task, Row]
    saved: float = 0.0

    @classmethod
    def open(cls, paper: str, plan: Plan) -> Book:
        """With what an earlier audit of the same sources has left."""
        record = None if plan.fresh else read(paper, plan.effort)
        fingerprint = _fingerprint(paper, plan.effort, plan.seed)
        rows: dict[Task, Row] = {}
        if record is not None and record["fingerprint"] == fingerprint and record["limit"] == plan.limit:
            rows = {Task(**key): row for key, row in record["tasks"]}
        return cls(paper, plan, rows)

    def add(self, task: Task, row: Row) -> None:
        self.rows[task] = row
        if time.monotonic() - self.saved > _SAVE_EVERY:
            self.save()

    def save(self) -> None:
        record = {
            "version": VERSION,
            "paper": self.paper,
            "effort": self.plan.effort,
            "seed": self.plan.seed,
            "limit": self.plan.limit,
            "fingerprint": _fingerprint(self.paper, self.plan.effort, self.plan.seed),
            "claims": [
                summary(claim, own)
                for claim in catalogue.claims(self.paper)
                if (own := [self.rows[task] for task in tasks_of(claim) if task in self.rows])
            ],
            "tasks": [(dataclasses.asdict(task), row) for task, row in self.rows.items()],
            "environment": store.environment(),
        }
        files.write_sealed(path_of(self.paper, self.plan.effort), record)
        self.saved = time.monotonic()


def audit(
    claims: Sequence[Claim], plan: Plan, say: Callable[[int, int], None] = lambda done, total: None
) -> list[dict[str, Any]]:
    """Audit the checks of the given claims; one :func:`summary` each, in their order.

    What an earlier audit of the same sources found is used again unless ``plan.fresh``; results are stored as they
    come. ``say`` hears how many runs are done, out of how many.
    """
    books = {paper: Book.open(paper, plan) for paper in dict.fromkeys(claim.paper for claim in claims)}
    tasks = {claim.id: tasks_of(claim) for claim in claims}
    missing = [task for claim in claims for task in tasks[claim.id] if task not in books[claim.paper].rows]
    total = sum(map(len, tasks.values()))
    say(total - len(missing), total)
    try:
        for done, (task, row) in enumerate(_performed(missing, plan), total - len(missing) + 1):
            books[task.claim.split(".", 1)[0]].add(task, row)
            say(done, total)
    finally:
        if missing:
            for book in books.values():
                book.save()
    return [summary(claim, [books[claim.paper].rows[task] for task in tasks[claim.id]]) for claim in claims]


# Counting


def summary(claim: Claim, rows: Iterable[Row]) -> dict[str, Any]:
    """Counts of one claim, and the mutants that its check should have rejected."""
    rows = list(rows)
    own = next((row for row in rows if "role" not in row), None)
    mutated = [row for row in rows if "role" in row]
    counts = Counter(row["outcome"] for row in mutated)
    keys = ("role", "address", "change", "outcome", "reason")
    holds = own is not None and own["verdict"] == Verdict.HOLDS
    return {
        "claim": claim.id,
        "verdict": own["verdict"] if own else None,
        "coverage": own["coverage"] if own else None,
        "counted": own is not None and _stands(own),
        "mutants": len(mutated),
        **{outcome: counts[outcome] for outcome in OUTCOMES},
        "rate": rate([{outcome: counts[outcome] for outcome in OUTCOMES}]) if holds else None,
        "accepted": sum(row["outcome"] == "survived" and _stands(row) for row in mutated),
        "survivors": [
            {**{key: row[key] for key in keys}, "accepted": _stands(row)}
            for row in mutated
            if row["outcome"] in ("survived", "undecided")
        ],
        "seconds": round(sum(row["seconds"] for row in rows), 1),
    }


def _stands(row: Row) -> bool:
    """Whether a check found that its subject holds on the whole domain."""
    return bool(row["verdict"] == Verdict.HOLDS and row["coverage"] == Coverage.WHOLE)


def _tightening(counts: Mapping[str, Any]) -> int:
    return int(counts["killed"] + counts["survived"] + counts["undecided"])


def rate(summaries: Iterable[Mapping[str, Any]]) -> float | None:
    """Killed of all mutants that state more; ``None`` where there are none."""
    summaries = list(summaries)
    total = sum(map(_tightening, summaries))
    return sum(counts["killed"] for counts in summaries) / total if total else None


def passes(summaries: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the claims that hold on their whole domain kill at least 95 per cent, taken together."""
    counted = [counts for counts in summaries if counts["counted"]]
    killed, total = sum(counts["killed"] for counts in counted), sum(map(_tightening, counted))
    return killed >= LEAST_RATE * total
