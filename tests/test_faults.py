"""Faults: kills at random moments, writes that fail, damaged files, runs beside each other, mistakes in settings.

One process imports what the commands need and forks a child for each, so that a kill costs milliseconds.
"""

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
from typing import Any, get_args

import pandas as pd
import pytest

from plumbline import catalogue, config, files, store
from plumbline.errors import InputError, PlumblineError

ROOT = Path(__file__).resolve().parent.parent
SHARDS = 12
SETTINGS = f"noise: {{shards: {SHARDS}, samples: 3000}}\n"

# Reads commands as lines of JSON, answers each with [wait statuses, seconds, what was said on standard error].
NURSERY = """
import json, os, resource, signal, sys, time
import mpmath, numpy, pandas, pandas.util, pyarrow.parquet, pydantic, yaml
from plumbline import cli, draw, ledger, report, runner, simulate

def child(order, said):
    os.dup2(os.open(order["out"], os.O_WRONLY), 1)
    os.dup2(said, 2)
    if order["room"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], resource.RLIM_INFINITY))
    status = 99
    try:
        status = cli.main(order["arguments"])
        sys.stdout.flush()
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        os._exit(status)

for line in sys.stdin:
    orders = json.loads(line)
    heard, said = os.pipe()
    os.set_blocking(heard, False)
    begin = time.perf_counter()
    born = [os.fork() or child(order, said) for order in orders]
    if orders[0]["kill_after"] is not None:
        time.sleep(orders[0]["kill_after"])
        for number in born:
            os.kill(number, signal.SIGKILL)
    ends = [os.waitpid(number, 0)[1] for number in born]
    seconds = time.perf_counter() - begin
    os.close(said)
    try:
        words = os.read(heard, 65536).decode()
    except BlockingIOError:  # a killed command has left a git behind that could still speak
        words = ""
    print(json.dumps([ends, seconds, words]), flush=True)
    os.close(heard)
"""


class Place:
    """The toy paper in a root of its own, and a process that runs commands there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "plumbline", root / "plumbline", ignore=skip)
        shutil.copytree(ROOT / "tests/toy_paper", root, dirs_exist_ok=True, ignore=skip)
        shutil.copytree(ROOT / "profiles", root / "profiles")
        shutil.copy(ROOT / "Snakefile", root)
        (root / "figures/toy.py").write_text("")
        self.results, self.output = root / "results", root / "mine/a.parquet"
        self.settings = root / "config/quick/toy.yaml"
        self.settings.write_text(SETTINGS)
        self.nursery = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=root,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "PLUMBLINE_RESULTS"}
        return {**kept, "PYTHONPATH": str(self.root), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def together(self, *commands: tuple[str, ...], **more: Any) -> tuple[list[int], float]:
        """Exit statuses of commands that run side by side (negative: killed), and the seconds that they took."""
        common = {"out": os.devnull, "room": None, "kill_after": None, **more}
        assert self.nursery.stdin is not None and self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps([{**common, "arguments": command} for command in commands]) + "\n")
        self.nursery.stdin.flush()
        ends, seconds, self.said = json.loads(self.nursery.stdout.readline())
        return [os.waitstatus_to_exitcode(end) for end in ends], seconds

    def run(self, *arguments: str, status: int = 0, **more: Any) -> float:
        """The seconds of a command that must end with ``status``."""
        (end,), seconds = self.together(arguments, **more)
        assert end == status, f"{arguments}: {end}\n{self.said}"
        return seconds

    def complaint(self, *arguments: str, **more: Any) -> str:
        """The one line of a command that must be refused."""
        self.run(*arguments, status=2, **more)
        assert self.said.startswith("plumbline: ") and self.said.count("\n") == 1, self.said
        return self.said

    def contents(self) -> dict[str, bytes]:
        """All files, by their path from the root."""
        found = [path for path in sorted(self.root.rglob("*")) if path.is_file()]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}

    def close(self) -> None:
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait(timeout=10)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    yield place
    place.close()


@pytest.fixture
def place(shared: Place) -> Place:
    """The same place, without results and with its own settings."""
    for folder in (shared.results, shared.output.parent):
        shutil.rmtree(folder, ignore_errors=True)
    shared.output.parent.mkdir()
    shared.settings.write_text(SETTINGS)
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
    place.run("ledger")
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


# Settings


MISTAKES = {
    "noise: {shards: 2, samples: 5, smaples: 6}": ["unknown key 'smaples'", "'samples'", "allowed: samples, shards"],
    "noise: {shards: 2, samples: many}": ["noise: samples", "valid integer", "got 'many'"],
    "noise: {shards: 2, samples: 2.5}": ["noise: samples", "valid integer", "got 2.5"],
    "noise: {shards: 2, samples: [5]}": ["noise: samples", "valid integer", "got [5]"],
    "noise: {shards: 2, samples:}": ["noise: samples", "valid integer", "got None"],
    "noise: {shards: 2, samples: 2020-01-01}": ["noise: samples", "valid integer", "2020"],
    "noise: {shards: 2, samples: 5, width: .nan}": ["noise: width", "must be finite", "got nan"],
    "noise: {shards: 2, samples: 5, width: -.inf}": ["noise: width", "must be finite", "got -inf"],
    "noise: {shards: 2}": ["noise: samples", "required"],
    "noise: {shards: 2, samples: 5, samples: 6}": ["'samples' stands twice"],
    "noise: {shards: 2, samples: 5": ["not valid YAML", "line 1"],
    "noise:\n\tshards: 2": ["not valid YAML", "line 2"],
    "noise: &all {shards: 2, samples: *all}": ["noise", "must not contain itself"],
    "noise: {shards: 2, [samples]: 5}": ["a key must be a word, line 1"],
    "noise: {shards: 2, 3: 5}": ["unknown key 3"],
    "noise: 3": ["noise must be a mapping", "got 3"],
    "[noise]": ["one mapping per experiment", "list"],
    "nois: {shards: 2, samples: 5}": ["unknown experiment 'nois'", "did you mean 'noise'", "allowed:"],
    "": ["no settings for toy.noise", "'noise'"],
    "\udcff": ["cannot be read"],
}


@pytest.mark.parametrize("text", MISTAKES)
def test_every_mistake_in_settings_is_one_line_that_says_where(place: Place, text: str) -> None:
    place.settings.write_bytes(text.encode(errors="surrogateescape"))
    for command in (("run", "toy.noise", "-o", str(place.output)), GATHER):
        said = place.complaint(*command)
        assert str(place.settings) in said
        for part in MISTAKES[text]:
            assert part in said
    assert not (place.results).exists() and not place.output.exists()


@pytest.mark.parametrize("count", ["0", "-1", "many", ".inf"])
def test_shards_must_be_counted(place: Place, count: str) -> None:
    place.settings.write_text(f"noise: {{shards: {count}, samples: 5}}\n")
    said = place.complaint(*GATHER)
    assert str(place.settings) in said and "noise" in said and "shards" in said


def wrong_values(value: Any) -> list[Any]:
    """What a setting that now has this value can never be."""
    wrong: list[Any] = [None, {"a": 1}, float("nan"), float("inf")]
    if isinstance(value, bool):
        return [*wrong, "perhaps", -1]
    if isinstance(value, (int, float)):
        return [*wrong, "many", [value], -1]
    return [*wrong, 3.5] if isinstance(value, list) else [*wrong, [], -1]


@pytest.mark.parametrize("paper", catalogue.paper_names())
def test_no_paper_takes_a_setting_that_makes_no_sense(paper: str) -> None:
    for experiment in catalogue.experiments(paper).values():
        settings = config.load(experiment, "quick").model_dump()
        for key, value in settings.items():
            optional = type(None) in get_args(experiment.config.model_fields[key].annotation)
            for wrong in wrong_values(value)[optional:]:  # the first is None
                with pytest.raises(PlumblineError, match=key) as caught:
                    config.validate(experiment.config, {**settings, key: wrong}, "file")
                said = str(caught.value)
                assert said.startswith("file: ") and "\n" not in said and (f"{wrong}" in said or f"{key}.a" in said), (
                    said
                )
