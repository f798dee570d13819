"""Tables of claims and the box that filters them, on every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from plumbline.nouns import Claim
from plumbline.report.claims import filter_attributes, mark
from plumbline.report.mathml import prose
from plumbline.report.tally import ClaimEntry, Group, rejected, resolution

Addresses = Mapping[str, str]
"""Where each claim and lemma is shown, as seen from the page being written."""


def title_cell(claim: Claim, addresses: Addresses, *, stated: bool = False) -> str:
    """The claim's title with the way to it, and its statement where wanted."""
    statement = f"<p>{prose(claim.statement)}</p>" if stated else ""
    return f'<td><a href="{addresses[claim.id]}">{prose(claim.title)}</a> <small>{claim.id}</small>{statement}</td>'


def _row(entry: ClaimEntry, addresses: Addresses) -> str:
    claim, record = entry.claim, entry.record or {}
    holds, fails = resolution(record)
    count, tried = rejected(record)
    cells = [
        title_cell(claim, addresses),
        f"<td>{mark(entry)}</td>",
        f'<td class="number" data-label="holds up to">{holds}</td>' if holds else "<td></td>",
        f'<td class="number" data-label="rejected from">{fails}</td>' if fails else "<td></td>",
        f'<td class="number" data-label="partners rejected">{count} / {tried}</td>' if tried else "<td></td>",
    ]
    return f"<tr {filter_attributes(entry)}>{''.join(cells)}</tr>"


def standings(entries: Iterable[ClaimEntry], addresses: Addresses) -> str:
    """A table of standings, one row for each claim."""
    head = "".join(
        f'<th scope="col">{text}</th>'
        for text in ("Claim", "Standing", "Holds up to", "Rejected from", "Partners rejected")
    )
    body = "\n".join(_row(entry, addresses) for entry in entries)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def plain_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, sort: str = "") -> str:
    """A table of ready cells; ``sort`` is a class of the table."""
    top = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    name = f' class="{sort}"' if sort else ""
    return f"<table{name}><thead><tr>{top}</tr></thead><tbody>\n{body}\n</tbody></table>"


def filter_box(counts: Mapping[Group, int]) -> str:
    options = "".join(f'<option value="{name}">{name} ({number})</option>' for name, number in counts.items() if number)
    return (
        '<form id="filter" hidden role="search"><input type="search" placeholder="Filter claims" '
        'aria-label="Filter claims by text" autocomplete="off">'
        '<select aria-label="Filter claims by standing"><option value="">any standing</option>'
        f"{options}</select>"
        '<button type="reset">Clear</button><output aria-live="polite"></output></form>'
    )
