"""Gradient descent without hints: x_{t+1} = P(x_t - eta_t g_t), eta_t = D / sqrt(G^2 + sum_{s < t} ||g_s||^2)."""

from __future__ import annotations

import torch

from theory.sea_omd.learners import Known, Learner, Scalar


class GradientDescent:
    """State of S runs: x (S, d) and G^2 + sum ||g_s||^2 (S, 1); ``step``: a constant step instead."""

    def __init__(self, known: Known, start: torch.Tensor, *, step: Scalar | None = None) -> None:
        self.project, self.constant, self.x = known.domain.project, step, start
        if step is None:
            self.diameter = known.D
            self.total = torch.zeros_like(start[:, :1]) + known.G**2

    def play(self) -> torch.Tensor:
        return self.x

    def learn(self, gradient: torch.Tensor) -> None:
        if self.constant is not None:
            self.x = self.project(self.x - self.constant * gradient)
            return
        step = self.total.rsqrt().mul_(self.diameter)
        self.x = self.project(torch.addcmul(self.x, step, gradient, value=-1))
        self.total += (gradient * gradient).sum(-1, keepdim=True)


LEARNER = Learner("ogd", "gradient descent without hints", GradientDescent)
