r"""Confidence intervals for means and proportions, each with the assumption under which it is valid.

An interval of error ``alpha`` misses the truth with probability at most ``alpha``, and on either side with
probability at most ``alpha / 2``: its lower end alone is a lower confidence limit of error ``alpha / 2``.

================== ============================================================ =================
interval           assumption                                                   coverage
================== ============================================================ =================
clopper_pearson    independent trials of one probability                        exact, conservative
hoeffding          independent, values in a declared range                      conservative
empirical_bernstein independent, identically distributed, in a declared range   conservative
student            independent, normal; the reason must be given                exact
bootstrap          independent, identically distributed, many                   approximate
================== ============================================================ =================
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from scipy import stats

from plumbline.errors import InputError

# A tail quantile of a bootstrap law needs at least so many resamples beyond it.
RESAMPLES_BEYOND = 10


@dataclass(frozen=True)
class Interval:
    """``[low, high]``, which misses the truth with probability at most ``alpha``."""

    low: float
    high: float
    alpha: float
    method: str

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def error_probability(alpha: Any) -> float:
    """``alpha`` as a float strictly between 0 and 1."""
    if isinstance(alpha, bool) or not 0 < alpha < 1:
        raise InputError(f"alpha must be a probability strictly between 0 and 1, got {alpha!r}")
    return float(alpha)


def checked(samples: Any, *, least: int = 1, name: str = "samples") -> np.ndarray:
    """A one-dimensional float64 array of at least ``least`` finite numbers."""
    values = np.asarray(samples)
    if values.dtype.kind not in "biuf" or values.ndim != 1:
        raise InputError(f"{name} must be a one-dimensional array of numbers, got {values.dtype}, {values.shape}")
    if values.size < least:
        raise InputError(f"{name} must hold at least {least} values, got {values.size}")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise InputError(f"{name} must be finite, got {values[bad[0]]} at index {bad[0]} ({bad.size} such values)")
    return values.astype(np.float64)


def require_range(within: tuple[float, float] | None) -> tuple[float, float]:
    """The declared range of bounded samples."""
    if within is None or len(within) != 2 or not -math.inf < within[0] < within[1] < math.inf:
        raise InputError(f"within must be the declared range (low, high) of the samples, low < high, got {within!r}")
    return float(within[0]), float(within[1])


def bounded(samples: Any, within: tuple[float, float] | None, *, least: int = 1) -> np.ndarray:
    """Samples that respect their declared range; one outside refutes the declaration and is an error."""
    low, high = require_range(within)
    values = checked(samples, least=least)
    outside = np.flatnonzero((values < low) | (values > high))
    if outside.size:
        worst = values[outside[0]]
        raise InputError(
            f"samples must lie in the declared range [{low:g}, {high:g}], got {worst:g} at index {outside[0]} "
            f"({outside.size} outside): the interval assumes bounded samples"
        )
    return values


def counts(successes: Any, trials: Any) -> tuple[int, int]:
    """A count out of a positive number of trials."""
    for name, value in (("successes", successes), ("trials", trials)):
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
            raise InputError(f"{name} must be an integer, got {value!r}")
    if not (trials >= 1 and 0 <= successes <= trials):
        raise InputError(f"successes must lie in 0..trials with trials >= 1, got {successes!r} of {trials!r}")
    return int(successes), int(trials)


def clopper_pearson(successes: int, trials: int, alpha: float) -> Interval:
    """The exact binomial interval of C. J. Clopper and E. S. Pearson (Biometrika 26, 1934)."""
    k, n = counts(successes, trials)
    error = error_probability(alpha)
    low = float(stats.beta.ppf(error / 2, k, n - k + 1)) if k > 0 else 0.0
    high = float(stats.beta.isf(error / 2, k + 1, n - k)) if k < n else 1.0
    return Interval(low, high, error, "clopper_pearson")


def hoeffding(samples: Any, within: tuple[float, float], alpha: float) -> Interval:
    r"""``mean +- (high - low) sqrt(log(2/alpha) / (2 n))`` (W. Hoeffding, JASA 58, 1963)."""
    error = error_probability(alpha)
    values = bounded(samples, within)
    low, high = require_range(within)
    reach = (high - low) * math.sqrt(math.log(2 / error) / (2 * values.size))
    mean = float(values.mean())
    return Interval(mean - reach, mean + reach, error, "hoeffding")


def empirical_bernstein(samples: Any, within: tuple[float, float], alpha: float) -> Interval:
    r"""``mean +- sqrt(2 V L / n) + 7 R L / (3 (n - 1))`` with ``L = log(4/alpha)``, ``R = high - low``.

    ``V`` is the unbiased sample variance. Theorem 4 of A. Maurer and M. Pontil (COLT 2009) has ``log(2/delta)``
    for one side of error ``delta``; both sides at ``delta = alpha/2`` give ``log(4/alpha)``.
    """
    error = error_probability(alpha)
    values = bounded(samples, within, least=2)
    low, high = require_range(within)
    n, level = values.size, math.log(4 / error)
    reach = math.sqrt(2 * float(values.var(ddof=1)) * level / n) + 7 * (high - low) * level / (3 * (n - 1))
    mean = float(values.mean())
    return Interval(mean - reach, mean + reach, error, "empirical_bernstein")


def student(samples: Any, alpha: float, *, normality: str) -> Interval:
    """Student's interval. ``normality`` says why the samples are normal (as they are by construction, or as
    averages of many); constant samples contradict it and are refused."""
    error = error_probability(alpha)
    if not isinstance(normality, str) or not normality.strip():
        raise InputError("normality must say why the samples are normal, got nothing; else use a bounded method")
    values = checked(samples, least=2)
    if np.ptp(values) == 0:
        raise InputError(f"samples must vary for a normal interval, got {values.size} times {values[0]:g}")
    mean, spread = float(values.mean()), float(values.std(ddof=1))
    reach = float(stats.t.isf(error / 2, values.size - 1)) * spread / math.sqrt(values.size)
    return Interval(mean - reach, mean + reach, error, "student")


def bootstrap(
    samples: Any,
    alpha: float,
    *,
    seed: int | np.random.SeedSequence,
    statistic: Callable[..., Any] = np.mean,
    method: str = "bca",
    resamples: int = 10_000,
) -> Interval:
    """Percentile (``"percentile"``) or bias-corrected and accelerated (``"bca"``) bootstrap interval.

    ``statistic(values, axis)`` is vectorised. Approximate for every finite sample; ``resamples`` must leave
    some resamples beyond each quantile, so that tiny ``alpha`` are out of reach.
    """
    error = error_probability(alpha)
    names = {"bca": "BCa", "percentile": "percentile"}
    if method not in names:
        raise InputError(f"method must be one of {sorted(names)}, got {method!r}")
    least = math.ceil(2 * RESAMPLES_BEYOND / error)
    if resamples < least:
        raise InputError(f"resamples must be at least {least} for alpha = {error:g}, got {resamples}")
    values = checked(samples, least=2)
    if np.ptp(values) == 0:
        raise InputError(f"samples must vary for a bootstrap interval, got {values.size} times {values[0]:g}")
    found = stats.bootstrap(
        (values,),
        statistic,
        vectorized=True,
        axis=-1,
        n_resamples=resamples,
        batch=max(1, 4_000_000 // values.size),
        confidence_level=1 - error,
        method=names[method],
        rng=np.random.default_rng(fresh_sequence(seed)),
    ).confidence_interval
    return Interval(float(found.low), float(found.high), error, method)


def fresh_sequence(seed: int | np.random.SeedSequence) -> np.random.SeedSequence:
    """A seed sequence that starts anew, so that the same seed gives the same draws."""
    if isinstance(seed, np.random.SeedSequence):
        return np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key)
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise InputError(f"seed must be an integer >= 0 or a SeedSequence, got {seed!r}")
    return np.random.SeedSequence(int(seed))
