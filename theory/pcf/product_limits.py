r"""Formulas with d_a <= 1, d_b = 2 and Delta > 0 whose minimal solution is a hypergeometric term.

With :math:`a_n=en+d`, :math:`b_n=c(n+r)(n+r')`, :math:`\Delta=e^2+4c>0`, :math:`s=\sqrt\Delta` and :math:`\sigma` the
sign of e (of d where e = 0), the minimal solution grows with :math:`z=(e-\sigma s)/2`. It is a hypergeometric term iff

.. math:: f_n=C(n+1)\prod_{k=0}^nz(k+1+r),\qquad z^2(n+1+r)C(n+1)=z\,a(n)C(n)+c(n+r')C(n-1),

for one of the roots r and a monic polynomial C, and then :math:`L=a_0-f_0/f_{-1}=d-z(1+r)C(1)/C(0)`. The coefficients
of C = n^k have degree at most k, with :math:`-\sigma sz(k-\rho)` there, :math:`\rho=-(\sigma t/s+w+c)/(2c)`,
:math:`t=2cd-e(b_1+c)`, :math:`w=c(r-r')`: solved from the top down. For an integer rho, w is rational, and so is s or t
is 0; C has coefficients in Q(s), and L lies in Q(s).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from plumbline.errors import InputError
from theory.pcf.census import classify_keys, first_zero
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.quadratic import QuadraticNumber
from theory.pcf.reduction import is_square
from theory.pcf.regimes import Regime, classify

Array = np.ndarray[Any, np.dtype[Any]]
Number = Any
"""Fraction, or :class:`QuadraticNumber` where z is irrational."""


@dataclass(frozen=True)
class ProductLimit:
    """z, r, C by its coefficients from the constant up (monic), and L; ``value`` is None where L is infinite."""

    z: Number
    r: Fraction
    coefficients: tuple[Number, ...]
    value: QuadraticNumber | None


def residual(a: tuple[int, int], b: tuple[int, int, int], z: Number, r: Fraction, C: Sequence[Number]) -> list[Number]:
    """Coefficients, from the constant up, of z^2 (n+1+r) C(n+1) - z a(n) C(n) - c (n+r') C(n-1); a = (e, d)."""
    (e, d), c, other = a, b[0], Fraction(b[1], b[0]) - r
    found: list[Any] = [Fraction(0)] * (len(C) + 1)
    for k, factor in enumerate(C):
        if _is_zero(factor):
            continue
        later, now = z * z * factor, z * factor
        found[k] += now * -d
        found[k + 1] += now * -e
        for i in range(k + 1):
            binomial, sign = math.comb(k, i), (-1) ** (k - i)
            found[i] += later * (binomial * (1 + r)) + factor * (-sign * binomial * c * other)
            found[i + 1] += later * binomial + factor * (-sign * binomial * c)
    return found


def _is_zero(value: Number) -> bool:
    return value.sign == 0 if isinstance(value, QuadraticNumber) else value == 0


def degree(key: tuple[int, ...], w: int) -> Fraction | None:
    """rho for a root r with c (r - r') = w; None where it is irrational."""
    _, e, d, c, b1, _ = key
    t, delta = 2 * c * d - e * (b1 + c), e * e + 4 * c
    if t and not is_square(delta):
        return None
    slope = Fraction((1 if (e or d) > 0 else -1) * t, math.isqrt(delta)) if t else Fraction(0)
    return -(slope + w + c) / (2 * c)


def product_limit(formula: ContinuedFraction) -> ProductLimit | None:
    """The hypergeometric minimal solution and the limit; None where there is none.

    InputError unless d_a <= 1, d_b = 2, Delta > 0 and the formula does not terminate.
    """
    key = formula.key
    _, e, d, c, b1, b0 = key
    if classify(formula).regime not in (Regime.HYPERBOLIC, Regime.SUB2) or formula.degrees not in ((0, 2), (1, 2)):
        raise InputError(f"formula must have d_a <= 1, d_b = 2, Delta > 0 and no end, got {formula}")
    disc, delta = b1 * b1 - 4 * c * b0, e * e + 4 * c
    if not is_square(disc):
        return None
    sigma = 1 if (e or d) > 0 else -1
    zero = QuadraticNumber(Fraction(e, 2), Fraction(-sigma, 2), delta)
    z = zero.x if zero.is_rational else zero
    for w in sorted({math.isqrt(disc), -math.isqrt(disc)}):
        rho = degree(key, w)
        if rho is not None and rho.denominator == 1 and rho >= 0:
            r = Fraction(b1 + w, 2 * c)
            C = _solved((e, d), (c, b1, b0), z, r, int(rho))
            if C is not None:
                value = None if _is_zero(C[0]) else QuadraticNumber(d) + z * (-1 - r) * (sum(C, Fraction(0)) / C[0])
                return ProductLimit(z, r, tuple(C), value)
    return None


def _solved(a: tuple[int, int], b: tuple[int, int, int], z: Number, r: Fraction, rho: int) -> list[Number] | None:
    C: list[Number] = [Fraction(0)] * rho + [Fraction(1)]
    rest, slope = residual(a, b, z, r, C), z * z + b[0]
    for k in range(rho - 1, -1, -1):
        C[k] = rest[k] / (slope * (rho - k))
        step = residual(a, b, z, r, [Fraction(0)] * k + [C[k]])
        rest = [x + y for x, y in zip(rest, step + [Fraction(0)] * (rho - k), strict=True)]
    return C if all(map(_is_zero, rest)) else None


def _roots(values: Array) -> Array:
    """Square roots of perfect squares below 2^50, -1 for other integers."""
    root = np.sqrt(np.maximum(values, 0).astype(float)).round().astype(np.int64)
    return np.where(root * root == values, root, -1)


def _has_degree(keys: Array) -> Array:
    """Whether rho is an integer >= 0 for one of the roots of b."""
    _, e, d, c, b1, b0 = keys.T
    s, w = _roots(e * e + 4 * c), _roots(b1 * b1 - 4 * c * b0)
    t = np.where((e > 0) | ((e == 0) & (d > 0)), 1, -1) * (2 * c * d - e * (b1 + c))
    possible = (w >= 0) & ((s > 0) | (t == 0))
    s = np.maximum(s, 1)
    tops = [-(t + (sign * w + c) * s) for sign in (1, -1)]
    bottom = 2 * c * s
    return np.asarray(possible & np.any([(top % bottom == 0) & (top // bottom >= 0) for top in tops], axis=0))


def product_limits(keys: Array) -> dict[int, ProductLimit]:
    """All rows with such a minimal solution, by row number, decided exactly; coefficients at most 100 in size."""
    keys = np.asarray(keys, dtype=np.int64)
    if np.abs(keys).max(initial=0) > 100:
        raise InputError(f"coefficients must be at most 100 in size, got {np.abs(keys).max()}")
    c = keys[:, 3]
    fits = (keys[:, 0] == 0) & (c != 0) & (first_zero(keys[:, 3:]) == 0) & (keys[:, 1] ** 2 + 4 * c > 0)
    fits[fits] = _has_degree(keys[fits])
    found: dict[int, ProductLimit] = {}
    for row in np.flatnonzero(fits).tolist():
        limit = product_limit(ContinuedFraction.of_key([int(x) for x in keys[row]]))
        if limit is not None:
            found[row] = limit
    return found


def double_root_limits(keys: Array) -> dict[int, QuadraticNumber]:
    """L = (e/2) max(r1, r2) where d_a = 1, d_b = 2, Delta = 0 and z' = 0 with real roots, by row number.

    By pcf.closed.parabolic; rational iff the roots are.
    """
    keys = np.asarray(keys, dtype=np.int64)
    codes = classify_keys(keys)
    flat = [index for index, regime in enumerate(Regime) if regime in (Regime.POWER, Regime.LOGARITHMIC)]
    found: dict[int, QuadraticNumber] = {}
    for row in np.flatnonzero((keys[:, 0] == 0) & (keys[:, 1] != 0) & np.isin(codes, flat)).tolist():
        _, e, _, c, b1, b0 = (int(x) for x in keys[row])
        half = Fraction(1, abs(2 * c))
        largest = QuadraticNumber(Fraction(b1, 2 * c), half, b1 * b1 - 4 * c * b0)
        found[row] = largest * Fraction(e, 2)
    return found
