"""F1: transformations over tau, exact and published, with the worst instances that a search found."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from plumbline.nouns import Figure
from theory.comp_sum import sharp

_GRID = np.linspace(0.02, 1, 491)


def _name(tau: float, classes: int) -> str:
    mark = " (conjectured)" if sharp.is_conjectured(tau, classes) else ""
    return rf"$\tau={tau:g}${mark}"


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """T(beta)/beta^2: exact as lines, published dashed, worst instances as markers; returns all arrays by tau.

    The arrays hold T itself; the square is divided out on the page only, where it keeps the curves apart.
    """
    table = tables["comp_sum.transformations"]
    classes = int(table["n"].iloc[0])
    figure, panels = style.new_figure(1, 2, height=3.6)
    arrays: dict[str, np.ndarray] = {"grid": _GRID}
    for index, (tau, rows) in enumerate(table.groupby("tau")):
        axes = panels[0] if tau <= 1 else panels[1]
        exact = sharp.exact_transformation(_GRID, tau, classes)
        published = sharp.published_transformation(_GRID, tau, classes)
        style.theory(axes, _GRID, exact / _GRID**2, index, label=_name(tau, classes))
        style.theory(axes, _GRID, published / _GRID**2, index, variant=1)
        shown = rows[rows["beta"] >= _GRID[0]]
        style.measured(axes, shown["beta"], shown["regret"] / shown["beta"] ** 2, index)
        arrays |= {
            f"exact_{tau:g}": exact,
            f"published_{tau:g}": published,
            f"beta_{tau:g}": shown["beta"].to_numpy(),
            f"regret_{tau:g}": shown["regret"].to_numpy(),
        }
    titles = (r"$\tau\leq 1$: published = exact", r"$\tau>1$: published (dashed) falls short")
    for axes, title in zip(panels, titles, strict=True):
        axes.set(title=title, xlabel=r"zero-one conditional regret $\beta$", xlim=(0, 1.02))
        axes.legend(loc="upper left" if axes is panels[0] else "upper right")
    panels[0].set_ylabel(r"least surrogate regret, $\mathcal{T}(\beta)/\beta^2$")
    panels[1].set_yscale("log")
    return figure, arrays


TRANSFORM_TAU = Figure(
    "comp_sum.transform_tau",
    "Exact and published transformations",
    "Least surrogate conditional regret over beta^2, at zero-one conditional regret beta, ten labels. Solid: the exact "
    "transformation (conjectured for tau = 1.7); dashed: the published one. Dots: the worst law that a search "
    "over all laws found, its regret evaluated from the definition. Up to tau = 1 the two lines coincide; above, "
    "the published one divides by n^(tau-1) and no instance comes near it, except for tau = 2 and beta <= 1/9.",
    draw,
    tables=("comp_sum.transformations",),
    claims=("comp_sum.h_consistency.sumexp", "comp_sum.h_consistency.logistic", "comp_sum.sharp.mae"),
)
