"""Transitions that ignore actions, two actions: regrets in closed form, and their limits for many Gaussian states.

With gaps Delta_i(s) = r_i(s, 1) - r_i(s, 0) and weights D(s) of visits, h(R) = sum D |Delta|. Shapes: gaps (...,
S), D (S,).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def least_ray_distance(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """min over lambda >= 0 of sum D |Delta1 - lambda Delta2|, at a weighted median of Delta1/Delta2 or at 0."""
    slope = weights * np.abs(second)
    ratio = np.divide(first, second, out=np.zeros_like(first), where=second != 0)
    order = np.argsort(ratio, -1)
    mass = np.cumsum(np.take_along_axis(slope, order, -1), -1)
    middle = (mass >= mass[..., -1:] / 2).argmax(-1)
    at = np.take_along_axis(order, middle[..., None], -1)
    factor = np.take_along_axis(ratio, at, -1).clip(min=0)
    return np.asarray((weights * np.abs(first - factor * second)).sum(-1))


def worst_case_regret(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """W(R1, R2)."""
    return np.asarray(least_ray_distance(first, second, weights) / (weights * np.abs(first)).sum(-1))


def range_distance(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """d_Omega(R1, R2)."""
    one, two = (gaps / (weights * np.abs(gaps)).sum(-1, keepdims=True) for gaps in (first, second))
    return np.asarray((weights * np.abs(one - two)).sum(-1))


def rollout_regret(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Regret under R1 of the optimal policy of R2, over the range of R1."""
    size = weights * np.abs(first)
    return np.asarray((size * (first * second < 0)).sum(-1) / size.sum(-1))


def gaussian_gaps(draw: Any, rho: float | np.ndarray, runs: int, states: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaps of ``runs`` pairs of rewards (runs, S): standard normal, correlation rho, independent over states."""
    first, other = draw.standard_normal((2, runs, states))
    return first, rho * first + np.sqrt(1 - np.square(rho)) * other


def correlation_at(t: np.ndarray) -> np.ndarray:
    """The correlation of R and R + t R' for independent R, R' of equal scale."""
    return np.asarray(1 / np.sqrt(1 + np.square(t)))
