"""All pages of the report as strings, from plain data: no files, no clock, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from plumbline.evidence import Strength
from plumbline.nouns import Constant, Lemma, Paper
from plumbline.report import front
from plumbline.report.assumptions import assumptions_html
from plumbline.report.constants import constants_html
from plumbline.report.papers import paper_html
from plumbline.report.tables import filter_box
from plumbline.report.tally import ClaimEntry, FigureEntry, tally

STRENGTH_MEANS = {
    Strength.FORMAL: "a proof object accepted by an independent proof kernel",
    Strength.SYMBOLIC: "exact derivation: rational identities, Sturm sequences, sums of squares, induction",
    Strength.CERTIFIED: "rigorous numerics: ball arithmetic, exact enumeration, a dual bound checked exactly",
    Strength.SEARCHED: "an optimiser tried to break it and failed; its effort is on record",
    Strength.STATISTICAL: "Monte Carlo or a fitted exponent, with stated confidence and power",
}
FRONT = "index.html"


def render(
    papers: Sequence[Paper],
    claims: Sequence[ClaimEntry],
    figures: Sequence[FigureEntry] = (),
    *,
    size: str = "quick",
    lemmas: Sequence[Lemma] = (),
    constants: Sequence[Constant] = (),
    colophon: str = "",
    audits: Sequence[tuple[Mapping[str, Any], bool]] = (),
) -> dict[str, str]:
    """The report as self-contained HTML documents by file name: the first page and one for each paper.

    Of the lemmas, those that evidence rests on are listed. ``audits`` are stored audits (:mod:`plumbline.audit`),
    each with whether it is stale.
    """
    homes = {entry.claim.id: f"{entry.claim.paper}.html" for entry in claims}
    addresses = {name: f"{home}#{name}" for name, home in homes.items()}
    counts = tally(claims)
    pages = {
        FRONT: _document(
            "Plumbline",
            title=f"Plumbline: {size} report",
            masthead=f'<h1>Plumbline</h1>\n<p class="lede">{_LEDE}</p>\n'
            f'<p class="headline">{front.headline(counts, len(papers))}</p>\n'
            f"{front.strengths(counts)}\n{front.remainder(counts)}",
            main="\n".join(
                [
                    front.failures(claims, addresses),
                    '<section class="contents" aria-label="Contents"><h2>Claims</h2>',
                    filter_box(counts),
                    front.contents(papers, claims, addresses),
                    "</section>",
                    constants_html(constants, addresses),
                    assumptions_html(claims, addresses),
                    _legend(),
                ]
            ),
            colophon=colophon or f"Size: {size}.",
        )
    }
    for paper in papers:
        mine = [entry for entry in claims if entry.claim.paper == paper.name]
        here = {name: f"#{name}" if home == f"{paper.name}.html" else f"{home}#{name}" for name, home in homes.items()}
        drawn = [figure for figure in figures if figure.paper == paper.name]
        audited = [item for item in audits if item[0]["paper"] == paper.name]
        pages[f"{paper.name}.html"] = _document(
            paper.name,
            title=f"{paper.title} - Plumbline, {size} report",
            masthead=f'<p class="sans"><a href="{FRONT}">Plumbline</a>: all papers</p>',
            main=paper_html(paper, mine, drawn, here, lemmas, audited, f"results/{size}/evidence"),
            colophon=colophon or f"Size: {size}.",
        )
    return pages


_LEDE = (
    "The claims of theoretical machine-learning papers, held to the line: each is stated exactly, then "
    "proved, certified, attacked or simulated, and its standing says how far."
)


def _document(name: str, *, title: str, masthead: str, main: str, colophon: str) -> str:
    room = files("plumbline.report")
    return Template((room / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(title),
        style=(room / "style.css").read_text(encoding="utf-8").rstrip(),
        script=(room / "filter.js").read_text(encoding="utf-8").rstrip(),
        kind="front" if name == "Plumbline" else "of-paper",
        masthead=masthead,
        main=main,
        colophon=escape(colophon),
    )


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
