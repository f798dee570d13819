"""Optimistic mirror descent with one constant step: D / sqrt(4 G^2 T), fit for the worst gradient variation."""

from __future__ import annotations

import torch

from theory.sea_omd.learners import Known, Learner
from theory.sea_omd.learners.optimistic_mirror_descent import Hints, OptimisticMirrorDescent, Step


class ConstantStep(OptimisticMirrorDescent):
    """``step``: D/(2 G sqrt T) unless given, the tuned step for a variation of at most 4 G^2 a round."""

    def __init__(
        self, known: Known, start: torch.Tensor, *, step: Step | None = None, hints: Hints | None = None
    ) -> None:
        chosen: Step = known.D / (2 * known.G * known.T**0.5) if step is None else step
        super().__init__(known, start, step=chosen, hints=hints)


LEARNER = Learner("oomd_constant", "optimistic mirror descent, constant step", ConstantStep, anytime=False)
