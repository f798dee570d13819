"""The ledger of constants: for each the best value refuted, the best proved, and the published one."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.markers import CARETLEFT, CARETRIGHT

from figures import style
from plumbline import catalogue
from plumbline.nouns import Constant, Figure

_COLOURS = {"refuted": 1, "proved": 0, "published": 2}
_COLUMNS = {"refuted": 1.075, "proved": 1.205, "published": 1.35}
_ROW = 0.28
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)


def plain(title: str) -> str:
    r"""A title for figures, which do not know ``\tfrac``."""
    return title.replace(r"\tfrac", r"\frac")


def ordered(constants: tuple[Constant, ...]) -> list[Constant]:
    """Bounds from above first, in order of declaration; then those where a larger value says more."""
    return sorted(constants, key=lambda constant: constant.larger_is_stronger)


def values(constants: list[Constant], kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows that have a value of the kind, and the values."""
    found = [(row, getattr(one, kind)) for row, one in enumerate(constants) if getattr(one, kind) is not None]
    return np.array([row for row, _ in found]), np.array([float(value.number) for _, value in found])


def _mark(axes: Any, kind: str, row: float, value: float, points_right: bool) -> None:
    """The published value as a hollow square; the others as carets whose tip is the value."""
    colour = style.series_color(_COLOURS[kind])
    if kind == "published":
        axes.plot(value, row, marker="s", markersize=7, markerfacecolor="none", markeredgecolor=colour, zorder=3)
    else:
        axes.plot(value, row, marker=CARETRIGHT if points_right else CARETLEFT, markersize=7, color=colour, zorder=2)


def _draw_row(axes: Any, row: int, one: Constant) -> None:
    known = {kind: value for kind in _COLOURS if (value := getattr(one, kind)) is not None}
    numbers = {kind: float(value.number) for kind, value in known.items()}
    for kind, number in numbers.items():
        _mark(axes, kind, row, number, (kind == "refuted") is not one.larger_is_stronger)
        place, data = (_COLUMNS[kind], row), axes.get_yaxis_transform()
        colour = style.series_color(_COLOURS[kind])
        axes.annotate(f"{number:.4g}", place, xycoords=data, ha="center", va="center", fontsize=7.5, color=colour)
    if {"refuted", "proved"} <= set(numbers):
        ends = [numbers["refuted"], numbers["proved"]]
        axes.plot(ends, [row, row], color="#000000", alpha=0.2, linewidth=5, solid_capstyle="butt", zorder=1)
    if {"proved", "published"} <= set(numbers):
        colour, ends = style.series_color(_COLOURS["published"]), [numbers["proved"], numbers["published"]]
        axes.plot(ends, [row, row], color=colour, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """One row for each constant; what is open between the refuted and the proved value is shaded."""
    rows = ordered(catalogue.constants("sea_omd"))
    figure, axes = style.new_figure(height=_ROW * len(rows) + 0.9)
    arrays: dict[str, np.ndarray] = {"names": np.array([one.id for one in rows])}
    arrays["larger_is_stronger"] = np.array([one.larger_is_stronger for one in rows])
    for kind, at in _COLUMNS.items():
        arrays[f"{kind}_row"], arrays[kind] = values(rows, kind)
        place, colour = (at, -0.75), style.series_color(_COLOURS[kind])
        axes.annotate(
            kind, place, xycoords=axes.get_yaxis_transform(), ha="center", va="bottom", fontsize=8, color=colour
        )
    for row, one in enumerate(rows):
        _draw_row(axes, row, one)
    turn = float(np.flatnonzero(arrays["larger_is_stronger"])[0]) - 0.5
    axes.axhline(turn, color="#777777", linewidth=0.7)
    for text, where in (("smaller says more", "bottom"), ("larger says more", "top")):
        place = (1, turn)
        axes.annotate(
            text, place, xycoords=axes.get_yaxis_transform(), ha="right", va=where, fontsize=7.5, style="italic"
        )
    axes.set_yticks(range(len(rows)), [plain(one.title) for one in rows], fontsize=7.5)
    axes.set(xscale="log", ylim=(len(rows) - 0.5, -0.6), xlabel="value")
    axes.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axes.minorticks_off()
    return figure, arrays


CONSTANTS = Figure(
    "sea_omd.constants",
    "Ledger of constants",
    "For each constant the best value that is refuted (a witness shows that the statement fails with it), the best "
    "that is proved on the whole domain, and the published one. A caret's tip is the value. What is open between the "
    "first two is shaded; the dashed line is what is gained on the published value. Of optimistic FTRL's steps the "
    "published 4 is refuted.",
    draw,
)
