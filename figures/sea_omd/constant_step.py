"""F4: the exact worst case of the constant step over its size, and the bound that it meets at the tuned step."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from plumbline.nouns import Figure
from theory.sea_omd import worst_case_bounds

_TABLE = "sea_omd.constant_step_curves"
_BLACK = 6
_FINE = 241


def bound(steps: np.ndarray) -> np.ndarray:
    """D^2/(2 eta) + eta V/2 over D sqrt V, at eta = x D/sqrt V."""
    return np.asarray(worst_case_bounds.constant_step.numpy(D=1.0, V=1.0, eta=steps))


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Left: worst-case regret over the step; right: how much of the bound is missing."""
    table = tables[_TABLE]
    fine = np.geomspace(table["step"].min(), table["step"].max(), _FINE)
    arrays = {"fine": fine, "bound": bound(fine), "rounds": np.sort(table["rounds"].unique())}
    figure, (left, right) = style.new_figure(1, 2, height=3.4)
    style.theory(left, fine, arrays["bound"], _BLACK, label=r"$\frac{1}{2}(x+1/x)$, every $T$")
    sizes = np.linspace(6.5, 3.5, len(arrays["rounds"]))
    for index, rounds in enumerate(arrays["rounds"]):
        rows = table[table["rounds"] == rounds].sort_values("step")
        step, regret = rows["step"].to_numpy(), rows["regret"].to_numpy()
        gap = bound(step) - regret
        arrays |= {f"step_{rounds}": step, f"regret_{rounds}": regret, f"gap_{rounds}": gap}
        style.measured(left, step, regret, index, label=f"$T={rounds}$", size=float(sizes[index]))
        apart = step != 1
        style.measured(right, step[apart], gap[apart], index, size=float(sizes[index]))
    left.plot(1, 1, marker="o", markersize=13, markerfacecolor="none", markeredgecolor="#555555", markeredgewidth=0.8)
    left.annotate("met at $x=1$", (1, 1), xytext=(0, 14), textcoords="offset points", ha="center", fontsize=8.5)
    for axes in (left, right):
        axes.set(xscale="log", xlabel=r"step $x=\eta\sqrt{V}/D$")
        axes.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
        axes.minorticks_off()
    left.set(ylabel=r"worst-case regret over $D\sqrt{V}$", title="worst case and bound", ylim=(0.9, None))
    right.set(yscale="log", ylabel="bound less worst case", title="vanishes at the tuned step")
    left.legend(loc="upper center", fontsize=8)
    return figure, arrays


CONSTANT_STEP = Figure(
    "sea_omd.constant_step",
    "Worst case of the constant step over its size",
    "Optimistic gradient descent with a constant step on R^d, linear losses. Markers: the largest regret over all "
    "paths with ||u - x_1|| <= D and sum ||g_t - g_{t-1}||^2 <= V in every dimension, the value of a semidefinite "
    "program; line: D^2/(2 eta) + eta V/2. Both are D sqrt(V) at eta = D/sqrt(V), for every T. One round has regret D"
    " sqrt(V) at every step; away from the tuned step worst cases rise with T towards the bound.",
    draw,
    tables=(_TABLE,),
)
