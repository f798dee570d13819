"""A centre that turns slowly: ``turns`` times round a circle in the whole game, to and fro on a line for d = 1.

Its distance from 0 is ``reach T^(-1/4)``: what a learner gains by following it over a fixed point, of order T times the
square of that, stays of the order of the price of noise, and regret of order sqrt T.
"""

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
    sigma: float = 1.0,
    reach: float = 0.5,
    turns: float = 4.0,
) -> Instance:
    """c_t = rho (cos wt, sin wt), w = 2 pi turns/T: a step is the chord 2 rho sin(w/2); d = 1: rho cos wt."""
    rho, w = reach / rounds**0.25, 2 * math.pi * turns / rounds
    chord = (2 * rho * math.sin(w / 2)) ** 2

    def moved(T: int) -> float:
        if dimension > 1:
            return (T - 1) * chord
        # (cos wt - cos w(t-1))^2 = 4 sin^2(w/2) sin^2(w(t - 1/2)), and the sum of sin^2 over t = 2..T telescopes
        if abs(math.sin(w)) < 1e-9:
            return chord * sum(math.sin(w * (t - 0.5)) ** 2 for t in range(2, T + 1))
        return chord * ((T - 1) / 2 - (math.sin(2 * w * T) - math.sin(2 * w)) / (4 * math.sin(w)))

    def centres(t: int) -> torch.Tensor:
        return centre([rho * math.cos(w * t), rho * math.sin(w * t)], dimension, device)

    return on_ball(dimension, radius, L, centres, sigma, moved, rho)


ENVIRONMENT = Environment("drift", "slow drift", make, anytime=False)
