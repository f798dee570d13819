"""Files that appear whole or not at all, and the lock on a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbline import files
from plumbline.errors import InputError, PlumblineError

ROOT = Path(__file__).resolve().parent.parent


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = files.write_text(tmp_path / "a.txt", "old")
    with pytest.raises(ZeroDivisionError), files.atomic(path) as temporary:
        temporary.write_text("half of the ne")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_writer_leaves_no_file_under_the_name(tmp_path: Path) -> None:
    script = f"""
import os
from plumbline import files
with files.atomic({str(tmp_path / "a.txt")!r}) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT)
    assert killed.returncode == -9
    assert not (tmp_path / "a.txt").exists()
    (leftover,) = tmp_path.iterdir()
    assert files.sweep(tmp_path) == 0 and leftover.exists()  # it may belong to a living writer
    os.utime(leftover, (0, 0))
    assert files.sweep(tmp_path) == 1 and not leftover.exists()


@pytest.mark.parametrize("place", ["missing/a.txt", "folder", "file/a.txt"])
def test_an_unwritable_output_is_refused_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("a file, not a folder")
    before = sorted(tmp_path.rglob("*"))
    actions: list[Callable[[Path], object]] = [
        files.require_writable,
        lambda path: files.write_text(path, "text", parents=False),
    ]
    for action in actions:
        with pytest.raises(InputError) as caught:
            action(tmp_path / place)
        assert str(caught.value).startswith(f"cannot write {tmp_path / place}: ")
        assert "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_json_refuses_nan(tmp_path: Path) -> None:
    with pytest.raises(PlumblineError, match="JSON"):
        files.write_json(tmp_path / "a.json", {"value": float("nan")})
    assert not list(tmp_path.iterdir())


def test_the_lock_refuses_a_second_process_and_dies_with_the_first(tmp_path: Path) -> None:
    hold = f"from pathlib import Path; from plumbline import files; files.lock_folder(Path({str(tmp_path)!r}))"
    script = f"{hold}; print('held', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with pytest.raises(InputError, match=rf"process {holder.pid}\) works on"):
        files.lock_folder(tmp_path)
    holder.kill()
    holder.communicate()
    subprocess.run([sys.executable, "-c", hold], cwd=ROOT, check=True)
