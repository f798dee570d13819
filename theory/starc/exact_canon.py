"""Canonicalisations over Q, from their definitions by linear systems that python-flint solves.

Rewards are nested lists of Fractions R[s][a][s'], expected rewards r[s][a], policies pi[s][a].
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from theory.starc.definitions.mdp import RationalMDP

Rates = list[list[Fraction]]
Reward = list[list[list[Fraction]]]


def _matrix(rows: Sequence[Sequence[Fraction]]) -> Any:
    from flint import fmpq, fmpq_mat

    entries = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
    return fmpq_mat(len(rows), len(rows[0]), entries)


def _solve(system: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    x = _matrix(system).solve(_matrix([[b] for b in right]))
    return [Fraction(int(x[i, 0].p), int(x[i, 0].q)) for i in range(len(right))]


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """The rank of a matrix of rationals; 0 for one without rows."""
    return int(_matrix(rows).rank()) if rows else 0


def _dot(x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))


def shaping_matrix(mdp: RationalMDP) -> list[list[Fraction]]:
    """M = E - gamma P, one row for each (s, a)."""
    return [
        [Fraction(int(s == t)) - mdp.discount * p for t, p in enumerate(row)]
        for s, block in enumerate(mdp.transitions)
        for row in block
    ]


def equivalent(mdp: RationalMDP, r1: Rates, r2: Rates) -> bool:
    """Whether r1 - c r2 = M Phi for some Phi and c > 0 (expected rewards; both trivial counts)."""
    matrix = shaping_matrix(mdp)
    x, y = ([v for row in r for v in row] for r in (r1, r2))
    n = mdp.n_states
    trivial1, trivial2 = (rank([[*row, v] for row, v in zip(matrix, z, strict=True)]) == n for z in (x, y))
    if trivial1 or trivial2:
        return trivial1 and trivial2
    joined = [[*row, v] for row, v in zip(matrix, y, strict=True)]
    if rank([[*row, v] for row, v in zip(joined, x, strict=True)]) > n + 1:
        return False
    columns = list(zip(*joined, strict=True))
    weights = _solve([[_dot(a, b) for b in columns] for a in columns], [_dot(a, x) for a in columns])
    return weights[-1] > 0


def uniform_policy(mdp: RationalMDP) -> Rates:
    return [[Fraction(1, mdp.n_actions)] * mdp.n_actions for _ in range(mdp.n_states)]


def policy_values(mdp: RationalMDP, r: Rates, policy: Rates) -> list[Fraction]:
    """V^pi of a stationary policy."""
    n = mdp.n_states
    chain = [[_dot(policy[s], [row[t] for row in mdp.transitions[s]]) for t in range(n)] for s in range(n)]
    system = [[Fraction(int(s == t)) - mdp.discount * chain[s][t] for t in range(n)] for s in range(n)]
    return _solve(system, [_dot(policy[s], r[s]) for s in range(n)])


def value_adjusted_levelling(mdp: RationalMDP, R: Reward, policy: Rates | None = None) -> Rates:
    """The advantage r(s, a) - V^pi(s) + gamma E V^pi(S') of shape (S, A), the same for every s' (pi uniform)."""
    r = mdp.expected_reward(R)
    values = policy_values(mdp, r, policy or uniform_policy(mdp))
    return [
        [r[s][a] - values[s] + mdp.discount * _dot(row, values) for a, row in enumerate(block)]
        for s, block in enumerate(mdp.transitions)
    ]


def minimal_potential_l2(mdp: RationalMDP, R: Reward) -> list[Fraction]:
    """Phi of the representative of least L2 norm: M^T W^2 (r - M Phi) = 0, W^2 = 1/||tau(.|s, a)||^2."""
    matrix = shaping_matrix(mdp)
    r = [x for row in mdp.expected_reward(R) for x in row]
    weights = [1 / _dot(row, row) for block in mdp.transitions for row in block]
    columns = list(zip(*matrix, strict=True))
    weighted = [[w * x for w, x in zip(weights, column, strict=True)] for column in columns]
    return _solve([[_dot(a, b) for b in columns] for a in weighted], [_dot(a, r) for a in weighted])


def minimal_l2(mdp: RationalMDP, R: Reward) -> Reward:
    """The reward of least L2 norm that differs from R by shaping and S'-redistribution, shape (S, A, S)."""
    potential, r = minimal_potential_l2(mdp, R), mdp.expected_reward(R)
    out = []
    for s, block in enumerate(mdp.transitions):
        q = [r[s][a] - potential[s] + mdp.discount * _dot(row, potential) for a, row in enumerate(block)]
        out.append([[x * p / _dot(row, row) for p in row] for x, row in zip(q, block, strict=True)])
    return out


def squared_norm(R: Any) -> Fraction:
    """The squared L2 norm of nested lists."""
    return sum((squared_norm(x) for x in R), Fraction(0)) if isinstance(R, list) else R * R
