"""The phase diagram of the worst case: over tau and beta, how many labels tie at the worst law.

Regrets and scores come from the definitions; no closed form of a transformation is used. Candidates are
laws with the predicted label last (mass y) and a likeliest label first (mass y + beta): k labels at the top, the rest
of the mass spread evenly over some of the others, y on a grid that is refined twice around the best.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from theory.comp_sum import definitions

_TIE = 1e-9
_PASSES = 3


class Settings(BaseModel):
    """Sizes: the grid of (tau, beta), the class numbers, and the levels of y per law in each pass."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    classes: list[int] = Field(min_length=1)
    lowest_tau: float = Field(gt=1)
    highest_tau: float = Field(gt=1)
    taus: int = Field(ge=2)
    betas: int = Field(ge=2)
    levels: int = Field(ge=3)


def _shapes(n: int) -> list[tuple[int, int]]:
    """(labels at the top, labels that share the rest), the predicted one counted in neither."""
    single = [(1, rest) for rest in range(n - 1)]
    level = [(top, n - 1 - top) for top in range(2, n)]
    return [*single, *level]


def _laws(n: int, shape: tuple[int, int], beta: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Laws (..., n) of one shape at (beta, y), and which of them exist."""
    top, rest = shape
    share = 1 - top * (y + beta) - y
    law = torch.zeros(*y.shape, n, dtype=torch.float64, device=y.device)
    law[..., :top] = (y + beta)[..., None]
    law[..., -1] = y
    if rest:
        law[..., top : top + rest] = (share / rest)[..., None]
    valid = (share >= -_TIE) & (share <= rest * (y + beta) + _TIE) & (y >= 0)
    law = law.clamp_min(0.0)
    return law / law.sum(-1, keepdim=True), valid


def _range(n: int, shape: tuple[int, int], beta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The values of y for which a law of this shape exists (an empty range ends below its start)."""
    top, rest = shape
    low = ((1 - (top + rest) * beta) / (top + rest + 1)).clamp_min(0.0)
    high = (1 - top * beta) / (top + 1)
    return low, high


def _least(n: int, shape: tuple[int, int], tau: float, beta: torch.Tensor, levels: int) -> tuple[torch.Tensor, Any]:
    """The smallest regret of one shape for every beta, and its laws."""
    low, high = _range(n, shape, beta)
    steps = torch.linspace(0, 1, levels, dtype=torch.float64, device=beta.device) ** 2
    for _ in range(_PASSES):
        y = low[:, None] + (high - low)[:, None] * steps
        law, valid = _laws(n, shape, beta[:, None].expand_as(y), y)
        regret = definitions.least_regret_predicting(law.reshape(-1, n), tau, validate=False).reshape(y.shape)
        regret = torch.where(valid, regret, torch.full_like(regret, torch.inf))
        best = regret.argmin(-1)
        rows = torch.arange(len(beta), device=beta.device)
        found = regret[rows, best], law[rows, best]
        low, high = y[rows, (best - 1).clamp_min(0)], y[rows, (best + 1).clamp_max(levels - 1)]
    return found


def worst_pools(n: int, tau: float, beta: torch.Tensor, levels: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The smallest regret over all shapes for every beta, its laws, and how many labels tie there."""
    regret = torch.full_like(beta, torch.inf)
    law = torch.zeros(len(beta), n, dtype=torch.float64, device=beta.device)
    for shape in _shapes(n):
        value, candidate = _least(n, shape, tau, beta, levels)
        better = value < regret - _TIE * beta
        regret = torch.where(better, value, regret)
        law = torch.where(better[:, None], candidate, law)
    s = definitions.best_softmax_predicting(law, tau)
    return regret, law, (s > s[:, -1:] - _TIE).sum(-1)


def diagram(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th tau. Nothing is random."""
    taus = np.linspace(settings.lowest_tau, settings.highest_tau, settings.taus)
    beta = (torch.arange(settings.betas, dtype=torch.float64, device=device) + 1) / settings.betas
    frames = []
    for n in settings.classes:
        for tau in taus[shard :: settings.shards]:
            regret, law, pool = worst_pools(n, float(tau), beta, settings.levels)
            frames.append(
                pd.DataFrame(
                    {
                        "n": n,
                        "tau": float(tau),
                        "beta": beta.cpu().numpy(),
                        "pool": pool.cpu().numpy(),
                        "support": (law > _TIE).sum(-1).cpu().numpy(),
                        "regret": regret.cpu().numpy(),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


POOLS = Experiment(
    "comp_sum.pools",
    "Pool sizes of the worst case over tau and beta",
    Settings,
    diagram,
    {
        "n": "number of labels",
        "tau": "parameter of the loss",
        "beta": "zero-one conditional regret",
        "pool": "labels whose scores tie at the worst law found, the predicted one among them",
        "support": "labels with positive mass at that law",
        "regret": "its surrogate conditional regret",
    },
)
