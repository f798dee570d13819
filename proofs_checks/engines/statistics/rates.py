r"""Rates: does ``E y`` grow or fall like ``x^theory``, up to a declared finite-size correction?"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from plumbline.domain import Scope
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from proofs_checks.engines.statistics.checks import Number, planned, show, too_small
from proofs_checks.engines.statistics.exponent_design import MISFIT, ExponentDesign, relative_covariance
from proofs_checks.engines.statistics.exponents import (
    Correction,
    Fits,
    abscissae,
    fit,
    lack_of_fit,
    log_means,
    model,
)
from proofs_checks.engines.statistics.granted import ENGINE
from proofs_checks.engines.statistics.intervals import Interval, fresh_sequence
from proofs_checks.engines.statistics.power import exactly

# A bootstrap law more skewed than this is not near enough to normal for an interval of tiny error.
MOST_SKEWED = 0.5
# Resamples that may fail (a mean of zero or below, no convergence) before nothing is concluded.
MOST_FAILED = 0.001


@dataclass(frozen=True)
class ExponentFit:
    """A fitted exponent with its bootstrap over seeds."""

    exponent: float
    parameters: np.ndarray
    log_values: np.ndarray
    weights: np.ndarray
    standard_error: float
    skewness: float
    misfit: float
    failed: float
    converged: bool

    def interval(self, seeds: int, alpha: float) -> Interval:
        """``exponent +- t standard_error`` with ``seeds - 1`` degrees of freedom: near-normal estimators."""
        reach = float(stats.t.isf(alpha / 2, seeds - 1)) * self.standard_error
        return Interval(self.exponent - reach, self.exponent + reach, alpha, "bootstrap standard error, t quantile")


def require_table(x: Any, y: Any, correction: Correction) -> tuple[np.ndarray, np.ndarray]:
    """Sizes (m,) and one row of measurements per seed (seeds, m), with positive means and some variation."""
    sizes, values = abscissae(x, correction), np.asarray(y, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != len(sizes) or len(values) < 3:
        raise InputError(
            f"y must have one row per seed (at least 3) and {len(sizes)} columns, got shape {values.shape}"
        )
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = (int(index) for index in bad[0])
        raise InputError(f"y must be finite, got {values[row, column]} for seed {row} at x = {sizes[column]:g}")
    means = values.mean(0)
    if np.any(means <= 0):
        where = int(np.argmin(means))
        raise InputError(f"means of y over seeds must be positive, got {means[where]:g} at x = {sizes[where]:g}")
    if np.any(np.ptp(values, axis=0) == 0):
        where = int(np.argmin(np.ptp(values, axis=0)))
        raise InputError(f"y must vary over seeds at every size, got one value at x = {sizes[where]:g}")
    return sizes, values


def fitted(
    x: Any, y: Any, correction: Correction, *, seed: int | np.random.SeedSequence, resamples: int = 2000
) -> ExponentFit:
    """Fit the exponent of the means of ``y`` (seeds, sizes) and bootstrap it over seeds, rows drawn whole."""
    sizes, values = require_table(x, y, correction)
    seeds = len(values)
    if resamples < 200:
        raise InputError(f"resamples must be at least 200, got {resamples}")
    covariance = relative_covariance(values[None])
    spread = np.diagonal(covariance[0])
    weights = 1 / np.maximum(spread, 1e-3 * np.median(spread))
    weights = weights / weights.max()
    scale = values.mean(0)
    relative = values / scale
    here = log_means(np.ones((1, len(sizes))), (relative**2).mean(0)[None], seeds).values + np.log(scale)
    main = fit(sizes, here, weights, correction)
    counts = np.random.default_rng(fresh_sequence(seed)).multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples)
    drawn = log_means(counts @ relative / seeds, counts @ relative**2 / seeds, seeds)
    again = fit(sizes, drawn.values + np.log(scale), weights, correction, start=main.parameters[0])
    good = again.converged & drawn.positive
    exponents = again.exponents[good]
    error = float(exponents.std(ddof=1)) * math.sqrt(seeds / (seeds - 1)) if len(exponents) > 2 else math.inf
    skewness = float(stats.skew(exponents)) if len(exponents) > 2 and error > 0 else 0.0
    return ExponentFit(
        exponent=float(main.exponents[0]),
        parameters=main.parameters[0],
        log_values=here[0],
        weights=weights,
        standard_error=error,
        skewness=skewness,
        misfit=_misfit(sizes, here, main, correction, covariance, seeds),
        failed=1 - float(good.mean()),
        converged=bool(main.converged[0]),
    )


def _misfit(
    x: np.ndarray, here: np.ndarray, main: Fits, correction: Correction, covariance: np.ndarray, seeds: int
) -> float:
    if not main.converged[0]:
        return 1.0
    value, slopes = model(x, main.parameters, correction)
    return float(lack_of_fit(x, here - correction.offset(x) - value, slopes, covariance, seeds)[0])


def fit_exponent(
    x: Any,
    y: Any,
    theory: Number,
    design: ExponentDesign,
    *,
    seed: int | np.random.SeedSequence,
    scope: Scope,
    statement: str,
    resamples: int = 2000,
) -> Finding:
    """Whether ``E y ~ c x^theory`` under the design's correction; ``y`` holds one row of measurements per seed.

    holds: the theory's exponent lies in the interval of error ``design.level``, whose half-width is at most
    ``design.resolution``, and theory +- ``design.effect`` lie outside; violated: it lies outside the interval.
    Inconclusive where the interval is too wide, the power too small, or the residuals refute the declared form
    itself: a naive fit of a law with a finite-size correction proves nothing. The interval takes the estimator for
    near normal.
    """
    start = time.perf_counter()
    target = exactly(theory, "theory")
    sizes, values = require_table(x, y, design.correction)
    seeds = len(values)
    refused = too_small(design.at(sizes), seeds, scope, statement)
    if refused is not None:
        return refused
    found = fitted(sizes, values, design.correction, seed=seed, resamples=resamples)
    interval = found.interval(seeds, float(design.level)) if found.converged else None
    effort = {
        **planned(design.at(sizes), seeds),
        "form": design.correction.describe(),
        "exponent": found.exponent,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "amplitudes": found.parameters[2:].tolist(),
        "misfit": found.misfit,
        "skewness": found.skewness,
        "resamples": resamples,
        "seed": str(fresh_sequence(seed).entropy),
    }
    reason = _unusable(found, design)
    verdict, shown = Verdict.INCONCLUSIVE, None
    if not reason and interval is not None:
        at = float(target)
        reach = interval.half_width
        reason = f"exponent {found.exponent:.4f} +- {reach:.4f} ({design.correction.describe()}) against {at:.4f}"
        if at not in interval:
            verdict, shown = show("exponent_gap", _data(sizes, found, design, str(target), reach), reason, ">")
        elif reach > design.resolution:
            reason += f"; too wide, it needs a half-width of {design.resolution:g}"
        elif at - design.effect not in interval and at + design.effect not in interval:
            verdict = Verdict.HOLDS
    seconds = time.perf_counter() - start
    return ENGINE.finding(verdict, scope, statement, reason=reason, witness=shown, effort=effort, seconds=seconds)


def _unusable(found: ExponentFit, design: ExponentDesign) -> str:
    """Why nothing can be concluded from a fit; empty where it can be used."""
    form = design.correction.describe()
    if not found.converged:
        return f"the fit of {form} did not converge"
    if found.misfit < MISFIT:
        return f"{form} does not describe the data (p = {found.misfit:.1e}): declare its finite-size correction"
    if found.failed > MOST_FAILED:
        return f"{found.failed:.1%} of the resamples could not be fitted"
    if abs(found.skewness) > MOST_SKEWED:
        return f"the exponent's bootstrap law is skewed ({found.skewness:.2f}): more seeds are needed"
    return ""


def _data(x: np.ndarray, found: ExponentFit, design: ExponentDesign, theory: str, reach: float) -> dict[str, Any]:
    return {
        "x": [repr(float(value)) for value in x],
        "y": [repr(math.exp(value)) for value in found.log_values],
        "weights": [repr(float(value)) for value in found.weights],
        "corrections": [repr(float(power)) for power in design.correction.powers],
        "log_power": repr(float(design.correction.log_power)),
        "start": [repr(float(value)) for value in found.parameters],
        "theory": theory,
        "reach": repr(reach),
    }
