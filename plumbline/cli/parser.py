"""The argument parser: one line per error, commands from one small module each, papers' own commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from plumbline.cli import (
    audit,
    checking,
    drawings,
    hooks,
    ledgering,
    listing,
    pipeline,
    reporting,
    running,
    scaffolding,
    showing,
    verifying,
    witnessing,
)
from plumbline.cli.arguments import Subcommands
from plumbline.errors import PlumblineError

EPILOG = (
    "A paper's own commands stand under its name. "
    "Exit status: 0 as expected, 1 contradiction, 2 bad input, 3 undecided."
)


class UsageError(PlumblineError):
    """Bad usage of the command line."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of printing its usage and exiting, and takes no short forms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def error(self, message: str) -> NoReturn:
        command = self.prog.partition(" ")[2]
        raise UsageError(f"{command}: {message}" if command else f"{message}; see plumbline --help")


class _Version(argparse.Action):
    """Prints the installed version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *rest: object) -> None:
        import importlib.metadata

        print(f"plumbline {importlib.metadata.version('plumbline')}")
        parser.exit()


Add = Callable[[Subcommands], None]

COMMANDS: tuple[Add, ...] = (
    listing.add,
    showing.add,
    checking.add,
    running.add,
    witnessing.add,
    verifying.add,
    audit.add,
    ledgering.add,
    reporting.add,
    drawings.add,
    pipeline.add,
    scaffolding.add,
)


def build_parser(arguments: Sequence[str] = ()) -> Parser:
    """The parser of all commands; a paper's own commands are imported only if ``arguments`` name them."""
    parser = Parser(
        prog="plumbline",
        description="Holds the claims of theoretical machine-learning papers to the line.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands: Subcommands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in COMMANDS:
        add(commands)
    hooks.add(commands, arguments)
    return parser
