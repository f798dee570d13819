"""Errors that are a user's to mend: one clear line, exit status 2, no traceback."""

from __future__ import annotations

import traceback
from pathlib import Path


class PlumblineError(Exception):
    """Base of every error whose message is meant for the user as it stands."""


class InputError(PlumblineError, ValueError):
    """Bad input: the message names the argument, what came and what is allowed."""


class UnknownNameError(PlumblineError, KeyError):
    """A claim, experiment, figure, paper or configuration key that does not exist."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else "unknown name"


ROOMS = ("theory", "simulations", "proofs_checks", "figures")


def located(error: Exception) -> str:
    """``file:line: NameError: ...``: the line of the rooms where it was raised, if any."""
    place = place_in_rooms(error)
    said = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    return said if place is None else f"{place}: {said}"


def place_in_rooms(error: Exception) -> str | None:
    """``file:line`` of the innermost line of a paper that the error came through; None for one of the program."""
    lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((error.filename, error.lineno or 0))
    root = Path(__file__).resolve().parent.parent
    for file, line in reversed(lines):
        if Path(file).is_relative_to(root) and Path(file).relative_to(root).parts[0] in ROOMS:
            return f"{Path(file).relative_to(root)}:{line}"
    return None
