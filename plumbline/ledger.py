"""The ledger: the standing that every claim is expected to keep, committed as ``ledger.json``.

The ledger is written by ``plumbline ledger`` from evidence and compared with fresh evidence by the tests:
a claim that loses strength or coverage, or whose verdict turns, is a *fall*. Layout::

    {"version": 1, "claims": {id: {"standing", "strength", "coverage", "verdict"}}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from plumbline.errors import PlumblineError
from plumbline.evidence import Coverage, Strength, Verdict
from plumbline.nouns import Claim, Expects
from plumbline.standing import RESTING, standing

VERSION = 1
FIELDS = ("standing", "strength", "coverage", "verdict")

Entry = Mapping[str, str | None]
Entries = Mapping[str, Entry]

_BY_EXTENT = (Coverage.INSTANCES, Coverage.PART, Coverage.WHOLE)


class Direction(StrEnum):
    FALL = "fall"
    RISE = "rise"
    SHIFT = "shift"


@dataclass(frozen=True)
class Change:
    """One field of one claim that is not what the ledger says (``"claim"``: the claim as such)."""

    claim: str
    field: str
    before: str | None
    after: str | None
    direction: Direction

    def __str__(self) -> str:
        return f"{self.direction}: {self.claim}: {self.field} {self.before or 'none'} -> {self.after or 'none'}"


@dataclass(frozen=True)
class Difference:
    """All changes against the ledger. A shift is a change of wording that is neither better nor worse."""

    changes: tuple[Change, ...] = field(default=())

    def _of(self, direction: Direction) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.direction is direction)

    @property
    def falls(self) -> tuple[Change, ...]:
        return self._of(Direction.FALL)

    @property
    def rises(self) -> tuple[Change, ...]:
        return self._of(Direction.RISE)

    @property
    def shifts(self) -> tuple[Change, ...]:
        return self._of(Direction.SHIFT)


def path() -> Path:
    """Where the committed ledger lies."""
    from plumbline import catalogue

    return catalogue.root() / "ledger.json"


def read(file: Path | None = None) -> dict[str, Entry]:
    """The entries of a ledger by claim id; none where the file does not exist yet.

    Raises :class:`PlumblineError` for a file that is no ledger of this version.
    """
    file = file or path()
    if not file.exists():
        return {}
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        version, claims = stored["version"], stored["claims"]
    except (ValueError, KeyError, TypeError) as error:
        raise PlumblineError(f"{file.name} is not a ledger: {error!r}") from error
    if version != VERSION:
        raise PlumblineError(f"{file.name} has version {version!r}; this program reads version {VERSION}")
    for claim_id, stored_entry in claims.items():
        if not isinstance(stored_entry, dict) or set(stored_entry) != set(FIELDS):
            raise PlumblineError(f"{file.name}: the entry of {claim_id} must have exactly {', '.join(FIELDS)}")
    return dict(claims)


def dumps(entries: Entries) -> str:
    """The text of a ledger: sorted by claim, fields in fixed order, one stable layout for diffs."""
    claims = {name: {key: entries[name][key] for key in FIELDS} for name in sorted(entries)}
    return json.dumps({"version": VERSION, "claims": claims}, indent=2, ensure_ascii=False) + "\n"


def write(entries: Entries, file: Path | None = None) -> None:
    """Write the ledger whole or not at all."""
    from plumbline.files import write_text

    write_text(file or path(), dumps(entries))


def entry(record: Mapping[str, Any], claim: Claim | None = None) -> Entry:
    """The ledger's entry for a current evidence record.

    The label is the record's own ``standing`` where it has one (as in ``--json`` output), else it follows
    from the record and the claim (looked up by the record's id where not given).
    """
    label = record.get("standing")
    if label is None:
        from plumbline import catalogue

        label = standing(claim or catalogue.claim(record["claim"]), record, stale=False).label
    return {
        "standing": label,
        "strength": record.get("strength"),
        "coverage": record.get("coverage"),
        "verdict": record["verdict"],
    }


def compare(ledger: Entries, records: Iterable[Mapping[str, Any]]) -> Difference:
    """Changes of the records against the ledger, claim by claim.

    Falls: a claim of the ledger without a record, a weaker strength, a lesser coverage, a verdict that
    turned (unless an open verdict was settled as the claim expects), a claim that rests on less than it says.
    Rises: the opposite, and new claims.
    """
    current = {record["claim"]: record for record in records}
    changes: list[Change] = []
    for claim_id in sorted({*ledger, *current}):
        if claim_id not in current:
            changes.append(Change(claim_id, "claim", ledger[claim_id]["standing"], "missing", Direction.FALL))
        elif claim_id not in ledger:
            after = entry(current[claim_id])["standing"]
            changes.append(Change(claim_id, "claim", None, after, Direction.RISE))
        else:
            changes += _compare_claim(claim_id, ledger[claim_id], current[claim_id])
    return Difference(tuple(changes))


def _compare_claim(claim_id: str, old: Entry, record: Mapping[str, Any]) -> list[Change]:
    new = entry(record)
    changes = []
    if old["verdict"] != new["verdict"]:
        settled = old["verdict"] == Verdict.INCONCLUSIVE and record.get("expects") in (
            new["verdict"],
            Expects.OPEN,
        )
        direction = Direction.RISE if settled else Direction.FALL
        changes.append(Change(claim_id, "verdict", old["verdict"], new["verdict"], direction))
    for name, rank in (("strength", _strength_rank), ("coverage", _coverage_rank)):
        before, after = rank(old[name]), rank(new[name])
        if before != after:
            direction = Direction.RISE if after > before else Direction.FALL
            changes.append(Change(claim_id, name, old[name], new[name], direction))
    was, now = (RESTING in (side["standing"] or "") for side in (old, new))
    if was != now:
        direction = Direction.FALL if now else Direction.RISE
        changes.append(Change(claim_id, "standing", old["standing"], new["standing"], direction))
    if not changes and old["standing"] != new["standing"]:
        changes.append(Change(claim_id, "standing", old["standing"], new["standing"], Direction.SHIFT))
    return changes


def _strength_rank(name: str | None) -> int:
    """Rank of a stored strength, -1 for none; an unknown name is an error, never a low rank."""
    try:
        return -1 if name is None else Strength(name).rank
    except ValueError as error:
        raise PlumblineError(f"unknown strength {name!r}; strengths: {', '.join(Strength)}") from error


def _coverage_rank(name: str | None) -> int:
    try:
        return -1 if name is None else _BY_EXTENT.index(Coverage(name))
    except ValueError as error:
        raise PlumblineError(f"unknown coverage {name!r}; coverages: {', '.join(Coverage)}") from error
