r"""Which formulas of the census are proved irrational, in exact integer arithmetic.

If L = x/y (or infinite: y = 0) then :math:`m_n=yp_n-xq_n` is the minimal solution in integers, it is divisible by
:math:`g_n=\gcd(p_n,q_n)`, two consecutive terms never vanish both, and
:math:`|m_n|\asymp n!^{d_b-d_a}(|B|/|A|)^n n^\rho`. So L is finite and irrational as soon as :math:`|m_n|/g_n\to 0`:

* :math:`d_b<d_a`, or :math:`|B|<|A|`, or :math:`|B|=|A|` and :math:`\rho<0` (with :math:`d_b=d_a\ge 1`);
* :math:`\sigma=\ln|A/B|+\sum_p r_p\ln p>0`, where :math:`p^{v\lfloor n/T\rfloor}` divides :math:`g_n` for all n and
  :math:`r_p=v/T`: v is the least p-adic valuation of the content of :math:`M_{kT+1}\cdots M_{kT+T}` over all k, which
  depends on k only modulo a power of p.

Arrays of keys have shape (N, 6), columns (A2, A1, A0, B2, B1, B0), dtype int64.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from plumbline.errors import InputError
from theory.pcf.census import first_zero, leading_arrays
from theory.pcf.definitions.continued_fraction import ContinuedFraction

Array = np.ndarray[Any, np.dtype[Any]]

PRIME_POWERS: tuple[tuple[int, int, int], ...] = (
    (2, 9, 6),
    (3, 6, 4),
    (5, 4, 4),
    (7, 3, 3),
    *((p, 2, 2) for p in (11, 13, 17, 19, 23)),
)
"""(p, w, J): blocks of lengths T = p, 2p, ..., J p, contents modulo p^w."""
DEEPER: tuple[tuple[int, int, int], ...] = (
    (2, 12, 16),
    (3, 7, 10),
    (5, 5, 8),
    (7, 4, 6),
    *((p, 3, 4) for p in (11, 13)),
    *((p, 2, 3) for p in (17, 19, 23)),
    *((p, 2, 2) for p in (29, 31, 37, 41, 43, 47, 53, 59, 61)),
)
"""Longer blocks and more primes: 20,578 formulas of the census more, in ten times the time."""
LARGEST_MODULUS = 4096
_PACK = np.array([1 << 20, 1])
MOST_PRIME = 100
NOT, BY_SIZE, BY_GCD = 0, 1, 2
"""Codes of :func:`certificates`: not proved; proved by the size of m_n alone; proved with the certified gcd."""


def block_matrix(formula: ContinuedFraction, start: int, length: int) -> tuple[int, int, int, int]:
    """M_{start+1} ... M_{start+length} in integers, row by row."""
    x, y, z, w = 1, 0, 0, 1
    for n in range(start + 1, start + length + 1):
        a, b = formula.a_at(n), formula.b_at(n)
        x, y, z, w = y, b * x + a * y, w, b * z + a * w
    return x, y, z, w


def _valuation(value: int, p: int, cap: int) -> int:
    v = 0
    while v < cap and value % p == 0:
        value //= p
        v += 1
    return v


def block_valuation(formula: ContinuedFraction, p: int, w: int, length: int) -> int:
    """min over k < p^(w-1) of min(w, v_p(content of M_{kT+1} ... M_{kT+T})), T = ``length``: the definition, slowly."""
    if length % p:
        raise InputError(f"length must be a multiple of p = {p}, got {length}")
    contents = (math.gcd(*block_matrix(formula, k * length, length)) for k in range(p ** (w - 1)))
    return min(_valuation(content, p, w) for content in contents)


@dataclass(frozen=True)
class Certificate:
    """Why a formula is irrational: ``kind`` is a code, ``rates`` the pairs (v, T) by prime that enter."""

    kind: int
    rates: Mapping[int, tuple[int, int]]

    @property
    def proved(self) -> bool:
        return self.kind != NOT


def certificate(formula: ContinuedFraction, prime_powers: Sequence[tuple[int, int, int]] = PRIME_POWERS) -> Certificate:
    """The certificate of one formula with coefficients of any size and degrees at most 2 (kind NOT: not proved)."""
    keys = np.array([formula.key], dtype=np.int64)
    kind = int(certificates(keys, prime_powers)[0])
    if kind != BY_GCD:
        return Certificate(kind, {})
    rates = gcd_rates(keys, prime_powers)
    return Certificate(kind, {p: (int(v), int(t)) for p, ((v, t),) in rates.items() if v})


# Arrays


def rho_sign(keys: Array) -> Array:
    """Sign of the exponent rho of n in the minimal solution, for keys with d_a = d_b in {1, 2}."""
    (degree, A, a1, _), (_, B, b1, _) = leading_arrays(keys[:, :3]), leading_arrays(keys[:, 3:])
    # rho = b1/B - a1/A - [d = 1] B/A^2, times the positive A^2 B^2
    return np.asarray(np.sign(b1 * B * A * A - a1 * A * B * B - np.where(degree == 1, B**3, 0)))


def certificates(keys: Array, prime_powers: Sequence[tuple[int, int, int]] = PRIME_POWERS) -> Array:
    """For each key NOT, BY_SIZE or BY_GCD; terminating formulas and those with d_b > d_a get NOT."""
    keys = _require_keys(keys)
    (da, A, *_), (db, B, *_) = leading_arrays(keys[:, :3]), leading_arrays(keys[:, 3:])
    live = (first_zero(keys[:, 3:]) == 0) & (da >= 1) & (db <= da)
    level = live & (da == db)
    A, B = np.abs(A), np.abs(B)
    by_size = (live & (db < da)) | (level & (B < A))
    equal = level & (B == A)
    by_size[equal] = rho_sign(keys[equal]) < 0
    kind = np.where(by_size, BY_SIZE, NOT).astype(np.int8)
    rest = np.flatnonzero(level & ~by_size)
    rates = gcd_rates(keys[rest], prime_powers)
    kind[rest[_positive_slope(A[rest], B[rest], rates)]] = BY_GCD
    return kind


def gcd_rates(keys: Array, prime_powers: Sequence[tuple[int, int, int]] = PRIME_POWERS) -> dict[int, Array]:
    """For each prime the array (N, 2) of (v, T): p^(v floor(n/T)) divides gcd(p_n, q_n) for every n."""
    from theory.pcf.block_contents import block_valuations

    keys = _require_keys(keys)
    for p, w, longest in prime_powers:
        if p**w > LARGEST_MODULUS or p > MOST_PRIME or longest < 1:
            raise InputError(
                f"p^w must be at most {LARGEST_MODULUS} with p <= {MOST_PRIME} and J >= 1, got {(p, w, longest)}"
            )
    return {p: block_valuations(keys, p, w, longest) for p, w, longest in prime_powers}


def _positive_slope(A: Array, B: Array, rates: Mapping[int, Array]) -> Array:
    """Whether ln|A/B| + sum_p (v/T) ln p > 0 with |A| <= |B|, exactly; each distinct combination is decided once."""
    proved = np.zeros(len(A), dtype=bool)
    some = np.flatnonzero(np.any([rate[:, 0] > 0 for rate in rates.values()], axis=0)) if rates else np.arange(0)
    pairs = {p: np.unique(rate[some] @ _PACK, return_inverse=True) for p, rate in rates.items()}
    code = A[some] * (MOST_PRIME + 1) + B[some]
    for kinds, place in pairs.values():
        code = code * len(kinds) + place
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    decided = np.zeros(len(first), dtype=bool)
    for i, row in enumerate(some[first].tolist()):
        own = {p: Fraction(int(v), int(t)) for p, (v, t) in ((p, rate[row]) for p, rate in rates.items()) if v}
        decided[i] = slope_is_positive(int(A[row]), int(B[row]), own)
    proved[some] = decided[inverse]
    return proved


def slope_is_positive(A: int, B: int, rates: Mapping[int, Fraction]) -> bool:
    """Whether ln A - ln B + sum_p r_p ln p > 0 for positive integers A, B and rationals r_p >= 0.

    The sum is sum_p e_p ln p with rational e_p; logarithms of primes are linearly independent over the rationals,
    so that it is 0 only if all e_p are. Its sign is that of an integer comparison, by balls of growing precision.
    """
    exponents = {p: r for p, r in rates.items() if r}
    for value, sign in ((A, 1), (B, -1)):
        for p, e in _factor(value).items():
            exponents[p] = exponents.get(p, Fraction(0)) + sign * e
    exponents = {p: e for p, e in exponents.items() if e}
    if all(e > 0 for e in exponents.values()):
        return bool(exponents)
    if all(e < 0 for e in exponents.values()):
        return False
    return _sign_of_logs(exponents) > 0


def _sign_of_logs(exponents: Mapping[int, Fraction]) -> int:
    from flint import arb, ctx, fmpq

    before = ctx.prec
    try:
        ctx.prec = 64
        while True:
            total = sum((arb(p).log() * arb(fmpq(e.numerator, e.denominator)) for p, e in exponents.items()), arb(0))
            if total > 0 or total < 0:
                return 1 if total > 0 else -1
            ctx.prec *= 2
    finally:
        ctx.prec = before


def _factor(value: int) -> dict[int, int]:
    found: dict[int, int] = {}
    p = 2
    while value > 1:
        while value % p == 0:
            found[p] = found.get(p, 0) + 1
            value //= p
        p += 1
    return found


def _require_keys(keys: Array) -> Array:
    keys = np.asarray(keys)
    if keys.ndim != 2 or keys.shape[1] != 6 or keys.dtype.kind not in "iu":
        raise InputError(f"keys must be an integer array of shape (N, 6), got {keys.dtype} {keys.shape}")
    keys = np.ascontiguousarray(keys, dtype=np.int64)
    if len(keys) and (np.abs(keys).max() > MOST_PRIME or not keys[:, :3].any(1).all() or not keys[:, 3:].any(1).all()):
        raise InputError(f"coefficients must lie in -{MOST_PRIME}..{MOST_PRIME}, neither a nor b all zero")
    return keys
