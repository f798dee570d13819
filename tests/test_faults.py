"""Faults: kills at random moments, writes that fail, damaged files, runs beside each other."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from toy_place import Place

from plumbline import files, store
from plumbline.errors import InputError, PlumblineError


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    yield place
    place.close()


@pytest.fixture
def place(shared: Place) -> Place:
    """The same place, without results and with its own settings."""
    shared.clear()
    return shared


def stable(value: Any) -> Any:
    """A record without what differs between two runs: clocks, and the times they measured."""
    if isinstance(value, dict):
        return {key: stable(item) for key, item in value.items() if key not in ("seconds", "written", "digest")}
    return [stable(item) for item in value] if isinstance(value, list) else value


def meaning(folder: Path) -> dict[str, Any]:
    """What the files of a folder say. Fails for one that is not whole; hidden unfinished ones do not count."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".parquet":
            frame, note = store.read_table(path)
            found[name] = (frame.to_json(double_precision=15), stable(note))
        elif path.suffix == ".json":
            record = files.read_sealed(path)
            assert record is not None, f"{path} is damaged"
            found[name] = stable(record)
        else:
            assert path.is_dir() or path.name.endswith(".unfinished"), f"{path} should not be there"
    return found


GATHER = ("stage", "gather", "toy.noise")
CHECK = ("check", "toy", "--fresh")
RUN = ("run", "toy.noise", "--set", "shards=40")


# Kills


def test_killed_at_random_moments_nothing_is_lost_and_nothing_is_half_written(place: Place) -> None:
    moments, killed = random.Random(20), 0
    for command, status, kills, folder in (
        (GATHER, 0, 7, place.results),
        (CHECK, 1, 5, place.results),
        ((*RUN, "-o", str(place.output)), 0, 6, place.output.parent),
    ):
        lasted = place.run(*command, status=status)
        whole = meaning(folder)
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for _ in range(kills):
            before = {path: path.stat().st_mtime_ns for path in place.results.rglob("shards/*/*.parquet")}
            (end,), _ = place.together(command, kill_after=moments.uniform(0, lasted / 2))
            killed += end == -signal.SIGKILL
            reached = meaning(folder)
            assert {key: whole[key] for key in reached} == reached
            assert before == {path: path.stat().st_mtime_ns for path in before}, "a finished shard was made again"
        place.run(*command, status=status)
        assert meaning(folder) == whole
        shutil.rmtree(place.results, ignore_errors=True)
    assert killed >= 10  # the others had ended before


def test_the_pipeline_killed_with_all_its_jobs_goes_on(place: Place) -> None:
    """As when the machine goes down: the whole group of processes at once."""
    place.settings.write_text("noise: {shards: 4, samples: 50}\n")
    place.run(*GATHER)
    results = place.results
    table = "results/quick/tables/toy/noise/seed0.parquet"
    whole = meaning(results / "quick/tables")
    shutil.rmtree(results)
    command = [sys.executable, "-m", "snakemake", "--cores", "2", table]
    moments = random.Random(2)
    for least in (1, 2):
        run = subprocess.Popen(
            command, cwd=place.root, env=place.environment(), stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 30
        while len(list(results.rglob("shards/seed0/*.parquet"))) < least and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.5))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        reached = meaning(results / "quick/tables")
        assert len(reached) >= least and {key: whole[key] for key in reached} == reached
    done = subprocess.run(command, cwd=place.root, env=place.environment(), text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert meaning(results / "quick/tables") == whole


# Writes that fail


@pytest.mark.parametrize("room", [0, 300])
def test_a_full_disk_is_one_line_and_leaves_everything_as_it_was(place: Place, room: int) -> None:
    listed = place.output.with_name("listed.json")
    new = ("new", "my_bound", "--title", "On my bound")
    place.run(*RUN, "-o", str(place.output))
    place.run("check", "toy.number.small", "--json", str(listed))
    place.run("ledger", status=1)  # the other claims have no entry
    before = place.contents()
    for command, written in (
        ((*RUN, "--seed", "1", "-o", str(place.output)), place.output.name),
        (("check", "toy.number.small", "--fresh"), "toy.number.small.json"),
        (("check", "toy.number.small", "--json", str(listed)), listed.name),
        (("check", "toy.number.large"), "toy.number.large.json"),
        (GATHER, "0.parquet"),
        (("stage", "simulate", "toy.noise", "--shard", "3"), "3.parquet"),
        (("report",), "html"),
        (new, "my_bound"),
    ):
        said = place.complaint(*command, room=room)
        assert said.startswith("plumbline: cannot write ") and written in said and "File too large" in said
        assert place.contents() == before, command
    assert not [path for path in place.root.rglob("*") if path.name == "my_bound"]
    place.run(*new)
    for path in place.root.rglob("*my_bound*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (place.root / "ledger.json").unlink()


@pytest.mark.parametrize("command", ["list", "list --json", "show toy.number.small", "witness toy.number.large"])
def test_standard_output_on_a_full_disk(place: Place, command: str) -> None:
    place.run("check", "toy.number.large", "toy.number.small")
    said = place.complaint(*command.split(), out="/dev/full")
    assert said == "plumbline: cannot write to standard output: No space left on device\n"


def test_a_link_is_followed_and_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    files.write_json(files.require_writable(link), [1])
    assert link.is_symlink() and json.loads(target.read_text()) == [1]
    full, pipe = tmp_path / "full", tmp_path / "pipe"
    full.symlink_to("/dev/full")
    with pytest.raises(InputError, match=f"cannot write {full}: No space left on device"):
        files.write_text(full, "text")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write_text(files.require_writable(pipe), "text")
    assert os.read(reader, 10) == b"text" and pipe.is_fifo() and full.is_symlink()
    os.close(reader)


# Damage


def test_no_flipped_bit_of_a_table_passes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"shard": [0, 0, 1], "value": [0.5, None, -2.0], "name": ["a", "b", "c"]})
    path = store.write_table(frame, tmp_path / "a.parquet", {"seed": 0, "config": {"draws": 3}})
    whole, note = store.read_table(path)
    content = path.read_bytes()
    moments, refused = random.Random(0), 0
    for place in moments.sample(range(len(content)), 700):
        damaged = bytearray(content)
        damaged[place] ^= 1 << moments.randrange(8)
        path.write_bytes(damaged)
        try:
            read, said = store.read_table(path)
        except store.UnreadableTableError as error:
            assert str(path) in str(error) and "\n" not in str(error)
            refused += 1
        else:  # a bit that means nothing: statistics, offsets that nobody reads
            assert read.equals(whole) and list(read.dtypes) == list(whole.dtypes) and said == note, place
    assert refused > 300


def test_a_damaged_record_counts_as_none_and_is_made_again(place: Place) -> None:
    place.run("check", "toy.number.small", "toy.number.large")
    whole = meaning(place.results)
    path = place.root / "results/quick/evidence/toy/toy.number.small.json"
    content = path.read_bytes()
    moments = random.Random(0)
    damages = [content[: moments.randrange(len(content))] for _ in range(20)]
    for position in moments.sample(range(len(content)), 300):
        damages.append(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
    damages += [b'{"claim": "toy.number.small"}', content.replace(b"1/2", b"1/3"), b"[" * 100_000]
    for damaged in damages:
        path.write_bytes(damaged)
        read = files.read_sealed(path)
        assert read is None or stable(read) == whole["quick/evidence/toy/toy.number.small.json"]
    for command in (("list",), ("show", "toy.number.small"), ("report",), ("ledger", "--check")):
        place.run(*command)
    place.complaint("witness", "toy.number.small")
    shutil.rmtree(place.root / "results/quick/report")
    place.run("check", "toy.number.small")
    assert meaning(place.results) == whole


def test_a_shard_of_another_layout_is_made_again(place: Place) -> None:
    place.run(*GATHER)
    whole = meaning(place.results)
    table = place.root / "results/quick/tables/toy/noise/seed0.parquet"
    shard = table.parent / "shards/seed0/5.parquet"
    frame, note = store.read_table(shard)
    for wrong in (frame.rename(columns={"value": "values"}), frame.assign(more=1), frame[["value"]]):
        store.write_table(wrong, shard, note)
        table.unlink()
        place.run(*GATHER)
        assert f"{shard}: damaged or out of date, made again" in place.said
        assert meaning(place.results) == whole


def test_a_damaged_drawing_is_refused_by_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from plumbline import draw

    path = store.figure_path("toy.line", suffix="npz", results=place.results)
    for content in (b"PK nonsense", b""):
        files.write_bytes(path, content)
        with pytest.raises(PlumblineError, match=r"damaged .* draw figure toy\.line again"):
            draw.read_arrays("toy.line", results=place.results)
    path.with_suffix(".png").write_bytes(b"")
    path.with_suffix(".json").write_text("{")
    assert str(path.with_suffix(".json")) in place.complaint("report")


# Beside each other


def test_the_same_work_twice_at_once_is_done_right(place: Place) -> None:
    command = (*RUN, "-o", str(place.output))
    place.run(*GATHER)
    place.run("check", "toy", status=1)
    place.run(*command)
    whole = meaning(place.results), meaning(place.output.parent)
    shutil.rmtree(place.results)
    place.output.unlink()
    ends, _ = place.together(GATHER, GATHER, CHECK, CHECK, command, command)
    assert ends == [0, 0, 1, 1, 0, 0]
    assert (meaning(place.results), meaning(place.output.parent)) == whole


def test_a_results_folder_is_held_under_every_name(place: Place) -> None:
    results, other = place.results, place.root / "other"
    results.mkdir()
    other.symlink_to(results)
    files.lock_folder(results)
    hold = f"from pathlib import Path; from plumbline import files; files.lock_folder(Path({str(other)!r}))"
    done = subprocess.run([sys.executable, "-c", hold], cwd=place.root, capture_output=True, text=True)
    assert f"process {os.getpid()}) works on {other}: wait" in done.stderr and "PLUMBLINE_RESULTS" in done.stderr
    other.unlink()
