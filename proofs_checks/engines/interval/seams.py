"""Where formulas change their case: sampling meets a single point or a short interval there only by chance."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy

from plumbline.domain import Integer, Real
from plumbline.formula import Formula

_MOST = 24


def seams(formula: Formula) -> Iterator[tuple[str, Fraction]]:
    """Values of single variables at which a case begins or ends, and one between each two of them."""
    for name, symbol in formula.symbols.items():
        found = sorted(set(_cuts(formula.expr, symbol)))[:_MOST]
        middles = [(low + high) / 2 for low, high in itertools.pairwise(found)]
        for value in (*found, *middles):
            if formula.domain[name].contains(value):  # type: ignore[union-attr]
                yield name, value


def _cuts(expr: Any, symbol: Any) -> Iterator[Fraction]:
    """Rational numbers with which a variable is compared in the conditions of a formula."""
    for piecewise in expr.atoms(sympy.Piecewise):
        for _, condition in piecewise.args:
            for relation in condition.atoms(sympy.core.relational.Relational):
                sides = relation.args
                if symbol in sides:
                    other = sides[1 - sides.index(symbol)]
                    if other.is_Rational:
                        yield Fraction(int(other.p), int(other.q))


def on_face(formula: Formula, name: str, value: Fraction) -> Formula:
    """The formula with one variable put in exactly, so that its case is known there."""
    rest: Sequence[Real | Integer] = [axis for axis in formula.variables if axis.name != name]
    exact = sympy.Rational(value.numerator, value.denominator)
    table = {formula.symbols[name]: exact}
    return Formula(f"{formula.name} at {name} = {value}", rest, lambda *_: formula.expr.subs(table))
