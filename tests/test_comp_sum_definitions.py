"""The definitions: against brute-force minimisation, between array libraries, and their refusals."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
import torch

from plumbline.errors import InputError
from theory.comp_sum import definitions
from theory.comp_sum.sharp import exact_transformation

TAUS = [0.0, 0.5, 1.0, 1.5, 1.9, 2.0, 3.0]


def laws(count, n, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(n), count)


def brute_force(p, tau, predicted=None):
    """Least risk over scores by a general-purpose optimiser from many starts (scores shifted so that h_0 = 0)."""
    n = len(p)

    def risk(h):
        if predicted is not None:
            h = np.minimum(h, h[predicted])
        return float((p * definitions.comp_sum_loss(h, tau)).sum())

    starts = np.random.default_rng(1).normal(size=(20, n)) * 2
    best = min(scipy.optimize.minimize(risk, h, method="Nelder-Mead", options={"maxiter": 4000}).fun for h in starts)
    return best


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0, 1.5])
def test_bayes_risk_is_the_minimum_over_scores(tau):
    for p in laws(2, 3):
        assert definitions.bayes_risk(p[None], tau)[0] == pytest.approx(brute_force(p, tau), abs=1e-6)


@pytest.mark.parametrize("tau", [0.0, 1.0, 1.5])
def test_best_softmax_predicting_is_the_constrained_minimum(tau):
    for p in laws(2, 3, seed=3):
        s = definitions.best_softmax_predicting(p[None], tau)
        assert s[0, -1] >= s[0].max() - 1e-15
        value = definitions.conditional_risk(p[None], s, tau)[0]
        assert value == pytest.approx(brute_force(p, tau, predicted=2), abs=1e-5)


@pytest.mark.parametrize("tau", TAUS)
def test_no_random_score_beats_the_minimisers(tau):
    generator = np.random.default_rng(5)
    p = laws(2000, 4, seed=7)
    s = generator.dirichlet(np.full(4, 0.7), 2000)
    assert (definitions.conditional_regret(p, s, tau) >= -1e-12).all()
    swapped = s.copy()
    top = s.argmax(-1)
    rows = np.arange(2000)
    swapped[rows, -1], swapped[rows, top] = s[rows, top], s[rows, -1]
    least = definitions.conditional_risk(p, definitions.best_softmax_predicting(p, tau), tau)
    assert (definitions.conditional_risk(p, swapped, tau) >= least - 1e-12).all()


@pytest.mark.parametrize("tau", TAUS)
def test_numpy_and_torch_agree(tau):
    p = laws(500, 5, seed=9)
    ours = definitions.best_softmax_predicting(p, tau)
    theirs = definitions.best_softmax_predicting(torch.from_numpy(p), tau).numpy()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-15)
    regrets = definitions.conditional_regret(p, ours, tau)
    again = definitions.conditional_regret(torch.from_numpy(p), torch.from_numpy(ours), tau).numpy()
    np.testing.assert_allclose(regrets, again, rtol=0, atol=4e-15)


@pytest.mark.parametrize("tau", TAUS)
def test_regret_is_never_below_the_exact_transformation(tau):
    p = laws(20_000, 5, seed=11)
    beta = definitions.zero_one_regret(p, np.full(len(p), 4))
    regret = definitions.conditional_regret(p, definitions.best_softmax_predicting(p, tau), tau)
    assert (regret >= exact_transformation(beta, tau, 5) - 1e-12).all()


def test_loss_of_scores_is_the_loss_of_their_softmax():
    scores = np.random.default_rng(2).normal(size=(50, 4)) * 3
    s = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    for tau in TAUS:
        np.testing.assert_allclose(
            definitions.comp_sum_loss(scores, tau), definitions.loss_of_softmax(s, tau), rtol=1e-11
        )


@pytest.mark.parametrize("tau", [-0.1, float("nan"), float("inf")])
def test_wrong_tau_is_refused(tau):
    with pytest.raises(InputError, match="tau must be a finite number >= 0"):
        definitions.bayes_risk(np.array([[0.5, 0.5]]), tau)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([[0.5, 0.6]], "sum to 1"),
        ([[1.5, -0.5]], "nonnegative"),
        ([[1.0]], "n >= 2"),
        ([[np.nan, 1.0]], "finite"),
    ],
)
def test_wrong_laws_are_refused(p, message):
    with pytest.raises(InputError, match=message):
        definitions.bayes_risk(np.array(p), 1.0)


def test_wrong_shapes_are_refused():
    with pytest.raises(InputError, match="same shape"):
        definitions.conditional_risk(np.array([[0.5, 0.5]]), np.array([[0.5, 0.25, 0.25]]), 1.0)
    with pytest.raises(InputError, match="numpy array or a torch tensor"):
        definitions.bayes_risk([[0.5, 0.5]], 1.0)
