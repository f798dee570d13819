"""A paper's own commands: ``plumbline <paper> ...``.

A paper adds commands by a module ``commands`` in ``simulations/<paper>/`` or ``proofs_checks/<paper>/`` with
a function ``register(subparsers)``; each parser that it adds sets ``handler``, a function from the parsed
arguments to an exit status. The module is found by its file, and imported only when its paper is named.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from plumbline.cli.arguments import Subcommands

ROOMS = ("simulations", "proofs_checks")


def add(commands: Subcommands, arguments: Sequence[str]) -> None:
    """One sub-command per paper with commands of its own, filled only if ``arguments`` name it."""
    used = next((word for word in arguments if not word.startswith("-")), None)
    for paper, rooms in modules().items():
        name = paper.replace("_", "-")
        parser = commands.add_parser(name, help=f"commands of {paper}", description=f"Commands of the paper {paper}.")
        own = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
        if used == name:
            for room in rooms:
                importlib.import_module(f"{room}.{paper}.commands").register(own)


def modules() -> dict[str, list[str]]:
    """The rooms in which each paper has a ``commands`` module."""
    from plumbline import catalogue

    found: dict[str, list[str]] = {}
    for room in ROOMS:
        for file in sorted((catalogue.root() / room).glob("*/commands.py")):
            found.setdefault(file.parent.name, []).append(room)
    return found
