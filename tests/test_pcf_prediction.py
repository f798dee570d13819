"""Limits of delta and its prediction: predictions at a depth of 10^9."""

from __future__ import annotations

import math

import mpmath
import pytest

from theory.pcf import prediction_bounds, prediction_witnesses
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import blind_delta, convergents_at
from theory.pcf.predictor import corrected_prediction, limit_of_delta, released_growth, released_prediction


def _predicted(key: tuple[int, ...], n: int) -> float:
    """By the claimed formulas and the witness program's exponents."""
    with mpmath.workdps(40):
        own = prediction_witnesses._exponents(list(key))
        at = {"N": n, "ell": mpmath.loggamma(n + 1)}
        x = prediction_bounds.log_error.mpmath(e=own["e"], gamma=own["gamma"], beta=own["beta"], **at)
        y = prediction_bounds.log_q.mpmath(d=own["d"], v=own["v"], w=own["w"], **at)
        return float(prediction_bounds.prediction.mpmath(x=x, y=y))


@pytest.mark.parametrize(
    ("key", "limit"), [((0, 2, 1, 0, 0, -1), 1.0), ((1, 0, 1, 0, 0, 1), 1.0), ((1, 1, 1, 0, 1, 1), 0.5)]
)
def test_corrected_predictions_meet_the_limit_where_the_released_ones_do_not(
    key: tuple[int, ...], limit: float
) -> None:
    formula = ContinuedFraction.of_key(key)
    claimed = _predicted(key, 10**9)
    assert claimed == pytest.approx(corrected_prediction(formula), abs=1e-9)
    assert limit_of_delta(formula) == pytest.approx(limit, abs=1e-12)
    assert abs(claimed - limit) < 0.02
    assert abs(released_prediction(formula, *released_growth(formula)) - limit) > 0.07


@pytest.mark.parametrize("key", [(0, 2, 1, 0, 0, -1), (1, 0, 1, 0, 0, 1), (1, 1, 1, 0, 1, 1), (-3, 4, -4, -1, -4, 2)])
def test_the_error_of_the_prediction_falls_like_one_over_n_log_n(key: tuple[int, ...]) -> None:
    formula, scaled = ContinuedFraction.of_key(key), []
    for n in (250, 1000):
        scaled.append((_predicted(key, n) - blind_delta(formula, n).naive) * n * math.log(n))
    assert abs(scaled[0] - scaled[1]) < 0.5 and max(map(abs, scaled)) < 20


@pytest.mark.parametrize(
    ("key", "share", "limit"),
    [
        ((0, 2, 1, 0, 0, -1), 0.0, 1.0),
        ((2, -3, -3, 4, -4, -3), 1.0, 1.0),
        ((2, -3, 1, -4, 0, -1), 0.5, 1 / 3),
        ((1, 1, 1, 0, 1, 1), 0.0, 0.5),
        ((0, 1, 3, 0, -1, 0), 0.0, 0.0),
    ],
)
def test_limits_of_delta_by_degree_and_common_factors(key: tuple[int, ...], share: float, limit: float) -> None:
    """ln g_n stays within O(n) of share ln n!, and the claimed limit is that of the table."""
    formula = ContinuedFraction.of_key(key)
    da, db = formula.degrees
    claimed = prediction_bounds.limit.mpmath(e=db - 2 * da, h=mpmath.mpf(da) - mpmath.mpf(share))
    assert float(claimed) == pytest.approx(limit, abs=1e-12)
    rates = []
    for c in convergents_at(formula, [500, 2000]):
        rates.append((math.log(c.g) - share * math.lgamma(c.n + 1)) / c.n)
    assert abs(rates[0] - rates[1]) < 0.1 and max(map(abs, rates)) < 1.5
