"""A centre that jumps between two opposite points every round: adversarial variation without rest."""

from __future__ import annotations

from theory.sea_omd.environments import Environment, Instance
from theory.sea_omd.quadratics import centre, on_ball


def make(
    dimension: int, radius: float, rounds: int, device: str, *, L: float = 1.0, sigma: float = 0.3, reach: float = 0.5
) -> Instance:
    """Centre ``reach`` in odd and ``-reach`` in even rounds: Sigma_t^2 = (2 L reach)^2 from the second round on."""
    sides = [centre([-reach], dimension, device), centre([reach], dimension, device)]
    return on_ball(dimension, radius, L, lambda t: sides[t % 2], sigma, lambda T: (T - 1) * (2 * reach) ** 2, reach)


ENVIRONMENT = Environment("alternating", "alternating centres", make)
