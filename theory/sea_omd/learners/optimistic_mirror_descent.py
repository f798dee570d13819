"""Optimistic mirror descent with the last gradient as hint and the adaptive step of Chen et al.

``eta_t = c D / sqrt(delta + 4 G^2 + Vbar_{t-1})``, ``Vbar_t = sum_{s <= t} ||g_s - M_s||^2``, M_1 = 0, M_{t+1} = g_t;
x_t = P(xhat_t - eta_t M_t), xhat_{t+1} = P(xhat_t - eta_t g_t) with one step for both halves of a round.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from plumbline.errors import InputError
from theory.sea_omd.learners import Known, Learner, Scalar

Hints = Callable[[int, torch.Tensor], torch.Tensor]
"""(round t + 1, gradient of round t) to the hint M_{t+1} (S, d)."""

Step = Scalar | Callable[[int], Scalar]
"""A constant step, or one by round t = 1, 2, ..."""


class OptimisticMirrorDescent:
    """State of S runs: xhat (S, d), hint (S, d), Vbar (S, 1).

    ``delta``: 9 D^2 L^2 unless given, the balanced choice for the sharp bound (published: 10 D^2 L^2); ``c``: scale of
    the step; ``step``: a given step instead of the adaptive one; ``hints``: other hints than the last gradient.
    """

    def __init__(
        self,
        known: Known,
        start: torch.Tensor,
        *,
        delta: Scalar | None = None,
        c: Scalar = 1.0,
        step: Step | None = None,
        hints: Hints | None = None,
    ) -> None:
        self.project = known.domain.project
        self.given, self.hints, self.round = step, hints, 1
        if step is None:
            self.width = c * known.D
            base = (9 * (known.D * known.L) ** 2 if delta is None else delta) + 4 * known.G**2
            if not bool(torch.as_tensor(base > 0).all()):
                raise InputError("delta + 4 G^2 must be positive: the first step is infinite otherwise")
            self.total = torch.zeros_like(start[:, :1]) + base  # delta + 4 G^2 + Vbar
        self.centre, self.hint = start, torch.zeros_like(start)

    def play(self) -> torch.Tensor:
        self.step = self._step()
        return self.project(_moved(self.centre, self.step, self.hint))

    def learn(self, gradient: torch.Tensor) -> None:
        self.centre = self.project(_moved(self.centre, self.step, gradient))
        if self.given is None:
            change = gradient - self.hint
            self.total += (change * change).sum(-1, keepdim=True)
        self.round += 1
        self.hint = gradient if self.hints is None else self._hinted(self.hints(self.round, gradient))

    def _step(self) -> Scalar:
        if self.given is None:
            return self.total.rsqrt().mul_(self.width)
        return self.given(self.round) if callable(self.given) else self.given

    def _hinted(self, hint: torch.Tensor) -> torch.Tensor:
        if hint.shape != self.centre.shape:
            raise InputError(
                f"hints must have the shape {tuple(self.centre.shape)}, got {tuple(hint.shape)} in round {self.round}"
            )
        return hint


def _moved(centre: torch.Tensor, step: Scalar, gradient: torch.Tensor) -> torch.Tensor:
    if isinstance(step, torch.Tensor):
        return torch.addcmul(centre, step, gradient, value=-1)
    return torch.sub(centre, gradient, alpha=step)


LEARNER = Learner("oomd", "optimistic mirror descent", OptimisticMirrorDescent)
