"""Exact evaluation and optimisation of policies, batched in torch (float64): one linear solve per policy.

Shapes: tau (B, S, A, S), mu0 (B, S), gamma (B,) or a number, r (B, S, A) expected rewards, actions (B, S)
deterministic policies, policy (B, S, A) stochastic ones.
"""

from __future__ import annotations

from typing import Any

import torch

_SWITCH = 1e-11
_MAX_ROUNDS = 200


def _discount(gamma: Any, tau: torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(gamma, dtype=tau.dtype, device=tau.device).expand(tau.shape[0])


def chain(tau: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """Transition matrices (B, S, S) of deterministic policies."""
    index = actions[:, :, None, None].expand(-1, -1, 1, tau.shape[-1])
    return tau.gather(2, index)[:, :, 0, :]


def values_of(tau: torch.Tensor, gamma: Any, r: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """V^pi = (I - gamma P_pi)^(-1) r_pi, shape (B, S)."""
    system = torch.eye(tau.shape[1], dtype=tau.dtype, device=tau.device) - _discount(gamma, tau)[:, None, None] * chain(
        tau, actions
    )
    return torch.linalg.solve(system, r.gather(2, actions[:, :, None])[:, :, 0])


def returns_of(
    tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, r: torch.Tensor, actions: torch.Tensor
) -> torch.Tensor:
    """J_r(pi) = mu0 . V^pi, shape (B,)."""
    return (mu0 * values_of(tau, gamma, r, actions)).sum(-1)


def occupancy_of(tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, actions: torch.Tensor) -> torch.Tensor:
    """Discounted state-action occupancy (B, S, A) of deterministic policies: total mass 1/(1 - gamma)."""
    system = torch.eye(tau.shape[1], dtype=tau.dtype, device=tau.device) - _discount(gamma, tau)[:, None, None] * chain(
        tau, actions
    )
    visits = torch.linalg.solve(system.transpose(1, 2), mu0)
    return torch.zeros_like(tau[..., 0]).scatter(2, actions[:, :, None], visits[:, :, None])


def optimal_actions(tau: torch.Tensor, gamma: Any, r: torch.Tensor, start: torch.Tensor | None = None) -> torch.Tensor:
    """An optimal deterministic policy (B, S) by Howard's policy iteration; incumbents are kept on ties."""
    actions = r.argmax(2) if start is None else start.clone()
    discount = _discount(gamma, tau)[:, None, None]
    for _ in range(_MAX_ROUNDS):
        values = values_of(tau, gamma, r, actions)
        q = r + discount * torch.einsum("bsat,bt->bsa", tau, values)
        current = q.gather(2, actions[:, :, None])[:, :, 0]
        best, choice = q.max(2)
        better = best > current + _SWITCH * (1 + q.abs().amax((1, 2)))[:, None]
        if not bool(better.any()):
            break
        actions = torch.where(better, choice, actions)
    return actions


def range_norm(
    tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, r: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """h(r) = max_pi J - min_pi J with a best and a worst policy: (h (B,), best (B, S), worst (B, S))."""
    best, worst = optimal_actions(tau, gamma, r), optimal_actions(tau, gamma, -r)
    high = returns_of(tau, mu0, gamma, r, best)
    low = returns_of(tau, mu0, gamma, r, worst)
    return high - low, best, worst
