"""The page of one paper: summary, blueprint, claims with all that they rest on, figures, audit, lemmas."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from plumbline.nouns import Lemma, Paper
from plumbline.report.audits import audits_html
from plumbline.report.blueprint import blueprint_html
from plumbline.report.claims import claim_html
from plumbline.report.mathml import prose
from plumbline.report.tables import Addresses, filter_box, standings
from plumbline.report.tally import ClaimEntry, FigureEntry, tally


def paper_html(
    paper: Paper,
    claims: Sequence[ClaimEntry],
    figures: Sequence[FigureEntry],
    addresses: Addresses,
    lemmas: Sequence[Lemma],
    audits: Sequence[tuple[Mapping[str, Any], bool]],
    evidence: str,
) -> str:
    """The main part of the page; ``addresses`` has the place of every claim of the catalogue as seen from it."""
    used = {name for entry in claims for name in (entry.record or {}).get("rests_on") or ()}
    cited = [lemma for lemma in lemmas if f"lemma:{lemma.name}" in used]
    known = {name: (address, name) for name, address in addresses.items()}
    known |= {f"lemma:{lemma.name}": (f"#lemma:{lemma.name}", lemma.title) for lemma in cited}
    parts = [
        _heading(paper, claims, figures, addresses),
        *(_claim(entry, figures, known, evidence) for entry in claims),
        "</section>",
        _figures(figures),
        audits_html(audits),
        _lemmas(cited),
    ]
    return "\n".join(part for part in parts if part)


def _heading(paper: Paper, claims: Sequence[ClaimEntry], figures: Sequence[FigureEntry], addresses: Addresses) -> str:
    parts = [
        f'<section class="paper" id="{paper.name}"><h1>{prose(paper.title)}</h1>',
        f'<p class="citation">{escape(paper.authors)}. {escape(paper.venue)}.</p>',
        f'<p class="summary">{prose(paper.summary)}</p>',
    ]
    if paper.references:
        items = "".join(f"<li>{prose(text)}</li>" for text in paper.references)
        parts.append(f"<details><summary>References</summary><div><ul>{items}</ul></div></details>")
    if figures:
        links = ", ".join(f'<a href="#{figure.id}">{prose(figure.title)}</a>' for figure in figures)
        parts.append(f'<p class="sans">Drawn in: {links}</p>')
    parts += [blueprint_html(claims, addresses), "<h2>Claims</h2>", filter_box(tally(claims))]
    parts.append(standings(claims, addresses))
    return "\n".join(part for part in parts if part)


def _claim(
    entry: ClaimEntry, figures: Sequence[FigureEntry], known: Mapping[str, tuple[str, str]], evidence: str
) -> str:
    shown = [figure for figure in figures if entry.claim.id in figure.claims]
    article = claim_html(entry, known, evidence)
    if not shown:
        return article
    links = ", ".join(f'<a href="#{figure.id}">{prose(figure.title)}</a>' for figure in shown)
    closing = "</div>\n</article>"
    return article.removesuffix(closing) + f'<p class="sans">Drawn in: {links}</p>\n{closing}'


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
