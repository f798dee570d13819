"""Simulated tails of the mean of independent variables in {0, 1}."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment


class Settings(BaseModel):
    """``samples`` means of ``n`` variables for each probability p of 1."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    n: int = Field(ge=1)
    probabilities: list[float] = Field(min_length=1)
    samples: int = Field(ge=2)


def tails(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th probability, with the number of means that reach each k/n > p."""
    draw, rows = np.random.default_rng(seed), []
    for p in settings.probabilities[shard :: settings.shards]:
        sums = torch.from_numpy(draw.binomial(settings.n, p, settings.samples)).to(device)
        reached = torch.bincount(sums, minlength=settings.n + 1).flip(0).cumsum(0).flip(0).cpu().numpy()
        for k in range(int(settings.n * p) + 1, settings.n):
            rows.append({"p": p, "q": k / settings.n, "n": settings.n, "reached": int(reached[k])})
    return pd.DataFrame(rows).assign(samples=settings.samples)


TAILS = Experiment(
    "concentration.tails",
    "Simulated tails",
    Settings,
    tails,
    {
        "p": "probability of 1",
        "q": "threshold of the mean",
        "n": "number of variables",
        "reached": "number of sampled means of at least q",
        "samples": "number of sampled means",
    },
)
