r"""Worst cases: the constant step on R^d over its size, and long bad paths of the adaptive step. Nothing is random.

The constant step's worst case over T rounds is a maximum of one quadratic form of :math:`(u-x_1,g_1,\dots,g_T)` under
two others, :math:`\|u-x_1\|\le1` and :math:`\sum\|g_t-g_{t-1}\|^2\le1`: the least over s in (0, 1) of the largest
eigenvalue of the regret relative to s times the first plus 1 - s times the second.

The adaptive step (c = 1, delta = 0, D = G = 1) is played round by round on two families of slopes, each tuned over a
grid for every T. ``interval``: alternating slopes with k further +1 after K of them, then -1 to the other end; its
ratio tends to 5/4. ``rectangle``: cycles along a short edge (walk off the wall, kick back, let the hint decay), then
the slope -1 along the long one; its ratio tends to 3/2, which no path exceeds.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from scipy.linalg import eigh
from scipy.optimize import minimize_scalar

from plumbline.nouns import Experiment
from theory.sea_omd.play import spaced

_EDGE = 1e-3
_SHIFTS = tuple(range(0, 26, 2))
_BEFORE = (0, 10, 100, 1000)
_FINENESS = (2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 56, 80)
_HEIGHTS = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08)


class CurveSettings(BaseModel):
    """Numbers of rounds, and steps evenly spaced in their logarithm from 1/largest to largest."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1, le=1)
    rounds: list[int] = Field(min_length=1)
    largest: float = Field(gt=1)
    points: int = Field(ge=3)


def forms(rounds: int, step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Regret, squared distance and variation as forms in (u - x_1, g_1, ..., g_T), by playing symbols: (T+1, T+1)."""
    size = rounds + 1
    lines = np.eye(size)
    leader, last = np.zeros(size), np.zeros(size)
    regret, variation = np.zeros((size, size)), np.zeros((size, size))
    for g in lines[1:]:
        regret += np.outer(g, leader - step * last - lines[0])
        variation += np.outer(g - last, g - last)
        leader, last = leader - step * g, g
    return (regret + regret.T) / 2, np.outer(lines[0], lines[0]), variation


def worst_regret(rounds: int, step: float) -> float:
    """The largest regret over ``rounds`` rounds in units of D sqrt V, at the step in units of D/sqrt V."""
    regret, distance, variation = forms(rounds, step)

    def largest(s: float) -> float:
        return float(eigh(regret, s * distance + (1 - s) * variation, eigvals_only=True)[-1])

    return float(minimize_scalar(largest, bounds=(_EDGE, 1 - _EDGE), method="bounded", options={"xatol": 1e-10}).fun)


def constant_step_curves(
    settings: CurveSettings, shard: int, seed: np.random.SeedSequence, device: str
) -> pd.DataFrame:
    """One row for every number of rounds and step."""
    steps = np.geomspace(1 / settings.largest, settings.largest, settings.points)
    rows = [
        {"rounds": rounds, "step": step, "regret": worst_regret(rounds, step), "bound": (step + 1 / step) / 2}
        for rounds in settings.rounds
        for step in steps
    ]
    return pd.DataFrame(rows)


class LadderSettings(BaseModel):
    """T evenly spaced in its logarithm, ends included."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1, le=1)
    first: int = Field(ge=20)
    last: int = Field(ge=20)
    points: int = Field(ge=2)


@numba.njit(cache=True)
def play_interval(before: int, shift: int, turns: int, most: int) -> tuple[float, float, int]:
    """(hindsight regret, Vbar, rounds) on [-1/2, 1/2]: alternate, shift, alternate ``turns`` times, then run."""
    x_hat = hint = loss = total = variation = 0.0
    rounds = 0
    while rounds < most:
        if rounds < before:
            g = 1.0 if rounds % 2 == 0 else -1.0
        elif rounds < before + shift:
            g = 1.0
        elif rounds < before + shift + turns:
            g = 1.0 if (rounds - before - shift) % 2 == 0 else -1.0
        elif x_hat < 0.5:
            g = -1.0
        else:
            break
        eta = 1 / math.sqrt(4 + variation)
        loss += g * min(max(x_hat - eta * hint, -0.5), 0.5)
        x_hat = min(max(x_hat - eta * g, -0.5), 0.5)
        variation += (g - hint) ** 2
        total += g
        hint = g
        rounds += 1
    return loss + abs(total) / 2, variation, rounds


@numba.njit(cache=True)
def play_rectangle(n: int, cycles: int, b: float) -> tuple[float, float, int]:
    """(hindsight regret, Vbar, rounds) in the rectangle of diameter 1 with edge b (1 + 1/n)/2, from its corner."""
    width = b * (1 + 1 / n) / 2
    length = math.sqrt(1 - width * width)
    z = q = hint_z = hint_q = loss = total_z = total_q = variation = 0.0
    rounds = 0
    while rounds < cycles * (2 * n + 1) or q < length:
        g_z = g_q = 0.0
        if rounds < cycles * (2 * n + 1):
            k = rounds % (2 * n + 1)
            g_z = -b / n if k < n else b * (1 - (k - n) / n)
        else:
            g_q = -1.0
        eta = 1 / math.sqrt(4 + variation)
        loss += g_z * min(max(z - eta * hint_z, 0.0), width) + g_q * min(max(q - eta * hint_q, 0.0), length)
        z, q = min(max(z - eta * g_z, 0.0), width), min(max(q - eta * g_q, 0.0), length)
        variation += (g_z - hint_z) ** 2 + (g_q - hint_q) ** 2
        total_z, total_q = total_z + g_z, total_q + g_q
        hint_z, hint_q = g_z, g_q
        rounds += 1
    best = width * min(total_z, 0.0) + length * min(total_q, 0.0)
    return loss - best, variation, rounds


def _ratio(found: tuple[float, float, int]) -> float:
    return found[0] / math.sqrt(4 + found[1])


def best_interval(rounds: int) -> tuple[float, int]:
    """(ratio, rounds played) of the best shift found for about that many rounds."""
    tried = []
    for before in (K for K in _BEFORE if rounds / 2 > K):
        for shift in _SHIFTS:
            run = int(2 * math.sqrt(rounds))  # about D/eta rounds of the same slope, eta = 1/sqrt(4 T)
            turns = max(rounds - before - shift - run, 2)
            tried.append(play_interval(before, shift, turns - turns % 2, 2 * rounds))
    best = max(tried, key=_ratio)
    return _ratio(best), best[2]


def guessed(n: int, cycles: int, b: float) -> float:
    """The leading terms of the ratio of a rectangle's path: which (n, b) to play."""
    width = b * (1 + 1 / n) / 2
    variation = cycles * b * b * (1 + 1 / n) * (1 + 2 / n)
    after, share = math.sqrt(5 + variation), (n * n + n + 2) / ((n + 1) * (n + 2))
    return (share * (math.sqrt(4 + variation) - 2) + (1 - width**2) / 2 * math.sqrt(4 + variation)) / after


def best_rectangle(rounds: int) -> tuple[float, int]:
    """(ratio, rounds played) of the best fineness and height for about that many rounds."""
    grid = [(n, rounds // (2 * n + 1), b) for n in _FINENESS for b in _HEIGHTS if rounds // (2 * n + 1) > 0]
    played = [play_rectangle(*case) for case in sorted(grid, key=lambda case: -guessed(*case))[:3]]
    best = max(played, key=_ratio)
    return _ratio(best), best[2]


def adaptive_ladder(settings: LadderSettings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """The best ratio of both families at each T."""
    families = {"interval": (best_interval, 5 / 4), "rectangle": (best_rectangle, 3 / 2)}
    rows = []
    for rounds in spaced(settings.first, settings.last, settings.points):
        for family, (best, limit) in families.items():
            ratio, played = best(rounds)
            rows.append({"family": family, "rounds": played, "ratio": ratio, "limit": limit})
    return pd.DataFrame(rows)


CONSTANT_STEP_CURVES = Experiment(
    "sea_omd.constant_step_curves",
    "Worst-case regret of the constant step over its size",
    CurveSettings,
    constant_step_curves,
    {
        "rounds": "T, number of rounds",
        "step": "eta sqrt(V)/D",
        "regret": "largest regret over D sqrt V, over all paths and dimensions",
        "bound": "(x + 1/x)/2 at the step x",
    },
)

ADAPTIVE_LADDER = Experiment(
    "sea_omd.adaptive_ladder",
    "Regret of the adaptive step on bad paths, over D sqrt(delta + 4 G^2 + Vbar)",
    LadderSettings,
    adaptive_ladder,
    {
        "family": "interval (d = 1) or rectangle (d = 2)",
        "rounds": "rounds played",
        "ratio": "hindsight regret over D sqrt(delta + 4 G^2 + Vbar), c = 1, delta = 0",
        "limit": "limit of the family's ratio as T grows",
    },
)
