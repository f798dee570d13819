"""The first page: what was claimed, how it stands, what fails, and every claim with the way to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from plumbline.evidence import Strength
from plumbline.nouns import Claim, Paper
from plumbline.report.mathml import prose
from plumbline.report.tables import Addresses, standings, title_cell
from plumbline.report.tally import FAILURES, STRENGTHS, ClaimEntry, Group, group

SHORT_MEANS = {
    Strength.FORMAL: "proof kernel",
    Strength.SYMBOLIC: "exact derivation",
    Strength.CERTIFIED: "rigorous numerics",
    Strength.SEARCHED: "attacked, not broken",
    Strength.STATISTICAL: "Monte Carlo",
}
OTHER_MEANS = {
    Group.PART: "a sub-domain, instances, or resting on less",
    Group.AS_STATED: "read in the paper, and false",
    Group.AS_RECALLED: "compare with the paper first",
    Group.AS_DERIVED: "our own statement, and false",
    Group.OPEN: "conjectured, not decided",
    Group.INCONCLUSIVE: "tried, nothing shown",
    Group.UNCHECKED: "no evidence on record",
    Group.STALE: "sources changed since",
}


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def headline(counts: Mapping[Group, int], papers: int) -> str:
    total = sum(counts.values())
    whole = sum(counts[name] for name in STRENGTHS)
    failed = sum(counts[name] for name in FAILURES)
    text = f"Of {_plural(total, 'claim')} from {_plural(papers, 'paper')}, "
    text += f"<b>{whole} {'holds on the whole of its' if whole == 1 else 'hold on the whole of their'} domain</b>"
    if failed:
        text += f" and <b>{failed} {'fails' if failed == 1 else 'fail'}</b>, with a witness"
    return text + "."


def strengths(counts: Mapping[Group, int]) -> str:
    bar = "".join(f'<span data-tone="{name}" style="flex:{counts[name]}"></span>' for name in STRENGTHS if counts[name])
    items = "".join(
        f'<li data-tone="{name}"{_zero(counts[name])}><b>{counts[name]}</b><span class="mark">{name}</span>'
        f"<small>{SHORT_MEANS[Strength(name.value)]}</small></li>"
        for name in STRENGTHS
    )
    strip = f'<div class="bar" aria-hidden="true">{bar}</div>' if bar else ""
    label = "Claims that hold on their whole domain, by strength"
    return f'{strip}<ul class="counts" aria-label="{label}">{items}</ul>'


def _zero(number: int) -> str:
    return "" if number else ' class="zero"'


def remainder(counts: Mapping[Group, int]) -> str:
    items = "".join(
        f'<li data-tone="other"{_zero(counts[name])}><b>{counts[name]}</b>'
        f'<span class="mark">{name}</span><small>{text}</small></li>'
        for name, text in OTHER_MEANS.items()
        if counts[name] or name is not Group.AS_DERIVED
    )
    return f'<ul class="counts minor" aria-label="All other claims">{items}</ul>'


def failures(claims: Sequence[ClaimEntry], addresses: Addresses) -> str:
    titles = {
        Group.AS_STATED: ("Violated as stated", "Read in the paper; anyone can evaluate the witness again."),
        Group.AS_RECALLED: ("Fails as recalled", "Compare with the paper before citing."),
        Group.AS_DERIVED: ("Fails as derived", "Statements of this project that turned out false."),
    }
    out = []
    for where, (title, note) in titles.items():
        entries = [entry for entry in claims if group(entry) is where]
        if entries:
            table = _failed(entries, {entry.claim.id: entry.claim for entry in claims}, addresses)
            out.append(f'<section><h2>{title}</h2><p class="quiet">{note}</p>{table}</section>')
    return "\n".join(out)


def _failed(entries: Iterable[ClaimEntry], claims: Mapping[str, Claim], addresses: Addresses) -> str:
    """Failed claims with their statement, what refutes them, and what holds instead."""
    rows = []
    for entry in entries:
        claim, record = entry.claim, entry.record or {}
        by = f'<span class="mark" data-tone="{record.get("strength")}">{record.get("strength")}</span>'
        shown = f"<p>{prose(str(record.get('reason') or 'a witness is on record'))}</p>"
        command = f"<p><code>plumbline witness {escape(claim.id)}</code></p>"
        instead = claims.get(claim.repaired)
        holds = "<td>not known</td>" if instead is None else title_cell(instead, addresses, stated=True)
        rows.append(f"<tr>{title_cell(claim, addresses, stated=True)}<td>{by}{shown}{command}</td>{holds}</tr>")
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Statement", "Witness", "What holds instead"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{''.join(rows)}\n</tbody></table>"


def contents(papers: Sequence[Paper], claims: Sequence[ClaimEntry], addresses: Addresses) -> str:
    parts = []
    for paper in papers:
        entries = [entry for entry in claims if entry.claim.paper == paper.name]
        parts.append(f'<h3><a href="{paper.name}.html">{escape(paper.title)}</a></h3>{standings(entries, addresses)}')
    return "\n".join(parts) or "<p>No paper yet.</p>"
