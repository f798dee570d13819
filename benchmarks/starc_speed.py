"""Speed of the STARC code on one core in float64, beside implementations after the public code's algorithms.

``python benchmarks/starc_speed.py [--repeats K] [-o FILE]`` prints a table and writes the numbers as JSON (beside this
file). Times are processor seconds of one thread, the best of K repeats; all ratios come from one run. References work
one reward at a time: value iteration to 1e-8, DARD's expectations by explicit loops, Adam for the minimal
representative. Theirs are timed on a few rewards, ours on batches, per reward.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import linprog

from theory.starc.definitions import canonicalisations
from theory.starc.definitions.regret import worst_case_regret
from theory.starc.definitions.returns import solve
from theory.starc.random_mdps import random_rewards, sparse_transitions

GAMMA = 0.95
STATES, ACTIONS = 32, 4
BATCHES = {8: 1024, 16: 512, 32: 512, 64: 64, 128: 32}
TARGETS = {
    "regret_milliseconds": 1.0,
    "regret_error": 1e-9,
    "val_ratio": 200.0,
    "dard_ratio": 200.0,
    "minimal_ratio": 200.0,
}


def seconds(function: Callable[[], Any], repeats: int) -> float:
    """Least processor seconds of one call."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def drawn(count: int, states: int, actions: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Random sparse environments and two rewards for each."""
    draw = np.random.default_rng(seed)
    tau = sparse_transitions(draw, count, states, actions)
    first, second = (torch.as_tensor(random_rewards(draw, tau, GAMMA)) for _ in range(2))
    return torch.as_tensor(tau), first, second


# References, one reward at a time


def val_by_sweeps(tau: np.ndarray, R: np.ndarray) -> np.ndarray:
    """Value-adjusted levelling with the uniform policy's values from sweeps over the states until they move by 1e-8."""
    states, actions, _ = tau.shape
    values = np.zeros(states)
    while True:
        moved = 0.0
        for s in range(states):
            new = 0.0
            for a in range(actions):
                new += np.sum(tau[s, a] * (R[s, a] + GAMMA * values)) / actions
            moved = max(moved, abs(new - values[s]))
            values[s] = new
        if moved < 1e-8:
            break
    level = (tau * (R - values[:, None, None] + GAMMA * values)).sum(-1)
    return np.repeat(level[:, :, None], states, axis=2)


def val_by_array_sweeps(tau: np.ndarray, R: np.ndarray) -> np.ndarray:
    """The same with one array operation per sweep."""
    chain, rate = tau.mean(1), (tau * R).sum(-1).mean(1)
    values = np.zeros(tau.shape[0])
    while True:
        new = rate + GAMMA * chain @ values
        moved, values = float(np.abs(new - values).max()), new
        if moved < 1e-8:
            break
    level = (tau * (R - values[:, None, None] + GAMMA * values)).sum(-1)
    return np.repeat(level[:, :, None], tau.shape[0], axis=2)


def dard_by_loops(tau: np.ndarray, R: np.ndarray, entries: list[tuple[int, int, int]]) -> list[float]:
    """DARD's canonical reward at some entries (s, a, s'), each expectation a loop."""
    states, actions, _ = tau.shape
    out = []
    for s, a, t in entries:
        total = 0.0
        for b in range(actions):
            for u in range(states):
                total -= tau[s, b, u] * R[s, b, u] / actions
                total += GAMMA * tau[t, b, u] * R[t, b, u] / actions
                for v in range(states):
                    total -= GAMMA * tau[s, b, u] * tau[t, b, v] * R[u, b, v] / actions
        out.append(float(R[s, a, t] + total))
    return out


def minimal_by_adam(tau: torch.Tensor, R: torch.Tensor, tolerance: float = 1e-6) -> tuple[torch.Tensor, int]:
    """Least L2 norm over potentials, redistribution solved, by Adam until the gradient has fallen to ``tolerance``."""
    states = tau.shape[0]
    squares, r = (tau**2).sum(-1), (tau * R).sum(-1)
    potential = torch.zeros(states, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([potential], lr=0.05)
    first, steps = None, 0
    while True:
        adam.zero_grad()
        q = r + GAMMA * tau @ potential - potential[:, None]
        loss = (q**2 / squares).sum()
        loss.backward()
        size = float(torch.linalg.vector_norm(potential.grad if potential.grad is not None else potential))
        first = size if first is None else first
        if size <= tolerance * first or steps >= 20_000:
            break
        adam.step()
        steps += 1
    return (q[..., None] * tau / squares[..., None]).detach(), steps


def canonical(repeats: int) -> dict[str, Any]:
    """Our canonicalisations on a batch beside the references on single rewards."""
    count = 256
    tau, R, _ = drawn(count, STATES, ACTIONS, 1)
    forms = {
        "val": lambda: canonicalisations.value_adjusted_levelling(tau, GAMMA, R),
        "dard": lambda: canonicalisations.dard(tau, GAMMA, R),
        "minimal": lambda: canonicalisations.minimal_l2(tau, GAMMA, R),
    }
    ours = {name: seconds(form, repeats) / count for name, form in forms.items()}
    alone, one = tau[:1], R[:1]
    single = {
        "val": lambda: canonicalisations.value_adjusted_levelling(alone, GAMMA, one),
        "dard": lambda: canonicalisations.dard(alone, GAMMA, one),
        "minimal": lambda: canonicalisations.minimal_l2(alone, GAMMA, one),
    }
    solo = {name: seconds(form, 10 * repeats) for name, form in single.items()}
    t, x = tau[0].numpy(), R[0].numpy()
    entries = [(s, a, (5 * s + 3 * a) % STATES) for s in range(0, STATES, 16) for a in range(ACTIONS)]
    share = len(entries) / (STATES * ACTIONS * STATES)
    theirs = {
        "val": seconds(lambda: val_by_sweeps(t, x), 1),
        "dard": seconds(lambda: dard_by_loops(t, x, entries), 1) / share,
        "minimal": seconds(lambda: minimal_by_adam(tau[0], R[0]), 1),
    }
    adam, steps = minimal_by_adam(tau[0], R[0])
    loops = np.array(dard_by_loops(t, x, entries))
    ours_at = np.array([float(forms["dard"]()[0][e]) for e in entries])
    errors = {
        "val": float(np.abs(val_by_sweeps(t, x) - forms["val"]()[0].numpy()).max()),
        "dard": float(np.abs(loops - ours_at).max()),
        "minimal": float((adam - forms["minimal"]()[0]).abs().max()),
    }
    arrays = seconds(lambda: val_by_array_sweeps(t, x), repeats)
    found: dict[str, Any] = {
        name: {
            "seconds": ours[name],
            "seconds_alone": solo[name],
            "reference_seconds": theirs[name],
            "ratio": theirs[name] / ours[name],
            "ratio_alone": theirs[name] / solo[name],
            "difference": errors[name],
        }
        for name in forms
    }
    found["val"] |= {"array_sweeps_seconds": arrays, "array_sweeps_ratio": arrays / ours["val"]}
    return found | {"adam_steps": steps, "dard_entries_timed": len(entries)}


# Worst-case regret


def by_linear_program(tau: np.ndarray, mu0: np.ndarray, r1: np.ndarray, r2: np.ndarray) -> float:
    """h1 W as the linear program min mu0.(V - U), M V >= r1 - lam r2 >= M U, lam >= 0."""
    states, actions, _ = tau.shape
    M = np.repeat(np.eye(states), actions, axis=0) - GAMMA * tau.reshape(states * actions, states)
    none, column = np.zeros_like(M), r2.reshape(-1, 1)
    rows = np.vstack([np.hstack([-M, none, -column]), np.hstack([none, M, column])])
    right = np.concatenate([-r1.ravel(), r1.ravel()])
    cost, bounds = np.concatenate([mu0, -mu0, [0.0]]), [*[(None, None)] * (2 * states), (0, None)]
    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return float(linprog(cost, A_ub=rows, b_ub=right, bounds=bounds, options=tight).fun)


def regret(states: int, actions: int, count: int, repeats: int) -> dict[str, Any]:
    """Seconds per pair of worst-case regret (one way), beside one linear solve of the same size."""
    tau, first, second = drawn(count, states, actions)
    mu0 = torch.full((count, states), 1 / states, dtype=torch.float64)
    r1, r2 = (tau * first).sum(-1), (tau * second).sum(-1)
    spent = seconds(lambda: worst_case_regret(tau, mu0, GAMMA, r1, r2), repeats) / count
    M = canonicalisations.shaping_matrix(tau, GAMMA).reshape(tau.shape)
    rates, mdp, policy = torch.stack([r1, r2], -1), torch.arange(count), r1.argmax(2)
    once = seconds(lambda: solve(M, rates, mdp, policy), repeats) / count
    return {
        "states": states,
        "actions": actions,
        "batch": count,
        "milliseconds": 1e3 * spent,
        "pairs_per_second": 1 / spent,
        "one_solve_milliseconds": 1e3 * once,
        "solves": spent / once,
    }


def against_linear_programs(pairs: int) -> dict[str, float]:
    """Largest difference of W and processor seconds per linear program."""
    tau, first, second = drawn(pairs, STATES, ACTIONS, 2)
    mu0 = torch.full((pairs, STATES), 1 / STATES, dtype=torch.float64)
    r1, r2 = (tau * first).sum(-1), (tau * second).sum(-1)
    found = worst_case_regret(tau, mu0, GAMMA, r1, r2)
    arrays = [x.numpy() for x in (tau, mu0, r1, r2)]
    start = time.process_time()
    solved = np.array([by_linear_program(*(x[k] for x in arrays)) for k in range(pairs)])
    spent = (time.process_time() - start) / pairs
    error = float(np.abs(solved / found.h1.numpy() - found.value.numpy()).max())
    return {"pairs": pairs, "error": error, "milliseconds": 1e3 * spent}


def measure(repeats: int) -> dict[str, Any]:
    """All numbers of one run."""
    forms, programs = canonical(repeats), against_linear_programs(50)
    growth = [regret(s, ACTIONS, count, repeats) for s, count in BATCHES.items()]
    growth += [regret(STATES, a, 256, repeats) for a in (2, 8, 16)]
    main = next(row for row in growth if (row["states"], row["actions"]) == (STATES, ACTIONS))
    reached = {"regret_milliseconds": main["milliseconds"], "regret_error": programs["error"]}
    reached |= {f"{name}_ratio": forms[name]["ratio"] for name in ("val", "dard", "minimal")}
    return {
        "machine": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
        },
        "targets": TARGETS,
        "reached": reached,
        "canonicalisations": forms,
        "linear_programs": programs,
        "regret": growth,
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = measure(arguments.repeats)
    for name, value in found["reached"].items():
        print(f"{name:22s} {value:12.4g}   target {TARGETS[name]:g}")
    for row in found["regret"]:
        print("S {states:4d}  A {actions:3d}  {milliseconds:9.4f} ms per pair".format(**row), end="")
        print("  {pairs_per_second:9.1f} per s  one solve {one_solve_milliseconds:.4f} ms".format(**row))
    arguments.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
