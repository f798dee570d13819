"""Minimizability gaps over tau, by minimisation: two equiprobable inputs with noisy labels, the same scores at both.

The laws are (1-e, e) and (e, 1-e) for noise e. Both terms of the gap, the best risk in the class and the mean
least conditional risk, are found by descent over scores (:mod:`theory.comp_sum.gaps`); no closed form is used.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from theory.comp_sum.gaps import FiniteInstance, least_risk


class Settings(BaseModel):
    """Noise levels and the grid of tau from 0 to ``largest_tau``, both ends included."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    noises: list[float] = Field(min_length=1)
    largest_tau: float = Field(gt=0)
    taus: int = Field(ge=2)


def noisy_inputs(noise: torch.Tensor) -> FiniteInstance:
    """Two equiprobable inputs whose likelier labels differ; noise (...) in [0, 1/2]."""
    laws = torch.stack([torch.stack([1 - noise, noise], -1), torch.stack([noise, 1 - noise], -1)], -2)
    return FiniteInstance(torch.full_like(laws[..., 0], 0.5), laws)


def minimise(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th pair (noise, tau). Nothing is random."""
    taus = np.linspace(0, settings.largest_tau, settings.taus)
    pairs = [(noise, tau) for noise in settings.noises for tau in taus][shard :: settings.shards]
    noise, tau = (torch.tensor(column, dtype=torch.float64, device=device) for column in zip(*pairs, strict=True))
    instance = noisy_inputs(noise)
    best = least_risk(instance.mean_law, tau)
    least = (instance.weights * least_risk(instance.laws, tau[:, None])).sum(-1)
    columns = {"noise": noise, "tau": tau, "best_in_class": best, "mean_least_risk": least, "gap": best - least}
    return pd.DataFrame({name: values.cpu().numpy() for name, values in columns.items()})


GAP_CURVES = Experiment(
    "comp_sum.gap_curves",
    "Minimizability gaps over tau with label noise",
    Settings,
    minimise,
    {
        "noise": "probability e of the less likely label at each input",
        "tau": "parameter of the loss",
        "best_in_class": "R*_tau(H), least risk of one score vector for both inputs (nats for tau = 1)",
        "mean_least_risk": "E[C*_tau(H, x)], mean over inputs of the least conditional risk",
        "gap": "minimizability gap M_tau(H), their difference",
    },
)
