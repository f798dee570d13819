"""From a declared domain to cells in smooth coordinates.

Integer axes are enumerated (or treated as real ranges), ranges are cut at contacts and where conditions
break, unbounded ones are mapped to [0, 1) by x = a + u/(1-u), and ends that floats cannot represent
are moved to 0 and 1. Each region remembers the part of the domain that it stands for.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy
from flint import ctx

from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.formula.codegen import compile_expression
from proofs_checks.engines.interval import kinks
from proofs_checks.engines.interval.algebra import factored
from proofs_checks.engines.interval.kinks import has_kinks
from proofs_checks.engines.interval.scalar import Cell, Face

_SHORT = 2**24


@dataclass(frozen=True)
class Contact:
    """The inequality may be tight on the face ``variable == at``.

    ``at`` is an int, a Fraction, a decimal string, or an exact sympy number such as ``sqrt(2)``. A contact is
    a hint: nothing is assumed that is not proved. Faces at the ends of the domain are tried anyway.
    """

    variable: str
    at: Any

    def exact(self) -> Any:
        if isinstance(self.at, (bool, float)):
            raise InputError(f"contact {self.variable} must be exact, got {self.at!r}")
        try:
            if isinstance(self.at, (str, Fraction)):
                value = Fraction(self.at)
                return sympy.Rational(value.numerator, value.denominator)
            number = sympy.sympify(self.at, strict=True)
        except (ValueError, sympy.SympifyError) as error:
            raise InputError(f"contact {self.variable} must be an exact number, got {self.at!r}") from error
        if number.free_symbols or number.atoms(sympy.Float) or not number.is_real:
            raise InputError(f"contact {self.variable} must be an exact real number, got {self.at!r}")
        return number


@dataclass(frozen=True)
class Substitution:
    """``variable = image(u)`` with u in the bounded range ``by``; ``image`` is a rational function over Q.

    It must be continuous on the range, with limits at its ends equal to the ends of the variable's range.
    """

    variable: str
    by: Real
    image: Callable[[Any], Any]


@dataclass(frozen=True)
class Piece:
    """A part of one axis: a fixed value, or a coordinate with its closed range and its image."""

    scope: Real | Integer
    sample: Fraction
    symbol: Any = None
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    open_ends: tuple[bool, bool] = (False, False)
    image: Any = None
    faces: tuple[tuple[Any, bool], ...] = ()


@dataclass
class Region:
    """A cell, the expression on it, the part of the domain that it is, and the way back."""

    cell: Cell
    expr: Any
    scope: Domain
    images: dict[str, Any]

    def point(self, values: Sequence[Fraction]) -> dict[str, Fraction] | None:
        """The point of the domain at given coordinates; ``None`` where the image is infinite."""
        table = {
            symbol: sympy.Rational(value.numerator, value.denominator)
            for symbol, value in zip(self.cell.symbols, values, strict=True)
        }
        found = {}
        for name, image in self.images.items():
            value = image.xreplace(table)
            if not value.is_Rational:
                return None
            found[name] = Fraction(int(value.p), int(value.q))
        return found


@dataclass(frozen=True)
class Request:
    """What is to be proved, before it is cut into regions."""

    expr: Any
    symbols: Mapping[str, Any]
    domain: Domain
    contacts: Sequence[Contact] = ()
    substitutions: Sequence[Substitution] = ()
    relax: Collection[str] = ()
    enumerate_limit: int = 64


def rational(value: Fraction) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


def as_fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def regions(request: Request) -> list[Region]:
    """Cut the domain; together the scopes of the regions make it up."""
    for axis in request.domain.ranges:
        symbol = request.symbols.get(axis.name)
        if symbol in request.expr.free_symbols and _enumerable(axis, request):
            assert axis.lo is not None and axis.hi is not None
            return [
                region
                for n in range(int(axis.lo), int(axis.hi) + 1)
                for region in regions(
                    replace(
                        request,
                        expr=request.expr.xreplace({symbol: sympy.Integer(n)}),
                        domain=request.domain.restrict(Integer(axis.name, n, n)),
                    )
                )
            ]
    jumps, bends = kinks.gaps(request.expr)
    found = {gap: kinks.rational_zeros(gap) for gap in jumps | bends}
    uncut = {request.symbols[s.variable] for s in request.substitutions if s.variable in request.symbols}
    table = {gap: known for gap, known in found.items() if known and known[0] not in uncut}
    per_axis = []
    for axis in request.domain.ranges:
        symbol = request.symbols.get(axis.name)
        if symbol is None or symbol not in request.expr.free_symbols:
            sample = _inside(axis.lo, axis.hi)
            sample = Fraction(sample.__floor__()) if isinstance(axis, Integer) else sample
            per_axis.append([Piece(axis, sample)])
            continue
        breaks = {z for gap in jumps & table.keys() if table[gap][0] == symbol for z in table[gap][1]}
        turns = {z for gap in bends & table.keys() if table[gap][0] == symbol for z in table[gap][1]}
        per_axis.append(_pieces(axis, request, breaks, turns))
    return [_region(request, pieces, table) for pieces in itertools.product(*per_axis)]


def _region(request: Request, pieces: Sequence[Piece], table: dict[Any, Any]) -> Region:
    samples, maps, images = {}, {}, {}
    for piece in pieces:
        symbol = request.symbols.get(piece.scope.name, sympy.Symbol(piece.scope.name, real=True))
        samples[symbol] = piece.sample
        images[piece.scope.name] = maps[symbol] = rational(piece.sample) if piece.symbol is None else piece.image
    fixed = {symbol: image for symbol, image in maps.items() if image.is_Rational}
    expr = kinks.resolve(request.expr, kinks.sign_from_sample(samples, table))
    expr = expr.xreplace(fixed).xreplace({s: image for s, image in maps.items() if s not in fixed})
    if len(fixed) < len(maps):
        expr = _with_factored_arguments(expr)
    moving = [piece for piece in pieces if piece.symbol is not None]
    cell = Cell(
        tuple(piece.symbol for piece in moving),
        tuple((piece.low, piece.high) for piece in moving),
        tuple(piece.open_ends for piece in moving),
        tuple(_face(i, at) for i, piece in enumerate(moving) for at, _ in piece.faces),
    )
    return Region(cell, expr, Domain(*(piece.scope for piece in pieces)), images)


def _with_factored_arguments(expr: Any) -> Any:
    """Arguments of functions as products, in which a singular end shows: 1 + u/(1-u) = 1/(1-u)."""
    if not expr.args:
        return expr
    arguments = [_with_factored_arguments(argument) for argument in expr.args]
    if isinstance(expr, sympy.Function) and not has_kinks(expr):
        arguments = [factored(argument) for argument in arguments]
    return expr.func(*arguments)


def _inside(low: Fraction | None, high: Fraction | None) -> Fraction:
    """A point of a range, inside it if it has an inside."""
    if low is None:
        return Fraction(0) if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _enumerable(axis: Real | Integer, request: Request) -> bool:
    """Whether an integer axis is treated value by value."""
    if not isinstance(axis, Integer) or axis.lo is None or axis.hi is None or axis.name in request.relax:
        return False
    return axis.hi - axis.lo < request.enumerate_limit


def _pieces(axis: Real | Integer, request: Request, breaks: set[Fraction], turns: set[Fraction]) -> list[Piece]:
    if isinstance(axis, Integer):
        axis = Real(axis.name, axis.lo, axis.hi)
    mine = [contact.exact() for contact in request.contacts if contact.variable == axis.name]
    substitution = next((s for s in request.substitutions if s.variable == axis.name), None)
    if substitution is not None:
        mine = []
    cuts = {as_fraction(at) for at in mine if at.is_Rational} | turns
    if axis.lo is None and axis.hi is None and substitution is None:
        cuts.add(Fraction(0))
    breaks = {at for at in breaks if axis.contains(at)}
    inner = sorted(at for at in cuts | breaks if axis.contains(at) and at not in (axis.lo, axis.hi))
    points = breaks | ({axis.lo} if axis.lo is not None and axis.lo == axis.hi else set())
    found = [Piece(Real(axis.name, at, at), at) for at in sorted(points)]
    if axis.lo is not None and axis.lo == axis.hi:
        return found
    irrational = [at for at in mine if not at.is_Rational]
    for low, high in itertools.pairwise([axis.lo, *inner, axis.hi]):
        opened = (
            low is None or low in breaks or (low == axis.lo and axis.open_lo),
            high is None or high in breaks or (high == axis.hi and axis.open_hi),
        )
        here = tuple((at, True) for at in irrational if _between(low, at, high))
        scope = Real(
            axis.name, low, high, open_lo=low is not None and opened[0], open_hi=high is not None and opened[1]
        )
        piece = Piece(scope, _inside(low, high), open_ends=opened, faces=here)
        found.append(_substituted(piece, substitution) if substitution else _moved(piece, request))
    return found


def _between(low: Fraction | None, at: Any, high: Fraction | None) -> bool:
    above = low is None or bool(at > rational(low))
    return above and (high is None or bool(at < rational(high)))


def _is_short(value: Fraction) -> bool:
    bottom = value.denominator
    return bottom & (bottom - 1) == 0 and bottom <= _SHORT and abs(value.numerator) <= _SHORT


def _moved(piece: Piece, request: Request) -> Piece:
    """Coordinates for a piece: itself, an affine image of [0, 1], or a + u/(1-u) on an unbounded one."""
    low, high, name = piece.scope.lo, piece.scope.hi, piece.scope.name
    plain = sympy.Symbol(name, real=True)
    if low is not None and high is not None and _is_short(low) and _is_short(high):
        return Piece(piece.scope, piece.sample, plain, low, high, piece.open_ends, plain, piece.faces)
    new = sympy.Symbol(_fresh(f"u_{name}", request.symbols), real=True)
    zero, one = Fraction(0), Fraction(1)
    opened = piece.open_ends
    if low is not None and high is not None:
        image, back = rational(low) + rational(high - low) * new, (plain - rational(low)) / rational(high - low)
    elif low is not None:
        ratio = (plain - rational(low)) / (1 + plain - rational(low))
        image, back = rational(low) + new / (1 - new), ratio
    else:
        assert high is not None
        image, back = rational(high) - new / (1 - new), (rational(high) - plain) / (1 + rational(high) - plain)
        opened = (opened[1], opened[0])
    faces = tuple((back.subs(plain, at), inside) for at, inside in piece.faces)
    return Piece(piece.scope, piece.sample, new, zero, one, opened, image, faces)


def _fresh(name: str, taken: Mapping[str, Any]) -> str:
    while name in taken:
        name += "_"
    return name


def _substituted(piece: Piece, substitution: Substitution) -> Piece:
    """A user's substitution on a whole axis, with the proof that it reaches every point."""
    name, by = piece.scope.name, piece.scope
    new = substitution.by
    if new.lo is None or new.hi is None or new.lo == new.hi:
        raise InputError(f"substitution of {name} needs a bounded range, got {new.describe()}")
    symbol = sympy.Symbol(new.name, real=True)
    image = sympy.factor(sympy.sympify(substitution.image(symbol)))
    if not image.is_rational_function(symbol) or image.free_symbols - {symbol} or image.atoms(sympy.Float):
        raise InputError(f"substitution of {name} must be a rational function of {new.name} over Q, got {image}")
    below = sympy.Poly(sympy.fraction(image)[1], symbol)
    ends = [rational(new.lo), rational(new.hi)]
    poles = below.count_roots(*ends) - sum(below.eval(end) == 0 for end in ends) if below.degree() > 0 else 0
    limits = [sympy.limit(image, symbol, ends[0], "+"), sympy.limit(image, symbol, ends[1], "-")]
    wanted = [
        -sympy.oo if by.lo is None else rational(by.lo),
        sympy.oo if by.hi is None else rational(by.hi),
    ]
    if poles or (limits != wanted and limits[::-1] != wanted):
        raise InputError(
            f"substitution {name} = {image} maps {new.describe()} to limits {limits[0]}, {limits[1]} "
            f"with {poles} poles inside; the range is {by.describe()}"
        )
    flip = limits != wanted
    opened = piece.open_ends[::-1] if flip else piece.open_ends
    missing = (new.open_lo, new.open_hi)
    if any(gone and not end for gone, end in zip(missing, opened, strict=True)):
        raise InputError(f"substitution of {name} misses a closed end of {by.describe()}")
    return Piece(by, piece.sample, symbol, new.lo, new.hi, opened, image)


def _face(axis: int, at: Any) -> Face:
    """A face at an irrational point, enclosed between rationals."""
    minimal = None
    with contextlib.suppress(sympy.polys.polyerrors.NotAlgebraic, NotImplementedError):
        minimal = sympy.minimal_polynomial(at, sympy.Dummy("m"), polys=True)
    if minimal is not None:
        near = sympy.N(at, 40)
        eps = sympy.Rational(1, 2**70)
        low, high = min((i for i, _ in minimal.intervals(eps=eps)), key=lambda i: abs(sum(i) / 2 - near))
        return Face(axis, at, as_fraction(low), as_fraction(high), True, minimal)
    before, ctx.prec = ctx.prec, 128
    try:
        ball = compile_expression(at, [], "arb")()
        low, high = (Fraction(str(end.fmpq())) for end in (ball.lower(), ball.upper()))
    finally:
        ctx.prec = before
    return Face(axis, at, low, high, True)
