"""The exact transformation T*_{tau,n} and the published one, evaluated on arrays for any tau >= 0.

T*_{tau,n}(beta) is the least surrogate regret at zero-one regret beta over laws on n labels and complete scores.
It is the two-class value for tau <= 3/2, the least of finitely many pool values for tau >= 2, and is
conjectured to be the least of the two-class value, the pool values and one tied pair in between.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from plumbline.errors import InputError
from theory.comp_sum import bounds, middle_bounds

_BISECTIONS = 200


def require_classes(n: int) -> int:
    """``n`` as an int of at least 2."""
    if isinstance(n, bool) or int(n) != n or n < 2:
        raise InputError(f"n must be an integer >= 2, got {n!r}")
    return int(n)


def require_parameter(tau: Fraction | float) -> float:
    """``tau`` as a finite float >= 0."""
    value = float(tau)
    if not (np.isfinite(value) and value >= 0):
        raise InputError(f"tau must be a finite number >= 0, got {tau!r}")
    return value


def _betas(beta: Any) -> np.ndarray:
    values = np.asarray(beta, dtype=np.float64)
    if not (np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all()):
        raise InputError("beta must lie in [0, 1]")
    return values


def published_transformation(beta: Any, tau: Fraction | float, n: int) -> np.ndarray:
    """The transformation of the paper: class-free up to tau = 1, divided by n^(tau-1) above it.

    Shapes: ``beta`` (...,) in [0, 1] -> (...,). Source: Mao, Mohri, Zhong 2023 (recalled).
    """
    values, t, n = _betas(beta), require_parameter(tau), require_classes(n)
    if t == 1:
        return np.asarray(bounds.transform_logistic.numpy(beta=values))
    if t < 1:
        return np.asarray(bounds.transform_below_one.numpy(beta=values, tau=t))
    if t < 2:
        return np.asarray(bounds.transform_gce.numpy(beta=values, n=n, tau=t))
    return np.asarray(bounds.transform_linear.numpy(beta=values, n=n, tau=t))


def pool_law(beta: np.ndarray, r: float, m: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The law (x, y, z, .., z) on m labels, x = y + beta, that is stationary for the norm of order r.

    z^(r-1) is the mean of x^(r-1) and y^(r-1) and the masses sum to 1; where that needs y < 0, y = 0 and the
    others share 1 - beta.
    """

    def middle(y: np.ndarray) -> np.ndarray:
        return (((y + beta) ** (r - 1) + y ** (r - 1)) / 2) ** (1 / (r - 1))

    low, high = np.zeros_like(beta), (1 - beta) / 2
    for _ in range(_BISECTIONS):
        y = (low + high) / 2
        heavy = 2 * y + beta + (m - 2) * middle(y) > 1
        low, high = np.where(heavy, low, y), np.where(heavy, y, high)
    y = (low + high) / 2
    boundary = beta + (m - 2) * middle(np.zeros_like(beta)) >= 1
    y = np.where(boundary, 0.0, y)
    return y + beta, y, np.where(boundary, (1 - beta) / (m - 2), middle(y))


def pool_value(beta: Any, tau: Fraction | float, m: int) -> np.ndarray:
    """T_m(beta) for 3/2 < tau < 2: the regret of the stationary law on m >= 3 labels, all tied.

    (||p||_r - m^(1/r - 1))/q with r = 1/(2 - tau), q = tau - 1.
    """
    values, q = _betas(beta), require_parameter(tau) - 1
    if not 0.5 < q < 1 or m < 3:
        raise InputError(f"pool_value needs 3/2 < tau < 2 and m >= 3, got tau={tau}, m={m}")
    r = 1 / (1 - q)
    x, y, z = pool_law(values, r, m)
    norm = (x**r + y**r + (m - 2) * z**r) ** (1 / r)
    return np.asarray((norm - m ** (1 / r - 1)) / q)


def pair_value(beta: Any, tau: Fraction | float) -> np.ndarray:
    """The regret of (beta, 1 - beta, 0) with the first and the last score tied; infinite for beta < 2/3.

    (||(beta, 1-beta)||_r - ||(beta/2, beta/2, 1-beta)||_r)/q for 3/2 < tau < 2; below 2/3 these scores would predict
    the second label.
    """
    values, t = _betas(beta), require_parameter(tau)
    far = values >= 2 / 3
    regrets = middle_bounds.pair_regret.numpy(beta=np.where(far, values, 1.0), tau=t)
    return np.where(far, regrets, np.inf)


def exact_transformation(beta: Any, tau: Fraction | float, n: int) -> np.ndarray:
    """T*_{tau,n}(beta); see the module docstring for what is proved and what is conjectured.

    Shapes: ``beta`` (...,) in [0, 1] -> (...,).
    """
    values, t, n = _betas(beta), require_parameter(tau), require_classes(n)
    if t <= 1:
        return published_transformation(values, t, n)
    if t < 2:
        two = np.asarray(bounds.transform_two_class.numpy(beta=values, tau=t))
        if t <= 1.5 or n == 2:
            return two
        pools = [pool_value(values, t, m) for m in range(3, n + 1)]
        return np.minimum.reduce([two, pair_value(values, t), *pools])
    q = t - 1
    spare = np.maximum(0.0, (1 - (n - 1) * values) / n)
    pools = [spare + values - m**-q * np.minimum(1.0, m * spare + (m - 1) * values) for m in range(1, n + 1)]
    return np.asarray(np.minimum.reduce(pools) / q)


def is_conjectured(tau: Fraction | float, n: int) -> bool:
    """Whether :func:`exact_transformation` rests on a conjecture at these parameters."""
    return 1.5 < require_parameter(tau) < 2 and require_classes(n) >= 3
