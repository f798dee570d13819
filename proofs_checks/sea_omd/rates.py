"""Exponents of the regret in T, fitted on games that are played from the definitions, means over seeds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np
import torch

from plumbline.domain import Instances
from plumbline.evidence import Finding
from plumbline.formula import Formula
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines.statistics import Correction, ExponentDesign, fit_exponent
from theory.sea_omd.definitions.domains import Ball
from theory.sea_omd.environments import Instance, environment
from theory.sea_omd.learners import learner
from theory.sea_omd.play import drawn, play
from theory.sea_omd.quadratics import centre, moving_centres

_WALKS = (64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0)
_TIMES = (64.0, 128.0, 256.0, 512.0)
_SETTLED = (256.0, 512.0, 1024.0, 2048.0, 4096.0)
_SEEDS = 128  # each the mean over a block of runs
_WALKERS, _RUNS, _CENTRES = 50, 8, 64
_COMBINED = {1: 1.0, 4: -2.0, 16: 1.0}
_DIMENSION = 8
_EARLIER = {"independent": 8, "alternating": 6}  # (delta + 4 G^2)/(4 m^2 + 2 sigma^2)

FAIR_SIGNS = ExponentDesign(name="sea_omd.fair_signs", alpha="1e-5", x=_WALKS, seeds=_SEEDS, noise=0.1)
INDEPENDENT = ExponentDesign(name="sea_omd.independent", alpha="1e-5", x=_TIMES, seeds=_SEEDS, noise=0.05)
ALTERNATING = ExponentDesign(
    name="sea_omd.alternating",
    alpha="1e-5",
    x=_TIMES,
    seeds=_SEEDS,
    noise=0.015,
    correction=Correction((1.0,)),
    amplitudes=(-1.0,),
)
ADAPTIVE = ExponentDesign(name="sea_omd.fixed.adaptive", alpha="1e-5", x=_SETTLED, seeds=_SEEDS, noise=0.015)
TUNED = ExponentDesign(
    name="sea_omd.fixed.tuned",
    alpha="1e-5",
    x=_SETTLED,
    seeds=_SEEDS,
    noise=0.015,
    correction=Correction((0.5,)),
    amplitudes=(0.7,),
)


def exponent(formula: Formula) -> Fraction:
    """The claimed number, a ratio of small integers."""
    return Fraction(float(formula.mpmath())).limit_denominator(10**6)


def blocks(values: torch.Tensor) -> np.ndarray:
    """Means over _SEEDS blocks of runs."""
    return np.asarray(values.reshape(_SEEDS, -1).mean(-1))


@lru_cache(maxsize=2)
def walks(seed: int) -> np.ndarray:
    """Hindsight regret on fair signs (seeds, sizes): every T is a prefix of one game."""
    stops = [int(T) for T in _WALKS]
    game = environment("biased_signs").make(1, 1.0, stops[-1], "cpu", bias=0.0)
    noise = drawn(game, _SEEDS * _WALKERS, torch.Generator().manual_seed(1000 * seed + 11))
    found = play(game, [learner("oomd")], stops[-1], _SEEDS * _WALKERS, noise, checkpoints=stops)
    return np.stack([blocks(one.hindsight_regret) for one in found], 1)


def quadratics() -> Instance:
    """L = sigma = 1 on the unit ball; fixed centre 0 in the first half of the runs, +-1 in turn in the second."""
    runs = _SEEDS * _RUNS
    reach = torch.cat([torch.zeros(runs, dtype=torch.float64), torch.ones(runs, dtype=torch.float64)])
    first = reach[:, None] * centre([1.0], _DIMENSION, "cpu")
    sides = (-first, first)
    largest = (2.0 + reach)[:, None]
    return moving_centres(
        Ball(1.0, _DIMENSION), 1.0, lambda t: sides[t % 2], 1.0, lambda T: (T - 1) * (2 * reach) ** 2, largest
    )


def horizon(part: str, multiple: int, time: float) -> int:
    """The T whose time T + k is so many times the given one, k the rounds that the step counts from the start."""
    return int(multiple * time) - _EARLIER[part]


@lru_cache(maxsize=2)
def combined(seed: int) -> dict[str, np.ndarray]:
    """R(16 s) - 2 R(4 s) + R(s) of the pseudo-regrets over the times s = T + k (seeds, sizes), by game."""
    stops = sorted({horizon(part, m, time) for part in _EARLIER for m in _COMBINED for time in _TIMES})
    game, runs = quadratics(), 2 * _SEEDS * _RUNS
    noise = drawn(game, runs, torch.Generator().manual_seed(1000 * seed + 12))
    told = {"oomd": {"delta": 0.0}}
    found = play(game, [learner("oomd")], stops[-1], runs, noise, checkpoints=stops, parameters=told)
    regret = {one.rounds: one.pseudo_regret.chunk(2) for one in found}
    values = {}
    for half, part in enumerate(_EARLIER):
        columns = [
            sum(by * blocks(regret[horizon(part, m, time)][half]) for m, by in _COMBINED.items()) for time in _TIMES
        ]
        values[part] = np.stack(columns, 1)
    return values


def still(t: int, at: torch.Tensor) -> torch.Tensor:
    """The same centres in every round."""
    return at


@lru_cache(maxsize=4)
def settled(seed: int, name: str) -> np.ndarray:
    """Regret on one loss for ever (seeds, sizes), the centres drawn anew for every T."""
    columns = []
    for T in _SETTLED:
        centres = 0.45 + 0.1 * np.random.default_rng([seed, 13, int(T)]).random(_SEEDS * _CENTRES)
        at = torch.as_tensor(centres)[:, None]
        game = moving_centres(Ball(1.0, 1), 1.0, partial(still, at=at), 0.0, lambda rounds: 0.0, 1.55)
        (last,) = play(game, [learner(name)], int(T), len(centres), lambda t: None)
        columns.append(blocks(last.hindsight_regret))
    return np.stack(columns, 1)


@check("sea_omd.rate.fair_signs", timeout=60)
def fair_signs(subject: Subject, effort: Effort) -> Iterator[Finding]:
    claimed = exponent(subject["exponent"])
    yield fit_exponent(
        _WALKS,
        walks(effort.seed),
        claimed,
        FAIR_SIGNS,
        seed=effort.seed,
        scope=Instances(1, "fair signs on [-1, 1], T from 64 to 4096"),
        statement=f"the mean hindsight regret grows like T^({claimed})",
    )


@check("sea_omd.rate.quadratic", timeout=60)
def quadratic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    for part, design in (("alternating", ALTERNATING), ("independent", INDEPENDENT)):
        claimed = exponent(subject[part])
        yield fit_exponent(
            _TIMES,
            combined(effort.seed)[part],
            claimed,
            design,
            seed=effort.seed,
            scope=Instances(1, f"{part}: d = {_DIMENSION}, L = sigma = 1, unit ball, delta = 0, T + k from 64 to 512"),
            statement=f"{part}: R(16 s) - 2 R(4 s) + R(s) grows like s^({claimed})",
        ).for_part(part)


@check("sea_omd.rate.fixed", timeout=60)
def fixed(subject: Subject, effort: Effort) -> Iterator[Finding]:
    for part, name, design in (("adaptive", "oomd", ADAPTIVE), ("tuned", "ogd_fixed", TUNED)):
        claimed = exponent(subject[part])
        yield fit_exponent(
            _SETTLED,
            settled(effort.seed, name),
            claimed,
            design,
            seed=effort.seed,
            scope=Instances(1, "centres drawn from [0.45, 0.55], T from 256 to 4096"),
            statement=f"{part}: the mean regret grows like T^({claimed})",
        ).for_part(part)
