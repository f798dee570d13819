"""The command line: ``plumbline COMMAND ...``.

Exit status: 0 done (for ``check``: all as expected), 1 a contradiction or a fall, 2 bad usage or input, or a
mistake in a paper's source (one line on standard error; with PLUMBLINE_TRACEBACK set, Python's traceback instead),
3 nothing contradicted but something undecided, 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from plumbline.cli.parser import build_parser
from plumbline.errors import PlumblineError, located, place_in_rooms

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
OUT_OF_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; never raises for a user's error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _run(arguments)
        if sys.stdout is not None:  # closed by the caller
            sys.stdout.flush()
        return status
    except PlumblineError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (``| head``): say nothing, and keep the interpreter from saying it at exit.
        _silence_output()
        return BROKEN_PIPE
    except OSError as error:
        if error.filename is not None:
            return _complain(f"{error.filename}: {error.strerror}")
        if error.errno not in OUT_OF_ROOM:
            raise
        _silence_output()
        return _complain(f"cannot write to standard output: {error.strerror}")
    except Exception as error:
        if place_in_rooms(error) is None:
            raise
        return _mistake(error)


def _silence_output() -> None:
    """Give up standard output, so that the interpreter does not try to write the rest of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str]) -> int:
    try:
        parsed = build_parser(arguments).parse_args(arguments)
    except SystemExit as stop:  # --help and --version end this way
        return stop.code if isinstance(stop.code, int) else 0
    return int(parsed.handler(parsed))


def _mistake(error: Exception) -> int:
    """A mistake in a source of a paper: where it is, what it is, how to see more."""
    if os.environ.get("PLUMBLINE_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
        return BAD_INPUT
    return _complain(f"{located(error)} (PLUMBLINE_TRACEBACK=1 shows the traceback)")


def _complain(message: str, status: int = BAD_INPUT) -> int:
    print(f"plumbline: {' '.join(message.split())}", file=sys.stderr)
    return status


__all__ = ["main"]
