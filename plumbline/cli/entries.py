"""Claims beside their evidence, as rows for people and as the versioned JSON of ``docs/json.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plumbline.nouns import Claim
from plumbline.standing import Standing, standing

JSON_VERSION = 1

RECORD_KEYS = (
    "verdict",
    "strength",
    "coverage",
    "scope",
    "holds_up_to",
    "rejected_from",
    "witness",
    "seed",
    "seconds",
    "fingerprint",
    "effort",
    "reason",
)


@dataclass(frozen=True)
class Entry:
    """A claim, its evidence record if it has one, and what is printed of it."""

    claim: Claim
    record: Mapping[str, Any] | None
    standing: Standing


def entry(claim: Claim, record: Mapping[str, Any] | None, *, stale: bool = False) -> Entry:
    return Entry(claim, record, standing(claim, record, stale))


def stored(claims: Iterable[Claim], size: str) -> list[Entry]:
    """The claims with their stored evidence at that size; nothing is run."""
    from plumbline import store

    found = []
    for claim in claims:
        record = store.read_record(claim.id, size)
        found.append(entry(claim, record, stale=record is not None and store.is_stale(record)))
    return found


def as_json(entries: Iterable[Entry]) -> dict[str, Any]:
    """The documented JSON object: ``{"version": 1, "claims": [...]}``."""
    return {"version": JSON_VERSION, "claims": [_claim_json(item) for item in entries]}


def _claim_json(item: Entry) -> dict[str, Any]:
    record = item.record or {}
    return {
        "claim": item.claim.id,
        "title": item.claim.title,
        "kind": str(item.claim.kind),
        "provenance": str(item.claim.provenance),
        "expects": str(item.claim.expects),
        "standing": item.standing.label,
        **{key: record.get(key) for key in RECORD_KEYS},
        "rests_on": list(record.get("rests_on", item.claim.rests_on)),
        "refutations": [
            {key: partner.get(key) for key in ("name", "rejected", "witness", "reason")}
            for partner in record.get("refutations", [])
        ],
    }


def rejected(item: Entry) -> str:
    """``3/3``: wrong partners rejected, of those declared."""
    done = sum(bool(partner.get("rejected")) for partner in (item.record or {}).get("refutations", []))
    return f"{done}/{len(item.claim.refutations)}"


def resolution(item: Entry) -> str:
    """``1 .. 1.01``: the factor up to which the claim's constant holds, and from which it is rejected."""
    record = item.record or {}
    holds, fails = record.get("holds_up_to"), record.get("rejected_from")
    if holds is None and fails is None:
        return "-"
    return f"{_factor(holds)} .. {_factor(fails)}"


def _factor(value: Any) -> str:
    return "?" if value is None else f"{float(value):.8g}"
