"""Exact exponents against the dynamics of many random formulas: what is left falls like 1/n; wrong ones are seen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from proofs_checks.pcf.census import classified
from simulations.pcf.dynamics import dynamics
from simulations.pcf.gcds import log_gcds
from simulations.pcf.growth import growth
from theory.pcf import census
from theory.pcf.rational_limits import rational_limits
from theory.pcf.regimes import Regime

Array = np.ndarray[Any, np.dtype[Any]]
SAMPLES = [500, 1000]
CHANGE = {
    "factorial": math.lgamma(1001) - math.lgamma(501),
    "linear": 500.0,
    "power": math.log(2.0),
}


def drawn(regime: Regime, count: int, seed: int, degrees: tuple[int, int] | None = None) -> Array:
    """Random formulas of a regime (and of these degrees) whose float64 dynamics are sound: no L = infinity."""
    keys, codes = classified()
    keys = keys[codes == census.CODE[regime]]
    if degrees is not None:
        of = [census.leading_arrays(part)[0] for part in (keys[:, :3], keys[:, 3:])]
        keys = keys[(of[0] == degrees[0]) & (of[1] == degrees[1])]
    keys = keys[np.random.default_rng(seed).choice(len(keys), min(count, len(keys)), replace=False)]
    infinite = [row for row, limit in rational_limits(keys).items() if limit.value is None]
    return np.delete(keys, infinite, axis=0)


def left_over(keys: Array, regime: Regime, own: dict[str, Array]) -> tuple[Array, Array]:
    """|change of ln q| and |change of ln eps| from 500 to 1000 that the exponents do not explain."""
    found = dynamics(keys, 2000, SAMPLES)
    assert np.isfinite(found.log_q).all()
    growing = own["u"] * CHANGE["factorial"] + own["v"] * CHANGE["linear"] + own["w"] * CHANGE["power"]
    falling = own["eta"] * CHANGE["factorial"] + own["gamma"] * CHANGE["linear"] + own["beta"] * CHANGE["power"]
    q, error = (np.diff(part, axis=1)[:, 0] for part in (found.log_q, found.log_error))
    return np.abs(q - growing), np.abs(error - falling)


def exponents_of(keys: Array, regime: Regime) -> dict[str, Array]:
    return growth(keys, np.full(len(keys), census.CODE[regime]))


@pytest.mark.parametrize(
    ("regime", "medians", "largest"),
    [(Regime.FACTORIAL, (1.0e-3, 3.3e-3), (0.11, 0.22)), (Regime.HYPERBOLIC, (5.9e-4, 2.2e-3), (0.16, 0.28))],
)
def test_exponents_explain_random_formulas(
    regime: Regime, medians: tuple[float, float], largest: tuple[float, float]
) -> None:
    """12,000 formulas: medians as in the complete census, maxima below its maxima, 300/n for every one."""
    keys = drawn(regime, 12000, 31)
    for found, median, most in zip(left_over(keys, regime, exponents_of(keys, regime)), medians, largest, strict=True):
        assert np.median(found) == pytest.approx(median, rel=0.1)
        assert found.max() <= 1.05 * most
        assert (found * 1000 < 300).all()


def test_the_step_at_one_degree_below_is_seen() -> None:
    """Degrees (1,1) with k = 0: wrong by |B|/A^2 ln 2 in ln q and twice that in ln eps."""
    keys = drawn(Regime.FACTORIAL, 3000, 32, (1, 1))
    own = exponents_of(keys, Regime.FACTORIAL)
    lift = keys[:, 4] / keys[:, 1] ** 2
    wrong = {**own, "w": own["w"] - lift, "beta": own["beta"] + 2 * lift}
    right, off = (left_over(keys, Regime.FACTORIAL, table) for table in (own, wrong))
    by = np.abs(lift) * math.log(2)
    assert (np.abs(off[0] - by) <= right[0] + 1e-9).all()
    assert (np.abs(off[1] - 2 * by) <= right[1] + 1e-9).all()
    assert np.median(off[0]) > 20 * np.median(right[0])


def test_the_degree_of_a_in_kappa_is_seen() -> None:
    """Without d_a in kappa the growth of q is off by r/(1 - r) ln 2 for d_a = 1."""
    keys = drawn(Regime.HYPERBOLIC, 3000, 33, (1, 2))
    own = exponents_of(keys, Regime.HYPERBOLIC)
    root = np.sqrt(keys[:, 1] ** 2 + 4 * keys[:, 3])
    r = (np.abs(keys[:, 1]) - root) / (np.abs(keys[:, 1]) + root)
    wrong = {**own, "w": own["w"] + r / (1 - r)}
    right, off = (left_over(keys, Regime.HYPERBOLIC, table)[0] for table in (own, wrong))
    assert np.median(off) > 20 * np.median(right)


def test_dynamics_of_every_formula_with_an_infinite_limit_are_wrong_and_of_the_others_right() -> None:
    """Degrees (2,2): q_n is minimal for the 160 formulas with L = infinity; rounding makes it grow in float64."""
    keys = census.keys()
    keys = keys[keys[:, 0] > 0]
    rows = keys[keys[:, 3] != 0]
    listed = rational_limits(rows)
    infinite = rows[[row for row, limit in listed.items() if limit.value is None]]
    others = rows[[row for row, limit in listed.items() if limit.value]][::13]
    assert len(infinite) == 80
    for chosen, sound in ((infinite, False), (others, True)):
        _, exact = log_gcds(chosen, [300])
        near = np.abs(dynamics(chosen, 600, [300]).log_q[:, 0] - exact[:, 0]) < 1e-9
        assert (near == sound).all()
