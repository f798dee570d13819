"""The pipeline under fire: killed, started twice, damaged, edited. A toy project in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbline.store import read_table

ROOT = Path(__file__).resolve().parent.parent
SHARDS = 5

ROOMS = {
    "theory/__init__.py": "",
    "theory/toy/__init__.py": "",
    "theory/toy/claims.py": """\
        from plumbline.nouns import Paper
        PAPER = Paper("toy", "A toy", "nobody", "nowhere", "Sums of noise.")
        """,
    "simulations/__init__.py": "",
    # Two shards pass; the others wait for the file `gate`: the test decides when they may end.
    "simulations/toy.py": """\
        import time
        from pathlib import Path
        import numpy as np
        import pandas as pd
        from pydantic import BaseModel
        from plumbline.nouns import Experiment

        FACTOR = 1.0

        class Noise(BaseModel):
            shards: int
            draws: int

        def takes_ticket(number):
            try:
                Path(f"ticket{number}").touch(exist_ok=False)
            except FileExistsError:
                return False
            return True

        def draw(config, shard, seed, device):
            deadline = time.monotonic() + 60
            if not (takes_ticket(0) or takes_ticket(1)):
                while not Path("gate").exists() and time.monotonic() < deadline:
                    time.sleep(0.02)
            values = np.random.default_rng(seed).normal(size=config.draws)
            return pd.DataFrame({"shard": shard, "value": FACTOR * values})

        NOISE = Experiment("toy.noise", "Noise", Noise, draw, {"shard": "shard", "value": "drawn value"})
        """,
    "figures/__init__.py": "",
    "figures/toy.py": """\
        from plumbline.nouns import Figure

        def draw(tables, evidence):
            from matplotlib.figure import Figure as Drawing
            drawing = Drawing()
            values = tables["toy.noise"]["value"].to_numpy()
            drawing.add_subplot().plot(values)
            return drawing, {"value": values}

        FIGURE = Figure("toy.noise", "Noise", "Drawn values.", draw, tables=("toy.noise",))
        """,
    "config/quick/toy.yaml": f"noise: {{shards: {SHARDS}, draws: 7}}\n",
}


def environment(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "PLUMBLINE_RESULTS"}
    return {**kept, "OMP_NUM_THREADS": "1", **more}


class Project:
    """A checkout with one paper, its pipeline, and what lies in its results."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = folder / "gate"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "plumbline", folder / "plumbline", ignore=ignored)
        shutil.copytree(ROOT / "profiles", folder / "profiles")
        shutil.copy(ROOT / "Snakefile", folder)
        for name, content in ROOMS.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = content.splitlines()
            path.write_text("\n".join(line.removeprefix("        ") for line in lines) + "\n")
        self.command = [sys.executable, "-m", "snakemake", "--cores", "2", "toy"]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command, cwd=self.folder, env=environment(), text=True, stderr=subprocess.DEVNULL)

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *options],
            cwd=self.folder,
            env=environment(),
            text=True,
            capture_output=True,
            timeout=120,
        )

    def shard(self, number: int) -> Path:
        return self.folder / f"results/quick/tables/toy/noise/shards/seed0/{number}.parquet"

    @property
    def table(self) -> Path:
        return self.folder / "results/quick/tables/toy/noise/seed0.parquet"

    def wait_for_shards(self, count: int) -> list[int]:
        """The shards that exist, once there are ``count`` of them."""
        deadline = time.monotonic() + 60
        while len(found := [number for number in range(SHARDS) if self.shard(number).exists()]) < count:
            assert time.monotonic() < deadline, f"{found} exist, {count} shards did not appear"
            time.sleep(0.02)
        return found

    def made(self, *shards: int) -> dict[int, tuple[int, str]]:
        """When each shard's file was moved into place, and what it says of its making."""
        return {
            number: (self.shard(number).stat().st_mtime_ns, read_table(self.shard(number))[1]["written"])
            for number in shards
        }


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    made.gate.touch()  # whatever still waits may end


def test_kill_restart_damage_and_edit(project: Project) -> None:
    # Two runs at once: the second is refused in one line and leaves no trace.
    first = project.start()
    project.wait_for_shards(2)
    second = project.run()
    assert second.returncode == 2
    refusals = [line for line in second.stderr.splitlines() if line.startswith("plumbline: ")]
    assert len(refusals) == 1 and f"process {first.pid}" in refusals[0]
    assert "Traceback" not in second.stderr

    # SIGKILL. The jobs that it had started are orphans; they end after it and are finished shards too.
    first.kill()
    first.wait()
    project.gate.touch()
    finished = project.wait_for_shards(4)
    before = project.made(*finished)
    assert len(finished) == 4 and not project.table.exists()

    # A plain restart makes what is missing and nothing else.
    restarted = project.run()
    assert restarted.returncode == 0, restarted.stderr
    assert project.made(*finished) == before
    frame, provenance = read_table(project.table)
    assert list(frame["shard"].unique()) == list(range(SHARDS)) and len(frame) == 7 * SHARDS
    assert provenance["shards"] == SHARDS and provenance["config"] == {"shards": SHARDS, "draws": 7}
    figures = project.folder / "results/quick/figures/toy"
    assert {path.name for path in figures.iterdir()} == {f"noise.{end}" for end in ("pdf", "png", "npz", "json")}
    assert not list((project.folder / "results").rglob("*.unfinished"))

    # Without the pipeline, and without a kill, the store gives the same table at the same place.
    script = "from plumbline import store; store.table('toy.noise')"
    elsewhere = project.folder / "elsewhere"
    subprocess.run(
        [sys.executable, "-c", script],
        cwd=project.folder,
        env=environment(PLUMBLINE_RESULTS=str(elsewhere)),
        check=True,
    )
    alone, _ = read_table(elsewhere / "quick/tables/toy/noise/seed0.parquet")
    assert alone.equals(frame)

    # Nothing is left to do; a damaged shard is made again, the others stay.
    assert "rule " not in project.run("-n").stdout
    damaged, *kept = finished
    content = project.shard(damaged).read_bytes()
    project.shard(damaged).write_bytes(content[: len(content) // 2])
    healed = project.run()
    assert healed.returncode == 0, healed.stderr
    assert "damaged" in healed.stderr
    assert project.made(*kept) == {number: before[number] for number in kept}
    expected = frame[frame["shard"] == damaged].reset_index(drop=True)
    assert read_table(project.shard(damaged))[0].equals(expected)
    assert read_table(project.table)[0].equals(frame)

    # An edited source makes everything that depends on it again.
    source = project.folder / "simulations/toy.py"
    source.write_text(source.read_text().replace("FACTOR = 1.0", "FACTOR = 2.0"))
    edited = project.run()
    assert edited.returncode == 0, edited.stderr
    assert (read_table(project.table)[0]["value"] == 2 * frame["value"]).all()


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("size=huge", "--config size must be one of quick, full, got 'huge'"),
        ("seed=-1", "--config seed must be an integer of at least 0, got '-1'"),
        ("sed=1", "--config has no sed; it has size, device, seed, threads"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(project: Project, setting: str, complaint: str) -> None:
    refused = project.run("-n", "--config", setting)
    assert refused.returncode == 2
    assert f"plumbline: {complaint}" in refused.stderr.splitlines()
    assert "Traceback" not in refused.stderr
    assert not (project.folder / "results").exists()


def late_names(snakefile: str) -> set[str]:
    """Names that shell commands of a Snakefile take from Python when they run: after any loop that made their rule."""
    commands = re.findall(r'^ +f"((?:\{PLUMBLINE\})[^"]*)"$', snakefile, flags=re.M)
    assert commands, "no shell command was found"
    plain = [command.replace("{{", "").replace("}}", "") for command in commands]
    return {name for command in plain for name in re.findall(r"\{(\w+)\}", command)}


def test_commands_made_in_a_loop_take_their_paper_from_params() -> None:
    from plumbline import catalogue

    text = (catalogue.root() / "Snakefile").read_text(encoding="utf-8")
    assert all(name.isupper() for name in late_names(text)), "a constant of the file, not a loop variable"
    assert "paper" in late_names(text.replace("{{params.paper}}", "{paper}"))
