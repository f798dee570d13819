"""Linear losses with independent biased signs: slope +-s, plus with probability (1 + c/sqrt T)/2."""

from __future__ import annotations

import math

import torch

from plumbline.errors import InputError
from theory.sea_omd.definitions.domains import Ball
from theory.sea_omd.environments import Environment, Instance, Variation
from theory.sea_omd.quadratics import centre


def make(
    dimension: int,
    radius: float,
    rounds: int,
    device: str,
    *,
    slope: float = 1.0,
    bias: float | torch.Tensor = 1.0,
) -> Instance:
    """``bias``: c, a number or one per run (S,), at most sqrt T in size; along the first coordinate.

    sigma_t^2 = s^2 (1 - c^2/T), Sigma_t^2 = 0 from the second round on, L = 0, G = s.
    """
    c = torch.as_tensor(bias, dtype=torch.float64, device=device).reshape(-1, 1)
    if not bool((c.abs() <= math.sqrt(rounds)).all()):
        raise InputError(f"bias must be at most sqrt T = {math.sqrt(rounds):g} in size, got {bias!r}")
    drift = c / math.sqrt(rounds)
    first = centre([1.0], dimension, device)
    mean = slope * drift * first
    threshold, up = (1 + drift) / 2, slope * (1 - drift)
    square = drift[:, 0] ** 2 if c.numel() > 1 else float(drift) ** 2

    def noise(raw: torch.Tensor) -> torch.Tensor:
        return (up - (2 * slope) * (raw >= threshold)) * first

    def variation(T: int) -> Variation:
        scatter = T * slope**2 * (1 - square)
        return Variation(scatter, slope**2 * square, 0.0 * square, scatter)

    return Instance(Ball(radius, dimension), 0.0, lambda t: mean, variation, slope, raw="uniform", width=1, noise=noise)


ENVIRONMENT = Environment("biased_signs", "biased signs", make, anytime=False)
