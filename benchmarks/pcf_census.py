"""The complete census on a few processes: wall time, peak memory, and the counts of its labels.

``python benchmarks/pcf_census.py [--sample N] [--workers K] [--tables FOLDER] [-o FILE]`` runs all shards of the
full configuration with gcds at depth N and writes a summary as JSON; with ``--tables`` each shard's table is kept as
Parquet.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from plumbline import config, simulate
from simulations.pcf.census import CENSUS, study

COUNTED = ("label", "regime", "irrational", "closed_form")


def shard_summary(shard: int, sample: int, folder: str | None) -> dict[str, Any]:
    """One shard of the full census: counts, and the peak memory of its process in MiB."""
    settings = config.load(CENSUS, "full", [f"sample={sample}"])
    frame = study(settings, shard, simulate.seed_sequence(CENSUS.id, shard, 0), "cpu")
    frame = simulate.check_columns(CENSUS, frame, f"shard {shard}")
    if folder is not None:
        frame.to_parquet(Path(folder) / f"census_{shard}.parquet")
    finite, live = frame["bits"] > -(1 << 15), ~frame["label"].isin(["TERMINATING", "DIVERGENT"])
    found: dict[str, Any] = {
        name: {str(k): int(v) for k, v in frame[name].value_counts().items() if v} for name in COUNTED
    }
    found["balls"] = {
        "all": int(finite.sum()),
        "at_least_128_bits": int((frame["bits"] >= 128).sum()),
        "infinite": int((frame["label"] == "INFINITE").sum()),
        "neither_exact_nor_ball": int((live & ~finite & (frame["exact"] == "")).sum()),
    }
    positive = frame["delta"].to_numpy() > 0
    found["measured"] = {"delta_positive": int(positive.sum()), "with_gcd": int(frame["log_g"].notna().sum())}
    return found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "rows": len(frame)}


def _added(counts: list[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)


def complete(sample: int, workers: int, folder: str | None) -> dict[str, Any]:
    """All shards on ``workers`` processes."""
    shards = config.load(CENSUS, "full").shards
    start = time.perf_counter()
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(shard_summary, range(shards), [sample] * shards, [folder] * shards))
    wall = time.perf_counter() - start
    names = (*COUNTED, "balls", "measured")
    totals = {name: _added([part[name] for part in parts]) for name in names}
    return {
        "rows": sum(part["rows"] for part in parts),
        "gcd_depth": sample,
        "workers": workers,
        "wall_seconds": round(wall, 1),
        "processor_seconds": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, 1),
        "peak_memory_mib": round(workers * max(part["peak"] for part in parts)),
        "numpy": np.__version__,
        **totals,
    }


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tables", help="a folder for the shards' tables")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    found = complete(arguments.sample, arguments.workers, arguments.tables)
    print(json.dumps(found, indent=1))
    output = arguments.output or Path(__file__).with_name(f"pcf_census_{arguments.sample}.json")
    output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
