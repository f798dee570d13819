r"""Formulas with d_a = d_b whose minimal solution is a hypergeometric term, so that L is rational or infinite.

With :math:`\zeta=-B/A`, a solution :math:`f_n=\zeta^nC(n+1)` of :math:`u_n=a_nu_{n-1}+b_nu_{n-2}` with a polynomial C
of degree :math:`\rho` is minimal, and :math:`L=a_0-f_0/f_{-1}=a_0-\zeta C(1)/C(0)`. Cleared of fractions the
condition on C is

.. math:: AB\,a(n)C(n)-A^2\,b(n)C(n-1)+B^2\,C(n+1)=0,

whose terms :math:`C=n^k` have degree :math:`k+d_a-1` with leading coefficient :math:`A^2B(k-\rho)`: solved from the top
down. Here :math:`\rho=\beta_1-\alpha_1`, less :math:`B/A^2` where both degrees are 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from plumbline.errors import InputError
from theory.pcf.census import first_zero, leading_arrays
from theory.pcf.definitions.continued_fraction import ContinuedFraction

Array = np.ndarray[Any, np.dtype[Any]]
PRIME = (1 << 31) - 1
"""Solvability is tried modulo this prime first: a solution over the rationals has no denominator that it divides."""


@dataclass(frozen=True)
class RationalLimit:
    """C by its coefficients from the constant up (monic), and L; ``value`` is None where L is infinite."""

    coefficients: tuple[Fraction, ...]
    value: Fraction | None


def _tops(key: Sequence[int]) -> tuple[int, int]:
    return key[0] or key[1], key[3] or key[4]


def residual(key: Sequence[int], coefficients: Sequence[Fraction | int]) -> list[Fraction]:
    """Coefficients, from the constant up, of AB a(n) C(n) - A^2 b(n) C(n-1) + B^2 C(n+1)."""
    A, B = _tops(key)
    a, b = list(reversed(key[:3])), list(reversed(key[3:]))
    found = [Fraction(0)] * (len(coefficients) + 2)
    for k, c in enumerate(coefficients):
        for i in range(k + 1):
            binomial = c * math.comb(k, i)
            found[i] += B * B * binomial
            for j in range(3):
                found[i + j] -= A * A * b[j] * binomial * (-1) ** (k - i)
        for j in range(3):
            found[k + j] += A * B * a[j] * c
    return found


def rational_limit(formula: ContinuedFraction) -> RationalLimit | None:
    """C and the limit of a non-terminating formula with d_a = d_b in {1, 2}; None where there is no such C.

    InputError for other degrees and for a formula that terminates.
    """
    if formula.degrees not in ((1, 1), (2, 2)):
        raise InputError(f"formula must have degrees (1, 1) or (2, 2), got {formula.degrees}")
    if formula.terminates_at is not None:
        raise InputError(f"formula must not terminate, got {formula} with b({formula.terminates_at}) = 0")
    key = formula.key
    (A, B), linear = _tops(key), formula.degrees == (1, 1)
    exponent = Fraction(key[5 if linear else 4], B) - Fraction(key[2 if linear else 1], A)
    if linear:
        exponent -= Fraction(B, A * A)
    if exponent.denominator != 1 or exponent < 0:
        return None
    rho = int(exponent)
    C = [Fraction(0)] * rho + [Fraction(1)]
    rest = residual(key, C)
    for k in range(rho - 1, -1, -1):
        C[k] = -rest[k if linear else k + 1] / (A * A * B * (k - rho))
        step = residual(key, [0] * k + [C[k]])
        rest = [x + y for x, y in zip(rest, step + [Fraction(0)] * rho, strict=False)]
    if any(rest):
        return None
    first, at_zero = sum(C, Fraction(0)), C[0]
    value = None if at_zero == 0 else key[2] + Fraction(B, A) * first / at_zero
    return RationalLimit(tuple(C), value)


def candidates(keys: Array) -> Array:
    """rho for each key where it is an integer >= 0, d_a = d_b in {1, 2} and the formula does not terminate; else -1."""
    (da, A, a1, _), (db, B, b1, _) = leading_arrays(keys[:, :3]), leading_arrays(keys[:, 3:])
    top = b1 * A * A - a1 * A * B - np.where(da == 1, B * B, 0)
    bottom = A * A * B
    fits = (da == db) & (da >= 1) & (first_zero(keys[:, 3:]) == 0) & (top % bottom == 0) & (top // bottom >= 0)
    return np.where(fits, top // bottom, -1)


def solvable_modulo(keys: Array, rho: int) -> Array:
    """Whether the equation for C is solvable modulo PRIME, for keys with this rho: necessary over the rationals."""
    (da, A, *_), (_, B, *_) = leading_arrays(keys[:, :3]), leading_arrays(keys[:, 3:])
    every = np.arange(len(keys))
    rest = np.zeros((len(keys), rho + 3), dtype=np.int64)
    _add_term(rest, keys, rho, np.ones(len(keys), dtype=np.int64))
    for k in range(rho - 1, -1, -1):
        divisor = A * A * B * (rho - k)
        inverse = {int(d): pow(int(d) % PRIME, -1, PRIME) for d in np.unique(divisor)}
        factor = np.array([inverse[int(d)] for d in divisor], dtype=np.int64)
        _add_term(rest, keys, k, rest[every, k + da - 1] * factor % PRIME)
    return np.asarray(~rest.any(axis=1))


def _add_term(rest: Array, keys: Array, k: int, c: Array) -> None:
    """Add c times the term of n^k to the coefficients, modulo PRIME; every product stays below 2^63."""
    (_, A, *_), (_, B, *_) = leading_arrays(keys[:, :3]), leading_arrays(keys[:, 3:])
    term = np.zeros_like(rest)
    for i in range(k + 1):
        binomial = math.comb(k, i)
        term[:, i] += B * B * binomial
        for j in range(3):
            term[:, i + j] -= A * A * keys[:, 5 - j] * (binomial * (-1) ** (k - i))
    for j in range(3):
        term[:, k + j] += A * B * keys[:, 2 - j]
    rest += term % PRIME * c[:, None] % PRIME
    rest %= PRIME


def rational_limits(keys: Array) -> dict[int, RationalLimit]:
    """All rows whose minimal solution is hypergeometric, by row number, decided exactly."""
    keys = np.asarray(keys, dtype=np.int64)
    if np.abs(keys).max(initial=0) > 100:
        raise InputError(f"coefficients must be at most 100 in size, got {np.abs(keys).max()}")
    rho = candidates(keys)
    found: dict[int, RationalLimit] = {}
    for value in np.unique(rho[rho >= 0]):
        rows = np.flatnonzero(rho == value)
        for row in rows[solvable_modulo(keys[rows], int(value))]:
            limit = rational_limit(ContinuedFraction.of_key([int(x) for x in keys[row]]))
            if limit is not None:
                found[int(row)] = limit
    return found
