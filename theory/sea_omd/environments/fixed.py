"""One loss for ever: a centre away from 0, no noise and no shift, so that learners with adaptive steps settle."""

from __future__ import annotations

from theory.sea_omd.environments import Environment, Instance
from theory.sea_omd.quadratics import centre, on_ball


def make(dimension: int, radius: float, rounds: int, device: str, *, L: float = 1.0, reach: float = 0.5) -> Instance:
    """Centre at distance ``reach`` from 0: sigma^2 = 0, and Sigma^2 = 0 from the second round on."""
    fixed = centre([reach], dimension, device)
    return on_ball(dimension, radius, L, lambda t: fixed, 0.0, lambda T: 0.0, reach)


ENVIRONMENT = Environment("fixed", "one loss for ever", make)
