"""``--json FILE``: a value written to a file, or to standard output while the report for people goes to stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from plumbline.cli.arguments import writable

STANDARD_OUTPUT = "-"


def text_stream(target: str | None) -> TextIO:
    """Where the report for people goes; a file that cannot be written is refused before any work is done."""
    if target == STANDARD_OUTPUT:
        return sys.stderr
    if target:
        writable(Path(target))
    return sys.stdout


def write(value: Any, target: str) -> None:
    """``value`` as JSON to the file, whole or not at all, or to standard output."""
    if target == STANDARD_OUTPUT:
        print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
        return
    from plumbline.files import write_json

    write_json(Path(target), value, parents=False)
