"""Fingerprints: what a table, a record or a figure was made from, as one hash.

A fingerprint covers the contents (never the times) of a paper's sources in ``theory`` and in the room at
hand, the shared modules of these rooms, the parts of ``plumbline`` that decide numbers, the paper's
configuration at that size, the versions of the numeric libraries, the seed and the size. Nothing
of what it describes is imported.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from plumbline import catalogue, config
from plumbline.errors import InputError

NUMERIC_LIBRARIES = (
    "numpy",
    "scipy",
    "sympy",
    "mpmath",
    "python-flint",
    "gmpy2",
    "numba",
    "cvxpy",
    "clarabel",
    "torch",
)

# Parts of plumbline that carry results about without deciding any; all others count everywhere.
_CARRIERS = frozenset(
    {
        *("__main__", "audit", "catalogue", "cli", "config", "draw", "errors", "files", "fingerprint"),
        *("ledger", "report", "runner", "scaffold", "simulate", "standing", "store", "verification", "verifier"),
        *("witness", "witness_script"),
    }
)
_DECIDES_IN_ROOM = {
    "theory": (),
    "simulations": ("simulate",),
    "proofs_checks": ("runner", "standing"),
    "figures": ("draw",),
}


@cache
def library_versions() -> dict[str, str]:
    """Installed versions of the numeric libraries, without importing them."""
    found = {}
    for name in NUMERIC_LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def _is_shared(entry: Path, papers: frozenset[str]) -> bool:
    return entry.stem not in papers and (entry.suffix == ".py" or (entry / "__init__.py").exists())


def _python_files(entry: Path) -> Iterator[Path]:
    if entry.is_dir():
        yield from entry.rglob("*.py")
    elif entry.suffix == ".py":
        yield entry


def _is_problem_program(path: Path) -> bool:
    """Programs that state what stored certificates must prove: they judge evidence and make none."""
    return path.stem == "problems" or path.stem.endswith("_problems")


def sources(paper: str, room: str, root: Path | None = None) -> list[Path]:
    """Source files that decide what ``room`` says of ``paper``, sorted.

    They are the paper's own and the shared ones of ``theory`` and of the room, and plumbline's.
    """
    if room not in catalogue.ROOMS:
        raise InputError(f"room must be one of {', '.join(catalogue.ROOMS)}, got {room!r}")
    top = root or catalogue.root()
    papers = frozenset(path.parent.name for path in (top / "theory").glob("*/claims.py"))
    files: set[Path] = set()
    for folder in {"theory", room}:
        for entry in (top / folder).glob("*"):
            if entry.stem == paper or _is_shared(entry, papers):
                files.update(path for path in _python_files(entry) if not _is_problem_program(path))
    for entry in (top / "plumbline").glob("*"):
        if entry.stem not in _CARRIERS or entry.stem in _DECIDES_IN_ROOM[room]:
            files.update(_python_files(entry))
    return sorted(files)


@lru_cache(maxsize=4096)
def _digest(path: str, modified: int, length: int, inode: int) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


def _content(path: Path) -> bytes:
    status = path.stat()
    return _digest(str(path), status.st_mtime_ns, status.st_size, status.st_ino)


def _settings(paper: str, room: str, size: str, section: str | None, root: Path | None) -> dict[str, Any]:
    sections = config.read(paper, size, root=root)
    if room == "simulations":
        if section is not None:
            return {section: sections.get(section)}
        return {name: value for name, value in sections.items() if name != config.CHECKS}
    if room == "proofs_checks":
        return {config.CHECKS: sections.get(config.CHECKS)}
    return {}


def fingerprint(
    paper: str,
    room: str,
    *extra: object,
    size: str = "quick",
    seed: int = 0,
    section: str | None = None,
    root: Path | None = None,
) -> str:
    """Hexadecimal sha256 of everything that decides a result of ``room`` about ``paper``.

    ``size`` is the configuration's size (a check's effort); ``section`` narrows the configuration of
    ``simulations`` to one experiment; ``extra`` are further values of plain JSON types. ``root`` is the
    folder of the rooms (default: :func:`plumbline.catalogue.root`).
    """
    top = root or catalogue.root()
    total = hashlib.sha256()
    for path in sources(paper, room, top):
        total.update(path.relative_to(top).as_posix().encode() + b"\0" + _content(path))
    values = {
        "settings": _settings(paper, room, size, section, root),
        "versions": library_versions(),
        "size": size,
        "seed": seed,
        "extra": extra,
    }
    total.update(json.dumps(values, sort_keys=True, default=str).encode())
    return total.hexdigest()
