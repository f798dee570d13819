r"""Growth of q_n and of the error for arrays of formulas: exponents of :mod:`theory.pcf.exponents` in float64.

:math:`\ln|q_n|\sim u\ln n!+vn+s\sqrt n+w\ln n` and :math:`\ln\epsilon(n)\sim\eta\ln n!+\gamma n-t\sqrt n+\beta\ln n`;
the parameters are those exact numbers to rounding, read off the coefficients, with no fit anywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.pcf.census import CODE, leading_arrays
from theory.pcf.regimes import Regime

Array = np.ndarray[Any, np.dtype[Any]]

NAMES = ("u", "v", "s", "w", "eta", "gamma", "t", "beta")


def growth(keys: Array, codes: Array) -> dict[str, Array]:
    """Each of ``NAMES`` as an array over the rows; NaN for formulas that terminate or diverge."""
    (da, *a), (db, *b) = leading_arrays(keys[:, :3]), leading_arrays(keys[:, 3:])
    parts = np.stack([da, *a, db, *b], axis=1).astype(float)
    found = {name: np.full(len(keys), np.nan) for name in NAMES}
    for regime, rule in _RULES.items():
        rows = np.flatnonzero(codes == CODE[regime])
        if not len(rows):
            continue
        values = rule(*parts[rows].T)
        for name in NAMES:
            found[name][rows] = values.get(name, 0.0)
    return found


def _factorial(
    da: Array, A: Array, a1: Array, a2: Array, db: Array, B: Array, b1: Array, b2: Array
) -> dict[str, Array]:
    lift = np.where(2 * da - db == 1, B / A**2, 0.0)
    rate = np.log(np.abs(B) / A**2)
    power = b1 / B - 2 * a1 / A + db - da - 2 * lift
    return {"u": da, "v": np.log(np.abs(A)), "w": a1 / A + lift, "eta": db - 2 * da, "gamma": rate, "beta": power}


def _hyperbolic(
    da: Array, A: Array, a1: Array, a2: Array, db: Array, B: Array, b1: Array, b2: Array
) -> dict[str, Array]:
    root = np.sqrt(A**2 + 4 * B)
    large = (A + np.sign(A) * root) / 2
    small = -B / large

    def power(x: Array) -> Array:
        return np.asarray((a1 * x + b1 + da * B) / (x * x + B))

    rate = np.log(np.abs(small / large))
    w = power(large)
    return {"u": da, "v": np.log(np.abs(large)), "w": w, "gamma": rate, "beta": power(small) - w}


def _sub1(da: Array, A: Array, a1: Array, a2: Array, db: Array, B: Array, b1: Array, b2: Array) -> dict[str, Array]:
    stretch = np.abs(A) / np.sqrt(B)
    return {"u": db / 2, "v": np.log(B) / 2, "s": stretch, "w": (b1 / B + db / 2) / 2, "t": 2 * stretch}


def _sub2(da: Array, A: Array, a1: Array, a2: Array, db: Array, B: Array, b1: Array, b2: Array) -> dict[str, Array]:
    ratio = np.abs(A) / np.sqrt(B)
    return {"u": db / 2, "v": np.log(B) / 2, "w": (ratio + b1 / B + db / 2) / 2, "beta": -ratio}


def _flat(da: Array, A: Array) -> dict[str, Array]:
    return {"u": da, "v": np.log(np.abs(A) / 2)}


def _parabolic_plus(
    da: Array, A: Array, a1: Array, a2: Array, db: Array, B: Array, b1: Array, b2: Array
) -> dict[str, Array]:
    stretch = 2 * np.sqrt(2 * a1 / A - b1 / B - da)
    return {**_flat(da, A), "s": stretch, "w": 0.25 + (b1 / B + da) / 2, "t": 2 * stretch}


def _power(da: Array, A: Array, a1: Array, a2: Array, db: Array, B: Array, b1: Array, b2: Array) -> dict[str, Array]:
    first = 1 + 2 * a1 / A
    square = first**2 + 4 * (2 * a2 / A - b2 / B - da * b1 / B - da * (da + 1) / 2)
    root = np.sqrt(np.maximum(square, 0.0))
    return {**_flat(da, A), "w": (root + first) / 2, "beta": -root}


_RULES = {
    Regime.FACTORIAL: _factorial,
    Regime.HYPERBOLIC: _hyperbolic,
    Regime.SUB1: _sub1,
    Regime.SUB2: _sub2,
    Regime.PARABOLIC_PLUS: _parabolic_plus,
    Regime.POWER: _power,
    Regime.LOGARITHMIC: _power,
}
