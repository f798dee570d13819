"""Canonicalisation functions of rewards, batched in torch (float64), from their definitions.

Shapes: tau (B, S, A, S), gamma (B,) or a number, R (B, S, A, S) -> (B, S, A, S). Laws: policy (B, S, A),
states (B, S), actions (B, A). A canonicalisation in the sense of the paper is linear, differs from R by potential
shaping and S'-redistribution, and agrees exactly on rewards that do; ``value_adjusted_levelling`` and ``minimal_l2``
are such. EPIC's and DARD's are not: EPIC's keeps S'-redistribution apart, DARD's changes the order of policies.
"""

from __future__ import annotations

from typing import Any

import torch


def _discount(gamma: Any, tau: torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(gamma, dtype=tau.dtype, device=tau.device).expand(tau.shape[0])


def expected_reward(tau: torch.Tensor, R: torch.Tensor) -> torch.Tensor:
    """r(s, a) = sum_s' tau(s'|s, a) R(s, a, s'), shape (B, S, A)."""
    return (tau * R).sum(-1)


def shape(gamma: Any, R: torch.Tensor, potential: torch.Tensor) -> torch.Tensor:
    """Potential shaping: R + gamma Phi(s') - Phi(s), potential (B, S)."""
    discount = _discount(gamma, R)
    return R + discount[:, None, None, None] * potential[:, None, None, :] - potential[:, :, None, None]


def _uniform(tau: torch.Tensor) -> torch.Tensor:
    return torch.full_like(tau[..., 0], 1 / tau.shape[2])


def policy_values(tau: torch.Tensor, gamma: Any, r: torch.Tensor, policy: torch.Tensor) -> torch.Tensor:
    """V^pi of a stochastic policy by one linear solve, shape (B, S)."""
    chain = torch.einsum("bsa,bsat->bst", policy, tau)
    system = torch.eye(tau.shape[1], dtype=tau.dtype, device=tau.device) - _discount(gamma, tau)[:, None, None] * chain
    return torch.linalg.solve(system, (policy * r).sum(-1))


def value_adjusted_levelling(
    tau: torch.Tensor, gamma: Any, R: torch.Tensor, policy: torch.Tensor | None = None
) -> torch.Tensor:
    """E_S'[R(s, a, S') - V^pi(s) + gamma V^pi(S')], the advantage of pi (uniform if not given), for every s'."""
    policy = _uniform(tau) if policy is None else policy
    r = expected_reward(tau, R)
    values = policy_values(tau, gamma, r, policy)
    ahead = _discount(gamma, tau)[:, None, None] * torch.einsum("bsat,bt->bsa", tau, values)
    return (r - values[:, :, None] + ahead)[..., None].expand_as(R)


def shaping_matrix(tau: torch.Tensor, gamma: Any) -> torch.Tensor:
    """M = E - gamma P of shape (B, S A, S)."""
    b, s, a, _ = tau.shape
    same = torch.eye(s, dtype=tau.dtype, device=tau.device).repeat_interleave(a, 0)
    return same - _discount(gamma, tau)[:, None, None] * tau.reshape(b, s * a, s)


def minimal_l2(tau: torch.Tensor, gamma: Any, R: torch.Tensor) -> torch.Tensor:
    """The reward of least L2 norm among those that differ from R by shaping and S'-redistribution.

    With weights w^2 = 1/||tau(.|s, a)||_2^2: Phi solves M^T W^2 (r - M Phi) = 0, q = r - M Phi, and
    c(R)(s, a, s') = q(s, a) tau(s'|s, a)/||tau(.|s, a)||_2^2.
    """
    b, s, a, _ = tau.shape
    squares = (tau**2).sum(-1)
    weight = (1 / squares).reshape(b, s * a, 1)
    M = shaping_matrix(tau, gamma)
    r = expected_reward(tau, R).reshape(b, s * a, 1)
    normal = M.transpose(1, 2) @ (weight * M)
    q = (r - M @ torch.linalg.solve(normal, M.transpose(1, 2) @ (weight * r))).reshape(b, s, a)
    return q[..., None] * tau / squares[..., None]


def minimal_potential(gamma: Any, R: torch.Tensor) -> torch.Tensor:
    """The reward of least L2 norm among those that differ from R by shaping alone (no canonicalisation of the paper).

    The normal matrix is A (S (1 + gamma^2) I - 2 gamma 1 1^T), inverted in closed form.
    """
    _, s, a, _ = R.shape
    discount = _discount(gamma, R)[:, None]
    b = R.sum((2, 3)) - discount * R.sum((1, 2))
    mean = b.mean(1, keepdim=True)
    potential = (b - mean) / (a * s * (1 + discount**2)) + mean / (a * s * (1 - discount) ** 2)
    return shape(gamma, R, potential)


def epic(
    gamma: Any, R: torch.Tensor, states: torch.Tensor | None = None, actions: torch.Tensor | None = None
) -> torch.Tensor:
    """R + E[gamma R(s', A, S') - R(s, A, S') - gamma R(S, A, S')], S, S' ~ states and A ~ actions independent."""
    b, s, a, _ = R.shape
    states = torch.full((b, s), 1 / s, dtype=R.dtype, device=R.device) if states is None else states
    actions = torch.full((b, a), 1 / a, dtype=R.dtype, device=R.device) if actions is None else actions
    mean = torch.einsum("bsat,ba,bt->bs", R, actions, states)
    discount = _discount(gamma, R)
    constant = (discount * (states * mean).sum(-1))[:, None, None, None]
    return shape(gamma, R, mean) - constant


def dard(tau: torch.Tensor, gamma: Any, R: torch.Tensor, actions: torch.Tensor | None = None) -> torch.Tensor:
    """R + E[gamma R(s', A, S'') - R(s, A, S') - gamma R(S', A, S'')]; S' ~ tau(s, A), S'' ~ tau(s', A), one A."""
    b, _, a, _ = R.shape
    actions = torch.full((b, a), 1 / a, dtype=R.dtype, device=R.device) if actions is None else actions
    mean = torch.einsum("ba,bsa->bs", actions, expected_reward(tau, R))
    t, rewards = tau.transpose(1, 2), R.transpose(1, 2)
    coupled = torch.einsum("ba,bast->bst", actions, t @ rewards @ t.transpose(2, 3))
    discount = _discount(gamma, R)
    return shape(gamma, R, mean) - discount[:, None, None, None] * coupled[:, :, None, :]


def value_potential(tau: torch.Tensor, gamma: Any, R: torch.Tensor, policy: torch.Tensor | None = None) -> torch.Tensor:
    """R - V^pi(s) + gamma V^pi(s') without the expectation over s': not invariant to S'-redistribution."""
    policy = _uniform(tau) if policy is None else policy
    values = policy_values(tau, gamma, expected_reward(tau, R), policy)
    return shape(gamma, R, values)
