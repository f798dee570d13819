"""A centre that turns slowly: by ``angle`` radians a round on the circle of radius ``reach``, on a line for d = 1."""

from __future__ import annotations

import math

import torch

from theory.sea_omd.environments import Environment, Instance
from theory.sea_omd.quadratics import centre, on_ball


def make(
    dimension: int,
    radius: float,
    rounds: int,
    device: str,
    *,
    L: float = 1.0,
    sigma: float = 0.3,
    reach: float = 0.5,
    angle: float = 0.01,
) -> Instance:
    """||c_t - c_{t-1}|| is the chord 2 reach sin(angle/2); for d = 1 the centre is reach cos(angle t)."""

    def moved(T: int) -> float:
        if dimension > 1:
            return (T - 1) * (2 * reach * math.sin(angle / 2)) ** 2
        # sum over t = 2..T of (cos wt - cos w(t-1))^2 = 4 sin^2(w/2) sum sin^2(w(t - 1/2)); the last sum is telescopic
        waves = (math.sin(2 * angle * T) - math.sin(2 * angle)) / (4 * math.sin(angle)) if math.sin(angle) else 0.0
        return (2 * reach * math.sin(angle / 2)) ** 2 * ((T - 1) / 2 - waves)

    def centres(t: int) -> torch.Tensor:
        return centre([reach * math.cos(angle * t), reach * math.sin(angle * t)], dimension, device)

    return on_ball(dimension, radius, L, centres, sigma, moved, reach)


ENVIRONMENT = Environment("drift", "slow drift", make)
