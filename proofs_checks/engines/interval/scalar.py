"""A scalar function on one cell: balls, float intervals, partial derivatives, and the faces where it vanishes.

A :class:`Cell` is a closed rational box of smooth coordinates; a :class:`Face` is a hyperplane
``coordinate == value`` on which an inequality may be tight. If the function and its first k-1 derivatives
across the face vanish identically there (proved symbolically), its sign next to the face is the sign of the
k-th one: that is a :class:`Contact chain <Chain>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, fmpq

from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.formula.codegen import compile_expression
from plumbline.formula.primitives import PRIMITIVES
from proofs_checks.engines.interval.algebra import factored
from proofs_checks.engines.interval.endpoints import Program, Span, rational_span
from proofs_checks.engines.symbolic.normalise import Normaliser
from proofs_checks.engines.symbolic.ratios import Undecided

Box = tuple[tuple[Fraction, Fraction], ...]
SMOOTH = frozenset(("exp", "log", "sinh", "cosh", "tanh", "asinh", "atanh", "sin", "cos", "atan", "erf", *PRIMITIVES))
MAX_ORDER = 8


def fraction_ball(value: Fraction) -> Any:
    return arb(fmpq(value.numerator, value.denominator))


def range_ball(low: Fraction, high: Fraction) -> Any:
    """A ball around a closed rational range."""
    ball = fraction_ball(low)
    return ball if low == high else ball.union(fraction_ball(high))


def balls_of(box: Box) -> list[Any]:
    return [range_ball(low, high) for low, high in box]


def spans_of(box: Box) -> list[Span]:
    return [(rational_span(low)[0], rational_span(high)[1]) for low, high in box]


@dataclass(frozen=True)
class Face:
    """The hyperplane ``coordinate axis == at``; ``inside`` says whether its points belong to the domain."""

    axis: int
    at: Any
    low: Fraction
    high: Fraction
    inside: bool
    minimal: Any = None

    @property
    def rational(self) -> bool:
        return self.low == self.high


@dataclass
class Cell:
    """Coordinates, their closed ranges, and which ends are missing from the domain."""

    symbols: tuple[Any, ...]
    box: Box
    open_ends: tuple[tuple[bool, bool], ...]
    interior_faces: tuple[Face, ...] = ()
    scalars: dict[Any, Scalar] = field(default_factory=dict)
    answers: dict[Any, Any] = field(default_factory=dict)
    _normaliser: dict[int, Normaliser] = field(default_factory=dict)

    def scalar(self, expr: Any) -> Scalar:
        if expr not in self.scalars:
            self.scalars[expr] = Scalar(expr, self)
        return self.scalars[expr]

    @property
    def faces(self) -> list[Face]:
        found = list(self.interior_faces)
        for axis, ((low, high), (no_low, no_high)) in enumerate(zip(self.box, self.open_ends, strict=True)):
            for end, missing in ((low, no_low), (high, no_high)):
                at = sympy.Rational(end.numerator, end.denominator)
                found.append(Face(axis, at, end, end, not missing))
        return found

    def normaliser(self, without: int = -1) -> Normaliser:
        """Normal forms on the open cell, with one axis left out: an identity there holds on the closure."""
        if without not in self._normaliser:
            axes = [
                Real(symbol.name, low, high, open_lo=True, open_hi=True)
                for index, (symbol, (low, high)) in enumerate(zip(self.symbols, self.box, strict=True))
                if index != without
            ]
            self._normaliser[without] = Normaliser(Domain(*axes))
        return self._normaliser[without]

    def harmless(self, expr: Any) -> frozenset[Any]:
        """Logarithms, quotients and atanh that are singular on missing ends only."""
        nodes = set(sympy.preorder_traversal(expr))
        return frozenset(node for node in nodes if self._singular_at_missing_end(node))

    def _singular_at_missing_end(self, node: Any) -> bool:
        name = type(node).__name__
        if not (node.is_Pow or name in ("log", "atanh")) or len(node.args[0].free_symbols) != 1:
            return False
        argument = node.args[0]
        (symbol,) = argument.free_symbols
        if symbol not in self.symbols or not argument.is_polynomial(symbol):
            return False
        axis = self.symbols.index(symbol)
        (low, high), missing = self.box[axis], self.open_ends[axis]
        for value in (1, -1) if name == "atanh" else (0,):
            poly = sympy.Poly(argument - value, symbol)
            if poly.degree() != 1 or not poly.domain.is_QQ | poly.domain.is_ZZ:
                return False
            slope, offset = (Fraction(int(c.p), int(c.q)) for c in poly.all_coeffs())
            root = -offset / slope
            if low <= root <= high and not ((root == low and missing[0]) or (root == high and missing[1])):
                return False
        return True


@dataclass(frozen=True)
class Chain:
    """Derivatives of orders 0..k-1 across a face that vanish on it, and the k-th one."""

    face: Face
    vanishing: tuple[Scalar, ...]
    leading: Scalar

    @property
    def order(self) -> int:
        return len(self.vanishing)


def is_smooth(expr: Any) -> bool:
    """Whether every node is analytic wherever it is defined (so that derivative rules apply)."""
    for node in sympy.preorder_traversal(expr):
        if node.is_Symbol or node.is_Rational or node.is_Add or node.is_Mul or node.is_Pow:
            continue
        if node in (sympy.pi, sympy.E) or type(node).__name__ in SMOOTH:
            continue
        return False
    return True


class Scalar:
    """One expression on one cell; everything derived from it is made on demand and kept."""

    def __init__(self, expr: Any, cell: Cell) -> None:
        self.expr = expr
        self.cell = cell
        self.smooth = is_smooth(expr)
        self._ball: Any = None
        self._program: Program | None = None
        self._chains: list[Chain] | None = None
        self._partials: dict[int, Scalar] = {}
        self._restricted: dict[tuple[int, Fraction], Scalar] = {}
        self._negative: Scalar | None = None

    def ball(self, balls: Sequence[Any]) -> Any:
        """Enclosure in balls; not finite where the expression may be singular."""
        if self._ball is None:
            self._ball = self._compiled()
        return self._ball(*balls)

    def _compiled(self) -> Any:
        names = [symbol.name for symbol in self.cell.symbols]
        try:
            return compile_expression(self.expr, names, "arb")
        except InputError:  # a derivative outside the language of formulas, complex for instance
            return lambda *_: arb.nan()

    def span(self, spans: Sequence[Span]) -> tuple[Span, int]:
        """Enclosure in float intervals of the factored expression, and where it may be singular."""
        if self._program is None:
            shape = factored(self.expr)
            self._program = Program(shape, self.cell.symbols, self.cell.harmless(shape))
        return self._program(spans)

    def partial(self, axis: int) -> Scalar:
        if axis not in self._partials:
            self._partials[axis] = self.cell.scalar(factored(self.expr.diff(self.cell.symbols[axis])))
        return self._partials[axis]

    def restricted(self, axis: int, value: Fraction) -> Scalar:
        """The function on the face where one coordinate has a fixed value."""
        key = (axis, value)
        if key not in self._restricted:
            table = {self.cell.symbols[axis]: sympy.Rational(value.numerator, value.denominator)}
            self._restricted[key] = self.cell.scalar(factored(self.expr.xreplace(table)))
        return self._restricted[key]

    def negative(self) -> Scalar:
        if self._negative is None:
            self._negative = self.cell.scalar(-self.expr)
        return self._negative

    def at_points(self, points: Sequence[Sequence[Fraction]]) -> list[Any]:
        return [self.ball([fraction_ball(value) for value in point]) for point in points]

    def chains(self) -> list[Chain]:
        """The faces on which the function vanishes identically, with the order of contact."""
        if self._chains is None:
            self._chains = []
            if self.smooth:
                found = [self._chain(face) for face in self.cell.faces]
                self._chains = [chain for chain in found if chain is not None]
        return self._chains

    def _chain(self, face: Face) -> Chain | None:
        vanishing: list[Scalar] = []
        current = self
        while len(vanishing) < MAX_ORDER and current.vanishes_on(face):
            vanishing.append(current)
            current = current.partial(face.axis)
        return Chain(face, tuple(vanishing), current) if vanishing else None

    def vanishes_on(self, face: Face) -> bool:
        """Whether the function is proved to be zero on the whole face."""
        return self._seems_zero_on(face) and self._proved_zero_on(face)

    def _seems_zero_on(self, face: Face) -> bool:
        """Balls at a few points of the face: a value that excludes 0 refutes, a singular one gives up."""
        for share in (Fraction(37, 101), Fraction(59, 97)):
            point = [fraction_ball(low + share * (high - low)) for low, high in self.cell.box]
            point[face.axis] = range_ball(face.low, face.high)
            value = self.ball(point)
            if not (value.is_finite() and value.contains(0)):
                return False
        return True

    def _proved_zero_on(self, face: Face) -> bool:
        symbol = self.cell.symbols[face.axis]
        try:
            if face.minimal is not None and self.expr.is_rational_function(*self.cell.symbols):
                top, below = sympy.fraction(sympy.together(self.expr))
                minimal = face.minimal.as_expr().subs(face.minimal.gen, symbol)
                return bool(
                    sympy.rem(top, minimal, symbol).expand() == 0 and sympy.rem(below, minimal, symbol).expand() != 0
                )
            on_face = self.expr.subs(symbol, face.at)
            if on_face.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
                return False
            return bool(self.cell.normaliser(face.axis).form(on_face).is_zero)
        except (Undecided, InputError, ValueError, NotImplementedError, ZeroDivisionError):
            return False

    def is_zero(self) -> bool:
        """Whether the function is proved to vanish identically."""
        if self.expr == 0:
            return True
        try:
            return bool(self.cell.normaliser().form(self.expr).is_zero)
        except (Undecided, InputError, ValueError, NotImplementedError, ZeroDivisionError):
            return False
