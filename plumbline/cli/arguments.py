"""Argument types that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Subcommands = argparse._SubParsersAction[Any]
else:  # the class is generic for type checkers only
    Subcommands = argparse._SubParsersAction

SIZES = ("quick", "full")
MAX_SEED = 2**63 - 1


def whole_number(text: str) -> int:
    """A non-negative integer that fits into 63 bits."""
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= MAX_SEED:
        raise argparse.ArgumentTypeError(f"must be an integer of at least 0, got {text!r}")
    return value


def positive_number(text: str) -> int:
    """A positive integer."""
    value = whole_number(text)
    if value == 0:
        raise argparse.ArgumentTypeError("must be an integer of at least 1, got '0'")
    return value


def add_size(parser: argparse.ArgumentParser, name: str = "--size", what: str = "size of the results") -> None:
    parser.add_argument(name, choices=SIZES, default="quick", help=f"{what} (default: quick)")


def add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=whole_number, default=0, metavar="N", help="random seed (default: 0)")


def add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where to run (default: cpu)")


def writable(path: Path) -> Path:
    """``path`` if a file can be written there; refused before any work is spent on it."""
    from plumbline.files import require_writable

    return require_writable(path)
