"""``plumbline show``: everything known of one claim."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from plumbline.cli.arguments import Subcommands, add_size

if TYPE_CHECKING:
    from plumbline.cli.entries import Entry


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "show",
        help="everything known of one claim",
        description="Statement, assumptions, source, formulas, evidence, refutations and figures of a claim.",
    )
    parser.add_argument("claim", metavar="CLAIM", help="claim id")
    add_size(parser)
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue
    from plumbline.cli import entries

    item = entries.stored([catalogue.claim(arguments.claim)], arguments.size)[0]
    sections = (
        _statement(item),
        _formulas(item),
        _evidence(item),
        _refutations(item),
        _figures(item, arguments.size),
    )
    print("\n\n".join(text for text in ("\n".join(section) for section in sections) if text))
    return 0


def _statement(item: Entry) -> Iterator[str]:
    from plumbline.cli.text import paragraph

    claim = item.claim
    yield claim.id
    yield paragraph("", claim.title).strip()
    yield ""
    yield paragraph("statement", claim.statement)
    yield paragraph("kind", f"{claim.kind}, expected: {claim.expects}")
    yield paragraph("domain", claim.domain.describe())
    for assumption in claim.assumptions:
        yield paragraph("assumes", assumption)
    for name, value in claim.constants.items():
        yield paragraph("constant", f"{name} = {value}")
    yield paragraph("source", f"{claim.source} ({claim.provenance})")
    if claim.remark:
        yield paragraph("remark", claim.remark)


def _formulas(item: Entry) -> Iterator[str]:
    """The claimed objects by role, formulas with their expression in LaTeX."""
    from plumbline.cli.text import paragraph

    for role in item.claim.subject:
        value = item.claim.subject[role]
        domain = getattr(value, "domain", None)
        described = getattr(value, "name", None) or getattr(value, "__name__", None) or str(value)
        yield paragraph(role, f"{described} on {domain.describe()}" if domain else str(described))
        if hasattr(value, "latex"):
            yield paragraph("", f"{value.latex_name or role} = {value.latex()}")


def _evidence(item: Entry) -> Iterator[str]:
    from plumbline.cli import entries
    from plumbline.cli.text import paragraph

    yield paragraph("standing", item.standing.label)
    record = item.record
    if record is None:
        yield paragraph("", f"no evidence: run plumbline check {item.claim.id}")
        return
    words = [record["verdict"], record.get("strength"), record.get("coverage")]
    yield paragraph("evidence", ", ".join(str(word) for word in words if word))
    if record.get("scope"):
        yield paragraph("scope", record["scope"])
    if record.get("reason"):
        yield paragraph("reason", record["reason"])
    if record.get("holds_up_to") is not None or record.get("rejected_from") is not None:
        yield paragraph("resolution", f"factor on the constant: {entries.resolution(item)}")
    for finding in record.get("findings", []):
        part = f"[{finding['part']}] " if finding.get("part") else ""
        yield paragraph(
            "finding",
            f"{part}{finding['verdict']} by {finding['engine']} ({finding['strength']}) on "
            f"{finding['scope']}: {finding['statement']}",
        )
    if record.get("witness"):
        yield from _witness(item.claim.id, record["witness"])
    rests = record.get("rests_on") or item.claim.rests_on
    yield paragraph("rests on", ", ".join(rests) or "nothing else")
    environment: Mapping[str, Any] = record.get("environment") or {}
    yield paragraph(
        "made",
        f"{environment.get('written', 'at an unknown time')}, seed {record.get('seed')}, "
        f"effort {record.get('effort')}, {record.get('seconds')} s, "
        f"fingerprint {str(record.get('fingerprint'))[:12]}",
    )


def _witness(claim_id: str, witness: Mapping[str, Any]) -> Iterator[str]:
    from plumbline.cli.text import paragraph

    note = f" ({witness['note']})" if witness.get("note") else ""
    yield paragraph("witness", f"{witness['left']} {witness['relation']} {witness['right']}{note}")
    yield paragraph("", f"plumbline witness {claim_id} prints it as a script")


def _refutations(item: Entry) -> Iterator[str]:
    from plumbline.cli.text import paragraph

    tried = {partner["name"]: partner for partner in (item.record or {}).get("refutations", [])}
    for partner in item.claim.refutations:
        result = tried.get(partner.name)
        outcome = "not tried" if result is None else "rejected" if result["rejected"] else "NOT REJECTED"
        yield paragraph("refutation", f"{partner.name}: {outcome}; must fail because {partner.reason}")


def _figures(item: Entry, size: str) -> Iterator[str]:
    from plumbline import store
    from plumbline.cli.declared import figures_of
    from plumbline.cli.text import paragraph

    for figure in figures_of(item.claim.paper):
        if item.claim.id in figure.claims:
            path = store.figure_path(figure.id, size)
            yield paragraph("figure", f"{figure.id}: {path if path.exists() else 'not drawn'}")
