"""Regrets and distances over the size t of a perturbation, with the limits for many Gaussian states."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from plumbline.nouns import Figure
from theory.starc.gaussian_law import correlation_at
from theory.starc.law_claims import range_limit, regret_limit, rollout_limit

_SERIES = {
    "regret": r"worst-case regret $W$",
    "range": r"$d_\Omega$",
    "val": r"VAL, $L_2$",
    "epic": "EPIC",
    "rollout": "rollout regret",
}
_Z = 2.5758
SMALL = 0.2


def slope(t: np.ndarray, y: np.ndarray) -> float:
    """Least squares slope of log y over log t where t is at most :data:`SMALL` and y positive."""
    small = (t <= SMALL) & (y > 0)
    return float(np.polyfit(np.log(t[small]), np.log(y[small]), 1)[0])


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Means over runs with 99 % bands; lines are the Gaussian limits, drawn in both panels."""
    table = tables["starc.scaling"]
    t = np.sort(table["t"].unique())
    fine = np.geomspace(t[0], t[-1], 200)
    limits = {
        "regret": regret_limit.numpy(rho=correlation_at(fine)),
        "range": range_limit.numpy(rho=correlation_at(fine)),
        "rollout": rollout_limit.numpy(rho=correlation_at(fine)),
    }
    arrays = {"t": t, "fine": fine} | {f"limit_{name}": values for name, values in limits.items()}
    figure, panels = style.new_figure(1, 2, height=3.6, sharey=True)
    for axes, family in zip(panels, ("exogenous", "endogenous"), strict=True):
        rows = table[table["family"] == family]
        for index, (name, label) in enumerate(_SERIES.items()):
            values = rows.pivot(index="run", columns="t", values=name).to_numpy()
            if np.isnan(values).any():
                continue
            mean, half = values.mean(0), _Z * values.std(0, ddof=1) / np.sqrt(len(values))
            arrays |= {f"{family}_{name}": mean, f"{family}_{name}_half": half}
            arrays[f"{family}_{name}_slope"] = np.array([slope(t, mean)])
            shown = mean > 0
            band = (np.maximum(mean - half, mean / 10)[shown], (mean + half)[shown])
            style.measured(axes, t[shown], mean[shown], index, band=band, label=label)
            if name in limits:
                style.theory(axes, fine, limits[name], index, variant=0 if family == "exogenous" else 1)
        axes.set(xlabel=r"size $t$ of the perturbation", title=f"{family} transitions", xscale="log", yscale="log")
    panels[0].set(ylim=(1e-5, 3), ylabel=r"between $R$ and $R+tR'$")
    panels[1].legend(loc="lower right")
    return figure, arrays


SCALING = Figure(
    "starc.scaling",
    "Optimal policies are blind to small errors",
    "Mean over pairs of independent rewards, with 99 % bands, between R and R + t R'. Lines: limits for many "
    "Gaussian states, W = sqrt(1 - rho^2), d = sqrt(2 - 2 rho), rollout = (1 - rho)/2 with rho = (1 + "
    "t^2)^(-1/2) (dashed on the right, where the limit need not hold). Worst-case regret and the distances grow "
    "like t, the regret of optimal policies like t^2: a perturbation whose rollout regret is 10^-4 has a worst "
    "case of 10^-2.",
    draw,
    tables=("starc.scaling",),
    claims=("starc.law.gaussian",),
)
