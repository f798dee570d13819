"""Worst instances: for each tau and beta the smallest surrogate regret that a search over laws finds.

A law has the predicted label last, ``p_k = y``, a likeliest label first, ``p_j = y + beta``, and n - 2 others
below ``p_j``. Its regret is evaluated from the definition (:mod:`theory.comp_sum.definitions`); no closed form of a
transformation is used.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from theory.comp_sum import definitions

_CONCENTRATIONS = (0.1, 0.5, 1.0, 5.0)


class Settings(BaseModel):
    """Sizes of the search; ``samples`` random laws per (tau, beta), then ``rounds`` of local search."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    taus: list[float] = Field(min_length=1)
    classes: int = Field(ge=2)
    betas: int = Field(ge=2)
    samples: int = Field(ge=1)
    grid: int = Field(ge=2)
    parents: int = Field(ge=1)
    children: int = Field(ge=1)
    rounds: int = Field(ge=0)


def _assemble(y: torch.Tensor, rest: torch.Tensor, beta: float) -> torch.Tensor:
    """Laws (y + beta, rest, y); the rest is scaled to the mass that is left and capped at y + beta.

    Laws whose other labels cannot hold their mass below the cap move it evenly (water filling by a few rounds).
    """
    n = rest.shape[-1] + 2
    if n == 2:
        y = torch.full_like(y, (1 - beta) / 2)
        return torch.stack([y + beta, y], -1)
    top = y + beta
    mass = (1 - beta - 2 * y).clamp_min(0.0)
    share = rest / rest.sum(-1, keepdim=True).clamp_min(1e-300) * mass[:, None]
    for _ in range(8):
        share = torch.minimum(share, top[:, None])
        missing = mass - share.sum(-1)
        room = top[:, None] - share
        share = share + room * (missing / room.sum(-1).clamp_min(1e-300)).clamp(0.0, 1.0)[:, None]
    return torch.cat([top[:, None], share, y[:, None]], -1)


def _feasible_mass(beta: float, n: int) -> tuple[float, float]:
    """The range of y: the other n - 2 labels must be able to hold 1 - beta - 2y below y + beta."""
    return max(0.0, (1 - (n - 1) * beta) / n), (1 - beta) / 2


def _structured(beta: float, n: int, grid: int) -> tuple[torch.Tensor, torch.Tensor]:
    """m - 2 equal labels beside the pair, for every m and a grid of y: contains two classes and all pools."""
    low, high = _feasible_mass(beta, n)
    levels = torch.linspace(low, high, grid, dtype=torch.float64)
    if n == 2:
        return levels, torch.zeros(grid, 0, dtype=torch.float64)
    rests = torch.tril(torch.ones(n - 2, n - 2, dtype=torch.float64))
    return levels.repeat_interleave(n - 2), rests.repeat(grid, 1)


def _random(beta: float, n: int, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    low, high = _feasible_mass(beta, n)
    level = low + (high - low) * torch.rand(count, generator=generator, dtype=torch.float64) ** 2
    which = torch.randint(len(_CONCENTRATIONS), (count, 1), generator=generator)
    power = (1 / torch.tensor(_CONCENTRATIONS, dtype=torch.float64))[which]
    rest = torch.rand(count, max(n - 2, 0), generator=generator, dtype=torch.float64).clamp_min(1e-12) ** power
    return level, rest


def worst_law(
    tau: float, beta: float, settings: Settings, generator: torch.Generator, device: str
) -> tuple[float, torch.Tensor, int]:
    """The smallest regret found, its law, and how many laws were evaluated."""
    n = settings.classes
    parts = [_structured(beta, n, settings.grid), _random(beta, n, settings.samples, generator)]
    level, rest = (torch.cat(column) for column in zip(*parts, strict=True))
    laws = _assemble(level, rest, beta).to(device)
    values = definitions.least_regret_predicting(laws, tau)
    evaluations = len(values)
    best = torch.argsort(values)[: settings.parents]
    laws, values = laws[best], values[best]
    width = 0.1
    for _ in range(settings.rounds):
        noise = torch.randn(len(laws), settings.children, n, generator=generator, dtype=torch.float64).to(device)
        moved = (laws[:, None, :] * (width * noise).exp()).reshape(-1, n)
        low, high = _feasible_mass(beta, n)
        children = _assemble(moved[:, -1].clamp(low, high), moved[:, 1:-1], beta)
        pool, regrets = (
            torch.cat([laws, children]),
            torch.cat([values, definitions.least_regret_predicting(children, tau)]),
        )
        evaluations += len(children)
        best = torch.argsort(regrets)[: settings.parents]
        laws, values, width = pool[best], regrets[best], width * 0.8
    return float(values[0]), laws[0].cpu(), evaluations


def search(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th pair (tau, beta)."""
    generator = torch.Generator().manual_seed(int(seed.generate_state(1, np.uint64)[0] >> 1))
    betas = (np.arange(settings.betas) + 1) / settings.betas
    pairs = [(tau, float(beta)) for tau in settings.taus for beta in betas]
    rows: list[dict[str, Any]] = []
    for tau, beta in pairs[shard :: settings.shards]:
        regret, law, evaluations = worst_law(tau, beta, settings, generator, device)
        rows.append(
            {
                "tau": tau,
                "n": settings.classes,
                "beta": beta,
                "regret": regret,
                "evaluations": evaluations,
                "law": json.dumps(law.tolist()),
            }
        )
    return pd.DataFrame(rows)


TRANSFORMATIONS = Experiment(
    "comp_sum.transformations",
    "Worst instances of the comp-sum losses",
    Settings,
    search,
    {
        "tau": "parameter of the loss",
        "n": "number of labels",
        "beta": "zero-one conditional regret of the instance",
        "regret": "smallest surrogate conditional regret found (nats for tau = 1)",
        "evaluations": "laws evaluated",
        "law": "the law that attains it, JSON list, predicted label last",
    },
)
