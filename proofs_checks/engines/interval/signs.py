"""Whether a scalar is >= 0 (or > 0) on a closed box: one box at a time, no subdivision.

In turn: the ball of the plain value; monotony and the mean value form; float intervals of the factored
expression (singular ends, products of factors that touch 0); contact with a face, where the sign of the
first derivative across the face that does not vanish on it decides, and that sign is found by the same means.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from proofs_checks.engines.interval.endpoints import REGULAR, SINGULAR, Span, span_of_ball
from proofs_checks.engines.interval.scalar import (
    Box,
    Chain,
    Scalar,
    balls_of,
    fraction_ball,
    range_ball,
    spans_of,
)

MAX_NESTING = 6
_CLIMBS = 4  # nesting of arguments by an end value and an inward derivative
_CORNER = 4  # in three or more dimensions, such arguments are tried on boxes this much smaller than the cell
_REACH = 8  # a contact face may lie this many box widths away


@dataclass(frozen=True)
class Judged:
    """``reason`` is empty when the sign was not found; ``smear`` is each axis's share in the uncertainty."""

    reason: str
    smear: tuple[float, ...] = ()


def _at_least_zero(value: Any, strict: bool) -> bool:
    return bool(value.is_finite() and (value > 0 or (not strict and value >= 0)))


def _low_enough(span: Span, strict: bool) -> bool:
    return span[0] > 0 or (not strict and span[0] >= 0)


def gradient(scalar: Scalar, box: Box) -> list[Span]:
    """Ranges of the partial derivatives; infinite ends where they are singular."""
    balls, spans = balls_of(box), spans_of(box)
    found = []
    for axis, (low, high) in enumerate(box):
        if low == high:
            found.append((0.0, 0.0))
            continue
        partial = scalar.partial(axis)
        value = partial.ball(balls)
        here = span_of_ball(value)
        if here[0] < 0 < here[1]:
            other, _ = partial.span(spans)
            here = (max(here[0], other[0]), min(here[1], other[1]))
        found.append(here)
    return found


def _collapsed(box: Box, slopes: list[Span]) -> Box:
    """The part of the box where a function with these slopes is least."""
    ends = []
    for (low, high), (least, most) in zip(box, slopes, strict=True):
        ends.append((low, low) if least >= 0 else (high, high) if most <= 0 else (low, high))
    return tuple(ends)


def _mean_value(scalar: Scalar, box: Box, slopes: list[Span]) -> Any:
    """f(c) + sum_i slope_i (x_i - c_i) over the box."""
    centre = [(low + high) / 2 for low, high in box]
    total = scalar.ball([fraction_ball(value) for value in centre])
    for (low, high), middle, (least, most) in zip(box, centre, slopes, strict=True):
        if low != high:
            total += range_ball(Fraction(least), Fraction(most)) * range_ball(low - middle, high - middle)
    return total


def judge(scalar: Scalar, box: Box, *, strict: bool = False, nesting: int = 0) -> Judged:
    """Try to prove the sign on the box. The box must lie in the cell.

    Answers to inner questions are kept as long as the outermost one is open: mixed derivatives come up
    along several ways. A failure counts for questions that are nested as deeply or deeper.
    """
    kept = scalar.cell.answers
    if nesting == 0:
        kept.clear()
        return _judge(scalar, box, strict, 0)
    key = (id(scalar), box, strict)
    known = kept.get(key)
    if known is None or (not known[1].reason and known[0] > nesting):
        known = kept[key] = (nesting, _judge(scalar, box, strict, nesting))
    return known[1]


def _judge(scalar: Scalar, box: Box, strict: bool, nesting: int) -> Judged:
    value = scalar.ball(balls_of(box))
    if _at_least_zero(value, strict):
        return Judged("value")
    spans = spans_of(box)
    enclosure, singular = scalar.span(spans)
    proper = bool(value.is_finite()) or singular < SINGULAR
    if _low_enough(enclosure, strict) and (proper or nesting > 0):
        return Judged("value")
    if not scalar.smooth:
        return Judged("")
    slopes = gradient(scalar, box)
    if proper:
        least = _collapsed(box, slopes)
        if least != box and _decided_at(scalar, least, strict):
            return Judged("monotone")
        if all(max(abs(slope[0]), abs(slope[1])) < 1e300 for slope in slopes):
            kept = [slope if low != high else (0.0, 0.0) for slope, (low, high) in zip(slopes, least, strict=True)]
            if _at_least_zero(_mean_value(scalar, least, kept), strict):
                return Judged("mean value")
    if nesting < MAX_NESTING:
        for chain in scalar.chains():
            if _contact(chain, box, strict, nesting):
                face = chain.face
                return Judged(f"contact {scalar.cell.symbols[face.axis].name}={face.at} order {chain.order}")
        if proper and least != box and _decided_on_end(scalar, least, box, strict, nesting):
            return Judged("monotone, then on the end")
        small = nesting < _CLIMBS and _is_small_corner(scalar, box)
        if proper and small and _rises_from_end(scalar, box, strict, nesting):
            return Judged("rises from an end")
    smear = tuple(
        max(abs(slope[0]), abs(slope[1])) * float(high - low) for slope, (low, high) in zip(slopes, box, strict=True)
    )
    return Judged("", smear)


def _decided_at(scalar: Scalar, box: Box, strict: bool) -> bool:
    if _at_least_zero(scalar.ball(balls_of(box)), strict):
        return True
    enclosure, singular = scalar.span(spans_of(box))
    return singular == REGULAR and _low_enough(enclosure, strict)


def _decided_on_end(scalar: Scalar, least: Box, box: Box, strict: bool, nesting: int) -> bool:
    """The sign where the function is least, if that lies on an end of the cell that belongs to the domain."""
    for axis, (side, whole) in enumerate(zip(least, box, strict=True)):
        if side == whole:
            continue
        low, high = scalar.cell.box[axis]
        missing = scalar.cell.open_ends[axis]
        if (side[0] == low and not missing[0]) or (side[0] == high and not missing[1]):
            face = scalar.restricted(axis, side[0])
            if _is_defined(face):
                part = tuple(side if i == axis else other for i, other in enumerate(box))
                return bool(judge(face, part, strict=strict, nesting=nesting + 1).reason)
    return False


def _is_small_corner(scalar: Scalar, box: Box) -> bool:
    """Whether the box touches ends of the cell on two axes and, in more than two dimensions, is small.

    Nested arguments are for these only: they cost many derivatives.
    """
    touched = 0
    shrink = _CORNER if len(box) > 2 else 1
    for (low, high), (first, last) in zip(box, scalar.cell.box, strict=True):
        if (high - low) * shrink > last - first:
            return False
        touched += low == first or high == last
    return touched >= 2


def _rises_from_end(scalar: Scalar, box: Box, strict: bool, nesting: int) -> bool:
    """Both the value on an end that the box touches and the derivative inwards have the sign: for corners."""
    for axis, ((low, high), (first, last)) in enumerate(zip(box, scalar.cell.box, strict=True)):
        if low == high:
            continue
        missing = scalar.cell.open_ends[axis]
        for touches, end, inwards in (
            (low == first and not missing[0], low, 1),
            (high == last and not missing[1], high, -1),
        ):
            if not touches:
                continue
            face = scalar.restricted(axis, end)
            part = tuple((end, end) if i == axis else side for i, side in enumerate(box))
            if not _is_defined(face) or not judge(face, part, strict=strict, nesting=nesting + 1).reason:
                continue
            slope = scalar.partial(axis) if inwards > 0 else scalar.partial(axis).negative()
            if judge(slope, box, nesting=nesting + 1).reason:
                return True
    return False


def _is_defined(scalar: Scalar) -> bool:
    return not scalar.expr.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)


def _contact(chain: Chain, box: Box, strict: bool, nesting: int) -> bool:
    """Taylor's formula from the face: f(x) = (x-a)^k/k! times the k-th derivative in between."""
    face = chain.face
    low, high = box[face.axis]
    if strict and face.inside:
        return False
    hull = (min(low, face.low), max(high, face.high))
    if hull[1] - hull[0] > _REACH * (high - low):
        return False
    above, below = high > face.low, low < face.high
    if above and below and chain.order % 2:
        return False
    stretched = tuple(hull if axis == face.axis else side for axis, side in enumerate(box))
    leading = chain.leading.negative() if below and chain.order % 2 else chain.leading
    if not judge(leading, stretched, strict=strict, nesting=nesting + 1).reason:
        return False
    return all(_continuous(scalar, stretched) for scalar in chain.vanishing)


def _continuous(scalar: Scalar, box: Box) -> bool:
    if scalar.ball(balls_of(box)).is_finite():
        return True
    _, singular = scalar.span(spans_of(box))
    return singular < SINGULAR
