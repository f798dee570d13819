"""Quadratic games with moving centres: what the environments on the ball share.

``F_t(x) = (L/2)||x - c_t||^2`` with ``||c_t||`` at most ``reach``, and noise uniform on the sphere of radius s:
sigma_t^2 = sigma-tilde_t^2 = s^2 and Sigma_t^2 = L^2 ||c_t - c_{t-1}||^2 exactly, G = L (r + reach) + s.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from theory.sea_omd.definitions.domains import Ball, Domain
from theory.sea_omd.environments import Instance, Total, Variation


def centre(coordinates: list[float], dimension: int, device: str) -> torch.Tensor:
    """A point (1, d) with the given first coordinates and zeros after them, float64."""
    padded = (coordinates + [0.0] * dimension)[:dimension]
    return torch.tensor([padded], dtype=torch.float64, device=device)


def on_sphere(radius: float | torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Standard normal rows (S, d) to rows uniform on the sphere; for d = 1 fair signs times the radius."""

    def noise(raw: torch.Tensor) -> torch.Tensor:
        return raw * ((raw * raw).sum(-1, keepdim=True).rsqrt_() * radius)

    return noise


def moving_centres(
    domain: Domain,
    L: float,
    centres: Callable[[int], torch.Tensor],
    sigma: Total,
    moved: Callable[[int], Total],
    largest_gradient: float | torch.Tensor,
) -> Instance:
    """``moved(T)``: sum over t = 2..T of ||c_t - c_{t-1}||^2; ``sigma``: a number or one per run (S,)."""
    first = domain.largest_square(L, -L * centres(1))
    first = float(first) if first.numel() == 1 else first
    per_run = sigma[:, None] if isinstance(sigma, torch.Tensor) else sigma
    silent = not isinstance(sigma, torch.Tensor) and sigma == 0

    def variation(T: int) -> Variation:
        later = L**2 * moved(T)
        return Variation(T * sigma**2, first + later, later, T * sigma**2)

    return Instance(
        domain,
        L,
        lambda t: -L * centres(t),
        variation,
        largest_gradient,
        raw="none" if silent else "normal",
        width=0 if silent else domain.dimension,
        noise=None if silent else on_sphere(per_run),
    )


def on_ball(
    dimension: int,
    radius: float,
    L: float,
    centres: Callable[[int], torch.Tensor],
    sigma: float,
    moved: Callable[[int], float],
    reach: float,
) -> Instance:
    """The game on the ball of that radius with ``||c_t|| <= reach``."""
    return moving_centres(Ball(radius, dimension), L, centres, sigma, moved, L * (radius + reach) + sigma)
