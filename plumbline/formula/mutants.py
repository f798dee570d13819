"""Mutants of a formula: the same closed form with one number, sign or exponent changed a little.

A check that is worth something rejects them wherever they say more than the claim. They are enumerated on the
expression tree, position by position: two atoms of equal value at different places are different mutants.

* A *number* is an atom of the tree, or the coefficient (perhaps an unwritten 1) of a summand, of an
  argument of Max or Min, of a branch, and of the whole: changed by +1 and -1 per cent (0 by +-1/100).
* A *sign* is that of a number or of a coefficient: flipped.
* An *exponent* is that of a power (``x**e``, ``power(x, e)``, ``exp(e)``, the q of ``box_cox``), number or
  expression: changed by +1 and -1 per cent and negated.

The orders of the primitives (``expm1_over(x, k)``) choose a function and are no numbers of it. A stable
implementation belongs to the original and is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plumbline.errors import InputError
from plumbline.formula.formula import Formula

FACTORS = (Fraction(101, 100), Fraction(99, 100))
_EXPONENTS = {"Pow": 1, "power": 1, "box_cox": 1, "exp": 0}
_ORDERS = {("expm1_over", 1), ("log1p_over", 1), ("box_cox", 2)}
_SUMMED = frozenset({"Add", "Max", "Min"})
_SHOWN = 60

Path = tuple[int, ...]


@dataclass(frozen=True)
class Mutant:
    """One change of a formula at the place ``path`` of its tree (positions in ``args`` from the root).

    ``formula`` has the variables of the original; it is ``None`` where the changed tree is no finite real closed
    form, with ``flaw`` saying why.
    """

    path: Path
    description: str
    formula: Formula | None
    flaw: str = ""

    @property
    def address(self) -> str:
        """The path as text: ``0.1.0``; ``root`` for the whole expression."""
        return ".".join(map(str, self.path)) or "root"


def mutants(formula: Formula) -> list[Mutant]:
    """All mutants of a formula, in the order of its tree; changes that give the same expression count once."""
    seen = set()
    found = []
    for path, description, build in _changes(formula.expr):
        mutant = _mutant(formula, path, description, build)
        if mutant.formula is not None:
            expr = mutant.formula.expr
            if expr in seen and expr != formula.expr:
                continue
            seen.add(expr)
        found.append(mutant)
    return found


def _mutant(formula: Formula, path: Path, description: str, new: Any) -> Mutant:
    try:
        expr = _rebuilt(formula.expr, path, new)
        made = Formula(
            f"{formula.name}.mutant({'.'.join(map(str, path)) or 'root'})",
            formula.variables,
            lambda *_: expr,
            latex=formula.latex_name,
            source=f"mutant: {description}",
        )
        made.expr  # noqa: B018  (built here, so that a tree that is no closed form is seen here)
    except (InputError, TypeError, ValueError, ZeroDivisionError) as error:
        return Mutant(path, description, None, " ".join(str(error).split()))
    return Mutant(path, description, made)


def _rebuilt(expr: Any, path: Path, new: Any) -> Any:
    """The tree with the node at ``path`` replaced, built anew above it."""
    if not path:
        return new
    args = list(expr.args)
    args[path[0]] = _rebuilt(args[path[0]], path[1:], new)
    return expr.func(*args)


def _changes(root: Any) -> Iterator[tuple[Path, str, Any]]:
    """(path, description, new node) of every change, from the root down."""
    for path, node, above in _nodes(root):
        parent, slot = (above[-1], path[-1]) if above else (None, 0)
        name = type(parent).__name__ if parent is not None else ""
        if (name, slot) in _ORDERS:
            continue
        exponent = _EXPONENTS.get(name) == slot if parent is not None else False
        number = bool(node.is_Atom and node.is_number)
        coefficient = parent is None or name in _SUMMED or (name == "ExprCondPair" and slot == 0)
        if not (exponent or number or coefficient):
            continue
        what = "exponent" if exponent else "number" if number else "coefficient of"
        where = "" if parent is None else f" in {_short(parent)}"
        for by, new in _perturbed(node):
            change = f"{_short(node)} -> {_short(new)}" if number else f"{_short(node)} times {by}"
            yield path, f"{what} {change}{where}", new
        if node != 0:
            change = "exponent {} negated" if exponent else "sign of {} flipped"
            yield path, change.format(_short(node)) + where, -node


def _perturbed(node: Any) -> list[tuple[str, Any]]:
    import sympy

    if node == 0:
        return [("1/100", sympy.Rational(1, 100)), ("-1/100", sympy.Rational(-1, 100))]
    return [(_decimal(f), sympy.Rational(f.numerator, f.denominator) * node) for f in FACTORS]


def _nodes(root: Any) -> Iterator[tuple[Path, Any, list[Any]]]:
    """(path, node, ancestors) of every expression in the tree, the parent before its arguments."""
    import sympy

    def walk(node: Any, path: Path, above: list[Any]) -> Iterator[tuple[Path, Any, list[Any]]]:
        if isinstance(node, sympy.Expr):
            yield path, node, above
        for place, argument in enumerate(node.args):
            yield from walk(argument, (*path, place), [*above, node])

    return walk(root, (), [])


def _short(expr: Any) -> str:
    """The expression as text, a terminating rational as a decimal number, cut where it is long."""
    if expr.is_Rational:
        return _decimal(Fraction(int(expr.p), int(expr.q)))
    text = str(expr)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 4] + " ..."


def _decimal(value: Fraction) -> str:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1:
        return str(value)
    text = f"{float(value):.12g}"
    return text if Fraction(text) == value else str(value)
