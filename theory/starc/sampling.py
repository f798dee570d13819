"""Canonical forms from sampled successors, and distances from them: naive, with common samples, without bias.

Value-adjusted levelling needs E R(s, a, S') and E V(S'); here m successors are drawn for each (s, a), V being
exact. Counts of successors (..., S, A, S) are multinomial, so the cost does not grow with m. Arrays are numpy, one
MDP.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.starc.definitions.mdp import TabularMDP


def successor_counts(draw: Any, mdp: TabularMDP, m: int, runs: int) -> np.ndarray:
    """How often each successor was drawn, (runs, S, A, S); each (s, a) has m draws."""
    shape = (runs, *mdp.transitions.shape[:2])
    return np.asarray(draw.multinomial(m, np.broadcast_to(mdp.transitions, (*shape, mdp.n_states))))


def shaped_by_values(mdp: TabularMDP, reward: np.ndarray) -> np.ndarray:
    """R(s, a, s') - V(s) + gamma V(s'), V of the uniform policy by one linear solve."""
    r = mdp.expected_reward(reward).mean(1)
    chain = mdp.transitions.mean(1)
    values = np.linalg.solve(np.eye(mdp.n_states) - mdp.discount * chain, r)
    return np.asarray(reward - values[:, None, None] + mdp.discount * values)


def estimate(counts: np.ndarray, shaped: np.ndarray) -> np.ndarray:
    """The estimated canonical form, (runs, S A), from counts of successors."""
    form = np.einsum("...sat,sat->...sa", counts, shaped) / counts.sum(-1)
    return np.asarray(form.reshape(*form.shape[:-2], -1))


def distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """L2 distance of the two forms, each divided by its L2 norm."""
    one, two = (form / np.linalg.norm(form, axis=-1, keepdims=True) for form in (first, second))
    return np.asarray(np.linalg.norm(one - two, axis=-1))


def debiased_square(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """d^2 = 2 - 2 <c1, c2'>/sqrt(<c1, c1'> <c2, c2'>) from two independent halves of each; NaN if undefined."""
    cross = 0.5 * ((first[0] * second[1]).sum(-1) + (first[1] * second[0]).sum(-1))
    sizes = [(half[0] * half[1]).sum(-1) for half in (first, second)]
    product = np.where((sizes[0] > 0) & (sizes[1] > 0), sizes[0] * sizes[1], np.nan)
    return np.asarray(2 - 2 * cross / np.sqrt(product))
