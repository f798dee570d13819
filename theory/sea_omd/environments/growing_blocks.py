"""Linear losses whose slope keeps its sign over growing blocks: the last gradient is a good guess, none is not.

A block that starts after t rounds has length max(1, floor(sqrt(t + 1)/4)); signs alternate, the first is +. No noise.
"""

from __future__ import annotations

import math
from functools import cache

from theory.sea_omd.definitions.domains import Ball
from theory.sea_omd.environments import Environment, Instance, Variation
from theory.sea_omd.quadratics import centre


@cache
def _ends(rounds: int) -> tuple[int, ...]:
    """Last rounds of the blocks up to ``rounds``, uncut."""
    ends, t = [], 0
    while t < rounds:
        t += max(1, math.isqrt(t + 1) // 4)
        ends.append(t)
    return tuple(ends)


def make(dimension: int, radius: float, rounds: int, device: str, *, slope: float = 1.0) -> Instance:
    """Slopes +-``slope`` along the first coordinate; L = 0, G = ``slope``."""
    signs = [centre([slope], dimension, device), centre([-slope], dimension, device)]
    ends = _ends(rounds)
    side = [block % 2 for block, end in enumerate(ends) for _ in range(end - (ends[block - 1] if block else 0))]

    def variation(T: int) -> Variation:
        later = sum(end < T for end in ends) * (2 * slope) ** 2
        return Variation(0.0, slope**2 + later, later, 0.0)

    return Instance(Ball(radius, dimension), 0.0, lambda t: signs[side[t - 1]], variation, slope)


ENVIRONMENT = Environment("growing_blocks", "growing blocks", make)
