"""From findings to a verdict, and from a stored record to the standing that is printed.

The verdict, strength, coverage and scope of a claim follow from its findings by rule; no check
states them itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plumbline.errors import PlumblineError
from plumbline.evidence import Coverage, Finding, Strength, Verdict, coverage_of
from plumbline.nouns import Claim, Expects, Provenance, is_claim_id

_ORDER = [Coverage.INSTANCES, Coverage.PART, Coverage.WHOLE]


@dataclass(frozen=True)
class Judgement:
    """What the findings say of a claim together."""

    verdict: Verdict
    strength: Strength | None
    coverage: Coverage | None
    scope: str
    reason: str
    decisive: tuple[Finding, ...]


def _judge_part(claim: Claim, findings: Sequence[Finding]) -> Judgement:
    """The strongest rung at which the claim's whole domain is covered; else the strongest partial one."""
    holding = [finding for finding in findings if finding.verdict is Verdict.HOLDS]
    if not holding:
        reason = "; ".join(finding.reason for finding in findings if finding.reason) or "nothing established"
        return Judgement(Verdict.INCONCLUSIVE, None, None, "", reason, ())
    levels = sorted({finding.strength for finding in holding}, key=lambda level: -level.rank)
    for level in levels:
        used = [finding for finding in holding if finding.strength.rank >= level.rank]
        if coverage_of(claim.domain, [finding.scope for finding in used]) is Coverage.WHOLE:
            return Judgement(Verdict.HOLDS, level, Coverage.WHOLE, claim.domain.describe(), "", tuple(used))
    used = [finding for finding in holding if finding.strength is levels[0]]
    scope = "; ".join(dict.fromkeys(finding.scope.describe() for finding in used))
    coverage = coverage_of(claim.domain, [finding.scope for finding in used])
    return Judgement(Verdict.HOLDS, levels[0], coverage, scope, "", tuple(used))


def judge(claim: Claim, findings: Sequence[Finding]) -> Judgement:
    """The verdict on a claim: a witness settles it; otherwise it stands as well as its weakest part."""
    for finding in findings:
        if finding.part not in claim.parts:
            raise PlumblineError(f"{claim.id}: finding for unknown part {finding.part!r}; parts: {claim.parts}")
    broken = [finding for finding in findings if finding.verdict is Verdict.VIOLATED]
    if broken:
        first = max(broken, key=lambda finding: finding.strength.rank)
        return Judgement(Verdict.VIOLATED, first.strength, Coverage.WHOLE, "one witness", first.reason, (first,))
    parts = [
        (name, _judge_part(claim, [finding for finding in findings if finding.part == name])) for name in claim.parts
    ]
    open_parts = [(name, part) for name, part in parts if part.verdict is Verdict.INCONCLUSIVE]
    if open_parts:
        reason = "; ".join(f"{name}: {part.reason}" if name else part.reason for name, part in open_parts)
        return Judgement(Verdict.INCONCLUSIVE, None, None, "", reason, ())
    decisive = tuple(finding for _, part in parts for finding in part.decisive)
    coverage = min((part.coverage or Coverage.INSTANCES for _, part in parts), key=_ORDER.index)
    strength = min((part.strength for _, part in parts if part.strength), key=lambda level: level.rank)
    weakest = [part for _, part in parts if (part.coverage or Coverage.INSTANCES) is coverage]
    scope = "; ".join(dict.fromkeys(part.scope for part in weakest))
    return Judgement(Verdict.HOLDS, strength, coverage, scope, "", decisive)


@dataclass(frozen=True)
class Standing:
    """What is printed of a claim: a label, and whether it counts in the headline numbers."""

    label: str
    whole: bool
    strength: str | None


def shorten(scope: str, length: int = 60) -> str:
    """A scope for one line of print: its first pieces, and how many more there are."""
    pieces = scope.split("; ")
    shown = pieces[0] if len(pieces[0]) <= length else pieces[0][: length - 3] + "..."
    return shown if len(pieces) == 1 else f"{shown} and {len(pieces) - 1} more"


RESTING = ", resting on "
Known = Mapping[str, tuple[Mapping[str, Any] | None, bool]]
"""Evidence records by claim id (``None``: unchecked), each with whether it is stale."""


def standing(
    claim: Claim, record: Mapping[str, Any] | None, stale: bool = False, known: Known | None = None
) -> Standing:
    """The standing of a claim by its record: ``unchecked`` without one, ``stale`` where sources moved.

    Where the records of the claims that it rests on are ``known``, a claim that holds stands no better than they
    do: one that is missing, stale, weaker, not whole or does not hold is named, and the claim is not whole.
    """
    own = _own_standing(claim, record, stale)
    if known is None or record is None or stale or record["verdict"] != Verdict.HOLDS:
        return own
    weak = _weak_foundation(claim, record, known)
    return Standing(f"{own.label}{RESTING}{weak}", False, own.strength) if weak else own


def rested_on(claim: Claim, record: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Ids of the claims that a claim rests on, by its declaration and by its record; lemmas are left out."""
    names = dict.fromkeys([*claim.rests_on, *((record or {}).get("rests_on") or ())])
    return tuple(name for name in names if is_claim_id(name))


def _weak_foundation(claim: Claim, record: Mapping[str, Any], known: Known) -> str:
    """The first claim below this one, directly or not, that holds it up no better than in part; ``""`` if none."""
    queue, seen = list(rested_on(claim, record)), set[str]()
    while queue:
        name = queue.pop(0)
        if name == claim.id:
            return f"{name} (itself)"
        if name in seen:
            continue
        seen.add(name)
        below, stale = known.get(name, (None, False))
        word = _weakness(below, stale, Strength(record["strength"]))
        if word or below is None:
            return f"{name} ({word})"
        queue += [other for other in below.get("rests_on") or () if is_claim_id(other)]
    return ""


def _weakness(record: Mapping[str, Any] | None, stale: bool, wanted: Strength) -> str:
    """Why a record does not hold up a claim of the wanted strength; empty if it does."""
    if record is None:
        return "unchecked"
    if stale:
        return "stale"
    if record["verdict"] != Verdict.HOLDS:
        return str(record["verdict"])
    if record["coverage"] != Coverage.WHOLE:
        return f"{record['strength']} on {record['scope']}"
    return "" if Strength(record["strength"]).rank >= wanted.rank else str(record["strength"])


def _own_standing(claim: Claim, record: Mapping[str, Any] | None, stale: bool) -> Standing:
    if record is None:
        return Standing("unchecked", False, None)
    if stale:
        return Standing("stale", False, None)
    verdict, strength, coverage = record["verdict"], record["strength"], record["coverage"]
    if verdict == Verdict.INCONCLUSIVE:
        return Standing("open" if claim.expects is Expects.OPEN else "inconclusive", False, None)
    if verdict == Verdict.VIOLATED:
        if claim.provenance is Provenance.SOURCE:
            return Standing("violated as stated", True, strength)
        if claim.provenance is Provenance.RECALLED:
            return Standing("fails as recalled", True, strength)
        return Standing("violated", True, strength)
    if coverage == Coverage.WHOLE:
        return Standing(str(strength), True, strength)
    return Standing(f"{strength} on {shorten(record['scope'])}", False, strength)
