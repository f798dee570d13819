"""``plumbline ledger``: the expected standing of every claim."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from plumbline.cli.arguments import Subcommands, add_size

if TYPE_CHECKING:
    from plumbline.cli.entries import Entry

EPILOG = """\
The ledger follows current evidence only: a claim that is unchecked or stale keeps its old entry, and the last
line says so; exit status 1 if a declared claim has no entry at all, else 0.
With --check nothing is written; exit status 1 if a claim fell (weaker strength, lesser coverage, a verdict
that turned, or no current evidence), else 0."""

NAMED = 3  # so many claims without current evidence are named; of more, their number is said


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "ledger",
        help="update ledger.json and show the difference",
        description="Write the standing of every claim to ledger.json and show what changed.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_size(parser)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue, ledger
    from plumbline.cli import entries
    from plumbline.cli.text import coloured

    old = ledger.read()
    found = entries.stored(catalogue.all_claims(), arguments.size)
    current = {
        item.claim.id: {**item.record, "standing": item.standing.label}
        for item in found
        if item.record is not None and item.standing.label != "stale"
    }
    blind = [item for item in found if item.claim.id not in current]
    for line in _notes(blind):
        print(f"plumbline: note: {line}", file=sys.stderr)
    kept = set() if arguments.check else {item.claim.id for item in blind}
    difference = ledger.compare({name: old[name] for name in old if name not in kept}, current.values())
    colours = {"fall": "bad", "rise": "good", "shift": "unsure"}
    for change in difference.changes:
        print(coloured(str(change), colours[change.direction], sys.stdout))
    if not difference.changes:
        print("ledger.json agrees with the evidence")
    if arguments.check:
        return 1 if difference.falls else 0
    new = {name: old[name] for name in old if name in kept}
    new |= {name: ledger.entry(record) for name, record in current.items()}
    if new != old or not ledger.path().exists():
        ledger.write(new)
        print(f"wrote {ledger.path().name}: {len(new)} claims")
    if blind:
        print(_left_out(blind))
    return 1 if any(item.claim.id not in new for item in blind) else 0


def _notes(blind: Sequence[Entry]) -> Iterator[str]:
    """One line for each way of having no current evidence: the claims by name, or how many where they are many."""
    for label in dict.fromkeys(item.standing.label for item in blind):
        names = [item.claim.id for item in blind if item.standing.label == label]
        few = len(names) <= NAMED
        yield f"{', '.join(names)}: {label}" if few else f"{len(names)} claims {label}"


def _left_out(blind: Sequence[Entry]) -> str:
    """What was not written, and the command that changes this."""
    papers = dict.fromkeys(item.claim.paper for item in blind)
    claims = "1 claim" if len(blind) == 1 else f"{len(blind)} claims"
    return (
        f"not written: {claims} without current evidence; run: plumbline check {' '.join(papers)} && plumbline ledger"
    )
