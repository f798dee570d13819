"""Optimistic mirror descent with the adaptive step shortened by sqrt 2, which the pathwise bound prefers."""

from __future__ import annotations

from typing import Any

import torch

from theory.sea_omd.learners import Known, Learner
from theory.sea_omd.learners.optimistic_mirror_descent import OptimisticMirrorDescent


def short(known: Known, start: torch.Tensor, **parameters: Any) -> OptimisticMirrorDescent:
    """The scale c = 1/sqrt 2 minimises 1/(2 c) + c, the constant of the pathwise bound: sqrt 2 instead of 3/2."""
    return OptimisticMirrorDescent(known, start, c=0.5**0.5, **parameters)


LEARNER = Learner("oomd_short", "optimistic mirror descent, short step", short)
