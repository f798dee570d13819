"""The fast conditional regret: against the slow definition, and against an enumeration of all ties in 40 digits."""

from __future__ import annotations

import itertools
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch

from plumbline.domain import Integer
from plumbline.errors import InputError
from plumbline.evidence import Verdict
from plumbline.nouns import Effort
from proofs_checks.comp_sum.transformations import attack
from proofs_checks.engines import search
from theory.comp_sum import bounds, claims, definitions

TOLERANCE = 1e-13
TAUS = [0.0, 0.5, 1 - 1e-9, 1.0, 1 + 1e-7, 1.25, 1.5, 1.7, 1.96875, 2.0, 2.5, 4.0]


def laws(count, n, seed=0):
    """Dirichlet laws, a third of them with empty labels and a third with ties."""
    generator = np.random.default_rng(seed)
    p = generator.dirichlet(np.full(n, 0.7), count)
    p[::3] = generator.multinomial(6, np.full(n, 1 / n), len(p[::3])) / 6
    p[1::3] = np.round(p[1::3], 2)
    return p / p.sum(-1, keepdims=True)


def risk(p, s, tau):
    """The definition in exact or 40-digit numbers: ``sum_y p_y Phi_tau(1/s_y - 1)`` with ``0 * inf = 0``."""
    total = mpmath.mpf(0)
    for mass, score in zip(p, s, strict=True):
        if mass == 0:
            continue
        if score == 0:
            total += mass / (tau - 1) if tau > 1 else mpmath.inf
        else:
            total += mass * (-mpmath.log(score) if tau == 1 else (1 - score ** (tau - 1)) / (tau - 1))
    return total


def softmax_of(weights, tau):
    powers = [mpmath.mpf(0) if w == 0 else mpmath.mpf(w) ** (1 / (2 - tau)) for w in weights]
    return [w / mpmath.fsum(powers) for w in powers]


def least_regret_by_enumeration(p, tau):
    """Least risk over every set of labels tied with the last one, less the least risk of all."""
    with mpmath.workdps(40):
        tau, p, n = mpmath.mpf(tau), [mpmath.mpf(float(x)) for x in p], len(p)
        pools = [(*tied, n - 1) for size in range(n) for tied in itertools.combinations(range(n - 1), size)]
        if tau >= 2:
            free = [[mpmath.mpf(i == j) for i in range(n)] for j in range(n)]
            tied = [[mpmath.mpf(i in pool) / len(pool) for i in range(n)] for pool in pools]
        else:
            free = [softmax_of(p, tau)]
            tied = []
            for pool in pools:
                mean = mpmath.fsum(p[i] for i in pool) / len(pool)
                s = softmax_of([mean if i in pool else p[i] for i in range(n)], tau)
                if s[-1] == max(s):
                    tied.append(s)
        return float(min(risk(p, s, tau) for s in tied) - min(risk(p, s, tau) for s in free))


@pytest.mark.parametrize("tau", TAUS)
def test_equals_an_enumeration_of_all_ties(tau):
    for n in (2, 4, 5):
        p = laws(12, n, seed=n)
        expected = [least_regret_by_enumeration(law, tau) for law in p]
        np.testing.assert_allclose(definitions.least_regret_predicting(p, tau), expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("tau", TAUS)
@pytest.mark.parametrize("n", [2, 3, 10, 25])
def test_equals_the_slow_path(tau, n):
    p = torch.from_numpy(laws(300, n, seed=1))
    slow = definitions.conditional_regret(p, definitions.best_softmax_predicting(p, tau), tau)
    fast = definitions.least_regret_predicting(p, tau)
    assert float((fast - slow).abs().max()) < TOLERANCE
    assert np.abs(definitions.least_regret_predicting(p.numpy(), tau) - fast.numpy()).max() < TOLERANCE


def test_shapes_pieces_and_gradient_free_inputs():
    p = torch.from_numpy(laws(9000, 12, seed=2)).reshape(3, 3000, 12)  # more than one piece of work
    whole = definitions.least_regret_predicting(p, 1.5)
    assert whole.shape == (3, 3000)
    assert float(whole[2, 7]) == pytest.approx(float(definitions.least_regret_predicting(p[2, 7], 1.5)), abs=TOLERANCE)
    assert definitions.least_regret_predicting(p[:, :0], 1.5).shape == (3, 0)


def test_known_regrets():
    third, half = Fraction(1, 3), Fraction(1, 2)
    assert definitions.least_regret_predicting(np.array([0.65, 0.0, 0.35]), 1) == pytest.approx(
        0.0457005415253129, rel=1e-12
    )
    assert definitions.least_regret_predicting(np.array([0.5, 0.5, 0.0]), 2) == pytest.approx(float(half - third))
    law = np.array([0.546644, 0.406712, 0.046644])
    assert definitions.least_regret_predicting(law, 1.7) == pytest.approx(0.19682970518596, rel=1e-9)


@pytest.mark.parametrize(
    ("p", "tau", "message"),
    [
        ([[0.5, 0.6]], 1.0, "sum to 1"),
        ([[np.nan, 1.0]], 1.0, "finite"),
        ([[0.5, 0.5]], -1.0, "tau must be a finite number >= 0"),
    ],
)
def test_wrong_input_is_refused(p, tau, message):
    with pytest.raises(InputError, match=message):
        definitions.least_regret_predicting(np.array(p), tau)


def test_search_with_many_labels_confirms_its_suspicions():
    scope = claims.logistic.domain.restrict(Integer("n", 120, 120))
    plan = search.Effort(samples=2000, parents=3, rounds=2, children=2, confirmations=3)
    found = attack(bounds.transform_logistic.scaled(Fraction(3, 2)), Fraction(1), 120, Effort(), scope, "T", plan=plan)
    assert found.verdict is Verdict.VIOLATED
    held = attack(bounds.transform_logistic, Fraction(1), 120, Effort(), scope, "T", plan=plan)
    assert held.verdict is Verdict.HOLDS
