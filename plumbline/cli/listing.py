"""``plumbline list``: the claims and what is known of them."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from plumbline.cli.arguments import Subcommands, add_size

if TYPE_CHECKING:
    from plumbline.cli.entries import Entry

EPILOG = """\
standing: the strength at which the whole claim stands (formal > symbolic > certified > searched >
statistical); "certified on n=3" where only a part was covered; "violated as stated" (read in the paper) or
"fails as recalled" (compare with the paper first); open, inconclusive, unchecked, stale (sources changed);
"symbolic, resting on X (stale)" where a claim below it holds it up no better than that.
resolution: the factor on the claim's constant up to which it still holds .. from which it is rejected.

--json prints {"version": 1, "claims": [...]}; each claim has claim, title, kind, provenance, expects,
standing, verdict, strength, coverage, scope, holds_up_to, rejected_from, witness, seed, seconds,
fingerprint, effort, reason, rests_on and refutations (a list of {name, rejected, witness, reason});
null where nothing is known. docs/json.md describes each key."""


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "list",
        help="claims with their standing",
        description="List the claims of one paper, or of all, with what is known of each. Runs nothing.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paper", nargs="?", metavar="PAPER", help="only this paper")
    parser.add_argument("--json", action="store_true", help="print the versioned JSON instead of a table")
    add_size(parser)
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue
    from plumbline.cli import entries

    claims = catalogue.claims(arguments.paper) if arguments.paper else catalogue.all_claims()
    found = entries.stored(claims, arguments.size)
    if arguments.json:
        print(json.dumps(entries.as_json(found), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print_table(found)
    return 0


def _print_table(found: list[Entry]) -> None:
    from plumbline.cli import entries
    from plumbline.cli.text import table

    if not found:
        print("no claims")
        return
    rows = [
        (
            item.claim.id,
            str(item.claim.kind),
            item.standing.label,
            (item.record or {}).get("coverage") or "-",
            entries.resolution(item),
            entries.rejected(item),
        )
        for item in found
    ]
    for line in table(("claim", "kind", "standing", "coverage", "resolution", "rejected"), rows):
        print(line)
    whole = sum(item.standing.whole for item in found)
    noun = "claim" if len(found) == 1 else "claims"
    print(f"\n{len(found)} {noun}, {whole} settled on the whole of the declared domain")
