"""F5: what is proved of the formulas of the census, by degrees of a and b."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from figures import style
from plumbline.nouns import Figure

_STATES = (
    ("terminating", "#b5b5b5", ""),
    ("divergent", style.PALETTE[1], ""),
    ("infinite", style.PALETTE[4], ""),
    ("rational", style.PALETTE[6], ""),
    ("irrational, closed form", style.PALETTE[0], "////"),
    ("irrational", style.PALETTE[0], ""),
    ("closed form", style.PALETTE[2], ""),
    ("enclosed only", style.PALETTE[5], ""),
    ("convergent only", style.PALETTE[3], ""),
)
"""Name, colour and hatching, in the order of the bars; the first that applies."""
_STATE_OF = {
    "TERMINATING": 0,
    "DIVERGENT": 1,
    "INFINITE": 2,
    "RATIONAL": 3,
    "IRRATIONAL": 5,
    "IDENTITY": 6,
    "ENCLOSED": 7,
    "CLASSIFIED": 8,
}


def counts_by_degrees(table: pd.DataFrame) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Pairs of degrees, and how many of their formulas are in each state, [pairs, states]."""
    state = table["label"].astype(str).map(_STATE_OF).to_numpy()
    state = np.where((state == 5) & (table["closed_form"].astype(str) != ""), 4, state)
    pairs = sorted(set(zip(table["d_a"].tolist(), table["d_b"].tolist(), strict=True)))
    row = [pairs.index(pair) for pair in zip(table["d_a"].tolist(), table["d_b"].tolist(), strict=True)]
    counts = np.zeros((len(pairs), len(_STATES)), dtype=np.int64)
    np.add.at(counts, (np.array(row), state.astype(int)), table["formulas"].to_numpy())
    return pairs, counts


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Stacked shares for each pair of degrees and for all, with the numbers beside; returns counts and bar edges."""
    pairs, counts = counts_by_degrees(tables["pcf.ladder"])
    counts = np.vstack([counts, counts.sum(axis=0)])
    shown = np.flatnonzero(counts.sum(axis=0))
    totals = counts.sum(axis=1)
    edges = np.hstack([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1) / totals[:, None]])
    place = np.append(np.arange(len(pairs)), len(pairs) + 0.4)
    figure, (bars, numbers) = style.new_figure(1, 2, height=3.5, width_ratios=[1, 1.5], sharey=True)
    for state in shown:
        name, colour, hatch = _STATES[state]
        width = edges[:, state + 1] - edges[:, state]
        bars.barh(
            place,
            width,
            left=edges[:, state],
            height=0.74,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            lw=0,
            label=name,
        )
    bars.set_yticks(place, [*(f"({a}, {b})" for a, b in pairs), "all"])
    bars.set(xlim=(0, 1), ylim=(place[-1] + 0.6, -0.6), xlabel="share of the formulas", ylabel=r"degrees $(d_a,d_b)$")
    bars.grid(visible=False)
    bars.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    numbers.set(xlim=(-0.5, len(shown) + 0.65))
    numbers.axis("off")
    right = [*(np.arange(len(shown)) + 0.42), len(shown) + 0.6]
    for x, values in zip(right, [*counts[:, shown].T, totals], strict=True):
        for y, value in zip(place, values.tolist(), strict=True):
            text = f"{value:,}" if value else "\N{MIDDLE DOT}"
            numbers.text(x, y, text, fontsize=6.6, ha="right", va="center")
    for x, state in zip(right, shown, strict=False):
        head = _STATES[state][0].replace(", ", ",\n").replace(" ", "\n")
        numbers.text(x, -0.75, head, fontsize=6.2, ha="right", va="bottom")
    numbers.text(right[-1], -0.75, "all", fontsize=6.2, ha="right", va="bottom")
    figure.legend(*bars.get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize=7.5)
    names = np.array([name for name, _, _ in _STATES])
    arrays = {"counts": counts, "totals": totals, "edges": edges, "states": names, "degrees": np.array(pairs)}
    return figure, arrays


LADDER = Figure(
    "pcf.ladder",
    "What is proved of every formula of the census",
    "For each pair of degrees of a and b, and for all 1,768,900 formulas: the first of the states that is proved, "
    "counted exactly over the whole census, with no float dynamics. Terminating and divergent formulas (most "
    "divergent ones have two conjugate solutions of equal modulus); infinite limits, where q_n is the minimal "
    "solution; rational limits; limits proved irrational by the size of the minimal solution, by certified common "
    "divisors, as quadratic numbers, or as rational images of pi or ln 2, hatched where a closed form is known too; "
    "closed forms alone; limits enclosed by a ball of at least the configured bits or fewer, of which it is not known "
    "whether they are rational.",
    draw,
    tables=("pcf.ladder",),
    claims=(
        "pcf.regimes.convergence",
        "pcf.regimes.infinite",
        "pcf.rational.list",
        "pcf.rational.products",
        "pcf.irrational.census",
        "pcf.family.checkerboard",
        "pcf.closed.count",
    ),
)
