r"""Convergents in float64 with logarithms carried apart, compiled: L, ln|q_n|, ln eps(n) against the last depth.

Successive differences :math:`d_n=p_n/q_n-p_{n-1}/q_{n-1}=(-1)^{n-1}b_1\cdots b_n/(q_nq_{n-1})` have the ratio
:math:`-b_nq_{n-2}/q_n`, so that the blind error :math:`\sum_{k>n}d_k` comes without cancellation or long integers.
Rows where q_n vanishes or does not grow (L infinite, where q is the minimal solution) are wrong here without a sign of
it: they are decided by :mod:`theory.pcf.rational_limits`, and nothing is proved by these numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from plumbline.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]

LANES = 64
RESCALE = 8
MOST_DEPTH = 1_000_000


@dataclass(frozen=True)
class Dynamics:
    """Arrays over formulas (N,) and sampled depths (N, S): the last convergent, ln|q_n|, ln eps(n) blind.

    ``sign`` is that of p_N/q_N - p_n/q_n (the sign of L minus the convergent).
    """

    limit: Array
    log_q: Array
    log_error: Array
    sign: Array


@njit(error_model="numpy", cache=True)
def _rescale(p, pp, q, qp, product, log_scale, log_product):  # type: ignore[no-untyped-def]
    """Divide (p, q) by |q_n| + |q_{n-1}| and the product by its size; their logarithms are kept."""
    for i in range(LANES):
        size = abs(q[i]) + abs(qp[i])
        inverse = 1.0 / size
        p[i] *= inverse
        pp[i] *= inverse
        q[i] *= inverse
        qp[i] *= inverse
        log_scale[i] += np.log(size)
        size = abs(product[i])
        log_product[i] += np.log(size)
        product[i] /= size


@njit(error_model="numpy", cache=True)
def _block(keys, depth, samples, limit, log_q, log_error, sign):  # type: ignore[no-untyped-def]
    """One block of at most LANES formulas; every array has the block's rows."""
    m, s = keys.shape[0], samples.shape[0]
    c = np.zeros((6, LANES))
    for i in range(m):
        for j in range(6):
            c[j, i] = keys[i, j]
    for i in range(m, LANES):
        c[2, i], c[5, i] = 1.0, 1.0
    p, pp = np.empty(LANES), np.ones(LANES)
    q, qp = np.ones(LANES), np.zeros(LANES)
    product, log_scale, log_product = np.ones(LANES), np.zeros(LANES), np.zeros(LANES)
    term, total = np.zeros((s, LANES)), np.zeros((s, LANES))
    first, ratio = np.zeros((s, LANES)), np.empty(LANES)
    parity = np.zeros((s, LANES))
    for i in range(LANES):
        p[i] = c[2, i]
    active = 0
    for n in range(1, depth + 1):
        x = float(n)
        for i in range(LANES):
            a = (c[0, i] * x + c[1, i]) * x + c[2, i]
            b = (c[3, i] * x + c[4, i]) * x + c[5, i]
            new = a * p[i] + b * pp[i]
            pp[i] = p[i]
            p[i] = new
            new = a * q[i] + b * qp[i]
            ratio[i] = -b * qp[i] / new
            qp[i] = q[i]
            q[i] = new
            product[i] *= b
        for k in range(active):
            for i in range(LANES):
                term[k, i] *= ratio[i]
                total[k, i] += term[k, i]
        if active < s and n == samples[active] + 1:
            for i in range(LANES):
                step = np.log(abs(product[i])) + log_product[i]
                first[active, i] = step - np.log(abs(q[i])) - np.log(abs(qp[i])) - 2.0 * log_scale[i]
                parity[active, i] = np.sign(product[i]) * np.sign(q[i]) * np.sign(qp[i]) * (1.0 if n % 2 else -1.0)
                term[active, i] = 1.0
                total[active, i] = 1.0
            active += 1
        if active < s and n == samples[active]:
            for i in range(m):
                log_q[i, active] = np.log(abs(q[i])) + log_scale[i]
        if n % RESCALE == 0:
            _rescale(p, pp, q, qp, product, log_scale, log_product)
    for i in range(m):
        limit[i] = p[i] / q[i]
        for k in range(s):
            log_error[i, k] = first[k, i] + np.log(abs(total[k, i]))
            sign[i, k] = np.sign(total[k, i]) * parity[k, i]


@njit(error_model="numpy", cache=True)
def _all(keys, depth, samples, limit, log_q, log_error, sign):  # type: ignore[no-untyped-def]
    for start in range(0, keys.shape[0], LANES):
        stop = min(start + LANES, keys.shape[0])
        _block(
            keys[start:stop],
            depth,
            samples,
            limit[start:stop],
            log_q[start:stop],
            log_error[start:stop],
            sign[start:stop],
        )


def require_samples(depth: int, samples: Sequence[int]) -> list[int]:
    """Sampled depths, increasing, each below ``depth``; InputError otherwise."""
    wanted = list(samples)
    if isinstance(depth, bool) or not isinstance(depth, int) or not 2 <= depth <= MOST_DEPTH:
        raise InputError(f"depth must be an integer from 2 to {MOST_DEPTH}, got {depth!r}")
    if not wanted or wanted != sorted(set(wanted)) or wanted[0] < 1 or wanted[-1] >= depth:
        raise InputError(f"samples must increase from 1 to below the depth {depth}, got {wanted}")
    return wanted


def dynamics(keys: Array, depth: int, samples: Sequence[int]) -> Dynamics:
    """The dynamics of formulas (N, 6) that do not terminate, to ``depth``, at the sampled depths."""
    wanted = np.array(require_samples(depth, samples), dtype=np.int64)
    keys = np.ascontiguousarray(keys, dtype=np.int64)
    if keys.ndim != 2 or keys.shape[1] != 6:
        raise InputError(f"keys must have shape (N, 6), got {keys.shape}")
    count, s = len(keys), len(wanted)
    limit, sign = np.empty(count), np.empty((count, s))
    log_q, log_error = np.empty((count, s)), np.empty((count, s))
    _all(keys, depth, wanted, limit, log_q, log_error, sign)
    return Dynamics(limit, log_q, log_error, sign)
