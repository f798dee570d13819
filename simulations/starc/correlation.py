"""Distances against exact worst-case regret on random sparse environments: every canonicalisation, norm and metric.

For each pair (R1, R2) the rewards (1 - t) R1 + t R2, t = 1/n, ..., 1, are compared with R1. Canonicalisations are
linear, so they are computed once for R1 and R2. Worst-case regret is exact, both ways; rollout regret is that of
optimal policies.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from theory.starc.definitions import canonicalisations
from theory.starc.definitions.metrics import NORMS, lp_norm, pearson_distance, range_distance
from theory.starc.definitions.regret import worst_case_regret
from theory.starc.definitions.returns import range_norm, returns_of
from theory.starc.random_mdps import random_rewards, sparse_transitions

CANONICALISATIONS = {
    "none": "the reward itself",
    "epic": "EPIC's, uniform laws",
    "dard": "DARD's, uniform actions",
    "minimal_potential": "least L2 norm under shaping alone",
    "value_potential": "R - V(s) + gamma V(s'), uniform policy",
    "val": "value-adjusted levelling, uniform policy",
    "minimal_l2": "least L2 norm under shaping and S'-redistribution",
}


class Settings(BaseModel):
    """``mdps`` environments in all, ``pairs`` of rewards in each, ``steps`` interpolated rewards for each pair."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    mdps: int = Field(ge=1)
    pairs: int = Field(ge=1)
    steps: int = Field(ge=1)
    states: int = Field(ge=2)
    actions: int = Field(ge=2)
    discount: float = Field(ge=0, lt=1)
    chunk: int = Field(ge=1)


def canonical_forms(tau: torch.Tensor, gamma: float, R: torch.Tensor) -> dict[str, torch.Tensor]:
    """All canonical forms of R (B, S, A, S), by name."""
    return {
        "none": R,
        "epic": canonicalisations.epic(gamma, R),
        "dard": canonicalisations.dard(tau, gamma, R),
        "minimal_potential": canonicalisations.minimal_potential(gamma, R),
        "value_potential": canonicalisations.value_potential(tau, gamma, R),
        "val": canonicalisations.value_adjusted_levelling(tau, gamma, R),
        "minimal_l2": canonicalisations.minimal_l2(tau, gamma, R),
    }


def distances(first: torch.Tensor, second: torch.Tensor, t: torch.Tensor, name: str) -> dict[str, torch.Tensor]:
    """m(s(R1), s(R_t)) for all norms and metrics of one canonicalisation; forms (B, S, A, S), out (B, steps)."""
    pairs, steps = first.shape[0], t.shape[0]
    out = {}
    a = first.reshape(pairs, -1)
    along = a[:, None, :] + t[None, :, None] * (second.reshape(pairs, -1) - a)[:, None, :]
    flat = along.reshape(pairs * steps, -1)
    for norm in NORMS:
        size = lp_norm(flat, norm).reshape(pairs, steps, 1)
        gap = (a / lp_norm(a, norm)[:, None])[:, None, :] - along / size
        gap = gap.reshape(pairs * steps, -1)
        for metric in NORMS:
            out[f"{name}_{norm}_{metric}"] = lp_norm(gap, metric).reshape(pairs, steps)
    if name in ("epic", "dard"):
        spread = a[:, None, :].expand(pairs, steps, -1).reshape(pairs * steps, -1)
        out[f"{name}_pearson"] = pearson_distance(spread, flat).reshape(pairs, steps)
    return out


def _regrets(tau: torch.Tensor, gamma: float, r1: torch.Tensor, rt: torch.Tensor) -> dict[str, torch.Tensor]:
    """Worst-case regret both ways, rollout regret (mean of both orders) and d_Omega for expected rewards (B, S, A)."""
    mu0 = torch.full_like(tau[:, :, 0, 0], 1 / tau.shape[1])
    there, back = worst_case_regret(tau, mu0, gamma, r1, rt), worst_case_regret(tau, mu0, gamma, rt, r1)
    rollout = torch.zeros_like(there.value)
    (h1, best1, _), (ht, best_t, _) = range_norm(tau, mu0, gamma, r1), range_norm(tau, mu0, gamma, rt)
    for h, r, own, other in ((h1, r1, best1, best_t), (ht, rt, best_t, best1)):
        lost = returns_of(tau, mu0, gamma, r, own) - returns_of(tau, mu0, gamma, r, other)
        rollout = rollout + 0.5 * lost / h
    apart = range_distance(tau, mu0, gamma, r1, rt)
    return {"regret": there.value, "regret_back": back.value, "rollout": rollout.clamp_min(0), "range": apart}


def _chunk(settings: Settings, indices: list[int], draw: np.random.Generator, device: str) -> pd.DataFrame:
    s, a, gamma, pairs, steps = settings.states, settings.actions, settings.discount, settings.pairs, settings.steps
    count = len(indices) * pairs
    transitions = np.repeat(sparse_transitions(draw, len(indices), s, a), pairs, axis=0)
    first, second = (torch.from_numpy(random_rewards(draw, transitions, gamma)).to(device) for _ in range(2))
    tau = torch.from_numpy(transitions).to(device)
    t = torch.arange(1, steps + 1, dtype=torch.float64, device=device) / steps
    columns: dict[str, torch.Tensor] = {}
    forms1, forms2 = canonical_forms(tau, gamma, first), canonical_forms(tau, gamma, second)
    for name in CANONICALISATIONS:
        columns |= distances(forms1[name], forms2[name], t, name)
    r1, r2 = (canonicalisations.expected_reward(tau, R) for R in (first, second))
    along = r1[:, None] + t[None, :, None, None] * (r2 - r1)[:, None]
    flat = along.reshape(count * steps, s, a)
    columns |= _regrets(tau.repeat_interleave(steps, 0), gamma, r1.repeat_interleave(steps, 0), flat)
    frame = pd.DataFrame({name: values.reshape(-1).cpu().numpy() for name, values in columns.items()})
    frame["mdp"] = np.repeat(indices, pairs * steps)
    frame["pair"] = np.tile(np.repeat(np.arange(pairs), steps), len(indices))
    frame["t"] = np.tile(t.cpu().numpy(), count)
    return frame


def study(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th environment."""
    draw = np.random.default_rng(seed)
    mine = list(range(shard, settings.mdps, settings.shards))
    chunks = [mine[k : k + settings.chunk] for k in range(0, len(mine), settings.chunk)]
    return pd.concat([_chunk(settings, chunk, draw, device) for chunk in chunks], ignore_index=True)


def _columns() -> dict[str, str]:
    columns = {
        "mdp": "index of the environment",
        "pair": "index of the pair of rewards in its environment",
        "t": "the second reward is (1 - t) R1 + t R2",
        "regret": "W(R1, R_t), exact worst-case regret over the range of R1",
        "regret_back": "W(R_t, R1)",
        "rollout": "regret of the optimal policies over the range, mean of both orders",
        "range": "d_Omega, the range metric",
    }
    for name, text in CANONICALISATIONS.items():
        columns |= {
            f"{name}_{n}_{m}": f"canonicalisation: {text}; norm L{n}, metric L{m}" for n in NORMS for m in NORMS
        }
    return columns | {f"{name}_pearson": f"sqrt((1 - rho)/2) of {name.upper()}'s forms" for name in ("epic", "dard")}


CORRELATION = Experiment(
    "starc.correlation",
    "Distances against worst-case and rollout regret on random environments",
    Settings,
    study,
    _columns(),
)
