"""Finite Markov decision processes: float64 with numpy, exact with rationals, and what they know of themselves.

Notation: states s in 0..S-1, actions a in 0..A-1, transitions tau(s'|s,a) of shape (S, A, S), initial law mu0
of shape (S,), discount gamma in [0, 1). A reward is an array R[s, a, s']; returns depend on it through
r(s, a) = sum_s' tau(s'|s, a) R[s, a, s'] only. J_R(pi) = E_{s0 ~ mu0} V^pi(s0), not multiplied by 1 - gamma.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from plumbline.errors import InputError

_ROW_TOLERANCE = 1e-9


def _require_discount(discount: float | Fraction) -> None:
    if not (math.isfinite(discount) and 0 <= discount < 1):
        raise InputError(f"discount must lie in [0, 1), got {discount}")


@dataclass(frozen=True)
class TabularMDP:
    """A finite MDP in float64: ``transitions`` (S, A, S), ``initial`` (S,), ``discount`` in [0, 1).

    Raises InputError for rows that do not sum to 1 within 1e-9, negative or non-finite probabilities, wrong
    shapes and discounts outside [0, 1).
    """

    transitions: np.ndarray
    initial: np.ndarray
    discount: float

    def __post_init__(self) -> None:
        tau = np.asarray(self.transitions, dtype=np.float64)
        mu0 = np.asarray(self.initial, dtype=np.float64)
        object.__setattr__(self, "transitions", tau)
        object.__setattr__(self, "initial", mu0)
        if tau.ndim != 3 or tau.shape[0] != tau.shape[2] or min(tau.shape) < 1:
            raise InputError(f"transitions must have shape (S, A, S), got {tau.shape}")
        if mu0.shape != tau.shape[:1]:
            raise InputError(f"initial must have shape ({tau.shape[0]},), got {mu0.shape}")
        for name, rows in (("transitions", tau), ("initial", mu0)):
            if not np.isfinite(rows).all():
                raise InputError(f"{name} must be finite, got NaN or infinity")
            if (rows < 0).any():
                raise InputError(f"{name} must be nonnegative, got a smallest entry of {rows.min()}")
            sums = rows.sum(-1)
            if (np.abs(sums - 1) > _ROW_TOLERANCE).any():
                worst = np.ravel(sums)[np.argmax(np.abs(np.ravel(sums) - 1))]
                raise InputError(f"rows of {name} must sum to 1, got {worst}")
        _require_discount(self.discount)

    @property
    def n_states(self) -> int:
        return int(self.transitions.shape[0])

    @property
    def n_actions(self) -> int:
        return int(self.transitions.shape[1])

    def require_reward(self, reward: Any, name: str = "reward") -> np.ndarray:
        """``reward`` as a finite float64 array of shape (..., S, A, S); (..., S, A) is spread over successors."""
        values = np.asarray(reward, dtype=np.float64)
        s, a = self.n_states, self.n_actions
        if values.ndim >= 3 and values.shape[-3:] == (s, a, s):
            pass
        elif values.ndim >= 2 and values.shape[-2:] == (s, a):
            values = np.broadcast_to(values[..., None], (*values.shape, s))
        else:
            raise InputError(f"{name} must have shape (..., {s}, {a}, {s}) or (..., {s}, {a}), got {values.shape}")
        if not np.isfinite(values).all():
            raise InputError(f"{name} must be finite, got NaN or infinity")
        return values

    def expected_reward(self, reward: Any) -> np.ndarray:
        """r(s, a) = sum_s' tau(s'|s, a) R[s, a, s'], shape (..., S, A)."""
        return np.asarray(np.einsum("ijk,...ijk->...ij", self.transitions, self.require_reward(reward)))

    def shaping_matrix(self) -> np.ndarray:
        """M = E - gamma P of shape (S A, S): shaping by Phi acts on r as r -> r - M Phi."""
        s, a = self.n_states, self.n_actions
        same = np.repeat(np.eye(s), a, axis=0)
        return np.asarray(same - self.discount * self.transitions.reshape(s * a, s))

    def reachable(self) -> np.ndarray:
        """Which states have positive discounted occupancy under some policy (at gamma = 0: mu0 > 0), shape (S,)."""
        found = self.initial > 0
        if self.discount == 0:
            return np.asarray(found)
        step = (self.transitions > 0).any(1)
        for _ in range(self.n_states):
            found = found | (found @ step)
        return np.asarray(found)

    @property
    def every_state_reachable(self) -> bool:
        """Assumption R: every state has positive discounted occupancy under some policy."""
        return bool(self.reachable().all())


def _fractions(values: Any, shape: tuple[int, ...], name: str) -> list[Any]:
    if len(shape) == 0:
        return Fraction(values)  # type: ignore[return-value]
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != shape[0]:
        raise InputError(f"{name} must be nested lists of shape {shape}")
    return [_fractions(entry, shape[1:], name) for entry in values]


@dataclass(frozen=True)
class RationalMDP:
    """A finite MDP over Q: nested lists of Fractions (ints and strings such as ``"1/2"`` are taken too)."""

    transitions: list[list[list[Fraction]]]
    initial: list[Fraction]
    discount: Fraction

    def __post_init__(self) -> None:
        s, a = len(self.initial), len(self.transitions[0]) if self.transitions else 0
        if s < 1 or a < 1:
            raise InputError("a RationalMDP needs at least one state and one action")
        object.__setattr__(self, "transitions", _fractions(self.transitions, (s, a, s), "transitions"))
        object.__setattr__(self, "initial", _fractions(self.initial, (s,), "initial"))
        object.__setattr__(self, "discount", Fraction(self.discount))
        _require_discount(self.discount)
        for name, rows in (("initial", [self.initial]), ("transitions", [r for b in self.transitions for r in b])):
            for row in rows:
                if sum(row) != 1 or min(row) < 0:
                    raise InputError(f"rows of {name} must be nonnegative and sum to 1 exactly, got {row}")

    @property
    def n_states(self) -> int:
        return len(self.initial)

    @property
    def n_actions(self) -> int:
        return len(self.transitions[0])

    def require_reward(self, reward: Any, name: str = "reward") -> list[list[list[Fraction]]]:
        """``reward`` as nested Fractions of shape (S, A, S)."""
        s, a = self.n_states, self.n_actions
        return _fractions(reward, (s, a, s), name)

    def expected_reward(self, reward: Any) -> list[list[Fraction]]:
        """r(s, a) exactly, shape (S, A)."""
        R = self.require_reward(reward)
        return [
            [
                sum((p * x for p, x in zip(row, values, strict=True)), Fraction(0))
                for row, values in zip(t, v, strict=True)
            ]
            for t, v in zip(self.transitions, R, strict=True)
        ]

    def as_float(self) -> TabularMDP:
        """The float64 MDP next to this one."""
        tau = np.array([[[float(x) for x in row] for row in block] for block in self.transitions])
        return TabularMDP(tau, np.array([float(x) for x in self.initial]), float(self.discount))
