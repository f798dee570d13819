"""Ranges of real quantities with exact rational ends, and arithmetic on them.

A :class:`Span` encloses every value that a quantity takes; an end is open when the end value itself is
certainly not taken. Transcendental ends are rounded outwards by ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from plumbline.domain import Integer, Real

Signs = frozenset[int]
ANY: Signs = frozenset({-1, 0, 1})

_BITS = 4096  # rational ends longer than this are given up (rounded to infinity)


@dataclass(frozen=True)
class Span:
    """An interval with rational ends; ``None`` is an infinite end, which is never taken."""

    lo: Fraction | None
    hi: Fraction | None
    open_lo: bool = False
    open_hi: bool = False

    @property
    def signs(self) -> Signs:
        """Signs that a value in the interval may have."""
        found = set()
        if self.lo is None or self.lo < 0:
            found.add(-1)
        if self.hi is None or self.hi > 0:
            found.add(1)
        if self.contains_zero():
            found.add(0)
        return frozenset(found)

    def contains_zero(self) -> bool:
        below = self.lo is None or self.lo < 0 or (self.lo == 0 and not self.open_lo)
        above = self.hi is None or self.hi > 0 or (self.hi == 0 and not self.open_hi)
        return below and above

    def closed(self) -> Span:
        """The interval with its finite ends added."""
        return Span(self.lo, self.hi, self.lo is None, self.hi is None)

    def __add__(self, other: Span) -> Span:
        lo = None if self.lo is None or other.lo is None else self.lo + other.lo
        hi = None if self.hi is None or other.hi is None else self.hi + other.hi
        return _bounded(lo, hi, self.open_lo or other.open_lo, self.open_hi or other.open_hi)

    def __neg__(self) -> Span:
        return Span(
            None if self.hi is None else -self.hi,
            None if self.lo is None else -self.lo,
            self.open_hi,
            self.open_lo,
        )

    def __mul__(self, other: Span) -> Span:
        corners = [_corner(left, right) for left in self._ends() for right in other._ends()]
        lowest = min(value for value, _ in corners)
        highest = max(value for value, _ in corners)
        open_lo = all(is_open for value, is_open in corners if value == lowest)
        open_hi = all(is_open for value, is_open in corners if value == highest)
        return _bounded(_finite(lowest), _finite(highest), open_lo, open_hi)

    def _ends(self) -> list[tuple[Fraction | float, bool]]:
        low: Fraction | float = -_INF if self.lo is None else self.lo
        high: Fraction | float = _INF if self.hi is None else self.hi
        return [(low, self.open_lo), (high, self.open_hi)]

    def inverse(self) -> Span | None:
        """Range of the reciprocal, or ``None`` if the value may vanish."""
        if self.contains_zero():
            return None
        if 0 not in (self.lo, self.hi) and self.signs == ANY - {0}:
            return None
        if self.hi is not None and self.hi <= 0:
            flipped = (-self).inverse()
            return None if flipped is None else -flipped
        hi = None if not self.lo else 1 / self.lo
        lo = Fraction(0) if self.hi is None else 1 / self.hi
        return Span(lo, hi, self.hi is None or self.open_hi, hi is None or self.open_lo)

    def power(self, exponent: int) -> Span:
        """Range of a positive integer power."""
        if exponent % 2:
            ends = [None if end is None else end**exponent for end in (self.lo, self.hi)]
            return _bounded(ends[0], ends[1], self.open_lo, self.open_hi)
        if self.signs <= {0, 1}:
            low, high, open_lo, open_hi = self.lo, self.hi, self.open_lo, self.open_hi
        elif self.signs <= {-1, 0}:
            return (-self).power(exponent)
        else:
            far = None if self.lo is None or self.hi is None else max(-self.lo, self.hi)
            low, open_lo, high, open_hi = Fraction(0), False, far, False
        assert low is not None
        return _bounded(low**exponent, None if high is None else high**exponent, open_lo, open_hi)

    def monotone(self, ball: Callable[[Fraction], arb], exact: dict[Fraction, Fraction]) -> Span:
        """Range of an increasing function, ends rounded outwards; ``exact`` lists known values of it.

        Infinite ends stay infinite: the caller narrows where the function has a limit there.
        """
        lo, hi = self.lo, self.hi
        open_lo, open_hi = self.open_lo, self.open_hi
        if lo is not None:
            lo, open_lo = (exact[lo], open_lo) if lo in exact else (_outward(ball(lo), -1), True)
        if hi is not None:
            hi, open_hi = (exact[hi], open_hi) if hi in exact else (_outward(ball(hi), 1), True)
        return Span(lo, hi, open_lo or lo is None, open_hi or hi is None)

    def root(self, degree: int) -> Span:
        """Range of the root of a nonnegative quantity (values below zero are ignored)."""
        if degree == 1:
            return self
        lo = max(self.lo or Fraction(0), Fraction(0))
        exact = {Fraction(0): Fraction(0), Fraction(1): Fraction(1)}
        image = Span(lo, self.hi, self.open_lo and self.lo == lo, self.open_hi).monotone(
            lambda value: exact_ball(value).root(degree), exact
        )
        return intersect(image, NONNEGATIVE)

    def log(self) -> Span:
        """Range of the logarithm of a positive quantity (values below zero are ignored)."""
        lo = None if self.lo is None or self.lo <= 0 else self.lo
        return Span(lo, self.hi, lo is None or self.open_lo, self.open_hi).monotone(
            lambda value: exact_ball(value).log(), {Fraction(1): Fraction(0)}
        )

    def exp(self) -> Span:
        """Range of the exponential."""
        clipped = Span(
            None if self.lo is None or self.lo < -400 else self.lo,
            None if self.hi is None or self.hi > 400 else self.hi,
            self.open_lo,
            self.open_hi,
        )
        image = clipped.monotone(lambda value: exact_ball(value).exp(), {Fraction(0): Fraction(1)})
        if image.lo is None or image.lo <= 0:
            image = Span(Fraction(0), image.hi, True, image.open_hi)
        return image


_INF = float("inf")
REALS = Span(None, None, True, True)
POSITIVE = Span(Fraction(0), None, True, True)
NONNEGATIVE = Span(Fraction(0), None, False, True)


def exact_ball(value: Fraction) -> arb:
    """A ball that holds the rational number."""
    return arb(fmpq(value.numerator, value.denominator))


def point(value: Fraction | int) -> Span:
    return Span(Fraction(value), Fraction(value))


def of_axis(axis: Real | Integer) -> Span:
    return Span(axis.lo, axis.hi, axis.open_lo or axis.lo is None, axis.open_hi or axis.hi is None)


def product(left: Signs, right: Signs) -> Signs:
    """Signs that a product of quantities of these signs may have."""
    return frozenset(a * b for a in left for b in right)


def intersect(left: Span, right: Span) -> Span:
    """The tighter of two enclosures of one quantity, end by end."""
    lo, open_lo = left.lo, left.open_lo
    if right.lo is not None and (lo is None or right.lo > lo):
        lo, open_lo = right.lo, right.open_lo
    elif right.lo is not None and right.lo == lo:
        open_lo = open_lo or right.open_lo
    hi, open_hi = left.hi, left.open_hi
    if right.hi is not None and (hi is None or right.hi < hi):
        hi, open_hi = right.hi, right.open_hi
    elif right.hi is not None and right.hi == hi:
        open_hi = open_hi or right.open_hi
    return Span(lo, hi, open_lo, open_hi)


def _corner(left: tuple[Fraction | float, bool], right: tuple[Fraction | float, bool]) -> tuple[Fraction | float, bool]:
    (a, open_a), (b, open_b) = left, right
    if a == 0 or b == 0:
        closed_zero = (a == 0 and not open_a) or (b == 0 and not open_b)
        return Fraction(0), not closed_zero
    if isinstance(a, float) or isinstance(b, float):
        return (_INF if (a > 0) == (b > 0) else -_INF), True
    return a * b, open_a or open_b


def _finite(value: Fraction | float) -> Fraction | None:
    return None if isinstance(value, float) else value


def _bounded(lo: Fraction | None, hi: Fraction | None, open_lo: bool, open_hi: bool) -> Span:
    if lo is not None and lo.numerator.bit_length() + lo.denominator.bit_length() > _BITS:
        lo = None
    if hi is not None and hi.numerator.bit_length() + hi.denominator.bit_length() > _BITS:
        hi = None
    return Span(lo, hi, open_lo or lo is None, open_hi or hi is None)


def _outward(ball: arb, side: int) -> Fraction | None:
    end = ball.lower() if side < 0 else ball.upper()
    if not end.is_finite():
        return None
    value = end.fmpq()
    slack = Fraction(side, 2**100)
    return Fraction(int(value.p), int(value.q)) + slack * (1 + abs(Fraction(int(value.p), int(value.q))))
