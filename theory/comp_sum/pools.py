"""Which number of tied labels is the worst case: the pool size of the exact transformation, from its closed forms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from plumbline.errors import InputError
from theory.comp_sum import bounds, sharp


def optimal_pool(beta: Any, tau: Fraction | float, n: int) -> np.ndarray:
    """The number m of labels that tie at the worst law, for tau > 1 and beta in (0, 1].

    Shapes: ``beta`` (...,) -> integers (...,). Between 3/2 and 2 it rests on the conjecture ``comp_sum.sharp.mid``.
    """
    values, t, n = np.asarray(beta, dtype=np.float64), sharp.require_parameter(tau), sharp.require_classes(n)
    if not (t > 1 and (values > 0).all() and (values <= 1).all()):
        raise InputError(f"optimal_pool needs tau > 1 and beta in (0, 1], got tau={tau!r}")
    if t <= 1.5 or (n == 2 and t < 2):
        return np.full(values.shape, 2)
    if t < 2:
        two = np.minimum(bounds.transform_two_class.numpy(beta=values, tau=t), sharp.pair_value(values, t))
        candidates = [two, *(sharp.pool_value(values, t, m) for m in range(3, n + 1))]
        return np.asarray(np.argmin(candidates, axis=0) + 2)
    spare = np.maximum(0.0, (1 - (n - 1) * values) / n)
    gains = [m ** (1 - t) * np.minimum(1.0, m * spare + (m - 1) * values) for m in range(1, n + 1)]
    return np.asarray(np.argmax(gains, axis=0) + 1)


def crossing(m: int) -> Fraction:
    """The beta at which pools of m and m + 1 labels are equally bad for tau = 2: m/(m^2 - 1)."""
    return Fraction(m, m * m - 1)
