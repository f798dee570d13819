"""``plumbline report``: the HTML page."""

from __future__ import annotations

import argparse

from plumbline.cli.arguments import Subcommands, add_size


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "report",
        help="build the HTML report",
        description="Build the report, one self-contained HTML page, from stored evidence and figures.",
    )
    add_size(parser)
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline.report import build_report

    print(build_report(arguments.size))
    return 0
