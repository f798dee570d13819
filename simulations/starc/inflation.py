"""Distances of equivalent rewards estimated from m successors for each (s, a): the truth is 0.

The second reward is twice the first, shaped (``shaped``), with an S'-redistribution as well (``redistributed``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from theory.starc import sampling
from theory.starc.definitions.mdp import TabularMDP


class Settings(BaseModel):
    """``mdps`` environments with ``runs`` estimates for each m; m even, halves being used apart."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    mdps: int = Field(ge=1)
    runs: int = Field(ge=2)
    samples: list[int] = Field(min_length=2)
    states: int = Field(ge=2)
    actions: int = Field(ge=2)
    discount: float = Field(ge=0, lt=1)


def equivalent_rewards(draw: np.random.Generator, settings: Settings) -> tuple[TabularMDP, dict[str, np.ndarray]]:
    """A dense random environment, a reward and two that are equivalent to it."""
    s, a = settings.states, settings.actions
    mdp = TabularMDP(draw.dirichlet(np.ones(s), (s, a)), np.full(s, 1 / s), settings.discount)
    R, noise = draw.standard_normal((2, s, a, s))
    potential = draw.standard_normal(s)
    noise = noise - (mdp.transitions * noise).sum(-1, keepdims=True)
    shaped = 2 * R + mdp.discount * potential - potential[:, None, None]
    return mdp, {"first": R, "shaped": shaped, "redistributed": shaped + noise}


def inflation(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th environment."""
    draw = np.random.default_rng(seed)
    frames = []
    for index in range(shard, settings.mdps, settings.shards):
        mdp, rewards = equivalent_rewards(draw, settings)
        shaped = {name: sampling.shaped_by_values(mdp, R) for name, R in rewards.items()}
        for m in settings.samples:
            halves = [sampling.successor_counts(draw, mdp, m // 2, settings.runs) for _ in range(4)]
            own, other = (halves[0], halves[1]), (halves[2], halves[3])
            first = sampling.estimate(own[0] + own[1], shaped["first"])
            for kind in ("shaped", "redistributed"):
                second = {
                    "naive": sampling.estimate(other[0] + other[1], shaped[kind]),
                    "common": sampling.estimate(own[0] + own[1], shaped[kind]),
                }
                frame = {name: sampling.distance(first, form) for name, form in second.items()}
                parts = [
                    tuple(sampling.estimate(half, shaped[name]) for half in pair)
                    for name, pair in (("first", own), (kind, other))
                ]
                frame["debiased_square"] = sampling.debiased_square(*parts)  # type: ignore[arg-type]
                labels = {"mdp": index, "m": m, "kind": kind, "run": np.arange(settings.runs)}
                frames.append(pd.DataFrame(frame).assign(**labels))
    return pd.concat(frames, ignore_index=True)


INFLATION = Experiment(
    "starc.inflation",
    "Estimated distances of equivalent rewards over the number of samples",
    Settings,
    inflation,
    {
        "mdp": "index of the environment",
        "run": "index of the estimate",
        "m": "sampled successors for each (s, a) and reward",
        "kind": "how the second reward differs: shaped, or redistributed as well",
        "naive": "distance (VAL, L2) from independent samples for the two rewards",
        "common": "distance from the same samples for both",
        "debiased_square": "squared distance from two halves of the samples; may be NaN (undetermined)",
    },
)
