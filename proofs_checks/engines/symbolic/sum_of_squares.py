"""Sums of squares with rational Gram matrices, checked by exact LDL^T."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy

from plumbline.domain import Domain
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from proofs_checks.engines.symbolic.identities import ENGINE
from proofs_checks.engines.symbolic.pieces import domain_of, expression
from proofs_checks.engines.symbolic.ranges import fraction
from proofs_checks.engines.symbolic.signs import counterexample

if TYPE_CHECKING:
    from plumbline.formula import Formula

Matrix = list[list[Fraction]]


def _matrix(gram: Sequence[Sequence[Any]], size: int) -> Matrix:
    rows = [list(row) for row in gram]
    if len(rows) != size or any(len(row) != size for row in rows):
        raise InputError(f"gram must be {size} by {size}, got rows of {[len(row) for row in rows]}")
    exact: Matrix = []
    for row in rows:
        if any(isinstance(value, (float, bool)) for value in row):
            raise InputError("gram must hold exact rationals (int, Fraction or decimal strings), got a float")
        exact.append([fraction(v) if isinstance(v, sympy.Rational) else Fraction(v) for v in row])
    for i in range(size):
        for j in range(i):
            if exact[i][j] != exact[j][i]:
                raise InputError(f"gram must be symmetric, entries ({i},{j}) are {exact[i][j]} and {exact[j][i]}")
    return exact


def factor_ldl(gram: Matrix) -> tuple[Matrix, list[Fraction]]:
    """Unit lower triangular L and diagonal D >= 0 with ``gram = L diag(D) L^T``.

    Raises ValueError, naming the pivot, if the matrix is not positive semidefinite.
    """
    size = len(gram)
    rest = [row[:] for row in gram]
    lower = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
    pivots = []
    for k in range(size):
        pivot = rest[k][k]
        pivots.append(pivot)
        if pivot < 0:
            raise ValueError(f"pivot {k} is {pivot}")
        if pivot == 0:
            if any(rest[i][k] for i in range(k + 1, size)):
                raise ValueError(f"pivot {k} is zero but its column is not")
            continue
        for i in range(k + 1, size):
            lower[i][k] = rest[i][k] / pivot
            for j in range(k + 1, size):
                rest[i][j] -= lower[i][k] * rest[k][j]
    return lower, pivots


def prove_sos(
    polynomial: Formula | Any,
    basis: Sequence[Any],
    gram: Sequence[Sequence[Any]],
    domain: Domain | None = None,
    *,
    statement: str = "",
) -> Finding:
    """``polynomial >= 0`` at every point of the domain because it equals ``b^T G b`` with G rational and semidefinite.

    ``basis`` holds polynomials b (any number m of them), ``gram`` the exact symmetric m by m matrix G. Both the
    expansion and the factorisation ``G = L D L^T``, ``D >= 0``, are checked in rational arithmetic. A wrong
    certificate gives ``inconclusive``, unless a point where the polynomial is negative turns up.
    """
    started = time.perf_counter()
    domain = domain_of(domain, polynomial)
    goal = expression(polynomial, domain, "polynomial")
    entries = [expression(entry, domain, "basis") for entry in basis]
    matrix = _matrix(gram, len(entries))
    symbols = sorted({s for item in (goal, *entries) for s in item.free_symbols}, key=lambda s: s.name)
    symbols = symbols or [sympy.Symbol("x", real=True)]
    reason, squares = "", []
    try:
        lower, pivots = factor_ldl(matrix)
        squares = [
            {"weight": str(pivot), "factors": [str(lower[i][k]) for i in range(len(entries))]}
            for k, pivot in enumerate(pivots)
            if pivot
        ]
    except ValueError as error:
        reason = f"the Gram matrix is not positive semidefinite: {error}"
    gap = _polynomial(goal, symbols)
    forms = [_polynomial(entry, symbols) for entry in entries]
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            gap -= forms[i] * forms[j] * sympy.Rational(value.numerator, value.denominator)
    if not reason and not gap.is_zero:
        reason = f"polynomial - b^T G b is {gap.as_expr()}, not zero"
    witness = counterexample(goal, domain, ">=0") if reason else None
    verdict = Verdict.VIOLATED if witness else Verdict.INCONCLUSIVE if reason else Verdict.HOLDS
    return ENGINE.finding(
        verdict,
        domain,
        statement or f"{goal} >= 0",
        reason=reason,
        witness=witness,
        certificate=None
        if reason
        else {
            "kind": "sum_of_squares",
            "polynomial": str(goal),
            "basis": [str(entry) for entry in entries],
            "gram": [[str(value) for value in row] for row in matrix],
            "squares": squares,
        },
        seconds=time.perf_counter() - started,
    )


def _polynomial(expr: Any, symbols: Sequence[Any]) -> Any:
    try:
        return sympy.Poly(expr, *symbols, domain=sympy.QQ)
    except (sympy.PolynomialError, sympy.CoercionFailed) as error:
        raise InputError(f"{expr} is not a polynomial over Q in {[s.name for s in symbols]}") from error


def round_gram(
    polynomial: Any, basis: Sequence[Any], numeric: Sequence[Sequence[float]], denominator: int = 2**20
) -> Matrix:
    """A rational Gram matrix near a numeric one that satisfies ``polynomial == b^T G b`` exactly.

    For a basis of monomials: entries are rounded to multiples of ``1/denominator``, then each coefficient's
    residual is spread evenly over the entries that produce it (the projection onto the affine space).
    Whether the result is semidefinite is for :func:`prove_sos` to say.
    """
    symbols = sorted({s for b in (polynomial, *basis) for s in sympy.sympify(b).free_symbols}, key=lambda s: s.name)
    powers = []
    for entry in basis:
        terms = _polynomial(entry, symbols).terms()
        if len(terms) != 1 or terms[0][1] != 1:
            raise InputError(f"basis must hold monomials with coefficient 1, got {entry}")
        powers.append(terms[0][0])
    size = len(powers)
    gram = [
        [Fraction(round(float(numeric[i][j] + numeric[j][i]) / 2 * denominator), denominator) for j in range(size)]
        for i in range(size)
    ]
    cells: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for i in range(size):
        for j in range(size):
            cells.setdefault(tuple(a + b for a, b in zip(powers[i], powers[j], strict=True)), []).append((i, j))
    wanted = {monomial: fraction(value) for monomial, value in _polynomial(polynomial, symbols).terms()}
    missing = [monomial for monomial, value in wanted.items() if value and monomial not in cells]
    if missing:
        raise InputError(f"basis products do not reach the monomials with exponents {missing}")
    for monomial, places in cells.items():
        residual = wanted.get(monomial, Fraction(0)) - sum(gram[i][j] for i, j in places)
        for i, j in places:
            gram[i][j] += residual / len(places)
    return gram
