"""Regrets and distances of R and R + t R' over t: independent rewards of equal scale.

Family ``exogenous``: transitions ignore the two actions, all states weigh alike, closed forms. Family
``endogenous``: random sparse environments, exact worst-case regret.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from theory.starc import gaussian_law
from theory.starc.definitions.canonicalisations import epic, expected_reward, value_adjusted_levelling
from theory.starc.definitions.metrics import pearson_distance, range_distance, starc_distance
from theory.starc.definitions.regret import worst_case_regret
from theory.starc.definitions.returns import range_norm, returns_of
from theory.starc.random_mdps import sparse_transitions


class Settings(BaseModel):
    """``runs`` pairs of rewards in each family; t is spaced evenly in its logarithm, ends included."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    runs: int = Field(ge=2)
    least_t: float = Field(gt=0)
    largest_t: float = Field(gt=0)
    points: int = Field(ge=2)
    exogenous_states: int = Field(ge=2)
    states: int = Field(ge=2)
    actions: int = Field(ge=2)
    discount: float = Field(ge=0, lt=1)


def _exogenous(settings: Settings, t: np.ndarray, runs: int, draw: np.random.Generator) -> pd.DataFrame:
    weights = np.full(settings.exogenous_states, 1.0)
    first, other = draw.standard_normal((2, runs, 1, settings.exogenous_states))
    second = first + t[None, :, None] * other
    unit = [gaps / np.linalg.norm(gaps, axis=-1, keepdims=True) for gaps in (first, second)]
    columns = {
        "regret": gaussian_law.worst_case_regret(np.broadcast_to(first, second.shape), second, weights),
        "range": gaussian_law.range_distance(first, second, weights),
        "rollout": gaussian_law.rollout_regret(first, second, weights),
        "val": np.linalg.norm(unit[0] - unit[1], axis=-1),
    }
    return pd.DataFrame({name: values.reshape(-1) for name, values in columns.items()} | {"epic": np.nan})


def _endogenous(settings: Settings, t: np.ndarray, runs: int, draw: np.random.Generator, device: str) -> pd.DataFrame:
    s, a, gamma, points = settings.states, settings.actions, settings.discount, len(t)
    tau = torch.from_numpy(sparse_transitions(draw, runs, s, a)).to(device).repeat_interleave(points, 0)
    rewards = torch.from_numpy(draw.standard_normal((2, runs, s, a, s))).repeat_interleave(points, 1).to(device)
    R1 = rewards[0]
    R2 = R1 + torch.from_numpy(t).to(device).repeat(runs)[:, None, None, None] * rewards[1]
    r1, r2 = expected_reward(tau, R1), expected_reward(tau, R2)
    mu0 = torch.full_like(tau[:, :, 0, 0], 1 / s)
    h1, best, _ = range_norm(tau, mu0, gamma, r1)
    _, followed, _ = range_norm(tau, mu0, gamma, r2)
    lost = returns_of(tau, mu0, gamma, r1, best) - returns_of(tau, mu0, gamma, r1, followed)
    levelled = [value_adjusted_levelling(tau, gamma, R) for R in (R1, R2)]
    columns = {
        "regret": worst_case_regret(tau, mu0, gamma, r1, r2).value,
        "range": range_distance(tau, mu0, gamma, r1, r2),
        "rollout": (lost / h1).clamp_min(0),
        "val": starc_distance(levelled[0], levelled[1]),
        "epic": pearson_distance(epic(gamma, R1), epic(gamma, R2)),
    }
    return pd.DataFrame({name: values.cpu().numpy() for name, values in columns.items()})


def scaling(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th run of both families."""
    draw = np.random.default_rng(seed)
    t = np.geomspace(settings.least_t, settings.largest_t, settings.points)
    mine = np.arange(shard, settings.runs, settings.shards)
    frames = {
        "exogenous": _exogenous(settings, t, len(mine), draw),
        "endogenous": _endogenous(settings, t, len(mine), draw, device),
    }
    for family, frame in frames.items():
        frame["family"], frame["run"], frame["t"] = family, np.repeat(mine, len(t)), np.tile(t, len(mine))
    return pd.concat(frames.values(), ignore_index=True)


SCALING = Experiment(
    "starc.scaling",
    "Regrets and distances over the size of a perturbation",
    Settings,
    scaling,
    {
        "family": "exogenous (transitions ignore actions) or endogenous (random sparse environment)",
        "run": "index of the pair of rewards in its family",
        "t": "size of the perturbation: the second reward is R + t R'",
        "regret": "worst-case regret W(R, R + t R')",
        "range": "d_Omega, the range metric",
        "val": "value-adjusted levelling, L2 norm and metric",
        "epic": "EPIC distance; may be NaN (not computed in the exogenous family)",
        "rollout": "regret under R of the optimal policy of R + t R', over the range",
    },
)
