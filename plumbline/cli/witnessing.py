"""``plumbline witness``: a standalone script that shows a counterexample or an equality case."""

from __future__ import annotations

import argparse
import sys

from plumbline.cli.arguments import Subcommands, add_size


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "witness",
        help="print a standalone script of the witness",
        description="Print a script (fractions and mpmath only) that shows the recorded witness of a claim.",
    )
    parser.add_argument("claim", metavar="CLAIM", help="claim id")
    add_size(parser)
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue, store, witness_script
    from plumbline.errors import InputError

    claim = catalogue.claim(arguments.claim)
    record = store.read_record(claim.id, arguments.size)
    effort = "" if arguments.size == "quick" else f" --effort {arguments.size}"
    if record is None:
        raise InputError(f"{claim.id} is unchecked: run plumbline check {claim.id}{effort} first")
    text = witness_script.script(claim, record)
    if store.is_stale(record):
        renew = f"plumbline check {claim.id}{effort} renews it"
        print(f"plumbline: note: the evidence of {claim.id} is stale; {renew}", file=sys.stderr)
    sys.stdout.write(text)
    return 0
