"""F4: minimizability gaps over tau for several levels of label noise: closed form against minimisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from plumbline.nouns import Figure
from theory.comp_sum import gap_bounds

_STEP = 400


def closed_form(noise: float, taus: np.ndarray) -> np.ndarray:
    """M_tau of two equiprobable inputs with laws (1-e, e) and (e, 1-e), the same scores at both."""
    laws = np.array([[1 - noise, noise], [noise, 1 - noise]])
    return np.array([gap_bounds.bias_only_gap(np.array([0.5, 0.5]), laws, tau) for tau in taus])


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """M_tau: closed form as lines, minimisation as markers, the ranges in which it rises as thick lines."""
    table = tables["comp_sum.gap_curves"]
    grid = np.arange(round(table["tau"].max() * _STEP) + 1) / _STEP
    figure, axes = style.new_figure(height=3.6)
    arrays: dict[str, np.ndarray] = {"grid": grid}
    for index, (noise, rows) in enumerate(table.groupby("noise")):
        exact = closed_form(noise, grid)
        style.theory(axes, grid, exact, index, label=rf"$e={noise:g}$")
        rising = np.flatnonzero(np.diff(exact) > 0)
        if len(rising):
            part = slice(rising[0], rising[-1] + 2)
            axes.plot(grid[part], exact[part], color=style.series_color(index), linewidth=4.5, alpha=0.3)
        style.measured(axes, rows["tau"], rows["gap"], index)
        arrays |= {
            f"exact_{noise:g}": exact,
            f"tau_{noise:g}": rows["tau"].to_numpy(),
            f"gap_{noise:g}": rows["gap"].to_numpy(),
        }
    axes.axvline(2, color="#999999", linewidth=0.8, linestyle=":")
    axes.set(xlabel=r"$\tau$", ylabel=r"minimizability gap $M_\tau(\mathcal{H})$", xlim=(0, grid[-1]), ylim=(0, None))
    axes.legend(title="label noise", loc="upper right")
    return figure, arrays


GAP_TAU = Figure(
    "comp_sum.gap_tau",
    "Minimizability gap over tau, with label noise",
    "Score vectors that do not depend on the input; two equiprobable inputs with conditional laws (1-e, e) and "
    "(e, 1-e). Lines: the closed form; dots: best risk in the class less mean least conditional risk, each found by "
    "descent over scores. For sure labels the gap falls with tau; from the noise 0.0531 on it rises on a range of tau "
    "(shaded), and at tau = 2 (dotted) it has a kink.",
    draw,
    tables=("comp_sum.gap_curves",),
    claims=("comp_sum.gap.bias_only", "comp_sum.gap.monotone_tau", "comp_sum.gap.monotone_tau_noisy"),
)
