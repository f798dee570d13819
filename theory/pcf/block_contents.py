"""Compiled integer loops: contents of blocks of transfer matrices modulo prime powers.

Everything is exact in int64: moduli stay below 1024 and block starts below 10^4, so that no product overflows.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["block_valuations", "nilpotent_modulo"]


@njit(cache=True)
def _content(key, start, length, p, w, modulus):  # type: ignore[no-untyped-def]
    """min(w, v_p) of the content of M_{start+1} ... M_{start+length}, entries kept modulo p^w."""
    x, y, s, t = 1, 0, 0, 1
    for n in range(start + 1, start + length + 1):
        a = (key[0] * n + key[1]) * n + key[2]
        b = (key[3] * n + key[4]) * n + key[5]
        x, y = y, (b * x + a * y) % modulus
        s, t = t, (b * s + a * t) % modulus
    v = 0
    while v < w and x % p == 0 and y % p == 0 and s % p == 0 and t % p == 0:
        x, y, s, t = x // p, y // p, s // p, t // p
        v += 1
        if x == 0 and y == 0 and s == 0 and t == 0:
            return w
    return v


@njit(cache=True)
def _least_content(key, length, p, w, modulus):  # type: ignore[no-untyped-def]
    """The least content over all blocks that start at a multiple of ``length``.

    After the first p^m blocks every start modulo p^(m+1) has occurred, so that every later content is at least
    min(least so far, m + 1): a least value of at most m + 1 is final.
    """
    least, seen, m = w, 1, 0
    for k in range(p ** (w - 1)):
        v = _content(key, k * length, length, p, w, modulus)
        least = min(least, v)
        if k + 1 == seen:
            if least <= m + 1:
                return least
            seen *= p
            m += 1
    return least


@njit(cache=True)
def block_valuations(keys, p, w, longest):  # type: ignore[no-untyped-def]
    """For each key (rows of ``keys``) the pair (v, T) of largest v/T over T = p, 2p, ..., ``longest`` p; (0, 1) if none.

    v is the least p-adic valuation of the content of M_{kT+1} ... M_{kT+T} over all k, capped at w. So p^(v floor(n/T))
    divides g_n for every n.
    """
    count = keys.shape[0]
    best = np.zeros((count, 2), dtype=np.int64)
    modulus = p**w
    for i in range(count):
        key = keys[i]
        top, length = 0, 1
        if nilpotent_modulo(key, p):
            for j in range(1, longest + 1):
                v = _least_content(key, p * j, p, w, modulus)
                if v * length > top * p * j:
                    top, length = v, p * j
        best[i, 0] = top
        best[i, 1] = length
    return best


@njit(cache=True)
def nilpotent_modulo(key, p):  # type: ignore[no-untyped-def]
    """Whether M_1 ... M_p has trace and determinant 0 modulo the prime p (p < 2^20)."""
    x, y, s, t = 1, 0, 0, 1
    product = 1
    for n in range(1, p + 1):
        a = ((key[0] * n + key[1]) * n + key[2]) % p
        b = ((key[3] * n + key[4]) * n + key[5]) % p
        x, y = y, (b * x + a * y) % p
        s, t = t, (b * s + a * t) % p
        product = product * b % p
    return product == 0 and (x + t) % p == 0
