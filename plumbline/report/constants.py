"""The ledger of constants: for each, the best value refuted, the best proved, the published one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plumbline.nouns import Constant, ConstantValue
from plumbline.report.mathml import prose
from plumbline.report.tables import Addresses, plain_table

NOTE = (
    "A value is refuted where a witness shows that the statement fails with it, proved where a claim holds with it "
    "on its whole domain. What lies between the two is open."
)


def constants_html(constants: Sequence[Constant], addresses: Addresses) -> str:
    """One row for each constant, every value linked to the claim that it comes from."""
    if not constants:
        return ""
    rows = [
        [
            f"<td>{prose(constant.title)} <small>{constant.paper}</small></td>",
            _cell("refuted", constant.refuted, addresses),
            _cell("proved", constant.proved, addresses),
            _cell("published", constant.published, addresses),
        ]
        for constant in constants
    ]
    table = plain_table(("Constant", "Best refuted", "Best proved", "Published"), rows)
    return f'<section id="constants"><h2>Constants</h2><p class="quiet">{NOTE}</p>{table}</section>'


def _cell(label: str, value: ConstantValue | None, addresses: Mapping[str, str]) -> str:
    if value is None:
        return "<td></td>"
    shown = prose(value.text)
    if value.claim in addresses:
        shown = f'<a href="{addresses[value.claim]}">{shown}</a>'
    return f'<td class="number" data-label="{label}">{shown}</td>'
