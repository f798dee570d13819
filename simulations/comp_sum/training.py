"""Surrogate and zero-one regret along stochastic gradient descent on problems with known least risks.

Every point of a trajectory is a pair (regret + gap) of the two losses, evaluated from the definitions; the theory says
how far the second may lie above the first. Seeds and tau are trained together as one batch.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.comp_sum.losses import clip_norm, comp_sum_loss
from simulations.comp_sum.problems import Problem, bias_only, linear, near_tie, tabular

_LONGEST = 10.0
_SLOWING = 50.0


class Settings(BaseModel):
    """``records`` points of each of ``seeds`` trajectories of ``steps`` steps on ``batch`` examples, for each tau."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    taus: list[float] = Field(min_length=1)
    seeds: int = Field(ge=1)
    steps: int = Field(ge=1)
    batch: int = Field(ge=1)
    records: int = Field(ge=2)
    rate: float = Field(gt=0)
    spread: float = Field(gt=0)
    inputs: int = Field(ge=2)
    labels: int = Field(ge=2)


def _examples(
    problem: Problem, count: tuple[int, ...], generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and labels drawn from the problem, by inversion of the distribution functions."""
    ends = problem.weights.cumsum(-1)
    inputs = torch.bucketize(torch.rand(count, generator=generator, dtype=torch.float64) * ends[-1], ends, right=True)
    height = torch.rand((*count, 1), generator=generator, dtype=torch.float64)
    labels = (height >= problem.laws.cumsum(-1)[inputs]).sum(-1)
    return inputs, labels.clamp_max(problem.labels - 1)


def _points(settings: Settings) -> set[int]:
    """Steps at which the regrets are recorded, evenly spaced in the logarithm."""
    spaced = np.geomspace(1, settings.steps, settings.records - 1)
    return {0, *np.round(spaced).astype(int).tolist()}


def trajectories(problem: Problem, settings: Settings, generator: torch.Generator, device: str) -> pd.DataFrame:
    """Regrets along the trajectories on one problem; every tau sees the same examples and starting points."""
    taus, seeds = settings.taus, settings.seeds
    shape = (seeds, *problem.start.shape)
    begin = problem.start + settings.spread * torch.randn(shape, generator=generator, dtype=torch.float64)
    inputs, labels = _examples(problem, (settings.steps, seeds, settings.batch), generator)
    w = begin.repeat(len(taus), 1, 1).to(device).requires_grad_()
    tau = torch.tensor(taus, dtype=torch.float64).repeat_interleave(seeds)[:, None].to(device)
    features = problem.features.to(device)
    frames, points = [], _points(settings)
    for step in range(settings.steps + 1):
        if step in points:
            frames.append(_measured(problem, w.detach().cpu(), settings).assign(step=step))
        if step == settings.steps:
            break
        chosen, wanted = inputs[step].to(device), labels[step].to(device)
        scores = features[chosen].repeat(len(taus), 1, 1) @ w
        comp_sum_loss(scores, wanted.repeat(len(taus), 1), tau).mean(-1).sum().backward()
        assert w.grad is not None
        clip_norm([w.grad], _LONGEST)
        with torch.no_grad():
            w -= settings.rate / (1 + step / _SLOWING) ** 0.5 * w.grad
        w.grad = None
    return pd.concat(frames, ignore_index=True)


def _measured(problem: Problem, w: torch.Tensor, settings: Settings) -> pd.DataFrame:
    seeds = settings.seeds
    risks = [problem.risk(w[i * seeds : (i + 1) * seeds], tau) for i, tau in enumerate(settings.taus)]
    return pd.DataFrame(
        {
            "tau": np.repeat(settings.taus, seeds),
            "seed": np.tile(np.arange(seeds), len(settings.taus)),
            "risk": torch.cat(risks).numpy(),
            "zero_one_risk": problem.zero_one_risk(w).numpy(),
        }
    )


def _with_regrets(problem: Problem, frame: pd.DataFrame) -> pd.DataFrame:
    """Least risks, gaps and their sums with the regrets, each loss from its own definition."""
    taus = sorted(set(frame["tau"]))
    least, mean = ({tau: value(tau) for tau in taus} for value in (problem.least_risk, problem.mean_bayes_risk))
    frame["least_risk"] = frame["tau"].map(least)
    frame["gap"] = frame["least_risk"] - frame["tau"].map(mean)
    frame["zero_one_least_risk"] = problem.least_zero_one_risk()
    frame["zero_one_gap"] = frame["zero_one_least_risk"] - problem.mean_zero_one_bayes_risk()
    frame["surrogate"] = frame["risk"] - frame["least_risk"] + frame["gap"]
    frame["zero_one"] = frame["zero_one_risk"] - frame["zero_one_least_risk"] + frame["zero_one_gap"]
    return frame.assign(problem=problem.name, n=problem.labels)


def train(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: all problems, with seeds of its own."""
    draws, laws = seed.spawn(2)
    generator = torch.Generator().manual_seed(int(draws.generate_state(1, np.uint64)[0] >> 1))
    problems = (bias_only(), linear(), near_tie(), tabular(laws, settings.inputs, settings.labels))
    frames = [_with_regrets(p, trajectories(p, settings, generator, device)) for p in problems]
    return pd.concat(frames, ignore_index=True).assign(shard=shard)


TRAINING = Experiment(
    "comp_sum.training",
    "Regrets along training on problems with known least risks",
    Settings,
    train,
    {
        "shard": "shard",
        "problem": "bias_only, linear, near_tie or tabular",
        "n": "number of labels",
        "tau": "parameter of the loss",
        "seed": "index of the trajectory",
        "step": "steps of stochastic gradient descent so far",
        "risk": "surrogate risk of the scores",
        "least_risk": "least surrogate risk over the hypothesis set; above tau = 1 the least of several descents",
        "gap": "surrogate minimizability gap: least_risk less the mean Bayes risk",
        "surrogate": "surrogate regret plus gap",
        "zero_one_risk": "zero-one risk; of tied labels the worst counts as predicted",
        "zero_one_least_risk": "least zero-one risk over the hypothesis set, by enumeration",
        "zero_one_gap": "zero-one minimizability gap",
        "zero_one": "zero-one regret plus gap",
    },
)
