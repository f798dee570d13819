"""Signs, linear combinations and sums of squares: true and false statements for the symbolic engine."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import (
    Abs,
    Max,
    Pow,
    Rational,
    Symbol,
    exp,
    log,
    sqrt,
)

from plumbline import witness as witnesses
from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Strength, Verdict
from plumbline.formula import box_cox, xlogx
from proofs_checks.engines.symbolic import (
    prove_linear_combination,
    prove_nonnegative,
    prove_sign,
    prove_sos,
    round_gram,
)

HOLDS, VIOLATED, INCONCLUSIVE = Verdict.HOLDS, Verdict.VIOLATED, Verdict.INCONCLUSIVE

a, t, tau, u, x, y = (Symbol(name, real=True) for name in ["a", "t", "tau", "u", "x", "y"])
n = Symbol("n", integer=True)


def over(name: str, lo: Any = None, hi: Any = None, ends: str = "[]") -> Real:
    return Real(name, lo, hi, open_lo=ends[0] == "(", open_hi=ends[1] == ")")


UNIT = Domain(over("x", 0, 1))
BOTH = Domain(over("x", -1, 1))
POSITIVE = Domain(over("x", 0, None, "()"))


def confirmed(finding: Finding) -> bool:
    """Whether the witness, evaluated again from its stored data, shows what it states."""
    return finding.witness is not None and witnesses.confirms("none", finding.witness.as_json())


# -- signs ------------------------------------------------------------------------------------------

SIGNS: list[tuple[Any, Real, str, Verdict]] = [
    ((t**2 - 2) ** 2, over("t"), ">=0", HOLDS),
    ((t**2 - 2) ** 2, over("t"), ">0", VIOLATED),
    ((t**2 - 2) ** 2, over("t", 0, 1), ">0", HOLDS),
    ((t**2 - 2) ** 2, over("t", "1.4142135623730950488", None), ">0", VIOLATED),
    ((t**2 - 2) ** 2, over("t", "1.4142135623730950489", None), ">0", HOLDS),
    (t**2 - 2, over("t", "1.4142135623730950488", None), ">=0", VIOLATED),
    (t**2 - 2, over("t", "1.4142135623730950489", None), ">0", HOLDS),
    (t**3 - 3 * t + 2, over("t", 0), ">=0", HOLDS),
    (t**3 - 3 * t + 2, over("t", 0), ">0", VIOLATED),
    (t**3 - 3 * t + 2, over("t", -3), ">=0", VIOLATED),
    (t * (1 - t), over("t", 0, 1), ">=0", HOLDS),
    (t * (1 - t), over("t", 0, 1), ">0", VIOLATED),
    (t * (1 - t), over("t", 0, 1, "()"), ">0", HOLDS),
    (-t * (1 - t), over("t", 0, 1, "()"), "<0", HOLDS),
    (-t * (1 - t), over("t", 0, 1), "<=0", HOLDS),
    (t**2 + Rational(1, 10**40), over("t"), ">0", HOLDS),
    (t**2 - Rational(1, 10**40), over("t"), ">=0", VIOLATED),
    (1 / t, over("t", 0, 1), ">0", INCONCLUSIVE),
    (1 / t, over("t", 0, 1, "(]"), ">0", HOLDS),
    (Pow(Pow(t, -1, evaluate=False), -1, evaluate=False), over("t", 0, 1), ">=0", INCONCLUSIVE),
    ((t - 1) / (t + 1), over("t", 1), ">=0", HOLDS),
    (t - t, over("t", 2, 3), ">=0", HOLDS),
    (t - t, over("t", 2, 3), ">0", VIOLATED),
    ((t - 1) ** 3 * (t - 2) ** 2 * (t**2 + 1), over("t", 1), ">=0", HOLDS),
    ((t - 1) ** 2 * (t - 2) ** 3 * (t**2 + 1), over("t", 1), ">=0", VIOLATED),
    (t - 1, over("t", 1, 1), ">=0", HOLDS),
    (t - 1, over("t", 1, 1), ">0", VIOLATED),
]


@pytest.mark.parametrize("case", range(len(SIGNS)))
def test_signs_of_rational_functions(case: int) -> None:
    goal, axis, relation, expected = SIGNS[case]
    finding = prove_sign(goal, axis, relation)
    assert finding.verdict is expected, (goal, axis.describe(), relation, finding.reason)
    if expected is VIOLATED:
        assert finding.witness is not None
        if finding.witness.program == "formula":
            assert confirmed(finding)
            assert axis.contains(Fraction(finding.witness.data["point"]["t"]))
        else:
            low, high = (Fraction(end) for end in finding.witness.data["root_between"])
            assert axis.contains(low) and axis.contains(high) and min(low**2, high**2) < 2 < max(low**2, high**2)


def test_sign_refuses_what_is_not_a_rational_function() -> None:
    with pytest.raises(InputError):
        prove_sign(log(t), over("t", 1, 2))
    with pytest.raises(InputError):
        prove_sign(t, over("t", 1, 2), "=>0")


SQUARE = Domain(over("x", 0, 1), over("y", 0, 1))

NONNEGATIVE: list[tuple[Any, Domain, bool, Verdict]] = [
    (x * (1 - x) + y * (1 - y), SQUARE, False, HOLDS),
    (x * (1 - x) + y * (1 - y), SQUARE, True, VIOLATED),
    (x * (1 - y), Domain(over("x", 0, 1, "(]"), over("y", 0, 1, "[)")), True, HOLDS),
    (x - y, SQUARE, False, VIOLATED),
    (x**2 - x * y + y**2, Domain(over("x"), over("y")), False, HOLDS),
    (x**2 - x * y + y**2 + 1, Domain(over("x"), over("y")), True, HOLDS),
    (x**2 - 3 * x * y + y**2, Domain(over("x"), over("y")), False, VIOLATED),
    (1 - log(1 + x), UNIT, True, HOLDS),
    (log(1 + x), UNIT, False, HOLDS),
    (log(1 + x), UNIT, True, VIOLATED),
    (sqrt(x) + 1, UNIT, True, HOLDS),
    (sqrt(x), UNIT, True, VIOLATED),
    (-xlogx(x), UNIT, False, HOLDS),
    (-xlogx(x), UNIT, True, VIOLATED),
    (box_cox(1 + u, 1 - tau), Domain(over("u", 0), over("tau", 0, 3)), False, HOLDS),
    ((1 + u) ** (-tau), Domain(over("u", 0), over("tau", 0, 3)), True, HOLDS),
    (x**a - 1, Domain(over("x", 1), over("a", 0, 3)), False, HOLDS),
    (1 - exp(-x), Domain(over("x", 0)), False, HOLDS),
    (Abs(x) + Max(x, 0), BOTH, False, HOLDS),
    (n * (n - 1) / 2 - 1, Domain(Integer("n", 2)), False, HOLDS),
    (n - 3, Domain(Integer("n", 2)), False, VIOLATED),
    (1 / x, UNIT, False, INCONCLUSIVE),
    (log(x), POSITIVE, False, VIOLATED),
    (x - log(1 + x), UNIT, False, INCONCLUSIVE),  # true, but no business of sign rules
]


@pytest.mark.parametrize("case", range(len(NONNEGATIVE)))
def test_signs_by_factors_and_terms(case: int) -> None:
    goal, domain, strict, expected = NONNEGATIVE[case]
    finding = prove_nonnegative(goal, domain, strict=strict)
    assert finding.verdict is expected, (goal, finding.reason)
    if expected is VIOLATED:
        assert confirmed(finding)


# -- linear combinations ----------------------------------------------------------------------------

A, B, C = (Symbol(name, real=True) for name in "ABC")
AGGREGATES = Domain(Real("A"), Real("B"), Real("C"), over("x", 2))


def test_a_nonnegative_combination_holds() -> None:
    finding = prove_linear_combination(x * A, x * C, [(x, A, B), (x, B, C)], AGGREGATES)
    assert finding.verdict is HOLDS, finding.reason


def test_a_combination_with_a_negative_coefficient_is_rejected() -> None:
    finding = prove_linear_combination(C, A, [(-1, A, B), (-1, B, C)], AGGREGATES)
    assert finding.verdict is INCONCLUSIVE and "nonnegative" in finding.reason
    finding = prove_linear_combination((x - 3) * A, (x - 3) * B, [(x - 3, A, B)], AGGREGATES)
    assert finding.verdict is INCONCLUSIVE and "nonnegative" in finding.reason


def test_an_equality_may_have_a_coefficient_of_any_sign() -> None:
    finding = prove_linear_combination(C, A, [(-1, A, B, "=="), (-1, B, C, "==")], AGGREGATES)
    assert finding.verdict is HOLDS, finding.reason


def test_a_combination_that_misses_the_goal_is_rejected() -> None:
    finding = prove_linear_combination(A, C, [(1, A, B), (1 + Rational(1, 10**20), B, C)], AGGREGATES)
    assert finding.verdict is INCONCLUSIVE and "not the stated combination" in finding.reason


def test_a_combination_inherits_the_weakest_premise() -> None:
    from plumbline.evidence import Engine

    premise = Engine("other", Strength.SEARCHED).finding(HOLDS, AGGREGATES, "A >= B", rests_on=["lemma"])
    finding = prove_linear_combination(A, B, [(1, A, B)], AGGREGATES, premises=[premise])
    assert finding.strength is Strength.SEARCHED and finding.rests_on == ("lemma",)


# -- sums of squares --------------------------------------------------------------------------------

QUARTIC = 2 * x**4 + 2 * x**3 * y - x**2 * y**2 + 5 * y**4
BASIS = [x**2, y**2, x * y]
GRAM = [[2, -3, 1], [-3, 5, 0], [1, 0, 5]]
PLANE = Domain(over("x"), over("y"))


def test_sum_of_squares() -> None:
    finding = prove_sos(QUARTIC, BASIS, GRAM, PLANE)
    assert finding.verdict is HOLDS, finding.reason
    assert finding.certificate is not None and len(finding.certificate["squares"]) == 2


def test_a_gram_matrix_off_by_one_entry_is_rejected() -> None:
    wrong = [row[:] for row in GRAM]
    wrong[2][2] = 6
    finding = prove_sos(QUARTIC, BASIS, wrong, PLANE)
    assert finding.verdict is INCONCLUSIVE and "not zero" in finding.reason


def test_an_indefinite_gram_matrix_is_rejected() -> None:
    finding = prove_sos(x**4 + y**4 - x**2 * y**2, BASIS, [[1, -1, 0], [-1, 1, 0], [0, 0, 1]], PLANE)
    assert finding.verdict is HOLDS
    finding = prove_sos(x**4 + y**4, BASIS, [[1, -2, 0], [-2, 1, 0], [0, 0, 4]], PLANE)
    assert finding.verdict is INCONCLUSIVE and "semidefinite" in finding.reason
    finding = prove_sos(x**4 + y**4, BASIS, [[0, 1, 0], [1, 0, 0], [0, 0, -2]], PLANE)
    assert finding.verdict is INCONCLUSIVE and "semidefinite" in finding.reason
    for gram in ([[0, 1], [1, 0]], [[0, 1], [1, 2]]):
        finding = prove_sos(2 * x * y + gram[1][1] * y**2, [x, y], gram, PLANE)
        assert finding.verdict is VIOLATED and "column" in finding.reason
    finding = prove_sos(x**2 - y**2, [x, y], [[1, 0], [0, -1]], PLANE)
    assert finding.verdict is VIOLATED and confirmed(finding)


def test_a_numeric_gram_matrix_is_rounded_onto_the_affine_space() -> None:
    goal = x**4 + 3 * x**3 * y / 10 + x**2 * y**2 + y**4
    noisy = [[float(i == j) + 1e-3 * (i - 2 * j + 0.4) for j in range(3)] for i in range(3)]
    exact = round_gram(goal, BASIS, noisy)
    residual = sum(exact[i][j] * BASIS[i] * BASIS[j] for i in range(3) for j in range(3)) - goal
    assert residual.expand() == 0
    assert prove_sos(goal, BASIS, exact, PLANE).verdict is HOLDS
    with pytest.raises(InputError):
        round_gram(x**6, BASIS, noisy)


def test_gram_input_is_checked() -> None:
    wrongs: list[Any] = [[[1, 0], [1, 1]], [[1.0, 0], [0, 1]], [[1, 0]]]
    for wrong in wrongs:
        with pytest.raises(InputError):
            prove_sos(x**2 + y**2, [x, y], wrong, PLANE)
