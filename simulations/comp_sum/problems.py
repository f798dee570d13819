"""Finite problems whose risks, Bayes risks and minimizability gaps are known exactly.

An input x has a weight, a conditional law over n labels and features; scores are ``features @ w`` with free
weights w (d, n). Each hypothesis set offers every score vector at every single input (it is symmetric and complete),
so that ``E C*`` is the mean of the laws' least risks, while the set as a whole may be poorer than that.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from plumbline.errors import PlumblineError
from theory.comp_sum import definitions

_FLAT = 1e-12
_EXCESS = 1e-10
_STARTS = 3
_ROUNDS = 60
_LONGEST = 3.0
_LENGTHS = (4.0, 2.0, 1.0, 0.5, 0.2, 0.05, 0.01, 0.0)


@dataclass(frozen=True)
class Problem:
    """Weights (m,), laws (m, n), features (m, d), and the scores' weights (d, n) around which training starts."""

    name: str
    weights: torch.Tensor
    laws: torch.Tensor
    features: torch.Tensor
    start: torch.Tensor

    @property
    def labels(self) -> int:
        return self.laws.shape[-1]

    def risk(self, w: torch.Tensor, tau: float) -> torch.Tensor:
        """``R_tau`` of weights (..., d, n) -> (...), from the definition of the loss."""
        losses = definitions.comp_sum_loss(self.features @ w, tau)
        return (self.weights * (self.laws * losses).sum(-1)).sum(-1)

    def zero_one_risk(self, w: torch.Tensor) -> torch.Tensor:
        """``R_01`` of weights (..., d, n) -> (...); among tied labels the worst counts as predicted."""
        scores = self.features @ w
        best = scores >= scores.amax(-1, keepdim=True)
        return (self.weights * (1 - torch.where(best, self.laws, torch.ones_like(self.laws)).amin(-1))).sum(-1)

    def mean_bayes_risk(self, tau: float) -> float:
        """``E_x C*_tau(x)``."""
        return float((self.weights * definitions.bayes_risk(self.laws, tau)).sum())

    def mean_zero_one_bayes_risk(self) -> float:
        """``E_x C*_01(x)``."""
        return float((self.weights * (1 - self.laws.amax(-1))).sum())

    def _predictions(self) -> Iterator[tuple[int, ...]]:
        """The label sequences over the inputs that some weights predict."""
        inputs, labels = len(self.weights), range(self.labels)
        if self.features.shape[1] == 1:
            yield from ((label,) * inputs for label in labels)
        elif self.features.shape[1] == inputs:
            yield tuple(self.laws.argmax(-1).tolist())  # every sequence is possible: the best one
        else:  # on a line the largest of several affine functions changes so that every label holds an interval
            for sequence in itertools.product(labels, repeat=inputs):
                if len(list(itertools.groupby(sequence))) == len(set(sequence)):
                    yield sequence

    def least_zero_one_risk(self) -> float:
        """``R*_01(H)``, by enumeration of the label sequences that H predicts."""
        rows = torch.arange(len(self.weights))
        return min(float((self.weights * (1 - self.laws[rows, list(s)])).sum()) for s in self._predictions())

    def least_risk(self, tau: float, seed: int = 0) -> float:
        """``R*_tau(H)`` by descent: the minimum for tau <= 1 (the risk is convex), the least of several descents above.

        Raises PlumblineError where the convex descent ends more than 1e-10 above the minimum.
        """
        found = minimise(self, tau, torch.zeros_like(self.start))
        if tau <= 1:
            if not found.excess < _EXCESS:
                raise PlumblineError(f"least risk of {self.name} at tau={tau} known to {found.excess:.1e} only")
            return found.risk
        starts = 3 * np.random.default_rng(seed).normal(size=(_STARTS, *self.start.shape))
        return min(found.risk, *(minimise(self, tau, torch.from_numpy(start)).risk for start in starts))


@dataclass(frozen=True)
class Minimum:
    """Weights (d, n), their risk, and how far above the minimum it is by the quadratic model there."""

    weights: torch.Tensor
    risk: float
    excess: float


def _slope(problem: Problem, w: np.ndarray, q: float) -> tuple[np.ndarray, np.ndarray]:
    """Gradient (d n,) and Hessian (d n, d n) of the risk in the weights, with ``a_y = p_y s_y^q``."""
    weights, laws, features = (t.numpy() for t in (problem.weights, problem.laws, problem.features))
    scores = features @ w
    scores = scores - scores.max(-1, keepdims=True)
    s = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    a = np.where(laws > 0, laws * s**q, 0.0)
    total = a.sum(-1, keepdims=True)
    spread = np.eye(problem.labels) - s[:, None, :]
    hessian = s[:, :, None] * (total[:, None] * spread + q * (a - total * s)[:, None, :]) - q * a[:, :, None] * spread
    gradient = np.einsum("m,md,mi->di", weights, features, s * total - a)
    curvature = np.einsum("m,md,me,mij->diej", weights, features, features, hessian)
    return gradient.reshape(-1), curvature.reshape(gradient.size, gradient.size)


def minimise(problem: Problem, tau: float, start: torch.Tensor) -> Minimum:
    """Where Newton's method ends, with the Hessian's eigenvalues made positive and the best of several step lengths."""
    lengths = np.array(_LENGTHS)[:, None, None]
    w = start.numpy()
    for _ in range(_ROUNDS):
        slope, curvature = _slope(problem, w, tau - 1)
        values, vectors = np.linalg.eigh(curvature)
        steep = np.maximum(np.abs(values), _FLAT)
        along = vectors.T @ slope
        excess = float((along**2 / steep).sum() / 2)
        move = -vectors @ (along / steep)
        move *= _LONGEST / max(_LONGEST, np.abs(move).max())
        tried = w + lengths * move.reshape(w.shape)
        risks = problem.risk(torch.from_numpy(tried), tau)
        best = int(risks.argmin())
        if not risks[best] < risks[-1]:
            break
        w = tried[best]
    return Minimum(torch.from_numpy(w), float(risks[-1]), excess)


def _float(rows: Any) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def bias_only() -> Problem:
    """Two inputs, scores that do not depend on the input."""
    laws = _float([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    return Problem("bias_only", _float([0.5, 0.5]), laws, torch.ones(2, 1, dtype=torch.float64), 0 * laws[:1])


def linear() -> Problem:
    """Five inputs on a line, affine scores."""
    laws = _float([[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.2, 0.1, 0.7]])
    x = torch.arange(-2.0, 3.0, dtype=torch.float64)
    features = torch.stack([x, torch.ones_like(x)], -1)
    return Problem("linear", torch.full((5,), 0.2, dtype=torch.float64), laws, features, 0 * laws[:2])


def near_tie() -> Problem:
    """One input with two likely labels of three; training starts on the wrong one: the bound's equality case."""
    start = _float([[0.0, 1.5, -7.0]])
    return Problem("near_tie", _float([1.0]), _float([[0.7, 0.3, 0.0]]), torch.ones(1, 1, dtype=torch.float64), start)


def tabular(seed: np.random.SeedSequence, inputs: int, labels: int) -> Problem:
    """Random weights and laws, a free score vector at every input."""
    generator = np.random.default_rng(seed)
    laws = _float(generator.dirichlet(np.full(labels, 0.5), inputs))
    weights = _float(generator.dirichlet(np.full(inputs, 2.0)))
    return Problem("tabular", weights, laws, torch.eye(inputs, dtype=torch.float64), 0 * laws)
