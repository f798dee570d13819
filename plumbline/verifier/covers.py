"""Box covers: an exact cover of the declared domain, and on each piece the sign by the verifier's own derivatives."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from mpmath import iv

from plumbline.verifier.numbers import Arithmetic, Refused, Unverifiable, rational

iv.prec = 96
_HALVINGS = 8
Box = dict[str, tuple[Fraction, Fraction]]


def verify_cover(certificate: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """``function(m, **x) > 0`` (>= 0 unless ``strict``) on ``axes``: [{"name", "kind", "lo", "hi", "open"}]."""
    axes, relation = problem["axes"], ">" if problem["strict"] else ">="
    if (certificate["kind"], certificate["relation"]) != ("box_cover", relation):
        raise Refused(f"a box cover for {relation!r} is needed")
    if certificate["domain"] != axes:
        raise Refused(f"the certificate is for the domain {certificate['domain']}, claimed is {axes}")
    pieces = [piece for cell in certificate["cells"] for piece in _pieces(cell)]
    if (hole := _hole(_box(axes), [box for box, _ in pieces])) is not None:
        raise Refused(f"no piece covers {_text(hole)}")
    for box, reason in pieces:
        _Sign(problem).require(box, reason, _HALVINGS)
    return f"{len(pieces)} boxes"


def _box(axes: Sequence[Mapping[str, Any]]) -> Box:
    if any(axis["kind"] != "real" or None in (axis["lo"], axis["hi"]) for axis in axes):
        raise Unverifiable("box covers of unbounded ranges and of integers")
    return {axis["name"]: (rational(axis["lo"]), rational(axis["hi"])) for axis in axes}


def _pieces(cell: Mapping[str, Any]) -> list[tuple[Box, str]]:
    """The pieces of a cell with their arguments, in the domain's coordinates: x itself, or u_x = (x - lo)/(hi - lo)."""
    scope, found = _box(cell["scope"]), []
    names = [name if name in scope else name.removeprefix("u_") for name in cell["coordinates"]]
    for kind, *ends in cell["pieces"]:
        box, reason = dict(scope), cell["reasons"][kind]
        for name, coordinate, *side in zip(names, cell["coordinates"], ends[::2], ends[1::2], strict=True):
            low, high = scope[name] if name != coordinate else (Fraction(0), Fraction(1))
            box[name] = (low + (high - low) * rational(side[0]), low + (high - low) * rational(side[1]))
            for end in zip(("0", "1"), (low, high), strict=True) if name != coordinate else ():
                reason = reason.replace(f"contact {coordinate}={end[0]} ", f"contact {name}={end[1]} ")
        found.append((box, reason))
    return found


def _hole(target: Box, boxes: Sequence[Box]) -> Box | None:
    """A part of the closed target that the closed boxes leave uncovered (closed sets: boundaries do not matter)."""
    if not target:
        return None if boxes else {}
    name, (low, high) = next(iter(target.items()))
    marks = sorted({end for box in boxes for end in box[name] if low < end < high} | {low, high})
    for side in pairwise(marks) if low < high else [(low, high)]:
        inside = [box for box in boxes if box[name][0] <= side[0] and side[1] <= box[name][1]]
        if (rest := _hole({other: target[other] for other in target if other != name}, inside)) is not None:
            return {name: side, **rest}
    return None


def _text(box: Box) -> str:
    return " x ".join(f"{name} in [{low}, {high}]" for name, (low, high) in box.items()) or "the domain"


class _Sign:
    """The sign of one function on boxes of its domain."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.function, self.strict, self.axes = problem["function"], problem["strict"], problem["axes"]

    def coefficients(self, box: Box, order: int = 0, along: str = "") -> list[Any]:
        m = Arithmetic(order)
        ends = {x: iv.mpf([m.scalar(low).a, m.scalar(high).b]) for x, (low, high) in box.items()}
        return m.number(self.function(m, **{x: m.variable(value, x == along) for x, value in ends.items()})).c

    def positive(self, value: Any) -> bool:
        return bool(value.a > 0 or (not self.strict and value.a >= 0))

    def require(self, box: Box, reason: str, halvings: int) -> None:
        """The sign on the box by the stated argument, halving it where the enclosures here are cruder."""
        contact = re.fullmatch(r"contact (\w+)=(\S+) order (\d)", reason)
        if self._touching(box, contact[1], rational(contact[2]), int(contact[3])) if contact else self._apart(box):
            return
        widest = max(box, key=lambda x: box[x][1] - box[x][0], default="")
        if not halvings or not widest or box[widest][0] == box[widest][1]:
            raise Refused(f"the sign is not found on {_text(box)} ({reason})")
        low, high = box[widest]
        for side in ((low, (low + high) / 2), ((low + high) / 2, high)):
            self.require({**box, widest: side}, reason, halvings - 1)

    def _apart(self, box: Box) -> bool:
        """Value; then derivatives: the ends where the function is least, and the mean value form from there."""
        if self.positive(self.coefficients(box)[0]):
            return True
        slopes = {x: self.coefficients(box, 1, x)[1] for x, (low, high) in box.items() if low < high}
        least = dict(box)
        for x, slope in slopes.items():
            low, high = box[x]
            least[x] = (low, low) if slope.a >= 0 else (high, high) if slope.b <= 0 else (low, high)
        if self.positive(self.coefficients(least)[0]):
            return True
        middle = {x: (low + high) / 2 for x, (low, high) in least.items()}
        value = self.coefficients({x: (c, c) for x, c in middle.items()})[0]
        for x, slope in slopes.items():
            value += slope * iv.mpf([-1, 1]) * Arithmetic().scalar(least[x][1] - middle[x])
        return self.positive(value)

    def _touching(self, box: Box, name: str, at: Fraction, order: int) -> bool:
        """f and its first derivatives vanish exactly at an end, and the next one has the sign from there on."""
        ends, (low, high), m = _box(self.axes)[name], box[name], Arithmetic(order - 1, exact=True)
        missing = [end for end, gone in zip(ends, self.axes[0]["open"], strict=True) if gone]
        if len(self.axes) > 1:
            raise Unverifiable("contact with a face of more than one variable")
        if low < at < high or (self.strict and at not in missing):
            raise Refused(f"equality at {name} = {at}, inside a piece or the domain")
        if any(c.terms for c in m.number(self.function(m, **{name: m.variable(m.scalar(at), 1)})).c):
            raise Refused(f"not all derivatives below order {order} vanish at {name} = {at}")
        sign = 1 if low >= at or order % 2 == 0 else -1
        return self._leading(name, (min(low, at), max(high, at)), order, sign, _HALVINGS)

    def _leading(self, name: str, side: tuple[Fraction, Fraction], order: int, sign: int, halvings: int) -> bool:
        """Whether sign times the coefficient of that order is positive, by its mean value form on halves."""
        middle = (side[0] + side[1]) / 2
        half, slope = Arithmetic().scalar(side[1] - middle), self.coefficients({name: side}, order + 1, name)[order + 1]
        value = self.coefficients({name: (middle, middle)}, order, name)[order]
        if sign * value - (order + 1) * abs(slope) * half > 0:
            return True
        halves = ((side[0], middle), (middle, side[1]))
        return halvings > 0 and all(self._leading(name, part, order, sign, halvings - 1) for part in halves)
