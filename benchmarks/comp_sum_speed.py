"""Speed of the comp-sum code on one core, beside what a user would write instead.

``python benchmarks/comp_sum_speed.py [--repeats K] [-o FILE]`` prints a table and writes the numbers as JSON (beside
this file). Times are processor seconds of one thread, the best of K repeats, so that other jobs on the machine disturb
little; all ratios come from one run.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch

from plumbline.domain import Integer
from plumbline.evidence import Verdict
from plumbline.nouns import Effort
from proofs_checks.comp_sum.transformations import attack
from proofs_checks.engines import search
from theory.comp_sum import bounds, claims, definitions

EVALUATIONS = 1_000_000
LAWS = 200_000
CLASSES = (5, 10, 20, 50, 100)
TAUS = (0.0, 0.5, 1.0, 1.5, 1.7, 2.0, 3.0)
SEARCH = search.Effort(samples=1_000_000, parents=64, rounds=50, children=64, confirmations=6)
TARGETS = {"transformation_ratio": 3.0, "regrets_per_second": 1.5e6, "search_per_second": 1e6}


def seconds(function: Callable[[], Any], repeats: int) -> float:
    """Least processor seconds of one call."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def naive_power_form(beta: np.ndarray, tau: float) -> np.ndarray:
    """The two-class transformation as one types it: loses all digits near beta = 0."""
    r = 1 / (2 - tau)
    return np.asarray(2 ** (1 - tau) / (tau - 1) * ((((1 + beta) ** r + (1 - beta) ** r) / 2) ** (1 / r) - 1))


def transformations(repeats: int) -> list[dict[str, Any]]:
    """Stable closed forms against the naive ones on uniform beta, and the naive form's error at beta = 1e-7."""
    beta, rows = np.random.default_rng(0).random(EVALUATIONS), []
    for tau in (0.25, 0.5, 1.25, 1.5, 1.7, 1.9):
        formula = bounds.transform_below_one if tau < 1 else bounds.transform_two_class
        stable = formula.array_function("numpy")
        ours = seconds(lambda f=stable, t=tau: f(beta, t), repeats)  # type: ignore[misc]
        naive = seconds(lambda t=tau: naive_power_form(beta, t), repeats)  # type: ignore[misc]
        exact = float(formula.mpmath(beta=Fraction(1, 10**7), tau=Fraction(str(tau))))
        small = np.array([1e-7])
        errors = (abs(float(value[0]) / exact - 1) for value in (stable(small, tau), naive_power_form(small, tau)))
        ratio = {"seconds": ours, "naive_seconds": naive, "ratio": ours / naive}
        rows.append({"tau": tau, **ratio, **dict(zip(("error", "naive_error"), errors, strict=True))})
    return rows


def random_laws(n: int, count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(n)
    weights = torch.rand(count, n, generator=generator, dtype=torch.float64) ** 3
    return weights / weights.sum(-1, keepdim=True)


def regrets(repeats: int) -> list[dict[str, Any]]:
    """Exact conditional regrets at n = 10 for every tau, and the all-pools path that defines them."""
    laws, rows = random_laws(10, LAWS), []
    few = laws[: LAWS // 10]
    for tau in TAUS:
        fast = seconds(lambda t=tau: definitions.least_regret_predicting(laws, t), repeats)  # type: ignore[misc]

        def slow(t: float = tau) -> Any:
            return definitions.conditional_regret(few, definitions.best_softmax_predicting(few, t), t)

        difference = (definitions.least_regret_predicting(few, tau) - slow()).abs().max()
        rate, slow_rate = LAWS / fast, len(few) / seconds(slow, max(1, repeats // 2))
        rows.append(
            {
                "tau": tau,
                "per_second": rate,
                "all_pools_per_second": slow_rate,
                "speedup": rate / slow_rate,
                "largest_difference": float(difference),
            }
        )
    return rows


def growth(repeats: int) -> dict[str, Any]:
    """Nanoseconds per law over n, and the exponents of n that fit them; a sort alone costs n log n."""
    rows = []
    for n in CLASSES:
        laws = random_laws(n, 2_000_000 // n)
        taken = {
            tau: seconds(lambda p=laws, t=tau: definitions.least_regret_predicting(p, t), repeats)  # type: ignore[misc]
            for tau in (1.5, 3.0)
        }
        ordered = seconds(lambda p=laws: np.sort(p.numpy(), -1), repeats)  # type: ignore[misc]
        per_law = 1e9 / len(laws)
        rows.append({"n": n, "tau_1.5": taken[1.5] * per_law, "tau_3": taken[3.0] * per_law, "sort": ordered * per_law})
    logs = np.log([[row[key] for key in ("n", "tau_1.5", "tau_3", "sort")] for row in rows])
    slopes = {
        key: float(np.polyfit(logs[:, 0], logs[:, i], 1)[0]) for i, key in enumerate(("tau_1.5", "tau_3", "sort"), 1)
    }
    return {"nanoseconds_per_law": rows, "exponents": slopes}


def searches(repeats: int) -> list[dict[str, Any]]:
    """Laws per second of the search for worst laws, sampling, evaluation and local search together."""
    rows = []
    for n in CLASSES:
        scope = claims.logistic.domain.restrict(Integer("n", n, n))
        best = 0.0
        for _ in range(repeats):
            start = time.process_time()
            finding = attack(bounds.transform_logistic, Fraction(1), n, Effort(), scope, "speed", plan=SEARCH)
            taken = time.process_time() - start
            assert finding.verdict is Verdict.HOLDS
            best = max(best, finding.effort["evaluations"] / taken)
        rows.append({"n": n, "per_second": best})
    return rows


def table(title: str, rows: list[dict[str, Any]]) -> None:
    print(f"\n{title}")
    print("  ".join(f"{name:>20}" for name in rows[0]))
    for row in rows:
        print("  ".join(f"{value:>20.4g}" for value in row.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error(f"--repeats must be at least 1, got {arguments.repeats}")
    torch.set_num_threads(1)
    grown = growth(arguments.repeats)
    results: dict[str, list[dict[str, Any]]] = {
        "transformation": transformations(2 * arguments.repeats),
        "regret": regrets(arguments.repeats),
        "search": searches(max(1, arguments.repeats // 2)),
    }
    reached = {
        "transformation_ratio": max(row["ratio"] for row in results["transformation"]),
        "regrets_per_second": min(row["per_second"] for row in results["regret"]),
        "search_per_second": next(row["per_second"] for row in results["search"] if row["n"] == 10),
    }
    table("stable against naive transformation, 1e6 evaluations", results["transformation"])
    table("exact conditional regrets, n = 10", results["regret"])
    table("nanoseconds per law", grown["nanoseconds_per_law"])
    print("fitted exponent of n:", {name: round(value, 2) for name, value in grown["exponents"].items()})
    table("worst-case search", results["search"])
    print(f"\nreached {reached}\ntargets {TARGETS}")
    machine = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__, "threads": 1}
    record = {"machine": machine, "targets": TARGETS, "reached": reached, **results, "growth": grown}
    arguments.output.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
