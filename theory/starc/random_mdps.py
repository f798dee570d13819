"""Random environments and rewards of the correlation study, batched; ``draw`` is a numpy generator handed in.

Transitions are softmax of standard normals above a threshold, all others impossible; the initial law is uniform.
Rewards are standard normal, made sparse, scaled, shifted and shaped at random, as in the public configuration of
the paper.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SPARSE, SCALED, SHIFTED, SHAPED = 0.2, 0.7, 0.3, 0.5
"""Probabilities that a reward is made sparse, scaled, shifted, shaped."""
_SCALE = 10.0


def threshold(states: int) -> float:
    """Logits below it are impossible transitions; it grows with the number of states."""
    return 1.0 if states < 50 else 1.5 if states < 100 else 1.8


def sparse_transitions(draw: Any, count: int, states: int, actions: int) -> np.ndarray:
    """Transitions (count, S, A, S): softmax over the logits above :func:`threshold`, the largest where none is."""
    logits = draw.standard_normal((count, states, actions, states))
    kept = (logits > threshold(states)) | (logits == logits.max(-1, keepdims=True))
    weights = np.where(kept, np.exp(logits), 0.0)
    return np.asarray(weights / weights.sum(-1, keepdims=True))


def random_rewards(draw: Any, tau: np.ndarray, gamma: float) -> np.ndarray:
    """Rewards (B, S, A, S): standard normal, then sparse, scaled, shifted, shaped, each with its probability.

    A sparse one keeps only what exceeds the threshold by 2, and is drawn again while all of that lies on impossible
    transitions, where it would be trivial.
    """
    count, states, _, _ = tau.shape
    possible = tau > 0
    R = draw.standard_normal(tau.shape)
    high = threshold(states) + 2
    sparse = draw.random(count) < SPARSE
    while (trivial := sparse & ~((high < R) & possible).any((1, 2, 3))).any():
        R[trivial] = draw.standard_normal((int(trivial.sum()), *tau.shape[1:]))
    R = np.where(sparse[:, None, None, None] & (high >= R), 0.0, R)
    scale = np.where(draw.random(count) < SCALED, _SCALE * draw.random(count), 1.0)
    shift = np.where(draw.random(count) < SHIFTED, _SCALE * draw.random(count), 0.0)
    R = scale[:, None, None, None] * R + shift[:, None, None, None]
    potential = draw.standard_normal((count, states)) * (_SCALE * draw.random((count, 1)))
    potential = np.where(draw.random((count, 1)) < SHAPED, potential, 0.0)
    return np.asarray(R + gamma * potential[:, None, None, :] - potential[:, :, None, None])
