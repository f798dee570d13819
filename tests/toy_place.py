"""The toy paper in a root of its own, where commands are run, killed and refused.

One process imports what the commands need and forks a child for each, so that a kill costs milliseconds.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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

    def clear(self) -> None:
        """No results, and the settings that the place came with."""
        for folder in (self.results, self.output.parent):
            shutil.rmtree(folder, ignore_errors=True)
        self.output.parent.mkdir()
        self.settings.write_text(SETTINGS)

    def close(self) -> None:
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait(timeout=10)
