"""The semidefinite program as a value with exact entries: feasibility, dual bound, exact and ball LDL^T."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from plumbline.errors import InputError
from proofs_checks.engines._linear_program import exact
from proofs_checks.engines.symbolic.sum_of_squares import factor_ldl

Entry = Any
"""A Fraction, or a python-flint ball (``arb``) where the number is irrational."""
Matrix = tuple[tuple[Entry, ...], ...]
PRECISION = 256


def entry(value: object, name: str) -> Entry:
    """``value`` as a Fraction, a finite ball as it is; floats are refused."""
    if isinstance(value, flint.arb):
        if not value.is_finite():
            raise InputError(f"{name} must be a finite ball, got {value}")
        return value
    return exact(value, name)


def entries(values: Sequence[Any] | None, name: str) -> tuple[Entry, ...]:
    return tuple(entry(value, f"{name}[{k}]") for k, value in enumerate(() if values is None else values))


def symmetric(rows: Sequence[Sequence[Any]], size: int, name: str) -> Matrix:
    """A symmetric matrix of exact entries; a ball stands on both sides of the diagonal."""
    if len(rows) != size or any(len(row) != size for row in rows):
        raise InputError(f"{name} must be {size} by {size}, got rows of {[len(row) for row in rows]}")
    made = tuple(entries(row, f"{name}[{i}]") for i, row in enumerate(rows))
    for i in range(size):
        for j in range(i):
            a, b = made[i][j], made[j][i]
            if is_ball(a) != is_ball(b) or (a is not b if is_ball(a) else a != b):
                raise InputError(f"{name} must be symmetric, entries ({i},{j}) are {a} and {b}")
    return made


def is_ball(value: Entry) -> bool:
    return isinstance(value, flint.arb)


def ball(value: Entry) -> flint.arb:
    return value if is_ball(value) else flint.arb(flint.fmpq(value.numerator, value.denominator))


def plus(a: Entry, b: Entry) -> Entry:
    return ball(a) + ball(b) if is_ball(a) or is_ball(b) else a + b


def times(a: Entry, b: Entry) -> Entry:
    return ball(a) * ball(b) if is_ball(a) or is_ball(b) else a * b


def at_most(a: Entry, b: Entry) -> bool:
    """Whether ``a <= b`` for certain."""
    return bool(ball(a) <= ball(b)) if is_ball(a) or is_ball(b) else a <= b


def inner(a: Matrix, b: Sequence[Sequence[Entry]]) -> Entry:
    """trace(a b) of symmetric matrices."""
    total: Entry = Fraction(0)
    for row, other in zip(a, b, strict=True):
        for p, q in zip(row, other, strict=True):
            if is_ball(p) or is_ball(q) or (p and q):
                total = plus(total, times(p, q))
    return total


def weighted(vector: Sequence[Entry], weights: Sequence[Entry]) -> Entry:
    total: Entry = Fraction(0)
    for a, b in zip(vector, weights, strict=True):
        total = plus(total, times(a, b))
    return total


@dataclass(frozen=True)
class Factorisation:
    """S = L diag(D) L^T with L unit lower triangular and D >= 0: exact, or in balls with D > 0."""

    lower: tuple[tuple[Entry, ...], ...]
    pivots: tuple[Entry, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "L": [[str(v) for v in row[:i]] for i, row in enumerate(self.lower)],
            "D": [str(v) for v in self.pivots],
        }


def factorise(matrix: Matrix) -> Factorisation | None:
    """The factorisation that shows the matrix positive semidefinite; ``None`` where it is not, or not for certain.

    In rationals a zero pivot is accepted iff the rest of its column vanishes, which is exactly the semidefinite
    case. A matrix of balls must have pivots that are positive for certain.
    """
    if not any(is_ball(value) for row in matrix for value in row):
        try:
            lower, pivots = factor_ldl([list(row) for row in matrix])
        except ValueError:
            return None
        return Factorisation(tuple(map(tuple, lower)), tuple(pivots))
    size = len(matrix)
    rest = [[ball(value) for value in row] for row in matrix]
    low = [[flint.arb(int(i == j)) for j in range(size)] for i in range(size)]
    for k in range(size):
        if not rest[k][k] > 0:
            return None
        for i in range(k + 1, size):
            low[i][k] = rest[i][k] / rest[k][k]
            for j in range(k + 1, i + 1):
                rest[i][j] = rest[j][i] = rest[i][j] - low[i][k] * rest[k][j]
    return Factorisation(tuple(map(tuple, low)), tuple(rest[k][k] for k in range(size)))


@dataclass(frozen=True, init=False)
class SemidefiniteProgram:
    """maximise <C, X> subject to <A_i, X> <= b_i, <E_j, X> = e_j, X positive semidefinite.

    ``C``, ``A_ub[i]`` and ``A_eq[j]`` are symmetric n by n; all entries are int, Fraction, strings such as
    ``"1/3"``, or balls of python-flint. Raises InputError for floats, wrong shapes and asymmetric matrices.
    """

    C: Matrix
    A_ub: tuple[Matrix, ...]
    b_ub: tuple[Entry, ...]
    A_eq: tuple[Matrix, ...]
    b_eq: tuple[Entry, ...]

    def __init__(
        self,
        C: Sequence[Sequence[Any]],
        A_ub: Sequence[Sequence[Sequence[Any]]] = (),
        b_ub: Sequence[Any] = (),
        A_eq: Sequence[Sequence[Sequence[Any]]] = (),
        b_eq: Sequence[Any] = (),
    ) -> None:
        size = len(C)
        if not size:
            raise InputError("C must have at least one row, got none")
        object.__setattr__(self, "C", symmetric(C, size, "C"))
        for a_name, a, b_name, b in (("A_ub", A_ub, "b_ub", b_ub), ("A_eq", A_eq, "b_eq", b_eq)):
            if len(a) != len(b):
                raise InputError(f"{b_name} must have {len(a)} entries, one for each matrix of {a_name}, got {len(b)}")
            matrices = tuple(symmetric(rows, size, f"{a_name}[{i}]") for i, rows in enumerate(a))
            object.__setattr__(self, a_name, matrices)
            object.__setattr__(self, b_name, entries(b, b_name))

    @property
    def size(self) -> int:
        return len(self.C)

    def as_json(self) -> dict[str, Any]:
        """The whole problem with exact numbers as strings (lower triangles, row by row)."""

        def text(matrix: Matrix) -> list[list[str]]:
            return [[str(value) for value in row[: i + 1]] for i, row in enumerate(matrix)]

        return {
            "C": text(self.C),
            "A_ub": [text(matrix) for matrix in self.A_ub],
            "b_ub": [str(value) for value in self.b_ub],
            "A_eq": [text(matrix) for matrix in self.A_eq],
            "b_eq": [str(value) for value in self.b_eq],
        }

    def admits(self, weight: Fraction, factor: Sequence[Sequence[Fraction]]) -> bool:
        """Whether X = w R R^T, with the rows of R = ``factor``, satisfies every constraint for certain."""
        if len(factor) != self.size or weight < 0:
            return False
        X = gram(factor, weight)
        inside = all(at_most(inner(a, X), b) for a, b in zip(self.A_ub, self.b_ub, strict=True))
        values = [(inner(a, X), b) for a, b in zip(self.A_eq, self.b_eq, strict=True)]
        return inside and all(not is_ball(v) and not is_ball(b) and v == b for v, b in values)

    def slack(self, ub: Sequence[Fraction], eq: Sequence[Fraction], *, objective: bool = True) -> Matrix:
        """sum u_i A_i + sum v_j E_j - C (without C for a ray)."""
        parts = [*zip(ub, self.A_ub, strict=True), *zip(eq, self.A_eq, strict=True)]
        if objective:
            parts.append((Fraction(-1), self.C))
        rows: list[tuple[Entry, ...]] = []
        for i in range(self.size):
            row = [weighted([matrix[i][j] for _, matrix in parts], [u for u, _ in parts]) for j in range(i + 1)]
            rows.append(tuple(row))
        return tuple(tuple(rows[max(i, j)][min(i, j)] for j in range(self.size)) for i in range(self.size))

    def bound(self, ub: Sequence[Fraction], eq: Sequence[Fraction]) -> Entry:
        """b.u + e.v"""
        return plus(weighted(self.b_ub, ub), weighted(self.b_eq, eq))


def gram(factor: Sequence[Sequence[Fraction]], weight: Fraction = Fraction(1)) -> Matrix:
    """X = w R R^T"""
    return tuple(
        tuple(weight * sum((a * b for a, b in zip(p, q, strict=True)), Fraction(0)) for q in factor) for p in factor
    )
