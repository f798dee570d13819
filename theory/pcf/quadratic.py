r"""Exact numbers :math:`x+y\sqrt r` with rational x, y and r >= 0: what exponents and growth factors are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plumbline.errors import InputError

Rational = int | Fraction


@dataclass(frozen=True, init=False)
class QuadraticNumber:
    """x + y sqrt(r); rational numbers have y = 0 and r = 0, also where r came as a square of a rational."""

    x: Fraction
    y: Fraction
    r: Fraction

    def __init__(self, x: Rational, y: Rational = 0, r: Rational = 0) -> None:
        if r < 0:
            raise InputError(f"radicand must be at least 0, got {r}")
        x, y, r = Fraction(x), Fraction(y), Fraction(r)
        root = rational_root(r)
        if root is not None:
            x, y = x + y * root, Fraction(0)
        if y == 0:
            r = Fraction(0)
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "r", r)

    @property
    def is_rational(self) -> bool:
        return self.y == 0

    @property
    def sign(self) -> int:
        """-1, 0 or 1, by comparing squares."""
        if self.y == 0 or (self.x > 0) == (self.y > 0) or self.x == 0:
            return _sign(self.x) or _sign(self.y)
        return _sign(self.x) * _sign(self.x**2 - self.y**2 * self.r)

    def __neg__(self) -> QuadraticNumber:
        return QuadraticNumber(-self.x, -self.y, self.r)

    def __abs__(self) -> QuadraticNumber:
        return self if self.sign >= 0 else -self

    @property
    def conjugate(self) -> QuadraticNumber:
        return QuadraticNumber(self.x, -self.y, self.r)

    def _lifted(self, other: QuadraticNumber | Rational) -> QuadraticNumber:
        if isinstance(other, (int, Fraction)):
            return QuadraticNumber(other)
        if self.y and other.y and self.r != other.r:
            raise InputError(f"sum and product need the same radicand, got {self.r} and {other.r}")
        return other

    def __add__(self, other: QuadraticNumber | Rational) -> QuadraticNumber:
        other = self._lifted(other)
        return QuadraticNumber(self.x + other.x, self.y + other.y, self.r or other.r)

    __radd__ = __add__

    def __sub__(self, other: QuadraticNumber | Rational) -> QuadraticNumber:
        return self + (-self._lifted(other))

    def __mul__(self, other: QuadraticNumber | Rational) -> QuadraticNumber:
        other = self._lifted(other)
        r = self.r or other.r
        return QuadraticNumber(self.x * other.x + self.y * other.y * r, self.x * other.y + self.y * other.x, r)

    __rmul__ = __mul__

    def __truediv__(self, other: QuadraticNumber | Rational) -> QuadraticNumber:
        other = self._lifted(other)
        norm = other.x**2 - other.y**2 * other.r
        if norm == 0:
            raise InputError("division by zero")
        return self * QuadraticNumber(other.x / norm, -other.y / norm, other.r)

    def __float__(self) -> float:
        """To about 1e-15 relative; where both terms nearly cancel, by the conjugate."""
        root = float(self.y) * math.sqrt(self.r)
        if self.x * self.y >= 0:
            return float(self.x) + root
        return float(self.x**2 - self.y**2 * self.r) / (float(self.x) - root)

    def mpmath(self) -> Any:
        """The value as an mpf of the working precision."""
        import mpmath

        x, y, r = (mpmath.mpf(part.numerator) / part.denominator for part in (self.x, self.y, self.r))
        return x + y * mpmath.sqrt(r)

    def arb(self) -> Any:
        """A ball of the working precision."""
        from flint import arb, fmpq

        x, y, r = (arb(fmpq(part.numerator, part.denominator)) for part in (self.x, self.y, self.r))
        return x + y * r.sqrt()

    def __str__(self) -> str:
        return str(self.x) if self.y == 0 else f"{self.x}+{self.y}*sqrt({self.r})"


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def rational_root(value: Fraction) -> Fraction | None:
    """The square root of a rational >= 0 where it is rational."""
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    exact = top * top == value.numerator and bottom * bottom == value.denominator
    return Fraction(top, bottom) if exact else None
