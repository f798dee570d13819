"""Minimizability gaps of finite instances from their definition, by numerical minimisation over scores.

``M_tau(H) = R*_tau(H) - E_x[C*_tau(H, x)]`` with ``R*_tau(H) = inf_h R_tau(h)`` and ``C*_tau(H, x)`` the least
conditional risk over the scores that H offers at x. Two hypothesis sets stand for all others here: score vectors
that do not depend on x, free in R^n, and the same with scores in [-L, L]. For both the risk of a score vector is
its conditional risk under the mean law. No stationary point and no closed form of a least risk is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plumbline.errors import InputError
from theory.comp_sum.definitions import require_simplex, require_tau

_STEPS = (2.0, 1.0, 0.5, 0.2, 0.05, 0.01, 1e-3, 1e-5, 0.0)
_LONGEST = 3.0
_FLAT = 1e-16


@dataclass(frozen=True)
class FiniteInstance:
    """Inputs with ``weights`` (..., m) and conditional laws ``laws`` (..., m, n), float64 torch tensors."""

    weights: Any
    laws: Any

    def __post_init__(self) -> None:
        require_simplex(self.laws, "laws")
        if self.weights.shape != self.laws.shape[:-1]:
            raise InputError(f"weights must have the shape {tuple(self.laws.shape[:-1])}, got {self.weights.shape}")
        if bool((self.weights < 0).any()) or bool(((self.weights.sum(-1) - 1).abs() > 1e-9).any()):
            raise InputError("weights must be nonnegative and sum to 1")

    @property
    def mean_law(self) -> Any:
        """The law of the label, ``E_x p(x, .)``."""
        return (self.weights[..., None] * self.laws).sum(-2)


def risk_of_scores(p: Any, scores: Any, q: Any) -> Any:
    """``sum_y p_y (1 - s_y^q)/q`` with s the softmax of the scores, ``q = tau - 1`` (a tensor), -log s at q = 0."""
    import torch

    v = -torch.log_softmax(scores, -1)
    q = q[..., None]
    safe = torch.where(q == 0, torch.ones_like(q), q)
    loss = torch.where(q == 0, v, -torch.expm1(-safe * v) / safe)
    return torch.where(p > 0, p * loss, torch.zeros_like(loss)).sum(-1)


def _slope(p: Any, scores: Any, q: Any) -> tuple[Any, Any]:
    """Gradient and Hessian of :func:`risk_of_scores` in the scores."""
    import torch

    log_s = torch.log_softmax(scores, -1)
    s, q = log_s.exp(), q[..., None]
    a = torch.where(p > 0, p * torch.exp(q * log_s), torch.zeros_like(s))
    total = a.sum(-1, keepdim=True)
    gradient = s * total - a
    eye = torch.eye(s.shape[-1], dtype=s.dtype, device=s.device)
    spread = eye - s[..., None, :]
    hessian = s[..., :, None] * total[..., None] * spread - q[..., None] * a[..., :, None] * spread
    return gradient, hessian + q[..., None] * s[..., :, None] * (a - total * s)[..., None, :]


def _moved(p: Any, scores: Any, q: Any) -> tuple[Any, Any]:
    """One step of Newton's method with the Hessian's eigenvalues made positive: the best of several lengths."""
    import torch

    steps = torch.tensor(_STEPS, dtype=p.dtype, device=p.device)
    gradient, hessian = _slope(p, scores, q)
    values, vectors = torch.linalg.eigh((hessian + hessian.mT) / 2)
    along = (vectors.mT @ gradient[..., None])[..., 0] / values.abs().clamp_min(1e-14)
    move = -(vectors @ along[..., None])[..., 0]
    move = move - move.mean(-1, keepdim=True)
    move = move * (_LONGEST / move.abs().amax(-1, keepdim=True).clamp_min(_LONGEST))
    tried = scores[:, None, :] + steps[:, None] * move[:, None, :]
    risks, best = risk_of_scores(p[:, None, :], tried, q[:, None]).min(-1)
    return tried[torch.arange(len(best), device=p.device), best], risks


def _descend(p: Any, scores: Any, q: Any, rounds: int) -> Any:
    """Least risks (count,) by descent from the given scores (count, n); rows that no longer move are left alone."""
    import torch

    risks = risk_of_scores(p, scores, q)
    moving = torch.arange(len(p), device=p.device)
    for _ in range(rounds):
        scores[moving], now = _moved(p[moving], scores[moving], q[moving])
        falls = risks[moving] - now > _FLAT
        risks[moving] = now
        moving = moving[falls]
        if not len(moving):
            break
    return risks


def least_risk(p: Any, tau: Any, *, rounds: int = 60) -> Any:
    """``inf_h sum_y p_y l_tau(h, y)`` over h in R^n, by descent from 0 and from scores that prefer each label.

    Laws ``p`` (..., n) and ``tau`` (a number or a tensor of the batch shape); returns (...). For tau >= 2 the
    infimum lies at infinite scores: the scores at which the descent ends are finite and their risk is above it by
    less than 1e-12.
    """
    import torch

    n = p.shape[-1]
    q = torch.as_tensor(tau, dtype=p.dtype, device=p.device).expand(p.shape[:-1]).reshape(-1) - 1
    flat = p.reshape(-1, n)
    starts = torch.cat([torch.zeros(1, n), 3 * torch.eye(n)]).to(p)
    found = [_descend(flat, start.repeat(len(flat), 1), q, rounds) for start in starts]
    return torch.stack(found).amin(0).reshape(p.shape[:-1])


def least_risk_in_box(p: Any, tau: float, bound: float) -> float:
    """The least conditional risk of one law over scores in [-bound, bound]^n, from 0 and from every label's corner."""
    import numpy as np
    import torch
    from scipy.optimize import minimize

    tau = require_tau(tau)
    if not (bound > 0 and np.isfinite(bound)):
        raise InputError(f"bound must be a finite number > 0, got {bound}")
    q = torch.tensor(tau - 1, dtype=torch.float64)

    def value(h: Any) -> tuple[float, Any]:
        scores = torch.from_numpy(np.asarray(h, dtype=float))
        return float(risk_of_scores(p, scores, q)), _slope(p, scores, q)[0].numpy()

    n = p.shape[-1]
    starts = [np.zeros(n), *(bound * (2 * np.eye(n) - 1))]
    options = {"ftol": 1e-16, "gtol": 1e-12, "maxiter": 500}
    box = [(-bound, bound)] * n
    return min(minimize(value, x, jac=True, bounds=box, method="L-BFGS-B", options=options).fun for x in starts)


def minimizability_gap(instance: FiniteInstance, tau: Any) -> Any:
    """``M_tau`` of score vectors in R^n that do not depend on x: (...) for weights (..., m)."""
    import torch

    inner = torch.as_tensor(tau, dtype=torch.float64)
    outer = inner[..., None] if inner.ndim else inner
    least = least_risk(instance.laws, outer)
    return least_risk(instance.mean_law, tau) - (instance.weights * least).sum(-1)


def minimizability_gap_in_box(instance: FiniteInstance, tau: float, bound: float) -> float:
    """``M_tau`` of score vectors in [-bound, bound]^n that do not depend on x, for one instance."""
    least = sum(
        float(w) * least_risk_in_box(law, tau, bound) for w, law in zip(instance.weights, instance.laws, strict=True)
    )
    return least_risk_in_box(instance.mean_law, tau, bound) - least


def zero_one_gap(instance: FiniteInstance) -> Any:
    """``M_01``: one label is predicted everywhere against the likeliest label at each input; all are tried."""
    everywhere = (1 - instance.mean_law).amin(-1)
    return everywhere - (instance.weights * (1 - instance.laws).amin(-1)).sum(-1)
