"""F3: constants from below and from above, for the noise term and for the pathwise bound of the adaptive step."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm

from figures import style
from figures.sea_omd import curves
from plumbline.nouns import Figure
from theory.sea_omd import constants, lower_bounds

_NOISE, _LADDER = "sea_omd.noise_constant", "sea_omd.adaptive_ladder"
_BLACK = 6
_FINE = 121
_ERROR = 0.05
_LARGEST, _SMALLEST = 6.5, 3.5
_RUNGS = (
    ("any learner, proved", constants.noise.refuted),
    (r"proved, $\theta\to0$, $L=0$", constants.noise_linear.proved),
    (r"proved, $\theta=1/2$", constants.noise.proved),
    ("published", constants.noise.published),
)
_FAMILIES = {"interval": "path on an interval, $d=1$", "rectangle": "path in a rectangle, $d=2$"}


def every_learner(rounds: int, biases: np.ndarray) -> np.ndarray:
    """The least worst-case regret of any learner over D sqrt(sigma^2_{1:T}), exactly, at each bias c."""
    means = biases / np.sqrt(rounds)
    exact = np.array([lower_bounds.pseudo_bound(rounds, float(mean)) for mean in means])
    return exact / np.sqrt(rounds * (1 - means**2))


def over_biases(rows: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Biases, mean pseudo-regret over D sqrt(sigma^2_{1:T}) and its standard error."""
    scale = rows["diameter"] * np.sqrt(rows["noise_total"])
    groups = (rows["pseudo_regret"] / scale).groupby(rows["bias"])
    mean = groups.mean()
    return mean.index.to_numpy(dtype=float), mean.to_numpy(), groups.sem().to_numpy()


def worst(mean: np.ndarray, error: np.ndarray) -> np.ndarray:
    """(low, value, high): the largest mean over biases, 95 % limits that hold for all biases at once."""
    half = norm.isf(_ERROR / 2 / len(mean)) * error
    return np.array([(mean - half).max(), mean.max(), (mean + half).max()])


def _draw_biases(axes: Any, table: Any, arrays: dict[str, np.ndarray]) -> None:
    titles = curves.titles(list(table["learner"].unique()))
    biases = np.sort(table["bias"].unique()).astype(float)
    rounds = int(table["rounds"].max())
    fine = np.linspace(0, biases[-1], _FINE)
    limit = np.concatenate([[0], lower_bounds.gaussian_game.numpy(c=fine[1:])])
    style.theory(axes, fine, limit, _BLACK, label="least for any learner, $K(c)$")
    for index, (name, title) in enumerate(titles.items()):
        at, mean, error = over_biases(table[table["learner"] == name])
        half = curves.Z * error
        size = float(np.linspace(_LARGEST, _SMALLEST, len(titles))[index])
        style.measured(axes, at, mean, index, band=(mean - half, mean + half), label=title, size=size)
        arrays |= {f"{name}_mean": mean, f"{name}_half": half, f"{name}_worst": worst(mean, error)}
    arrays |= {"learners": np.array(list(titles)), "biases": biases, "rounds": np.array([rounds])}
    arrays |= {"fine": fine, "limit": limit, "every_learner": every_learner(rounds, biases)}
    axes.set(xlabel="bias $c$", ylabel=r"pseudo-regret over $D\sqrt{\sigma^2_{1:T}}$", ylim=(0, None))
    axes.set_title(f"biased signs, $T={rounds}$")


def _draw_rungs(axes: Any, arrays: dict[str, np.ndarray]) -> None:
    values = np.array([float(value.number) for _, value in _RUNGS if value is not None])
    arrays["rungs"] = values
    rows = np.array([4, 2, 1, 0])
    axes.barh(rows, values, height=0.5, left=0, color=["#6f6c64", *["#cfccc4"] * 3], zorder=1)
    for row, value in zip(rows, values, strict=True):
        axes.annotate(f"{value:.4g}", (value, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=8)
    names = list(arrays["learners"])
    for index, name in enumerate(names):
        low, value, high = arrays[f"{name}_worst"]
        height = 3 + 0.9 * (0.5 - (index + 0.5) / len(names))
        axes.plot([low, high], [height, height], color=style.series_color(index), linewidth=1.2)
        style.measured(
            axes, [value], [height], index, size=float(np.linspace(_LARGEST, _SMALLEST, len(names))[index]) * 0.8
        )
    labels = {row: label for row, (label, _) in zip(rows, _RUNGS, strict=True)} | {3: "measured, worst $c$"}
    axes.set_yticks(sorted(labels), [labels[row] for row in sorted(labels)], fontsize=8)
    axes.set(xscale="log", xlim=(0.15, 14), xlabel=r"factor of $D\sqrt{\sigma^2_{1:T}}$", title="noise constant")
    axes.set_xticks([0.2, 0.5, 1, 2, 5, 10], ["0.2", "0.5", "1", "2", "5", "10"])
    axes.minorticks_off()
    axes.grid(visible=False, axis="y")


def _draw_ladder(axes: Any, table: Any, arrays: dict[str, np.ndarray]) -> None:
    bounds = {"published": constants.pathwise.published, "proved": constants.pathwise.proved}
    ends = np.array([table["rounds"].min() / 1.3, table["rounds"].max() * 1.3])
    for variant, (name, value) in enumerate(bounds.items()):
        assert value is not None
        arrays[name] = np.array([float(value.number)])
        note = ", best possible for $d\\geq2$" if name == "proved" else ""
        style.theory(
            axes,
            ends,
            np.full(2, arrays[name][0]),
            _BLACK,
            variant=1 - variant,
            label=f"{arrays[name][0]:g}, {name}{note}",
        )
    for index, (family, label) in enumerate(_FAMILIES.items()):
        rows = table[table["family"] == family].sort_values("rounds")
        arrays |= {
            f"{family}_rounds": rows["rounds"].to_numpy(dtype=float),
            f"{family}_ratio": rows["ratio"].to_numpy(),
        }
        arrays[f"{family}_limit"] = rows["limit"].to_numpy()[:1]
        style.measured(axes, arrays[f"{family}_rounds"], arrays[f"{family}_ratio"], index, label=label, size=5)
    limit = np.full(2, arrays["interval_limit"][0])
    style.theory(axes, ends, limit, 0, variant=2, label=f"{limit[0]:g}, limit of the interval's paths")
    axes.set(xscale="log", xlabel="rounds $T$", title="pathwise constant of the adaptive step, $c=1$", xlim=ends)
    axes.set(ylabel=r"regret over $D\sqrt{\delta+4G^2+\bar V_T}$", ylim=(0.6, 2.7))
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.71), ncols=2)


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Above: regret over the bias, and the ladder of the noise constant; below: bad paths of the adaptive step."""
    noise = tables[_NOISE]
    noise = noise[noise["rounds"] == noise["rounds"].max()]
    arrays: dict[str, np.ndarray] = {}
    figure, axes = style.new_figure(2, 2, height=5.6)
    below = figure.add_subplot(axes[1, 0].get_gridspec()[1, :])
    for panel in axes[1]:
        panel.remove()
    _draw_biases(axes[0, 0], noise, arrays)
    _draw_rungs(axes[0, 1], arrays)
    _draw_ladder(below, tables[_LADDER], arrays)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=7.5)
    return figure, arrays


NOISE_CONSTANT = Figure(
    "sea_omd.noise_constant",
    "Constants from below and from above",
    "Linear losses with signs of mean c/sqrt(T) on an interval. Above, left: pseudo-regret in units of D "
    "sqrt(sigma^2), means over seeds with 95 % bands; line: what no learner beats as T grows, largest 0.2649 at c = "
    "1.2469. Right: what is known of the factor of D sqrt(sigma^2); bars are proved, markers the worst bias of each "
    "learner with 95 % limits that hold for all biases at once; 3 and 4 are the sharper bounds and 7.07 the published"
    " one of optimistic mirror descent. Below: regret of the adaptive step over D sqrt(delta + 4 G^2 + Vbar), delta ="
    " 0, on the best path found of two families; no path exceeds 3/2, which rectangles approach as T grows.",
    draw,
    tables=(_NOISE, _LADDER),
)
