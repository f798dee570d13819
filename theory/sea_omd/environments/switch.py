"""A centre that jumps between two opposite points at ``switches`` evenly spaced rounds.

Its distance from 0 is ``reach T^(-1/4)``, so that the gain of following it stays of the order of the price of noise.
"""

from __future__ import annotations

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
    switches: int = 8,
) -> Instance:
    """The side in round t is the parity of floor((t - 1)(switches + 1)/rounds); a jump moves by 2 rho."""
    rho = reach / rounds**0.25
    sides = [centre([rho], dimension, device), centre([-rho], dimension, device)]

    def block(t: int) -> int:
        return (t - 1) * (switches + 1) // rounds

    def moved(T: int) -> float:
        jumps = block(T) if switches < rounds else sum((block(t) - block(t - 1)) % 2 for t in range(2, T + 1))
        return jumps * (2 * rho) ** 2

    return on_ball(dimension, radius, L, lambda t: sides[block(t) % 2], sigma, moved, rho)


ENVIRONMENT = Environment("switch", "few switches", make, anytime=False)
