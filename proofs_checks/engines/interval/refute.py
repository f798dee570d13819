"""Search for a rational point where left < right is certified: sampling, then descent from the lowest values."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import ctx

from plumbline import witness as witnesses
from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.formula.emit import identifier
from proofs_checks.engines.interval.scalar import fraction_ball
from proofs_checks.engines.interval.seams import on_face, seams

_POINTS = 400
_HALVINGS = 48
_BITS = 128
_SHARES = (Fraction(37, 101), Fraction(59, 97))


def argument_name(name: str) -> str:
    """The variable's name if it can be an argument of emitted source, else a substitute."""
    return name if identifier(name) == name else f"var_{name}"


class Refuter:
    """Looks for violations of ``left >= right`` (``left > right``); keeps the first witness."""

    def __init__(self, left: Formula, right: Formula, difference: Formula, domain: Domain, strict: bool) -> None:
        self.left, self.right, self.difference = left, right, difference
        self.domain = domain
        self.strict = strict
        self.axes: list[Real | Integer] = [domain[axis.name] for axis in difference.variables]  # type: ignore[misc]
        self.witness: Witness | None = None
        self.undefined = ""
        self.lows: list[list[Fraction]] = []

    def value(self, point: Sequence[Fraction]) -> Any:
        return self.difference.arb_function()(*(fraction_ball(x) for x in point))

    def inside(self, point: Sequence[Fraction]) -> bool:
        return all(axis.contains(x) for axis, x in zip(self.axes, point, strict=True))

    # one point

    def try_point(self, point: Sequence[Fraction]) -> bool:
        """Whether the point, moved to simple fractions nearby, refutes the statement."""
        if self.witness is not None:
            return True
        if not self._refutes(point):
            return False
        simple = next((p for p in self._simpler(point) if self._refutes(p)), list(point))
        self.witness = self._make(simple)
        return self.witness is not None

    def _simpler(self, point: Sequence[Fraction]) -> Any:
        for digits in range(1, 16):
            for bound in (10**digits, 3 * 10**digits):
                yield [x.limit_denominator(bound) for x in point]

    def _refutes(self, point: Sequence[Fraction]) -> bool:
        if not self.inside(point):
            return False
        value = self.value(point)
        return bool(value.is_finite() and (value < 0 or (self.strict and value <= 0)))

    def _make(self, point: Sequence[Fraction]) -> Witness | None:
        data = {
            "point": {argument_name(axis.name): str(x) for axis, x in zip(self.axes, point, strict=True)},
            "formulas": {"left": emit_standalone(self.left), "right": emit_standalone(self.right)},
        }
        claim = "left > right" if self.strict else "left >= right"
        made = witnesses.make("", "formula", data, f"{claim} fails at this point")
        return made if made.relation == "<" or (self.strict and made.relation == "==") else None

    def equality(self, point: Mapping[str, Fraction]) -> bool:
        """Record an equality point (proved elsewhere) as the refutation of a strict inequality."""
        values = [point[axis.name] for axis in self.axes]
        if self.inside(values):
            self.witness = self._make(values)
        return self.witness is not None

    # many points

    def search(self) -> bool:
        """Try where a formula changes its case, sample the domain, then descend from the lowest values found."""
        before, ctx.prec = ctx.prec, _BITS
        try:
            if self._at_seams():
                return self.witness is not None
            lowest = self._sample()
            if self.witness is not None:
                return True
            return any(self.descend(start) for start in lowest[:3])
        finally:
            ctx.prec = before

    def _at_seams(self) -> bool:
        """Whether the statement certainly fails at a seam; without a witness that is kept as the reason."""
        for name, value in seams(self.difference):
            try:
                face = on_face(self.difference, name, value).arb_function()
            except InputError:  # undefined there
                continue
            index = [axis.name for axis in self.axes].index(name)
            for share in _SHARES:
                point = [_between(axis, share) for axis in self.axes]
                point[index] = value
                there = face(*(fraction_ball(x) for place, x in enumerate(point) if place != index))
                low = there.is_finite() and (there < 0 or (self.strict and there <= 0))
                if low and self.inside(point):
                    self.witness = self._make(point)
                    self.undefined = f"the sides are out of order at the seam {name} = {value}"
                    return True
        return False

    def _sample(self) -> list[list[Fraction]]:
        """Sample points by ascending value; the lowest ones are tried as witnesses."""
        per_axis = max(3, int(_POINTS ** (1 / max(1, len(self.axes)))))
        values = []
        for point in itertools.product(*(_marks(axis, per_axis) for axis in self.axes)):
            if not self.inside(point):
                continue
            value = self.value(point)
            if not value.is_finite():
                at = ", ".join(f"{axis.name}={x}" for axis, x in zip(self.axes, point, strict=True))
                self.undefined = self.undefined or f"the difference is undefined or infinite at {at}"
                continue
            values.append((float(value.mid()), list(point)))
        values.sort(key=lambda pair: pair[0])
        lowest = [point for _, point in values]
        any(self.try_point(point) for point in lowest[:8])
        return lowest

    def descend(self, start: Sequence[Fraction]) -> bool:
        """Pattern search: steps along the axes, halved where none goes down."""
        point, value = list(start), self.value(start)
        steps = [_width(axis) / 16 for axis in self.axes]
        for _ in range(_HALVINGS):
            moved = False
            for axis, step in enumerate(steps):
                for direction in (step, -step):
                    trial = self._moved(point, axis, direction)
                    if trial is None:
                        continue
                    there = self.value(trial)
                    if there.is_finite() and there.mid() < value.mid():
                        point, value, moved = trial, there, True
                        break
            if value < 0 and self.try_point(point):
                return True
            if not moved:
                steps = [step / 2 for step in steps]
        self.lows.append(point)
        return False

    def meeting_points(self) -> list[tuple[str, Fraction]]:
        """Simple values near the lowest points, on whose faces both sides seem to agree: hints only."""
        found = []
        for low in self.lows:
            for index, axis in enumerate(self.axes):
                value = low[index].limit_denominator(1000)
                near = abs(value - low[index]) * 10**6 <= _width(axis)
                inner = axis.contains(value) and value not in (axis.lo, axis.hi)
                hint = (axis.name, value)
                if near and inner and hint not in found and self._meets_on(index, value):
                    found.append(hint)
        return found

    def _meets_on(self, index: int, value: Fraction) -> bool:
        for share in _SHARES:
            point = [_between(axis, share) for axis in self.axes]
            point[index] = value
            there = self.value(point)
            if not (there.is_finite() and there.contains(0)):
                return False
        return True

    def _moved(self, point: list[Fraction], axis: int, step: Fraction) -> list[Fraction] | None:
        value = point[axis] + step
        if isinstance(self.axes[axis], Integer):
            value = Fraction(round(value))
        trial = [*point[:axis], value, *point[axis + 1 :]]
        return trial if self.inside(trial) and trial != point else None


def _width(axis: Real | Integer) -> Fraction:
    if axis.lo is None or axis.hi is None:
        return Fraction(4)
    return axis.hi - axis.lo


def _between(axis: Real | Integer, share: Fraction) -> Fraction:
    low = axis.lo if axis.lo is not None else (Fraction(0) if axis.hi is None else axis.hi - 4)
    value = low + share * (axis.hi - low if axis.hi is not None else 4)
    return Fraction(value.__floor__()) if isinstance(axis, Integer) else value


def _marks(axis: Real | Integer, count: int) -> list[Fraction]:
    """Sample values of one axis: its ends, points ever nearer to them, and a spread in between."""
    if axis.lo is None or axis.hi is None:
        origin = axis.lo if axis.lo is not None else axis.hi if axis.hi is not None else Fraction(0)
        half = min(count // 2, 20)
        steps = [Fraction(0), *(Fraction(2) ** k for k in range(-half, half)), *map(Fraction, range(3, 10))]
        signs = (1,) if axis.lo is not None else (-1,) if axis.hi is not None else (1, -1)
        found = {origin + sign * step for sign in signs for step in steps}
    else:
        width = axis.hi - axis.lo
        near = [Fraction(0)] + [Fraction(1, 2**k) for k in (12, 20, 8, 5, 30)[: max(1, count // 5)]]
        spread = [Fraction(k, count) for k in range(1, count)]
        shares = {*near, *(1 - share for share in near), *spread}
        found = {axis.lo + share * width for share in shares}
    if isinstance(axis, Integer):
        found = {Fraction(round(value)) for value in found}
    return sorted(found)
