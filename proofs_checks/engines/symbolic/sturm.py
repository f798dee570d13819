"""Signs of univariate rational polynomials on a range: Sturm sequences and isolation of real roots."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_poly

from proofs_checks.engines.symbolic.spans import Signs, Span


def _value(poly: fmpq_poly, at: Fraction) -> Fraction:
    value = poly(fmpq(at.numerator, at.denominator))
    return Fraction(int(value.p), int(value.q))


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def square_free(poly: fmpq_poly) -> fmpq_poly:
    """The product of the distinct irreducible factors."""
    common = poly.gcd(poly.derivative())
    return poly // common


def sturm_chain(poly: fmpq_poly) -> list[fmpq_poly]:
    """The Sturm sequence of a square-free polynomial."""
    chain = [poly, poly.derivative()]
    while chain[-1].degree() > 0:
        chain.append(-(chain[-2] % chain[-1]))
    return [entry for entry in chain if entry != 0]


def _variations(chain: list[fmpq_poly], at: Fraction) -> int:
    signs = [sign for entry in chain if (sign := _sign(_value(entry, at)))]
    return sum(1 for left, right in itertools.pairwise(signs) if left != right)


def count_roots(chain: list[fmpq_poly], lo: Fraction, hi: Fraction) -> int:
    """Number of distinct roots in ``(lo, hi]`` (Sturm's theorem for a square-free polynomial)."""
    return _variations(chain, lo) - _variations(chain, hi)


def root_bound(poly: fmpq_poly) -> Fraction:
    """Cauchy's bound: every root is strictly smaller in modulus."""
    coefficients = [Fraction(int(c.p), int(c.q)) for c in poly.coeffs()]
    return 1 + max((abs(c / coefficients[-1]) for c in coefficients[:-1]), default=Fraction(0))


@dataclass(frozen=True)
class Root:
    """One real root: exact (``lo == hi``) or the only one in the open interval ``(lo, hi)``."""

    lo: Fraction
    hi: Fraction

    @property
    def exact(self) -> bool:
        return self.lo == self.hi


def isolate(poly: fmpq_poly, span: Span) -> list[Root]:
    """Distinct real roots of a nonzero polynomial in the range, in order, isolated from each other.

    No end of an isolating interval is itself a root, and the intervals of irrational roots lie strictly
    inside the range. Rational roots are found exactly by the rational factorisation.
    """
    rational, rest = [], fmpq_poly([1])
    for factor, _ in poly.factor()[1]:
        factor = fmpq_poly(factor)
        if factor.degree() == 1:
            constant, leading = factor[0], factor[1]
            root = -constant / leading
            rational.append(Fraction(int(root.p), int(root.q)))
        else:
            rest *= factor
    found = [Root(value, value) for value in rational if _inside(value, span)]
    if rest.degree() > 0:
        found += _isolate_irrational(rest, span, sorted(set(rational)))
    return sorted(found, key=lambda root: (root.lo, root.hi))


def _inside(value: Fraction, span: Span) -> bool:
    above = span.lo is None or value > span.lo or (value == span.lo and not span.open_lo)
    below = span.hi is None or value < span.hi or (value == span.hi and not span.open_hi)
    return above and below


def _isolate_irrational(poly: fmpq_poly, span: Span, avoid: list[Fraction]) -> list[Root]:
    chain = sturm_chain(poly)
    bound = root_bound(poly)
    lo = -bound if span.lo is None else span.lo
    hi = bound if span.hi is None else span.hi
    found: list[Root] = []
    stack = [(lo, hi)] if lo < hi else []
    while stack:
        left, right = stack.pop()
        number = count_roots(chain, left, right)
        if number == 0:
            continue
        clear = left > lo and right < hi and not any(left <= value <= right for value in avoid)
        if number == 1 and clear:
            found.append(Root(left, right))
            continue
        middle = (left + right) / 2
        stack += [(left, middle), (middle, right)]
    return found


def samples(roots: list[Root], span: Span) -> Iterator[Fraction]:
    """One rational point in each piece of the range between consecutive roots (ends excluded)."""
    edges: list[tuple[Fraction | None, Fraction | None]] = []
    left = span.lo
    for root in roots:
        edges.append((left, root.lo))
        left = root.hi
    edges.append((left, span.hi))
    for low, high in edges:
        if low is None and high is None:
            yield Fraction(0)
        elif low is None:
            assert high is not None
            yield high - 1
        elif high is None:
            yield low + 1
        elif low < high or (low == high and not _is_end(low, roots, span)):
            yield (low + high) / 2


def _is_end(value: Fraction, roots: list[Root], span: Span) -> bool:
    at_end = value in (span.lo, span.hi)
    return at_end or any(root.exact and root.lo == value for root in roots)


@dataclass(frozen=True)
class SignTable:
    """Roots in the range and the signs between them."""

    roots: tuple[Root, ...]
    points: tuple[Fraction, ...]
    signs: tuple[int, ...]

    @property
    def all(self) -> Signs:
        return frozenset(self.signs) | (frozenset({0}) if self.roots else frozenset())


def sign_table(poly: fmpq_poly, span: Span) -> SignTable:
    """The signs that a polynomial takes on the range, exactly."""
    if span.lo is not None and span.lo == span.hi:
        sign = _sign(_value(poly, span.lo))
        return SignTable(() if sign else (Root(span.lo, span.lo),), (span.lo,), (sign,))
    if poly == 0:
        somewhere = next(samples([], span))
        return SignTable((Root(somewhere, somewhere),), (), ())
    roots = isolate(poly, span) if poly.degree() > 0 else []
    points = tuple(samples(roots, span))
    return SignTable(tuple(roots), points, tuple(_sign(_value(poly, value)) for value in points))
