r"""The census: all 1330^2 formulas of degree at most 2 with coefficients from -5 to 5, classified as arrays.

Rows are the six numbers (A2, A1, A0, B2, B1, B0) in lexicographic order. The classification is the one of
:mod:`theory.pcf.regimes`, written once more for integer arrays.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from plumbline.errors import InputError
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.regimes import Regime

LARGEST = 5
REGIMES: tuple[Regime, ...] = tuple(Regime)
"""Codes of :func:`classify_keys` index this tuple."""
CODE = {regime: code for code, regime in enumerate(REGIMES)}

Keys = npt.NDArray[np.int64]


def polynomials(largest: int = LARGEST) -> Keys:
    """All triples (c2, c1, c0) with entries from -largest to largest but the zero polynomial."""
    box = range(-largest, largest + 1)
    return np.array([triple for triple in itertools.product(box, repeat=3) if any(triple)], dtype=np.int64)


def keys(largest: int = LARGEST) -> Keys:
    """All formulas, shape (1330^2, 6) for largest = 5."""
    own = polynomials(largest)
    count = len(own)
    return np.hstack([np.repeat(own, count, axis=0), np.tile(own, (count, 1))])


def formulas(rows: Keys) -> Iterator[ContinuedFraction]:
    """The rows as continued fractions."""
    return (ContinuedFraction.of_key([int(value) for value in row]) for row in rows)


def first_zero(b: Keys) -> npt.NDArray[np.int64]:
    """The first n >= 1 with b(n) = 0, 0 where there is none; rows are triples.

    An integer zero divides the lowest coefficient that is not 0, so it is at most the largest coefficient.
    """
    found = np.zeros(len(b), dtype=np.int64)
    for n in range(int(np.abs(b).max(initial=0)), 0, -1):
        found[b[:, 0] * n * n + b[:, 1] * n + b[:, 2] == 0] = n
    return found


def leading_arrays(triples: Keys) -> tuple[Keys, Keys, Keys, Keys]:
    """Degree, leading coefficient and the next two coefficients (0 where there are none)."""
    degree = np.where(triples[:, 0] != 0, 2, np.where(triples[:, 1] != 0, 1, 0))
    padded = np.hstack([triples, np.zeros((len(triples), 2), dtype=np.int64)])
    place = 2 - degree
    rows = np.arange(len(triples))
    return degree, padded[rows, place], padded[rows, place + 1], padded[rows, place + 2]


def classify_keys(rows: Keys) -> npt.NDArray[np.int8]:
    """The code of each row's regime (index into ``REGIMES``), in integer arithmetic throughout.

    Entries must stay below 1000 in size, so that no product leaves int64.
    """
    rows = np.asarray(rows, dtype=np.int64)
    if rows.ndim != 2 or rows.shape[1] != 6:
        raise InputError(f"rows must have six columns, got shape {rows.shape}")
    if np.abs(rows).max(initial=0) >= 1000:
        raise InputError(f"coefficients must be below 1000 in size, got {np.abs(rows).max()}")
    a, b = rows[:, :3], rows[:, 3:]
    if not (a.any(axis=1).all() and b.any(axis=1).all()):
        raise InputError("a and b must not be the zero polynomial")
    codes = _tail_codes(a, b)
    codes[first_zero(b) > 0] = CODE[Regime.TERMINATING]
    return codes


def _tail_codes(a: Keys, b: Keys) -> npt.NDArray[np.int8]:
    da, top_a, a1, a2 = leading_arrays(a)
    db, top_b, b1, b2 = leading_arrays(b)
    excess = db - 2 * da
    codes = np.full(len(a), CODE[Regime.FACTORIAL], dtype=np.int8)
    above = excess > 0
    codes[above] = np.where(excess[above] == 1, CODE[Regime.SUB1], CODE[Regime.SUB2])
    codes[above & (top_b < 0)] = CODE[Regime.ELLIPTIC]
    level = excess == 0
    discriminant = top_a**2 + 4 * top_b
    codes[level & (discriminant > 0)] = CODE[Regime.HYPERBOLIC]
    codes[level & (discriminant < 0)] = CODE[Regime.ELLIPTIC]
    flat = level & (discriminant == 0)
    codes[flat] = _parabolic_codes(*(part[flat] for part in (da, top_a, a1, a2, top_b, b1, b2)))
    return codes


def _parabolic_codes(da: Keys, A: Keys, a1: Keys, a2: Keys, B: Keys, b1: Keys, b2: Keys) -> npt.NDArray[np.int8]:
    d1 = (2 * a1 * B - b1 * A - da * A * B) * A * B  # D1 (A B)^2
    d2 = (A + 2 * a1) ** 2 * B + 4 * (2 * a2 * A * B - (b2 + da * b1) * A**2) - 2 * da * (da + 1) * A**2 * B
    d2 = d2 * B  # D2 A^2 B^2
    kinds = [d1 > 0, d1 < 0, d2 > 0, d2 < 0]
    names = [Regime.PARABOLIC_PLUS, Regime.PARABOLIC_MINUS, Regime.POWER, Regime.LOG_OSCILLATING]
    return np.select(kinds, [CODE[name] for name in names], CODE[Regime.LOGARITHMIC]).astype(np.int8)


def oscillation_test_passes(rows: Keys, shift: int) -> npt.NDArray[np.bool_]:
    """Whether a_n a_(n-shift) + 4 b_n >= 0 for all large n; with shift 0 the released code's test, at n = 10^9.

    The sign is that of the highest coefficient which is not 0; as all of them are below 1000 in size, it is the sign
    at n = 10^9 too.
    """
    if shift not in (0, 1):
        raise InputError(f"shift must be 0 or 1, got {shift}")
    rows = np.asarray(rows, dtype=np.int64)
    if np.abs(rows).max(initial=0) > 10:
        raise InputError("coefficients must be at most 10 in size")
    a, b = rows[:, :3], rows[:, 3:]
    before = a if shift == 0 else np.stack([a[:, 0], a[:, 1] - 2 * a[:, 0], a[:, 2] - a[:, 1] + a[:, 0]], axis=1)
    value = np.zeros((len(rows), 5), dtype=np.int64)
    for i in range(3):
        for j in range(3):
            value[:, i + j] += a[:, i] * before[:, j]
    value[:, 2:] += 4 * b
    first = np.argmax(value != 0, axis=1)
    return value[np.arange(len(rows)), first] >= 0
