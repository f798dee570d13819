"""Means over seeds with 95 % bands, log-log slopes, and one colour per learner for all figures of the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from figures import style
from theory.sea_omd.learners import learners

Z = 1.959964
"""Two-sided 95 % quantile of the normal law."""
MAIN = "oomd"
_FLOOR = 0.05
_ACROSS, _LINE = 3, 8.0


@dataclass(frozen=True)
class Curve:
    """Means over seeds at each number of rounds (m,), and half the width of their 95 % bands."""

    rounds: np.ndarray
    mean: np.ndarray
    half: np.ndarray
    slope: float
    slope_half: float
    seeds: int


def curve(rows: Any, column: str) -> Curve:
    """Of one learner's rows in one environment; each row is a mean over as many seeds.

    The slope is that of the logarithm of the mean over log T by least squares, its half-width 1.96 standard errors by
    linear response; both 0 where a mean is not positive.
    """
    wide = rows.pivot(index=["shard", "block"], columns="rounds", values=column)
    values, rounds = wide.to_numpy(), wide.columns.to_numpy(dtype=float)
    mean, count = values.mean(0), len(values)
    half = Z * values.std(0, ddof=1) / np.sqrt(count) if count > 1 else np.zeros_like(mean)
    seeds = int(rows.groupby("rounds")["runs"].sum().min())
    if not (mean > 0).all() or len(rounds) < 2:
        return Curve(rounds, mean, half, 0.0, 0.0, seeds)
    logs = np.log(rounds) - np.log(rounds).mean()
    response = logs / (logs @ logs)
    parts = (values / mean - 1) @ response
    error = parts.std(ddof=1) / np.sqrt(count) if count > 1 else 0.0
    return Curve(rounds, mean, half, float(response @ np.log(mean)), float(Z * error), seeds)


def titles(names: list[str]) -> dict[str, str]:
    """Legend entries by learner's name, the main learner first."""
    known = learners()
    ordered = sorted(names, key=lambda name: (name != MAIN, name))
    return {name: known[name].title if name in known else name for name in ordered}


def band(found: Curve) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limits for an axis in logarithms: never below a twentieth of the mean."""
    return np.maximum(found.mean - found.half, _FLOOR * found.mean), found.mean + found.half


def exponents(axes: Any, found: dict[str, Curve]) -> None:
    """Write the slopes of all learners, in their colours, in rows of three along the bottom of the panel."""
    rows = -(-len(found) // _ACROSS)
    for index, one in enumerate(found.values()):
        error = f"\\pm{one.slope_half:.3f}" if one.slope_half >= 5e-4 else ""
        axes.annotate(
            f"${abs(one.slope) if abs(one.slope) < 5e-4 else one.slope:.3f}{error}$",
            ((index % _ACROSS + 0.5) / _ACROSS, 0),
            xytext=(0, 3 + _LINE * (rows - 1 - index // _ACROSS)),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=6.5,
            color=style.series_color(index),
        )


def marks(axes: Any, x: np.ndarray, y: np.ndarray, index: int, count: int, **options: Any) -> Any:
    """Hollow markers, from large to small, so that a later learner does not hide an earlier one in the same place."""
    size = 6.5 - 2.5 * index / max(count - 1, 1)
    line = style.measured(axes, x, y, index, size=size, **options)
    line.set(markerfacecolor="none", markeredgecolor=style.series_color(index), markeredgewidth=1.0)
    return line
