"""``plumbline figures``: the figures that the papers declare and where they were drawn."""

from __future__ import annotations

import argparse

from plumbline.cli.arguments import Subcommands, add_size


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "figures",
        help="list the figures",
        description="List the figures of one paper, or of all, with the drawn file.",
    )
    parser.add_argument("paper", nargs="?", metavar="PAPER", help="only this paper")
    add_size(parser)
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue, store
    from plumbline.cli.declared import figures_of
    from plumbline.cli.text import table

    papers = (catalogue.require_paper(arguments.paper),) if arguments.paper else catalogue.paper_names()
    rows = []
    for paper in papers:
        for figure in figures_of(paper):
            path = store.figure_path(figure.id, arguments.size)
            rows.append((figure.id, str(path) if path.exists() else "not drawn"))
    print("\n".join(table(("figure", "file"), rows)) if rows else "no figures")
    return 0
