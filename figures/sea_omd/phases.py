"""F2: regret over the noise and the shift of one round, in units of the bound's two main terms."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.patheffects import withStroke

from figures import style
from figures.sea_omd import curves
from figures.sea_omd.interpolation import REGRETS, sharp
from plumbline.nouns import Figure
from theory.sea_omd import rate_bounds

_TABLE = "sea_omd.phases"
_LEVELS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


def grid(rows: Any, values: Any) -> np.ndarray:
    """Values by (sigma, Sigma), both increasing."""
    return rows.assign(value=values).pivot_table(index="sigma", columns="shift", values="value").to_numpy()


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Two panels measured, for both regrets, and the limit for many rounds."""
    rows = tables[_TABLE]
    rows = rows[rows["learner"] == curves.MAIN].sort_values(["sigma", "shift"]).reset_index(drop=True)
    sigma, shift = np.sort(rows["sigma"].unique()), np.sort(rows["shift"].unique())
    unit = rows["diameter"] * (np.sqrt(rows["noise_total"]) + np.sqrt(rows["shift_from_second"]))
    bound = np.array(
        [
            float(sharp(row.diameter, row.largest_gradient, row.smoothness, row.noise_total, row.shift_from_second))
            for row in rows.itertuples()
        ]
    )
    arrays = {"sigma": sigma, "shift": shift, "rounds": rows["rounds"].to_numpy()[:1]}
    arrays |= {"seeds": rows.groupby(["sigma", "shift"])["runs"].sum().to_numpy()[:1], "bound": grid(rows, bound)}
    together = sigma[:, None] + shift[None, :]
    arrays["limit"] = rate_bounds.leading.numpy(sigma=sigma[:, None], Sigma=shift[None, :]) / together
    figure, panels = style.new_figure(1, 3, height=2.75, sharey=True)
    for axes, (regret, label) in zip(panels, REGRETS.items(), strict=False):
        found = rows[f"{regret}_regret"]
        arrays[regret] = grid(rows, found / unit)
        arrays[f"{regret}_error"] = grid(rows, rows[f"{regret}_regret_error"] / unit)
        arrays[f"{regret}_margin"] = grid(rows, bound / found)
        _panel(axes, sigma, shift, arrays[regret], label)
        lines = axes.contour(
            np.log10(sigma),
            np.log10(shift),
            arrays[f"{regret}_margin"].T,
            levels=_LEVELS,
            colors="black",
            linewidths=0.8,
        )
        for text in axes.clabel(lines, fmt="%d", fontsize=7):
            text.set_path_effects([withStroke(linewidth=2, foreground="white")])
    mesh = _panel(panels[2], sigma, shift, arrays["limit"], r"limit, $T\to\infty$")
    panels[0].set_ylabel(r"$\log_{10}\Sigma$, shift of a round")
    figure.colorbar(mesh, ax=panels, label=r"regret / $D(\sqrt{\sigma^2_{1:T}}+\sqrt{\Sigma^2_{2:T}})$", fraction=0.05)
    return figure, arrays


def _panel(axes: Any, sigma: np.ndarray, shift: np.ndarray, values: np.ndarray, title: str) -> Any:
    mesh = axes.pcolormesh(
        np.log10(sigma),
        np.log10(shift),
        values.T,
        cmap="viridis",
        vmin=0,
        vmax=0.75,
        shading="nearest",
        rasterized=True,
    )
    axes.grid(visible=False)
    axes.set(xlabel=r"$\log_{10}\sigma$, noise of a round")
    axes.set_title(title)
    return mesh


PHASES = Figure(
    "sea_omd.phases",
    "Regret over noise and shift",
    "Optimistic mirror descent on quadratics (L = 1) with centres that alternate along one axis, the expected slope "
    "changing by Sigma in each round, and noise on the sphere of radius sigma. Colour: regret over D times (root of "
    "sigma^2_{1:T} plus root of Sigma^2_{2:T}). Lines: the sharper bound over the regret, the margin that is left. "
    "Right: the limit for many rounds, (3 Sigma^2/4 + sigma^2/2) / (sqrt(Sigma^2 + 2 sigma^2) (sigma + Sigma)), 0.354 "
    "where only noise is left and 3/4 where only shift is; at the lower left the constants of the step still rule.",
    draw,
    tables=(_TABLE,),
)
