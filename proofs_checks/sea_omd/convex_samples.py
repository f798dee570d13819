"""Rounds of optimistic mirror descent in one to three dimensions at 50 digits, at which derivations are tried.

Points are lists of mpmath numbers; domains are balls around 0 and cubes with 0 in a corner, both of diameter D. The
numbers of a round are named as in :mod:`proofs_checks.sea_omd.convex`.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf

from plumbline.nouns import Effort
from proofs_checks.engines.derivation import Sample

Vector = list[Any]
Projection = Callable[[Vector], Vector]
_DIGITS = 60
_NONE = mpf(0)


def dot(a: Vector, b: Vector) -> Any:
    return sum((x * y for x, y in zip(a, b, strict=True)), mpf(0))


def along(a: Vector, b: Vector, factor: Any) -> Vector:
    """a + factor b."""
    return [x + factor * y for x, y in zip(a, b, strict=True)]


def squared(a: Vector, b: Vector) -> Any:
    """||a - b||^2."""
    difference = along(a, b, -1)
    return dot(difference, difference)


def ball(diameter: Any) -> Projection:
    """Projection onto the ball of the diameter around 0."""

    def project(x: Vector) -> Vector:
        size = mpmath.sqrt(dot(x, x))
        return x if size <= diameter / 2 else [entry * diameter / (2 * size) for entry in x]

    return project


def corner(diameter: Any, dimension: int) -> Projection:
    """Projection onto the cube of the diameter with 0 in its lowest corner."""
    side = diameter / mpmath.sqrt(dimension)
    return lambda x: [min(max(entry, mpf(0)), side) for entry in x]


@dataclass
class Round:
    """What the derivation of the pathwise bounds speaks of, at the last round of a path."""

    regret: Any = _NONE
    gain: Any = _NONE
    near: Any = _NONE
    after: Any = _NONE
    variation: Any = _NONE
    jump: Any = _NONE
    moved: Any = _NONE
    before: Any = _NONE
    ahead: Any = _NONE
    behind: Any = _NONE
    stride: Any = _NONE
    slopes: list[Vector] = field(default_factory=list)


def last_round(slopes: Sequence[Vector], u: Vector, project: Projection, step: Callable[[Any], Any]) -> Round:
    """The numbers of round T of a path against u, where eta_t = step(Vbar_{t-1})."""
    d = len(u)
    leader, hint, play = [mpf(0)] * d, [mpf(0)] * d, [mpf(0)] * d
    found = Round()
    for t, g in enumerate(slopes):
        eta = step(found.variation + found.jump)
        found = Round(
            found.regret + found.gain,
            variation=found.variation + found.jump,
            moved=found.moved + found.stride**2,
            before=found.ahead,
        )
        last, play = play, project(along(leader, hint, -eta))
        onward = project(along(leader, g, -eta))
        found.gain = dot(g, along(play, u, -1))
        found.near, found.after = squared(u, leader), squared(u, onward)
        found.jump = squared(g, hint)
        found.ahead, found.behind = mpmath.sqrt(squared(onward, play)), mpmath.sqrt(squared(play, leader))
        found.stride = mpmath.sqrt(squared(play, last)) if t else mpf(0)
        leader, hint = onward, g
    return found


def _drawn(draw: random.Random, dimension: int, bound: Any) -> Vector:
    """A gradient of norm at most ``bound``, often on the sphere, sometimes 0."""
    raw = [mpf(draw.randint(-9, 9)) for _ in range(dimension)]
    size = mpmath.sqrt(dot(raw, raw))
    if not size:
        return raw
    length = bound * mpf(draw.choice((1, 1, 1, 2))) / 2 if draw.random() < 0.8 else bound / 7
    return [entry * length / size for entry in raw]


_TURNS = ((1, "ball"), (1, "corner"), (2, "ball"), (2, "corner"), (3, "ball"), (3, "corner"))


@functools.lru_cache(maxsize=4)
def path_samples(count: int, retained: bool) -> tuple[Sample, ...]:
    """Last rounds of random paths of 1 to 9 rounds: c, D, G, delta and theta vary (theta is 0 if not ``retained``)."""
    draw, made = random.Random(Effort().seed), []
    with mpmath.workdps(_DIGITS):
        for index in range(count):
            dimension, shape = _TURNS[index % len(_TURNS)]
            D, G = Fraction(draw.randint(1, 8), 3), Fraction(draw.randint(1, 6), 4)
            c, delta = Fraction(draw.randint(1, 9), 4), draw.choice((Fraction(0), Fraction(9, 4), Fraction(1, 3)))
            theta = draw.choice((Fraction(0), Fraction(1, 2), Fraction(1, 5), Fraction(1))) if retained else Fraction(0)
            made.append(_sample(draw, dimension, shape, {"D": D, "G": G, "c": c, "delta": delta, "theta": theta}))
    return tuple(made)


def _sample(draw: random.Random, dimension: int, shape: str, constants: dict[str, Fraction]) -> Sample:
    D, G, c, delta = (mpf(constants[name].numerator) / constants[name].denominator for name in ("D", "G", "c", "delta"))
    project = ball(D) if shape == "ball" else corner(D, dimension)
    u = project([mpf(draw.randint(-9, 9)) for _ in range(dimension)])
    slopes = [_drawn(draw, dimension, G) for _ in range(draw.randint(1, 9))]

    def radius(variation: Any) -> Any:
        return mpmath.sqrt(delta + 4 * G**2 + variation)

    found = last_round(slopes, u, project, lambda variation: c * D / radius(variation))
    before, total = found.variation, found.variation + found.jump
    p = mpmath.sqrt(delta + before)
    values: dict[str, Any] = {
        **constants,
        "V": total,
        "R0": found.regret,
        "gain": found.gain,
        "A": found.near,
        "B": found.after,
        "p": p,
        "e": mpmath.sqrt(delta + total) - p,
        "y": radius(before) - mpmath.sqrt(delta),
        "f": radius(total) - radius(before),
        "X0": found.moved,
        "b0": found.before,
        "b": found.ahead,
        "m": found.behind,
        "s": found.stride,
    }
    return Sample(values, -(found.regret + found.gain), {})
