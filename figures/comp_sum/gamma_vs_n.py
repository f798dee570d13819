"""F3: what a small surrogate regret promises about the zero-one regret, over the number of classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from plumbline.nouns import Figure
from theory.comp_sum import inverses, sharp

RISK = 0.01
TAUS = (1.2, 1.5, 1.7, 2.0, 3.0)
CLASSES = (2, 3, 4, 5, 7, 10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500, 700, 1000)


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Both bounds at t = 0.01 over n: sharp as solid lines, published dashed; returns the arrays by tau."""
    figure, panels = style.new_figure(1, 2, height=3.4, sharey=True)
    classes = np.array(CLASSES)
    arrays: dict[str, np.ndarray] = {"classes": classes}
    for index, tau in enumerate(TAUS):
        axes = panels[0] if tau < 2 else panels[1]
        best = inverses.sharp_bounds(RISK, tau, CLASSES)
        published = np.array([float(inverses.published_bound(RISK, tau, n)) for n in CLASSES])
        mark = " (conjectured)" if sharp.is_conjectured(tau, 3) else ""
        style.theory(axes, classes, best, index, label=rf"$\tau={tau:g}${mark}")
        style.theory(axes, classes, published, index, variant=1)
        arrays |= {f"sharp_{tau:g}": best, f"published_{tau:g}": published}
    titles = (r"$1<\tau<2$: published grows as $n^{(\tau-1)/2}$", r"$\tau\geq 2$: published grows as $n^{\tau-1}$")
    for axes, title in zip(panels, titles, strict=True):
        axes.set(title=title, xlabel="number of classes $n$", xscale="log", yscale="log", ylim=(0.015, 1.3))
        axes.legend(loc="upper left" if axes is panels[0] else "center right")
    panels[0].set_ylabel(rf"bound on the zero-one regret at $t={RISK:g}$")
    return figure, arrays


GAMMA_VS_N = Figure(
    "comp_sum.gamma_vs_n",
    "Bounds over the number of classes",
    "Bound on the zero-one regret plus gap where the surrogate regret plus gap is 0.01. Dashed: the published bound, "
    "which reaches the trivial value 1. Solid: the best bound that holds for every distribution, the inverse of the "
    "convex envelope of the exact transformation (conjectured for tau = 1.7): it does not depend on n up to tau = 3/2, "
    "and for tau = 2 it grows to 0.105 and stays there.",
    draw,
    claims=("comp_sum.sharp.le_three_halves", "comp_sum.sharp.mae", "comp_sum.sharp.gt_two"),
)
