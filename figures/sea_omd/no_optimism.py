"""F6: without the last gradient as a hint the pathwise bound fails, on slopes whose sign stays over growing blocks."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from figures import style
from figures.sea_omd import curves
from plumbline.nouns import Figure
from theory.sea_omd import convex_bounds
from theory.sea_omd.definitions import paths
from theory.sea_omd.play import spaced

D, G = 2.0, 1.0
LAST = 65536
"""The paths by definition go on to here, where the published constant 5/2 fails as well."""
_TABLE = "sea_omd.no_optimism"
_WITHOUT = "ogd"
_BLACK = 6
_FACTORS = {"proved": 1.5, "published": 2.5}


def slope(t: int, ends: list[int]) -> float:
    """+-1 in round t: a block that starts after s rounds has length max(1, floor(sqrt(s + 1)/4)); ``ends`` grows."""
    while not ends or ends[-1] < t:
        after = ends[-1] if ends else 0
        ends.append(after + max(1, math.isqrt(after + 1) // 4))
    return 1.0 if len(ends) % 2 == 1 else -1.0


@cache
def by_definition(hints: bool, last: int) -> np.ndarray:
    """(T, hindsight regret, Vbar_T) at T = 64, 128, ... up to ``last``, (m, 3), by the one-dimensional path."""
    stops, ends = set(spaced(64, last, round(math.log2(last / 64)) + 1)), list[int]()
    path = paths.start(paths.centred(D))
    step = paths.adaptive_step(D, G, 0.0) if hints else paths.adaptive_step_without_hint(D, G, 0.0)
    rows = []
    for t in range(1, last + 1):
        paths.mirror_descent_round(path, lambda round_, x: slope(round_, ends), step, hints=hints)
        if t in stops:
            rows.append((t, path.hindsight_regret, path.variation))
    return np.array(rows, dtype=float)


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Left: hindsight regret; right: the same over D sqrt(4 G^2 + Vbar). Lines: paths by definition, and bounds."""
    table = tables[_TABLE]
    titles = curves.titles(list(table["learner"].unique()))
    lines = {curves.MAIN: by_definition(True, LAST), _WITHOUT: by_definition(False, LAST)}
    T, variation = lines[_WITHOUT][:, 0], lines[_WITHOUT][:, 2]
    unit = {
        name: convex_bounds.pathwise.numpy(D=D, G=G, delta=0.0, c=1.0, V=path[:, 2]) / 1.5
        for name, path in lines.items()
    }
    arrays = {"T": T, "variation": variation, "unit": unit[_WITHOUT], "learners": np.array(list(titles))}
    figure, (left, right) = style.new_figure(1, 2, height=4.1)
    for variant, (name, factor) in enumerate(_FACTORS.items()):
        arrays[name] = factor * unit[_WITHOUT]
        label = rf"$\frac{{{int(2 * factor)}}}{{2}}D\sqrt{{4G^2+\bar V_T}}$, {name}"
        style.theory(left, T, arrays[name], _BLACK, variant=variant, label=label)
        style.theory(right, T, np.full_like(T, factor), _BLACK, variant=variant)
    for index, (name, title) in enumerate(titles.items()):
        rows = table[table["learner"] == name].sort_values("rounds")
        rounds, regret = rows["rounds"].to_numpy(dtype=float), rows["hindsight_regret"].to_numpy()
        own = rows["diameter"] * np.sqrt(4 * rows["largest_gradient"] ** 2 + rows["variation"])
        arrays |= {f"{name}_rounds": rounds, f"{name}_regret": regret, f"{name}_ratio": regret / own.to_numpy()}
        if name in lines:
            arrays |= {f"{name}_line": lines[name][:, 1], f"{name}_line_ratio": lines[name][:, 1] / unit[name]}
            style.theory(left, T, arrays[f"{name}_line"], index)
            style.theory(right, T, arrays[f"{name}_line_ratio"], index)
        curves.marks(left, rounds, regret, index, len(titles), label=title)
        curves.marks(right, rounds, arrays[f"{name}_ratio"], index, len(titles))
    fails = T[np.argmax(arrays[f"{_WITHOUT}_line"] > arrays["proved"])]
    arrays["fails_from"] = np.array([fails])
    left.set(xscale="log", xlabel="rounds $T$", ylabel="hindsight regret")
    left.set_yscale("symlog", linthresh=10, linscale=0.6)
    right.set(
        xscale="log", xlabel="rounds $T$", ylabel=r"hindsight regret over $D\sqrt{4G^2+\bar V_T}$", ylim=(-3, 3.4)
    )
    made = figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=7.5)
    arrays["legend"] = np.array([text.get_text() for text in made.get_texts()])
    return figure, arrays


NO_OPTIMISM = Figure(
    "sea_omd.no_optimism",
    "What the hint is for",
    "Linear losses on [-1, 1] whose slope keeps its sign over blocks that grow like sqrt(t)/4; nothing is random, so "
    "pseudo-regret and hindsight regret agree. Lines: paths by definition (delta = 0); markers: the learners of the "
    "folder, played in a batch. Right: in units of D sqrt(4 G^2 + Vbar), Vbar the variation of the gradients. Gradient "
    "descent without hints leaves every bound of that form: at the drawn T the proved constant 3/2 from T = 8192 and "
    "the published 5/2 at T = 65536; with the last gradient as a hint the regret even becomes negative.",
    draw,
    tables=(_TABLE,),
)
