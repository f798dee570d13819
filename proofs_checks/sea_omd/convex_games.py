"""Finite games for the regret bounds of the convex case: enumerated in balls, and as samples at 50 digits."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from flint import ctx
from mpmath import mpf

from plumbline.formula import Formula
from proofs_checks.engines import enumeration
from proofs_checks.engines.derivation import Sample
from theory.sea_omd.definitions import paths
from theory.sea_omd.definitions.finite_games import Atom, FiniteGame, linear, mean, two_signs

ONE, HALF = Fraction(1), Fraction(1, 2)
_DIGITS = 60


@dataclass(frozen=True)
class Setting:
    """A game and what the learner and the bound are told of it: delta, a smoothness no less than its own, theta."""

    game: FiniteGame
    delta: Fraction
    L: Fraction
    theta: Fraction = HALF

    def known(self) -> dict[str, Fraction]:
        """What bounds may read: D, G, L, delta, theta, noise, Sigma^2_{1:T} (all) and Sigma^2_{2:T} (later)."""
        game = self.game
        return {
            "D": game.diameter,
            "G": game.gradient_bound,
            "L": self.L,
            "delta": self.delta,
            "theta": self.theta,
            "noise": game.total_variance,
            "all": game.total_shift(1),
            "later": game.total_shift(2),
        }

    def data(self, **more: Any) -> dict[str, Any]:
        """The setting as data of the witness program ``sea_bound``."""
        rounds = [[[str(a.probability), str(a.curvature), str(a.slope)] for a in atoms] for atoms in self.game.rounds]
        known = {name: str(value) for name, value in self.known().items() if name in ("D", "G", "L", "delta", "theta")}
        domain = [str(self.game.lo), str(self.game.hi)]
        return {"game": rounds, "domain": domain, "learner": "optimistic", "c": "1", **known, **more}


def reads(formula: Formula, drift: str) -> dict[str, str]:
    """Which of the game's numbers each variable of a bound is; ``drift`` is "all" or "later"."""
    return {axis.name: drift if axis.name == "drift" else axis.name for axis in formula.variables}


def _advance(gradient_step: paths.Step) -> Any:
    def advance(state: tuple[paths.Path, Any], t: int, atom: Atom) -> tuple[paths.Path, Any]:
        path, loss = state[0].copy(), state[1]
        k, m = enumeration.ball(atom.curvature), enumeration.ball(atom.slope)
        paths.mirror_descent_round(path, lambda _, x: k * x + m, gradient_step)
        x = path.plays[-1]
        return path, loss + k * x * x / 2 + m * x

    return advance


@functools.lru_cache(maxsize=64)
def _expected(game: FiniteGame, delta: Fraction, bits: int) -> tuple[Any, Any, Any]:
    with enumeration.precision(bits):
        D, G = enumeration.ball(game.diameter), enumeration.ball(game.gradient_bound)
        domain = paths.Interval(enumeration.ball(game.lo), enumeration.ball(game.hi))
        step = paths.adaptive_step(D, G, enumeration.ball(delta))
        laws = [[(atom.probability, atom) for atom in atoms] for atoms in game.rounds]
        loss, variation, movement = enumeration.expectation(
            laws,
            (paths.start(domain), enumeration.ball(0)),
            _advance(step),
            lambda state: (
                state[1],
                enumeration.ball(state[0].variation),
                enumeration.ball(state[0].movement),
            ),
        )
        return loss - enumeration.ball(game.least_total), variation, movement


def expected(setting: Setting) -> tuple[Any, Any, Any]:
    """E R_T, E Vbar_T and E X of the adaptive step at the present precision, over all outcomes."""
    return _expected(setting.game, setting.delta, ctx.prec)


def sides(bound: Formula, setting: Setting, drift: str) -> tuple[Any, Any]:
    """Expected pseudo-regret and the bound at the game's own numbers, in balls."""
    known = setting.known()
    at = {name: known[key] for name, key in reads(bound, drift).items()}
    return expected(setting)[0], bound.arb(ctx.prec, **at)


# Games


def iid_signs(rounds: int) -> FiniteGame:
    """Quadratics around 1/2 with noise +-1/2 on [-1, 1]."""
    return two_signs([HALF] * rounds, HALF, ONE, ONE)


def alternating_signs(rounds: int) -> FiniteGame:
    """Quadratics around +1/2, -1/2, ... with noise +-1/2 on [-1, 1]."""
    return two_signs([HALF * (-1) ** t for t in range(rounds)], HALF, ONE, ONE)


def not_convex(rounds: int) -> FiniteGame:
    """Expected losses x^2/4 - c_t x, single ones of curvature 2 and -3/2: concave half of the time."""
    made = [
        (Atom(HALF, Fraction(2), -Fraction(1, 4)), Atom(HALF, -Fraction(3, 2), (-1) ** (t // 3) * Fraction(1, 3)))
        for t in range(rounds)
    ]
    return FiniteGame(tuple(made), -ONE, ONE)


def alternating_slopes(rounds: int) -> FiniteGame:
    """Slopes +1, -1, ... without noise on [-1, 1]."""
    return linear([Fraction((-1) ** t) for t in range(rounds)], -ONE, ONE)


def crossing_game(rounds: int) -> FiniteGame:
    """The slope 1 in every round on [-1, 0]."""
    return linear([ONE] * rounds, -ONE, Fraction(0))


def random_game(draw: random.Random, rounds: int, *, curved: bool) -> FiniteGame:
    """Two or three atoms a round on [-a, b], expected losses convex (linear unless ``curved``), some laws repeated."""
    made: list[tuple[Atom, ...]] = []
    for _ in range(rounds):
        if made and draw.random() < 0.4:
            made.append(made[-1])
            continue
        weights = [draw.randint(1, 3) for _ in range(draw.choice((1, 2, 2, 3)))]
        atoms = tuple(
            Atom(Fraction(w, sum(weights)), Fraction(draw.randint(-2, 4), 2), Fraction(draw.randint(-6, 6), 3))
            for w in weights
        )
        centre = mean(atoms).curvature
        if centre < 0 or not curved:
            atoms = tuple(Atom(a.probability, a.curvature - centre, a.slope) for a in atoms)
        made.append(atoms)
    return FiniteGame(tuple(made), -Fraction(draw.randint(0, 3), 2), Fraction(draw.randint(1, 4), 3))


@functools.lru_cache(maxsize=8)
def random_games(seed: int, count: int, rounds: int, curved: bool) -> tuple[FiniteGame, ...]:
    """Random games with some gradient, ``rounds`` at most; with a positive smoothness if ``curved``."""
    draw, found = random.Random(seed), list[FiniteGame]()
    while len(found) < count:
        game = random_game(draw, draw.randint(1, rounds), curved=curved)
        if game.gradient_bound and (game.smoothness or not curved):
            found.append(game)
    return tuple(found)


# Samples


Play = Callable[[paths.Path, paths.Gradient], None]


def sea_sample(setting: Setting, values: dict[str, Any], *, play: Play | None = None) -> Sample:
    """The expectations of a setting at 50 digits: W = E sum <g_t, x_t - u>, Q = E of the root, EV, EX; best u.

    P and p are the roots without 4 G^2. ``play`` is another learner than mirror descent; its root is that of Vbar.
    """
    game = setting.game
    D, G, delta = (_real(value) for value in (game.diameter, game.gradient_bound, setting.delta))
    step = paths.adaptive_step(D, G, delta)
    move: Play = play or (lambda path, gradient: paths.mirror_descent_round(path, gradient, step))
    shift = mpf(0) if play else delta + 4 * G**2
    totals = {name: mpf(0) for name in ("loss", "W", "Q", "P", "EV", "EX")}
    u = _real(best_comparator(game))
    waiting = [(paths.start(paths.Interval(_real(game.lo), _real(game.hi))), mpf(0), mpf(1))]
    while waiting:
        path, loss, weight = waiting.pop()
        t = len(path.plays)
        if t == len(game.rounds):
            found = {
                "loss": loss,
                "W": path.loss - path.slope_sum * u,
                "Q": mpmath.sqrt(shift + path.variation),
                "P": mpmath.sqrt(delta + path.variation),
                "EV": path.variation,
                "EX": path.movement,
            }
            totals = {name: totals[name] + weight * found[name] for name in totals}
            continue
        for atom in game.rounds[t]:
            onward, k, m = path.copy(), _real(atom.curvature), _real(atom.slope)
            move(onward, _slope(k, m))
            x = onward.plays[-1]
            waiting.append((onward, loss + k * x * x / 2 + m * x, weight * _real(atom.probability)))
    regret = totals["loss"] - _real(game.least_total)
    known = setting.known()
    h = mpmath.sqrt(shift + totals["EV"])
    numbers = {
        "ER": regret,
        "h": h,
        "p": mpmath.sqrt(delta + totals["EV"]),
        "later": known["later"],
        "noise": known["noise"],
        "drift": known["all"],
    }
    every = {**{name: known[name] for name in ("D", "G", "L", "delta", "theta")}, **totals, **numbers, **values}
    return Sample(every, -regret, {})


def _slope(k: Any, m: Any) -> paths.Gradient:
    return lambda t, x: k * x + m


def best_comparator(game: FiniteGame) -> Fraction:
    """A minimiser of F_1 + ... + F_T on the domain."""
    curvature = sum((loss.curvature for loss in game.expected), Fraction(0))
    slope = sum((loss.slope for loss in game.expected), Fraction(0))
    inner = [-slope / curvature] if curvature else []
    points = [game.lo, game.hi, *(x for x in inner if game.lo <= x <= game.hi)]
    return min(points, key=lambda x: curvature * x * x / 2 + slope * x)


def _real(x: Fraction | int) -> Any:
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator


@functools.lru_cache(maxsize=8)
def samples(kind: str) -> tuple[Sample, ...]:
    """Settings for one derivation: "general" (delta > 0), "tuned", "tuned 36", ... (L > 0), "linear" (L = 0)."""
    draw, made = random.Random(5), []
    with mpmath.workdps(_DIGITS):
        for game in random_games(3, 12, 4, kind != "linear"):
            D, L = game.diameter, game.smoothness * draw.choice((1, 1, 2))
            factors = {"tuned": Fraction(9), "tuned 36": Fraction(36), "published": Fraction(10), "linear": Fraction(0)}
            delta = factors[kind] * D**2 * L**2 if kind in factors else Fraction(draw.randint(1, 30), 2)
            theta = draw.choice((Fraction(1, 5), HALF, ONE))
            made.append(sea_sample(Setting(game, delta, L, theta), {}))
    return tuple(made)
