"""Regret over T between the stochastic and the adversarial end: every learner on every environment of the folders."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.errors import UnknownNameError
from plumbline.nouns import Experiment
from simulations.sea_omd.tables import CONSTANTS, REGRETS, chosen, regret_table
from theory.sea_omd.play import spaced


class Settings(BaseModel):
    """``runs`` seeds per shard, averaged over ``block`` of them; T evenly spaced in its logarithm, ends included.

    ``without``: environments left out; ``parameters``: of environments, by name, instead of their defaults.
    """

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    runs: int = Field(ge=1)
    block: int = Field(ge=1)
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    points: int = Field(ge=1)
    dimension: int = Field(ge=1)
    radius: float = Field(gt=0)
    without: list[str]
    parameters: dict[str, dict[str, float]] = {}


def interpolation(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: all environments and learners, with seeds of its own."""
    rounds = spaced(settings.first, settings.last, settings.points)
    played = chosen(settings.without)
    unplayed = sorted(set(settings.parameters) - {one.name for one in played})
    if unplayed:
        raise UnknownNameError(f"parameters: no environment {', '.join(unplayed)} is played")
    frames = [
        regret_table(
            one,
            rounds,
            settings.runs,
            settings.block,
            stream,
            device,
            dimension=settings.dimension,
            radius=settings.radius,
            parameters=settings.parameters.get(one.name),
        )
        for one, stream in zip(played, seed.spawn(len(played)), strict=True)
    ]
    return pd.concat(frames, ignore_index=True).assign(shard=shard)


INTERPOLATION = Experiment(
    "sea_omd.interpolation",
    "Regret over the number of rounds, between stochastic and adversarial",
    Settings,
    interpolation,
    {
        "shard": "shard",
        "environment": "environment's name",
        "learner": "learner's name",
        "rounds": "T, number of rounds",
        "block": "index of the block of seeds in its shard",
        "runs": "seeds averaged in this row",
        **REGRETS,
        **CONSTANTS,
    },
)
