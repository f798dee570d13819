"""The report's table of audits: what became of the mutants of each claim's formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from plumbline import audit

HEADS = {
    "mutants": "Mutants",
    "killed": "Killed",
    "survived": "Survived",
    "undecided": "Undecided",
    "looser": "Rightly accepted (looser)",
    "equivalent": "Equivalent",
    "stillborn": "Stillborn",
}
NOTE = (
    "Every number and exponent of every claimed formula is changed by one per cent, every sign flipped, and the "
    "claim’s own check run on the result. Killed: rejected with a witness. Looser: not rejected, and an engine proves "
    "that it states less. Survived: not rejected, though it states more somewhere; undecided: not compared either. "
    "The rate is killed of killed, survived and undecided."
)


def audits_html(records: Sequence[tuple[Mapping[str, Any], bool]]) -> str:
    """A section with one table over all papers; ``records`` are stored audits, each with whether it is stale."""
    head = f'<section id="audit"><h2>Audit of the checks</h2><p class="quiet">{NOTE}</p>'
    if not records:
        return f"{head}<p>No audit was run at this size; <code>plumbline audit</code> runs one.</p></section>"
    items = [item for record, _ in records for item in record["claims"]]
    counted = [item for item in items if item["counted"]]
    overall = audit.rate(counted)
    total = "no mutant states more" if overall is None else f"{overall:.1%} of the mutants that state more are killed"
    whole = f"{len(counted)} {'claim holds on the whole of its' if len(counted) == 1 else 'claims hold on their whole'}"
    lines = [head, f"<p><b>{whole} domain: {total}.</b></p>"]
    old = [escape(record["paper"]) for record, stale in records if stale]
    if old:
        lines.append(f"<p>Stale, sources changed since: {', '.join(old)}.</p>")
    kept = [f"<code>benchmarks/{escape(record['committed'])}</code>" for record, _ in records if "committed" in record]
    if kept:
        lines.append(f"<p>Not run at this size here; the committed table is shown: {', '.join(kept)}.</p>")
    columns = "".join(f'<th scope="col">{text}</th>' for text in ("Claim", *HEADS.values(), "Rate"))
    rows = "\n".join(_row(item) for item in items)
    lines.append(f"<table><thead><tr>{columns}</tr></thead><tbody>\n{rows}\n</tbody></table>")
    lines += [_survivors(items), "</section>"]
    return "\n".join(lines)


def _row(item: Mapping[str, Any]) -> str:
    claim = escape(item["claim"])
    cells = [f'<td><a href="#{claim}">{claim}</a></td>']
    cells += [f'<td class="number" data-label="{name}">{item[name]}</td>' for name in HEADS]
    if item["verdict"] != "holds":
        rate = f"not audited: {item['verdict'] or 'not judged'}"
    else:
        rate = "–" if item["rate"] is None else f"{item['rate']:.1%}"
        rate += "" if item["counted"] else f" (not counted: {item['coverage']})"
    return f'<tr>{"".join(cells)}<td class="number" data-label="rate">{escape(rate)}</td></tr>'


def _survivors(items: Iterable[Mapping[str, Any]]) -> str:
    """Every mutant that should have been rejected and was not."""
    found = [
        f"<li><code>{escape(item['claim'])}</code>, <code>{escape(mutant['role'])}</code>, {escape(mutant['outcome'])}"
        f"{' though accepted on the whole domain' if mutant['accepted'] else ''}: "
        f"<code>{escape(mutant['change'])}</code></li>"
        for item in items
        for mutant in item["survivors"]
    ]
    if not found:
        return ""
    noun = "mutant" if len(found) == 1 else "mutants"
    body = f"<div><ul>{''.join(found)}</ul></div>"
    return f"<details><summary>{len(found)} {noun} not rejected</summary>{body}</details>"
