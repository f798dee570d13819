"""The whole page as one string, from plain data: no files, no clock, no network."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from plumbline.evidence import Strength
from plumbline.nouns import Claim, Lemma, Paper
from plumbline.report.audits import audits_html
from plumbline.report.claims import claim_html, filter_attributes, mark
from plumbline.report.mathml import prose
from plumbline.report.tally import (
    FAILURES,
    STRENGTHS,
    ClaimEntry,
    FigureEntry,
    Group,
    group,
    rejected,
    resolution,
    tally,
)

STRENGTH_MEANS = {
    Strength.FORMAL: "a proof object accepted by an independent proof kernel",
    Strength.SYMBOLIC: "exact derivation: rational identities, Sturm sequences, sums of squares, induction",
    Strength.CERTIFIED: "rigorous numerics: ball arithmetic, exact enumeration, a dual bound checked exactly",
    Strength.SEARCHED: "an optimiser tried to break it and failed; its effort is on record",
    Strength.STATISTICAL: "Monte Carlo or a fitted exponent, with stated confidence and power",
}
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


def render(
    papers: Sequence[Paper],
    claims: Sequence[ClaimEntry],
    figures: Sequence[FigureEntry] = (),
    *,
    size: str = "quick",
    lemmas: Sequence[Lemma] = (),
    colophon: str = "",
    audits: Sequence[tuple[Mapping[str, Any], bool]] = (),
) -> str:
    """The report as one self-contained HTML document; of the lemmas, those that evidence rests on are listed.

    ``audits`` are stored audits (:mod:`plumbline.audit`), each with whether it is stale.
    """
    room = files("plumbline.report")
    used = {name for entry in claims for name in (entry.record or {}).get("rests_on") or ()}
    cited = [lemma for lemma in lemmas if f"lemma:{lemma.name}" in used]
    known = {entry.claim.id: entry.claim.id for entry in claims}
    known |= {f"lemma:{lemma.name}": lemma.title for lemma in cited}
    counts = tally(claims)
    return Template((room / "page.html").read_text(encoding="utf-8")).substitute(
        size=escape(size),
        style=(room / "style.css").read_text(encoding="utf-8").rstrip(),
        script=(room / "filter.js").read_text(encoding="utf-8").rstrip(),
        headline=_headline(counts, len(papers)),
        strengths=_strengths(counts),
        remainder=_remainder(counts),
        failures=_failures(claims),
        filter=_filter(counts),
        contents=_contents(papers, claims),
        papers="\n".join(_paper(paper, claims, figures, known, f"results/{size}/evidence") for paper in papers),
        figures=_figures(figures) + audits_html(audits) + _lemmas(cited),
        legend=_legend(),
        colophon=escape(colophon) or f"Size: {escape(size)}.",
    )


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _headline(counts: Mapping[Group, int], papers: int) -> str:
    total = sum(counts.values())
    whole = sum(counts[name] for name in STRENGTHS)
    failed = sum(counts[name] for name in FAILURES)
    text = f"Of {_plural(total, 'claim')} from {_plural(papers, 'paper')}, "
    text += f"<b>{whole} {'holds on the whole of its' if whole == 1 else 'hold on the whole of their'} domain</b>"
    if failed:
        text += f" and <b>{failed} {'fails' if failed == 1 else 'fail'}</b>, with a witness"
    return text + "."


def _strengths(counts: Mapping[Group, int]) -> str:
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


def _remainder(counts: Mapping[Group, int]) -> str:
    items = "".join(
        f'<li data-tone="other"{_zero(counts[name])}><b>{counts[name]}</b>'
        f'<span class="mark">{name}</span><small>{text}</small></li>'
        for name, text in OTHER_MEANS.items()
        if counts[name] or name is not Group.AS_DERIVED
    )
    return f'<ul class="counts minor" aria-label="All other claims">{items}</ul>'


def _title_cell(claim: Claim) -> str:
    return f'<td><a href="#{claim.id}">{prose(claim.title)}</a> <small>{claim.id}</small></td>'


def _row(entry: ClaimEntry) -> str:
    claim, record = entry.claim, entry.record or {}
    holds, fails = resolution(record)
    count, tried = rejected(record)
    cells = [
        _title_cell(claim),
        f"<td>{mark(entry)}</td>",
        f'<td class="number" data-label="holds up to">{holds}</td>' if holds else "<td></td>",
        f'<td class="number" data-label="rejected from">{fails}</td>' if fails else "<td></td>",
        f'<td class="number" data-label="partners rejected">{count} / {tried}</td>' if tried else "<td></td>",
    ]
    return f"<tr {filter_attributes(entry)}>{''.join(cells)}</tr>"


def _table(entries: Iterable[ClaimEntry]) -> str:
    """A table of standings, one row for each claim."""
    head = "".join(
        f'<th scope="col">{text}</th>'
        for text in ("Claim", "Standing", "Holds up to", "Rejected from", "Partners rejected")
    )
    body = "\n".join(_row(entry) for entry in entries)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _failures(claims: Sequence[ClaimEntry]) -> str:
    titles = {
        Group.AS_STATED: ("Violated as stated", "Read in the paper; anyone can evaluate the witness again."),
        Group.AS_RECALLED: ("Fails as recalled", "Compare with the paper before citing."),
        Group.AS_DERIVED: ("Fails as derived", "Statements of this project that turned out false."),
    }
    out = []
    for where, (title, note) in titles.items():
        entries = [entry for entry in claims if group(entry) is where]
        if entries:
            out.append(f'<section><h2>{title}</h2><p class="quiet">{note}</p>{_failed(entries)}</section>')
    return "\n".join(out)


def _failed(entries: Iterable[ClaimEntry]) -> str:
    """Failed claims with what refutes them."""
    rows = []
    for entry in entries:
        record = entry.record or {}
        by = f'<span class="mark" data-tone="{record.get("strength")}">{record.get("strength")}</span>'
        why = prose(str(record.get("reason") or "a witness is on record"))
        rows.append(f"<tr>{_title_cell(entry.claim)}<td>{by}</td><td>{why}</td></tr>")
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Claim", "Refutation", "Why"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{''.join(rows)}\n</tbody></table>"


def _filter(counts: Mapping[Group, int]) -> str:
    options = "".join(f'<option value="{name}">{name} ({number})</option>' for name, number in counts.items() if number)
    return (
        '<form id="filter" hidden role="search"><input type="search" placeholder="Filter claims" '
        'aria-label="Filter claims by text" autocomplete="off">'
        '<select aria-label="Filter claims by standing"><option value="">any standing</option>'
        f"{options}</select>"
        '<button type="reset">Clear</button><output aria-live="polite"></output></form>'
    )


def _contents(papers: Sequence[Paper], claims: Sequence[ClaimEntry]) -> str:
    parts = []
    for paper in papers:
        entries = [entry for entry in claims if entry.claim.paper == paper.name]
        parts.append(f'<p><a href="#{paper.name}">{escape(paper.title)}</a></p>{_table(entries)}')
    return "\n".join(parts) or "<p>No paper yet.</p>"


def _paper(
    paper: Paper, claims: Sequence[ClaimEntry], figures: Sequence[FigureEntry], known: Mapping[str, str], evidence: str
) -> str:
    mine = [entry for entry in claims if entry.claim.paper == paper.name]
    drawn = [figure for figure in figures if figure.paper == paper.name]
    parts = [
        f'<section class="paper" id="{paper.name}"><h2>{prose(paper.title)}</h2>',
        f'<p class="citation">{escape(paper.authors)}. {escape(paper.venue)}.</p>',
        f'<p class="summary">{prose(paper.summary)}</p>',
    ]
    if paper.references:
        items = "".join(f"<li>{prose(text)}</li>" for text in paper.references)
        parts.append(f"<details><summary>References</summary><div><ul>{items}</ul></div></details>")
    if drawn:
        links = ", ".join(f'<a href="#{figure.id}">{prose(figure.title)}</a>' for figure in drawn)
        parts.append(f'<p class="sans">Drawn in: {links}</p>')
    for entry in mine:
        shown = [figure for figure in figures if entry.claim.id in figure.claims]
        article = claim_html(entry, known, evidence)
        if shown:
            links = ", ".join(f'<a href="#{figure.id}">{prose(figure.title)}</a>' for figure in shown)
            closing = "</div>\n</article>"
            article = article.removesuffix(closing) + f'<p class="sans">Drawn in: {links}</p>\n{closing}'
        parts.append(article)
    return "\n".join([*parts, "</section>"])


def _figures(figures: Sequence[FigureEntry]) -> str:
    if not figures:
        return ""
    parts = ['<section id="figures"><h2>Figures</h2>']
    for figure in figures:
        data = base64.b64encode(figure.png).decode("ascii")
        vector = f"<code>{escape(figure.pdf)}</code>"
        if figure.link:
            vector = f'<a href="{escape(figure.link)}">{vector}</a>'
        caption = f"<b>{prose(figure.title)}.</b> {prose(figure.caption)}"
        shown = ", ".join(f'<a href="#{name}">{name}</a>' for name in figure.claims)
        facts = [
            f"Draw again: <code>{escape(figure.command)}</code>",
            f"Vector: {vector}",
        ]
        facts += [f"Claims: {shown}"] if shown else []
        facts += [f"{escape(str(key))}: {escape(str(value))}" for key, value in figure.provenance.items()]
        parts.append(
            f'<figure id="{figure.id}"><img alt="{escape(figure.title)}" src="data:image/png;base64,{data}">'
            f'<figcaption><p>{caption}</p><p class="sans quiet">{"<br>".join(facts)}</p></figcaption>'
            "</figure>"
        )
    return "\n".join([*parts, "</section>"])


def _lemmas(lemmas: Sequence[Lemma]) -> str:
    if not lemmas:
        return ""
    entries = "".join(
        f'<div class="entry" id="lemma:{lemma.name}"><p><b>{escape(lemma.title)}</b></p>'
        f'<p>{prose(lemma.statement)}</p><p class="quiet">{prose(lemma.citation)}</p></div>'
        for lemma in lemmas
    )
    return f'<section id="lemmas"><h2>Classical lemmas</h2>{entries}</section>'


def _legend() -> str:
    rows = [
        (f'<span class="mark" data-tone="{strength}">{strength}</span>', text)
        for strength, text in STRENGTH_MEANS.items()
    ]
    rows += [
        (
            "coverage",
            "whole domain as declared, a part of it, or single instances; only the whole is counted above "
            "(filled dot), the rest names what was covered, as in “certified on n=3” (hollow dot)",
        ),
        (
            "holds up to, rejected from",
            "the claim’s constant times the first factor still passes, times the second "
            "is refuted: close together is a sharp check, far above 1 a loose bound",
        ),
        (
            "wrong partners",
            "altered claims that the same check must reject with a witness, else the check is worth nothing",
        ),
        (
            "provenance",
            "read in the paper, recalled, or derived here; only the first can be “violated as stated”",
        ),
        (
            "inconclusive, stale",
            "nothing was shown, and never rounded up; the sources changed after the check",
        ),
    ]
    cells = "".join(f"<dt>{term}</dt><dd>{text}</dd>" for term, text in rows)
    return f'<section class="legend" id="legend"><h2>How to read a verdict</h2><dl>{cells}</dl></section>'
