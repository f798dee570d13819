r"""The limits that the exponents give for rows of the census, and the growth measured at two depths.

:math:`\ln\tilde q_n\sim\eta'\ln n!+\gamma'n` with :math:`\eta'=u-\eta_g`, where :math:`\ln g_n\sim\eta_g\ln n!`;
:math:`\eta_g` is the density rho of nilpotent primes: exact for d_a <= 1, counted over twelve primes for d_a = 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaln

Array = np.ndarray[Any, np.dtype[Any]]

KIND = ["regime", "d_a", "d_b", "rho", "nilpotent"]
HALF, ALL = 4, 11
"""Of twelve primes: from how many nilpotent ones on the density is taken for 1/2, for 1."""


def convergent(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with a finite limit that do not terminate."""
    return table[table["u"].notna()]


def weights(rows: pd.DataFrame, seen: Array) -> Array:
    """For the rows that ``seen`` marks: how many of all rows of its kind each of them stands for."""
    kind = rows.groupby(KIND, dropna=False, observed=True).ngroup().to_numpy()
    count = np.bincount(kind)
    return np.asarray((count / np.maximum(np.bincount(kind[seen], minlength=len(count)), 1))[kind[seen]])


def reduction(rows: pd.DataFrame) -> Array:
    """eta_g: rho where it is exact, else 0, 1/2 or 1 by the count of nilpotent primes."""
    counted = np.select([rows["nilpotent"] >= ALL, rows["nilpotent"] >= HALF], [1.0, 0.5], 0.0)
    return np.where(rows["d_a"] == 2, counted, rows["rho"].fillna(0.0))


def eta_of_denominators(rows: pd.DataFrame) -> Array:
    """eta' = u - eta_g."""
    return np.asarray(rows["u"] - reduction(rows))


def limit_of_delta(rows: pd.DataFrame) -> Array:
    """-eta/eta' - 1 for eta' > 0, which is -1 for eta = 0; NaN for eta' = 0, where gamma' decides, or rationality."""
    growth = eta_of_denominators(rows)
    return np.asarray(-rows["eta"] / np.where(growth > 0, growth, np.nan) - 1)


def measured_eta(rows: pd.DataFrame) -> Array:
    """eta' of ln q~_m = eta' ln m! + gamma' m through the depths m = n and n // 4."""
    n = rows["n"].to_numpy()
    quarter = n // 4
    slope = (rows["log_q"] - rows["log_g"]) / n - (rows["log_q_quarter"] - rows["log_g_quarter"]) / quarter
    return np.asarray(slope / (gammaln(n + 1) / n - gammaln(quarter + 1) / quarter))
