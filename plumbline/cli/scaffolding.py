"""``plumbline new``: a paper in every room, ready to be filled."""

from __future__ import annotations

import argparse

from plumbline.cli.arguments import Subcommands


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "new",
        help="scaffold a paper in every room",
        description="Write one formula, claim, check, wrong partner, experiment, figure and test for a new paper. "
        "All pass as they stand; no existing file is touched but ledger.json, by plumbline ledger.",
    )
    parser.add_argument("paper", metavar="PAPER", help="folder name, as in comp_sum")
    parser.add_argument("--title", default="", help="title of the paper (default: its folder name)")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue, scaffold

    paper, root = arguments.paper, catalogue.root()
    for path in scaffold.create(paper, arguments.title or paper):
        print(path.relative_to(root))
    print(f"\nnext: plumbline check {paper} && plumbline ledger && pytest -k {paper}")
    print(f"then: snakemake --cores all {paper} && plumbline report; CONTRIBUTING.md walks through the rest")
    return 0
