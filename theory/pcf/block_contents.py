"""Compiled integer loops: contents of blocks of transfer matrices modulo prime powers.

Everything is exact in int64: moduli stay at most 4096, so that sums of two products of residues stay below 2^26.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["block_valuations", "nilpotent_modulo"]


@njit(cache=True, inline="always")
def _reduced(x, modulus, factor):  # type: ignore[no-untyped-def]
    """x modulo ``modulus`` for |x| < 2^26 by the factor floor(2^36/modulus), as a product and two corrections."""
    r = x - ((x * factor) >> 36) * modulus
    if r < 0:
        r += modulus
    if r >= modulus:
        r -= modulus
    return r


@njit(cache=True)
def _content(key, start, length, p, w, modulus):  # type: ignore[no-untyped-def]
    """min(w, v_p) of the content of M_{start+1} ... M_{start+length}, entries kept modulo p^w."""
    x, y, s, t = 1, 0, 0, 1
    factor = (1 << 36) // modulus
    first = (start + 1) % modulus
    a = ((key[0] * first + key[1]) * first + key[2]) % modulus
    b = ((key[3] * first + key[4]) * first + key[5]) % modulus
    a_step, a_twice = (key[0] * (2 * first + 1) + key[1]) % modulus, (2 * key[0]) % modulus
    b_step, b_twice = (key[3] * (2 * first + 1) + key[4]) % modulus, (2 * key[3]) % modulus
    for _ in range(length):
        x, y = y, _reduced(b * x + a * y, modulus, factor)
        s, t = t, _reduced(b * s + a * t, modulus, factor)
        a, b = a + a_step, b + b_step
        a_step, b_step = a_step + a_twice, b_step + b_twice
        if a >= modulus:
            a -= modulus
        if b >= modulus:
            b -= modulus
        if a_step >= modulus:
            a_step -= modulus
        if b_step >= modulus:
            b_step -= modulus
    v = 0
    while v < w and x % p == 0 and y % p == 0 and s % p == 0 and t % p == 0:
        x, y, s, t = x // p, y // p, s // p, t // p
        v += 1
        if x == 0 and y == 0 and s == 0 and t == 0:
            return w
    return v


@njit(cache=True)
def _least_content(key, length, p, w, modulus, enough):  # type: ignore[no-untyped-def]
    """The least content over all blocks that start at a multiple of ``length``.

    After the first p^m blocks every start modulo p^(m+1) has occurred, so that every later content is at least
    min(least so far, m + 1): a least value of at most m + 1 is final, one of at most ``enough`` of no use.
    """
    least, seen, m = w, 1, 0
    for k in range(p ** (w - 1)):
        v = _content(key, k * length, length, p, w, modulus)
        least = min(least, v)
        if least <= enough:
            return least
        if k + 1 == seen:
            if least <= m + 1:
                return least
            seen *= p
            m += 1
    return least


@njit(cache=True)
def block_valuations(keys, p, w, longest):  # type: ignore[no-untyped-def]
    """For each key (rows of ``keys``) the (v, T) of largest v/T over T = p, 2p, ..., ``longest`` p; (0, 1) if none.

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
                v = _least_content(key, p * j, p, w, modulus, top * p * j // length)
                if v * length > top * p * j:
                    top, length = v, p * j
        best[i, 0] = top
        best[i, 1] = length
    return best


@njit(cache=True)
def _has_root(key, p):  # type: ignore[no-untyped-def]
    """Whether b(n) = 0 modulo p for some n, by second differences."""
    b, step, twice = key[5] % p, (key[3] + key[4]) % p, (2 * key[3]) % p
    for _ in range(p):
        if b == 0:
            return True
        b += step
        step += twice
        if b >= p:
            b -= p
        if step >= p:
            step -= p
    return False


@njit(cache=True)
def nilpotent_modulo(key, p):  # type: ignore[no-untyped-def]
    """Whether M_1 ... M_p has trace and determinant 0 modulo the prime p (p < 4096)."""
    if not _has_root(key, p):
        return False
    x, y, s, t = 1, 0, 0, 1
    factor = (1 << 36) // p
    for n in range(1, p + 1):
        a = ((key[0] * n + key[1]) * n + key[2]) % p
        b = ((key[3] * n + key[4]) * n + key[5]) % p
        x, y = y, _reduced(b * x + a * y, p, factor)
        s, t = t, _reduced(b * s + a * t, p, factor)
    return (x + t) % p == 0
