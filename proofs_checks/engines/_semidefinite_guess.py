"""From a floating-point guess of a semidefinite optimum to rational multipliers and points.

Nothing here is trusted: a candidate is only as good as the exact verification that follows it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from proofs_checks.engines._semidefinite_program import Entry, SemidefiniteProgram, at_most, ball, gram, inner, is_ball

_SIMPLE = (1, 12, 1000)
_FINE = 10**10
_RANK = (1e-3, 1e-6, 1e-9)

Factor = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Guess:
    """What a floating-point solver says: a status (never believed), multipliers, a point and a value.

    ``ub`` and ``eq`` have the signs of the exact dual; each part may be ``None``.
    """

    status: str
    ub: Any = None
    eq: Any = None
    X: Any = None
    value: float = math.nan

    def sane(self, problem: SemidefiniteProgram) -> Guess:
        """The same guess without the parts that have a wrong shape or an entry that is not finite."""

        def keep(values: Any, shape: tuple[int, ...]) -> np.ndarray | None:
            if values is None:
                return None
            try:
                array = np.asarray(values, dtype=float)
            except (TypeError, ValueError):
                return None
            return array if array.shape == shape and bool(np.isfinite(array).all()) else None

        size = problem.size
        return Guess(
            self.status,
            keep(self.ub, (len(problem.A_ub),)),
            keep(self.eq, (len(problem.A_eq),)),
            keep(self.X, (size, size)),
            float(self.value) if self.value is not None else math.nan,
        )


def _floats(matrix: Any) -> np.ndarray:
    return np.array([[_float(value) for value in row] for row in matrix])


def _float(value: Entry) -> float:
    return float(value.mid()) if is_ball(value) else float(value)


def clarabel(problem: SemidefiniteProgram, *, margin: float = 0.0, ray: bool = False) -> Guess:
    """A guess by the interior-point solver Clarabel, from the dual problem (slack >= margin times the identity).

    ``ray``: multipliers of size at most 1 with b.u + e.v as small as possible and the slack without C.
    """
    import cvxpy

    u: Any = cvxpy.Variable(len(problem.A_ub))
    v: Any = cvxpy.Variable(len(problem.A_eq))
    parts = [*zip(u, problem.A_ub, strict=True), *zip(v, problem.A_eq, strict=True)]
    slack: Any = sum((weight * _floats(matrix) for weight, matrix in parts), -margin * np.eye(problem.size))
    if not ray:
        slack = slack - _floats(problem.C)
    cost = sum(_float(b) * weight for weight, b in zip([*u, *v], [*problem.b_ub, *problem.b_eq], strict=True))
    psd = slack >> 0
    constraints = [psd, u >= 0]
    if ray:
        constraints += [u <= 1, v <= 1, v >= -1]
    program = cvxpy.Problem(cvxpy.Minimize(cost), constraints)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful solution is a guess like any other
            program.solve(solver=cvxpy.CLARABEL)
    except (cvxpy.error.SolverError, ValueError, ArithmeticError):
        return Guess("failed")
    value = math.nan if program.value is None else float(program.value)
    ub, eq = (() if not w.size else w.value for w in (u, v))
    return Guess(str(program.status), ub, eq, psd.dual_value, value)


def multipliers(guess: Guess, *, simple: bool) -> Iterator[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]:
    """Rational multipliers near the guess, on the side where u >= 0; small denominators first where ``simple``."""
    if guess.ub is None or guess.eq is None:
        return
    seen = set()
    for size in (*(_SIMPLE if simple else ()), _FINE):
        ub = tuple(Fraction(max(float(value), 0.0)).limit_denominator(size) for value in guess.ub)
        eq = tuple(Fraction(float(value)).limit_denominator(size) for value in guess.eq)
        if (ub, eq) not in seen:
            seen.add((ub, eq))
            yield ub, eq


def points(problem: SemidefiniteProgram, guess: Guess) -> Iterator[tuple[Fraction, Factor]]:
    """Rational (w, R) with w R R^T near the guessed X, w chosen so that the inequalities hold."""
    if guess.X is None:
        return
    values, vectors = np.linalg.eigh((guess.X + guess.X.T) / 2)
    top = float(values[-1])
    if top <= 0:
        return
    seen = set()
    for least in _RANK:
        kept = values > least * top
        root = vectors[:, kept] * np.sqrt(values[kept])
        largest = float(np.abs(root).max())
        for unit in (1.0, largest):
            for size in (12, 1000, _FINE):
                rounded = tuple(tuple(Fraction(float(x)).limit_denominator(size) for x in row) for row in root / unit)
                if (unit, rounded) in seen:
                    continue
                seen.add((unit, rounded))
                weight = _weight(problem, rounded, Fraction(unit * unit).limit_denominator(size))
                if weight is not None:
                    yield weight, rounded


def _weight(problem: SemidefiniteProgram, factor: Factor, guessed: Fraction) -> Fraction | None:
    """The largest w with <A_i, w R R^T> <= b_i where such an i binds; the guess where there are equalities."""
    if problem.A_eq:
        return guessed
    X = gram(factor)
    most: Fraction | None = None
    for a, b in zip(problem.A_ub, problem.b_ub, strict=True):
        value = inner(a, X)
        if at_most(value, Fraction(0)):
            continue
        ratio = _rational_below(ball(b) / ball(value)) if is_ball(value) or is_ball(b) else b / value
        most = ratio if most is None else min(most, ratio)
    if most is None:
        return guessed
    return most if most > 0 else None


def _rational_below(value: Any) -> Fraction:
    middle = Fraction(float(value.mid()))
    return middle - abs(middle) * Fraction(1, 10**12)
