"""Bounds on the zero-one regret: generalised inverses of transformations, capped at 1.

Gamma(t) = sup{beta in [0, 1] : T**(beta) <= t} with T** the convex envelope of T; for convex T the envelope is T.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from plumbline.errors import InputError
from theory.comp_sum import sharp

_BISECTIONS = 100
_HULL_GRID = 4096


def _risks(t: Any) -> np.ndarray:
    values = np.asarray(t, dtype=np.float64)
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise InputError("t must be finite and >= 0")
    return values


def _bisect(transform: Callable[[np.ndarray], np.ndarray], t: np.ndarray) -> np.ndarray:
    low, high = np.zeros_like(t), np.ones_like(t)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = transform(middle) <= t
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(transform(np.ones_like(t)) <= t, 1.0, low)


def published_bound(t: Any, tau: Fraction | float, n: int) -> np.ndarray:
    """Gamma_tau(t) of the paper: the inverse of the published (convex) transformation, 1 beyond its range.

    Shapes: ``t`` (...,) >= 0, surrogate regret plus gap -> (...,) in [0, 1].
    """
    values = _risks(t)
    return _bisect(lambda beta: sharp.published_transformation(beta, tau, n), values)


def _pool_bound(t: np.ndarray, n: int) -> np.ndarray:
    """tau = 2: piecewise linear through (0, 0) and (1/(m(m-1)), 1/(m-1)), m = n, .., 2."""
    m = np.arange(n, 1, -1, dtype=np.float64)
    return np.interp(t, np.concatenate([[0.0], 1 / (m * (m - 1))]), np.concatenate([[0.0], 1 / (m - 1)]))


def _hull_bound(t: np.ndarray, tau: float, n: int) -> np.ndarray:
    """By the lower convex hull of the exact transformation on a grid that contains its kinks 1/(m-1)."""
    kinks = 1 / np.arange(1, n, dtype=np.float64)
    beta = np.unique(np.concatenate([np.linspace(0, 1, _HULL_GRID + 1), kinks]))
    value = sharp.exact_transformation(beta, tau, n)
    hull: list[int] = []
    for i in range(len(beta)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (value[b] - value[a]) * (beta[i] - beta[a]) < (value[i] - value[a]) * (beta[b] - beta[a]):
                break
            hull.pop()
        hull.append(i)
    return np.interp(t, value[hull], beta[hull])


def sharp_bound(t: Any, tau: Fraction | float, n: int) -> np.ndarray:
    """The best distribution-free bound: the inverse of the convex envelope of the exact transformation.

    Exact for tau <= 3/2 (the transformation is convex) and tau = 2; elsewhere the envelope is taken on a grid of
    4096 steps plus the kinks, which overestimates the envelope by less than the grid's resolution allows.
    Shapes: ``t`` (...,) >= 0 -> (...,) in [0, 1].
    """
    values, parameter, n = _risks(t), sharp.require_parameter(tau), sharp.require_classes(n)
    if parameter <= 1.5:
        return _bisect(lambda beta: sharp.exact_transformation(beta, parameter, n), values)
    return _pool_bound(values, n) if parameter == 2 else _hull_bound(values, parameter, n)
