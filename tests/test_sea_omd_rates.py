"""How regret grows: the samples behind the fitted exponents, and the leading constant that figures show."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from plumbline import catalogue
from plumbline.evidence import Verdict
from plumbline.nouns import Effort
from proofs_checks.sea_omd import rates
from theory.sea_omd import rate_bounds, rate_claims
from theory.sea_omd.lower_bounds import mean_absolute_walk

EFFORT = Effort("quick", 0)
CHECKS = {
    "fair_signs": (rate_claims.fair_signs, rates.fair_signs),
    "quadratic": (rate_claims.quadratic, rates.quadratic),
    "fixed": (rate_claims.fixed, rates.fixed),
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", CHECKS)
def test_exponents_are_narrow_hold_and_reject_a_tenth_more_or_less(name):
    claim, checked = CHECKS[name]
    assert claim.id in {one.id for one in catalogue.all_claims()}
    for finding in checked.function(claim.subject, EFFORT):
        assert finding.verdict is Verdict.HOLDS, finding.reason
        assert finding.effort["high"] - finding.effort["low"] <= 0.04
        assert finding.effort["power"] >= 0.999
    assert len(claim.refutations) == 2 * len(claim.subject.objects)
    for partner in claim.refutations:
        changed = claim.subject.replace(**partner.replaces)
        assert Verdict.VIOLATED in [finding.verdict for finding in checked.function(changed, EFFORT)], partner


def test_hindsight_regret_on_fair_signs_is_the_mean_of_the_walk():
    values = rates.walks(0)
    error = values.std(0, ddof=1) / math.sqrt(len(values))
    exact = [float(mean_absolute_walk(int(T))) for T in rates.FAIR_SIGNS.x]
    assert (np.abs(values.mean(0) - exact) < 4.5 * error).all()


def test_one_loss_for_ever_has_the_regret_of_its_closed_form():
    """c^2/(4 eta) (1 - (1 - eta)^(2T))/(1 - eta/2), eta = D/(G sqrt T), the mean over c uniform."""
    square = 0.5**2 + 0.05**2 / 3
    for T, mean in zip(rates.TUNED.x, rates.settled(0, "ogd_fixed").mean(0), strict=True):
        eta = 2 / (1.55 * math.sqrt(T))
        assert mean == pytest.approx(square / (4 * eta) * (1 - (1 - eta) ** (2 * T)) / (1 - eta / 2), rel=7e-3)


def test_leading_constant_of_the_combination():
    """D C(sigma, Sigma) sqrt s at s = 512: to one per cent alternating, to five in pure noise."""
    found = rates.combined(0)
    for part, shift, tolerance in (("alternating", 2.0, 0.01), ("independent", 0.0, 0.05)):
        foretold = 2 * float(rate_bounds.leading.mpmath(sigma=1, Sigma=shift)) * math.sqrt(512)
        assert found[part][:, -1].mean() == pytest.approx(foretold, rel=tolerance)


def test_leading_constant_of_pure_noise_and_of_pure_shift():
    assert float(rate_bounds.leading.mpmath(sigma=3, Sigma=0)) / 3 == pytest.approx(1 / math.sqrt(8), abs=1e-12)
    assert float(rate_bounds.leading.mpmath(sigma=1e-9, Sigma=2)) == pytest.approx(1.5, abs=1e-12)


def test_combinations_cancel_constants_and_logarithms():
    for part, earlier in (("independent", 8), ("alternating", 6)):
        for time in rates.ALTERNATING.x:
            horizons = {m: rates.horizon(part, m, time) + earlier for m in (1, 4, 16)}
            assert list(horizons.values()) == [time, 4 * time, 16 * time]
            regret = {m: 7 + 5 * math.log(s) + 3 * math.sqrt(s) for m, s in horizons.items()}
            total = regret[16] - 2 * regret[4] + regret[1]
            assert total == pytest.approx(3 * math.sqrt(time), rel=1e-12)


def test_earlier_rounds_are_those_of_the_step():
    game = rates.quadratics()
    largest = game.largest_gradient[[0, -1], 0].tolist()
    assert largest == [2.0, 3.0]
    for (part, shift), G in zip((("independent", 0.0), ("alternating", 2.0)), largest, strict=True):
        assert rates._EARLIER[part] == 4 * G**2 / (shift**2 + 2)
