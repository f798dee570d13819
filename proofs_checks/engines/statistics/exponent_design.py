r"""The power of an exponent fit, by simulation of the whole decision with a stated error.

A design declares sizes, seeds, the relative standard deviation of one seed's ``y`` and the amplitudes of the
finite-size correction that it reckons with. Data are simulated with lognormal noise, independent over sizes,
whose exponent is wrong by ``effect``; the power is the share in which the check would reject, its stated lower limit
that of Clopper and Pearson at error :data:`SIMULATION_ERROR`. The simulation takes the standard error of a fit from the
linear response instead of a bootstrap; a test compares the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Self

import numpy as np
from scipy import stats

from plumbline.errors import InputError
from proofs_checks.engines.statistics.exponents import (
    Correction,
    abscissae,
    fit,
    lack_of_fit,
    linear_response,
    log_means,
    model,
)
from proofs_checks.engines.statistics.intervals import clopper_pearson
from proofs_checks.engines.statistics.power import LEAST_POWER, Design, Power, positive, whole

# A rate wrong by EFFECT must be rejected, and an interval wider than RESOLUTION on either side settles nothing.
EFFECT = 0.1
RESOLUTION = 0.02
# Residuals this improbable mean that the declared form does not describe the data: nothing is concluded.
MISFIT = 1e-5
LEAST_SEEDS = 8
SIMULATIONS = 8000
SIMULATION_ERROR = 0.01
PURE = Correction()
_SEED = 20100517
_CHUNK = 2_000_000


@dataclass(frozen=True, kw_only=True)
class ExponentDesign(Design):
    """Claim: ``E y ~ x^theory`` under the declared correction. Partner: an exponent wrong by ``effect``."""

    x: tuple[float, ...]
    seeds: int
    noise: float
    correction: Correction = PURE
    amplitudes: tuple[float, ...] = ()
    effect: float = EFFECT
    resolution: float = RESOLUTION

    def __post_init__(self) -> None:
        super().__post_init__()
        sizes = abscissae(self.x, self.correction)
        object.__setattr__(self, "x", tuple(float(size) for size in sizes))
        positive(self.noise, f"noise of {self.name}")
        whole(self.seeds, f"seeds of {self.name}", LEAST_SEEDS)
        if not (0 < self.effect <= EFFECT and 0 < self.resolution <= RESOLUTION):
            raise InputError(f"{self.name} may lower effect {EFFECT} and resolution {RESOLUTION}, not raise them")
        if len(self.amplitudes) != len(self.correction.powers):
            raise InputError(f"{self.name} needs one amplitude for each power {self.correction.powers}")
        at = np.array([[0.0, 0.0, *self.amplitudes]])
        if not np.all(np.isfinite(model(sizes, at, self.correction)[0])):
            raise InputError(f"amplitudes {self.amplitudes} of {self.name} make the correction vanish on its sizes")

    @property
    def size(self) -> int:
        return self.seeds

    def with_size(self, size: int) -> Self:
        return replace(self, seeds=size)

    def at(self, x: Any) -> Self:
        """The same design on other sizes."""
        return replace(self, x=tuple(float(size) for size in x))

    def power(self) -> Power:
        return _simulated_power(
            self.x, self.seeds, float(self.noise), self.correction, self.amplitudes, self.effect, float(self.level)
        )

    def _standard_error(self) -> float:
        """Of the fitted exponent for one seed, by linear response."""
        x, at = np.array(self.x), np.array([[0.0, 0.0, *self.amplitudes]])
        return float(self.noise * np.linalg.norm(linear_response(x, np.ones_like(x), self.correction, at)))

    def planned(self) -> int:
        """Seeds for an expected half-width of four fifths of the resolution, and for the power."""
        single, seeds = self._standard_error(), LEAST_SEEDS
        while stats.t.isf(float(self.level) / 2, seeds - 1) * single / math.sqrt(seeds) > 0.8 * self.resolution:
            seeds = math.ceil(seeds * 1.05)
        while not self.with_size(seeds).power().enough:
            seeds = math.ceil(seeds * 1.25)
        return seeds


def relative_covariance(y: np.ndarray) -> np.ndarray:
    """Covariance over seeds of ``y`` divided by its mean, (batch, sizes, sizes) from (batch, seeds, sizes)."""
    deviation = y / y.mean(-2, keepdims=True) - 1
    return np.swapaxes(deviation, -1, -2) @ deviation / (y.shape[-2] - 1)


@lru_cache(maxsize=256)
def _simulated_power(
    x: tuple[float, ...],
    seeds: int,
    noise: float,
    correction: Correction,
    amplitudes: tuple[float, ...],
    effect: float,
    level: float,
) -> Power:
    rng = np.random.default_rng(np.random.SeedSequence((_SEED, seeds, len(x))))
    sizes, sigma = np.array(x), math.sqrt(math.log1p(noise**2))
    truth = np.array([[0.0, effect, *amplitudes]])
    critical = float(stats.t.isf(level / 2, seeds - 1))
    rejected, done = 0, 0
    while done < SIMULATIONS:
        chunk = min(SIMULATIONS - done, max(1, _CHUNK // (seeds * len(x))))
        draws = rng.standard_normal((chunk, seeds, len(x)), dtype=np.float32)
        noisy = np.exp(np.float32(sigma) * draws - np.float32(sigma**2 / 2))
        rejected += _rejections(sizes, truth, noisy, correction, critical)
        done += chunk
    low = clopper_pearson(rejected, SIMULATIONS, 2 * SIMULATION_ERROR).low
    found = f"{rejected} of {SIMULATIONS} simulated data sets reject it, limit of error {SIMULATION_ERROR}"
    return Power(low if rejected < SIMULATIONS else max(low, _all_rejected()), found)


def _all_rejected() -> float:
    """The exact lower limit where every simulation rejects: error ** (1 / simulations)."""
    return SIMULATION_ERROR ** (1 / SIMULATIONS)


def _rejections(x: np.ndarray, truth: np.ndarray, noisy: np.ndarray, correction: Correction, critical: float) -> int:
    """How many data sets reject the exponent 0: the law of the parameters ``truth``, times ``noisy``.

    ``noisy`` (batch, seeds, sizes) is in single precision; the fits start from the truth.
    """
    seeds, weights = noisy.shape[-2], np.ones_like(x)
    second = np.einsum("bsm,bsm->bm", noisy, noisy).astype(np.float64) / seeds
    means = log_means(noisy.mean(-2, dtype=np.float64), second, seeds)
    values = means.values + model(x, truth, correction)[0] + correction.offset(x)
    fits = fit(x, values, weights, correction, start=truth)
    value, slopes = model(x, fits.parameters, correction)
    covariance = relative_covariance(noisy).astype(np.float64)
    response = linear_response(x, weights, correction, fits.parameters)
    error = np.sqrt(np.einsum("bm,bmk,bk->b", response, covariance, response) / seeds)
    fitting = lack_of_fit(x, values - correction.offset(x) - value, slopes, covariance, seeds) >= MISFIT
    return int((fits.converged & fitting & (np.abs(fits.exponents) > critical * error)).sum())


assert _all_rejected() > LEAST_POWER
