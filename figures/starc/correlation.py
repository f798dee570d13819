"""Rank correlation of every distance with worst-case and with rollout regret, bootstrapped over environments."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from figures.starc.ranks import bootstrap
from plumbline.nouns import Figure

ROWS = {
    "range": r"$d_\Omega$",
    "val": "VAL",
    "minimal_l2": r"minimal $L_2$",
    "value_potential": "VALPotential",
    "dard": "DARD",
    "epic": "EPIC",
    "minimal_potential": "MinimalPotential",
    "none": "none",
}
NORMS = ("1", "2", "inf")
LEVEL = 0.99
_RESAMPLES = 2000
_MOST = 8_000_000


def quantiles(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The percentile interval at :data:`LEVEL` over the first axis."""
    low, high = np.quantile(samples, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """One row for each canonicalisation, one mark for each norm and metric; the arrays hold all correlations."""
    table = tables["starc.correlation"]
    names = ["range"] + [f"{row}_{n}_{m}" for row in list(ROWS)[1:] for n in NORMS for m in NORMS]
    names += ["epic_pearson", "dard_pearson"]
    values, targets = (table[columns].to_numpy().T for columns in (names, ["regret", "rollout"]))
    resamples = max(200, min(_RESAMPLES, _MOST // len(table)))
    rho, again = bootstrap(values, targets, table["mdp"].to_numpy(), resamples)
    low, high = quantiles(again)
    at = {name: index for index, name in enumerate(names)}
    rival = np.maximum(again[:, at["epic_pearson"]], again[:, at["dard_pearson"]])
    best = again[:, [at[name] for name in names if name.startswith(("epic_", "dard_"))]].max(1)
    ours = (
        again[:, at["range"]] - again[:, at["val_2_2"]],
        again[:, at["val_2_2"]] - rival,
        again[:, at["val_1_1"]] - best,
    )
    figure, panels = style.new_figure(1, 2, height=3.9, sharey=True)
    for target, axes in enumerate(panels):
        for row, name in enumerate(ROWS):
            marks = ["range"] if name == "range" else [f"{name}_{n}_{m}" for n in NORMS for m in NORMS]
            for place, mark in enumerate(marks):
                i, height = at[mark], row + (place - (len(marks) - 1) / 2) * 0.085
                color = 6 if name == "range" else place // 3
                axes.plot([low[i, target], high[i, target]], [height] * 2, color=style.series_color(color), lw=0.9)
                shape = style.series_marker(0 if name == "range" else place % 3)
                axes.plot(rho[i, target], height, shape, ms=3.2, mec="white", mew=0.3, color=style.series_color(color))
    panels[0].set(yticks=range(len(ROWS)), yticklabels=list(ROWS.values()), ylim=(len(ROWS) - 0.45, -0.55))
    for axes, regret in zip(panels, ("worst-case", "rollout"), strict=True):
        axes.set(xlabel="Spearman correlation", title=f"with {regret} regret", xlim=(None, 1.005))
        axes.grid(axis="y", visible=False)
    for i, norm in enumerate((r"$L_1$", r"$L_2$", r"$L_\infty$")):
        panels[0].plot([], [], "-", color=style.series_color(i), label=f"norm {norm}")
        panels[1].plot([], [], style.series_marker(i), color="#555555", ls="none", label=f"metric {norm}")
    for axes in panels:
        axes.legend(loc="upper left")
    arrays = {"names": np.array(names), "rho": rho, "low": low, "high": high}
    for name, samples in zip(("range_minus_val", "val_minus_rivals", "val_l1_minus_best"), ours, strict=True):
        arrays[name] = np.stack(quantiles(samples))
    return figure, arrays


CORRELATION = Figure(
    "starc.correlation",
    "Which distance ranks rewards as regret does",
    "Spearman correlation of distances between rewards with exact worst-case regret and with the regret of optimal "
    "policies (rollout), on random sparse environments of 32 states, 4 actions and discount 0.95; bars: 99 % bootstrap "
    "intervals over environments. Each row is a canonicalisation, each mark one norm and one metric; EPIC and DARD as "
    "published are the orange squares of their rows (Pearson distance). The range metric leads; for equal norms "
    "those that remove shaping and S'-redistribution come next, then DARD and EPIC, the bare reward last.",
    draw,
    tables=("starc.correlation",),
)
