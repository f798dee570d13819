"""Worst-case regret between two rewards by discrete Newton steps, batched in torch (float64).

W(R1, R2) = max{J1(pi1) - J1(pi2) : J2(pi2) >= J2(pi1)} / h(R1); h(R1) W = min over lambda >= 0 of h(R1 - lambda R2),
a convex piecewise linear function of lambda whose supporting lines are the pairs of optimal policies. Newton's
steps between a line of negative and one of nonnegative slope end at its minimum after finitely many: each that does not
end adds a line not seen before, and there are finitely many pairs of deterministic policies. Policy iteration at the
next lambda starts where the better one of both lines' policies is improved by one step, without any solve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from theory.starc.definitions.returns import Policies, greedy, improve, iterate, shaping_matrix

if TYPE_CHECKING:
    import torch

_MAX_STEPS = 100
_RELATIVE = 1e-13
TRIVIAL = 1e-12
"""A reward is trivial where its range norm is at most this share of its largest expected entry's range."""


@dataclass(frozen=True)
class WorstCaseRegret:
    """``value`` (B,) in [0, 1], ``multiplier`` (B,) = lambda*, ``h1`` and ``h2`` range norms, Newton ``steps``.

    Its certificate: ``upper`` and ``lower`` (B, S) with M upper >= r1 - lambda* r2 >= M lower bound h1 W from above by
    mu0.(upper - lower); ``left`` and ``right`` (B, 2, S), pairs (best, worst) of deterministic policies, mixed with
    weight ``theta`` on the left one, have no gap under R2 and that gap under R1.
    """

    value: torch.Tensor
    multiplier: torch.Tensor
    h1: torch.Tensor
    h2: torch.Tensor
    steps: int
    upper: torch.Tensor
    lower: torch.Tensor
    left: torch.Tensor
    right: torch.Tensor
    theta: torch.Tensor


@dataclass(frozen=True)
class _Problem:
    """M (B, S, A, S), both expected rewards (B, S, A, 2), mu0 (B, S)."""

    M: torch.Tensor
    r: torch.Tensor
    mu0: torch.Tensor

    def at(self, index: torch.Tensor) -> _Problem:
        return _Problem(self.M[index], self.r[index], self.mu0[index])

    def line(self, pair: Policies) -> tuple[torch.Tensor, torch.Tensor]:
        """(a, b) of the line a - lambda b: gaps of the pair (best, worst) under both rewards."""
        gaps = (self.mu0[:, :, None] * (pair.values[:, 0] - pair.values[:, 1])).sum(1)
        return gaps[:, 0], gaps[:, 1]

    def between(self, weights: torch.Tensor, left: Policies, right: Policies) -> Policies:
        """Optimal pairs for the objectives, started from the better one, state by state, of two known pairs."""
        values = [(pair.values @ weights[..., None])[..., 0] for pair in (left, right)]
        first = values[0] >= values[1]
        switched = left.actions.where(first, right.actions)
        actions, _ = improve(self.M, self.r, weights, switched, values[0].where(first, values[1]))
        known_left, known_right = ((actions == pair.actions).all(2) for pair in (left, right))
        known = left.values.where(known_left[..., None, None], right.values)
        return iterate(self.M, self.r, weights, Policies(actions, known), ~(known_left | known_right))


def _sides(lam: torch.Tensor) -> torch.Tensor:
    """Objectives (B, 2, 2): R1 - lambda R2 for the best policy, its negative for the worst one."""
    import torch

    one = torch.stack([torch.ones_like(lam), -lam], -1)
    return torch.stack([one, -one], 1)


def _scale(r: torch.Tensor, gamma: torch.Tensor) -> torch.Tensor:
    return r.abs().amax((1, 2)) / (1 - gamma)


def _turned(pair: Policies) -> Policies:
    return Policies(pair.actions.flip(1), pair.values.flip(1))


def worst_case_regret(
    tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, r1: torch.Tensor, r2: torch.Tensor
) -> WorstCaseRegret:
    """W(R1, R2) for a batch: 0 where R1 is trivial, 1 where R2 is trivial and R1 is not.

    Shapes as in :mod:`theory.starc.definitions.returns`; r1, r2 are expected rewards (B, S, A).
    """
    import torch

    discount = torch.as_tensor(gamma, dtype=tau.dtype, device=tau.device).expand(tau.shape[0])
    whole = _Problem(shaping_matrix(tau, discount), torch.stack([r1, r2], -1), mu0)
    zero = torch.zeros_like(mu0[:, 0])
    sides = _sides(zero)
    left = iterate(whole.M, whole.r, sides, greedy(whole.r, sides))
    second = sides.flip(2)
    other = iterate(whole.M, whole.r, second, greedy(whole.r, second))
    (h1, b_left), (_, h2) = whole.line(left), whole.line(other)
    trivial = h1 <= TRIVIAL * _scale(r1, discount)
    active = ~trivial & (h2 > TRIVIAL * _scale(r2, discount)) & (b_left > _RELATIVE * h2)
    value, theta = torch.where(trivial, zero, zero + 1), zero + 1
    lam, right = zero.clone(), left
    upper, lower = left.values[:, 0, :, 0].clone(), left.values[:, 1, :, 0].clone()
    at = active.nonzero()[:, 0]
    here, rows = whole.at(at), left.at(at)
    far = _sides(2 * h1[at] / h2[at])
    lines = (rows, here.between(far, rows, _turned(other.at(at))))
    pairs = [left.actions.clone(), right.actions.clone()]
    steps = 0
    while at.numel() and steps < _MAX_STEPS:
        steps += 1
        (aL, bL), (aR, bR) = here.line(lines[0]), here.line(lines[1])
        meet = ((aL - aR) / (bL - bR)).clamp_min(0.0)
        weights = _sides(meet)
        found = here.between(weights, *lines)
        a, b = here.line(found)
        height = a - meet * b
        flat = b.abs() <= _RELATIVE * h2[at]
        seen = found.equals(lines[0]) | found.equals(lines[1])
        done = (height <= aL - meet * bL + _RELATIVE * h1[at]) | flat | seen
        lam[at], value[at] = meet, (height / h1[at]).clamp(0.0, 1.0)
        theta[at] = torch.where(flat, torch.ones_like(bL), (-bR / (bL - bR)).clamp(0.0, 1.0))
        bounds = (found.values @ weights[:, 0, None, :, None])[..., 0]
        upper[at], lower[at] = bounds[:, 0], bounds[:, 1]
        for kept, line in zip(pairs, lines, strict=True):
            kept[at] = found.actions.where(flat[:, None, None], line.actions)
        lines = (found.where(b > 0, lines[0]), lines[1].where(b > 0, found))
        rest = (~done).nonzero()[:, 0]
        if rest.numel() < at.numel():
            at, here, lines = at[rest], here.at(rest), (lines[0].at(rest), lines[1].at(rest))
    return WorstCaseRegret(value, lam, h1, h2, steps, upper, lower, pairs[0], pairs[1], theta)
