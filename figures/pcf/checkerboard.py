"""F4: limits of constant a = d and b = (n + r)(n + s) over (d, r + s): pi, ln 2 or rational."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from figures import style
from plumbline.nouns import Figure

_CLAIM = "pcf.family.checkerboard"
_CONSTANTS = {"pi": (r"$\pi$", style.PALETTE[5]), "ln 2": (r"$\ln 2$", style.PALETTE[4]), "rational": ("rational", "w")}
_STATUS = ("balls agree", "and proved for all d, r, s")
_HALF = 0.46
"""Half the width of a cell; neighbouring cells are 1 apart."""


def tiles(d: Any, r: Any, s: Any) -> np.ndarray:
    """Left edge, lower edge and width of each formula's tile, [formulas, 3]; |r - s| grows within a cell."""
    total = r + s
    count = total // 2 + 1
    width = 2 * _HALF / count
    return np.stack([d - _HALF + (total // 2 - np.minimum(r, s)) * width, total - _HALF, width], axis=-1)


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """One cell for each (d, r + s), one tile in it for each |r - s|; returns tiles, constants and proof status."""
    table = tables["pcf.checkerboard"]
    d, r, s = (table[name].to_numpy() for name in ("d", "r", "s"))
    constant = table["constant"].to_numpy(dtype=str)
    record = evidence.get(_CLAIM, {})
    proved = record.get("verdict") == "holds" and record.get("coverage") == "whole"
    status = np.where(table["overlap"], 1 + int(proved), 0)
    inside = table["in_census"].to_numpy(dtype=bool)
    place = tiles(d, r, s)
    figure, axes = style.new_figure(1, 1, height=5.4)
    for (x, y, width), name, here, gap, state in zip(place, constant, inside, s - r, status, strict=True):
        colour = _CONSTANTS[str(name)][1]
        frame = Rectangle((x, y), width, 2 * _HALF, facecolor="none", zorder=3 if here else 2)
        frame.set(edgecolor="black" if here else "#9a9a9a", linewidth=1.1 if here else 0.4)
        axes.add_patch(Rectangle((x, y), width, 2 * _HALF, facecolor=colour, alpha=1 if here else 0.55))
        axes.add_patch(frame)
        middle = x + width / 2
        axes.text(middle, y + 0.6, str(gap), fontsize=6.5, ha="center", va="center", zorder=4)
        filled = "black" if state == 2 else "white"
        if state:
            axes.plot(middle, y + 0.2, "o", ms=2.2, mfc=filled, mec="black", mew=0.5, zorder=4)
    axes.set(xlim=(d.min() - 0.6, d.max() + 0.6), ylim=(-0.6, (r + s).max() + 0.6), xlabel="$d$", ylabel="$r+s$")
    axes.set_xticks(np.unique(d))
    axes.set_yticks(np.unique(r + s))
    axes.grid(visible=False)
    handles: list[Any] = [Patch(facecolor=fill, edgecolor="#9a9a9a", label=name) for name, fill in _CONSTANTS.values()]
    handles.append(Patch(facecolor="none", edgecolor="black", linewidth=1.1, label="in the census"))
    digit = Line2D([], [], ls="none", marker="$2$", ms=5, mfc="black", mec="black", mew=0, label="$|r-s|$")
    handles.append(digit)
    fill = "black" if proved else "white"
    mark = f"{_STATUS[0]} to {int(table['digits'].min())} digits" + (f", {_STATUS[1]}" if proved else "")
    handles.append(Line2D([], [], ls="none", marker="o", ms=3.5, mfc=fill, mec="black", mew=0.5, label=mark))
    figure.legend(
        handles=handles, loc="outside upper center", ncols=6, fontsize=7.5, handlelength=1.4, columnspacing=1.2
    )
    arrays = {"d": d, "r": r, "s": s, "constant": constant, "in_census": inside, "status": status, "tiles": place}
    return figure, arrays | {"digits": table["digits"].to_numpy()}


CHECKERBOARD = Figure(
    "pcf.checkerboard",
    "The checkerboard of pi and ln 2",
    "Limits of the continued fractions with constant a = d and b = (n + r)(n + s). One cell for each d and r + s; in "
    "it one tile for each |r - s|, whose value it shows. An integer Moebius image of pi where d + r + s is even, of "
    "ln 2 where it is odd, but rational there where |r - s| exceeds d. Black frames: the 55 formulas of the census. "
    "Dots: the ball of the closed form, a quotient of Gauss' functions, agrees with the image found by exact integer "
    "steps; filled where the rule is also proved for all d, r and s.",
    draw,
    tables=("pcf.checkerboard",),
    claims=(_CLAIM,),
)
