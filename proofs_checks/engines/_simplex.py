"""Two-phase simplex in exact rational arithmetic, for small problems that need a certain answer.

Standard form: minimise c.z subject to A z = b, z >= 0. The entering column has the most negative reduced
cost; after a run of degenerate pivots Bland's rule takes over until the objective moves, so that no cycle
is possible and the method ends.
Every outcome comes with the vectors that prove it; the caller verifies them against its own data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import flint

Row = list[flint.fmpq]


@dataclass(frozen=True)
class Outcome:
    """``status`` is optimal, infeasible, unbounded or unknown (pivot limit).

    ``z`` is a vertex (not for infeasible), ``y`` the multipliers of the rows (optimal: dual solution;
    infeasible: Farkas vector with y.b > 0 and y.A <= 0), ``ray`` a recession direction (unbounded).
    """

    status: str
    z: tuple[Fraction, ...] | None = None
    y: tuple[Fraction, ...] | None = None
    ray: tuple[Fraction, ...] | None = None
    pivots: int = 0


class _PivotLimit(Exception):
    pass


def _fmpq(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def _fraction(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


class _Tableau:
    """Rows [A | I | b] with b >= 0 at the start; the identity block are the artificial variables."""

    def __init__(self, a: Sequence[Sequence[Fraction]], b: Sequence[Fraction], limit: int) -> None:
        self.m, self.n = len(a), len(a[0]) if a else 0
        self.signs = [-1 if value < 0 else 1 for value in b]
        self.rows: list[Row] = []
        for i, row in enumerate(a):
            sign = self.signs[i]
            body = [_fmpq(sign * value) for value in row]
            unit = [flint.fmpq(int(i == k)) for k in range(self.m)]
            self.rows.append([*body, *unit, _fmpq(sign * b[i])])
        self.basis = [self.n + i for i in range(self.m)]
        self.cost: Row = []
        self.pivots, self.limit = 0, limit

    def set_cost(self, cost: Sequence[flint.fmpq]) -> None:
        """Reduced costs of a cost vector over all columns, priced out by the present basis."""
        reduced = [*cost, flint.fmpq(0)]
        for row, column in zip(self.rows, self.basis, strict=True):
            weight = reduced[column]
            if weight != 0:
                reduced = [r - weight * v if v != 0 else r for r, v in zip(reduced, row, strict=True)]
        self.cost = reduced

    def pivot(self, i: int, column: int) -> None:
        self.pivots += 1
        if self.pivots > self.limit:
            raise _PivotLimit
        lead = self.rows[i][column]
        pivot_row = [v / lead if v != 0 else v for v in self.rows[i]]
        support = [(k, v) for k, v in enumerate(pivot_row) if v != 0]
        self.rows[i] = pivot_row
        others = [row for k, row in enumerate(self.rows) if k != i]
        if self.cost:
            others.append(self.cost)
        for row in others:
            weight = row[column]
            if weight != 0:
                for k, v in support:
                    row[k] -= weight * v
        self.basis[i] = column

    def run(self, columns: int) -> int | None:
        """Pivots to optimality among the first ``columns``; returns a column that proves unboundedness."""
        idle, last = 0, self.cost[-1]
        while True:
            negative = [k for k in range(columns) if self.cost[k] < 0]
            if not negative:
                return None
            idle, last = (idle + 1 if self.cost[-1] == last else 0), self.cost[-1]
            entering = negative[0] if idle > self.m else min(negative, key=self.cost.__getitem__)
            leaving, best = -1, flint.fmpq(0)
            for i, row in enumerate(self.rows):
                # A basic artificial at zero must leave at once, also on a negative entry: it may not grow.
                stuck = self.basis[i] >= self.n and columns == self.n and row[entering] != 0
                if row[entering] > 0 or stuck:
                    ratio = flint.fmpq(0) if stuck else row[-1] / row[entering]
                    if leaving < 0 or ratio < best or (ratio == best and self.basis[i] < self.basis[leaving]):
                        leaving, best = i, ratio
            if leaving < 0:
                return entering
            self.pivot(leaving, entering)

    def multipliers(self, artificial_cost: int) -> tuple[Fraction, ...]:
        """y = c_B B^-1, read from the reduced costs of the artificial columns, in the caller's signs."""
        return tuple(self.signs[i] * (artificial_cost - _fraction(self.cost[self.n + i])) for i in range(self.m))

    def vertex(self) -> tuple[Fraction, ...]:
        z = [Fraction(0)] * (self.n + self.m)
        for row, column in zip(self.rows, self.basis, strict=True):
            z[column] = _fraction(row[-1])
        return tuple(z[: self.n])

    def direction(self, entering: int) -> tuple[Fraction, ...]:
        d = [Fraction(0)] * (self.n + self.m)
        d[entering] = Fraction(1)
        for row, column in zip(self.rows, self.basis, strict=True):
            d[column] = -_fraction(row[entering])
        return tuple(d[: self.n])

    def crash(self, columns: Sequence[int]) -> bool:
        """Bring a guessed basis in; False where it is not feasible (the tableau is then spoilt)."""
        for column in columns:
            rows = [i for i in range(self.m) if self.basis[i] >= self.n and self.rows[i][column] != 0]
            if rows:
                self.pivot(rows[0], column)
        return all(row[-1] >= 0 for row in self.rows)


def solve(
    a: Sequence[Sequence[Fraction]],
    b: Sequence[Fraction],
    c: Sequence[Fraction],
    *,
    warm: Sequence[int] = (),
    max_pivots: int = 5000,
) -> Outcome:
    """Solve min c.z, A z = b, z >= 0 exactly; ``warm`` lists columns to try first as a basis."""
    n = len(c)
    if not a:
        return _without_rows(c)
    tableau = _Tableau(a, b, max_pivots)
    try:
        if warm and not tableau.crash(warm):
            tableau = _Tableau(a, b, max_pivots)
        tableau.set_cost([*[flint.fmpq(0)] * n, *[flint.fmpq(1)] * tableau.m])
        tableau.run(n + tableau.m)
        if tableau.cost[-1] != 0:
            return Outcome("infeasible", y=tableau.multipliers(1), pivots=tableau.pivots)
        tableau.set_cost([*[_fmpq(value) for value in c], *[flint.fmpq(0)] * tableau.m])
        entering = tableau.run(n)
    except _PivotLimit:
        return Outcome("unknown", pivots=max_pivots)
    if entering is not None:
        return Outcome("unbounded", z=tableau.vertex(), ray=tableau.direction(entering), pivots=tableau.pivots)
    return Outcome("optimal", z=tableau.vertex(), y=tableau.multipliers(0), pivots=tableau.pivots)


def _without_rows(c: Sequence[Fraction]) -> Outcome:
    origin = tuple(Fraction(0) for _ in c)
    for k, value in enumerate(c):
        if value < 0:
            return Outcome("unbounded", z=origin, ray=tuple(Fraction(int(j == k)) for j in range(len(c))))
    return Outcome("optimal", z=origin, y=())
