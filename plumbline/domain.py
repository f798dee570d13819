"""Declared domains of claims and formulas, and the exact comparison of what was covered.

A :class:`Domain` is a product of axes. A :class:`Real` or :class:`Integer` axis is a range with
rational end points; an :class:`Every` axis is a quantifier over objects that no finite number of
parameters describes (all distributions, all hypotheses, all environments). Coverage of a claim by
evidence is decided here, by cell decomposition in exact rational arithmetic, and nowhere else.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from plumbline.errors import InputError

Number = int | Fraction


def _fraction(value: Number | str | None, name: str) -> Fraction | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, str, Fraction)):
        raise InputError(f"end point of {name!r} must be an int, a Fraction or a decimal string, got {value!r}")
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise InputError(
            f"end point of {name!r} must be an int, a Fraction or a decimal string, got {value!r}"
        ) from None


@dataclass(frozen=True, init=False)
class Real:
    """A real variable in a range with rational (or infinite: ``None``) end points.

    ``open_lo`` / ``open_hi`` exclude a finite end point; infinite ends are open by nature.
    """

    name: str
    lo: Fraction | None
    hi: Fraction | None
    open_lo: bool
    open_hi: bool
    latex: str

    def __init__(
        self,
        name: str,
        lo: Number | str | None = None,
        hi: Number | str | None = None,
        *,
        open_lo: bool = False,
        open_hi: bool = False,
        latex: str = "",
    ) -> None:
        low, high = _fraction(lo, name), _fraction(hi, name)
        if low is not None and high is not None and (low > high or (low == high and (open_lo or open_hi))):
            raise InputError(f"range of {name!r} is empty: {low} to {high}")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "lo", low)
        object.__setattr__(self, "hi", high)
        object.__setattr__(self, "open_lo", open_lo or low is None)
        object.__setattr__(self, "open_hi", open_hi or high is None)
        object.__setattr__(self, "latex", latex or name)

    def contains(self, value: Fraction | float) -> bool:
        """Whether ``value`` lies in the range; NaN never does."""
        low = self.lo is None or (value > self.lo if self.open_lo else value >= self.lo)
        high = self.hi is None or (value < self.hi if self.open_hi else value <= self.hi)
        finite = value == value and value not in (float("inf"), float("-inf"))
        return bool(low and high and finite)

    def describe(self) -> str:
        left = "(" if self.open_lo else "["
        right = ")" if self.open_hi else "]"
        low = "-inf" if self.lo is None else str(self.lo)
        high = "inf" if self.hi is None else str(self.hi)
        if self.lo is not None and self.lo == self.hi:
            return f"{self.name}={low}"
        return f"{self.name} in {left}{low},{high}{right}"


@dataclass(frozen=True, init=False)
class Integer:
    """An integer variable from ``lo`` to ``hi`` (both included; ``None`` is unbounded)."""

    name: str
    lo: Fraction | None
    hi: Fraction | None
    latex: str

    def __init__(self, name: str, lo: int | None = None, hi: int | None = None, *, latex: str = "") -> None:
        low, high = _fraction(lo, name), _fraction(hi, name)
        for end in (low, high):
            if end is not None and end.denominator != 1:
                raise InputError(f"end point of the integer {name!r} must be an integer, got {end}")
        if low is not None and high is not None and low > high:
            raise InputError(f"range of {name!r} is empty: {low} to {high}")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "lo", low)
        object.__setattr__(self, "hi", high)
        object.__setattr__(self, "latex", latex or name)

    open_lo = False
    open_hi = False

    def contains(self, value: Fraction | float) -> bool:
        """Whether ``value`` is an integer in the range."""
        if value != value or value in (float("inf"), float("-inf")) or value != int(value):
            return False
        return (self.lo is None or value >= self.lo) and (self.hi is None or value <= self.hi)

    def describe(self) -> str:
        if self.lo is not None and self.lo == self.hi:
            return f"{self.name}={self.lo}"
        if self.hi is None:
            return f"{self.name}>={self.lo}" if self.lo is not None else f"{self.name} integer"
        low = "-inf" if self.lo is None else str(self.lo)
        return f"{self.name}={low}..{self.hi}"


@dataclass(frozen=True)
class Every:
    """A quantifier over objects: every distribution, every score vector, every environment."""

    name: str
    description: str

    def describe(self) -> str:
        return f"every {self.name}"


Axis = Real | Integer | Every


@dataclass(frozen=True, init=False)
class Domain:
    """A product of axes with distinct names."""

    axes: tuple[Axis, ...]

    def __init__(self, *axes: Axis) -> None:
        names = [axis.name for axis in axes]
        if len(set(names)) != len(names):
            raise InputError(f"axes of a domain must have distinct names, got {names}")
        object.__setattr__(self, "axes", tuple(axes))

    def __getitem__(self, name: str) -> Axis:
        for axis in self.axes:
            if axis.name == name:
                return axis
        raise InputError(f"domain has no axis {name!r}; it has {[axis.name for axis in self.axes]}")

    @property
    def ranges(self) -> tuple[Real | Integer, ...]:
        return tuple(axis for axis in self.axes if not isinstance(axis, Every))

    @property
    def quantifiers(self) -> frozenset[str]:
        return frozenset(axis.name for axis in self.axes if isinstance(axis, Every))

    def restrict(self, *axes: Axis) -> Domain:
        """The same domain with the named axes replaced."""
        new = {axis.name: axis for axis in axes}
        unknown = set(new) - {axis.name for axis in self.axes}
        if unknown:
            raise InputError(f"domain has no axes {sorted(unknown)}")
        return Domain(*(new.get(axis.name, axis) for axis in self.axes))

    def describe(self) -> str:
        return ", ".join(axis.describe() for axis in self.axes) or "no free variable"


@dataclass(frozen=True)
class Instances:
    """Finitely many concrete instances were treated; they never cover a quantifier."""

    count: int
    description: str

    def __post_init__(self) -> None:
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 0:
            raise InputError(f"count of instances must be an integer >= 0, got {self.count!r}")

    def describe(self) -> str:
        return f"{self.count} instances: {self.description}"


Scope = Domain | Instances


def _cells(axis: Real | Integer, scopes: Sequence[Domain]) -> list[tuple[Fraction | None, Fraction | None]]:
    """Split one claimed axis into points (a, a) and open intervals (a, b), at every end point in sight."""
    cuts = {end for end in (axis.lo, axis.hi) if end is not None}
    for scope in scopes:
        other = scope[axis.name]
        assert not isinstance(other, Every)
        cuts |= {end for end in (other.lo, other.hi) if end is not None}
    ordered = sorted(cuts)
    ends: list[Fraction | None] = [None, *ordered, None]
    cells: list[tuple[Fraction | None, Fraction | None]] = [(cut, cut) for cut in ordered]
    cells += [(low, high) for low, high in itertools.pairwise(ends)]
    return [cell for cell in cells if _cell_meets(axis, cell)]


def _cell_meets(axis: Real | Integer, cell: tuple[Fraction | None, Fraction | None]) -> bool:
    low, high = cell
    if low is not None and low == high:
        return axis.contains(low)
    if isinstance(axis, Integer) and low is not None and high is not None:
        first = low.__floor__() + 1
        if first >= high:
            return False
    below = high is not None and axis.lo is not None and high <= axis.lo
    above = low is not None and axis.hi is not None and low >= axis.hi
    return not (below or above)


def _covers_cell(axis: Real | Integer, cell: tuple[Fraction | None, Fraction | None]) -> bool:
    low, high = cell
    if low is not None and low == high:
        return axis.contains(low)
    left = axis.lo is None or (low is not None and low >= axis.lo)
    right = axis.hi is None or (high is not None and high <= axis.hi)
    return left and right


def speaks_of(claimed: Domain, scope: Domain) -> bool:
    """Whether the scope discharges every quantifier of the claim and ranges over each of its variables.

    A quantifier is discharged by the same quantifier only: one of the same name and another description
    (every distribution, every distribution on two points) is another one.
    """
    quantified = {axis for axis in claimed.axes if isinstance(axis, Every)}
    return quantified <= set(scope.axes) and {axis.name for axis in claimed.ranges} <= {
        axis.name for axis in scope.ranges
    }


def _share_a_point(a: Real | Integer, b: Real | Integer) -> bool:
    low = max((axis.lo for axis in (a, b) if axis.lo is not None), default=None)
    high = min((axis.hi for axis in (a, b) if axis.hi is not None), default=None)
    if low is None or high is None:
        return True
    if low == high:
        return a.contains(low) and b.contains(low)
    if isinstance(a, Real) and isinstance(b, Real):
        return low < high
    first, last = low.__ceil__(), high.__floor__()
    ends = [value for value in {first, first + 1, last - 1, last} if first <= value <= last]
    return any(a.contains(Fraction(value)) and b.contains(Fraction(value)) for value in ends)


def overlaps(claimed: Domain, scope: Domain) -> bool:
    """Whether the scope discharges the claim's quantifiers and shares a point of its ranges with it."""
    return speaks_of(claimed, scope) and all(
        _share_a_point(axis, have) for axis in claimed.ranges if not isinstance(have := scope[axis.name], Every)
    )


def covers(claimed: Domain, scopes: Iterable[Domain]) -> bool:
    """Whether the union of ``scopes`` contains ``claimed``, decided exactly.

    A scope counts only if it discharges every quantifier of the claim, speaks of each of its variables and
    of no other one. An integer axis may be covered by a real one, never the other way round.
    """
    usable = []
    names = {axis.name for axis in claimed.ranges}
    for scope in scopes:
        if not speaks_of(claimed, scope) or not {axis.name for axis in scope.ranges} <= names:
            continue
        kinds = [(axis, scope[axis.name]) for axis in claimed.ranges]
        if any(isinstance(want, Real) and isinstance(have, Integer) for want, have in kinds):
            continue
        usable.append(scope)
    if not usable:
        return False
    grids = [_cells(axis, usable) for axis in claimed.ranges]
    for cell in itertools.product(*grids):
        if not any(
            all(
                _covers_cell(have, part)
                for axis, part in zip(claimed.ranges, cell, strict=True)
                if not isinstance(have := scope[axis.name], Every)
            )
            for scope in usable
        ):
            return False
    return True
