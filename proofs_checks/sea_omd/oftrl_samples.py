"""Rounds of optimistic follow-the-regularised-leader at 50 digits, at which its derivations are tried."""

from __future__ import annotations

import functools
import random
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf

from proofs_checks.engines.derivation import Sample
from proofs_checks.sea_omd import convex_games as games
from proofs_checks.sea_omd.convex_samples import _TURNS, Vector, _drawn, along, ball, corner, dot, squared
from theory.sea_omd.definitions import paths

_DIGITS = 60


def _real(x: Fraction) -> Any:
    return mpf(x.numerator) / x.denominator


@functools.lru_cache(maxsize=2)
def path_samples(count: int) -> tuple[Sample, ...]:
    """Last rounds of random paths of 1 to 8 rounds in one to three dimensions; D, G and nu vary."""
    draw, made = random.Random(11), list[Sample]()
    with mpmath.workdps(_DIGITS):
        for index in range(count):
            dimension, shape = _TURNS[index % len(_TURNS)]
            D, G = Fraction(draw.randint(1, 8), 3), Fraction(draw.randint(1, 6), 4)
            nu = draw.choice((Fraction(1, 10), Fraction(1), Fraction(7)))
            made.append(_sample(draw, dimension, shape, D, G, nu))
    return tuple(made)


def _sample(draw: random.Random, dimension: int, shape: str, D: Fraction, G: Fraction, nu: Fraction) -> Sample:
    d, g_bound, n = _real(D), _real(G), _real(nu)
    project = ball(d) if shape == "ball" else corner(d, dimension)
    u = project([mpf(draw.randint(-9, 9)) for _ in range(dimension)])
    zero = [mpf(0)] * dimension
    total, hint, play, leader = zero, zero, zero, zero
    spent = earned = variation = moved = last_ahead = mpf(0)
    rounds = draw.randint(1, 8)
    inverse = n / d**2
    for t in range(rounds):
        g = _drawn(draw, dimension, g_bound)
        if not t and not dot(g, g):
            g = [g_bound, *zero[1:]]
        before, inverse = (inverse if t else n / d**2), (n + spent) / d**2
        x = project([-entry / (2 * inverse) for entry in along(total, hint, 1)])
        onward: Vector = along(total, g, 1)
        y = project([-entry / (2 * inverse) for entry in onward])
        jump = squared(g, hint)
        stride = mpmath.sqrt(squared(x, play)) if t else mpf(0)
        values: dict[str, Any] = {
            "D": D,
            "G": G,
            "nu": nu,
            "P0": earned,
            "H0": dot(total, leader) + dot(leader, leader) * before,
            "H1": dot(onward, y) + dot(y, y) * inverse,
            "F0": dot(total, x),
            "n": dot(x, x),
            "hx": dot(hint, x),
            "q": dot(along(g, hint, -1), along(x, y, -1)),
            "gy": dot(along(g, hint, -1), y),
            "b": mpmath.sqrt(squared(x, y)),
            "m": mpmath.sqrt(squared(x, leader)),
            "b0": last_ahead,
            "s": stride,
            "X0": moved,
            "j": before - n / d**2,
            "k": inverse - before,
            "a": jump,
            "V0": variation,
            "Gu": dot(onward, u),
            "uu": dot(u, u),
        }
        moved, last_ahead = moved + stride**2, values["b"]
        earned, variation, spent = earned + dot(g, x), variation + jump, spent + jump / inverse
        total, hint, play, leader = onward, g, x, y
    values |= {"V": variation, "S": spent, "X": moved, "R": earned - values["Gu"], "T": rounds}
    return Sample(values, -values["R"], {})


def with_left(sample: Sample, name: str, factor: Fraction) -> Sample:
    """The sample with ``factor`` times one of its numbers as the left side."""
    with mpmath.workdps(_DIGITS):
        return Sample(sample.values, _real(factor) * sample.values[name], {})


@functools.lru_cache(maxsize=1)
def game_samples() -> tuple[Sample, ...]:
    """Expectations over random games: W the linearised regret, Q = E sqrt(Vbar), EV, EX."""
    draw, made = random.Random(5), list[Sample]()
    with mpmath.workdps(_DIGITS):
        for game in games.random_games(3, 12, 4, True):
            setting = games.Setting(game, Fraction(0), game.smoothness * draw.choice((1, 2)))
            nu = draw.choice((Fraction(1, 5), Fraction(1), Fraction(20)))

            def play(path: paths.Path, gradient: paths.Gradient, nu: Fraction = nu) -> None:
                paths.ftrl_round(path, gradient, _real(nu))

            made.append(games.sea_sample(setting, {"nu": nu}, play=play))
    return tuple(made)
