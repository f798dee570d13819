"""Regret tables: every learner of the folder on one environment at several numbers of rounds, the same noise for all.

Where neither environment nor learner asks for the number of rounds, one game serves all T by its prefixes. A learner
that asks plays a batch with one block of runs per T. An environment that asks is played once per T.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import torch

from plumbline.errors import InputError, UnknownNameError
from theory.sea_omd.environments import Environment, Game, Instance, Total, Variation, environments
from theory.sea_omd.learners import Known, Learner, learners
from theory.sea_omd.play import Checkpoint, Noise, drawn, play

REGRETS = {
    "pseudo_regret": "sum F_t(x_t) - F_t(u*), u* the best fixed point for the expected losses; may be NaN (a game that "
    "is no quadratic or linear one)",
    "hindsight_regret": "sum f_t(x_t) - f_t(u), u the best fixed point for the drawn losses; may be NaN (as above)",
    "linearised_regret": "largest sum <g_t, x_t - u> over fixed points u",
    "variation": "Vbar_T, sum of ||g_t - g_{t-1}||^2 from t = 1 with g_0 = 0, squared gradient units",
}

CONSTANTS = {
    "diameter": "D, diameter of the domain",
    "smoothness": "L, smoothness of the expected losses",
    "largest_gradient": "G, largest norm of a gradient",
    "noise_total": "sigma^2_{1:T}, max over x outside the mean; may be NaN (a game without closed forms)",
    "noise_inside_total": "sigma-tilde^2_{1:T}, max over x inside the mean; may be NaN (as above)",
    "shift_total": "Sigma^2_{1:T} with grad F_0 = 0; may be NaN (as above)",
    "shift_from_second": "Sigma^2_{2:T}; may be NaN (as above)",
}

TOTALS = list(CONSTANTS)[3:]


def totals(told: Variation) -> dict[str, Total]:
    """A game's totals under the names of the tables' columns."""
    return dict(zip(TOTALS, (told.noise, told.noise_inside, told.shift, told.shift_from_second), strict=True))


def chosen(without: Sequence[str]) -> list[Environment]:
    """All environments of the folder but those named."""
    found = environments()
    for name in without:
        if name not in found:
            raise UnknownNameError(f"without: unknown environment {name!r}; environments: {', '.join(found)}")
    return [one for name, one in found.items() if name not in without]


def generator(seed: np.random.SeedSequence, device: str) -> torch.Generator:
    """A generator on the device; two made from one seed give the same numbers."""
    state = int(seed.generate_state(1, np.uint64)[0] >> np.uint64(1))
    return torch.Generator(device=device).manual_seed(state)


def averaged(values: torch.Tensor, block: int) -> np.ndarray:
    """Means over blocks of neighbouring runs: (S,) to (S/block,)."""
    return np.asarray(values.reshape(-1, block).mean(-1).cpu())


def row_block(checkpoint: Checkpoint, block: int, rows: slice = slice(None)) -> dict[str, np.ndarray]:
    """The regrets of some runs, averaged over blocks."""
    return {name: averaged(getattr(checkpoint, name)[rows], block) for name in REGRETS}


def constants(game: Game, rounds: int) -> dict[str, float]:
    """D, L, G and the totals of the game's variation."""
    told = {"diameter": game.domain.diameter, "smoothness": game.smoothness, "largest_gradient": game.largest_gradient}
    told = {name: float(value) for name, value in told.items()}
    if not isinstance(game, Instance):
        return told | dict.fromkeys(TOTALS, math.nan)
    return told | {name: float(value) for name, value in totals(game.variation(rounds)).items()}


def regret_table(
    environment: Environment,
    rounds: Sequence[int],
    runs: int,
    block: int,
    seed: np.random.SeedSequence,
    device: str,
    *,
    dimension: int,
    radius: float,
    parameters: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Rows (learner, T, block of runs) with both regrets and the game's constants; every T in increasing order."""
    if runs % block:
        raise InputError(f"runs must be a multiple of block, got {runs} and {block}")
    frames = []
    for T in [rounds[-1]] if environment.anytime else rounds:
        game = environment.make(dimension, radius, T, device, **(parameters or {}))
        stops = list(rounds) if environment.anytime else [T]

        def noise(copies: int, game: Game = game) -> Noise:
            fresh = drawn(game, runs, generator(seed, device))
            if copies == 1:
                return fresh
            return lambda t: None if (raw := fresh(t)) is None else raw.repeat(copies, 1)

        told = {stop: constants(game, stop) for stop in stops}
        for checkpoint, rows in _prefixes(game, stops, runs, noise(1), device):
            frames.append((checkpoint, rows, told))
        for checkpoint, rows in _one_block_per_horizon(game, stops, runs, noise(len(stops)), device):
            frames.append((checkpoint, rows, told))
    return pd.concat(
        [
            pd.DataFrame(row_block(one, block, rows)).assign(
                learner=one.learner, rounds=one.rounds, block=np.arange(runs // block), runs=block, **told[one.rounds]
            )
            for one, rows, told in frames
        ],
        ignore_index=True,
    ).assign(environment=environment.name)


def _split(anytime: bool) -> list[Learner]:
    return [one for one in learners().values() if one.anytime == anytime]


def _prefixes(game: Game, stops: list[int], runs: int, noise: Noise, device: str) -> Iterator[tuple[Checkpoint, slice]]:
    known = Known(game.domain, game.smoothness, game.largest_gradient)
    for checkpoint in play(
        game,
        _split(True),
        stops[-1],
        runs,
        noise,
        checkpoints=stops,
        device=device,
        known=known,
        diagnostics=True,
    ):
        yield checkpoint, slice(None)


def _one_block_per_horizon(
    game: Game, stops: list[int], runs: int, noise: Noise, device: str
) -> Iterator[tuple[Checkpoint, slice]]:
    horizons = torch.tensor(stops, dtype=torch.float64, device=device).repeat_interleave(runs)[:, None]
    known = Known(game.domain, game.smoothness, game.largest_gradient, rounds=horizons)
    for checkpoint in play(
        game,
        _split(False),
        stops[-1],
        runs * len(stops),
        noise,
        checkpoints=stops,
        device=device,
        known=known,
        diagnostics=True,
    ):
        first = stops.index(checkpoint.rounds) * runs
        yield checkpoint, slice(first, first + runs)
