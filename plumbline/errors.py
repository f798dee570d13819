"""Errors that are a user's to mend: one clear line, exit status 2, no traceback."""

from __future__ import annotations


class PlumblineError(Exception):
    """Base of every error whose message is meant for the user as it stands."""


class InputError(PlumblineError, ValueError):
    """Bad input: the message names the argument, what came and what is allowed."""


class UnknownNameError(PlumblineError, KeyError):
    """A claim, experiment, figure, paper or configuration key that does not exist."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else "unknown name"
