"""Optimistic follow the regularised leader of Sachs et al., for domains that contain 0.

``x_t = argmin_X <sum_{s<t} g_s + M_t, x> + ||x||^2/eta_t``, ``eta_t = D^2/(nu + sum_{s<t} eta_s ||g_s - M_s||^2)``,
M_t = g_{t-1}. The minimiser is the projection of ``-(eta_t/2)(sum g_s + M_t)``.
"""

from __future__ import annotations

import torch

from plumbline.errors import InputError
from theory.sea_omd.learners import Known, Learner, Scalar


class OptimisticLeader:
    """State of S runs: sum of gradients and hint (S, d), nu + sum eta a (S, 1). The start must be 0.

    ``nu``: 2 D G unless given.
    """

    def __init__(self, known: Known, start: torch.Tensor, *, nu: Scalar | None = None) -> None:
        origin = torch.zeros_like(start)
        if bool((start != 0).any()) or not known.domain.contains(origin):
            raise InputError("optimistic follow the regularised leader starts at 0, which must lie in the domain")
        self.project, self.square = known.domain.project, known.D**2
        chosen = 2 * known.D * known.G if nu is None else nu
        if not bool(torch.as_tensor(chosen > 0).all()):
            raise InputError(f"nu must be positive, got {chosen!r}")
        self.total = torch.zeros_like(start[:, :1]) + chosen
        self.sum, self.hint = origin, origin.clone()

    def play(self) -> torch.Tensor:
        self.step = self.total.reciprocal().mul_(self.square)
        return self.project((self.sum + self.hint) * (self.step * -0.5))

    def learn(self, gradient: torch.Tensor) -> None:
        change = gradient - self.hint
        self.total += self.step * (change * change).sum(-1, keepdim=True)
        self.sum += gradient
        self.hint = gradient


LEARNER = Learner("oftrl", "optimistic follow the regularised leader", OptimisticLeader)
