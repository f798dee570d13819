"""Independent draws from one law: a fixed centre and noise on a sphere."""

from __future__ import annotations

from theory.sea_omd.environments import Environment, Instance
from theory.sea_omd.quadratics import centre, on_ball


def make(
    dimension: int, radius: float, rounds: int, device: str, *, L: float = 1.0, sigma: float = 1.0, reach: float = 0.0
) -> Instance:
    """Centre at distance ``reach`` from 0, so that Sigma^2 is 0 from the second round on."""
    fixed = centre([reach], dimension, device)
    return on_ball(dimension, radius, L, lambda t: fixed, sigma, lambda T: 0.0, reach)


ENVIRONMENT = Environment("iid", "independent draws", make)
