"""From a floating-point guess of an optimum to exact primal and dual candidates.

Nothing here is trusted: a candidate is only as good as the exact verification that follows it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
from scipy.optimize import linprog

from proofs_checks.engines._linear_program import LinearProgram, Matrix, Vector

ROUNDING = 10**9


@dataclass(frozen=True)
class Guess:
    """What a floating-point solver says: a status (never believed), a point and multipliers.

    ``ub`` >= 0 and ``eq`` have the signs of the exact dual; any of the three may be ``None``.
    """

    status: str
    x: Sequence[float] | None = None
    ub: Sequence[float] | None = None
    eq: Sequence[float] | None = None

    def sane(self, problem: LinearProgram) -> Guess:
        """The same guess without the parts that have a wrong length or an entry that is not finite."""

        def keep(values: Sequence[float] | None, length: int) -> list[float] | None:
            if values is None or len(values) != length:
                return None
            floats = [float(value) for value in values]
            return floats if all(math.isfinite(value) for value in floats) else None

        return Guess(
            self.status,
            keep(self.x, len(problem.c)),
            keep(self.ub, len(problem.b_ub)),
            keep(self.eq, len(problem.b_eq)),
        )


def highs(problem: LinearProgram) -> Guess:
    """A guess by the dual simplex of HiGHS."""
    try:
        a_ub, b_ub = _floats(problem.A_ub), _floats(problem.b_ub)
        a_eq, b_eq = _floats(problem.A_eq), _floats(problem.b_eq)
        result = linprog(
            _floats(problem.c),
            A_ub=a_ub if len(b_ub) else None,
            b_ub=b_ub if len(b_ub) else None,
            A_eq=a_eq if len(b_eq) else None,
            b_eq=b_eq if len(b_eq) else None,
            bounds=[tuple(None if end is None else float(end) for end in pair) for pair in problem.bounds],
            method="highs-ds",
        )
    except (OverflowError, ValueError) as error:
        return Guess(f"error: {error}")
    if result.x is None:
        return Guess(result.message)
    return Guess(result.message, result.x, -result.ineqlin.marginals, result.eqlin.marginals)


def _floats(values: Vector | Matrix) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def _solve(
    rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction], hint: Sequence[float]
) -> list[Fraction] | None:
    """A rational solution of rows.x = right (free coordinates rounded from ``hint``) or None."""
    n = len(hint)
    free = [Fraction(value).limit_denominator(ROUNDING) for value in hint]
    if not rows or not n:
        return free if not any(right) else None
    matrix = flint.fmpq_mat(
        len(rows),
        n + 1,
        [
            flint.fmpq(value.numerator, value.denominator)
            for row, end in zip(rows, right, strict=True)
            for value in (*row, end)
        ],
    )
    reduced, rank = matrix.rref()
    pivots = []
    column = 0
    for i in range(rank):
        while column <= n and reduced[i, column] == 0:
            column += 1
        if column == n:
            return None
        pivots.append(column)
    others = [j for j in range(n) if j not in set(pivots)]
    solution = list(free)
    for i, column in enumerate(pivots):
        value = reduced[i, n]
        for j in others:
            if reduced[i, j] != 0:
                value -= reduced[i, j] * flint.fmpq(free[j].numerator, free[j].denominator)
        solution[column] = Fraction(int(value.p), int(value.q))
    return solution


def primal_from_guess(problem: LinearProgram, guess: Guess, tolerance: float) -> tuple[Fraction, ...] | None:
    """The point at which the constraints that are nearly active at the guess hold with equality."""
    assert guess.x is not None
    x: list[Fraction | None] = []
    for value, (lo, hi) in zip(guess.x, problem.bounds, strict=True):
        scale = tolerance * (1 + abs(value))
        if lo is not None and value - float(lo) <= scale:
            x.append(lo)
        elif hi is not None and float(hi) - value <= scale:
            x.append(hi)
        else:
            x.append(None)
    free = [j for j, value in enumerate(x) if value is None]
    rows: list[list[Fraction]] = []
    right: list[Fraction] = []
    point = np.array(guess.x)
    active = [True] * len(problem.b_eq)
    if problem.b_ub:
        b_ub = _floats(problem.b_ub)
        slack = b_ub - _floats(problem.A_ub) @ point
        active = [*(bool(near) for near in slack <= tolerance * (1 + np.abs(b_ub))), *active]
    for keep, row, end in zip(active, (*problem.A_ub, *problem.A_eq), (*problem.b_ub, *problem.b_eq), strict=True):
        if keep:
            rows.append([row[j] for j in free])
            fixed = sum((a * v for a, v in zip(row, x, strict=True) if a and v is not None), Fraction(0))
            right.append(end - fixed)
    solved = _solve(rows, right, [guess.x[j] for j in free])
    if solved is None:
        return None
    for j, solution in zip(free, solved, strict=True):
        x[j] = solution
    return tuple(value for value in x if value is not None)


def dual_from_guess(
    problem: LinearProgram, guess: Guess, tolerance: float
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]] | None:
    """Multipliers (ub, eq): those near zero are zero, reduced costs near zero are zero."""
    if guess.ub is None or guess.eq is None:
        return None
    support = [i for i, value in enumerate(guess.ub) if value > tolerance]
    reduced = _floats(problem.c)
    if problem.b_ub:
        reduced = reduced + _floats(problem.A_ub).T @ np.array(guess.ub)
    if problem.b_eq:
        reduced = reduced - _floats(problem.A_eq).T @ np.array(guess.eq)
    scale = tolerance * (1 + np.abs(_floats(problem.c)))
    zero = [j for j, value in enumerate(reduced) if abs(value) <= scale[j]]
    rows = [[*(-problem.A_ub[i][j] for i in support), *(row[j] for row in problem.A_eq)] for j in zero]
    hint = [*(guess.ub[i] for i in support), *guess.eq]
    solved = _solve(rows, [problem.c[j] for j in zero], hint)
    if solved is None:
        return None
    ub = [Fraction(0)] * len(problem.b_ub)
    for i, value in zip(support, solved, strict=False):
        ub[i] = value
    return tuple(ub), tuple(solved[len(support) :])
