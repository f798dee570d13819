"""Estimated distances of equivalent rewards over samples: inflated like m^(-1/2), and two remedies."""

from __future__ import annotations

from typing import Any

import numpy as np

from figures import style
from plumbline.nouns import Figure

_Z = 2.5758


def _means(rows: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    groups = rows.groupby("m")[name]
    return groups.mean().to_numpy(), _Z * groups.sem().to_numpy()


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Means with 99 % intervals; squares on the right, where the estimate without bias may be negative."""
    table = tables["starc.inflation"]
    m = np.sort(table["m"].unique())
    arrays: dict[str, np.ndarray] = {"m": m}
    figure, (left, right) = style.new_figure(1, 2, height=3.4)
    for kind, rows in table.groupby("kind"):
        for name in ("naive", "common"):
            arrays[f"{kind}_{name}"], arrays[f"{kind}_{name}_half"] = _means(rows, name)
        known = rows.dropna(subset=["debiased_square"])
        known = known[known.groupby("m")["run"].transform("size") == rows.groupby("m")["run"].transform("size").max()]
        arrays[f"{kind}_undetermined"] = (
            rows.groupby("m")["debiased_square"].apply(lambda x: x.isna().mean()).to_numpy()
        )
        arrays[f"{kind}_debiased_m"] = np.sort(known["m"].unique())
        arrays[f"{kind}_debiased"], arrays[f"{kind}_debiased_half"] = _means(known, "debiased_square")
        large = m >= 256
        fit = np.polyfit(np.log(m[large]), np.log(arrays[f"{kind}_naive"][large]), 1)
        arrays[f"{kind}_slope"] = fit[:1]
    lines = (("shaped_naive", 0, "shaped: naive"), ("redistributed_naive", 1, "redistributed: naive"))
    for name, index, label in (*lines, ("redistributed_common", 2, "redistributed: common samples")):
        mean, half = arrays[name], arrays[f"{name}_half"]
        style.measured(left, m, mean, index, band=(mean - half, mean + half), label=label)
    anchor = arrays["shaped_naive"][-1] * np.sqrt(m[-1])
    style.theory(left, m, anchor / np.sqrt(m), 6, variant=1, label=r"$\propto m^{-1/2}$")
    left.set(xscale="log", yscale="log", xlabel="successors $m$", ylabel=r"estimated distance (truth: 0)")
    left.set_title("inflation")
    naive = table[table["kind"] == "shaped"].assign(square=lambda rows: rows["naive"] ** 2)
    square, _ = _means(naive, "square")
    style.theory(right, m, square, 0, label=r"naive $d^2$")
    at = arrays["shaped_debiased_m"]
    mean, half = arrays["shaped_debiased"], arrays["shaped_debiased_half"]
    style.measured(right, at, mean, 3, band=(mean - half, mean + half), label=r"two halves, $d^2$")
    right.axhline(0, color="#000000", lw=0.8)
    right.set(xscale="log", yscale="symlog", xlabel="successors $m$", title="bias removed")
    right.set_yscale("symlog", linthresh=1e-3)
    right.set_ylabel(r"estimated $d^2$ (truth: 0)")
    for axes in (left, right):
        axes.legend(loc="best")
    return figure, arrays | {"square": square}


INFLATION = Figure(
    "starc.inflation",
    "Sampled distances are too large",
    "Estimated distance (VAL, L2) of equivalent rewards from m sampled successors for each state and action; "
    "dense random environments, means with 99 % bands. Independent samples inflate it like m^(-1/2). The same "
    "samples for both rewards remove the inflation by shaping altogether (it is below 1e-15, not drawn) and "
    "leave that by S'-redistribution. Right: the squared distance from two halves of the samples has mean near "
    "0, shown from the m on where it is never undetermined.",
    draw,
    tables=("starc.inflation",),
    claims=("starc.law.mc_inflation",),
)
