"""All convergent formulas: delta at one depth against the measured eta', with the limits that exponents allow."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm

from figures import style
from figures.pcf.exact_limits import convergent, eta_of_denominators, limit_of_delta, measured_eta, weights
from plumbline.nouns import Figure

DELTAS = (-1.0, 0.0, 1 / 3, 0.5, 1.0)
ETAS = (0.0, 0.5, 0.75, 1.0, 1.5, 2.0)
_DELTA_TEXT = ("$-1$", "$0$", r"$\frac{1}{3}$", r"$\frac{1}{2}$", "$1$")
_ETA_TEXT = ("$0$", r"$\frac{1}{2}$", r"$\frac{3}{4}$", "$1$", r"$\frac{3}{2}$", "$2$")
DENSITY = LinearSegmentedColormap.from_list("density", ["#c6dcec", "#56a0cf", "#0b4f8a", "#04203a"])
_RED = style.series_color(1)
_GRID = (118, 66)
_X, _Y = (-1.09, 1.16), (-0.16, 2.24)
_NAMES = (
    ((0.03, 2.11), "(2,2)"),
    ((0.53, 2.11), "(2,1)"),
    ((0.93, 2.11), "(2,0)"),
    ((0.03, 1.11), "(1,1)"),
    ((0.8, 1.09), "(1,0)"),
    ((0.05, 1.53), r"(2,2), $\rho=\frac{1}{2}$"),
    ((0.82, 0.83), r"(2,2), $\rho=1$"),
    ((-0.22, 0.78), r"(1,2), $\rho=\frac{1}{4}$"),
    ((-0.15, 0.54), r"(1,2), $\rho=\frac{1}{2}$"),
    ((-0.55, 0.16), r"(1,2), $\rho=1$"),
    ((-0.87, 0.16), r"(0,2), $\rho=1$"),
    ((-0.75, 1.05), r"(1,2), $\Delta=0$"),
)
"""Where degrees (d_a, d_b) are written, beside their clouds."""


def _counts(values: np.ndarray, lines: tuple[float, ...]) -> np.ndarray:
    """How many values lie on each line, exactly up to rounding."""
    return np.array([np.count_nonzero(np.abs(values - line) < 1e-9) for line in lines])


def _nearest(values: np.ndarray, mass: np.ndarray, exact: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct exact pairs (delta, eta'), the mass on each, and the mean of the measured pairs (values, (N, 2))."""
    pairs, place = np.unique(np.round(exact, 9), axis=0, return_inverse=True)
    place = place.ravel()
    total = np.bincount(place, mass)
    means = np.stack([np.bincount(place, mass * column) / total for column in values.T], axis=1)
    return pairs, total, means


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Density of (delta_n, eta'_n) in hexagons, exact lines and points over it, exact counts in the margins."""
    rows = convergent(tables["pcf.census"])
    delta, eta = limit_of_delta(rows), eta_of_denominators(rows)
    seen = (rows["delta"].notna() & rows["log_q_quarter"].notna()).to_numpy()
    x, y = rows["delta"].to_numpy()[seen], measured_eta(rows[seen])
    mass = weights(rows, seen)
    arrays = {
        "delta_lines": np.array(DELTAS),
        "eta_lines": np.array(ETAS),
        "delta_counts": _counts(delta, DELTAS),
        "eta_counts": _counts(eta, ETAS),
        "undecided": np.array([np.isnan(delta).sum()]),
        "formulas": np.array([len(rows), int(seen.sum())]),
        "off_line": np.histogram(np.abs(y - eta[seen]), [0, 0.05, 0.1, 0.2, np.inf], weights=mass)[0] / mass.sum(),
    }
    known = ~np.isnan(delta[seen])
    exact = np.stack([delta, eta], axis=1)[seen][known]
    pairs, total, means = _nearest(np.stack([x, y], axis=1)[known], mass[known], exact)
    arrays |= {"points": pairs, "point_mass": total, "point_means": means}
    figure, axes = style.new_figure(
        2, 2, height=5.6, gridspec_kw={"width_ratios": (5.2, 1), "height_ratios": (1, 4.6)}, sharex="col", sharey="row"
    )
    (top, corner), (main, right) = axes
    inside = (x >= _X[0]) & (x <= _X[1]) & (y >= _Y[0]) & (y <= _Y[1])
    arrays["outside"] = np.array([mass[~inside].sum()])
    arrays |= _density(main, corner, x[inside], y[inside], mass[inside])
    _lines(main, pairs)
    _margins(top, right, arrays)
    return figure, arrays


def _density(main: Any, corner: Any, x: np.ndarray, y: np.ndarray, mass: np.ndarray) -> dict[str, np.ndarray]:
    cells = main.hexbin(
        x, y, C=mass, reduce_C_function=np.sum, gridsize=_GRID, extent=(*_X, *_Y), cmap=DENSITY, norm=LogNorm(),
        linewidths=0.15, zorder=2,
    )  # fmt: skip
    corner.axis("off")
    inset = corner.inset_axes((0.06, 0.42, 0.88, 0.16))
    bar = main.figure.colorbar(cells, cax=inset, orientation="horizontal")
    bar.ax.set_title("formulas in a cell", fontsize=8, pad=3)
    bar.ax.tick_params(labelsize=7, pad=1)
    bar.ax.minorticks_off()
    return {"cells": np.asarray(cells.get_offsets()), "cell_mass": np.asarray(cells.get_array())}


def _lines(main: Any, pairs: np.ndarray) -> None:
    for value in DELTAS:
        main.axvline(value, color=_RED, lw=0.8, alpha=0.75, zorder=1)
    for value in ETAS:
        main.axhline(value, color=_RED, lw=0.8, alpha=0.75, zorder=1)
    main.plot(*pairs.T, "o", mfc="none", mec=_RED, mew=1.2, ms=6.5, zorder=4)
    for at, text in _NAMES:
        box = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6}
        main.text(*at, text, ha="center", va="bottom", fontsize=8, zorder=5, bbox=box)
    main.set(xlim=_X, ylim=_Y, xlabel=r"$\delta_n$ at $n=1000$", ylabel=r"measured $\eta'$ of $\ln\tilde q_n$")
    main.grid(visible=False)


def _margins(top: Any, right: Any, arrays: dict[str, np.ndarray]) -> None:
    """Bars of counts, on a logarithmic scale, with the numbers beside them."""
    counts, rows = arrays["delta_counts"], arrays["eta_counts"]
    top.bar(DELTAS, counts, 0.07, color=_RED, alpha=0.8)
    for x, count, text in zip(DELTAS, counts, _DELTA_TEXT, strict=True):
        top.annotate(
            f"{text}\n{count:,}", (x, max(count, 1)), (0, 2), textcoords="offset points", ha="center", fontsize=7.5
        )
    top.set(yscale="log", ylim=(1, 10 ** (1.75 * np.log10(max(counts.max(), 10)))))
    top.set_title(r"limit of $\delta_n$, and formulas with it", fontsize=8.5, loc="left", pad=2)
    right.barh(ETAS, rows, 0.06, color=_RED, alpha=0.8)
    for y, count, text in zip(ETAS, rows, _ETA_TEXT, strict=True):
        right.annotate(rf"$\eta'=$ {text}: {count:,}", (1.3, y), (0, 7), textcoords="offset points", fontsize=7.5)
    right.set(xscale="log", xlim=(1, 10 * max(rows.max(), 10)))
    for axes in (top, right):
        axes.grid(visible=False)
        axes.tick_params(labelleft=False, labelbottom=False, left=False, bottom=False, which="both")
    for axes in (top.spines["left"], right.spines["bottom"]):
        axes.set_visible(False)


ATLAS = Figure(
    "pcf.atlas",
    "Where formulas lie: irrationality measure against growth of the reduced denominators",
    "Reduced delta at depth 1000, from exact gcds, against eta' of ln q ~ eta' ln n! + gamma' n through the depths "
    "250 and 1000; colour: number of formulas (degrees of a and b beside the clouds; where not all gcds were taken "
    "each stands for others of its kind). Red: the limits that the exponents give; circles: the pairs of them that "
    "occur; bars and numbers: formulas of the table with that limit. Delta nears its limit like 1/ln n only, so that "
    "clouds lie beside their circle: at depth 1000 the sign of delta is not that of its limit. For eta' = 0 the limit "
    "of delta depends on gamma' and is not marked. Reduction is exact for d_a <= 1; for d_a = 2 it is counted "
    "over twelve primes.",
    draw,
    tables=("pcf.census",),
)
