"""The quantities of the paper from their own definitions; nothing here is a closed form of a claim.

Arrays are numpy arrays or torch tensors; the last axis runs over the ``n`` labels. Conditional laws ``p`` and
softmax vectors ``s`` lie in the simplex; ``tau >= 0`` is a number.

The comp-sum loss of scores ``h`` at label ``y`` is ``Phi_tau(sum_{y' != y} exp(h_y' - h_y))`` with
``Phi_tau(u) = ((1 + u)^(1 - tau) - 1)/(1 - tau)``, ``log(1 + u)`` at ``tau = 1``. In softmax coordinates
``u = 1/s_y - 1``. Scores of a complete hypothesis set range over all of R^n, so softmax vectors range over the
open simplex; infima are taken over its closure with the convention ``0 * Phi(inf) = 0``.
"""

from __future__ import annotations

import math
from typing import Any

from plumbline.arrays import namespace, require_finite
from plumbline.errors import InputError

_SIMPLEX_TOLERANCE = 1e-9
_LEAST_MASS = 1e-300
_CACHED_NUMBERS = 40_000  # float64 numbers of one piece of work


def require_tau(tau: float) -> float:
    """``tau`` as a float; negative, infinite and NaN values are refused."""
    value = float(tau)
    if not (math.isfinite(value) and value >= 0):
        raise InputError(f"tau must be a finite number >= 0, got {tau}")
    return value


def require_simplex(p: Any, name: str = "p") -> None:
    """Refuse arrays whose last axis is no probability vector over at least two labels."""
    xp = namespace(p)
    if p.ndim == 0 or p.shape[-1] < 2:
        raise InputError(f"{name} must have n >= 2 labels on its last axis, got shape {tuple(p.shape)}")
    require_finite(p, name)
    if bool((p < 0).any()):
        raise InputError(f"{name} must be nonnegative, got a smallest entry of {float(p.min())}")
    total = p.sum(-1)
    if bool((xp.abs(total - 1) > _SIMPLEX_TOLERANCE).any()):
        worst = float(total.reshape(-1)[int(xp.argmax(xp.abs(total - 1).reshape(-1)))])
        raise InputError(f"{name} must sum to 1 over its last axis, got {worst}")


def _require_same_shape(p: Any, s: Any) -> None:
    if tuple(p.shape) != tuple(s.shape):
        raise InputError(f"p and s must have the same shape, got {tuple(p.shape)} and {tuple(s.shape)}")


def comp_sum_phi(u: Any, tau: float) -> Any:
    """``Phi_tau(u)`` for an array ``u >= 0``; stable near ``tau = 1``.

    Computed as ``expm1((1 - tau) log1p(u)) / (1 - tau)``, which is the definition with cancellation removed.
    """
    tau = require_tau(tau)
    xp = namespace(u)
    v = xp.log1p(u)
    return v if tau == 1 else xp.expm1((1 - tau) * v) / (1 - tau)


def comp_sum_loss(scores: Any, tau: float) -> Any:
    """The loss of every label: input scores (..., n), output losses (..., n).

    ``u_y = sum_{y' != y} exp(h_y' - h_y)``, summed after subtracting the largest other score.
    """
    xp = namespace(scores)
    if scores.ndim == 0 or scores.shape[-1] < 2:
        raise InputError(f"scores must have n >= 2 labels on the last axis, got shape {tuple(scores.shape)}")
    require_finite(scores, "scores")
    differences = scores[..., None, :] - scores[..., :, None]
    others = ~xp.eye(scores.shape[-1], dtype=bool if xp.__name__ == "numpy" else xp.bool)
    return comp_sum_phi((xp.exp(differences) * others).sum(-1), tau)


def loss_of_softmax(s: Any, tau: float) -> Any:
    """The loss of every label in softmax coordinates: ``Phi_tau(1/s - 1)``, infinite or ``1/(tau-1)`` at 0."""
    tau = require_tau(tau)
    xp = namespace(s)
    positive = xp.where(s > 0, s, s * 0 + 1)
    at_zero = 1 / (tau - 1) if tau > 1 else math.inf
    return xp.where(s > 0, comp_sum_phi(1 / positive - 1, tau), s * 0 + at_zero)


def conditional_risk(p: Any, s: Any, tau: float) -> Any:
    """``C_tau(p, s) = sum_y p_y Phi_tau(1/s_y - 1)`` over the last axis, with ``0 * inf = 0``."""
    require_simplex(p, "p")
    require_simplex(s, "s")
    _require_same_shape(p, s)
    xp = namespace(p)
    loss = loss_of_softmax(s, tau)
    return xp.where(p > 0, p * xp.where(p > 0, loss, loss * 0 if tau > 1 else p * 0), p * 0).sum(-1)


def minimising_softmax(p: Any, tau: float) -> Any:
    """A minimiser of ``C_tau(p, .)`` over the closed simplex, from the first-order conditions.

    For ``tau < 2`` the risk is convex in ``s`` and stationarity of the Lagrangian,
    ``p_i s_i^(tau-2) = lambda``, gives ``s_i = (p_i/lambda)^(1/(2-tau))`` with ``lambda`` fixed
    by ``sum s = 1``. For ``tau >= 2`` it is concave in each coordinate, so a vertex minimises: all are enumerated.
    """
    require_simplex(p, "p")
    tau = require_tau(tau)
    xp = namespace(p)
    n = p.shape[-1]
    if tau < 2:
        weight = (p / _largest(p)) ** (1 / (2 - tau))
        return weight / weight.sum(-1)[..., None]
    vertices = xp.eye(n, dtype=p.dtype)
    loss = loss_of_softmax(vertices, tau)
    risks = (p[..., None, :] * loss).sum(-1)
    return vertices[risks.argmin(-1)]


def _largest(p: Any) -> Any:
    xp = namespace(p)
    return xp.amax(p, -1)[..., None]


def bayes_risk(p: Any, tau: float) -> Any:
    """``C*_tau(p) = inf_s C_tau(p, s)``: the risk at :func:`minimising_softmax`."""
    return conditional_risk(p, minimising_softmax(p, tau), tau)


def conditional_regret(p: Any, s: Any, tau: float) -> Any:
    """``C_tau(p, s) - C*_tau(p)``, both sides evaluated from the definition."""
    return conditional_risk(p, s, tau) - bayes_risk(p, tau)


def zero_one_regret(p: Any, k: Any) -> Any:
    """``max_y p_y - p_k`` for predicted labels ``k`` (...,): every label can be predicted (H complete)."""
    xp = namespace(p)
    if xp.__name__ == "torch":
        chosen = xp.gather(p, -1, k[..., None])[..., 0]
    else:
        chosen = xp.take_along_axis(p, k[..., None], -1)[..., 0]
    return xp.amax(p, -1) - chosen


def best_softmax_predicting(p: Any, tau: float) -> Any:
    """A minimiser of ``C_tau(p, s)`` over ``{s : s_n >= s_i for all i}`` (the last label is predicted).

    The constraint ties the predicted label with the ``m - 1`` likeliest others for some ``m`` in 1..n
    (``tau < 2``: isotonic pooling, the stationary point of the tied problem; ``tau >= 2``: the extreme points of the
    constraint set are the uniform laws on sets that contain the label). All ``n`` pools are tried and the best
    feasible one is kept. Shapes: p (..., n) -> s (..., n).
    """
    require_simplex(p, "p")
    tau = require_tau(tau)
    xp = namespace(p)
    n = p.shape[-1]
    others, order = _descending(p[..., :-1])
    best, best_risk = None, None
    sorted_p = xp.concatenate([others, p[..., -1:]], -1)
    for m in range(1, n + 1):
        if tau < 2:
            mean = (others[..., : m - 1].sum(-1) + p[..., -1]) / m
            tied = mean[..., None] + 0 * others[..., : m - 1]
            pooled = xp.concatenate([tied, others[..., m - 1 :], mean[..., None]], -1)
            s = minimising_softmax(pooled, tau)
        else:
            s = 0 * sorted_p
            s[..., : m - 1] = 1 / m
            s[..., -1] = 1 / m
        feasible = (s[..., -1:] >= s - 1e-15).all(-1)
        risk = xp.where(feasible, conditional_risk(sorted_p, s, tau), 0 * mean_of(p) + math.inf)
        if best is None:
            best, best_risk = s, risk
        else:
            better = risk < best_risk
            best = xp.where(better[..., None], s, best)
            best_risk = xp.where(better, risk, best_risk)
    result = xp.zeros_like(p)
    result[..., -1] = best[..., -1]  # type: ignore[index]
    _scatter(result, order, best[..., :-1])  # type: ignore[index]
    return result


def mean_of(p: Any) -> Any:
    """A zero-cost array of the batch shape of ``p`` (its row means)."""
    return p.mean(-1)


def _descending(p: Any) -> tuple[Any, Any]:
    xp = namespace(p)
    if xp.__name__ == "torch":
        values, order = xp.sort(p, dim=-1, descending=True)
        return values, order
    order = xp.argsort(-p, axis=-1)
    return xp.take_along_axis(p, order, -1), order


def _scatter(target: Any, order: Any, values: Any) -> None:
    xp = namespace(target)
    if xp.__name__ == "torch":
        target[..., :-1].scatter_(-1, order, values)
    else:
        xp.put_along_axis(target[..., :-1], order, values, -1)


def least_regret_predicting(p: Any, tau: float, *, validate: bool = True) -> Any:
    """Least conditional regret over scores that predict the last label: fast, by one sort per law.

    Equal to ``conditional_regret(p, best_softmax_predicting(p, tau), tau)``. The predicted label is tied with the
    ``m - 1`` likeliest others. For ``tau < 2`` the pool is the one of largest mean mass A (isotonic pooling), so the
    tied problem's law is ``min(p_i, A)`` and A at the predicted label, and the regret is the risk at its stationary
    softmax vector less the risk at that of p, both from ``Phi_tau(1/s - 1) = -expm1((tau - 1) log s)/(tau - 1)``. For
    ``tau >= 2`` the risk ``(1 - P_m m^(1-tau))/(tau - 1)`` of the uniform law on a pool of mass P_m is minimised over
    m. Shapes: p (..., n) -> (...). ``validate=False`` skips the test that p lies in the simplex: for inner loops.
    """
    tau = require_tau(tau)
    if validate:
        require_simplex(p, "p")
    xp = namespace(p)
    n = p.shape[-1]
    rows = p.reshape(-1, n)
    step = max(1, _CACHED_NUMBERS // n) if xp.__name__ == "numpy" or p.device.type == "cpu" else max(1, len(rows))
    pieces = [_pooled_regret(rows[start : start + step], tau) for start in range(0, len(rows), step)]
    return xp.concatenate(pieces).reshape(p.shape[:-1]) if pieces else rows.sum(-1).reshape(p.shape[:-1])


def _pooled_regret(p: Any, tau: float) -> Any:
    """:func:`least_regret_predicting` of laws (count, n), as many as a processor's cache holds."""
    xp = namespace(p)
    q = tau - 1
    others = _sorted_descending(p[:, :-1])
    mass = xp.cumsum(xp.concatenate([p[:, -1:], others], -1), -1)
    sizes = xp.cumsum(p[:1] * 0 + 1, -1)
    if tau >= 2:
        return (xp.maximum(others[:, 0], p[:, -1]) - xp.amax(mass * sizes**-q, -1)) / q
    level = xp.log(xp.amax(mass / sizes, -1))[:, None]
    log_p = xp.log(xp.clip(p, _LEAST_MASS, None))
    tied = xp.minimum(log_p, level)
    tied[:, -1:] = level
    return _risk_at_stationary(p, tied, q) - _risk_at_stationary(p, log_p, q)


def _risk_at_stationary(p: Any, log_weights: Any, q: float) -> Any:
    """``sum_y p_y (1 - s_y^q)/q`` at ``s`` proportional to ``weights^(1/(1 - q))``."""
    xp = namespace(p)
    z = (log_weights - _largest(log_weights)) / (1 - q)
    log_s = z - xp.log(xp.exp(z).sum(-1))[:, None]
    return (p * (-log_s if q == 0 else xp.expm1(q * log_s) / -q)).sum(-1)


def _sorted_descending(p: Any) -> Any:
    """Values only. Short rows on a processor are sorted by numpy, several times as fast as by torch."""
    xp = namespace(p)
    if xp.__name__ == "numpy":
        return -xp.sort(-p, -1)
    if p.device.type != "cpu" or p.requires_grad:
        return xp.sort(p, dim=-1, descending=True)[0]
    import numpy

    return xp.from_numpy(-numpy.sort(-p.numpy(), -1))
