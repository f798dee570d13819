"""Plain text for terminals: aligned columns, and colour where the terminal shows it."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Sequence
from typing import TextIO

COLOURS = {"good": "32", "bad": "31", "unsure": "33", "quiet": "2", "strong": "1"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table with left-aligned columns, each as wide as its widest cell."""
    cells = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    return [columns(row, widths) for row in cells]


def columns(row: Sequence[str], widths: Sequence[int]) -> str:
    """One line of cells padded to the given widths."""
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def coloured(text: str, colour: str, stream: TextIO) -> str:
    """``text`` in colour where ``stream`` is a terminal and ``NO_COLOR`` is not set."""
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def paragraph(name: str, text: str, *, indent: int = 14, width: int = 100) -> str:
    """``name`` in a left margin beside ``text``, wrapped; long words (formulas) are never broken."""
    body = textwrap.wrap(text, width - indent, break_long_words=False, break_on_hyphens=False) or [""]
    margin = [name.ljust(indent), *[" " * indent] * (len(body) - 1)]
    return "\n".join((left + line).rstrip() for left, line in zip(margin, body, strict=True))
