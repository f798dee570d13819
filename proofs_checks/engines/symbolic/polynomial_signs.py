"""Signs of multivariate rational polynomials on a product of ranges.

Each method proves a set of signs that contains every sign taken; intersecting the sets is sound.
Interval arithmetic, exact root isolation for one variable, and nonnegative coefficients in a basis of
nonnegative functions (Bernstein on finite ranges, shifted powers on half-lines) with subdivision.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from math import comb, prod

from flint import fmpq, fmpq_poly

from proofs_checks.engines.symbolic.spans import ANY, Signs, Span, point
from proofs_checks.engines.symbolic.sturm import sign_table

Monomial = tuple[int, ...]
Terms = dict[Monomial, Fraction]

MAX_COEFFICIENTS = 2000
MAX_PIECES = 400
WORK = 8000  # coefficients over all pieces


def enclose(terms: Terms, spans: Sequence[Span]) -> Span:
    """Range of a polynomial by interval arithmetic, term by term."""
    total = point(0)
    for monomial, coefficient in terms.items():
        value = point(coefficient)
        for exponent, span in zip(monomial, spans, strict=True):
            if exponent:
                value = value * span.power(exponent)
        total = total + value
    return total


def signs(terms: Terms, spans: Sequence[Span], *, pieces: int = MAX_PIECES, depth: int = 2) -> Signs:
    """Signs that the polynomial may take when its variables run through the ranges."""
    terms = {monomial: value for monomial, value in terms.items() if value}
    if not terms:
        return frozenset({0})
    used = [i for i in range(len(spans)) if any(monomial[i] for monomial in terms)]
    terms = {tuple(monomial[i] for i in used): value for monomial, value in terms.items()}
    spans = [spans[i] for i in used]
    if not used:
        return point(terms[()]).signs
    found = enclose(terms, spans).signs
    if len(found) == 1:
        return found
    if len(used) == 1:
        degree = max(monomial[0] for monomial in terms)
        coefficients = [terms.get((k,), Fraction(0)) for k in range(degree + 1)]
        poly = fmpq_poly([_flint(value) for value in coefficients])
        return found & sign_table(poly, spans[0]).all
    if depth:
        found &= _as_quadratic(terms, spans, depth - 1)
        if found in ({1}, {-1}):
            return found
    if found != ANY:
        pieces = min(pieces, 40)  # the weak sign is known; try a little for the strict one
    size = prod(1 + max(monomial[i] for monomial in terms) for i in range(len(spans)))
    return found & _by_subdivision(terms, spans, min(pieces, max(4, WORK // size)))


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _as_quadratic(terms: Terms, spans: Sequence[Span], depth: int) -> Signs:
    """Nonnegative: ``a y^2 + b y + c`` with ``a, c >= 0`` and ``4 a c >= b^2``; positive if ``a`` and the gap are."""
    for index in range(len(spans)):
        parts: list[Terms] = [{}, {}, {}]
        degree = max(monomial[index] for monomial in terms)
        if degree != 2:
            continue
        for monomial, value in terms.items():
            rest = (*monomial[:index], 0, *monomial[index + 1 :])
            parts[monomial[index]][rest] = value
        c, b, a = parts
        sign = 1 if signs(a, spans, depth=0) <= {0, 1} else -1
        a, c = _scaled(a, sign), _scaled(c, sign)
        gap = _sum(_scaled(_times(a, c), 4), _scaled(_times(b, b), -1))
        below = signs(gap, spans, pieces=60, depth=depth)
        leading, constant = signs(a, spans, pieces=60, depth=0), signs(c, spans, pieces=60, depth=depth)
        if below <= {0, 1} and leading <= {0, 1} and constant <= {0, 1}:
            strict = below == {1} and leading == {1}
            return frozenset({sign}) if strict else frozenset({0, sign})
    return ANY


def _scaled(terms: Terms, factor: int) -> Terms:
    return {monomial: factor * value for monomial, value in terms.items()}


def _sum(left: Terms, right: Terms) -> Terms:
    total = dict(left)
    for monomial, value in right.items():
        total[monomial] = total.get(monomial, Fraction(0)) + value
    return total


def _times(left: Terms, right: Terms) -> Terms:
    total: Terms = {}
    for one, a in left.items():
        for other, b in right.items():
            monomial = tuple(i + j for i, j in zip(one, other, strict=True))
            total[monomial] = total.get(monomial, Fraction(0)) + a * b
    return total


def _by_subdivision(terms: Terms, spans: Sequence[Span], pieces: int) -> Signs:
    """Union of the signs over pieces of the box; gives up (any sign) when both signs occur or pieces run out."""
    found: Signs = frozenset()
    queue = [tuple(spans)]
    done = 0
    while queue:
        box = queue.pop(0)
        done += 1
        here = box_signs(terms, box)
        if here is None:
            if done + len(queue) >= pieces:
                return ANY
            queue += _halves(box, done)
            continue
        found |= here
        if {-1, 1} <= found:
            return ANY
    return found


def _halves(box: tuple[Span, ...], seed: int) -> list[tuple[Span, ...]]:
    """Split the widest axis (infinite ones count as width four) at a rational point."""

    def width(span: Span) -> Fraction:
        return Fraction(4) if span.lo is None or span.hi is None else span.hi - span.lo

    index = max(range(len(box)), key=lambda i: width(box[i]))
    span = box[index]
    if span.lo is None:
        cut = Fraction(0) if span.hi is None or span.hi > 0 else 2 * span.hi - 1
    elif span.hi is None:
        cut = Fraction(0) if span.lo < 0 else 2 * span.lo + 1
    else:
        cut = (span.lo + span.hi) / 2
    lower = Span(span.lo, cut, span.open_lo, False)
    upper = Span(cut, span.hi, False, span.open_hi)
    return [(*box[:index], part, *box[index + 1 :]) for part in (lower, upper)]


def box_signs(terms: Terms, box: Sequence[Span]) -> Signs | None:
    """Signs on one box read off nonnegative-basis coefficients; ``None`` if these have both signs."""
    if any(span.lo is None and span.hi is None for span in box):
        return None
    degrees = [max(monomial[i] for monomial in terms) for i in range(len(box))]
    if prod(degree + 1 for degree in degrees) > MAX_COEFFICIENTS:
        return enclose(terms, box).signs
    coefficients = dict(terms)
    for index, span in enumerate(box):
        coefficients = _change_basis(coefficients, index, degrees[index], span)
    values = [value for value in coefficients.values() if value]
    if not values:
        return frozenset({0})
    if min(values) < 0 < max(values):
        return None
    sign = 1 if values[0] > 0 else -1
    return frozenset({sign}) if _never_zero(coefficients, degrees, box) else frozenset({sign, 0})


def _change_basis(terms: Terms, index: int, degree: int, span: Span) -> Terms:
    """Rewrite one variable in Bernstein polynomials of [lo, hi], or in powers of the distance to its finite end."""
    matrix = _basis_matrix(degree, span)
    result: Terms = {}
    for monomial, value in terms.items():
        for k, weight in enumerate(matrix[monomial[index]]):
            if weight:
                key = (*monomial[:index], k, *monomial[index + 1 :])
                result[key] = result.get(key, Fraction(0)) + weight * value
    return result


def _basis_matrix(degree: int, span: Span) -> list[list[Fraction]]:
    """Row ``j``: coefficients of ``x**j`` in the basis of degree ``degree``."""
    if span.lo is not None and span.hi is not None:
        lo, width = span.lo, span.hi - span.lo
        powers = [_shifted_power(j, lo, width) for j in range(degree + 1)]
        return [
            [
                sum(
                    (powers[j][i] * Fraction(comb(k, i), comb(degree, i)) for i in range(min(j, k) + 1)),
                    Fraction(0),
                )
                for k in range(degree + 1)
            ]
            for j in range(degree + 1)
        ]
    start = span.lo if span.lo is not None else span.hi
    assert start is not None
    slope = Fraction(1 if span.lo is not None else -1)
    return [_shifted_power(j, start, slope) + [Fraction(0)] * (degree - j) for j in range(degree + 1)]


def _shifted_power(power: int, start: Fraction, slope: Fraction) -> list[Fraction]:
    return [comb(power, i) * start ** (power - i) * slope**i for i in range(power + 1)]


def _never_zero(coefficients: Terms, degrees: Sequence[int], box: Sequence[Span]) -> bool:
    """Whether on every face that belongs to the box some basis function with nonzero coefficient is positive."""
    support = [monomial for monomial, value in coefficients.items() if value]
    if len(box) > 8:
        return (0,) * len(box) in support and all(span.lo is None or span.hi is None for span in box)
    choices = []
    for span in box:
        faces = ["inside"] if span.lo != span.hi else []
        if span.lo is not None and not span.open_lo:
            faces.append("lo")
        if span.hi is not None and not span.open_hi:
            faces.append("hi")
        choices.append(faces)
    return all(
        any(
            all(_positive_there(*item) for item in zip(monomial, degrees, box, face, strict=True))
            for monomial in support
        )
        for face in itertools.product(*choices)
    )


def _positive_there(k: int, degree: int, span: Span, face: str) -> bool:
    if face == "inside":
        return True
    finite = span.lo is not None and span.hi is not None
    return k == degree if finite and face == "hi" else k == 0
