"""Mutants of formulas: every number, sign and exponent, position by position, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy

from plumbline.domain import Integer, Real
from plumbline.formula import Formula, Max, box_cox, expm1_over, log, piecewise, power, sqrt
from plumbline.formula.mutants import Mutant, mutants

X = Real("x", 0, 1)
T = Real("t", 0, 1)
MORE, LESS = sympy.Rational(101, 100), sympy.Rational(99, 100)


def of(build: Callable[..., Any], *axes: Real | Integer) -> tuple[list[Mutant], dict[str, Any]]:
    formula = Formula("f", list(axes or (X,)), build)
    return mutants(formula), formula.symbols


def expressions(found: list[Mutant]) -> set[Any]:
    return {mutant.formula.expr for mutant in found if mutant.formula is not None}


def three(build: Callable[[Any], Any], value: Any) -> set[Any]:
    """The expression with ``value`` 1 per cent larger, 1 per cent smaller, and negated."""
    return {build(MORE * value), build(LESS * value), build(-value)}


def test_a_line_is_enumerated_exactly() -> None:
    found, symbols = of(lambda x: 2 * x + 1)
    x = symbols["x"]
    whole = three(lambda c: c * (2 * x + 1), sympy.Integer(1))
    expected = whole | three(lambda c: c * x + 1, sympy.Integer(2)) | three(lambda c: 2 * x + c, sympy.Integer(1))
    assert expressions(found) == expected and len(found) == 9


def test_a_root_is_enumerated_exactly() -> None:
    found, symbols = of(lambda x: 1 - sqrt(1 - x**2))
    x = symbols["x"]
    one = sympy.Integer(1)
    root = sympy.sqrt(1 - x**2)
    expected = three(lambda c: sympy.expand(c * (1 - root)), one)
    expected |= three(lambda c: c - root, one) | three(lambda c: 1 - c * root, one)
    expected |= three(lambda c: 1 - sympy.sqrt(c - x**2), one) | three(lambda c: 1 - sympy.sqrt(1 - c * x**2), one)
    expected |= three(lambda e: 1 - sympy.sqrt(1 - x**e), sympy.Integer(2))
    expected |= three(lambda e: 1 - (1 - x**2) ** e, sympy.Rational(1, 2))
    assert {sympy.expand(e) for e in expressions(found)} == {sympy.expand(e) for e in expected}
    assert len(found) == 21


def test_equal_atoms_at_different_places_are_different_mutants() -> None:
    found, symbols = of(lambda x: (1 + x) * log(1 + x))
    x = symbols["x"]
    changed = {(MORE + x) * sympy.log(1 + x), (1 + x) * sympy.log(MORE + x)}
    assert changed <= expressions(found)
    assert len({(mutant.path, mutant.description) for mutant in found}) == len(found)


def test_exponents_that_are_expressions_change_as_a_whole() -> None:
    found, symbols = of(lambda x, t: power(x, 1 / (2 - t)), X, T)
    x, t = symbols["x"], symbols["t"]
    r = 1 / (2 - t)
    assert three(lambda e: power(x, e), r) <= expressions(found)
    assert power(x, 1 / (2 - MORE * t)) in expressions(found)
    assert "exponent 1/(2 - t) times 1.01 in power(x, 1/(2 - t))" in [mutant.description for mutant in found]


def test_zero_and_the_arguments_of_a_maximum() -> None:
    found, symbols = of(lambda x: Max(x - 1, 0))
    x = symbols["x"]
    hundredth = sympy.Rational(1, 100)
    assert {sympy.Max(x - 1, hundredth), sympy.Max(x - 1, -hundredth)} <= expressions(found)
    assert three(lambda c: sympy.Max(c * (x - 1), 0), sympy.Integer(1)) <= expressions(found)


def test_branches_change_one_at_a_time() -> None:
    found, symbols = of(lambda x: piecewise((x, x < sympy.Rational(1, 2)), (1 - x, True)))
    x = symbols["x"]
    half = sympy.Rational(1, 2)
    assert sympy.Piecewise((MORE * x, x < half), (1 - x, True)) in expressions(found)
    assert sympy.Piecewise((x, x < MORE * half), (1 - x, True)) in expressions(found)


def test_orders_of_primitives_are_no_numbers() -> None:
    found, symbols = of(lambda x: expm1_over(x, 2))
    assert expressions(found) == three(lambda c: c * expm1_over(symbols["x"], 2), sympy.Integer(1))


def test_a_change_that_gives_no_closed_form_says_so() -> None:
    found, _ = of(lambda t: box_cox(2, 1 - t), T)
    (flawed,) = [mutant for mutant in found if mutant.formula is None]
    assert flawed.description.startswith("sign of 2 flipped") and "needs an argument >= 0" in flawed.flaw


def test_a_mutant_has_the_variables_of_the_original_and_no_stable_form() -> None:
    formula = Formula(
        "f", [X, Integer("n", 2)], lambda x, n: x**2 / n, stable=lambda xp, x, n: x * x / n, source="there"
    )
    found = mutants(formula)
    assert all(m.formula is not None and m.formula.variables == formula.variables for m in found)
    (doubled,) = [m for m in found if m.formula is not None and m.description.startswith("exponent 2 -> 2.02")]
    assert doubled.formula is not None and doubled.formula.stable is None
    assert doubled.formula.numpy(x=0.5, n=4) == pytest.approx(0.5**2.02 / 4, rel=1e-14)
    assert doubled.address == ".".join(map(str, doubled.path)) != "root"


def test_the_address_leads_to_what_was_changed() -> None:
    formula = Formula("f", [X], lambda x: (1 + x) * log(1 + x) - x**3)
    for mutant in mutants(formula):
        node = formula.expr
        for place in mutant.path:
            node = node.args[place]
        shown = mutant.description.removeprefix("coefficient of ").removeprefix("sign of ").split(" ", 1)[0]
        assert mutant.path == () or shown in (str(node).split(" ", 1)[0], "number", "exponent")
