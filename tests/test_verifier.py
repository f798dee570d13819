"""The verifier itself: what it imports, its arithmetic, duals of a semidefinite program, false inequalities."""

from __future__ import annotations

import ast
import copy
import random
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest

from plumbline.verifier.covers import verify_cover
from plumbline.verifier.numbers import Arithmetic, Refused, Unverifiable
from plumbline.verifier.programs import verify_semidefinite
from theory.sea_omd.problems import worst_case

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "plumbline/verifier").glob("*.py"))
PROBLEMS = sorted([*(ROOT / "theory").glob("*/problems.py"), *(ROOT / "theory").glob("*/*_problems.py")])
Forge = Callable[[Any], None]


def imported(path: Path) -> set[str]:
    """Modules that a file imports, dotted."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


# What it is made of


def test_the_verifier_is_small_and_imports_nothing_else() -> None:
    assert sum(len(path.read_text().splitlines()) for path in FILES) < 400
    for path in FILES:
        for name in imported(path):
            assert name.split(".")[0] in sys.stdlib_module_names | {"mpmath"} or name.startswith("plumbline.verifier.")
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module == "mpmath"
            for alias in node.names
        }
        assert names <= {"iv"}


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.parent.name)
def test_problem_programs_import_only_witness_programs(path: Path) -> None:
    for name in imported(path):
        own = f"theory.{path.parent.name}."
        assert name.split(".")[0] in sys.stdlib_module_names | {"mpmath"} or (
            name.startswith(own) and name.endswith(("witnesses", "problems"))
        )


def test_taylor_coefficients_enclose_derivatives() -> None:
    def function(m: Any, x: Any) -> Any:
        return m.log(1 + x * x) * m.power(x, Fraction(7, 3)) / (2 - x) - m.exp(x) ** 2 + m.power(3, -x) + m.power(x, x)

    def plain(x: Any) -> Any:
        third = mpmath.mpf(7) / 3
        return mpmath.log(1 + x * x) * x**third / (2 - x) - mpmath.exp(x) ** 2 + mpmath.mpf(3) ** -x + x**x

    draw = random.Random(1)
    with mpmath.workdps(40):
        for _ in range(5):
            at = Fraction(draw.randint(10, 180), 100)
            m = Arithmetic(4)
            found = function(m, m.variable(m.scalar(at), 1)).c
            for interval, value in zip(
                found, mpmath.taylor(plain, mpmath.mpf(at.numerator) / at.denominator, 4), strict=True
            ):
                assert abs(interval.mid - value) < mpmath.mpf(10) ** -15 * max(1, abs(value))


@pytest.mark.parametrize("exponent", [Fraction(3, 2), Fraction(5, 3), Fraction(9, 4)])
def test_powers_down_to_zero_are_enclosed(exponent: Fraction) -> None:
    m = Arithmetic(1)
    box = mpmath.iv.mpf([0, 0.5])
    value, slope = m.power(m.variable(box, 1), m.variable(mpmath.iv.mpf([float(exponent), float(exponent) + 0.1]), 0)).c
    for x in (0.0, 0.1, 0.37, 0.5):
        r = float(exponent) + 0.05
        assert x**r in value and r * x ** (r - 1) in slope
    box = mpmath.iv.mpf([0, 0.9])
    turned = m.power(m.variable(box, 0), m.variable(mpmath.iv.mpf([1.5, 1.6]), 1)).c[1]
    assert all(x**1.55 * float(mpmath.log(x)) in turned for x in (1e-9, 0.2, 0.5246, 0.9))


def test_exact_values_at_powers_of_two() -> None:
    """(x^r + (1-x)^r)^(1/r) and its first derivatives at 1/2: 2^(1/r - 1), 0, and a multiple of it."""

    def norm(m: Any, x: Any) -> Any:
        return m.power(m.power(x, Fraction(8, 3)) + m.power(1 - x, Fraction(8, 3)), Fraction(3, 8))

    m = Arithmetic(2, exact=True)
    value, slope, bend = norm(m, m.variable(m.scalar(Fraction(1, 2)), 1)).c
    assert not slope.terms and bend.terms.keys() == value.terms.keys() == {Fraction(3, 8)}
    with mpmath.workdps(40):
        wanted = mpmath.taylor(lambda x: norm(mpmath, x), mpmath.mpf(1) / 2, 2)
        for found, number in ((value, wanted[0]), (bend, wanted[2])):
            ((a, c),) = found.terms.items()
            assert abs(mpmath.mpf(2) ** (mpmath.mpf(3) / 8) * c.numerator / c.denominator - number) < 1e-15 and a
    with pytest.raises(Unverifiable):
        m.power(3, Fraction(1, 2))
    with pytest.raises(Unverifiable):
        m.log(2)


def _set(value: Any, *path: Any) -> Forge:
    def forge(c: Any) -> None:
        for key in path[:-1]:
            c = c[key]
        c[path[-1]] = value

    return forge


# Semidefinite programs: the worst case of the tuned step over two rounds, at most 1 by the multipliers 1/2, 1/2


def semidefinite() -> tuple[dict[str, Any], dict[str, Any]]:
    data = worst_case(2, Fraction(1), Fraction(1))
    u = [Fraction(1, 2), Fraction(1, 2)]
    slack = [
        [
            sum((x * A[i][j] for x, A in zip(u, data["A_ub"], strict=True)), Fraction(0)) - data["C"][i][j]
            for j in range(i + 1)
        ]
        for i in range(3)
    ]
    L, D = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)], [Fraction(0)] * 3
    for j in range(3):
        D[j] = slack[j][j] - sum(L[j][k] ** 2 * D[k] for k in range(j))
        for i in range(j + 1, 3):
            rest = slack[i][j] - sum(L[i][k] * L[j][k] * D[k] for k in range(j))
            L[i][j] = rest / D[j] if D[j] else Fraction(0)
    text = {name: _strings(value) for name, value in data.items()}
    certificate = {
        "kind": "sdp_dual",
        "problem": text,
        "dual": {"ub": ["1/2", "1/2"], "eq": []},
        "ldl": {"L": [[str(x) for x in row[:i]] for i, row in enumerate(L)], "D": [str(x) for x in D]},
        "bound": "1",
        "point": {"weight": "1", "factor": [["-1"], ["0"], ["1"]]},
    }
    return certificate, {"data": data, "at_least": Fraction(1), "at_most": Fraction(1)}


def _strings(value: Any) -> Any:
    return [_strings(entry) for entry in value] if isinstance(value, list) else str(value)


def test_a_semidefinite_dual_is_verified() -> None:
    assert verify_semidefinite(*semidefinite()) == "between 1 and 1"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (_set("1/3", "ldl", "L", 2, 1), "L D L^T is not the slack"),
        (_set("-1", "ldl", "D", 2), ">= 0"),
        (_set(["1"], "ldl", "D"), "must be 3 numbers"),
        (_set("2/5", "dual", "ub", 1), "L D L^T is not the slack"),
        (_set("-1/2", "dual", "ub", 1), ">= 0"),
        (_set("0", "problem", "C", 1, 0), "made for another problem: C"),
        (_set(["1", "1/2"], "problem", "b_ub"), "made for another problem: b_ub"),
        (_set("99/100", "bound"), "stated 99/100"),
        (_set("101/100", "point", "weight"), "not feasible"),
        (_set("-1", "point", "weight"), "not feasible"),
        (_set("1/2", "point", "weight"), "proved is 0.5 to 1.0"),
        (_set([["nan"], ["0"], ["1"]], "point", "factor"), "not an exact number"),
    ],
)
def test_a_forged_semidefinite_dual_is_refused(forge: Forge, reason: str) -> None:
    certificate, problem = copy.deepcopy(semidefinite())
    forge(certificate)
    with pytest.raises(Refused, match=reason.replace("^", r"\^")):
        verify_semidefinite(certificate, problem)


# False inequalities with plausible certificates


def one_box(reason: str, strict: bool = True, *, is_open: bool = False, lo: str = "0") -> dict[str, Any]:
    axis = {"name": "x", "kind": "real", "lo": lo, "hi": "1", "open": [is_open, False]}
    piece = {"scope": [axis], "coordinates": ["x"], "reasons": [reason], "pieces": [[0, lo, "1"]]}
    return {"kind": "box_cover", "relation": ">" if strict else ">=", "domain": [axis], "cells": [piece]}


@pytest.mark.parametrize(
    ("function", "certificate"),
    [
        (lambda m, x: x - Fraction(1, 1000), one_box("value")),
        (lambda m, x: x * x - x + Fraction(249, 1000), one_box("mean value")),
        (lambda m, x: x, one_box("contact x=0 order 1")),
        (lambda m, x: x * x - x**3 * Fraction(1001, 1000), one_box("contact x=0 order 2", is_open=True)),
        (lambda m, x: x + Fraction(1, 10**9), one_box("contact x=0 order 1", is_open=True)),
        (lambda m, x: x * x - x / 10, one_box("contact x=0 order 1", is_open=True)),
        (lambda m, x: m.power(2, x) - 1 - x, one_box("value", False)),
    ],
)
def test_what_is_false_or_not_shown_so_is_not_verified(function: Any, certificate: dict[str, Any]) -> None:
    problem = {"function": function, "axes": certificate["domain"], "strict": certificate["relation"] == ">"}
    with pytest.raises((Refused, Unverifiable)):
        verify_cover(certificate, problem)


def test_true_contacts_are_verified() -> None:
    certificate = one_box("contact x=0 order 2", is_open=True)
    problem = {"function": lambda m, x: x * x - x**3 / 4, "axes": certificate["domain"], "strict": True}
    assert verify_cover(certificate, problem) == "1 boxes"
    loose = one_box("contact x=0 order 1", False)
    assert verify_cover(loose, {"function": lambda m, x: x, "axes": loose["domain"], "strict": False}) == "1 boxes"
