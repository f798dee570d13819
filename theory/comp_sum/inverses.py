"""Bounds on the zero-one regret: generalised inverses of transformations, capped at 1.

Gamma(t) = sup{beta in [0, 1] : T**(beta) <= t} with T** the convex envelope of T; for convex T the envelope is T.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
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


def _pool_pairs(beta: np.ndarray, two: np.ndarray, q: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """All (index of beta, pool size m) that may have T_m < T_2, for 3/2 < tau < 2 and 3 <= m <= n.

    ``||p||_r >= p_j >= beta`` gives ``T_m >= (beta - m^(-q))/q``: pools with ``m^(-q) <= beta - q T_2`` cannot.
    """
    room = np.maximum(beta - q * two, n ** (-q) / 2)
    counts = np.maximum(np.minimum(np.ceil(room ** (-1 / q)), n).astype(int) - 2, 0)
    return np.repeat(np.arange(len(beta)), counts), np.concatenate([np.arange(3, count + 3) for count in counts])


def _transformations(beta: np.ndarray, tau: float, classes: Sequence[int]) -> Iterator[np.ndarray]:
    """:func:`sharp.exact_transformation` on an increasing list of numbers of classes, each pool computed once."""
    if not 1.5 < tau < 2:
        yield from (sharp.exact_transformation(beta, tau, n) for n in classes)
        return
    least, q = sharp.exact_transformation(beta, tau, 2).copy(), tau - 1
    index, m = _pool_pairs(beta, least, q, max(classes))
    x, y, z = sharp.pool_law(beta[index], 1 / (1 - q), m)
    values = ((x ** (1 / (1 - q)) + y ** (1 / (1 - q)) + (m - 2) * z ** (1 / (1 - q))) ** (1 - q) - m**-q) / q
    pair, done = sharp.pair_value(beta, tau), 2
    for n in classes:
        new = (m > done) & (m <= n)
        np.minimum.at(least, index[new], values[new])
        done = n
        yield np.minimum(least, pair) if n > 2 else least.copy()


def _hull(beta: np.ndarray, value: np.ndarray) -> list[int]:
    """Indices of the lower convex hull (monotone chain)."""
    hull: list[int] = []
    for i in range(len(beta)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (value[b] - value[a]) * (beta[i] - beta[a]) < (value[i] - value[a]) * (beta[b] - beta[a]):
                break
            hull.pop()
        hull.append(i)
    return hull


def _hull_bounds(t: np.ndarray, tau: float, classes: Sequence[int]) -> list[np.ndarray]:
    """By the lower convex hull of the exact transformation on a grid, for tau > 2 with its kinks 1/(m-1)."""
    beta = np.linspace(0, 1, _HULL_GRID + 1)
    if tau > 2:
        beta = np.unique(np.concatenate([beta, 1 / np.arange(1, max(classes), dtype=np.float64)]))
    bounds = []
    for value in _transformations(beta, tau, classes):
        hull = _hull(beta, value)
        bounds.append(np.interp(t, value[hull], beta[hull]))
    return bounds


def sharp_bound(t: Any, tau: Fraction | float, n: int) -> np.ndarray:
    """The best distribution-free bound: the inverse of the convex envelope of the exact transformation.

    Exact for tau <= 3/2 (the transformation is convex) and tau = 2; elsewhere the envelope is taken on a grid of
    4096 steps, which overestimates the envelope by less than the grid's resolution allows.
    Shapes: ``t`` (...,) >= 0 -> (...,) in [0, 1].
    """
    return np.asarray(sharp_bounds(t, tau, [n])[0])


def sharp_bounds(t: Any, tau: Fraction | float, classes: Sequence[int]) -> np.ndarray:
    """:func:`sharp_bound` for an increasing list of numbers of classes; the pools are computed only once.

    Shapes: ``t`` (...,) >= 0 -> (len(classes), ...) in [0, 1].
    """
    values, parameter = _risks(t), sharp.require_parameter(tau)
    listed = [sharp.require_classes(n) for n in classes]
    if not listed or any(b <= a for a, b in itertools.pairwise(listed)):
        raise InputError(f"classes must be an increasing list, got {list(classes)!r}")
    if parameter <= 1.5:
        return np.stack([_bisect(lambda beta: sharp.exact_transformation(beta, parameter, 2), values)] * len(listed))
    if parameter == 2:
        return np.stack([_pool_bound(values, n) for n in listed])
    return np.stack(_hull_bounds(values, parameter, listed))
