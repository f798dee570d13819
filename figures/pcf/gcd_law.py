"""F6: ln gcd(p_n, q_n) against rho ln n!, with the density of nilpotent primes for rho, and with wrong rho."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from figures import style
from plumbline.nouns import Figure

_RHOS = (Fraction(1), Fraction(1, 2), Fraction(1, 4))
_OFF = Fraction(1, 4)
_BAND = (0.05, 0.5, 0.95)
_NAMES = {
    (0, 2, 1, 1, 0, 0): r"$4/\pi$",
    (0, 4, 2, -1, 0, 0): r"$2/\ln 3$",
}
_EXACT = {
    (0, 2, 1, 1, 0, 0): -1 - np.log(2) / 2,
    (0, 4, 2, -1, 0, 0): -1 - np.log(2),
}
"""Limits for two formulas whose reduced denominators are close to least common multiples: identified, not proved."""


def over_n(table: pd.DataFrame, rho: float) -> pd.DataFrame:
    """(ln g_n - rho ln n!)/n, one row for each n, one column for each formula."""
    values = (table["log_g"] - rho * table["log_factorial"]) / table["n"]
    keys = [table[name] for name in ("A1", "A0", "B2", "B1", "B0")]
    return values.groupby([table["n"], *keys]).first().unstack(list(range(1, 6)))


def _panel(axes: Any, rows: pd.DataFrame, rho: Fraction) -> dict[str, np.ndarray]:
    """One density: the law flat, rho off by a quarter on either side, and the divisor that is proved."""
    drawn, name = rows[~rows["named"]], f"{float(rho):g}"
    right = over_n(drawn, float(rho))
    n = right.index.to_numpy()
    low, middle, high = right.quantile(_BAND, axis=1).to_numpy()
    style.measured(axes, n, middle, 0, band=(low, high), label=r"with the density $\rho$", size=5)
    arrays = {f"n_{name}": n, f"right_{name}": np.stack([low, middle, high])}
    log_factorial = rows.groupby("n")["log_factorial"].first().to_numpy()
    for index, wrong in enumerate((rho - _OFF, rho + _OFF), start=1):
        seen = over_n(drawn, float(wrong)).quantile(0.5, axis=1).to_numpy()
        drift = middle[-1] + float(rho - wrong) * log_factorial / n
        style.theory(axes, n, drift, index, variant=1)
        style.measured(axes, n, seen, index, size=4.5)
        label = {"color": style.series_color(index), "fontsize": 8, "va": "center"}
        if wrong < rho:
            axes.text(n[0], drift[0] + 0.75, rf"with $\rho={_shown(wrong)}$", ha="left", **label)
        else:
            axes.text(n[-1], drift[-1] + 0.95, rf"with $\rho={_shown(wrong)}$", ha="right", **label)
        arrays |= {f"wrong_{name}_{float(wrong):g}": seen, f"drift_{name}_{float(wrong):g}": drift}
    proved = drawn.assign(log_g=drawn["proved"])
    least = over_n(proved, float(rho)).quantile(0.5, axis=1).to_numpy()
    style.theory(axes, n, least, 6, variant=2, label="divisor that is proved")
    arrays[f"proved_{name}"] = least
    axes.set(xscale="log", xlabel="$n$", title=rf"density $\rho={_shown(rho)}$")
    return arrays


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _named(axes: Any, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """The fixed examples with density 1 and their identified limits."""
    arrays, handles = {}, []
    named = over_n(rows[rows["named"]], 1.0)
    for index, (key, text) in enumerate(_NAMES.items(), start=3):
        seen = named[key[1:]].to_numpy()
        handles.append(style.measured(axes, named.index.to_numpy(), seen, index, size=3.5, label=text))
        limit = np.full(2, _EXACT[key])
        style.theory(axes, named.index.to_numpy()[[0, -1]], limit, index, variant=3)
        arrays[f"named_{''.join(map(str, key))}"] = np.append(seen, limit[0])
    axes.legend(handles=handles, loc="lower left", fontsize=7)
    return arrays


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Three panels, one for each density; returns bands, medians with wrong rho and their predicted drift."""
    table = tables["pcf.gcd_law"]
    figure, panels = style.new_figure(1, 3, height=3.0, sharey=True)
    arrays: dict[str, np.ndarray] = {}
    for axes, rho in zip(panels, _RHOS, strict=True):
        arrays |= _panel(axes, table[table["rho"] == float(rho)], rho)
    panels[1].legend(loc="lower left", fontsize=7)
    arrays |= _named(panels[0], table[table["rho"] == 1.0])
    panels[0].set_ylabel(r"$(\ln g_n-\rho\,\ln n!)/n$")
    return figure, arrays


GCD_LAW = Figure(
    "pcf.gcd_law",
    "Common divisors grow like a power of n!, by the density of nilpotent primes",
    "Formulas with deg a <= 1 and deg b = 2, drawn at random from those of each density rho of primes with nilpotent "
    "period; g_n = gcd(p_n, q_n) from exact integers. Blue: with rho itself (ln g_n - rho ln n!)/n stays bounded, "
    "median and the range from 5 to 95 %. Dashed: with rho off by a quarter it drifts like -+(ln n)/4; markers, the "
    "same measurement. Dotted: the divisor that is proved, half of the law to leading order; that the other half is "
    "there is measured, not proved. Left: two single formulas with their identified limits.",
    draw,
    tables=("pcf.gcd_law",),
    claims=("pcf.fr.classify", "pcf.fr.divides"),
)
