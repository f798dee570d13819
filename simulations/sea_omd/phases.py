"""Phase diagram: regret over per-round noise sigma and per-round shift Sigma, all cells and seeds as one batch.

F_t(x) = (L/2)||x - c_t||^2 with L = 1 on the ball, centres at +-Sigma/(2 L) along one axis in turn, noise uniform on
the sphere of radius sigma. sigma, Sigma and G vary from row to row of the batch.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.sea_omd.tables import CONSTANTS, REGRETS, generator, totals
from theory.sea_omd.definitions.domains import Ball
from theory.sea_omd.environments import Instance
from theory.sea_omd.learners import learners
from theory.sea_omd.play import drawn, play
from theory.sea_omd.quadratics import centre, moving_centres

SMOOTHNESS = 1.0


class Settings(BaseModel):
    """``cells`` values of sigma and of Sigma from ``least`` to ``largest``, even in the logarithm; ``runs`` seeds."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    cells: int = Field(ge=2)
    least: float = Field(gt=0)
    largest: float = Field(gt=0)
    runs: int = Field(ge=2)
    rounds: int = Field(ge=1)
    dimension: int = Field(ge=1)
    radius: float = Field(gt=0)


def game(sigma: torch.Tensor, shift: torch.Tensor, dimension: int, radius: float) -> Instance:
    """The game with sigma (S,) and Sigma (S,) per run."""
    reach = shift / (2 * SMOOTHNESS)
    first = reach[:, None] * centre([1.0], dimension, str(sigma.device))
    sides = (-first, first)
    largest = SMOOTHNESS * (radius + reach) + sigma
    return moving_centres(
        Ball(radius, dimension),
        SMOOTHNESS,
        lambda t: sides[t % 2],
        sigma,
        lambda T: (T - 1) * (2 * reach) ** 2,
        largest[:, None],
    )


def phases(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: all cells and learners, with seeds of its own; means and standard errors over them."""
    axis = np.geomspace(settings.least, settings.largest, settings.cells)
    sigma, shift = (values.reshape(-1) for values in np.meshgrid(axis, axis, indexing="ij"))
    rows = [torch.as_tensor(values, device=device).repeat_interleave(settings.runs) for values in (sigma, shift)]
    played = game(rows[0], rows[1], settings.dimension, settings.radius)
    T, runs = settings.rounds, settings.runs
    noise = drawn(played, len(rows[0]), generator(seed, device))
    known = {
        "diameter": torch.full_like(rows[0], played.domain.diameter),
        "smoothness": torch.full_like(rows[0], played.smoothness),
        "largest_gradient": torch.as_tensor(played.largest_gradient)[:, 0],
        **totals(played.variation(T)),
    }
    exact = {name: np.asarray(torch.as_tensor(value)[::runs].cpu()) for name, value in known.items()}
    frames = []
    for last in play(played, learners().values(), T, len(rows[0]), noise, device=device, diagnostics=True):
        columns: dict[str, np.ndarray] = {}
        for name in REGRETS:
            values = getattr(last, name).reshape(-1, runs)
            columns[name] = np.asarray(values.mean(-1).cpu())
            columns[f"{name}_error"] = np.asarray((values.std(-1) / runs**0.5).cpu())
        frames.append(pd.DataFrame({"sigma": sigma, "shift": shift, **columns, **exact}).assign(learner=last.learner))
    return pd.concat(frames, ignore_index=True).assign(shard=shard, rounds=T, runs=runs)


PHASES = Experiment(
    "sea_omd.phases",
    "Regret over noise and shift",
    Settings,
    phases,
    {
        "shard": "shard",
        "learner": "learner's name",
        "sigma": "sigma, noise of one round, gradient units",
        "shift": "Sigma, shift of one round, gradient units",
        "rounds": "T, number of rounds",
        "runs": "seeds of the cell",
        **{name: f"mean over seeds of: {text}" for name, text in REGRETS.items()},
        **{f"{name}_error": f"standard error of {name}; may be NaN where that is" for name in REGRETS},
        **CONSTANTS,
    },
)
