"""The float64 dynamics of :mod:`simulations.pcf.dynamics` in torch, on any device: the same steps on many lanes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from simulations.pcf.dynamics import RESCALE, Array, Dynamics, require_samples

LANES = 32768


def dynamics(keys: Array, depth: int, samples: Sequence[int], device: str = "cpu", lanes: int = LANES) -> Dynamics:
    """As :func:`simulations.pcf.dynamics.dynamics`, in batches of ``lanes`` formulas."""
    wanted = require_samples(depth, samples)
    parts = [
        _batch(torch.as_tensor(np.ascontiguousarray(keys[k : k + lanes]), device=device).double(), depth, wanted)
        for k in range(0, len(keys), lanes)
    ]
    return Dynamics(*(np.concatenate([part[j] for part in parts]) for j in range(4)))


def _batch(keys: torch.Tensor, depth: int, wanted: Sequence[int]) -> tuple[Array, ...]:
    A2, A1, A0, B2, B1, B0 = keys.unbind(1)
    one, zero = torch.ones_like(A0), torch.zeros_like(A0)
    p, pp, q, qp, product = A0.clone(), one.clone(), one.clone(), zero.clone(), one.clone()
    log_scale, log_product = zero.clone(), zero.clone()
    log_q, first, parity = [], [], []
    term: list[torch.Tensor] = []
    total: list[torch.Tensor] = []
    for n in range(1, depth + 1):
        a, b = (A2 * n + A1) * n + A0, (B2 * n + B1) * n + B0
        p, pp = torch.addcmul(b * pp, a, p), p
        new = torch.addcmul(b * qp, a, q)
        ratio = -b * qp / new
        q, qp = new, q
        product = product * b
        for k in range(len(term)):
            term[k] = term[k] * ratio
            total[k] = total[k] + term[k]
        if len(term) < len(wanted) and n == wanted[len(term)] + 1:
            step = torch.log(product.abs()) + log_product - torch.log(q.abs()) - torch.log(qp.abs()) - 2 * log_scale
            first.append(step)
            parity.append(product.sign() * q.sign() * qp.sign() * (1.0 if n % 2 else -1.0))
            term.append(one)
            total.append(one)
        if n in wanted:
            log_q.append(torch.log(q.abs()) + log_scale)
        if n % RESCALE == 0:
            size = q.abs() + qp.abs()
            p, pp, q, qp = p / size, pp / size, q / size, qp / size
            log_scale = log_scale + torch.log(size)
            size = product.abs()
            log_product, product = log_product + torch.log(size), product / size
    error = [one_ + torch.log(sum_.abs()) for one_, sum_ in zip(first, total, strict=True)]
    sign = [sum_.sign() * own for sum_, own in zip(total, parity, strict=True)]
    return (p / q).cpu().numpy(), *(torch.stack(part, 1).cpu().numpy() for part in (log_q, error, sign))
