"""Finite instances, exact, on which derivations about minimizability gaps are tried."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

_CLASSES = (2, 3, 5, 10)


def _distribution(draw: random.Random, size: int, top: int) -> list[str]:
    weights = [draw.randint(0, top) for _ in range(size)]
    weights[draw.randrange(size)] += 1
    return [str(Fraction(weight, sum(weights))) for weight in weights]


def finite_instances(count: int = 12, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Weights and laws of 1 to 4 inputs for n = 2, 3, 5 and 10 in turn; impossible labels and inputs included."""
    draw = random.Random(seed)
    for index in range(count):
        n, inputs = _CLASSES[index % len(_CLASSES)], draw.randint(1, 4)
        laws = [_distribution(draw, n, 0 if draw.random() < 0.1 else 20) for _ in range(inputs)]
        yield {"weights": _distribution(draw, inputs, 9), "laws": laws}
