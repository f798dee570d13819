"""The noise term's constant from below: linear losses with biased signs, all biases and seeds as one batch.

Regret over D s sqrt(T) at its worst bias is a lower bound for the learner's coefficient of D sqrt(sigma^2_{1:T}).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.sea_omd.tables import CONSTANTS, REGRETS, averaged, generator, totals
from theory.sea_omd.environments import environment
from theory.sea_omd.learners import learners
from theory.sea_omd.play import drawn, play


class Settings(BaseModel):
    """``runs`` seeds of every bias c per shard, averaged over ``block`` of them."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    runs: int = Field(ge=1)
    block: int = Field(ge=1)
    rounds: list[int] = Field(min_length=1)
    biases: list[float] = Field(min_length=1)


def noise_constant(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: all learners at all biases on [-1, 1] with slopes +-1."""
    per_run = torch.tensor(settings.biases, dtype=torch.float64, device=device).repeat_interleave(settings.runs)
    blocks = settings.runs // settings.block
    frames = []
    for T, stream in zip(settings.rounds, seed.spawn(len(settings.rounds)), strict=True):
        game = environment("biased_signs").make(1, 1.0, T, device, bias=per_run)
        noise = drawn(game, len(per_run), generator(stream, device))
        known = game.known(T)
        exact = totals(game.variation(T))
        for last in play(game, learners().values(), T, len(per_run), noise, device=device, diagnostics=True):
            columns = {name: getattr(last, name) for name in REGRETS} | exact
            frame = pd.DataFrame(
                {name: averaged(torch.as_tensor(value), settings.block) for name, value in columns.items()}
            )
            frames.append(
                frame.assign(
                    learner=last.learner,
                    rounds=T,
                    bias=np.repeat(settings.biases, blocks),
                    block=np.tile(np.arange(blocks), len(settings.biases)),
                    diameter=known.D,
                    smoothness=game.smoothness,
                    largest_gradient=float(game.largest_gradient),
                )
            )
    return pd.concat(frames, ignore_index=True).assign(shard=shard, runs=settings.block)


NOISE_CONSTANT = Experiment(
    "sea_omd.noise_constant",
    "Regret on biased signs, at all biases",
    Settings,
    noise_constant,
    {
        "shard": "shard",
        "learner": "learner's name",
        "rounds": "T, number of rounds",
        "bias": "c: a slope is +1 with probability (1 + c/sqrt T)/2, else -1",
        "block": "index of the block of seeds in its shard",
        "runs": "seeds averaged in this row",
        **REGRETS,
        **CONSTANTS,
    },
)
