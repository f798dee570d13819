"""Summarises the full correlation study: python benchmarks/starc_correlation_summary.py TABLE.parquet

TABLE comes from ``plumbline run starc.correlation --size full -o TABLE.parquet``. Writes the rank correlations of
every distance with worst-case and rollout regret (intervals by a bootstrap over environments on the ranks of the
whole table) and a light copy of the table's main columns beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
TARGETS = ("regret", "rollout")
LIGHT = ["mdp", "pair", "t", "regret", "regret_back", "rollout", "range"]
LIGHT += ["val_1_1", "val_2_2", "epic_pearson", "dard_pearson"]
RESAMPLES = 2000


def moments(columns: np.ndarray, target: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Per group: n, sum x, sum y, sum x^2, sum y^2, sum xy of every column with the target; (groups, 6, columns)."""
    found = []
    for group in np.unique(groups):
        x, y = columns[groups == group], target[groups == group]
        ones = np.ones(x.shape[1])
        sums = [len(x) * ones, x.sum(0), y.sum() * ones, (x * x).sum(0), (y * y).sum() * ones, (x * y[:, None]).sum(0)]
        found.append(np.stack(sums))
    return np.array(found)


def correlation(sums: np.ndarray) -> np.ndarray:
    n, sx, sy, sxx, syy, sxy = sums
    return np.asarray((sxy - sx * sy / n) / np.sqrt((sxx - sx * sx / n) * (syy - sy * sy / n)))


def interval(samples: np.ndarray) -> list[float]:
    return [round(float(q), 4) for q in np.quantile(samples, [0.005, 0.995])]


def main(path: str) -> None:
    table = pd.read_parquet(path)
    provenance = json.loads(pq.read_schema(path).metadata[b"plumbline"])
    distances = [name for name in table.columns if name not in ("mdp", "pair", "t", "regret_back", *TARGETS)]
    ranks, groups = table[distances].rank().to_numpy(), table["mdp"].to_numpy()
    draw = np.random.default_rng(0)
    results, resampled = {}, {}
    for target in TARGETS:
        sums = moments(ranks, table[target].rank().to_numpy(), groups)
        picks = draw.integers(len(sums), size=(RESAMPLES, len(sums)))
        samples = np.array([correlation(sums[pick].sum(0)) for pick in picks])
        point = correlation(sums.sum(0))
        resampled[target] = dict(zip(distances, samples.T, strict=True))
        results[target] = {
            name: {"spearman": round(float(rho), 4), "interval_99": interval(resampled[target][name])}
            for name, rho in zip(distances, point, strict=True)
        }
    by = resampled["regret"]
    pearson = np.maximum(by["epic_pearson"], by["dard_pearson"])
    summary = {
        **{
            key: provenance[key] for key in ("experiment", "config", "seed", "seconds", "threads", "versions", "commit")
        },
        "pairs": len(table),
        "environments": len(np.unique(groups)),
        "sandwich": {
            "largest W - d": float((table["regret"] - table["range"]).max()),
            "largest d/2 - W": float((table["range"] / 2 - table["regret"]).max()),
        },
        "ordering_99": {
            "range - val_2_2": interval(by["range"] - by["val_2_2"]),
            "val_2_2 - max(epic, dard)": interval(by["val_2_2"] - pearson),
        },
        "correlations": results,
    }
    (HERE / "starc_correlation_full.json").write_text(json.dumps(summary, indent=1) + "\n")
    light = table[LIGHT].astype(dict.fromkeys(LIGHT[2:], "float32"))
    light.to_parquet(HERE / "starc_correlation_full.parquet", compression="zstd", compression_level=19)
    print(summary["seconds"], summary["sandwich"], summary["ordering_99"])


if __name__ == "__main__":
    main(sys.argv[1])
