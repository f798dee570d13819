"""F6: the bound along training on problems with known least risks, and test error over tau on digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from figures import style
from plumbline.nouns import Figure
from theory.comp_sum import inverses

_RANGE = (1e-3, 6.0)
_GRID = np.geomspace(*_RANGE, 241)
_ERRORS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_SCATTERED = (1.0, 1.5)
_NAMES = {"bias_only": "biases only", "linear": "linear", "near_tie": "near a tie", "tabular": "free scores"}


def _scatter(axes: Any, rows: pd.DataFrame, tau: float) -> dict[str, np.ndarray]:
    """Pairs of regrets of one tau, all problems, below the sharp bound; the published one dashed where it differs."""
    arrays = {}
    classes = int(rows["n"].max())
    curve = inverses.sharp_bound(_GRID, tau, classes)
    style.theory(axes, _GRID, curve, 6, label=r"sharp $\Gamma_\tau$" if tau > 1 else r"$\Gamma_\tau$")
    arrays[f"bound_{tau:g}"] = curve
    if tau > 1:
        published = inverses.published_bound(_GRID, tau, classes)
        style.theory(axes, _GRID, published, 6, variant=1, label=f"published, n={classes}")
        arrays[f"published_{tau:g}"] = published
    for index, (problem, shown) in enumerate(rows.groupby("problem")):
        seen = shown[shown["surrogate"].between(*_RANGE)]
        label = _NAMES.get(str(problem), str(problem)) if tau == _SCATTERED[0] else ""
        style.measured(axes, seen["surrogate"], seen["zero_one"], index, size=3.2, label=label)
        arrays |= {
            f"surrogate_{tau:g}_{problem}": seen["surrogate"].to_numpy(),
            f"zero_one_{tau:g}_{problem}": seen["zero_one"].to_numpy(),
            f"classes_{tau:g}_{problem}": seen["n"].to_numpy(),
        }
    axes.set(xscale="log", xlim=_RANGE, ylim=(-0.03, 1.05), title=rf"training with $\tau={tau:g}$")
    axes.set_xlabel("surrogate regret + gap")
    axes.legend(loc="upper left", fontsize=7)
    return arrays


def _errors(axes: Any, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Mean test error over seeds for every tau, band from the least to the largest seed, one series per noise level."""
    arrays: dict[str, np.ndarray] = {}
    for index, (noise, rows) in enumerate(table.groupby("noise")):
        by_tau = rows.groupby("tau")["test_error"]
        tau = np.sort(rows["tau"].unique())
        mean, low, high = (by_tau.agg(kind).loc[tau].to_numpy() for kind in ("mean", "min", "max"))
        name = f"{noise:g}"
        label = f"{100 * float(name):g} % relabelled" if float(name) else "labels as given"
        style.measured(axes, tau, mean, index, band=(low, high), label=label, size=5)
        arrays |= {f"tau_{name}": tau, f"error_{name}": mean, f"low_{name}": low, f"high_{name}": high}
    axes.set(yscale="log", title="digits", xlabel=r"$\tau$ of the loss", ylabel="test error", ylim=(0.015, 1.0))
    axes.set_yticks(_ERRORS, [f"{error:g}" for error in _ERRORS])
    axes.minorticks_off()
    axes.legend(loc="upper center", fontsize=7)
    return arrays


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Two scatters of (surrogate, zero-one) regret plus gap and one chart of test errors; returns the drawn arrays."""
    training = tables["comp_sum.training"]
    figure, panels = style.new_figure(1, 3, height=2.9)
    arrays: dict[str, np.ndarray] = {"grid": _GRID}
    for axes, tau in zip(panels, _SCATTERED, strict=False):
        arrays |= _scatter(axes, training[training["tau"] == tau], tau)
    panels[0].set_ylabel("zero-one regret + gap")
    return figure, arrays | _errors(panels[2], tables["comp_sum.digits"])


END_TO_END = Figure(
    "comp_sum.end_to_end",
    "The bound along training, and test error over tau",
    "Left and middle: regrets plus minimizability gaps along stochastic gradient descent on four problems whose least "
    "risks are known, from several starts. Every point lies below the bound; the problem with two likely labels, "
    "started on the wrong one, comes close to it. Dashed: the published bound for tau = 1.5, which depends on the "
    "number of classes. Right: zero-one test error of small networks on the handwritten digits, mean and range over "
    "seeds, trained with the given labels and with 40 % of them replaced by uniform ones: with noise, tau near 1.5 is "
    "best and tau = 0 suffers; tau = 2 trains badly on both.",
    draw,
    tables=("comp_sum.training", "comp_sum.digits"),
    claims=("comp_sum.h_consistency.logistic",),
)
