"""Tails of a mean below the bounds of Chernoff, Bernstein and Hoeffding."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import beta

from figures.style import measured, new_figure, theory
from plumbline.nouns import Figure
from theory.concentration import bounds

LEVEL = 0.99


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """One panel for each p: three bounds as lines, frequencies as markers with Clopper-Pearson intervals."""
    table, arrays = tables["concentration.tails"], {}
    probabilities = sorted(table["p"].unique())
    drawing, panels = new_figure(1, len(probabilities), height=2.9, sharey=True, squeeze=False)
    for p, axes in zip(probabilities, panels[0], strict=True):
        rows = table[(table["p"] == p) & (table["reached"] > 0)].sort_values("q")
        n, q = int(rows["n"].iloc[0]), rows["q"].to_numpy()
        reached, samples = rows["reached"].to_numpy(), rows["samples"].to_numpy()
        exponents = {
            "Hoeffding": bounds.hoeffding.numpy(p=p, q=q),
            "Bernstein": bounds.bernstein.numpy(p=p, s=(q - p) / (1 - p)),
            "Chernoff": bounds.chernoff.numpy(p=p, s=(q - p) / (1 - p)),
        }
        low = beta.ppf((1 - LEVEL) / 2, reached, samples - reached + 1)
        high = beta.ppf((1 + LEVEL) / 2, reached + 1, samples - reached)
        for place, (name, exponent) in enumerate(exponents.items()):
            arrays[f"{name}_{p:g}"] = np.exp(-n * exponent)
            theory(axes, q, arrays[f"{name}_{p:g}"], place, label=name, variant=place)
        measured(axes, q, reached / samples, 6, label="simulated", band=(low, high))
        arrays |= {f"q_{p:g}": q, f"low_{p:g}": low, f"frequency_{p:g}": reached / samples}
        axes.set(yscale="log", xlabel=r"$q$", title=f"$p = {p:g}$, $n = {n}$")
    panels[0][0].set_ylabel(r"$\Pr(\frac{1}{n}\sum X_i\geq q)$")
    panels[0][-1].legend()
    return drawing, arrays


TAILS = Figure(
    "concentration.tails",
    "Tails and their bounds",
    "Probability that the mean of n independent variables in {0, 1} reaches q, simulated (99 % intervals), below the "
    "bounds exp(-n exponent) of Chernoff, Bernstein and Hoeffding. Hoeffding's is near Chernoff's for p = 1/2, "
    "Bernstein's for rare events.",
    draw,
    tables=("concentration.tails",),
    claims=("concentration.chernoff.tail", "concentration.exponent.hoeffding", "concentration.exponent.bernstein"),
)
