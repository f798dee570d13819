"""Speed of the continued-fraction kernels on one core, beside the plain recurrence and, where given, ramanujantools.

``python benchmarks/pcf_speed.py [--repeats K] [--reference PYTHON] [-o FILE]`` prints a table and writes JSON
(beside this file). Times are processor seconds of one thread, the best of K repeats; all ratios come from one run. The
reference interpreter has ``ramanujantools`` installed; both compute the reduced blind delta at depth 1000 against 2000.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gmpy2
import numpy as np
import torch

from simulations.pcf import dynamics, dynamics_torch
from simulations.pcf.enclosures import enclose_keys
from simulations.pcf.gcds import log_gcds
from theory.pcf import census
from theory.pcf.rational_limits import rational_limits
from theory.pcf.regimes import Regime

TARGETS = {
    "dynamics_per_second": 70_000.0,
    "gcds_per_second": 900.0,
    "gcd_ratio_to_recurrence": 1.5,
    "balls_per_second": 30_000.0,
    "delta_ratio_to_reference": 300.0,
}
REFERENCE = """
import json, sys, time
import sympy as sp
from ramanujantools.pcf import PCF
n = sp.symbols("n")
keys = json.load(sys.stdin)
PCF(2 * n + 1, n**2).delta(20)
for a2, a1, a0, b2, b1, b0 in keys:
    start = time.process_time()
    try:
        value = float(PCF(a2 * n**2 + a1 * n + a0, b2 * n**2 + b1 * n + b0).delta(1000))
    except Exception:
        value = None
    print(json.dumps([value, time.process_time() - start]), flush=True)
"""


def seconds(function: Callable[[], Any], repeats: int) -> float:
    """Least processor seconds of one call."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def drawn(count: int, seed: int = 0) -> Any:
    """Random convergent formulas of the census with a finite limit as far as that is known."""
    draw = np.random.default_rng(seed)
    keys = census.keys()
    convergent = [census.CODE[regime] for regime in Regime if regime.converges and regime != Regime.TERMINATING]
    keys = keys[np.isin(census.classify_keys(keys), convergent)]
    keys = keys[np.sort(draw.choice(len(keys), count, replace=False))]
    infinite = [row for row, limit in rational_limits(keys).items() if limit.value is None]
    return np.delete(keys, infinite, axis=0)


def by_recurrence(key: list[int], depth: int) -> float:
    """ln gcd(p_n, q_n) by the plain recurrence in GMP integers."""
    a2, a1, a0, b2, b1, b0 = key
    p, p1, q, q1 = gmpy2.mpz(a0), gmpy2.mpz(1), gmpy2.mpz(1), gmpy2.mpz(0)
    for n in range(1, depth + 1):
        a, b = (a2 * n + a1) * n + a0, (b2 * n + b1) * n + b0
        p, p1 = a * p + b * p1, p
        q, q1 = a * q + b * q1, q
    return math.log(int(gmpy2.gcd(p, q)))


def deltas(keys: Any) -> Any:
    """Reduced blind delta at depth 1000 against 2000."""
    found = dynamics.dynamics(keys, 2000, [1000])
    return -found.log_error[:, 0] / (found.log_q[:, 0] - log_gcds(keys, [1000])[0][:, 0]) - 1


def kernels(repeats: int) -> dict[str, Any]:
    """Formulas per second of each kernel."""
    keys = drawn(40_000)
    some, few = keys[::40], keys[::200]
    for warm in (lambda: deltas(keys[:64]), lambda: enclose_keys(keys[:64]), lambda: log_gcds(some[:4], [200])):
        warm()
    tree = {depth: seconds(lambda d=depth: log_gcds(some, [d]), repeats) / len(some) for depth in (200, 1000, 2000)}  # type: ignore[misc]
    plain = seconds(lambda: [by_recurrence(key, 1000) for key in few.tolist()], repeats) / len(few)
    error = max(abs(by_recurrence(key, 1000) - log_gcds(np.array([key]), [1000])[0][0, 0]) for key in few.tolist())
    factorial = keys[census.classify_keys(keys) == census.CODE[Regime.FACTORIAL]]
    balls = enclose_keys(factorial)
    return {
        "dynamics_per_second": len(keys) / seconds(lambda: dynamics.dynamics(keys, 2000, [1000]), repeats),
        "dynamics_torch_per_second": len(keys) / seconds(lambda: dynamics_torch.dynamics(keys, 2000, [1000]), 1),
        "gcds_per_second": 1 / tree[1000],
        "gcds_depth_200_per_second": 1 / tree[200],
        "gcds_depth_2000_per_second": 1 / tree[2000],
        "recurrence_per_second": 1 / plain,
        "gcd_ratio_to_recurrence": plain / tree[1000],
        "gcd_largest_difference": error,
        "balls_per_second": len(factorial) / seconds(lambda: enclose_keys(factorial), repeats),
        "balls_least_bits": int(balls.bits.min()),
    }


def growth(repeats: int) -> dict[str, Any]:
    """Seconds of the dynamics by number of formulas and by depth, each with the exponent of its growth."""
    keys = drawn(40_000, 1)
    counts, depths = (5_000, 10_000, 20_000, len(keys)), (500, 1000, 2000, 4000)
    by_count = [seconds(lambda c=count: dynamics.dynamics(keys[:c], 1000, [500]), repeats) for count in counts]  # type: ignore[misc]
    by_depth = [seconds(lambda d=depth: dynamics.dynamics(keys[:5000], d, [400]), repeats) for depth in depths]  # type: ignore[misc]
    return {
        "formulas": dict(zip(map(str, counts), by_count, strict=True)),
        "formulas_exponent": float(np.polyfit(np.log(counts), np.log(by_count), 1)[0]),
        "depth": dict(zip(map(str, depths), by_depth, strict=True)),
        "depth_exponent": float(np.polyfit(np.log(depths), np.log(by_depth), 1)[0]),
    }


def against(reference: str, count: int, repeats: int) -> dict[str, Any]:
    """Reduced blind delta of drawn formulas by ramanujantools, one by one, and by the kernels, in a batch."""
    keys = drawn(count, 2)
    done = subprocess.run(
        [reference, "-c", REFERENCE], input=json.dumps(keys.tolist()), capture_output=True, text=True, check=True
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    many = drawn(1000, 3)
    own = seconds(lambda: deltas(many), repeats) / len(many)
    alone = seconds(lambda: deltas(keys[:1]), 5 * repeats)
    found = deltas(keys)
    answered = [k for k, (value, _) in enumerate(rows) if value is not None and math.isfinite(value)]
    spent = sum(spent for _, spent in rows) / len(rows)
    return {
        "formulas": len(keys),
        "answered": len(answered),
        "reference_seconds": spent,
        "seconds": own,
        "seconds_alone": alone,
        "ratio": spent / own,
        "largest_difference": max(abs(rows[k][0] - found[k]) for k in answered),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--reference", help="an interpreter that has ramanujantools")
    parser.add_argument("--count", type=int, default=40, help="formulas that the reference computes")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found: dict[str, Any] = {
        "machine": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__},
        "targets": TARGETS,
        "kernels": kernels(arguments.repeats),
        "growth": growth(arguments.repeats),
    }
    reached = {name: found["kernels"][name] for name in TARGETS if name in found["kernels"]}
    if arguments.reference:
        found["ramanujantools"] = against(arguments.reference, arguments.count, arguments.repeats)
        reached["delta_ratio_to_reference"] = found["ramanujantools"]["ratio"]
    found["reached"] = reached
    for name, value in reached.items():
        print(f"{name:28s} {value:12.5g}   target {TARGETS[name]:g}")
    for name in ("formulas_exponent", "depth_exponent"):
        print(f"{name:28s} {found['growth'][name]:12.5g}")
    arguments.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
