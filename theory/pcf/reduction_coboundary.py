r"""Coboundaries: continued fractions with deg a = deg b = 2 that are linear ones in disguise.

Polynomial matrices U and a polynomial r with :math:`M_{a,b}(n)U(n+1)=r(n)U(n)M_{An+s,B}(n)`, where
:math:`M_{a,b}(n)=\begin{pmatrix}0&b(n)\\1&a(n)\end{pmatrix}`. Polynomials here are lists of Fractions, lowest power
first. For b = B (n - x)(n - y) with x - y a positive integer, r = n - y and s = A (a_1/A + y + 1) are tried.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from plumbline.errors import InputError

Poly = list[Fraction]
Matrix = list[list[Poly]]
Key = tuple[int, ...]

MOST_DEGREE = 4


def plus(p: Poly, q: Poly, factor: Fraction | int = 1) -> Poly:
    """p + factor q, trailing zeros removed."""
    size = max(len(p), len(q))
    total = [(p[i] if i < len(p) else Fraction(0)) + factor * (q[i] if i < len(q) else 0) for i in range(size)]
    while total and total[-1] == 0:
        total.pop()
    return total


def times(p: Poly, q: Poly) -> Poly:
    """p q."""
    if not p or not q:
        return []
    out = [Fraction(0)] * (len(p) + len(q) - 1)
    for i, x in enumerate(p):
        for j, y in enumerate(q):
            out[i + j] += x * y
    return plus(out, [])


def ahead(p: Poly) -> Poly:
    """p(n + 1)."""
    out: Poly = [Fraction(0)] * len(p)
    for k, x in enumerate(p):
        for j in range(k + 1):
            out[j] += x * math.comb(k, j)
    return plus(out, [])


def at(p: Poly, n: int | Fraction) -> Fraction:
    """p(n)."""
    return sum((x * Fraction(n) ** k for k, x in enumerate(p)), Fraction(0))


def product(one: Matrix, other: Matrix) -> Matrix:
    """The product of two 2x2 matrices of polynomials."""
    return [[plus(times(one[i][0], other[0][j]), times(one[i][1], other[1][j])) for j in range(2)] for i in range(2)]


def step(a: Poly, b: Poly) -> Matrix:
    """[[0, b], [1, a]]."""
    return [[[], b], [[Fraction(1)], a]]


@dataclass(frozen=True)
class Coboundary:
    """A solution U, r, and the linear continued fraction (A n + s, B) that it leads to."""

    key: Key
    top: Fraction
    s: Fraction
    constant: Fraction
    r: Poly
    U: Matrix

    def residual(self) -> int:
        """How many coefficients of M U(n+1) - r U M' are not 0."""
        a, b = ([Fraction(x) for x in reversed(part)] for part in (self.key[:3], self.key[3:]))
        left = product(step(a, b), [[ahead(entry) for entry in row] for row in self.U])
        right = product(self.U, step([self.s, self.top], [self.constant]))
        gaps = [plus(left[i][j], times(self.r, right[i][j]), -1) for i in range(2) for j in range(2)]
        return sum(sum(x != 0 for x in gap) for gap in gaps)

    @property
    def entries(self) -> list[Fraction]:
        """U(1), row by row."""
        return [at(entry, 1) for row in self.U for entry in row]

    @property
    def degree(self) -> int:
        """The largest degree of an entry of U."""
        return max(len(entry) - 1 for row in self.U for entry in row)


def gap(key: Key) -> Fraction | None:
    """The difference of the roots of b = (key[3], key[4], key[5]) where it is rational."""
    disc = key[4] ** 2 - 4 * key[3] * key[5]
    root = math.isqrt(max(disc, 0))
    return Fraction(root, abs(key[3])) if root * root == disc else None


def smaller_root(key: Key) -> Fraction:
    """The smaller root of b, rational."""
    apart = gap(key)
    if apart is None:
        raise InputError(f"b of {key} has no rational roots")
    return (Fraction(-key[4], key[3]) - apart) / 2


def inflation_root(key: Key) -> Fraction | None:
    """r with a(r) = b(r) = b(r+1) = 0: then (a, b) is an inflation of (a/(n-r), B) by n - r."""
    if gap(key) != 1:
        return None
    r = smaller_root(key)
    return r if key[0] * r * r + key[1] * r + key[2] == 0 else None


@cache
def coboundary(key: Key) -> Coboundary | None:
    """A coboundary to a linear continued fraction, of the least degree of U; None where none is found."""
    apart = gap(key)
    if apart is None or apart.denominator != 1 or apart < 1:
        return None
    A, B, y = Fraction(key[0]), Fraction(key[3]), smaller_root(key)
    r: Poly = [-y, Fraction(1)]
    if inflation_root(key) is not None:
        U: Matrix = [[[-y - 1, Fraction(1)], []], [[], [Fraction(1)]]]
        return Coboundary(key, A, key[1] + A * y, B, r, U)
    s = key[1] + A * (y + 1)
    for degree in range(1, MOST_DEGREE + 1):
        found = solutions(key, s, r, degree)
        if found:
            return Coboundary(key, A, s, B, r, found[0])
    return None


def solutions(key: Key, s: Fraction, r: Poly, degree: int) -> list[Matrix]:
    """A basis of the U of the degree at most with M U(n+1) = r U M', by linear algebra over the rationals."""
    size = degree + 1
    zero: Poly = []
    columns = []
    for unknown in range(4 * size):
        entry, power = divmod(unknown, size)
        monomial = [Fraction(0)] * power + [Fraction(1)]
        U: Matrix = [[monomial if entry == 2 * i + j else zero for j in range(2)] for i in range(2)]
        a, b = ([Fraction(x) for x in reversed(part)] for part in (key[:3], key[3:]))
        left = product(step(a, b), [[ahead(p) for p in row] for row in U])
        right = product(U, step([s, Fraction(key[0])], [Fraction(key[3])]))
        columns.append([plus(left[i][j], times(r, right[i][j]), -1) for i in range(2) for j in range(2)])
    rows = [
        [column[part][power] if power < len(column[part]) else Fraction(0) for column in columns]
        for part in range(4)
        for power in range(degree + 4)
    ]
    basis = kernel(rows, 4 * size)
    return [
        [[plus(v[(2 * i + j) * size : (2 * i + j + 1) * size], []) for j in range(2)] for i in range(2)] for v in basis
    ]


def kernel(rows: Sequence[Sequence[Fraction]], width: int) -> list[list[Fraction]]:
    """A basis of the kernel of a matrix over the rationals (Gauss-Jordan)."""
    work, pivots, top = [list(row) for row in rows], list[int](), 0
    for column in range(width):
        chosen = next((i for i in range(top, len(work)) if work[i][column]), None)
        if chosen is None:
            continue
        work[top], work[chosen] = work[chosen], work[top]
        lead = work[top][column]
        work[top] = [x / lead for x in work[top]]
        for i, row in enumerate(work):
            if i != top and row[column]:
                factor = row[column]
                work[i] = [x - factor * y for x, y in zip(row, work[top], strict=True)]
        pivots.append(column)
        top += 1
    basis = []
    for free in sorted(set(range(width)) - set(pivots)):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for i, column in enumerate(pivots):
            vector[column] = -work[i][free]
        basis.append(vector)
    return basis
