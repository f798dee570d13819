"""The exact SDP engine against a zoo of true and false bounds, a nearly infeasible problem and solvers that lie."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from fractions import Fraction as F
from typing import Any

import flint
import numpy as np
import pytest

from plumbline.domain import Domain, Instances, Integer
from plumbline.errors import InputError
from plumbline.evidence import Strength, Verdict, Witness
from proofs_checks.engines import sdp
from proofs_checks.engines._semidefinite_program import factorise, gram
from proofs_checks.engines.sdp import Dual, Guess, SemidefiniteProgram, dual_bound, enclose, prove_upper_bound

SCOPE = Domain(Integer("n", 3, 3))
TINY = F(1, 10**12)


def unit(i: int, size: int) -> list[list[int]]:
    return [[int(i == j == k) for k in range(size)] for j in range(size)]


PRODUCT = SemidefiniteProgram([[0, 1], [1, 0]], [[[1, 0], [0, 1]]], [1])
"""max 2 x12 with trace at most 1: the value is 1, the slack has a zero pivot there."""
TRIANGLE = SemidefiniteProgram(
    [["1/2", "-1/4", "-1/4"], ["-1/4", "1/2", "-1/4"], ["-1/4", "-1/4", "1/2"]],
    A_eq=[unit(i, 3) for i in range(3)],
    b_eq=[1, 1, 1],
)
"""The relaxed maximum cut of a triangle: 9/4."""


def shown(solution: sdp.SDPSolution) -> Witness:
    return Witness("point", {}, str(solution.lower), "0", ">")


def altered(**parts: Any) -> sdp.Solver:
    """A solver that says optimal, with some parts of the true guess replaced."""

    def solver(problem: SemidefiniteProgram, *, margin: float = 0.0, ray: bool = False) -> Guess:
        return dataclasses.replace(sdp.clarabel(problem, margin=margin, ray=ray), status="optimal", **parts)

    return solver


# --- true and barely false bounds ------------------------------------------------------------------------


@pytest.mark.parametrize(("problem", "value"), [(PRODUCT, F(1)), (TRIANGLE, F(9, 4))])
def test_a_sharp_bound_holds_and_is_certified(problem: SemidefiniteProgram, value: F) -> None:
    finding = prove_upper_bound(problem, value, SCOPE, "bound")
    assert finding.verdict is Verdict.HOLDS and finding.strength is Strength.CERTIFIED
    assert finding.certificate is not None
    assert json.loads(json.dumps(dict(finding.certificate)))["bound"] == str(value)
    assert sdp.verify_certificate(finding.certificate, problem, value)
    assert not sdp.verify_certificate(finding.certificate, problem, value - TINY)


def test_a_barely_false_bound_is_violated_by_a_verified_point() -> None:
    finding = prove_upper_bound(PRODUCT, 1 - TINY, SCOPE, "false", witness=shown)
    assert finding.verdict is Verdict.VIOLATED and finding.witness is not None
    assert finding.witness.left == "1"
    assert prove_upper_bound(PRODUCT, 1 - TINY, SCOPE, "false").verdict is Verdict.INCONCLUSIVE


def test_a_barely_false_bound_without_a_rational_point_stays_open() -> None:
    assert prove_upper_bound(TRIANGLE, F(9, 4) - TINY, SCOPE, "false", witness=shown).verdict is Verdict.INCONCLUSIVE


def test_a_supremum_is_held_from_both_sides() -> None:
    assert sdp.prove_supremum(PRODUCT, 1, 0, SCOPE, "value").verdict is Verdict.HOLDS
    low = sdp.prove_supremum(PRODUCT, 1 - F(1, 10**6), F(1, 10**7), SCOPE, "too low", above=shown)
    assert low.verdict is Verdict.VIOLATED

    def under(solution: sdp.SDPSolution) -> Witness:
        return Witness("dual", {}, str(solution.upper), "1.000001", "<")

    high = sdp.prove_supremum(PRODUCT, 1 + F(1, 10**6), F(1, 10**7), SCOPE, "too high", below=under)
    assert high.verdict is Verdict.VIOLATED and high.witness is not None and high.witness.left == "1"


def test_an_irrational_optimum_is_enclosed_tightly() -> None:
    """max x11 + 2 x12 with trace at most 1: (1 + sqrt 5)/2."""
    solution = enclose(SemidefiniteProgram([[1, 1], [1, 0]], [[[1, 0], [0, 1]]], [1]))
    golden = (1 + math.sqrt(5)) / 2
    assert solution.lower is not None and solution.upper is not None
    assert golden - 1e-8 < solution.lower <= golden + 1e-15 and golden - 1e-15 <= solution.upper < golden + 1e-7


def test_balls_where_the_problem_is_irrational() -> None:
    root = flint.arb(2).sqrt()
    problem = SemidefiniteProgram([[0, root], [root, 0]], [[[1, 0], [0, 1]]], [1])
    assert prove_upper_bound(problem, F("1.414214"), SCOPE, "sqrt 2").verdict is Verdict.HOLDS
    assert prove_upper_bound(problem, F("1.414213"), SCOPE, "less", witness=shown).verdict is Verdict.VIOLATED
    assert prove_upper_bound(problem, F("1.414213"), SCOPE, "less").verdict is Verdict.INCONCLUSIVE


# --- semidefinite matrices --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("matrix", "accepted"),
    [
        ([[0, 0], [0, 1]], True),
        ([[0, TINY], [TINY, 1]], False),
        ([[1, 1], [1, 1]], True),
        ([[1, 1 + TINY], [1 + TINY, 1]], False),
        ([[-TINY]], False),
        ([[4, 2, 2], [2, 1, 1], [2, 1, 1]], True),
        ([[4, 2, 2], [2, 1, 1], [2, 1, 1 - TINY]], False),
        ([[1, 0, 0], [0, 0, 1], [0, 1, 5]], False),
    ],
)
def test_zero_pivots_are_decided_exactly(matrix: list[list[Any]], accepted: bool) -> None:
    exact = tuple(tuple(F(value) for value in row) for row in matrix)
    found = factorise(exact)
    assert (found is not None) is accepted
    if found is not None:
        size = range(len(matrix))
        rebuilt = [
            [sum(found.lower[i][k] * found.pivots[k] * found.lower[j][k] for k in size) for j in size] for i in size
        ]
        assert rebuilt == [list(row) for row in exact]


def test_balls_need_pivots_that_are_positive_for_certain() -> None:
    one, thin = flint.arb(1), flint.arb(1, 1e-30)
    assert factorise(((one, thin / 2), (thin / 2, one))) is not None
    assert factorise(((one, one), (one, thin))) is None


# --- hard problems ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("eps", [F(1, 10**8), F(1, 10**14), F(1, 10**20)])
def test_a_nearly_infeasible_problem_is_never_undercut(eps: F) -> None:
    """max 2 x12 with x11 <= 1 and x22 <= eps: the value 2 sqrt eps; at eps = 0 no multipliers exist at all."""
    problem = SemidefiniteProgram([[0, 1], [1, 0]], [unit(0, 2), unit(1, 2)], [1, eps])
    solution = enclose(problem)
    value = 2 * math.sqrt(eps)
    assert solution.upper is None or solution.upper >= value * (1 - 1e-12)
    assert solution.lower is None or solution.lower <= value * (1 + 1e-12)
    assert prove_upper_bound(problem, F(value) * F(99, 100), SCOPE, "false").verdict is not Verdict.HOLDS


def test_a_value_that_no_multipliers_prove_stays_open() -> None:
    problem = SemidefiniteProgram([[0, 1], [1, 0]], [unit(0, 2), unit(1, 2)], [1, 0])
    assert prove_upper_bound(problem, 0, SCOPE, "true, but the dual is not attained").verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("gap", [F(1, 100), F(1, 10**6)])
def test_an_infeasible_problem_proves_nothing(gap: F) -> None:
    """Trace at most 1 and x11 at least 1 + gap: every bound would hold vacuously."""
    problem = SemidefiniteProgram(unit(0, 2), [[[1, 0], [0, 1]], [[-1, 0], [0, 0]]], [1, -1 - gap])
    solution = enclose(problem)
    assert solution.upper is None or solution.infeasible is False
    finding = prove_upper_bound(problem, -1, SCOPE, "vacuous")
    assert finding.verdict is Verdict.INCONCLUSIVE or not solution.infeasible
    if solution.infeasible:
        assert solution.certificate is not None and sdp.verify_certificate(solution.certificate, problem)


def test_an_unbounded_problem_has_points_and_no_bound() -> None:
    problem = SemidefiniteProgram([[1, 0], [0, 1]], [[[1, 0], [0, 0]]], [1])
    solution = enclose(problem)
    assert solution.upper is None
    assert prove_upper_bound(problem, 10**9, SCOPE, "false").verdict is Verdict.INCONCLUSIVE


# --- solvers that lie --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lie",
    [
        {"ub": np.array([0.4])},
        {"ub": np.array([1 - 1e-9])},
        {"ub": np.array([-1.0])},
        {"ub": np.array([np.nan])},
        {"ub": np.array([1.0, 1.0])},
        {"ub": "optimal"},
    ],
)
def test_a_wrong_dual_called_optimal_proves_nothing(lie: dict[str, Any]) -> None:
    finding = prove_upper_bound(PRODUCT, 1, SCOPE, "true, badly certified", solver=altered(**lie, value=1.0))
    holds_by_rounding = finding.verdict is Verdict.HOLDS and abs(float(np.ravel(lie["ub"])[0]) - 1) < 1e-6
    assert finding.verdict is Verdict.INCONCLUSIVE or holds_by_rounding
    assert prove_upper_bound(PRODUCT, F(995, 1000), SCOPE, "false", solver=altered(**lie)).verdict is not Verdict.HOLDS


def test_a_wrong_point_called_optimal_refutes_nothing() -> None:
    far = altered(X=np.array([[0.5, 5.0], [5.0, 0.5]]), value=10.0)
    finding = prove_upper_bound(PRODUCT, 1, SCOPE, "true", witness=shown, solver=far)
    assert finding.verdict is Verdict.HOLDS
    large = altered(X=100 * np.ones((2, 2)), ub=None)
    assert prove_upper_bound(PRODUCT, 2, SCOPE, "true", witness=shown, solver=large).verdict is Verdict.INCONCLUSIVE


def test_a_right_dual_called_infeasible_counts() -> None:
    def modest(problem: SemidefiniteProgram, *, margin: float = 0.0, ray: bool = False) -> Guess:
        return dataclasses.replace(sdp.clarabel(problem, margin=margin, ray=ray), status="infeasible")

    assert prove_upper_bound(PRODUCT, 1, SCOPE, "true", solver=modest).verdict is Verdict.HOLDS


def test_a_silent_solver_leaves_everything_open() -> None:
    def silent(problem: SemidefiniteProgram, *, margin: float = 0.0, ray: bool = False) -> Guess:
        return Guess("optimal")

    assert prove_upper_bound(PRODUCT, 1, SCOPE, "true", solver=silent).verdict is Verdict.INCONCLUSIVE


# --- certificates and input --------------------------------------------------------------------------------


def test_a_certificate_for_another_problem_is_refused() -> None:
    certificate = enclose(PRODUCT).certificate
    assert certificate is not None
    other = SemidefiniteProgram([[0, 2], [2, 0]], [[[1, 0], [0, 1]]], [1])
    assert not sdp.verify_certificate(certificate, other)
    forged = {**certificate, "problem": other.as_json()}
    assert not sdp.verify_certificate(forged, other)
    assert not sdp.verify_certificate({**certificate, "dual": {"ub": ["9/10"], "eq": []}}, PRODUCT)
    assert not sdp.verify_certificate({**certificate, "dual": {"ub": [], "eq": []}}, PRODUCT)
    with pytest.raises(InputError, match="kind"):
        sdp.verify_certificate({"kind": "lp_dual"}, PRODUCT)


def test_dual_bound_refuses_negative_multipliers() -> None:
    assert dual_bound(PRODUCT, Dual((F(1),), ())) == 1
    assert dual_bound(PRODUCT, Dual((1 - TINY,), ())) is None
    assert dual_bound(PRODUCT, Dual((F(-1),), ())) is None


def test_a_negative_multiplier_with_a_semidefinite_slack_proves_nothing() -> None:
    """Trace at least 1: with u = -1 the slack I - C is semidefinite and b.u = 1, yet x11 is unbounded."""
    problem = SemidefiniteProgram(unit(0, 2), [[[-1, 0], [0, -1]]], [-1])
    assert factorise(problem.slack([F(-1)], [])) is not None
    assert dual_bound(problem, Dual((F(-1),), ())) is None


@pytest.mark.parametrize("seed", range(6))
def test_random_problems_are_enclosed(seed: int) -> None:
    draw = np.random.default_rng(seed)
    size = int(draw.integers(2, 6))

    def matrix(shift: int = 0) -> list[list[F]]:
        raw = draw.integers(-5, 6, (size, size))
        return [[F(int(raw[i][j] + raw[j][i]), 2) + shift * (i == j) for j in range(size)] for i in range(size)]

    ones = [[F(int(i == j)) for j in range(size)] for i in range(size)]
    problem = SemidefiniteProgram(matrix(), [ones, matrix(), matrix()], [1, 2, 3])
    solution = enclose(problem)
    assert solution.lower is not None and solution.upper is not None
    assert solution.lower <= solution.upper <= solution.lower + F(1, 10**5)
    assert solution.point is not None and problem.admits(solution.point.weight, solution.point.factor)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([],), "C"),
        (([[1, 2], [3, 4]],), "symmetric"),
        (([[0.5]],), "C"),
        (([[1]], [[[1]]], []), "b_ub"),
        (([[1]], [[[1, 0], [0, 1]]], [1]), "A_ub"),
        (([[flint.arb("nan")]],), "finite"),
    ],
)
def test_bad_problems_are_named(arguments: Any, named: str) -> None:
    with pytest.raises(InputError, match=named):
        SemidefiniteProgram(*arguments)


def test_a_negative_tolerance_is_refused() -> None:
    with pytest.raises(InputError, match="tolerance"):
        sdp.prove_supremum(PRODUCT, 1, -1, Instances(1, "x"), "s")


def test_quadratic_forms_are_those_of_the_gram_matrix() -> None:
    rows = sdp.quadratic_form(3, [(2, {0: 1, 1: -1}, {2: 3}), (1, {1: 1}, {1: 1})])
    vectors = [[F(1), F(2)], [F(-1), F(4)], [F(5), F(7)]]
    X = gram(vectors)
    direct = 2 * sum((a - b) * 3 * c for a, b, c in zip(*vectors, strict=True)) + sum(b * b for b in vectors[1])
    assert sum(rows[i][j] * X[i][j] for i in range(3) for j in range(3)) == direct


def test_importing_the_engine_loads_no_solver() -> None:
    code = "import sys, proofs_checks.engines.sdp; sys.exit('cvxpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
