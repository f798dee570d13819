"""Distances between rewards: canonicalise, divide by a norm, measure; and the range metric. Batched torch.

Shapes: rewards (B, S, A, S) or any (B, ...) array; distances (B,).
"""

from __future__ import annotations

from typing import Any

import torch

from plumbline.errors import InputError
from theory.starc.definitions.returns import range_norm

NORMS = ("1", "2", "inf")
_ZERO = 1e-12


def lp_norm(x: torch.Tensor, p: str) -> torch.Tensor:
    """The L_p norm of the flattened array, p in {"1", "2", "inf"}."""
    flat = x.reshape(x.shape[0], -1)
    if p == "1":
        return flat.abs().sum(-1)
    if p == "2":
        return (flat**2).sum(-1).sqrt()
    if p == "inf":
        return flat.abs().amax(-1)
    raise InputError(f"norm must be one of {NORMS}, got {p!r}")


def normalise(canonical: torch.Tensor, p: str, reference: torch.Tensor | None = None) -> torch.Tensor:
    """c/n(c), or zeros where n(c) is zero: at most 1e-12 of the norm of ``reference`` (the reward before c)."""
    size = lp_norm(canonical, p)
    scale = lp_norm(reference, p) if reference is not None else torch.ones_like(size)
    zero = size <= _ZERO * scale
    safe = torch.where(zero, torch.ones_like(size), size)
    shape = (-1, *([1] * (canonical.ndim - 1)))
    return torch.where(zero.reshape(shape), torch.zeros_like(canonical), canonical / safe.reshape(shape))


def starc_distance(
    c1: torch.Tensor, c2: torch.Tensor, norm: str = "2", metric: str = "2", *, R1: Any = None, R2: Any = None
) -> torch.Tensor:
    """m(s(R1), s(R2)) of two canonical rewards; R1, R2 (the rewards themselves) set the scale of zero."""
    return lp_norm(normalise(c1, norm, R1) - normalise(c2, norm, R2), metric)


def range_distance(
    tau: torch.Tensor, mu0: torch.Tensor, gamma: Any, r1: torch.Tensor, r2: torch.Tensor
) -> torch.Tensor:
    """d_Omega = h(r1/h(r1) - r2/h(r2)) with zeros for trivial rewards; r1, r2 expected rewards (B, S, A)."""
    unit = []
    for r in (r1, r2):
        h, _, _ = range_norm(tau, mu0, gamma, r)
        discount = torch.as_tensor(gamma, dtype=tau.dtype, device=tau.device).expand(tau.shape[0])
        zero = h <= _ZERO * r.abs().amax((1, 2)) / (1 - discount)
        safe = torch.where(zero, torch.ones_like(h), h)[:, None, None]
        unit.append(torch.where(zero[:, None, None], torch.zeros_like(r), r / safe))
    return range_norm(tau, mu0, gamma, unit[0] - unit[1])[0]


def pearson_distance(x: torch.Tensor, y: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """sqrt((1 - rho)/2) with rho the (weighted) Pearson correlation over the flattened arrays, clipped by rounding."""
    a, b = x.reshape(x.shape[0], -1), y.reshape(y.shape[0], -1)
    w = torch.full_like(a, 1 / a.shape[1]) if weights is None else weights.reshape(a.shape)
    a = a - (w * a).sum(-1, keepdim=True)
    b = b - (w * b).sum(-1, keepdim=True)
    rho = (w * a * b).sum(-1) / ((w * a * a).sum(-1) * (w * b * b).sum(-1)).sqrt()
    return ((1 - rho.clamp(-1, 1)) / 2).sqrt()
