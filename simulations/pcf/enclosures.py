"""Certified balls for arrays of formulas: exact convergents in compiled multi-word integers, then integer division.

The recurrence multiplies large integers by small ones only, so that a step costs one pass over the words. Numbers are
sums of ``word[i] 2^(32 i)`` with ``0 <= word[i] < 2^32`` but for the top word, which is signed, below 2^31 in size.
Nothing is rounded before the last division, which is rounded outwards (:func:`theory.pcf.enclosures.ball`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from theory.pcf.enclosures import GUARD, ball

Array = np.ndarray[Any, np.dtype[Any]]

MASK = (1 << 32) - 1
WORPITZKY, POSITIVE, NONE = 0, 1, 2
CHUNK = 2048
LATEST = 1 << 16


@dataclass(frozen=True)
class Balls:
    """For each formula |L - centre/2^scale| <= radius/2^scale at ``depth``; radius -1 where there is no ball."""

    centre: list[int]
    radius: list[int]
    depth: Array
    hypothesis: Array
    scale: int

    @property
    def bits(self) -> Array:
        """The largest k with an absolute error of at most 2^-k; -2^15 where there is no ball."""
        return np.array(
            [self.scale - (r - 1).bit_length() if r > 0 else -(1 << 15) for r in self.radius], dtype=np.int32
        )


def _shifted(coefficients: Array, by: Array) -> Array:
    """Taylor shift of polynomials (N, k), highest power first, by integers (N,)."""
    out = coefficients.astype(object) if np.abs(by).max(initial=0) > 1000 else coefficients.copy()
    for end in range(out.shape[1] - 1, 0, -1):
        for i in range(1, end + 1):
            out[:, i] += by * out[:, i - 1]
    return out


def _worpitzky_seen(keys: Array, start: Array) -> Array:
    one = np.ones(len(keys), dtype=np.int64)
    a, a1, b1 = keys[:, :3], _shifted(keys[:, :3], one), _shifted(keys[:, 3:], one)
    product = np.zeros((len(keys), 5), dtype=np.int64)
    for i in range(3):
        for j in range(3):
            product[:, i + j] += a[:, i] * a1[:, j]
    seen = np.ones(len(keys), dtype=bool)
    for sign in (1, -1):
        slack = product.copy()
        slack[:, 2:] += 4 * sign * b1
        seen &= (_shifted(slack, start) >= 0).all(axis=1)
    return seen


def _positive_seen(keys: Array, start: Array) -> Array:
    a, b = _shifted(keys[:, :3], start + 1), _shifted(keys[:, 3:], start + 1)
    one_sign = (a >= 0).all(axis=1) | (a <= 0).all(axis=1)
    return np.asarray(one_sign & (a[:, 2] != 0) & (b >= 0).all(axis=1) & (b[:, 2] > 0))


def tail_starts(keys: Array) -> tuple[Array, Array]:
    """The least start of each row and its hypothesis, as :func:`theory.pcf.enclosures.tail_start` (NONE: neither)."""
    keys = np.asarray(keys, dtype=np.int64)
    start, kind = np.zeros(len(keys), dtype=np.int64), np.full(len(keys), NONE, dtype=np.int8)
    for code, seen in ((WORPITZKY, _worpitzky_seen), (POSITIVE, _positive_seen)):
        rows = np.flatnonzero(kind == NONE)
        if code == POSITIVE:
            rows = rows[(keys[rows, 3:] >= 0).any(axis=1)]
        high = np.full(len(rows), -1, dtype=np.int64)
        low, step = high.copy(), 0
        while step <= LATEST and (high < 0).any():
            left = np.flatnonzero(high < 0)
            good = seen(keys[rows[left]], np.full(len(left), step, dtype=np.int64))
            high[left[good]], low[left[~good]] = step, step
            step = 2 * step + 1
        found = np.flatnonzero(high >= 0)
        while len(busy := found[high[found] - low[found] > 1]):
            middle = (low[busy] + high[busy]) // 2
            good = seen(keys[rows[busy]], middle)
            high[busy[good]], low[busy[~good]] = middle[good], middle[~good]
        start[rows[found]], kind[rows[found]] = high[found], code
    return start, kind


@njit(cache=True)
def _step(x, nx, y, ny, a, b, out):  # type: ignore[no-untyped-def]
    """out = a x + b y; returns its number of words, 0 where it has no room. ``out`` may be ``y``."""
    size = max(nx, ny)
    carry = np.int64(0)
    for i in range(size):
        t = carry
        if i < nx:
            t += a * x[i]
        if i < ny:
            t += b * y[i]
        if i == size - 1:
            carry = t
        else:
            out[i] = t & MASK
            carry = t >> 32
    while carry >= 1 << 31 or carry < -(1 << 31):
        if size >= out.shape[0]:
            return 0
        out[size - 1] = carry & MASK
        carry >>= 32
        size += 1
    out[size - 1] = carry
    return size


@njit(cache=True)
def _log2(x, n):  # type: ignore[no-untyped-def]
    """log2 |x| to about 1e-8, for choosing a depth; -1e9 for 0."""
    value = 0.0
    top = max(0, n - 4)
    for i in range(n - 1, top - 1, -1):
        value = value * 4294967296.0 + x[i]
    return -1e9 if value == 0.0 else np.log2(abs(value)) + 32.0 * top


@njit(cache=True)
def _write(x, n, out):  # type: ignore[no-untyped-def]
    """Two's complement in 32-bit words."""
    for i in range(n):
        out[i] = x[i] & MASK
    fill = np.uint32(MASK) if x[n - 1] < 0 else np.uint32(0)
    for i in range(n, out.shape[0]):
        out[i] = fill


@njit(cache=True)
def _convergents(keys, start, depth, bits, budget, words, longest):  # type: ignore[no-untyped-def]
    """p_N, p_{N-1}, q_N, q_{N-1} at the depth N where the interval is expected to be narrow enough.

    N is at least ``depth`` (given) and at most the budget; written to ``words`` (N, 4, W) and returned, -1 for no room.
    """
    count, room = keys.shape[0], words.shape[2]
    reached = np.zeros(count, dtype=np.int64)
    store = np.zeros((4, room), dtype=np.int64)
    for i in range(count):
        k = keys[i]
        store[:, 0] = 0
        p, p1, q, q1 = store[0], store[1], store[2], store[3]
        p[0], p1[0], q[0], q1[0] = k[2], 1, 1, 0
        np_, np1, nq, nq1 = 1, 1, 1, 1
        product, n = 0.0, 0
        first = max(start[i], depth[i])
        while n < budget:
            if n >= first:
                width = product - _log2(q, nq) - max(_log2(q1, nq1), -1e8)
                if width + np.log2(1.0 + n * longest) < -bits:
                    break
            n += 1
            a = (k[0] * n + k[1]) * n + k[2]
            b = (k[3] * n + k[4]) * n + k[5]
            m = _step(p, np_, p1, np1, a, b, p1)
            r = _step(q, nq, q1, nq1, a, b, q1)
            if m == 0 or r == 0:
                n = -1
                break
            p, p1, q, q1 = p1, p, q1, q
            np_, np1, nq, nq1 = m, np_, r, nq
            product += np.log2(abs(b))
        reached[i] = n
        if n >= 0:
            _write(p, np_, words[i, 0])
            _write(p1, np1, words[i, 1])
            _write(q, nq, words[i, 2])
            _write(q1, nq1, words[i, 3])
    return reached


def _ends(key: Array, n: int, kind: int, p: int, p1: int, q: int, q1: int) -> Any:
    if kind == WORPITZKY:
        a = (int(key[0]) * n + int(key[1])) * n + int(key[2])
        u, v = 2 * q + a * q1, 2 * q - a * q1
        return None if u == 0 or v == 0 or (u < 0) != (v < 0) else ((2 * p + a * p1, u), (2 * p - a * p1, v))
    n += 1
    a = (int(key[0]) * n + int(key[1])) * n + int(key[2])
    b = (int(key[3]) * n + int(key[4])) * n + int(key[5])
    if a < 0:
        a, b = -a, -b
    u = a * q + b * q1
    return None if u == 0 or q == 0 or (u < 0) != (q < 0) else ((p, q), (a * p + b * p1, u))


def enclose_keys(keys: Array, bits: int = 128, budget: int = 400, room: int = 32) -> Balls:
    """Balls of radius at most 2^-bits where the budget of depth and of ``room`` words reaches; else those at its end.

    Rows must be convergent formulas that do not terminate. A row without a hypothesis, without room, or with a pole in
    its last interval gets radius -1.
    """
    keys = np.ascontiguousarray(keys, dtype=np.int64)
    start, kind = tail_starts(keys)
    centre, radius = [0] * len(keys), [-1] * len(keys)
    depth = np.full(len(keys), -1, dtype=np.int64)
    rows = np.flatnonzero((kind != NONE) & (start <= budget))
    least = np.zeros(len(keys), dtype=np.int64)
    for _ in range(6):
        for place in range(0, len(rows), CHUNK):
            part = rows[place : place + CHUNK]
            _enclose_part(keys, part, start, kind, least, bits, budget, room, centre, radius, depth)
        rows = rows[[(radius[i] < 0 or radius[i] > 1 << GUARD) and 0 <= depth[i] < budget for i in rows]]
        if not len(rows):
            break
        least[rows] = np.minimum(budget, depth[rows] * 5 // 4 + 8)
    return Balls(centre, radius, depth, kind, bits + GUARD)


def _enclose_part(
    keys: Array, part: Array, start: Array, kind: Array, least: Array, bits: int, budget: int, room: int,
    centre: list[int], radius: list[int], depth: Array,
) -> None:  # fmt: skip
    words = np.empty((len(part), 4, room), dtype=np.uint32)
    reached = _convergents(keys[part], start[part], least[part], float(bits), budget, words, 5.0)
    depth[part] = reached
    scale, read = bits + GUARD, int.from_bytes
    for j, i in enumerate(part.tolist()):
        n = int(reached[j])
        if n < 0:
            continue
        raw = words[j].tobytes()
        p, p1, q, q1 = (read(raw[4 * room * s : 4 * room * (s + 1)], "little", signed=True) for s in range(4))
        ends = _ends(keys[i], n, kind[i], p, p1, q, q1)
        if ends is not None:
            centre[i], radius[i] = ball(ends, scale)
