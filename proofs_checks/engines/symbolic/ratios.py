"""Quotients of rational polynomials in a fixed stock of generators, in lowest terms."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

MAX_GENERATORS = 40
CONTEXT = fmpq_mpoly_ctx.get([f"g{i}" for i in range(MAX_GENERATORS)], Ordering.lex)


class Undecided(Exception):
    """A fact that a rewriting step needs could not be proved on the domain."""

    def __init__(self, reason: str, poly: Any = None) -> None:
        super().__init__(reason)
        self.poly = poly


@dataclass(frozen=True)
class Ratio:
    """Quotient of two polynomials in the generators, in lowest terms, denominator with leading coefficient 1."""

    num: Any
    den: Any

    @classmethod
    def of(cls, num: Any, den: Any) -> Ratio:
        if den == 0:
            raise Undecided("a divisor is identically zero")
        common = num.gcd(den) if num != 0 else den
        num, den = num // common, den // common
        leading = den.leading_coefficient()
        return cls(num / leading, den / leading)

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio.of(self.num * other.den + other.num * self.den, self.den * other.den)

    def __sub__(self, other: Ratio) -> Ratio:
        return Ratio.of(self.num * other.den - other.num * self.den, self.den * other.den)

    def __mul__(self, other: Ratio) -> Ratio:
        return Ratio.of(self.num * other.num, self.den * other.den)

    def __truediv__(self, other: Ratio) -> Ratio:
        return Ratio.of(self.num * other.den, self.den * other.num)

    def __neg__(self) -> Ratio:
        return Ratio(-self.num, self.den)

    def power(self, exponent: int) -> Ratio:
        if exponent < 0:
            return Ratio.of(self.den**-exponent, self.num**-exponent)
        return Ratio(self.num**exponent, self.den**exponent)

    @property
    def is_zero(self) -> bool:
        return bool(self.num == 0)

    @property
    def constant(self) -> Fraction | None:
        """The rational number that it is, if it is one."""
        if self.num.is_constant() and self.den.is_constant():
            return rational(self.num.leading_coefficient()) if self.num != 0 else Fraction(0)
        return None


def rational(value: Any) -> Fraction:
    value = fmpq(value)
    return Fraction(int(value.p), int(value.q))


def terms_of(poly: Any) -> dict[tuple[int, ...], Fraction]:
    """Exponents and coefficients."""
    return {tuple(map(int, monomial)): rational(value) for monomial, value in poly.to_dict().items()}


def factors_of(poly: Any) -> tuple[Fraction, list[tuple[Any, int]]]:
    """Rational content and the irreducible factors with their multiplicities."""
    content, factors = poly.factor()
    return rational(content), [(factor, int(exponent)) for factor, exponent in factors]


def key_of(poly: Any) -> tuple[Any, ...]:
    return tuple(sorted(terms_of(poly).items()))


def replace_power(poly: Any, index: int, order: int, replacement: Any) -> Any:
    total = CONTEXT.constant(0)
    for monomial, coefficient in poly.to_dict().items():
        exponents = [int(exponent) for exponent in monomial]
        times, exponents[index] = divmod(exponents[index], order)
        term = CONTEXT.from_dict({tuple(exponents): coefficient})
        total += term * replacement**times if times else term
    return total
