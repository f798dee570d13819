"""The loss for training: against the definition, 150 digits, and where automatic differentiation gives up."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch

from plumbline.errors import InputError
from simulations.comp_sum import losses
from theory.comp_sum import definitions

TAUS = [0.0, 0.5, 1 - 1e-9, 1.0, 1 + 1e-7, 1.5, 2.0, 3.0]


def number(value):
    return torch.tensor(value, dtype=torch.float64)


def trained(scores, label, tau):
    """Loss and gradient in the scores."""
    h = number(scores).requires_grad_()
    loss = losses.comp_sum_loss(h, torch.tensor(label), number(tau))
    loss.backward()
    return loss.item(), h.grad.numpy()


def exact(scores, label, tau):
    """Loss and gradient from the definition in 150 digits."""
    with mpmath.workdps(150):
        h, tau = [mpmath.mpf(x) for x in scores], mpmath.mpf(tau)
        terms = [mpmath.exp(x - h[label]) for x in h]
        u = mpmath.fsum(terms) - 1
        loss = mpmath.log1p(u) if tau == 1 else ((1 + u) ** (1 - tau) - 1) / (1 - tau)
        slope = (1 + u) ** (-tau)
        gradient = [slope * term for term in terms]
        gradient[label] = -slope * u
        return float(loss), np.array([float(g) for g in gradient])


@pytest.mark.parametrize("tau", TAUS)
@pytest.mark.parametrize(
    "scores", [[0.3, -1.0, 0.7], [0.0, 0.0, 0.0], [30.0, -20.0, 5.0], [-200.0, 100.0, 3.0], [-40.0, 0.0, 0.0, 39.0]]
)
def test_value_and_gradient_agree_with_150_digits(scores, tau):
    for label in (0, 1):
        loss, gradient = trained(scores, label, tau)
        expected, slopes = exact(scores, label, tau)
        assert loss == pytest.approx(expected, rel=3e-13, abs=1e-300)
        np.testing.assert_allclose(gradient, slopes, rtol=3e-13, atol=1e-300)


def test_gradient_lives_where_automatic_differentiation_returns_zero():
    a = number(80.0).requires_grad_()
    (-torch.expm1(-0.5 * torch.logaddexp(a, number(0.0))) / 0.5).backward()
    assert a.grad == 0
    _, ours = trained([0.0, 80.0], 0, 1.5)
    assert ours[1] == pytest.approx(np.exp(-40.0), rel=1e-12)


def test_batch_of_several_tau_equals_the_definition():
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(len(TAUS), 50, 6, generator=generator, dtype=torch.float64)
    labels = torch.randint(6, (len(TAUS), 50), generator=generator)
    ours = losses.comp_sum_loss(scores, labels, number(TAUS)[:, None])
    for row, tau in enumerate(TAUS):
        every = definitions.comp_sum_loss(scores[row], tau)
        torch.testing.assert_close(ours[row], every.gather(-1, labels[row][:, None])[:, 0], rtol=1e-12, atol=0)


def test_gradients_pass_a_numerical_check():
    scores = torch.randn(4, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64, requires_grad=True)
    labels, tau = torch.tensor([0, 2, 1, 0]), number([0.0, 1.0, 1.7, 2.5])
    assert torch.autograd.gradcheck(lambda h: losses.comp_sum_loss(h, labels, tau), (scores,))


def test_clip_norm_bounds_each_model():
    gradients = [torch.ones(3, 2, 2), torch.ones(3, 5)]
    gradients[0][1] *= 100
    losses.clip_norm(gradients, 4.0)
    norms = torch.sqrt(sum(g.flatten(1).square().sum(-1) for g in gradients))
    torch.testing.assert_close(norms, torch.tensor([3.0, 4.0, 3.0]))


def test_wrong_shape_is_refused():
    with pytest.raises(InputError, match="labels must have the shape"):
        losses.comp_sum_loss(torch.zeros(2, 3), torch.zeros(3, dtype=torch.long), torch.tensor(1.0))
