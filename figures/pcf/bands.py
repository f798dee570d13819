"""Formulas with d_b = 2 d_a: the bands of gamma and of the denominators' growth, and what makes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from scipy.special import gammaln

from figures import style
from plumbline.nouns import Figure

DENSITIES = (0.25, 0.5, 1.0)
_TEXT = (r"$\rho=\frac{1}{4}$", r"$\rho=\frac{1}{2}$", r"$\rho=1$")
_COLORS = (0, 4, 2)
_GRID = (158, 64)


def exact_rates(largest: int = 5) -> np.ndarray:
    """ln|lambda_-/lambda_+| for x^2 = A x + B, A^2 + 4B > 0, over all leading coefficients; increasing."""
    found = set()
    for top in range(1, largest + 1):
        for bottom in [b for b in range(-largest, largest + 1) if b and top * top + 4 * b > 0]:
            root = np.sqrt(top * top + 4 * bottom)
            found.add(round(float(np.log(abs(top - root) / (top + root))), 9))
    return np.array(sorted(found))


def _cells(axes: Any, x: np.ndarray, y: np.ndarray, rho: np.ndarray, extent: tuple[float, ...]) -> None:
    """Cells of a grid with formulas in them, one hue for each density, darker for more formulas (logarithmic)."""
    left, right, low, high = extent
    columns, rows = np.linspace(left, right, _GRID[0] + 1), np.linspace(low, high, _GRID[1] + 1)
    for value, index in zip(DENSITIES, _COLORS, strict=True):
        own = rho == value
        counts = np.histogram2d(x[own], y[own], [columns, rows])[0]
        i, j = np.nonzero(counts)
        corners = [(columns[i + di], rows[j + dj]) for di, dj in ((0, 0), (1, 0), (1, 1), (0, 1))]
        shades = LinearSegmentedColormap.from_list("shade", ["#ffffff", style.series_color(index), "#000000"])
        shades = LinearSegmentedColormap.from_list("shade", shades(np.linspace(0.28, 0.72, 16)))
        cells = PolyCollection(list(np.moveaxis(np.array(corners), 2, 0)), cmap=shades, norm=LogNorm(), zorder=3)
        cells.set_array(counts[i, j])
        axes.add_collection(cells)


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Left: ln q~_n over n as measured. Right: what is left of it without (1 - rho) ln n!."""
    table = tables["pcf.census"]
    rows = table[(table["d_a"] == 1) & (table["regime"] == "hyperbolic") & table["delta"].notna()]
    n = rows["n"].to_numpy()
    gamma = ((rows["log_error"] - rows["beta"] * np.log(n)) / n).to_numpy()
    growth = ((rows["log_q"] - rows["log_g"]) / n).to_numpy()
    rho = rows["rho"].to_numpy()
    left_over = growth - (1 - rho) * gammaln(n + 1) / n
    lines = exact_rates()
    figure, panels = style.new_figure(1, 2, height=4.3, sharex=True)
    for axes, y in zip(panels, (growth, left_over), strict=True):
        low, high = float(y.min()), float(y.max())
        edge = 0.06 * (high - low)
        span = (low - edge, high + (3 if axes is panels[0] else 1) * edge)
        axes.vlines(lines, span[0], high + edge, color="#000000", lw=0.5, alpha=0.55, zorder=1)
        _cells(axes, gamma, y, rho, (-3.45, -0.3, *span))
        axes.set(ylim=span, xlim=(-3.45, -0.3), xlabel=r"$\gamma_n=(\ln\varepsilon_n-\beta\ln n)/n$")
        axes.grid(visible=False)
    panels[0].set(ylabel=r"$\ln\tilde q_n/n$", title="as measured: one band for each density")
    panels[1].set(ylabel=r"$\gamma'_n=(\ln\tilde q_n-(1-\rho)\ln n!)/n$", title="without the factorials: bands gone")
    for text, index in zip(_TEXT, _COLORS, strict=True):
        panels[0].plot([], [], "s", color=style.series_color(index), ms=6, label=text)
    panels[0].legend(loc="upper center", ncols=3, columnspacing=1.2, handletextpad=0.3)
    exact = rows["gamma"].to_numpy()
    return figure, {
        "lines": lines, "gamma": gamma, "gamma_exact": exact, "rho": rho, "growth": growth, "rate": left_over,
        "factorial": gammaln(n + 1) / n,
    }  # fmt: skip


BANDS = Figure(
    "pcf.bands",
    "Bands for deg b = 2 deg a, explained",
    "Formulas with deg a = 1, deg b = 2 that converge exponentially, at depth 1000; darker: more formulas. Vertical "
    "lines: the 27 values that gamma can take, functions of A^2/B alone; the measured rates lie on them. The other "
    "axis is banded by the density rho of primes with reduction (1, 1/2 or 1/4, exact from three discriminants): "
    "ln q/n grows like (1 - rho) ln n. Without that factor one band is left.",
    draw,
    tables=("pcf.census",),
)
