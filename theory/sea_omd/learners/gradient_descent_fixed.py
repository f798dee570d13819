"""Online gradient descent with the fixed step D / (G sqrt T)."""

from __future__ import annotations

import torch

from theory.sea_omd.learners import Known, Learner
from theory.sea_omd.learners.gradient_descent import GradientDescent


def fixed(known: Known, start: torch.Tensor) -> GradientDescent:
    return GradientDescent(known, start, step=known.D / (known.G * known.T**0.5))


LEARNER = Learner("ogd_fixed", "gradient descent, fixed step", fixed, anytime=False)
