r"""Exponents of ``y ~ c x^a (log x)^q (1 + d_1 x^-b_1 + ...)`` by weighted least squares of ``log y``.

The form of the finite-size correction (``b_k``, ``q``) is declared, its amplitudes ``d_k`` are fitted. All
fits are batched over resamples. ``y`` is a mean over seeds; as ``E log(mean)`` lies below ``log E`` by half its
relative variance, that much is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from plumbline.errors import InputError

_STARTS = (0.0, -0.5, 1.0, 5.0)
_LEAST_FACTOR = 1e-6
_ROUNDS = 100
# A fit has converged when one more step is expected to lower the sum of squares by less than this share.
_STATIONARY = 1e-13


@dataclass(frozen=True)
class Correction:
    """``(log x)^log_power (1 + sum_k d_k x^-powers[k])``: the declared finite-size correction of a power law."""

    powers: tuple[float, ...] = ()
    log_power: float = 0.0

    def __post_init__(self) -> None:
        if any(isinstance(b, bool) or not 0 < b < np.inf for b in self.powers) or len(set(self.powers)) < len(
            self.powers
        ):
            raise InputError(f"powers of a correction must be distinct finite numbers above 0, got {self.powers!r}")
        if not np.isfinite(self.log_power):
            raise InputError(f"log_power must be finite, got {self.log_power!r}")

    @property
    def parameters(self) -> int:
        """Scale, exponent and amplitudes."""
        return 2 + len(self.powers)

    def offset(self, x: np.ndarray) -> np.ndarray:
        """The known part of ``log y``."""
        return self.log_power * np.log(np.log(x)) if self.log_power else np.zeros_like(x)

    def describe(self) -> str:
        terms = "".join(f" + d x^-{b:g}" for b in self.powers)
        logarithm = f" (log x)^{self.log_power:g}" if self.log_power else ""
        return f"c x^a{logarithm} (1{terms})" if terms else f"c x^a{logarithm}"


def abscissae(x: Any, correction: Correction) -> np.ndarray:
    """Distinct positive sizes, more than the fit has parameters; above 1 where a logarithm is declared."""
    sizes = np.asarray(x, dtype=np.float64)
    least = 1.0 if correction.log_power else 0.0
    if sizes.ndim != 1 or not np.all(np.isfinite(sizes)) or not np.all(sizes > least):
        raise InputError(f"x must be finite numbers above {least:g} in one dimension, got {x!r}")
    if len(np.unique(sizes)) != len(sizes) or len(sizes) <= correction.parameters:
        raise InputError(f"x must be more than {correction.parameters} distinct sizes for this form, got {x!r}")
    return sizes


@dataclass(frozen=True)
class LogMeans:
    """``log E y`` per size, estimated with its small-sample correction, for a batch of (re)samples."""

    values: np.ndarray
    positive: np.ndarray


def log_means(first: np.ndarray, second: np.ndarray, seeds: int) -> LogMeans:
    """From first and second moments over seeds (batch, sizes): ``log m + v / (2 S m^2)``."""
    positive = np.all(first > 0, axis=-1, keepdims=False)
    mean = np.where(first > 0, first, 1.0)
    variance = np.maximum(second - mean**2, 0.0) * seeds / (seeds - 1)
    return LogMeans(np.log(mean) + variance / (2 * seeds * mean**2), positive)


@dataclass(frozen=True)
class Fits:
    """Parameters (batch, 2 + amplitudes): log scale, exponent, amplitudes; and whether each fit converged."""

    parameters: np.ndarray
    converged: np.ndarray

    @property
    def exponents(self) -> np.ndarray:
        return self.parameters[:, 1]


def model(x: np.ndarray, parameters: np.ndarray, correction: Correction) -> tuple[np.ndarray, np.ndarray]:
    """``log y`` (batch, sizes) without the known offset, NaN where it is undefined, and its Jacobian."""
    terms = np.stack([x**-b for b in correction.powers], -1) if correction.powers else np.zeros((len(x), 0))
    factor = 1 + parameters[:, 2:] @ terms.T
    factor = np.where(factor > _LEAST_FACTOR, factor, np.nan)
    logs = np.log(x)
    value = parameters[:, :1] + parameters[:, 1:2] * logs + np.log(factor)
    shape = (len(parameters), len(x), 1)
    slopes = [np.ones(shape), np.broadcast_to(logs[:, None], shape), terms / factor[..., None]]
    return value, np.concatenate(slopes, -1)


def fit(x: np.ndarray, values: np.ndarray, weights: np.ndarray, correction: Correction, start: Any = None) -> Fits:
    """Least squares of ``values`` (batch, sizes), by Levenberg-Marquardt; the best of several starts, or ``start``."""
    target = values - correction.offset(x)
    if start is not None:
        return _descend(x, target, weights, correction, np.broadcast_to(start, (len(values), correction.parameters)))
    best, least = None, np.full(len(values), np.inf)
    for amplitude in _STARTS if correction.powers else _STARTS[:1]:
        shape = sum(amplitude * x**-b for b in correction.powers) + np.zeros_like(x)
        if np.any(1 + shape <= _LEAST_FACTOR):
            continue
        basis = np.stack([np.ones_like(x), np.log(x)], -1) * np.sqrt(weights)[:, None]
        lines = np.linalg.lstsq(basis, ((target - np.log1p(shape)) * np.sqrt(weights)).T, rcond=None)[0].T
        first = np.concatenate([lines, np.full((len(values), len(correction.powers)), amplitude)], -1)
        found = _descend(x, target, weights, correction, first)
        cost = np.where(found.converged, _cost(x, target, weights, correction, found.parameters), np.inf)
        better = (cost < least) if best is not None else np.ones(len(values), dtype=bool)
        best = found if best is None else _chosen(better, found, best)
        least = np.minimum(least, cost)
    assert best is not None
    return best


def _chosen(better: np.ndarray, new: Fits, old: Fits) -> Fits:
    parameters = np.where(better[:, None], new.parameters, old.parameters)
    return Fits(parameters, np.where(better, new.converged, old.converged))


def _cost(x: np.ndarray, target: np.ndarray, weights: np.ndarray, correction: Correction, at: np.ndarray) -> np.ndarray:
    value, _ = model(x, at, correction)
    cost = (weights * (target - value) ** 2).sum(-1)
    return np.where(np.isfinite(cost), cost, np.inf)


def _descend(x: np.ndarray, target: np.ndarray, weights: np.ndarray, correction: Correction, start: np.ndarray) -> Fits:
    point = np.array(start, dtype=np.float64)
    batch, size = point.shape
    damping, converged = np.full(batch, 1e-3 if correction.powers else 0.0), np.zeros(batch, dtype=bool)
    cost = _cost(x, target, weights, correction, point)
    for _ in range(_ROUNDS):
        work = np.flatnonzero(~converged & np.isfinite(cost))
        if not work.size:
            break
        value, slopes = model(x, point[work], correction)
        weighted = slopes * weights[:, None]
        normal = np.swapaxes(weighted, -1, -2) @ slopes
        gradient = np.einsum("bmi,bm->bi", weighted, target[work] - value)
        diagonal = np.einsum("bii->bi", normal)
        damped = normal + (damping[work, None] * diagonal)[..., None] * np.eye(size)
        step = np.linalg.solve(damped, gradient[..., None])[..., 0]
        tried = point[work] + step
        new = _cost(x, target[work], weights, correction, tried)
        better = new <= cost[work]
        expected = np.einsum("bi,bi->b", gradient, step)
        converged[work] = (expected <= _STATIONARY * cost[work] + 1e-28) & (damping[work] < 1)
        point[work[better]], cost[work[better]] = tried[better], new[better]
        damping[work] = np.where(better, damping[work] / 10, np.maximum(damping[work], 1e-6) * 10)
    return Fits(point, converged)


def linear_response(x: np.ndarray, weights: np.ndarray, correction: Correction, at: np.ndarray) -> np.ndarray:
    """d exponent / d log y per size (batch, sizes), at fitted parameters."""
    _, slopes = model(x, at, correction)
    weighted = np.swapaxes(slopes, -1, -2) * weights
    return np.linalg.solve(weighted @ slopes, weighted)[:, 1, :]


def lack_of_fit(
    x: np.ndarray, residuals: np.ndarray, slopes: np.ndarray, covariance: np.ndarray, seeds: int
) -> np.ndarray:
    """p values (batch,) that residuals as large, or as curved in log x, come from the declared form.

    ``covariance`` (batch, sizes, sizes) is that of one seed's relative deviation. Hotelling's test on all contrasts
    orthogonal to the fit's directions, and Student's test of the curvature left over; the smaller p value, doubled.
    """
    sizes, fitted = slopes.shape[-2:]
    left = np.linalg.qr(slopes, mode="complete")[0][..., fitted:]
    bend = np.swapaxes(left, -1, -2) @ (np.log(x) - np.log(x).mean())[:, None] ** 2
    curved = (left @ bend)[..., 0]
    scale = np.einsum("bm,bmk,bk->b", curved, covariance, curved) / seeds
    ratio = np.abs(np.einsum("bm,bm->b", curved, residuals)) / np.sqrt(np.where(scale > 0, scale, np.inf))
    smallest = 2 * stats.t.sf(ratio, seeds - 1)
    free = sizes - fitted
    if seeds > 2 * free:
        contrast = np.einsum("bmf,bm->bf", left, residuals)
        spread = np.swapaxes(left, -1, -2) @ covariance @ left
        spread += 1e-12 * np.trace(spread, axis1=-2, axis2=-1)[:, None, None] * np.eye(free)
        square = seeds * np.einsum("bf,bf->b", contrast, np.linalg.solve(spread, contrast[..., None])[..., 0])
        hotelling = stats.f.sf(square * (seeds - free) / (free * (seeds - 1)), free, seeds - free)
        smallest = np.minimum(1.0, 2 * np.minimum(smallest, hotelling))
    return smallest
