"""Exact counterexamples: EPIC, DARD, STARC distances and worst-case regret side by side."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from figures import style
from figures.starc.ray import m1
from plumbline.nouns import Figure
from theory.starc import exact_canon, exact_epic
from theory.starc.definitions import exact
from theory.starc.definitions.mdp import RationalMDP

MEASURES = ("EPIC", "DARD", "VAL", "range", "W")
_LABELS = ("EPIC", "DARD", r"VAL, $L_2$", r"$d_\Omega$", r"worst-case regret $W$")
Reward = list[list[list[Fraction]]]


def _reward(entry: Any) -> Reward:
    return [[[Fraction(entry(s, a, t)) for t in range(2)] for a in range(2)] for s in range(2)]


def val_distance(mdp: RationalMDP, first: Reward, second: Reward) -> float:
    """L2 distance of the unit canonical forms, from exact inner products."""
    x, y = ([v for row in exact_canon.value_adjusted_levelling(mdp, R) for v in row] for R in (first, second))
    xx, yy, xy = (sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0)) for u, v in ((x, x), (y, y), (x, y)))
    if xy > 0 and xy * xy == xx * yy:
        return 0.0
    return float(np.sqrt(2 - 2 * float(xy) / np.sqrt(float(xx * yy))))


def measures(mdp: RationalMDP, first: Reward, second: Reward) -> list[float]:
    """The five numbers of a pair of rewards, in the order of :data:`MEASURES`."""
    r1, r2 = mdp.expected_reward(first), mdp.expected_reward(second)
    forms = [[canonical(mdp, R) for R in (first, second)] for canonical in (exact_epic.epic, exact_epic.dard)]
    pearson = [float(exact_epic.pearson_distance(one, two).mpmath()) for one, two in forms]
    h1, h2 = exact.range_norm(mdp, r1), exact.range_norm(mdp, r2)
    unit = [[[x / h for x in row] for row in r] for r, h in ((r1, h1), (r2, h2))]
    apart = exact.range_norm(mdp, exact.combine(unit[0], unit[1], Fraction(1)))
    regret = exact.worst_case_regret(mdp, r1, r2).value
    return [*pearson, val_distance(mdp, first, second), float(apart), float(regret)]


def pairs() -> dict[str, tuple[RationalMDP, Reward, Reward]]:
    """The four pairs: order reversed, order the same, order reversed by DARD's own form, and the reference instance."""
    half, gamma = Fraction(1, 2), Fraction(9, 10)
    uniform = RationalMDP([[[half] * 2] * 2] * 2, [half] * 2, gamma)
    eps, t = Fraction(1, 10), Fraction(10)
    against = [_reward(lambda s, a, u, k=k: k * (a - half) + (-1) ** u) for k in (eps, -eps)]
    same = [_reward(lambda s, a, u, k=k: (a - half) + k * (-1) ** u) for k in (Fraction(0), t)]
    rows: Any = [[[1, 0], [0, 1]], [[1, 0], [1, 0]]]
    fixed = RationalMDP(rows, [half] * 2, gamma)
    r = _reward(lambda s, a, u: [[0, -1], [1, 1]][s][a])
    mdp, _, _ = m1()
    first, second = [[[1, 0], [0, 2]], [[0, 1], [3, -1]]], [[[0, 1], [1, 1]], [[2, 0], [1, 5]]]
    return {
        "order reversed\n" + r"$\pm\frac{1}{10}r+N$": (uniform, against[0], against[1]),
        "order the same\n" + r"$r$, $r+10N$": (uniform, same[0], same[1]),
        "reward and\nits DARD form": (fixed, r, exact_epic.dard(fixed, r)),
        "nearly the same\norder (M1)": (mdp, mdp.require_reward(first), mdp.require_reward(second)),
    }


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Bars for each pair; values are printed above them."""
    cases = pairs()
    values = np.array([measures(*case) for case in cases.values()])
    figure, axes = style.new_figure(height=3.4)
    for index, label in enumerate(_LABELS):
        place = np.arange(len(cases)) + (index - 2) * 0.17
        axes.bar(place, values[:, index], 0.15, color=style.series_color(index), label=label)
        for x, value in zip(place, values[:, index], strict=True):
            text = "0" if value == 0 else f"{value:.2f}".lstrip("0")
            axes.annotate(text, (x, value), (0, 2), textcoords="offset points", ha="center", fontsize=7)
    axes.set(xticks=range(len(cases)), xticklabels=list(cases), ylim=(0, 2.75), ylabel="distance or regret")
    axes.grid(axis="x", visible=False)
    axes.legend(loc="upper center", ncols=5, columnspacing=1.2, handlelength=1.2)
    return figure, {"values": values, "measures": np.array(MEASURES)}


GALLERY = Figure(
    "starc.gallery",
    "Where EPIC and DARD mislead",
    "Four pairs of rewards with two states and two actions, from rational arithmetic. First: opposite orders of "
    "policies, nearly zero for EPIC and DARD. Second: the same order, far apart for both. Third: a reward and "
    "its canonical form by DARD, whose optimal policies are each other's worst. Fourth: nearly the same order, "
    "far apart for both. The STARC distances follow the worst-case regret throughout.",
    draw,
)
