"""F2: how many labels tie at the worst law, over tau and beta, and how far the published transformation falls short."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patheffects import withStroke

from figures import style
from plumbline.nouns import Figure
from theory.comp_sum import middle_claims, pools, sharp

_BORDER_GRID = (np.linspace(1.4, 2.5, 221), np.linspace(0.004, 1, 250))
_LEVELS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_LABELLED_AT = 0.9
_LARGEST = 10
_ONE, _TWO = "#b9a28c", "#f4f1ea"


def _grid(rows: Any, column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(tau, beta, values[beta, tau]) of one panel."""
    wide = rows.pivot(index="beta", columns="tau", values=column)
    return wide.columns.to_numpy(), wide.index.to_numpy(), wide.to_numpy()


def _borders(n: int) -> np.ndarray:
    taus, betas = _BORDER_GRID
    return np.stack([pools.optimal_pool(betas, tau, n) for tau in taus], axis=1)


def _panel(axes: Any, rows: Any, n: int, colours: Any, norm: Any) -> tuple[Any, dict[str, np.ndarray]]:
    tau, beta, pool = _grid(rows, "pool")
    regret = _grid(rows, "regret")[2]
    published = np.stack([sharp.published_transformation(beta, t, n) for t in tau], axis=1)
    ratio = np.log10(regret / published)
    shown = np.minimum(pool, _LARGEST)
    mesh = axes.pcolormesh(tau, beta, shown, cmap=colours, norm=norm, shading="nearest", rasterized=True)
    lines = axes.contour(tau, beta, ratio, levels=_LEVELS, colors="#444444", linewidths=0.8, linestyles="dashed")
    row = ratio[np.argmin(np.abs(beta - _LABELLED_AT))]
    places = [(float(np.interp(level, row, tau)), _LABELLED_AT) for level in _LEVELS if row[0] < level < row[-1]]
    for text in axes.clabel(lines, fmt="%.1f", fontsize=7, manual=places, inline=False):
        text.set(rotation=0, color="black", path_effects=[withStroke(linewidth=2.5, foreground=_TWO)])
    theory = _borders(n)
    levels = np.arange(1, int(theory.max())) + 0.5
    axes.contour(*_BORDER_GRID, theory, levels=levels, colors="black", linewidths=1.0)
    return mesh, {
        f"tau_{n}": tau,
        f"beta_{n}": beta,
        f"pool_{n}": pool,
        f"regret_{n}": regret,
        f"log10_ratio_{n}": ratio,
        f"theory_pool_{n}": theory,
    }


def _marks(axes: Any, n: int, critical: tuple[float, float]) -> np.ndarray:
    """The cusp and the borders at tau = 2; returns the latter."""
    white = {"markeredgecolor": "black", "markerfacecolor": "white", "markeredgewidth": 0.8, "linestyle": "none"}
    axes.plot(*critical, marker="*", markersize=10, zorder=5, label=r"$(\tau_c,\beta_c)$", **white)
    borders = np.array([float(pools.crossing(m)) for m in range(2, n)])
    axes.plot(np.full(len(borders), 2.0), borders, marker="o", markersize=3.5, zorder=5, label=r"$m/(m^2-1)$", **white)
    return borders


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Pool sizes as colours, from the searched table; borders from the closed forms as solid lines."""
    table = tables["comp_sum.pools"]
    classes = sorted(int(n) for n in table["n"].unique())[:3]
    figure, panels = style.new_figure(1, len(classes), height=3.2, sharey=True)
    larger = colormaps["YlGnBu"](np.linspace(0.22, 0.95, _LARGEST - 2))
    colours = ListedColormap([_ONE, _TWO, *larger])
    norm = BoundaryNorm(np.arange(0.5, _LARGEST + 1), _LARGEST)
    subject = middle_claims.critical.subject
    critical = float(subject["high"]), float(subject["beta"])
    arrays: dict[str, np.ndarray] = {"critical": np.array(critical), "border_tau": _BORDER_GRID[0]}
    arrays["border_beta"] = _BORDER_GRID[1]
    for axes, n in zip(np.atleast_1d(panels), classes, strict=True):
        mesh, drawn = _panel(axes, table[table["n"] == n], n, colours, norm)
        arrays |= drawn | {f"crossings_{n}": _marks(axes, n, critical)}
        axes.set(title=rf"$n={n}$", xlabel=r"$\tau$", xlim=(1.4, 2.5), ylim=(table["beta"].min(), 1))
        axes.grid(False)
    np.atleast_1d(panels)[0].set_ylabel(r"zero-one conditional regret $\beta$")
    legend = np.atleast_1d(panels)[0].legend(loc="upper left", bbox_to_anchor=(0.0, 0.88), handletextpad=0.2)
    legend.set(frame_on=True)
    legend.get_frame().set(facecolor=_TWO, edgecolor="none")
    bar = figure.colorbar(mesh, ax=panels, ticks=np.arange(1, _LARGEST + 1), pad=0.01, aspect=28)
    bar.set_label("labels tied at the worst law, $m$")
    bar.ax.minorticks_off()
    return figure, arrays


PHASE_POOL = Figure(
    "comp_sum.phase_pool",
    "Pool sizes of the worst case",
    "Colour: the number m of labels whose scores tie at the worst law found by a search over laws, its regret "
    "evaluated from the definition. Solid lines: the borders between pool sizes from the closed forms (conjectured for "
    "3/2 < tau < 2). Two classes are worst everywhere left of the star, where three labels first do as badly; circles: "
    "the borders m/(m^2 - 1) at tau = 2. Dashed: log10 of the exact over the published transformation.",
    draw,
    tables=("comp_sum.pools",),
    claims=("comp_sum.sharp.mid", "comp_sum.sharp.tau_c", "comp_sum.sharp.mae", "comp_sum.sharp.gt_two"),
)
