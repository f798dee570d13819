"""The linear program as a value with exact rational entries: feasibility, dual bound, standard form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Any

from plumbline.errors import InputError

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]
Bound = tuple[Fraction | None, Fraction | None]


def exact(value: object, name: str) -> Fraction:
    """``value`` as a Fraction; only exact numbers (int, Fraction, strings such as ``"1/3"``) are taken."""
    if isinstance(value, Rational) and not isinstance(value, bool):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
    raise InputError(f"{name} must be an int, a Fraction or a string such as '1/3', got {value!r}")


def vector(values: Sequence[Any] | None, length: int | None, name: str) -> Vector:
    entries = tuple(exact(value, f"{name}[{k}]") for k, value in enumerate(() if values is None else values))
    if length is not None and len(entries) != length:
        raise InputError(f"{name} must have {length} entries, got {len(entries)}")
    return entries


def dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True) if p and q), Fraction(0))


@dataclass(frozen=True, init=False)
class LinearProgram:
    """minimise c.x subject to A_ub x <= b_ub, A_eq x = b_eq, lo <= x <= hi, all entries rational.

    ``bounds`` is one (lo, hi) pair per variable, or a single pair for all; ``None`` is unbounded; the
    default is x >= 0. Raises InputError for floats, wrong shapes and empty ranges.
    """

    c: Vector
    A_ub: Matrix
    b_ub: Vector
    A_eq: Matrix
    b_eq: Vector
    bounds: tuple[Bound, ...]

    def __init__(
        self,
        c: Sequence[Any],
        A_ub: Sequence[Sequence[Any]] | None = None,
        b_ub: Sequence[Any] | None = None,
        A_eq: Sequence[Sequence[Any]] | None = None,
        b_eq: Sequence[Any] | None = None,
        bounds: Sequence[Any] | None = None,
    ) -> None:
        cost = vector(c, None, "c")
        if not cost:
            raise InputError("c must have at least one entry, got none")
        n = len(cost)
        for a_name, a, b_name, b in (("A_ub", A_ub, "b_ub", b_ub), ("A_eq", A_eq, "b_eq", b_eq)):
            rows = tuple(vector(row, n, f"{a_name}[{i}]") for i, row in enumerate(() if a is None else a))
            object.__setattr__(self, a_name, rows)
            object.__setattr__(self, b_name, vector(b, len(rows), b_name))
        object.__setattr__(self, "c", cost)
        object.__setattr__(self, "bounds", _bounds(bounds, n))

    def as_json(self) -> dict[str, Any]:
        """The whole problem with fractions as strings."""
        return {
            "c": strings(self.c),
            "A_ub": [strings(row) for row in self.A_ub],
            "b_ub": strings(self.b_ub),
            "A_eq": [strings(row) for row in self.A_eq],
            "b_eq": strings(self.b_eq),
            "bounds": [[None if end is None else str(end) for end in pair] for pair in self.bounds],
        }

    def admits(self, x: Sequence[Fraction]) -> bool:
        """Whether x satisfies every constraint, exactly."""
        return (
            len(x) == len(self.c)
            and all(dot(row, x) <= b for row, b in zip(self.A_ub, self.b_ub, strict=True))
            and all(dot(row, x) == b for row, b in zip(self.A_eq, self.b_eq, strict=True))
            and all(
                (lo is None or lo <= v) and (hi is None or v <= hi) for v, (lo, hi) in zip(x, self.bounds, strict=True)
            )
        )

    def recedes(self, d: Sequence[Fraction]) -> bool:
        """Whether x + t d stays feasible for every feasible x and t >= 0, and c.d < 0."""
        return (
            len(d) == len(self.c)
            and all(dot(row, d) <= 0 for row in self.A_ub)
            and all(dot(row, d) == 0 for row in self.A_eq)
            and all(
                (lo is None or v >= 0) and (hi is None or v <= 0) for v, (lo, hi) in zip(d, self.bounds, strict=True)
            )
            and dot(self.c, d) < 0
        )


def _bounds(bounds: Sequence[Any] | None, n: int) -> tuple[Bound, ...]:
    if bounds is None:
        return ((Fraction(0), None),) * n
    if len(bounds) == 2 and all(end is None or isinstance(end, (Rational, str)) for end in bounds):
        bounds = [bounds] * n
    if len(bounds) != n:
        raise InputError(f"bounds must be one (lo, hi) pair or {n} of them, got {len(bounds)}")
    result: list[Bound] = []
    for j, pair in enumerate(bounds):
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise InputError(f"bounds[{j}] must be a pair (lo, hi), got {pair!r}")
        lo, hi = (None if end is None else exact(end, f"bounds[{j}]") for end in pair)
        if lo is not None and hi is not None and lo > hi:
            raise InputError(f"bounds[{j}] is empty: {lo} to {hi}")
        result.append((lo, hi))
    return tuple(result)


@dataclass(frozen=True)
class Dual:
    """Multipliers: ``ub`` >= 0 of the rows A_ub x <= b_ub, ``eq`` of the rows A_eq x = b_eq."""

    ub: Vector
    eq: Vector

    def as_json(self) -> dict[str, list[str]]:
        return {"ub": strings(self.ub), "eq": strings(self.eq)}


def strings(values: Sequence[Fraction]) -> list[str]:
    return [str(value) for value in values]


def dual_value(problem: LinearProgram, dual: Dual, cost: Sequence[Fraction] | None = None) -> Fraction | None:
    """The lower bound on the minimum that ``dual`` proves, or ``None`` where it is not dual feasible.

    ``cost`` replaces c: with cost 0, a positive value is a Farkas proof that no x is feasible.
    """
    if len(dual.ub) != len(problem.b_ub) or len(dual.eq) != len(problem.b_eq) or any(u < 0 for u in dual.ub):
        return None
    reduced = list(problem.c if cost is None else cost)
    for rows, weights, sign in ((problem.A_ub, dual.ub, 1), (problem.A_eq, dual.eq, -1)):
        for row, weight in zip(rows, weights, strict=True):
            if weight:
                reduced = [r + sign * weight * a if a else r for r, a in zip(reduced, row, strict=True)]
    value = dot(problem.b_eq, dual.eq) - dot(problem.b_ub, dual.ub)
    for r, (lo, hi) in zip(reduced, problem.bounds, strict=True):
        end = lo if r > 0 else hi
        if r and end is None:
            return None
        if r and end is not None:
            value += r * end
    return value


@dataclass(frozen=True)
class StandardForm:
    """A z = b, z >= 0; x_j = base_j + sum of sign * z_k over ``parts[j]``."""

    a: list[list[Fraction]]
    b: list[Fraction]
    c: list[Fraction]
    base: list[Fraction]
    parts: list[list[tuple[int, int]]]

    def point(self, z: Sequence[Fraction], direction: bool = False) -> Vector:
        return tuple(
            sum((sign * z[k] for k, sign in part), Fraction(0) if direction else base)
            for base, part in zip(self.base, self.parts, strict=True)
        )


def standard_form(problem: LinearProgram) -> StandardForm:
    base: list[Fraction] = []
    parts: list[list[tuple[int, int]]] = []
    boxed: list[tuple[int, Fraction]] = []
    count = 0
    for lo, hi in problem.bounds:
        base.append(lo if lo is not None else hi if hi is not None else Fraction(0))
        if lo is None and hi is None:
            parts.append([(count, 1), (count + 1, -1)])
        else:
            parts.append([(count, 1 if lo is not None else -1)])
        if lo is not None and hi is not None:
            boxed.append((count, hi - lo))
        count += len(parts[-1])
    inequalities, slacks = len(problem.b_ub), len(problem.b_ub) + len(boxed)
    a: list[list[Fraction]] = []
    b: list[Fraction] = []
    rows = [*zip(problem.A_ub, problem.b_ub, strict=True), *zip(problem.A_eq, problem.b_eq, strict=True)]
    for i, (row, right) in enumerate(rows):
        body = [Fraction(0)] * (count + slacks)
        for value, part in zip(row, parts, strict=True):
            for k, sign in part:
                body[k] = sign * value
        if i < inequalities:
            body[count + i] = Fraction(1)
        a.append(body)
        b.append(right - dot(row, base))
    for i, (k, width) in enumerate(boxed):
        body = [Fraction(0)] * (count + slacks)
        body[k] = body[count + inequalities + i] = Fraction(1)
        a.append(body)
        b.append(width)
    c = [Fraction(0)] * (count + slacks)
    for value, part in zip(problem.c, parts, strict=True):
        for k, sign in part:
            c[k] = sign * value
    return StandardForm(a, b, c, base, parts)
