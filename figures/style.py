"""The house style of all figures: theory as lines, measurement as markers with bands.

Colours are the Okabe-Ito palette, which readers with any common colour blindness tell apart; line styles and
markers vary along with it, so that a figure survives a grey printer. Figures are vector PDF with
embedded TrueType fonts, and PNG for the report (:mod:`plumbline.draw` writes both).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from plumbline.errors import InputError

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito (2008), without the yellow, which is too light for lines on white."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (5, 1.6, 1, 1.6)))

COLUMN = 3.4
"""Width in inches of one column of a two-column page; a figure is one or two columns wide."""

RC: Any = {
    "figure.dpi": 160,
    "savefig.dpi": 160,
    "figure.constrained_layout.use": True,
    "font.family": "serif",
    "font.serif": ["STIX Two Text", "STIXGeneral", "DejaVu Serif"],
    "mathtext.fontset": "stix",
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e1d9",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.hashsalt": "plumbline",
}


def series_color(i: int) -> str:
    """Colour of the i-th series (from 0); the palette repeats after seven."""
    return PALETTE[_index(i) % len(PALETTE)]


def series_marker(i: int) -> str:
    """Marker of the i-th series."""
    return MARKERS[_index(i) % len(MARKERS)]


def _index(i: int) -> int:
    if isinstance(i, bool) or not isinstance(i, (int, np.integer)) or i < 0:
        raise InputError(f"series index must be an integer of at least 0, got {i!r}")
    return int(i)


def new_figure(
    rows: int = 1, columns: int = 1, *, width: float = 2 * COLUMN, height: float | None = None, **options: Any
) -> tuple[Figure, Any]:
    """A figure in the house style with its axes (one Axes, or an array of them as matplotlib returns it).

    ``width`` and ``height`` are inches; the default height gives each panel the golden ratio. ``options``
    go to ``Figure.subplots`` (``sharex`` and the like). The style stays in ``matplotlib.rcParams``: fonts
    are looked up only when the figure is written.
    """
    if not (np.isfinite(width) and width > 0) or (height is not None and not (np.isfinite(height) and height > 0)):
        raise InputError(f"figure width and height must be positive inches, got {width!r} and {height!r}")
    tall = height if height is not None else rows * (width / columns) * 0.618 + 0.25
    matplotlib.rcParams.update(RC)
    figure = Figure(figsize=(width, tall), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def _finite(**arrays: Any) -> list[np.ndarray]:
    out = [np.asarray(values, dtype=float) for values in arrays.values()]
    for name, values in zip(arrays, out, strict=True):
        if values.ndim != 1 or values.shape != out[0].shape or values.size == 0:
            raise InputError(f"{name} must be a non-empty vector of {out[0].size} numbers, got shape {values.shape}")
        if not np.isfinite(values).all():
            raise InputError(f"{name} has NaN or infinite values")
    return out


def theory(axes: Axes, x: Any, y: Any, i: int = 0, *, label: str = "", variant: int = 0) -> Line2D:
    """Draw a curve that mathematics gives: a line; ``variant`` 1, 2, 3 are dashed, dotted, dash-dotted."""
    if variant not in range(len(DASHES)):
        raise InputError(f"variant must be 0..{len(DASHES) - 1}, got {variant!r}")
    x, y = _finite(x=x, y=y)
    (line,) = axes.plot(x, y, color=series_color(i), linestyle=DASHES[variant], label=label or "_nolegend_")
    return line


def measured(
    axes: Axes,
    x: Any,
    y: Any,
    i: int = 0,
    *,
    band: Sequence[Any] | None = None,
    label: str = "",
    size: float = 4.0,
) -> Line2D:
    """Draw what was observed: markers without a line, and the band ``(low, high)`` around them if given."""
    if band is None:
        x, y = _finite(x=x, y=y)
    else:
        x, y, low, high = _finite(x=x, y=y, low=band[0], high=band[1])
        if (low > high).any():
            raise InputError("band must be (low, high) with low <= high everywhere")
        order = np.argsort(x)
        axes.fill_between(x[order], low[order], high[order], color=series_color(i), alpha=0.18, linewidth=0)
    (line,) = axes.plot(
        x,
        y,
        linestyle="none",
        marker=series_marker(i),
        markersize=size,
        markerfacecolor=series_color(i),
        markeredgecolor="white",
        markeredgewidth=min(0.5, size / 8),
        label=label or "_nolegend_",
    )
    return line
