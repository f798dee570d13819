"""Speed of optimistic mirror descent on one core in float64, d = 10, beside PyNOL, a public library of online learners.

``python benchmarks/sea_omd_speed.py [--repeats K] [--pynol FOLDER --python INTERPRETER] [-o FILE]`` prints a table and
writes the numbers as JSON (beside this file). Times are processor seconds of one thread, the best of K repeats; all
ratios come from one run. ``FOLDER`` holds the package ``pynol``, ``INTERPRETER`` has numpy and autograd; without them
that part is left out.

PyNOL (li-lf/PyNOL at d347502) plays optimistic gradient descent with one seed: on its own square losses, with the
gradients that it traces (this ratio is the target), and on quadratics with traced and with handed gradients. Its points
must equal ours. It is handed its data; our times are those of the whole loop for 1000 seeds, with the noise drawn in
the loop: noise, gradients, the adaptive learner, running regrets.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from theory.sea_omd.definitions.domains import Ball
from theory.sea_omd.environments import Game, Instance, environment
from theory.sea_omd.learners import begin, learner, learners
from theory.sea_omd.play import drawn, play, replayed

DIMENSION, RUNS, STEP = 10, 1000, 0.01
TARGETS = {"step_over_draw": 2.0, "pynol_ratio": 1000.0, "memory_growth_mebibytes": 4.0, "pynol_difference": 1e-12}

PYNOL = """
import sys, time, json
sys.path.insert(0, sys.argv[1])
import numpy as np
from pynol.environment.domain import Ball
from pynol.environment.environment import Environment
from pynol.environment.loss_function import SquareLoss
from pynol.learner.base import OptimisticOGD

data, step = np.load(sys.argv[2]), float(sys.argv[3])
features, labels = data[:, :-1], data[:, -1]
square = SquareLoss(features, labels)

def square_traced(env, t):
    return env[t]

def quadratic_traced(env, t):
    xi = features[t]
    env.func, env.grad_func = lambda x: 0.5 * (x ** 2).sum() + (xi * x).sum(), None
    return env

def quadratic_given(env, t):
    xi = features[t]
    env.func, env.grad_func = lambda x: 0.5 * (x ** 2).sum() + (xi * x).sum(), lambda x: x + xi
    return env

found = {}
for losses in (square_traced, quadratic_traced, quadratic_given):
    best = float("inf")
    for _ in range(int(sys.argv[4])):
        learner = OptimisticOGD(Ball(features.shape[1], 1.0), step, "last_grad", prior=np.zeros(features.shape[1]))
        env, points = Environment(func_sequence=square), []
        start = time.process_time()
        for t in range(len(data)):
            points.append(learner.opt(losses(env, t))[0])
        best = min(best, time.process_time() - start)
    found[losses.__name__] = {"seconds": best / len(data), "points": np.array(points[-5:]).tolist()}
print(json.dumps(found))
"""


class Squares:
    """Square losses (1/2)(y_t - <phi_t, x>)^2 with normal features and labels, PyNOL's own example."""

    domain, smoothness, largest_gradient, raw, width = Ball(1.0, DIMENSION), 1.0, 10.0, "normal", DIMENSION + 1

    def gradient(self, t: int, x: torch.Tensor, raw: torch.Tensor | None) -> torch.Tensor:
        assert raw is not None
        feature = raw[:, :-1]
        return feature * ((feature * x).sum(-1, keepdim=True) - raw[:, -1:])


def seconds(function: Callable[[], Any], repeats: int, calls: int = 1) -> float:
    """Least processor seconds of one of ``calls`` calls in a row."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(calls):
            function()
        best = min(best, time.process_time() - start)
    return best / calls


def game(rounds: int, device: str = "cpu") -> Instance:
    """Independent noise around a quadratic."""
    return environment("iid").make(DIMENSION, 1.0, rounds, device)


def steps(repeats: int) -> dict[str, float]:
    """Microseconds of one round for all seeds: drawing the noise, and every learner's play and learn."""
    generator = torch.Generator().manual_seed(0)
    draw = seconds(lambda: torch.randn((RUNS, DIMENSION), dtype=torch.float64, generator=generator), repeats, 500)
    out = {"draw": 1e6 * draw}
    gradient = torch.randn((RUNS, DIMENSION), dtype=torch.float64, generator=generator)
    start = torch.zeros((RUNS, DIMENSION), dtype=torch.float64)
    for name, one in learners().items():
        running = begin(one, game(1000).known(1000), start)

        def round_of(running: Any = running) -> None:
            running.play()
            running.learn(gradient)

        out[name] = 1e6 * seconds(round_of, repeats, 500)
    return out


def whole_loop(played: Game, repeats: int, runs: int, rounds: int, device: str = "cpu") -> float:
    """Seconds of a seed-round of the whole loop, adaptive optimistic mirror descent alone."""

    def all_rounds() -> None:
        noise = drawn(played, runs, torch.Generator(device=device).manual_seed(0))
        list(play(played, [learner("oomd")], rounds, runs, noise, device=device))
        if device == "cuda":
            torch.cuda.synchronize()

    if device == "cpu":
        return seconds(all_rounds, repeats) / (runs * rounds)
    all_rounds()
    start = time.perf_counter()
    all_rounds()
    return (time.perf_counter() - start) / (runs * rounds)


def our_points(played: Game, raw: torch.Tensor) -> np.ndarray:
    """Last five points of optimistic mirror descent with PyNOL's constant step."""
    points: list[torch.Tensor] = []
    rounds = len(raw)
    list(
        play(
            played,
            [learner("oomd_constant")],
            rounds,
            1,
            replayed(raw[:, None, :]),
            parameters={"oomd_constant": {"step": STEP}},
            watch=lambda t, who, x, g: points.append(x[0]) if t > rounds - 5 else None,
        )
    )
    return torch.stack(points).numpy()


def pynol(folder: str, interpreter: str, repeats: int, rounds: int = 2000) -> dict[str, Any]:
    """Seconds of one of PyNOL's rounds, and the largest difference between its last points and ours."""
    data = np.random.default_rng(0).standard_normal((rounds, DIMENSION + 1))
    data[:, :-1] /= np.linalg.norm(data[:, :-1], axis=1, keepdims=True)
    with tempfile.TemporaryDirectory() as place:
        script, stored = Path(place) / "pynol_rounds.py", Path(place) / "data.npy"
        script.write_text(PYNOL, encoding="utf-8")
        np.save(stored, data)
        command = [interpreter, str(script), folder, str(stored), str(STEP), str(repeats)]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    raw = torch.as_tensor(data)
    ours = {"square": our_points(Squares(), raw), "quadratic": our_points(game(rounds), raw[:, :-1])}
    gaps = [np.abs(ours[name.split("_")[0]] - np.array(entry["points"])).max() for name, entry in found.items()]
    return {"seconds": {name: entry["seconds"] for name, entry in found.items()}, "difference": float(max(gaps))}


def peak(rounds: int) -> float:
    """Largest memory (MiB) of a process that plays so many rounds; a stored trajectory would take 0.076 a round."""
    command = [sys.executable, __file__, "--peak", str(rounds)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(repeats: int, folder: str | None, interpreter: str) -> dict[str, Any]:
    rounds = 500
    each = steps(repeats)
    loops = {
        "quadratic": whole_loop(game(rounds), repeats, RUNS, rounds),
        "square": whole_loop(Squares(), repeats, RUNS, rounds),
    }
    memory = {str(T): peak(T) for T in (1000, 20_000)}
    reached = {
        "step_over_draw": each["oomd"] / each["draw"],
        "memory_growth_mebibytes": memory["20000"] - memory["1000"],
    }
    found: dict[str, Any] = {
        "machine": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
        },
        "targets": TARGETS,
        "reached": reached,
        "microseconds_per_round": each,
        "seconds_per_seed_round": loops,
        "seconds_per_seed_round_of_fewer": {
            str(runs): whole_loop(game(rounds), repeats, runs, rounds) for runs in (1, 100)
        },
        "peak_mebibytes": memory,
    }
    if folder is not None:
        theirs = pynol(folder, interpreter, repeats)
        ratios = {name: spent / loops[name.split("_")[0]] for name, spent in theirs["seconds"].items()}
        reached |= {"pynol_ratio": ratios["square_traced"], "pynol_difference": theirs["difference"]}
        found["pynol"] = {"seconds_per_seed_round": theirs["seconds"], "ratios": ratios}
    if torch.cuda.is_available():
        found["cuda_seconds_per_seed_round"] = {"65536": whole_loop(game(rounds, "cuda"), 1, 65_536, rounds, "cuda")}
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--pynol", metavar="FOLDER")
    parser.add_argument("--python", metavar="INTERPRETER", default=sys.executable)
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.peak:
        whole_loop(game(arguments.peak), 1, RUNS, arguments.peak)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    found = measure(arguments.repeats, arguments.pynol, arguments.python)
    for name, value in found["reached"].items():
        print(f"{name:26s} {value:12.4g}   target {TARGETS[name]:g}")
    for name, value in found["microseconds_per_round"].items():
        print(f"{name:26s} {value:12.4g} us a round, {RUNS} seeds")
    for name, value in found["seconds_per_seed_round"].items():
        print(f"whole loop, {name:14s} {1e6 * value:12.4g} us a seed-round, {RUNS} seeds")
    for name, value in found.get("pynol", {}).get("ratios", {}).items():
        print(f"pynol, {name:19s} {value:12.4g} times our seed-round")
    arguments.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
