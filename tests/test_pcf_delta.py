"""delta: its exact bound, its blind measurement, and its predictions beside the released ones."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.errors import InputError
from theory.pcf import delta_witnesses
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import blind_delta
from theory.pcf.exponents import exponents
from theory.pcf.predictor import (
    Cancellation,
    corrected_prediction,
    limit_of_delta,
    measured_cancellation,
    released_growth,
    released_prediction,
)

COT1 = ContinuedFraction.of_key((0, 2, 1, 0, 0, -1))
QUADRATIC = ContinuedFraction.of_key((1, 0, 1, 0, 0, 1))
MIXED = ContinuedFraction.of_key((1, 1, 1, 0, 1, 1))
EULER = ContinuedFraction.of_key((0, 1, 3, 0, -1, 0))
SILVER = ContinuedFraction.of_key((0, 0, 2, 0, 0, 1))
LOG3 = ContinuedFraction.of_key((0, 4, 2, -1, 0, 0))
FOUR_OVER_PI = ContinuedFraction.of_key((0, 2, 1, 1, 0, 0))

PREDICTED: Mapping[ContinuedFraction, tuple[float, float]] = {
    COT1: (1.0, 1.0985),
    QUADRATIC: (1.0, 1.0989),
    MIXED: (0.5, 0.584),
    EULER: (0.0, 0.056),
    SILVER: (1.0, 1.003),
}
"""Limit of delta, and what the released code prints (its c and d are fitted)."""


@pytest.mark.parametrize("formula", PREDICTED, ids=str)
def test_limits_of_delta(formula: ContinuedFraction) -> None:
    assert limit_of_delta(formula) == pytest.approx(PREDICTED[formula][0], abs=1e-12)


@pytest.mark.parametrize("formula", PREDICTED, ids=str)
def test_the_released_predictor_is_reproduced_up_to_its_fit(formula: ContinuedFraction) -> None:
    assert released_prediction(formula, *released_growth(formula)) == pytest.approx(PREDICTED[formula][1], abs=1e-2)


@pytest.mark.parametrize("formula", [COT1, QUADRATIC, MIXED], ids=str)
def test_the_released_predictor_is_biased_as_derived(formula: ContinuedFraction) -> None:
    depth = 10**9
    truth, _ = PREDICTED[formula]
    c, d = released_growth(formula)
    da, db = formula.degrees
    excess = released_prediction(formula, c, d) - corrected_prediction(formula)
    assert excess == pytest.approx((2 * da - db) / (c + d * math.log(depth)), rel=1e-3)
    assert abs(released_prediction(formula, c, d) - truth) > 0.02
    assert abs(corrected_prediction(formula) - truth) < 0.003


@pytest.mark.parametrize("formula", [COT1, QUADRATIC, MIXED, EULER], ids=str)
def test_the_corrected_predictor_meets_exact_integers(formula: ContinuedFraction) -> None:
    """At depth 1000 constants and measured cancellation leave a small part of ln q."""
    found = blind_delta(formula, 1000)
    assert corrected_prediction(formula, 1000) == pytest.approx(found.naive, abs=3e-3)
    cancelled = measured_cancellation(formula, 0.0)
    assert corrected_prediction(formula, 1000, cancelled) == pytest.approx(found.reduced, abs=3e-3)


def test_full_reduction_is_missed_by_the_released_threshold() -> None:
    """2/ln 3: with d = 0.056 fitted, above the threshold 0.05, the released code is far off; the limit is known."""
    exact = 2 * math.log(2 + math.sqrt(3)) / (math.log(2 + math.sqrt(3)) + 1 + math.log(2)) - 1
    assert exact == pytest.approx(-0.12497, abs=1e-5)
    reduced = math.log(2 + math.sqrt(3)) + 1 + math.log(2)
    assert limit_of_delta(LOG3, Cancellation(1.0, _rate(LOG3, reduced))) == pytest.approx(exact, abs=1e-12)
    fitted = released_prediction(LOG3, reduced - 0.056 * math.log(1000), 0.056)
    assert abs(fitted - exact) > 0.1


def _rate(formula: ContinuedFraction, reduced: float) -> float:
    """The rate of ln g_n that leaves reduced denominators growing like exp(reduced n)."""
    return exponents(formula).v - reduced


def test_four_over_pi() -> None:
    reduced = math.log(1 + math.sqrt(2)) + 1 + math.log(2) / 2
    limit = limit_of_delta(FOUR_OVER_PI, Cancellation(1.0, _rate(FOUR_OVER_PI, reduced)))
    assert limit == pytest.approx(-0.20880, abs=1e-5)
    assert limit_of_delta(FOUR_OVER_PI) == -1.0


def test_nothing_is_predicted_without_convergence() -> None:
    turning = ContinuedFraction.of_key((0, 0, 1, 0, 0, -1))
    with pytest.raises(InputError, match="equal modulus"):
        released_prediction(turning, 1.0, 0.0)
    with pytest.raises(InputError, match="only convergent"):
        corrected_prediction(turning)
    with pytest.raises(InputError, match="do not grow"):
        corrected_prediction(COT1, 1000, Cancellation(2.0))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=5, max_size=9))
def test_simple_continued_fractions_obey_the_bound(a: list[int]) -> None:
    """b = 1: errors decrease, denominators are reduced, and 1 <= 1/(eps_n q_n q_(n+1)) <= 2."""
    x = delta_witnesses.finite_convergents([0, *a], [1] * len(a))
    for n in range(1, len(x) - 2):
        error = abs(x[-1] - x[n])
        assert 1 <= 1 / (error * x[n].denominator * x[n + 1].denominator) <= 2


def test_the_factor_two_is_approached() -> None:
    x = delta_witnesses.finite_convergents([0, 10**6, 1, 1, 10**6], [1] * 4)
    assert 1 / (abs(x[-1] - x[1]) * x[1].denominator * x[2].denominator) > 1.999997
