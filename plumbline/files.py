"""Files that appear whole or not at all.

A file is written under a hidden name in its own folder, flushed to the disk and moved into place by
``os.replace``; a killed writer leaves at most the hidden file, which :func:`sweep` removes later. A link is
followed, and a device or a pipe (``/dev/stdout``) is written to, never replaced. What only this program writes
can carry a digest of its content (:func:`write_sealed`), so that damage does not pass for a result.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plumbline.errors import InputError, PlumblineError

_SUFFIX = ".unfinished"
_DAY = 24 * 3600.0


def _refusal(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot write {path}: {error.strerror or error}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse to sync a folder
            os.fsync(handle)
    finally:
        os.close(handle)


def _is_special(path: Path) -> bool:
    """Whether a device, a pipe or a socket stands under that name: nothing to be replaced by a file."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextlib.contextmanager
def atomic(path: Path | str, *, parents: bool = True) -> Iterator[Path]:
    """A temporary path beside ``path``; moved into place when the block ends without an exception.

    ``parents`` creates missing folders. A device or a pipe is given out itself. :class:`InputError` in one line
    if it cannot be written.
    """
    if _is_special(Path(path)):
        try:
            yield Path(path)
        except OSError as error:
            raise _refusal(Path(path), error) from error
        return
    target = Path(os.path.realpath(path))
    temporary = target.parent / f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}{_SUFFIX}"
    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        temporary.open("xb").close()
        yield temporary
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        os.replace(temporary, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise _refusal(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_bytes(path: Path | str, content: bytes, *, parents: bool = True) -> Path:
    """Write a whole file of bytes."""
    with atomic(path, parents=parents) as temporary:
        temporary.write_bytes(content)
    return Path(path)


def write_together(contents: Mapping[Path, bytes | str]) -> list[Path]:
    """Write several files that belong together: none is moved into place before all are written."""
    with contextlib.ExitStack() as stack:
        for path, content in contents.items():
            stack.enter_context(atomic(path)).write_bytes(content.encode() if isinstance(content, str) else content)
    return list(contents)


def write_text(path: Path | str, content: str, *, parents: bool = True) -> Path:
    """Write a whole UTF-8 text file."""
    return write_bytes(path, content.encode(), parents=parents)


def json_text(path: Path | str, value: Any) -> str:
    """The text of a JSON file; NaN and infinity are refused."""
    try:
        return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise PlumblineError(f"cannot write {path} as JSON: {error}") from error


def write_json(path: Path | str, value: Any, *, parents: bool = True) -> Path:
    """Write a whole JSON file."""
    return write_text(path, json_text(path, value), parents=parents)


_DIGEST = "digest"


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, allow_nan=False).encode()).hexdigest()


def write_sealed(path: Path | str, value: Mapping[str, Any]) -> Path:
    """Write an object as JSON together with a digest of its content, by which :func:`read_sealed` knows damage."""
    try:
        sealed = {**value, _DIGEST: _digest(value)}
    except (TypeError, ValueError) as error:
        raise PlumblineError(f"cannot write {path} as JSON: {error}") from error
    return write_json(path, sealed)


def read_sealed(path: Path | str) -> dict[str, Any] | None:
    """The object that :func:`write_sealed` wrote; ``None`` if there is none, or what lies there is another."""
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
        return value if isinstance(value, dict) and value.pop(_DIGEST, None) == _digest(value) else None
    except (FileNotFoundError, ValueError, RecursionError):
        return None


def require_writable(path: Path | str) -> Path:
    """Refuse an output that could not be written, before any work is spent on it.

    :class:`InputError` if ``path`` is a folder, or if its folder is missing or not writable.
    """
    if _is_special(Path(path)):
        if not os.access(path, os.W_OK):
            raise InputError(f"cannot write {path}: Permission denied")
        return Path(path)
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise InputError(f"cannot write {target}: Is a directory")
    probe = target.parent / f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}{_SUFFIX}"
    try:
        probe.open("xb").close()
        probe.unlink()
    except OSError as error:
        raise _refusal(target, error) from error
    return Path(path)


def sweep(folder: Path, *, older_than: float = _DAY) -> int:
    """Remove what killed writers left under ``folder`` more than ``older_than`` seconds ago; how many."""
    removed = 0
    for leftover in folder.rglob(f".*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > older_than:
                leftover.unlink()
                removed += 1
    return removed


_held: list[Any] = []


def lock_folder(folder: Path) -> None:
    """Hold ``folder`` for this process until it ends, however it ends; a second holder is refused.

    The lock is the kernel's (``flock``): it vanishes with the process, so nothing needs unlocking after a
    kill, and child processes do not inherit it. :class:`InputError` if another process holds it.
    """
    path = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise _refusal(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise InputError(
            f"another run (process {holder}) works on {folder}: wait for it to end, "
            "or set PLUMBLINE_RESULTS to another folder"
        ) from None
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    _held.append(handle)
