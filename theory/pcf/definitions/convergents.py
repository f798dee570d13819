r"""Convergents p_n/q_n in exact integers, what is left of them after cancellation, and \delta from its definition.

:math:`p_n = a_n p_{n-1} + b_n p_{n-2}`, the same for q, with :math:`p_{-1}=1, p_0=a_0, q_{-1}=0, q_0=1`;
:math:`g_n=\gcd(p_n,q_n)` and :math:`\tilde q_n=|q_n|/g_n`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plumbline.errors import InputError
from theory.pcf.definitions.continued_fraction import ContinuedFraction

LEAF = 16
"""Factors that a leaf of the product tree multiplies by the plain recurrence."""

Matrix = tuple[Any, Any, Any, Any]


@dataclass(frozen=True)
class Convergent:
    """The n-th convergent as the integer pair (p, q), not reduced; q = 0 is the point at infinity.

    p = q = 0 is no point at all: so it is at an n with a(n) = b(n) = 0.
    """

    n: int
    p: int
    q: int

    @property
    def g(self) -> int:
        """gcd(p, q)."""
        return math.gcd(self.p, self.q)

    @property
    def reduced_denominator(self) -> int:
        """|q|/g; InputError where p = q = 0."""
        self._require_defined()
        return abs(self.q) // self.g

    @property
    def is_infinite(self) -> bool:
        return self.q == 0 and self.p != 0

    def _require_defined(self) -> None:
        if self.p == 0 and self.q == 0:
            raise InputError(f"convergent {self.n} is undefined: p = q = 0, as a({self.n}) = b({self.n}) = 0")

    @property
    def value(self) -> Fraction:
        """p/q; InputError at infinity and where p = q = 0."""
        self._require_defined()
        if self.q == 0:
            raise InputError(f"convergent {self.n} is infinite: q = 0")
        return Fraction(self.p, self.q)


def convergents(formula: ContinuedFraction, last: int) -> Iterator[Convergent]:
    """The convergents 0, ..., last by the recurrence."""
    _require_depth(last, "last")
    p_before, p, q_before, q = 1, formula.a_at(0), 0, 1
    yield Convergent(0, p, q)
    for n in range(1, last + 1):
        a, b = formula.a_at(n), formula.b_at(n)
        p_before, p = p, a * p + b * p_before
        q_before, q = q, a * q + b * q_before
        yield Convergent(n, p, q)


def _require_depth(n: int, name: str) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise InputError(f"{name} must be an integer >= 0, got {n!r}")


def convergents_at(formula: ContinuedFraction, depths: Sequence[int]) -> list[Convergent]:
    """The convergents at increasing depths, by product trees in GMP integers (M_n = [[0, b_n], [1, a_n]])."""
    from gmpy2 import mpz

    if list(depths) != sorted(set(depths)):
        raise InputError(f"depths must increase, got {list(depths)}")
    found, before = [], 0
    state: Matrix = (mpz(1), mpz(formula.a_at(0)), mpz(0), mpz(1))
    for depth in depths:
        _require_depth(depth, "depths")
        state = _times(state, _product(formula, before + 1, depth))
        before = depth
        found.append(Convergent(depth, int(state[1]), int(state[3])))
    return found


def _times(one: Matrix, other: Matrix) -> Matrix:
    x, y, z, w = one
    a, b, c, d = other
    return x * a + y * c, x * b + y * d, z * a + w * c, z * b + w * d


def _product(formula: ContinuedFraction, first: int, last: int) -> Matrix:
    """M_first ... M_last; the unit matrix for an empty range."""
    from gmpy2 import mpz

    if last - first >= LEAF:
        middle = (first + last) // 2
        return _times(_product(formula, first, middle), _product(formula, middle + 1, last))
    x, y, z, w = 1, 0, 0, 1
    for n in range(first, last + 1):
        a, b = formula.a_at(n), formula.b_at(n)
        x, y, z, w = y, b * x + a * y, w, b * z + a * w
    return mpz(x), mpz(y), mpz(z), mpz(w)


def terminating_value(formula: ContinuedFraction) -> Convergent:
    """The value of a formula with b(N) = 0, N >= 1: its convergent N-1, an exact rational or infinity."""
    end = formula.terminates_at
    if end is None:
        raise InputError(f"{formula} does not terminate: b(n) is not 0 for any n >= 1")
    return list(convergents(formula, end - 1))[-1]


@dataclass(frozen=True)
class BlindDelta:
    """Blind measurements at depth n against depth m: logarithms of |q_n|, g_n, of the difference, and both deltas."""

    n: int
    m: int
    log_q: float
    log_g: float
    log_error: float

    @property
    def naive(self) -> float:
        """-ln|p_m/q_m - p_n/q_n| / ln|q_n| - 1."""
        return -self.log_error / self.log_q - 1

    @property
    def reduced(self) -> float:
        """The same with the reduced denominator."""
        return -self.log_error / (self.log_q - self.log_g) - 1


def blind_delta(formula: ContinuedFraction, n: int, m: int | None = None) -> BlindDelta:
    """Blind delta at depth n against depth m (2n by default): one exact integer difference, then logarithms.

    InputError where a convergent is infinite, where both are equal (the difference is 0), or where q~_n = 1.
    """
    if n < 1:
        raise InputError(f"n must be at least 1, got {n}")
    later = 2 * n if m is None else m
    if later <= n:
        raise InputError(f"m must exceed n = {n}, got {m}")
    one, two = convergents_at(formula, [n, later])
    for convergent in (one, two):
        convergent._require_defined()
        if convergent.is_infinite:
            raise InputError(f"convergent {convergent.n} of {formula} is infinite: q = 0")
    difference = two.p * one.q - one.p * two.q
    if difference == 0:
        raise InputError(f"convergents {n} and {later} of {formula} are equal: blind delta is undefined")
    if one.reduced_denominator == 1:
        raise InputError(f"the reduced denominator {n} of {formula} is 1: delta is undefined")
    log_q = math.log(abs(one.q))
    return BlindDelta(n, later, log_q, math.log(one.g), math.log(abs(difference)) - log_q - math.log(abs(two.q)))
