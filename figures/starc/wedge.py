"""Worst-case regret over distance: a wedge for the range metric, none for EPIC and DARD."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from plumbline.nouns import Figure

_PARAMETER = np.geomspace(1e-3, 30, 60)


def reversed_distance(eps: np.ndarray) -> np.ndarray:
    """D_EPIC = D_DARD of eps r + N and -eps r + N, whose orders are opposite (W = 1)."""
    return np.asarray(eps / np.sqrt(4 + eps**2))


def equivalent_distance(t: np.ndarray) -> np.ndarray:
    """D_EPIC = D_DARD of r and r + t N, whose orders are the same (W = 0)."""
    return np.asarray(np.sqrt((1 - 1 / np.sqrt(1 + 4 * t**2)) / 2))


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """W against d_Omega, VAL with L2, EPIC and DARD, both orders of each pair; last the ratio W/d_Omega."""
    table = tables["starc.correlation"]
    both = {name: np.tile(table[name].to_numpy(), 2) for name in ("range", "val_2_2", "epic_pearson", "dard_pearson")}
    regret = np.concatenate([table["regret"], table["regret_back"]])
    figure, panels = style.new_figure(2, 2, height=5.4)
    wedge, val, rivals, ratio = panels.ravel()
    ends = np.array([both["range"].min() * 0.8, 2.0])
    size = 2.2 if len(regret) < 5000 else 1.2
    style.measured(wedge, both["range"], regret, 0, size=size)
    style.theory(wedge, ends, ends, 6, label=r"$W=d$")
    style.theory(wedge, ends, ends / 2, 6, variant=1, label=r"$W=d/2$")
    wedge.set(xlabel=r"$d_\Omega$", title="range metric", xscale="log", yscale="log")
    style.measured(val, both["val_2_2"], regret, 2, size=size)
    extremes = np.array([np.min(regret / both["val_2_2"]), np.max(regret / both["val_2_2"])])
    spread = np.array([both["val_2_2"].min() * 0.8, 2.0])
    for slope in extremes:
        style.theory(val, spread, slope * spread, 6, variant=2, label=rf"$W={slope:.2f}\,d$")
    val.set(xlabel=r"VAL, $L_2$ and $L_2$", title="VAL (observed extremes)", xscale="log", yscale="log")
    style.measured(rivals, both["epic_pearson"], regret, 1, size=size, label="EPIC")
    style.measured(rivals, both["dard_pearson"], regret, 4, size=size, label="DARD")
    against, same = reversed_distance(_PARAMETER), equivalent_distance(_PARAMETER)
    style.theory(rivals, against, np.ones_like(against), 6, label="order reversed")
    style.theory(rivals, same, np.zeros_like(same), 6, variant=1, label="order the same")
    rivals.set(xlabel="Pearson distance", title="EPIC and DARD: no wedge", xscale="log", ylim=(-0.05, 1.1))
    quotient = regret / both["range"]
    ratio.hist(quotient, bins=np.linspace(0.5, 1, 26), color=style.series_color(0), alpha=0.8)
    ratio.set(xlabel=r"$W/d_\Omega$", ylabel="pairs", title="inside the wedge", xlim=(0.49, 1.01))
    for axes in (wedge, val, rivals):
        axes.set_ylabel(r"worst-case regret $W$")
        axes.legend(loc="upper left" if axes is not rivals else "center left")
    arrays = {**both, "regret": regret, "ratio": quotient, "extremes": extremes}
    return figure, {**arrays, "parameter": _PARAMETER, "reversed": against, "equivalent": same}


WEDGE = Figure(
    "starc.wedge",
    "Worst-case regret over distance",
    "Exact worst-case regret of pairs of rewards on random sparse environments, both orders. All pairs lie "
    "between d/2 and d for the range metric. VAL with L2 norms has a wedge in each environment; the dotted lines "
    "are the extremes of these pairs. EPIC and DARD have none: along the solid curve the order of policies is "
    "reversed (W = 1) while the distance goes to 0, along the dashed one rewards are equivalent (W = 0) while it "
    "goes to 0.71 (both exact, for two states with uniform transitions). Last panel: the ratio W/d.",
    draw,
    tables=("starc.correlation",),
)
