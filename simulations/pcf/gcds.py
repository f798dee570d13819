r"""Exact greatest common divisors of p_n and q_n by product trees, and the reduction test modulo primes.

Leaves of the tree are products of some transfer matrices in compiled multi-word integers; above them GMP multiplies.
The last factor at every level is needed as a column only,
:math:`(p_n,q_n)^T=\begin{pmatrix}1&a_0\\0&1\end{pmatrix}M_1\cdots
M_n(0,1)^T`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import gmpy2
import numpy as np
from numba import njit

from plumbline.errors import InputError
from simulations.pcf.enclosures import _step, _write

Array = np.ndarray[Any, np.dtype[Any]]

LEAF = 50
ROOM = 64
"""Words of 32 bits for an entry of a leaf: enough while ln of its factors' sizes stays below 32 * 64 bits."""
PRIMES = (101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157)


@njit(cache=True)
def _leaves(key, last, leaf, words):  # type: ignore[no-untyped-def]
    """Products of ``leaf`` consecutive matrices up to M_last, to ``words`` (leaves, 4, ROOM); False: no room."""
    room = words.shape[2]
    store = np.zeros((4, room), dtype=np.int64)
    for j in range(words.shape[0]):
        x, y, z, w = store[0], store[1], store[2], store[3]
        x[0], y[0], z[0], w[0] = 1, 0, 0, 1
        nx, ny, nz, nw = 1, 1, 1, 1
        for n in range(j * leaf + 1, min((j + 1) * leaf, last) + 1):
            a = (key[0] * n + key[1]) * n + key[2]
            b = (key[3] * n + key[4]) * n + key[5]
            m = _step(y, ny, x, nx, a, b, x)
            r = _step(w, nw, z, nz, a, b, z)
            if m == 0 or r == 0:
                return False
            x, y, z, w = y, x, w, z
            nx, ny, nz, nw = ny, m, nw, r
        _write(x, nx, words[j, 0])
        _write(y, ny, words[j, 1])
        _write(z, nz, words[j, 2])
        _write(w, nw, words[j, 3])
    return True


def _times(one: Any, other: Any) -> Any:
    x, y, z, w = one
    a, b, c, d = other
    return x * a + y * c, x * b + y * d, z * a + w * c, z * b + w * d


def convergents_at(key: Sequence[int], depths: Sequence[int]) -> list[tuple[Any, Any]]:
    """(p_n, q_n) as GMP integers at the increasing ``depths``, by one product tree between each two of them."""
    row = np.asarray(key, dtype=np.int64)
    if list(depths) != sorted(set(depths)) or depths[0] < 1:
        raise InputError(f"depths must increase from 1 on, got {list(depths)}")
    last = int(depths[-1])
    inner = math.gcd(*depths[:-1])  # leaves must end at every depth but the last
    size = next(k for k in range(LEAF, 0, -1) if inner % k == 0)
    words = np.empty(((last + size - 1) // size, 4, ROOM), dtype=np.uint32)
    if not _leaves(row, last, size, words):
        raise InputError(f"an entry of a leaf exceeds {32 * ROOM} bits: depth {last} is too deep for {tuple(key)}")
    raw, width = words.tobytes(), 4 * ROOM
    entries = [gmpy2.mpz(int.from_bytes(raw[k : k + width], "little", signed=True)) for k in range(0, len(raw), width)]
    leaves = [tuple(entries[k : k + 4]) for k in range(0, len(entries), 4)]
    found, state, done = [], (gmpy2.mpz(1), gmpy2.mpz(int(row[2])), gmpy2.mpz(0), gmpy2.mpz(1)), 0
    for depth in depths:
        stop = (depth + size - 1) // size
        if depth == last:
            found.append(_column(state, leaves[done:stop]))
        else:
            state = _times(state, _tree(leaves[done:stop]))
            found.append((state[1], state[3]))
        done = stop
    return found


def _tree(leaves: list[Any]) -> Any:
    while len(leaves) > 1:
        paired = [_times(leaves[k], leaves[k + 1]) for k in range(0, len(leaves) - 1, 2)]
        leaves = paired + leaves[len(leaves) - len(leaves) % 2 :]
    return leaves[0]


def _column(state: Any, leaves: list[Any]) -> tuple[Any, Any]:
    """The last column of ``state`` times the product of the leaves; the second factor only ever as a column."""
    if not leaves:
        return state[1], state[3]
    if len(leaves) == 1:
        u, v = leaves[0][1], leaves[0][3]
    else:
        half = len(leaves) // 2
        first = _tree(leaves[:half])
        s, t = _column((1, 0, 0, 1), leaves[half:])
        u, v = first[0] * s + first[1] * t, first[2] * s + first[3] * t
    return state[0] * u + state[1] * v, state[2] * u + state[3] * v


def log_of(value: Any) -> float:
    """ln of a positive GMP integer to about 1e-15 relative; 0 for 1, -inf for 0."""
    return math.log(int(value)) if value > 0 else -math.inf


def log_gcds(keys: Array, depths: Sequence[int]) -> tuple[Array, Array]:
    """(ln g_n, ln|q_n|) of each formula (rows) at each depth (columns), from exact integers; -inf for q_n = 0."""
    gcds, denominators = np.empty((len(keys), len(depths))), np.empty((len(keys), len(depths)))
    for i, key in enumerate(np.asarray(keys, dtype=np.int64).tolist()):
        for j, (p, q) in enumerate(convergents_at(key, depths)):
            gcds[i, j] = log_of(gmpy2.gcd(p, q))
            denominators[i, j] = log_of(abs(q))
    return gcds, denominators


@njit(cache=True)
def _nilpotent(keys, primes):  # type: ignore[no-untyped-def]
    counts = np.zeros(keys.shape[0], dtype=np.int8)
    for i in range(keys.shape[0]):
        k = keys[i]
        for j in range(primes.shape[0]):
            p = primes[j]
            x, y, z, w, product = 1, 0, 0, 1, 1
            for n in range(1, p + 1):
                a = (k[0] * n + k[1]) * n + k[2]
                b = (k[3] * n + k[4]) * n + k[5]
                x, y = y, (b * x + a * y) % p
                z, w = w, (b * z + a * w) % p
                product = product * b % p
            counts[i] += product == 0 and (x + w) % p == 0
    return counts


def nilpotent_primes(keys: Array, primes: Sequence[int] = PRIMES) -> Array:
    """For how many of the primes M_1 ... M_p is nilpotent modulo p (trace and determinant 0), exactly."""
    if max(primes) > 1000:
        raise InputError(f"primes must be below 1000, got {max(primes)}")
    return np.asarray(_nilpotent(np.ascontiguousarray(keys, dtype=np.int64), np.array(primes, dtype=np.int64)))
