"""Collects claims, evidence and figures of one size and writes the report."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from plumbline import audit, catalogue, store
from plumbline.errors import PlumblineError
from plumbline.files import write_together
from plumbline.nouns import Claim, Lemma
from plumbline.report.page import FRONT, render
from plumbline.report.tally import ClaimEntry, FigureEntry


def build_report(size: str = "quick", destination: Path | None = None, *, results: Path | str | None = None) -> Path:
    """Write the report of one size: the first page, whose path is returned, and a page for each paper beside it.

    Each page is one self-contained HTML file. The first page's default place is
    ``<results>/<size>/report/index.html``. Nothing is computed: what has no evidence is shown as unchecked, what has
    no drawing is left out. InputError for an unknown size or a destination that cannot be written.
    """
    target = destination or store.report_path(size, results)
    papers = [catalogue.paper(name) for name in catalogue.paper_names()]
    claims = claim_entries(size, results)
    figures = [
        entry for paper in papers for entry in figure_entries(paper.name, size, results, target.absolute().parent)
    ]
    colophon = _colophon(size, [entry.record for entry in claims if entry.record])
    audits = audit_records([paper.name for paper in papers], size, results)
    constants = [constant for paper in papers for constant in catalogue.constants(paper.name)]
    pages = render(
        papers,
        claims,
        figures,
        size=size,
        lemmas=lemmas(),
        constants=constants,
        colophon=colophon,
        audits=audits,
    )
    write_together({target.parent / (target.name if name == FRONT else name): text for name, text in pages.items()})
    return target


def audit_records(
    papers: Iterable[str], size: str, results: Path | str | None = None
) -> list[tuple[Mapping[str, Any], bool]]:
    """The stored audits of the papers, each with whether it is stale; else the table committed in ``benchmarks``."""
    found: list[tuple[Mapping[str, Any], bool]] = []
    for paper in papers:
        record = audit.read(paper, size, results)
        if record is not None:
            found.append((record, audit.is_stale(record)))
        elif (committed := catalogue.root() / "benchmarks" / f"audit_{paper}.json").exists():
            table = json.loads(committed.read_text(encoding="utf-8"))
            found.append(({"paper": paper, "claims": table["claims"], "committed": committed.name}, False))
    return found


def claim_entries(size: str, results: Path | str | None = None) -> list[ClaimEntry]:
    """Every claim of the catalogue beside its evidence of that size."""
    claims = catalogue.all_claims()
    records = {claim.id: store.read_record(claim.id, size, results) for claim in claims}
    known = {name: (record, record is not None and store.is_stale(record, size)) for name, record in records.items()}
    return [ClaimEntry(claim, *known[claim.id], closed_forms(claim), known) for claim in claims]


def lemmas() -> list[Lemma]:
    """The shared library of named classical results; a check that cites another one is not believed."""
    return list(catalogue.lemmas().values())


def closed_forms(claim: Claim) -> dict[str, str]:
    """LaTeX ``name = expression`` of the formulas that the claim is about, by role."""
    return {role: f"{item.latex_name} = {item.latex()}" for role, item in claim.subject.formulas.items()}


def figure_entries(
    paper: str, size: str, results: Path | str | None = None, page: Path | None = None
) -> list[FigureEntry]:
    """The figures of a paper that have been drawn at that size, linked from a page in the folder ``page``."""
    page = page or store.report_path(size, results).parent
    folder = store.folder(size, "figures", results) / paper
    return [
        _figure_entry(path, size, page) for path in sorted(folder.glob("*.json")) if path.with_suffix(".png").exists()
    ]


def _figure_entry(path: Path, size: str, page: Path) -> FigureEntry:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        figure, title, caption = facts["figure"], facts["title"], facts["caption"]
    except (ValueError, KeyError, TypeError) as error:
        raise PlumblineError(f"{path} does not describe a figure: {error!r}") from error
    pdf = path.with_suffix(".pdf")
    shown = str(pdf.relative_to(catalogue.root()) if pdf.is_relative_to(catalogue.root()) else pdf)
    config = "" if size == "quick" else f" --config size={size}"
    wanted = ("fingerprint", "seed", "commit", "written")
    return FigureEntry(
        id=figure,
        title=title,
        caption=caption,
        png=path.with_suffix(".png").read_bytes(),
        pdf=shown,
        command=f"snakemake --cores all --force {shown}{config}",
        link=os.path.relpath(pdf, page),
        claims=tuple(facts.get("claims") or ()),
        provenance={key: facts[key] for key in wanted if facts.get(key) is not None},
    )


def _colophon(size: str, records: Iterable[Mapping[str, Any]]) -> str:
    environments = [record.get("environment") or {} for record in records]
    commits = sorted({str(item["commit"])[:12] for item in environments if item.get("commit")})
    parts = [f"Size {size}", f"plumbline {version('plumbline')}"]
    parts += [f"evidence from commit {', '.join(commits)}"] if commits else []
    parts.append(f"written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    return " · ".join(parts)
