"""Limits that are decided exactly: rational or infinite ones as text, and proofs of irrationality."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from theory.pcf import census, irrationality, reduction
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import terminating_value
from theory.pcf.family_witnesses import steps
from theory.pcf.product_limits import double_root_limits, product_limits
from theory.pcf.rational_limits import rational_limits
from theory.pcf.regimes import Regime

Array = np.ndarray[Any, np.dtype[Any]]

PROOFS = ("", "size", "gcd", "quadratic", "pi", "ln 2")
"""By the codes of :func:`theory.pcf.irrationality.certificates`, then by closed forms."""


def proofs(keys: Array, codes: Array, deeper: bool) -> Array:
    """How each formula is proved irrational, index into PROOFS: by size, by gcd, or by its closed form."""
    proof = irrationality.certificates(keys, irrationality.DEEPER if deeper else irrationality.PRIME_POWERS)
    for row in np.flatnonzero((codes != census.CODE[Regime.TERMINATING]) & _constant(keys)).tolist():
        square = int(keys[row, 2]) ** 2 + 4 * int(keys[row, 5])
        if square > 0 and not reduction.is_square(square):
            proof[row] = PROOFS.index("quadratic")
    products = {row: x.value for row, x in product_limits(keys).items()}
    for row, value in (products | double_root_limits(keys)).items():
        if value is not None and not value.is_rational:
            proof[row] = PROOFS.index("quadratic")
    for row, constant in family_constants(keys, codes).items():
        if constant in PROOFS:
            proof[row] = PROOFS.index(constant)
    return np.asarray(proof)


def _constant(keys: Array) -> Array:
    return np.asarray(~keys[:, [0, 1, 3, 4]].any(axis=1))


def family_constants(keys: Array, codes: Array) -> dict[int, str]:
    """K of pcf.family.checkerboard, by row: L is an image of K with rational coefficients, irrational with K.

    "rational" where there is no K. The rows are those with constant a = kd and b = k^2 (n + r)(n + s), integers r, s:
    by inflation L is k times the limit for a = d and b = (n + r)(n + s).
    """
    found: dict[int, str] = {}
    live = (codes != census.CODE[Regime.TERMINATING]) & ~keys[:, :2].any(axis=1) & (keys[:, 3] > 0)
    for row in np.flatnonzero(live).tolist():
        a, c, b1, b0 = (int(x) for x in keys[row, 2:])
        k, root = math.isqrt(c), math.isqrt(max(0, b1 * b1 - 4 * c * b0))
        if k * k != c or a % k or root * root != b1 * b1 - 4 * c * b0 or (b1 - root) % (2 * c) or (b1 + root) % (2 * c):
            continue
        constant, (x, y, z, w) = steps(abs(a) // k, (b1 - root) // (2 * c), (b1 + root) // (2 * c))
        found[row] = "rational" if constant == "1" or x * w == y * z else constant
    return found


def exact_values(keys: Array, codes: Array) -> dict[int, str]:
    """Limits of formulas that converge, and values of those that terminate, where rational or infinite, as text."""
    found = {row: "infinity" if x.value is None else str(x.value) for row, x in rational_limits(keys).items()}
    for row, product in product_limits(keys).items():
        if product.value is None or product.value.is_rational:
            found[row] = "infinity" if product.value is None else str(product.value)
    found |= {row: str(value) for row, value in double_root_limits(keys).items() if value.is_rational}
    for row in np.flatnonzero(codes == census.CODE[Regime.TERMINATING]).tolist():
        end = terminating_value(ContinuedFraction.of_key(keys[row].tolist()))
        found[row] = "infinity" if end.is_infinite else str(end.value)
    for row in np.flatnonzero(_constant(keys)).tolist():
        a, square = int(keys[row, 2]), int(keys[row, 2]) ** 2 + 4 * int(keys[row, 5])
        if square >= 0 and reduction.is_square(square):
            top = a + (1 if a > 0 else -1) * math.isqrt(square)
            found[row] = str(top // 2) if top % 2 == 0 else f"{top}/2"
    return found
