"""Claims beside their evidence, as rows for people and as the versioned JSON of ``docs/json.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plumbline.nouns import Claim
from plumbline.standing import Known, Standing, rested_on, standing

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


def entry(claim: Claim, record: Mapping[str, Any] | None, *, stale: bool = False, known: Known | None = None) -> Entry:
    return Entry(claim, record, standing(claim, record, stale, known))


def stored(claims: Iterable[Claim], size: str) -> list[Entry]:
    """The claims with their stored evidence at that size and of what they rest on; nothing is run."""
    claims = list(claims)
    known = _known(claims, size)
    return [entry(claim, known[claim.id][0], stale=known[claim.id][1], known=known) for claim in claims]


def together(found: Iterable[Entry], size: str) -> list[Entry]:
    """The same claims, standing no better than what they rest on: found with them, or else stored."""
    found = list(found)
    known = {**_known([item.claim for item in found], size), **{item.claim.id: (item.record, False) for item in found}}
    return [entry(item.claim, item.record, known=known) for item in found]


def _known(claims: Iterable[Claim], size: str) -> Known:
    """The stored records of the claims and of all claims below them."""
    from plumbline import catalogue, store

    declared = {claim.id: claim for claim in catalogue.all_claims()}
    found: dict[str, tuple[Mapping[str, Any] | None, bool]] = {}
    queue = [claim.id for claim in claims]
    while queue:
        name = queue.pop()
        if name in found or name not in declared:
            continue
        record = store.read_record(name, size)
        found[name] = record, record is not None and store.is_stale(record)
        queue += rested_on(declared[name], record)
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
