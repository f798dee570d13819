"""The assumption matrix: what becomes of a claim when one of its assumptions is dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from plumbline.report.mathml import prose
from plumbline.report.tables import Addresses, plain_table, title_cell
from plumbline.report.tally import ClaimEntry

NOTE = (
    "Each assumption of each claim, and the counterexample that the claim's own check finds without it, evaluated "
    "again from its exact data. Where none is on record, the assumption is not known to be needed."
)


def assumptions_html(claims: Sequence[ClaimEntry], addresses: Addresses) -> str:
    """One row for each pair of claim and assumption."""
    rows = [
        [title_cell(entry.claim, addresses), f"<td>{prose(text)}</td>", _cell(without(entry, text))]
        for entry in claims
        for text in entry.claim.assumptions
    ]
    if not rows:
        return ""
    table = plain_table(("Claim", "Assumption", "Dropped"), rows)
    body = f"<details><summary>{len(rows)} assumptions</summary><div>{table}</div></details>"
    return f'<section id="assumptions"><h2>Assumptions</h2><p class="quiet">{NOTE}</p>{body}</section>'


def without(entry: ClaimEntry, assumption: str) -> Mapping[str, Any] | None:
    """The rejected wrong partner that drops this assumption, if there is one on record."""
    dropping = {partner.name for partner in entry.claim.refutations if partner.drops == assumption}
    for partner in (entry.record or {}).get("refutations") or ():
        if partner["name"] in dropping and partner.get("rejected"):
            return dict(partner)
    return None


def _cell(partner: Mapping[str, Any] | None) -> str:
    if partner is None:
        return '<td class="quiet">not known to be needed</td>'
    witness = partner["witness"]
    sides = f"{str(witness['left'])[:24]} {witness['relation']} {str(witness['right'])[:24]}"
    return f"<td>fails: {prose(str(partner['name']))} <small>{escape(sides)}</small></td>"
