"""EPIC and DARD over Q in their fast forms, and Pearson distances that can be compared exactly.

A Pearson distance sqrt((1 - rho)/2) falls with rho, and sign(rho) rho^2 is rational: distances are compared by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plumbline.errors import InputError
from theory.starc.definitions.mdp import RationalMDP

Reward = list[list[list[Fraction]]]
Law = Sequence[Fraction]


def _mean(weights: Law, values: Sequence[Fraction]) -> Fraction:
    return sum((w * v for w, v in zip(weights, values, strict=True)), Fraction(0))


def _uniform(n: int) -> list[Fraction]:
    return [Fraction(1, n)] * n


def _require_law(law: Law | None, n: int, name: str) -> list[Fraction]:
    if law is None:
        return _uniform(n)
    weights = [Fraction(w) for w in law]
    if len(weights) != n or min(weights) < 0 or sum(weights) != 1:
        raise InputError(f"{name} must be {n} nonnegative rationals that sum to 1, got {list(law)}")
    return weights


def epic(mdp: RationalMDP, reward: Any, states: Law | None = None, actions: Law | None = None) -> Reward:
    """R + gamma phi(s') - phi(s) - gamma <D_S, phi>, phi(s) = E R(s, A, S'); uniform laws where none are given."""
    R, gamma = mdp.require_reward(reward), mdp.discount
    states = _require_law(states, mdp.n_states, "states")
    actions = _require_law(actions, mdp.n_actions, "actions")
    phi = [_mean(actions, [_mean(states, row) for row in block]) for block in R]
    constant = gamma * _mean(states, phi)
    return [
        [[x + gamma * phi[t] - phi[s] - constant for t, x in enumerate(row)] for row in block]
        for s, block in enumerate(R)
    ]


def dard(mdp: RationalMDP, reward: Any, actions: Law | None = None) -> Reward:
    """R + gamma e(s') - e(s) - gamma k(s, s'), k = E_A[T_A R_A T_A^T]; uniform D_A where none is given."""
    R, tau, gamma = mdp.require_reward(reward), mdp.transitions, mdp.discount
    actions = _require_law(actions, mdp.n_actions, "actions")
    n = range(mdp.n_states)
    e = [_mean(actions, row) for row in mdp.expected_reward(R)]
    k = [[Fraction(0)] * mdp.n_states for _ in n]
    for a, weight in enumerate(actions):
        ahead = [[_mean(tau[t][a], R[u][a]) for t in n] for u in n]
        for s in n:
            for t in n:
                k[s][t] += weight * _mean(tau[s][a], [ahead[u][t] for u in n])
    return [
        [[x + gamma * e[t] - e[s] - gamma * k[s][t] for t, x in enumerate(row)] for row in block]
        for s, block in enumerate(R)
    ]


def flat(reward: Reward) -> list[Fraction]:
    """Entries in the order [s][a][s']."""
    return [x for block in reward for row in block for x in row]


@dataclass(frozen=True)
class PearsonDistance:
    """sqrt((1 - rho)/2) by ``signed_square`` = sign(rho) rho^2, which is exact."""

    signed_square: Fraction

    @property
    def square(self) -> Fraction | None:
        """The squared distance (1 - rho)/2 where rho is rational, else None."""
        from math import isqrt

        p, q = abs(self.signed_square.numerator), self.signed_square.denominator
        if isqrt(p) ** 2 != p or isqrt(q) ** 2 != q:
            return None
        return (1 - Fraction(isqrt(p) * (1 if self.signed_square >= 0 else -1), isqrt(q))) / 2

    def mpmath(self, dps: int = 50) -> Any:
        """The distance to ``dps`` digits."""
        import mpmath

        with mpmath.workdps(dps + 15):
            value = mpmath.mpf(abs(self.signed_square).numerator) / self.signed_square.denominator
            rho = mpmath.sqrt(value) * (1 if self.signed_square >= 0 else -1)
            distance = mpmath.sqrt((1 - rho) / 2)
        with mpmath.workdps(dps):
            return +distance

    def __lt__(self, other: PearsonDistance) -> bool:
        return self.signed_square > other.signed_square


def pearson_distance(one: Reward, two: Reward, coverage: Law | None = None) -> PearsonDistance:
    """Of two canonical rewards under a coverage (flat; uniform where none is given). Constant ones are refused."""
    x, y = flat(one), flat(two)
    weights = _require_law(coverage, len(x), "coverage")
    means = _mean(weights, x), _mean(weights, y)
    a, b = [v - means[0] for v in x], [v - means[1] for v in y]
    first, second = (_mean(weights, [v * v for v in c]) for c in (a, b))
    if first == 0 or second == 0:
        raise InputError("a reward that is constant on the coverage has no Pearson distance")
    covariance = _mean(weights, [v * w for v, w in zip(a, b, strict=True)])
    return PearsonDistance(covariance * abs(covariance) / (first * second))


def dard_rank(mdp: RationalMDP, actions: Law | None = None) -> int:
    """The rank of C_DARD as a linear map of rewards, exactly (python-flint)."""
    from flint import fmpq, fmpq_mat

    n, m = mdp.n_states, mdp.n_actions
    size = n * m * n
    rows = []
    for k in range(size):
        s, a, t = k // (m * n), k // n % m, k % n
        unit = [[[Fraction(int((i, b, j) == (s, a, t))) for j in range(n)] for b in range(m)] for i in range(n)]
        rows += [fmpq(x.numerator, x.denominator) for x in flat(dard(mdp, unit, actions))]
    return int(fmpq_mat(size, size, rows).rank())
