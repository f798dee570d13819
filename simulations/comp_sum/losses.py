"""The comp-sum loss for training: stable for every score and tau, with its own gradient.

With ``a = log sum_{y' != y} exp(h_y' - h_y)``, ``v = log(1 + e^a)`` and ``q = tau - 1`` the loss is
``(1 - exp(-q v))/q``, v at q = 0. Its derivative in a is ``exp(-q v) sigmoid(a)``; differentiating ``expm1`` instead
returns 0 as soon as ``exp(-q v)`` falls below the rounding of 1.
"""

from __future__ import annotations

from typing import Any

import torch

from plumbline.errors import InputError


class _CompSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, scores: torch.Tensor, labels: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
        target = labels[..., None]
        others = scores.scatter(-1, target, -torch.inf)
        largest = torch.logsumexp(others, -1)
        a = largest - scores.gather(-1, target)[..., 0]
        v = torch.logaddexp(a, torch.zeros_like(a))
        safe = torch.where(q == 0, torch.ones_like(q), q)
        ctx.save_for_backward(torch.exp(others - largest[..., None]), torch.exp(a - (1 + q) * v), target)
        return torch.where(q == 0, v, -torch.expm1(-safe * v) / safe)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[torch.Tensor, None, None]:
        share, slope, target = ctx.saved_tensors
        along = (grads[0] * slope)[..., None]
        return (along * share).scatter(-1, target, -along), None, None


def comp_sum_loss(scores: torch.Tensor, labels: torch.Tensor, tau: torch.Tensor) -> torch.Tensor:
    """``Phi_tau(sum_{y' != y} exp(h_y' - h_y))``: scores (..., n), labels (...), tau that broadcasts to labels' shape.

    Differentiable in the scores. For tau < 1 and a = log of the sum beyond 700/(1 - tau) the loss overflows: bound the
    length of the gradient's steps.
    """
    if scores.shape[:-1] != labels.shape:
        raise InputError(f"labels must have the shape {tuple(scores.shape[:-1])}, got {tuple(labels.shape)}")
    return _CompSum.apply(scores, labels, (tau - 1).expand(labels.shape))


def clip_norm(gradients: list[torch.Tensor], largest: float) -> None:
    """Scale the gradients of each model (leading axis) in place, so that their joint norm is at most ``largest``."""
    squares = torch.stack([g.flatten(1).square().sum(-1) for g in gradients]).sum(0)
    factor = (largest / squares.sqrt().clamp_min(1e-300)).clamp_max(1.0)
    for g in gradients:
        g.mul_(factor.reshape(-1, *[1] * (g.ndim - 1)))
