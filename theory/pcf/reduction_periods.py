"""Periods of many continued fractions modulo a prime at once, from the definition."""

from __future__ import annotations

from typing import Any

import numpy as np

from plumbline.errors import InputError

PRIMES = (101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157)
"""The primes at which the census is tested."""


def values_modulo(coefficients: Any, n: int, prime: int) -> Any:
    """Values at n of polynomials [m, k] (highest power first) modulo a prime, [m] int64."""
    total = np.zeros(coefficients.shape[0], dtype=np.int64)
    for column in range(coefficients.shape[1]):
        total = (total * n + coefficients[:, column]) % prime
    return total


def periods(a: Any, b: Any, prime: int) -> tuple[Any, Any]:
    """Traces and determinants of M_1 ... M_l modulo l = ``prime``, for coefficients a, b [m, k], highest power first.

    Entries grow by a factor below 2 l with each step: they are reduced whenever they might leave 62 bits.
    """
    if prime < 3 or prime > 2**20:
        raise InputError(f"prime must lie between 3 and 2^20, got {prime}")
    tables = []
    for coefficients in (a, b):
        distinct, where = np.unique(coefficients % prime, axis=0, return_inverse=True)
        table = np.stack([values_modulo(distinct, n, prime) for n in range(1, prime + 1)])
        tables.append((table, where.ravel()))
    m = a.shape[0]
    x, y, z, w = (np.full(m, value, dtype=np.int64) for value in (1, 0, 0, 1))
    determinants = np.prod(np.ones((1, tables[1][0].shape[1]), dtype=np.int64), axis=0)
    for row in tables[1][0]:
        determinants = determinants * -row % prime
    size = prime
    for n in range(prime):
        an, bn = tables[0][0][n][tables[0][1]], tables[1][0][n][tables[1][1]]
        x, y, z, w = y, bn * x + an * y, w, bn * z + an * w
        size *= 2 * prime
        if size > 2**62 // (2 * prime):
            for entries in (x, y, z, w):
                np.remainder(entries, prime, out=entries)
            size = prime
    return (x + w) % prime, determinants[tables[1][1]] % prime


def _triples(reach: int) -> Any:
    """All nonzero triples of integers of modulus at most ``reach``, [m, 3]."""
    side = np.arange(-reach, reach + 1)
    grid = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    return grid[np.any(grid != 0, axis=1)]


def polynomials(reach: int = 5) -> Any:
    """Nonzero polynomials of degree at most 2 with coefficients of modulus at most ``reach``, [m, 3]."""
    return _triples(reach)


def non_terminating(b: Any) -> Any:
    """Which b (with coefficients of modulus at most 5) vanish at no integer n >= 1; their roots are below 7."""
    n = np.arange(1, 8)
    values = b[:, :1] * n**2 + b[:, 1:2] * n + b[:, 2:]
    return np.all(values != 0, axis=1)


def formulas_linear_a() -> Any:
    """The census with deg a <= 1, b of degree 2, non-terminating, one of each pair +-a: keys [65760, 6]."""
    every = polynomials()
    b = every[(every[:, 0] != 0) & non_terminating(every)]
    a = every[every[:, 0] == 0]
    a = a[(a[:, 1] > 0) | ((a[:, 1] == 0) & (a[:, 2] > 0))]
    return pairs(a, b)


def pairs(a: Any, b: Any) -> Any:
    """All keys (a, b), [len(a) len(b), 6]."""
    return np.hstack([np.repeat(a, len(b), axis=0), np.tile(b, (len(a), 1))])
