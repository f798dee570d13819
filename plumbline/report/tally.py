"""What a report knows of each claim, and how the claims are counted.

Every claim falls into exactly one :class:`Group`, so the counts of a page add up to its claims. The strengths
count only claims that hold on the whole of their declared domain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from plumbline.evidence import Strength, Verdict
from plumbline.nouns import Claim, Expects
from plumbline.standing import Known, standing


@dataclass(frozen=True)
class ClaimEntry:
    """A claim beside its evidence record (``None``: never checked) and the LaTeX of its formulas by role.

    ``known`` holds the records of all claims, for what the claim rests on; ``None`` leaves that out.
    """

    claim: Claim
    record: Mapping[str, Any] | None = None
    stale: bool = False
    closed_forms: Mapping[str, str] = field(default_factory=dict)
    known: Known | None = None


@dataclass(frozen=True)
class FigureEntry:
    """A drawn figure: its picture, where the vector version lies, and the command that redraws it.

    ``link`` is the address of the vector version as seen from the page; without it only ``pdf`` is named.
    """

    id: str
    title: str
    caption: str
    png: bytes
    pdf: str
    command: str
    link: str = ""
    claims: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def paper(self) -> str:
        return self.id.split(".", 1)[0]


class Group(StrEnum):
    FORMAL = "formal"
    SYMBOLIC = "symbolic"
    CERTIFIED = "certified"
    SEARCHED = "searched"
    STATISTICAL = "statistical"
    PART = "in part"
    AS_STATED = "violated as stated"
    AS_RECALLED = "fails as recalled"
    AS_DERIVED = "fails as derived"
    OPEN = "open"
    INCONCLUSIVE = "inconclusive"
    UNCHECKED = "unchecked"
    STALE = "stale"


STRENGTHS = tuple(Group(strength.value) for strength in Strength)
FAILURES = (Group.AS_STATED, Group.AS_RECALLED, Group.AS_DERIVED)


def group(entry: ClaimEntry) -> Group:
    """Where the claim is counted: by its standing, and in part where that does not speak of the whole."""
    found = standing(entry.claim, entry.record, entry.stale, entry.known)
    if found.label == "violated":
        return Group.AS_DERIVED
    try:
        return Group(found.label)
    except ValueError:
        return Group.PART


def words(entry: ClaimEntry) -> str:
    """The standing as it is printed; a stale one says what it was."""
    if entry.record is not None and entry.stale:
        return f"stale (was: {standing(entry.claim, entry.record).label})"
    label = standing(entry.claim, entry.record, known=entry.known).label
    return Group.AS_DERIVED.value if label == "violated" else label


def tally(entries: Iterable[ClaimEntry]) -> dict[Group, int]:
    """Number of claims in each group, zeros included; the sum is the number of claims."""
    counts = Counter(group(entry) for entry in entries)
    return {name: counts[name] for name in Group}


def as_expected(entry: ClaimEntry) -> bool | None:
    """Whether the verdict is the expected one; ``None`` where nothing is known or nothing expected."""
    if entry.record is None or entry.stale or entry.claim.expects is Expects.OPEN:
        return None
    if entry.record["verdict"] == Verdict.INCONCLUSIVE:
        return None
    return bool(entry.record["verdict"] == str(entry.claim.expects))


def rejected(record: Mapping[str, Any]) -> tuple[int, int]:
    """How many wrong partners were rejected, out of how many tried."""
    partners = record.get("refutations") or []
    return sum(bool(partner.get("rejected")) for partner in partners), len(partners)


def exact(value: Any) -> Fraction | None:
    """The factor as an exact number, ``None`` where there is none (or it is no number)."""
    try:
        return None if value is None or isinstance(value, bool) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None


def resolution(record: Mapping[str, Any]) -> tuple[str, str]:
    """``holds_up_to`` and ``rejected_from`` as factors ``×1.2``, rounded apart; ``""`` where absent."""
    holds, fails = exact(record.get("holds_up_to")), exact(record.get("rejected_from"))
    upward = holds is None or fails is None or holds <= fails
    return _decimal(holds, up=not upward), _decimal(fails, up=upward)


def _decimal(value: Fraction | None, *, up: bool, places: int = 6) -> str:
    if value is None:
        return ""
    scaled = value * 10**places
    rounded = scaled.__ceil__() if up else scaled.__floor__()
    sign, digits = ("−" if rounded < 0 else ""), str(abs(rounded)).rjust(places + 1, "0")
    return f"×{sign}" + f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
