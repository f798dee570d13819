"""One experiment: uniform noise."""

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from plumbline.nouns import Experiment


class Settings(BaseModel):
    shards: int
    samples: int
    width: float = 1.0


def noise(config: Settings, shard: int, seed: Any, device: str) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    values = config.width * generator.random(config.samples)
    return pd.DataFrame({"shard": shard, "value": values})


NOISE = Experiment("toy.noise", "Noise", Settings, noise, {"shard": "shard", "value": "value"})
