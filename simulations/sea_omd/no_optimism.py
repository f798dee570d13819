"""What the hint is for: growing blocks of one sign, with and without the last gradient as a hint. Nothing is random."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.sea_omd.tables import CONSTANTS, REGRETS, regret_table
from theory.sea_omd.environments import environment
from theory.sea_omd.play import spaced


class Settings(BaseModel):
    """T evenly spaced in its logarithm, ends included."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1, le=1)
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    points: int = Field(ge=1)


def no_optimism(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """All learners on slopes in growing blocks of one sign, on [-1, 1]."""
    rounds = spaced(settings.first, settings.last, settings.points)
    table = regret_table(environment("growing_blocks"), rounds, 1, 1, seed, device, dimension=1, radius=1.0)
    return table.drop(columns=["environment", "block", "runs", "pseudo_regret"])


NO_OPTIMISM = Experiment(
    "sea_omd.no_optimism",
    "Regret on growing blocks, with and without hints",
    Settings,
    no_optimism,
    {
        "learner": "learner's name",
        "rounds": "T, number of rounds",
        **{name: text for name, text in REGRETS.items() if name != "pseudo_regret"},
        **CONSTANTS,
    },
)
