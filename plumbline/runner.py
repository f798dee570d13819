"""Runs the check of a claim on the claim, on its partners and on its rescaled versions; writes the record.

One function judges them all (:class:`plumbline.nouns.Check`). A check that raises or runs out of time is
``inconclusive`` with the reason; it never passes for a rejection.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import FrameType
from typing import Any

from plumbline import catalogue, store, witness
from plumbline.errors import located
from plumbline.evidence import Finding, Verdict
from plumbline.nouns import Check, Claim, Effort, Expects, Refutation, Subject
from plumbline.standing import Judgement, judge

RECORD_VERSION = 1
_LADDER = tuple(1 + Fraction(step) for step in ("1e-6", "1e-4", "1e-2", "1e-1", "1", "9"))
_FINE = Fraction(101, 100)


class OutOfTime(Exception):
    """Raised inside a check whose time is up."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`OutOfTime` after ``seconds`` (main thread only; elsewhere there is no limit)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_alarm(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _inconclusive(reason: str) -> Judgement:
    return Judgement(Verdict.INCONCLUSIVE, None, None, "", reason, ())


def unknown_lemmas(claim: Claim, findings: Sequence[Finding]) -> list[str]:
    """Cited lemmas that the shared library does not hold: nobody could read in the report what they say."""
    names = [*claim.rests_on, *(name for finding in findings for name in finding.rests_on)]
    cited = [name for name in dict.fromkeys(names) if name.startswith("lemma:")]
    return [name for name in cited if name.removeprefix("lemma:") not in catalogue.lemmas()] if cited else []


def _said(error: Exception) -> str:
    """What a check raised; for a mistake in its source also where."""
    mistake = isinstance(error, (NameError, AttributeError, ImportError, SyntaxError))
    return located(error) if mistake else f"{type(error).__name__}: {error}"


def run_check(claim: Claim, check: Check, subject: Subject, effort: Effort) -> tuple[Judgement, list[Finding], float]:
    """The judgement of one subject by the claim's check, its findings, and the seconds it took."""
    limit = check.timeout * (10 if effort.full else 1)
    start = time.perf_counter()
    findings: list[Finding] = []
    try:
        with time_limit(limit):
            findings = check(subject, effort)
            judgement = judge(claim, findings)
        if unknown := unknown_lemmas(claim, findings):
            judgement = _inconclusive(
                f"cites {', '.join(unknown)}, unknown to theory.lemmas: add it there with its citation"
            )
    except OutOfTime:
        judgement = _inconclusive(f"out of time after {limit:g} s")
    except Exception as error:
        judgement = _inconclusive(_said(error))
    return judgement, findings, time.perf_counter() - start


def witness_of(judgement: Judgement, findings: Sequence[Finding]) -> dict[str, Any] | None:
    """The witness of the decisive findings, else the first that any finding has."""
    for finding in (*judgement.decisive, *findings):
        if finding.witness is not None:
            return finding.witness.as_json()
    return None


def try_refutation(claim: Claim, check: Check, refutation: Refutation, effort: Effort) -> dict[str, Any]:
    """Run a wrong partner; it counts as rejected only by a witness that shows its relation once more."""
    judgement, findings, seconds = run_check(claim, check, claim.partner(refutation), effort)
    shown = witness_of(judgement, findings) if judgement.verdict is Verdict.VIOLATED else None
    confirmed = shown is not None and witness.confirms(claim.paper, shown)
    reason = judgement.reason
    if judgement.verdict is Verdict.VIOLATED and not confirmed:
        reason = "its witness does not confirm the violation"
    elif judgement.verdict is Verdict.HOLDS:
        reason = "the check accepts the wrong partner"
    return {
        "name": refutation.name,
        "must_fail_because": refutation.reason,
        "rejected": confirmed,
        "verdict": str(judgement.verdict),
        "witness": shown,
        "reason": reason,
        "seconds": round(seconds, 4),
    }


def resolution(claim: Claim, check: Check, effort: Effort, reached: Judgement) -> tuple[float | None, float | None]:
    """``(holds_up_to, rejected_from)``: factors on the claim's constant, found by bisection.

    Factors are tried in the direction that strengthens the statement: from one part in a million up to
    ten, then halved geometrically until they differ by one per cent or the check is inconclusive there.
    """
    if claim.scale is None:
        return None, None
    sign = 1 if claim.scale[1] == "up" else -1

    def verdict(factor: Fraction) -> Verdict:
        found = run_check(claim, check, claim.scaled(factor**sign), effort)[0]
        weaker = (found.coverage, found.strength) != (reached.coverage, reached.strength)
        return Verdict.INCONCLUSIVE if found.verdict is Verdict.HOLDS and weaker else found.verdict

    holds, rejected = Fraction(1), None
    for factor in _LADDER:
        outcome = verdict(factor)
        if outcome is Verdict.VIOLATED:
            rejected = factor
            break
        if outcome is Verdict.HOLDS:
            holds = factor
    if rejected is not None:
        low, high = holds, rejected
        while high / low > _FINE:
            middle = Fraction(round(float(low * high) ** 0.5 * 10**6), 10**6)
            if middle in (low, high):
                break
            outcome = verdict(middle)
            if outcome is Verdict.VIOLATED:
                high = rejected = middle
            elif outcome is Verdict.HOLDS:
                low = holds = middle
            else:
                break
    return float(holds**sign), None if rejected is None else float(rejected**sign)


def check_claim(claim: Claim, effort: str = "quick", seed: int = 0, fresh: bool = False) -> dict[str, Any]:
    """Check a claim with its partners and its resolution; write and return the evidence record.

    A stored record with the same fingerprint is returned as it is (``"reused": True``) unless ``fresh``.
    """
    fingerprint = store.claim_fingerprint(claim.id, effort, seed)
    if not fresh:
        record = store.read_record(claim.id, effort)
        if record is not None and record.get("fingerprint") == fingerprint:
            return {**record, "reused": True}
    check = catalogue.checks(claim.paper)[claim.id]
    start = time.perf_counter()
    tries = Effort(effort, seed)
    judgement, findings, _ = run_check(claim, check, claim.subject, tries)
    refutations = [try_refutation(claim, check, partner, tries) for partner in claim.refutations]
    holds_up_to = rejected_from = None
    if judgement.verdict is Verdict.HOLDS:
        holds_up_to, rejected_from = resolution(claim, check, tries, judgement)
    record = {
        "version": RECORD_VERSION,
        "claim": claim.id,
        "paper": claim.paper,
        "kind": str(claim.kind),
        "expects": str(claim.expects),
        "verdict": str(judgement.verdict),
        "strength": str(judgement.strength) if judgement.strength else None,
        "coverage": str(judgement.coverage) if judgement.coverage else None,
        "scope": judgement.scope,
        "holds_up_to": holds_up_to,
        "rejected_from": rejected_from,
        "witness": witness_of(judgement, findings),
        "seed": seed,
        "seconds": round(time.perf_counter() - start, 3),
        "effort": effort,
        "fingerprint": fingerprint,
        "reason": judgement.reason,
        "findings": [finding.as_json() for finding in findings],
        "refutations": refutations,
        "rests_on": sorted({*claim.rests_on, *(name for item in findings for name in item.rests_on)}),
        "environment": store.environment(),
    }
    store.write_record(record, effort)
    return {**record, "reused": False}


def as_expected(record: Mapping[str, Any]) -> bool | None:
    """True as expected, False a contradiction, None undecided (an open claim may stay undecided)."""
    if any(not partner["rejected"] and partner["verdict"] == Verdict.HOLDS for partner in record["refutations"]):
        return False
    if record["expects"] == Expects.OPEN:
        return record["verdict"] != Verdict.VIOLATED
    if record["verdict"] == Verdict.INCONCLUSIVE:
        return None
    if record["verdict"] != record["expects"]:
        return False
    return True if all(partner["rejected"] for partner in record["refutations"]) else None


def exit_status(records: Sequence[Mapping[str, Any]]) -> int:
    """0: all as expected, every partner rejected by a confirmed witness; 1: contradiction; 3: undecided."""
    outcomes = [as_expected(record) for record in records]
    if False in outcomes:
        return 1
    return 3 if None in outcomes else 0
