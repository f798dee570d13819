"""Worst-case regret between two rewards by discrete Newton steps, batched in torch (float64).

W(R1, R2) = max{J1(pi1) - J1(pi2) : J2(pi2) >= J2(pi1)} / h(R1); h(R1) W = min over lambda >= 0 of h(R1 - lambda R2),
a convex piecewise linear function of lambda whose supporting lines are the pairs of optimal policies. Newton's
steps between a line of negative and one of nonnegative slope end at its minimum after finitely many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from theory.starc.returns import optimal_actions, range_norm, returns_of

_MAX_STEPS = 100
_RELATIVE = 1e-13
TRIVIAL = 1e-12
"""A reward is trivial where its range norm is at most this share of its largest expected entry's range."""


@dataclass(frozen=True)
class WorstCaseRegret:
    """``value`` (B,) in [0, 1], ``multiplier`` (B,) = lambda*, ``h1`` and ``h2`` range norms, Newton ``steps``."""

    value: torch.Tensor
    multiplier: torch.Tensor
    h1: torch.Tensor
    h2: torch.Tensor
    steps: int


def _line(
    tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, r1: torch.Tensor, r2: torch.Tensor, lam: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(a, b) of the supporting line a - lambda b of h(R1 - lambda R2) at lambda."""
    q = r1 - lam[:, None, None] * r2
    best, worst = optimal_actions(tau, gamma, q), optimal_actions(tau, gamma, -q)
    a = returns_of(tau, mu0, gamma, r1, best) - returns_of(tau, mu0, gamma, r1, worst)
    b = returns_of(tau, mu0, gamma, r2, best) - returns_of(tau, mu0, gamma, r2, worst)
    return a, b


def _scale(r: torch.Tensor, gamma: torch.Tensor) -> torch.Tensor:
    return r.abs().amax((1, 2)) / (1 - gamma)


def worst_case_regret(
    tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, r1: torch.Tensor, r2: torch.Tensor
) -> WorstCaseRegret:
    """W(R1, R2) for a batch: 0 where R1 is trivial, 1 where R2 is trivial and R1 is not.

    Shapes as in :mod:`theory.starc.returns`; r1, r2 are expected rewards (B, S, A).
    """
    discount = torch.as_tensor(gamma, dtype=tau.dtype, device=tau.device).expand(tau.shape[0])
    h1, _, _ = range_norm(tau, mu0, discount, r1)
    h2, _, _ = range_norm(tau, mu0, discount, r2)
    trivial1 = h1 <= TRIVIAL * _scale(r1, discount)
    trivial2 = h2 <= TRIVIAL * _scale(r2, discount)
    value = torch.where(trivial1, torch.zeros_like(h1), torch.ones_like(h1))
    lam = torch.zeros_like(h1)
    zero = torch.zeros_like(h1)
    a_left, b_left = _line(tau, mu0, discount, r1, r2, zero)
    active = ~trivial1 & ~trivial2 & (b_left > _RELATIVE * h2)
    start = torch.where(active, 2 * h1 / h2.clamp_min(1e-300), zero)
    a_right, b_right = _line(tau, mu0, discount, r1, r2, start)
    steps = 0
    while bool(active.any()) and steps < _MAX_STEPS:
        steps += 1
        at = active.nonzero()[:, 0]
        aL, bL, aR, bR = a_left[at], b_left[at], a_right[at], b_right[at]
        meet = ((aL - aR) / (bL - bR)).clamp_min(0.0)
        below = aL - meet * bL
        a, b = _line(tau[at], mu0[at], discount[at], r1[at], r2[at], meet)
        height = a - meet * b
        done = (height <= below + _RELATIVE * h1[at]) | (b.abs() <= _RELATIVE * h2[at])
        lam[at] = meet
        value[at] = torch.where(done, (height / h1[at]).clamp(0.0, 1.0), value[at])
        left = b > 0
        a_left[at] = torch.where(left, a, aL)
        b_left[at] = torch.where(left, b, bL)
        a_right[at] = torch.where(left, aR, a)
        b_right[at] = torch.where(left, bR, b)
        active[at] = ~done
    return WorstCaseRegret(value, lam, h1, h2, steps)
