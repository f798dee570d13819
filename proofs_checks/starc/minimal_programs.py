"""Least L1 and Linf norms of a class of equivalent rewards as linear programs over the rationals.

With w(s, a) the reciprocal of ||tau(.|s, a)|| in the dual norm, the least norm is min over Phi of ||w (r - M Phi)||:
w = 1/max tau for L1, w = 1 for Linf.
"""

from __future__ import annotations

from fractions import Fraction

from proofs_checks.engines import lp
from theory.starc.definitions.mdp import RationalMDP
from theory.starc.exact_canon import Reward, shaping_matrix


def weights(mdp: RationalMDP, norm: str) -> list[Fraction]:
    """1/||tau(.|s, a)||_{p*}, flat over (s, a)."""
    rows = [row for block in mdp.transitions for row in block]
    return [1 / max(row) if norm == "1" else Fraction(1) for row in rows]


def least_norm(mdp: RationalMDP, R: Reward, norm: str) -> lp.LinearProgram:
    """Variables: Phi, then one bound for each (s, a) (L1) or one for all (Linf); -z <= w (r - M Phi) <= z."""
    w, matrix = weights(mdp, norm), shaping_matrix(mdp)
    r = [x for row in mdp.expected_reward(R) for x in row]
    n, bounds = mdp.n_states, len(r) if norm == "1" else 1
    rows, right = [], []
    for k, row in enumerate(matrix):
        z = [Fraction(-int(norm != "1" or j == k)) for j in range(bounds)]
        rows.append([*(-w[k] * m for m in row), *z])
        right.append(-w[k] * r[k])
        rows.append([*(w[k] * m for m in row), *z])
        right.append(w[k] * r[k])
    cost = [Fraction(0)] * n + [Fraction(1)] * bounds
    return lp.LinearProgram(cost, rows, right, None, None, [(None, None)] * n + [(0, None)] * bounds)


def least_norm_on_array(mdp: RationalMDP, R: Reward, norm: str) -> lp.LinearProgram:
    """The same least norm without the reduction: variables Phi, the whole reward R' (S, A, S) and its bounds."""
    n, actions = mdp.n_states, mdp.n_actions
    size = n * actions * n
    bounds = size if norm == "1" else 1
    matrix, r = shaping_matrix(mdp), [x for row in mdp.expected_reward(R) for x in row]
    equal, below = [], []
    for k, row in enumerate(matrix):
        entries = [Fraction(0)] * size
        entries[k * n : (k + 1) * n] = mdp.transitions[k // actions][k % actions]
        equal.append([*row, *entries, *[Fraction(0)] * bounds])
    for j in range(size):
        z = [Fraction(-int(norm != "1" or i == j)) for i in range(bounds)]
        for sign in (1, -1):
            below.append([*[Fraction(0)] * n, *(Fraction(sign * int(i == j)) for i in range(size)), *z])
    cost = [Fraction(0)] * (n + size) + [Fraction(1)] * bounds
    free = [(None, None)] * (n + size) + [(0, None)] * bounds
    return lp.LinearProgram(cost, below, [Fraction(0)] * len(below), equal, r, free)
