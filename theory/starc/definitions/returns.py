"""Exact evaluation and optimisation of policies, batched in torch (float64): one linear solve per policy.

Shapes: tau (B, S, A, S), mu0 (B, S), gamma (B,) or a number, r (B, S, A) expected rewards, actions (B, S)
deterministic policies. Howard's policy iteration keeps incumbents on ties, so that it ends; only policies that changed
are solved again, and best and worst policies, for one or two rewards at a time, share factorisations and batches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_SWITCH = 1e-11
_MAX_ROUNDS = 200


def _discount(gamma: Any, tau: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.as_tensor(gamma, dtype=tau.dtype, device=tau.device).expand(tau.shape[0])


def shaping_matrix(tau: torch.Tensor, gamma: Any) -> torch.Tensor:
    """M = E - gamma P as (B, S, A, S): row (s, a) is the row of I - gamma P_pi of any policy that takes a in s."""
    import torch

    M = tau * -_discount(gamma, tau)[:, None, None, None]
    torch.diagonal(M, dim1=1, dim2=3).add_(1.0)
    return M


def chain(tau: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """Transition matrices (B, S, S) of deterministic policies."""
    index = actions[:, :, None, None].expand(-1, -1, 1, tau.shape[-1])
    return tau.gather(2, index)[:, :, 0, :]


def values_of(tau: torch.Tensor, gamma: Any, r: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """V^pi = (I - gamma P_pi)^(-1) r_pi, shape (B, S)."""
    import torch

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
    import torch

    system = torch.eye(tau.shape[1], dtype=tau.dtype, device=tau.device) - _discount(gamma, tau)[:, None, None] * chain(
        tau, actions
    )
    visits = torch.linalg.solve(system.transpose(1, 2), mu0)
    return torch.zeros_like(tau[..., 0]).scatter(2, actions[:, :, None], visits[:, :, None])


@dataclass(frozen=True)
class Policies:
    """``actions`` (B, N, S): N deterministic policies in each MDP; ``values`` (B, N, S, K): theirs under K rewards."""

    actions: torch.Tensor
    values: torch.Tensor

    def at(self, index: torch.Tensor) -> Policies:
        """The policies of some of the MDPs."""
        return Policies(self.actions[index], self.values[index])

    def equals(self, other: Policies) -> torch.Tensor:
        """In which MDPs (B,) all policies are the same ones."""
        return (self.actions == other.actions).all(2).all(1)

    def where(self, mask: torch.Tensor, other: Policies) -> Policies:
        """These in the MDPs of ``mask`` (B,), the other ones elsewhere."""
        return Policies(_choose(mask, self.actions, other.actions), _choose(mask, self.values, other.values))


def _choose(mask: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x.where(mask.reshape(-1, *([1] * (x.ndim - 1))), y)


def solve(M: torch.Tensor, r: torch.Tensor, mdp: torch.Tensor, actions: torch.Tensor) -> torch.Tensor:
    """Values (n, S, K) of policies ``actions`` (n, S), policy i in MDP ``mdp[i]``; M (B, S, A, S), r (B, S, A, K)."""
    import torch

    _, s, a, _ = M.shape
    rows = ((mdp[:, None] * s + torch.arange(s, device=M.device)) * a + actions).reshape(-1)
    system = M.reshape(-1, s).index_select(0, rows).reshape(-1, s, s)
    right = r.reshape(-1, r.shape[-1]).index_select(0, rows).reshape(-1, s, r.shape[-1])
    return torch.linalg.solve(system, right)


def improve(
    M: torch.Tensor, r: torch.Tensor, weights: torch.Tensor, actions: torch.Tensor, values: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """One step of policy iteration: (actions, whether they changed) for policies (B, N, S) with ``weights`` (B, N, K).

    The objective of policy n is the reward sum_k weights[n, k] r_k; ``values`` (B, N, S) are under it, of the policies
    or of ones no better. An action changes only where another one gains more than 1e-11 of the size of the terms.
    """
    b, s, a, k = r.shape
    n = actions.shape[1]
    gain = (r.reshape(b, s * a, k) @ weights.mT).reshape(b, s, a, n)
    gain -= (M.reshape(b, s * a, s) @ values.mT).reshape(b, s, a, n)
    size = (weights.abs() * r.abs().amax((1, 2))[:, None, :]).sum(-1) + values.abs().amax(2)
    best, choice = gain.max(2)
    current = gain.gather(2, actions.mT[:, :, None, :])[:, :, 0, :]
    better = (best > current + _SWITCH * size[:, None, :]).mT
    return choice.mT.where(better, actions), better.any(2)


def iterate(
    M: torch.Tensor, r: torch.Tensor, weights: torch.Tensor, start: Policies, stale: torch.Tensor | None = None
) -> Policies:
    """Optimal policies for the objectives ``weights`` (B, N, K) by Howard's policy iteration from ``start``.

    ``stale`` (B, N) marks policies whose values are not yet known; all of them if not given.
    """
    actions, values = start.actions.clone(), start.values.clone()
    pending = actions.new_ones(actions.shape[:2]).bool() if stale is None else stale
    for _ in range(_MAX_ROUNDS):
        mdp, which = pending.nonzero(as_tuple=True)
        if mdp.numel() == 0:
            break
        values[mdp, which] = solve(M, r, mdp, actions[mdp, which])
        whole = 4 * int(pending.any(1).sum()) > 3 * pending.shape[0]
        at = slice(None) if whole else pending.any(1).nonzero()[:, 0]
        objective = (values[at] @ weights[at][..., None])[..., 0]
        changed, moved = improve(M[at], r[at], weights[at], actions[at], objective)
        moved &= pending[at]
        actions[at] = changed.where(moved[..., None], actions[at])
        pending = pending.new_zeros(pending.shape)
        pending[at] = moved
    return Policies(actions, values)


def greedy(r: torch.Tensor, weights: torch.Tensor) -> Policies:
    """The policies (B, N, S) that are best for one step under the objectives, their values not yet known."""
    b, s, a, k = r.shape
    actions = (r.reshape(b, s * a, k) @ weights.mT).reshape(b, s, a, -1).argmax(2).mT.contiguous()
    return Policies(actions, r.new_zeros((*actions.shape, k)))


def optimal_actions(tau: torch.Tensor, gamma: Any, r: torch.Tensor, start: torch.Tensor | None = None) -> torch.Tensor:
    """An optimal deterministic policy (B, S) by Howard's policy iteration; incumbents are kept on ties."""
    rewards, one = r[..., None], r.new_ones((r.shape[0], 1, 1))
    first = greedy(rewards, one)
    if start is not None:
        first = Policies(start[:, None], first.values)
    return iterate(shaping_matrix(tau, gamma), rewards, one, first).actions[:, 0]


def range_norm(
    tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, r: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """h(r) = max_pi J - min_pi J with a best and a worst policy: (h (B,), best (B, S), worst (B, S))."""
    rewards = r[..., None]
    sides = r.new_tensor([[[1.0], [-1.0]]]).expand(r.shape[0], 2, 1)
    found = iterate(shaping_matrix(tau, gamma), rewards, sides, greedy(rewards, sides))
    high, low = (found.values[..., 0] * mu0[:, None]).sum(-1).unbind(1)
    return high - low, found.actions[:, 0], found.actions[:, 1]
