r"""The polynomial continued fraction :math:`a_0 + b_1/(a_1 + b_2/(a_2 + \dots))` and its equivalences.

``a`` and ``b`` are integer polynomials, neither of them zero, written highest power first: the six numbers
``(A2, A1, A0; B2, B1, B0)`` where both have degree at most 2. The value b(0) is never used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from plumbline.errors import InputError
from theory.pcf.definitions.polynomials import (
    WIDTH,
    Polynomial,
    degree,
    evaluate,
    integer_roots,
    leading,
    multiply,
    read_polynomial,
    require_polynomial,
    taylor_shift,
)


@dataclass(frozen=True, init=False, order=True)
class ContinuedFraction:
    """PCF(a, b) for integer polynomials a and b, coefficients from the highest power down."""

    a: Polynomial
    b: Polynomial

    def __init__(self, a: Sequence[int], b: Sequence[int]) -> None:
        object.__setattr__(self, "a", require_polynomial(a, "a"))
        object.__setattr__(self, "b", require_polynomial(b, "b"))

    @classmethod
    def of_key(cls, key: Sequence[int]) -> ContinuedFraction:
        """From the six numbers (A2, A1, A0, B2, B1, B0)."""
        if len(key) != 2 * WIDTH:
            raise InputError(f"key must hold the six numbers A2, A1, A0, B2, B1, B0, got {tuple(key)}")
        return cls(tuple(key[:WIDTH]), tuple(key[WIDTH:]))

    @classmethod
    def read(cls, a: str, b: str) -> ContinuedFraction:
        """From two texts such as ``'2*n+1'`` and ``'n^2'``; parsed by a whitelist, never evaluated."""
        return cls(read_polynomial(a, "a"), read_polynomial(b, "b"))

    @property
    def key(self) -> tuple[int, ...]:
        """The coefficients of a, then those of b; six numbers where both degrees are at most 2."""
        return (*self.a, *self.b)

    def __str__(self) -> str:
        return f"({','.join(map(str, self.a))};{','.join(map(str, self.b))})"

    def a_at(self, n: int) -> int:
        """The partial denominator a(n), n >= 0."""
        return evaluate(self.a, n)

    def b_at(self, n: int) -> int:
        """The partial numerator b(n), n >= 1."""
        return evaluate(self.b, n)

    @property
    def degrees(self) -> tuple[int, int]:
        """The degrees (d_a, d_b)."""
        return degree(self.a), degree(self.b)

    @property
    def terminates_at(self) -> int | None:
        """The first n >= 1 with b(n) = 0, after which nothing changes; None if there is none."""
        return next((root for root in integer_roots(self.b) if root >= 1), None)

    # equivalences

    def negated(self) -> ContinuedFraction:
        """PCF(-a, b), of value -L."""
        return ContinuedFraction([-x for x in self.a], self.b)

    def shifted(self, by: int = 1) -> ContinuedFraction:
        """PCF(a(. + by), b(. + by)): with by = 1, L = a_0 + b_1/L'."""
        return ContinuedFraction(taylor_shift(self.a, by), taylor_shift(self.b, by))

    def inflated(self, c: Sequence[int]) -> ContinuedFraction:
        """PCF(c(n) a(n), c(n) c(n-1) b(n)), of value c(0) L where c(n) is nowhere 0 for n >= 0."""
        factor = require_polynomial(c, "c")
        zero = next((root for root in integer_roots(factor) if root >= 0), None)
        if zero is not None:
            raise InputError(f"c must have no zero at an integer n >= 0, got c({zero}) = 0")
        twice = multiply(factor, taylor_shift(factor, -1))
        return ContinuedFraction(multiply(factor, self.a), multiply(twice, self.b))

    def deflated(self) -> ContinuedFraction:
        """(a/c, b/c^2) for the largest constant c that divides both: the smallest form under constant inflation."""
        c = _largest_inflation(self.a, self.b)
        return ContinuedFraction([x // c for x in self.a], [x // (c * c) for x in self.b])

    def canonical(self) -> ContinuedFraction:
        """One representative of all formulas that differ by sign, constant inflation and index shift.

        Smallest under constant inflation, leading coefficient of a positive, and of all index shifts the one whose
        second coefficient (of a where it is not constant, else of b) lies in [0, d |A|), d the degree.
        """
        form = self.deflated()
        guide = form.a if degree(form.a) > 0 else form.b
        top = degree(guide)
        if top > 0:
            second = guide[len(guide) - top]
            form = form.shifted(-(second // (top * leading(guide))))
        return form if leading(form.a) > 0 else form.negated()


def _largest_inflation(a: Polynomial, b: Polynomial) -> int:
    """The largest c >= 1 with c | a and c^2 | b."""
    from flint import fmpz

    largest = 1
    content = math.gcd(*b)
    for prime, power in fmpz(math.gcd(*a)).factor():
        while power and content % int(prime) ** 2 == 0:
            largest, content, power = largest * int(prime), content // int(prime) ** 2, power - 1
    return largest
