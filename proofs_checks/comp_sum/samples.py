"""Concrete conditional laws and score vectors, exact, on which derivations are tried."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from theory.comp_sum.witnesses import real, regret

_CLASSES = (2, 3, 5, 11)


@dataclass(frozen=True)
class Conditional:
    """A law p, a softmax vector s with the predicted label k (largest entry), and a likeliest label j != k."""

    p: list[Fraction]
    s: list[Fraction]
    j: int
    k: int

    @property
    def n(self) -> int:
        return len(self.p)

    def regret(self, tau: Fraction | int) -> object:
        """The conditional surrogate regret from the definition, at the working precision of mpmath."""
        return regret([real(x) for x in self.p], [real(x) for x in self.s], Fraction(tau))


def _distribution(draw: random.Random, n: int, *, positive: bool) -> list[Fraction]:
    weights = [draw.randint(1 if positive else 0, 30) for _ in range(n)]
    if sum(weights) == 0:
        weights[0] = 1
    return [Fraction(weight, sum(weights)) for weight in weights]


def conditionals(count: int = 24, seed: int = 0) -> Iterator[Conditional]:
    """Instances for n = 2, 3, 5 and 11 in turn, with a predicted label that is not a likeliest one."""
    draw = random.Random(seed)
    made = 0
    while made < count:
        n = _CLASSES[made % len(_CLASSES)]
        p = _distribution(draw, n, positive=made % 3 != 0)
        s = _distribution(draw, n, positive=True)
        k, j = s.index(max(s)), p.index(max(p))
        if j == k:
            continue
        made += 1
        yield Conditional(p, s, j, k)
