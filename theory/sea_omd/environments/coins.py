"""Quadratics with fair coins: centres fixed or alternating, noise +-s on the first slope; paths can be enumerated."""

from __future__ import annotations

import torch

from theory.sea_omd.definitions.domains import Ball
from theory.sea_omd.environments import Environment, Instance, Variation
from theory.sea_omd.quadratics import centre


def make(
    dimension: int,
    radius: float,
    rounds: int,
    device: str,
    *,
    L: float = 1.0,
    sigma: float = 0.5,
    reach: float = 0.5,
    alternating: bool = False,
) -> Instance:
    """F_t(x) = (L/2)||x - c_t||^2 with c_t = reach, or reach, -reach, reach, ... along the first coordinate."""
    sides = [-L * centre([reach], dimension, device), L * centre([reach], dimension, device)]
    jump = (2 * L * reach) ** 2 if alternating else 0.0
    first = centre([sigma], dimension, device)

    def variation(T: int) -> Variation:
        later = (T - 1) * jump
        return Variation(T * sigma**2, (L * (radius + reach)) ** 2 + later, later, T * sigma**2)

    def slope(t: int) -> torch.Tensor:
        return sides[(t - 1) % 2 if alternating else 0]

    def noise(raw: torch.Tensor) -> torch.Tensor:
        return raw * first

    largest = L * (radius + reach) + sigma
    return Instance(Ball(radius, dimension), L, slope, variation, largest, raw="signs", width=1, noise=noise)


ENVIRONMENT = Environment("coins", "fair coins", make)
