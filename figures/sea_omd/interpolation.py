"""F1: regret over the number of rounds, from no variation at all to adversarial variation, with bounds."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from figures import style
from figures.sea_omd import curves
from plumbline.nouns import Figure
from theory.sea_omd import convex_bounds, lower_bounds
from theory.sea_omd.environments import environments

_THETAS = np.geomspace(0.01, 1, 81)
_COLUMNS = 3
_TABLE = "sea_omd.interpolation"
_BLACK = 6
_WORST = "biased_signs"  # the game that the lower bound comes from: elsewhere a learner may well do better
REGRETS = {"pseudo": "pseudo-regret", "hindsight": "hindsight regret"}


def sharp(D: float, G: float, L: float, noise: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The least of the sharper bounds over the retention theta, for delta = 9 D^2 L^2 (the learner's own)."""
    if L == 0:
        bounds = [convex_bounds.sharp_linear.numpy(D=D, G=G, theta=t, noise=noise, drift=shift) for t in _THETAS]
    else:
        known = {"D": D, "G": G, "delta": 9 * (D * L) ** 2, "L": L}
        bounds = [convex_bounds.sharp.numpy(**known, theta=t, noise=noise, drift=shift) for t in _THETAS]
    return np.min(bounds, axis=0)


def bounds(rows: Any) -> dict[str, np.ndarray]:
    """Published and sharper bound and what nobody beats in the worst case, by the table's T (m,)."""
    at = rows.groupby("rounds")[
        ["diameter", "smoothness", "largest_gradient", "noise_total", "shift_total", "shift_from_second"]
    ].first()
    D, G, L = (float(at[name].iloc[-1]) for name in ("diameter", "largest_gradient", "smoothness"))
    G = max(G, float(at["largest_gradient"].max()))
    noise, first, second = (at[name].to_numpy() for name in ("noise_total", "shift_total", "shift_from_second"))
    return {
        "published": convex_bounds.published.numpy(D=D, G=G, L=L, noise=noise, drift=first),
        "sharp": sharp(D, G, L, noise, second),
        "lower": float(lower_bounds.best_value.mpmath()) * D * np.sqrt(noise),
    }


def ordered(table: Any) -> list[str]:
    """Environments by how much of the last T's variation is the adversary's, those without any first."""
    last = (
        table[table["rounds"] == table["rounds"].max()]
        .groupby("environment")[["noise_total", "shift_from_second"]]
        .first()
    )
    whole = last["noise_total"] + last["shift_from_second"]
    share = (last["shift_from_second"] / whole.where(whole > 0)).fillna(-1.0)
    return [str(name) for name in share.sort_values(kind="stable").index]


def panel(
    axes: Any, rows: Any, names: list[str], regret: str, environment: str
) -> tuple[dict[str, curves.Curve], dict[str, np.ndarray]]:
    """One environment: its learners' curves, with arrays named environment_learner_what."""
    found: dict[str, curves.Curve] = {}
    arrays: dict[str, np.ndarray] = {}
    for index, name in enumerate(names):
        own = curves.curve(rows[rows["learner"] == name], f"{regret}_regret")
        found[name] = own
        key = f"{environment}_{name}"
        arrays |= {f"{key}_mean": own.mean, f"{key}_half": own.half}
        arrays[f"{key}_slope"] = np.array([own.slope, own.slope_half])
        shown = own.mean > 0
        if shown.any():
            low, high = curves.band(own)
            limits = (low[shown], high[shown])
            curves.marks(axes, own.rounds[shown], own.mean[shown], index, len(names), band=limits)
    lines = bounds(rows)
    arrays |= {f"{environment}_{name}": values for name, values in lines.items()}
    rounds = found[names[0]].rounds
    for variant, (name, values) in enumerate(lines.items()):
        if (values > 0).all() and (name != "lower" or environment == _WORST):
            style.theory(axes, rounds, values, _BLACK, variant=variant)
    curves.exponents(axes, found)
    axes.set(xscale="log", yscale="log")
    return found, arrays


def draw(tables: dict[str, Any], evidence: dict[str, Any], *, regret: str) -> tuple[Any, dict[str, np.ndarray]]:
    """One panel per environment of the table, one colour per learner, and a legend below."""
    table = tables[_TABLE]
    titles = curves.titles(list(table["learner"].unique()))
    played, known = ordered(table), environments()
    rows = -(-len(played) // _COLUMNS)
    figure, panels = style.new_figure(rows, _COLUMNS, height=2.15 * rows + 1.15, sharex=True, squeeze=False)
    arrays: dict[str, np.ndarray] = {"environments": np.array(played), "learners": np.array(list(titles))}
    lows, highs = [np.inf], [0.0]
    for axes, name in zip(panels.flat, played, strict=False):
        found, drawn = panel(axes, table[table["environment"] == name], list(titles), regret, name)
        arrays |= drawn
        arrays["rounds"] = next(iter(found.values())).rounds
        arrays["seeds"] = np.array(min(one.seeds for one in found.values()))
        axes.set_title(known[name].title if name in known else name)
        lows += [float(mean) for one in found.values() for mean in one.mean if mean > 0]
        highs.append(float(drawn[f"{name}_published"].max()))
    for axes in panels.flat[len(played) :]:
        axes.set_visible(False)
    for axes in panels.flat[: len(played)]:
        axes.set(ylim=(min(lows) / 8, 1.4 * max(highs)))
    for axes in panels[-1]:
        axes.set_xlabel("rounds $T$")
    for axes in panels[:, 0]:
        axes.set_ylabel(REGRETS[regret])
    arrays["legend"] = legend(figure, panels.flat[0], titles)
    return figure, arrays


def legend(figure: Any, axes: Any, titles: dict[str, str]) -> np.ndarray:
    """Learners and bounds, below all panels; returns the entries."""
    ends = np.array([1.0, 2.0])
    nowhere = axes.inset_axes((0, 0, 1e-3, 1e-3))
    nowhere.set_axis_off()
    count = len(titles)
    handles = [curves.marks(nowhere, ends, ends, i, count, label=title) for i, title in enumerate(titles.values())]
    told = (
        "bound, published",
        r"bound, sharper, least over $\theta$",
        r"$0.265\,D\sqrt{\sigma^2_{1:T}}$, the least for any learner (biased signs)",
    )
    handles += [style.theory(nowhere, ends, ends, _BLACK, variant=i, label=text) for i, text in enumerate(told)]
    nowhere.set(xlim=(3, 4))
    made = figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5, columnspacing=1.2)
    return np.array([text.get_text() for text in made.get_texts()])


_CAPTION = (
    "Mean {regret} over seeds with 95 % bands; {meaning}. Panels run from no variation to adversarial variation. "
    "Numbers: slopes of the logarithms over all drawn T with 95 % half-widths, without any correction for finite T. "
    "Black: bounds for optimistic mirror descent (the published one belongs to the step with 10 D^2 L^2 for "
    "9 D^2 L^2), and 0.265 D sqrt(sigma^2), which no learner beats on the worst game of that noise: drawn where that "
    "game is played, with biased signs; on another game a learner may fall below it. Noise of constant size costs "
    "order sqrt T here; without noise and shift the regret of adaptive steps is bounded, that of steps tuned to the "
    "horizon still grows like sqrt T."
)
PSEUDO = Figure(
    "sea_omd.interpolation_pseudo",
    "From stochastic to adversarial: pseudo-regret",
    _CAPTION.format(regret=REGRETS["pseudo"], meaning="the comparator is the best fixed point for the expected losses"),
    functools.partial(draw, regret="pseudo"),
    tables=(_TABLE,),
)
HINDSIGHT = Figure(
    "sea_omd.interpolation_hindsight",
    "From stochastic to adversarial: hindsight regret",
    _CAPTION.format(regret=REGRETS["hindsight"], meaning="the comparator is the best fixed point for the drawn losses"),
    functools.partial(draw, regret="hindsight"),
    tables=(_TABLE,),
)
