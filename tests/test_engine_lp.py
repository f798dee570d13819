"""The exact LP engine against a zoo of true and false bounds and of solvers that lie."""

from __future__ import annotations

import dataclasses
import json
import math
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.domain import Domain, Instances, Integer
from plumbline.errors import InputError
from plumbline.evidence import Strength, Verdict, Witness
from proofs_checks.engines.lp import (
    Dual,
    Guess,
    LinearProgram,
    dual_value,
    minimise,
    prove_lower_bound,
    verify_certificate,
)

SCOPE = Domain(Integer("n", 3, 3))
DIET = LinearProgram([2, 3], [[-1, -1], [-1, -2]], [-4, -6])
TINY = F(1, 10**12)


def silent(problem: LinearProgram) -> Guess:
    return Guess("no idea")


# --- exact optima -------------------------------------------------------------------------------------


def test_the_optimum_is_exact_and_primal_and_dual_meet() -> None:
    solution = minimise(DIET)
    assert solution.status == "optimal" and solution.method == "guess"
    assert solution.value == 10 and solution.primal == (F(2), F(2))
    assert solution.dual is not None and dual_value(DIET, solution.dual) == 10


def test_entries_of_every_exact_kind() -> None:
    solution = minimise(["1/3", F(1, 7)], A_eq=[[1, "1"]], b_eq=["0.5"])
    assert solution.value == F(1, 14) and solution.primal == (0, F(1, 2))


@pytest.mark.parametrize("solver", [None, silent])
def test_a_fraction_that_no_float_holds(solver: Any) -> None:
    keywords = {} if solver is None else {"solver": solver}
    assert minimise([1], [[-3]], ["-1"], **keywords).value == F(1, 3)
    assert minimise([1], [[-(10**15 + 37)]], [-(10**15 + 38)], **keywords).value == F(10**15 + 38, 10**15 + 37)


def test_all_kinds_of_bounds() -> None:
    solution = minimise([1, -1, 1, 1], [[0, 0, -1, 0]], [5], bounds=[(-1, 2), (None, 3), (None, None), (4, 4)])
    assert solution.value == -1 - 3 - 5 + 4
    assert minimise([1, 1], bounds=("-1/2", 1)).value == -1


def test_integers_of_numpy_do_not_overflow() -> None:
    big = np.int64(2**62)
    problem = LinearProgram(list(np.array([big, big])), A_eq=[[1, 1]], b_eq=[big], bounds=[(1, None), (1, None)])
    assert minimise(problem).value == 2**124


def test_matching_pennies() -> None:
    """The value of a matrix game: the maximin strategy, as a minimum of -v."""
    payoff = [[F(1), F(-1)], [F(-1), F(1)]]
    rows = [[-payoff[0][j], -payoff[1][j], 1] for j in range(2)]
    solution = minimise([0, 0, -1], rows, [0, 0], [[1, 1, 0]], [1], bounds=[(0, None), (0, None), (None, None)])
    assert solution.value == 0 and solution.primal == (F(1, 2), F(1, 2), 0)


def test_degenerate_vertices_and_the_cycling_example_of_beale() -> None:
    rows: list[list[Any]] = [[F(1, 4), -60, F(-1, 25), 9], [F(1, 2), -90, F(-1, 50), 3], [0, 0, 1, 0]]
    for solver in (silent, None):
        keywords: dict[str, Any] = {} if solver is None else {"solver": solver}
        solution = minimise([F(-3, 4), 150, F(-1, 50), 6], rows, [0, 0, 1], **keywords)
        assert solution.value == F(-1, 20) and solution.status == "optimal"
    pyramid = LinearProgram([-1, -1, -1], [[1, 1, 1]] * 4 + [[1, 0, 0], [0, 1, 0], [1, 1, 0]], [1] * 7)
    assert minimise(pyramid).value == minimise(pyramid, solver=silent).value == -1


@pytest.mark.parametrize("solver", [None, silent])
def test_redundant_equalities(solver: Any) -> None:
    keywords = {} if solver is None else {"solver": solver}
    rows = [[1, 1, 1], [2, 2, 2], [1, 1, 1], [1, 0, 0]]
    solution = minimise([1, 2, 3], A_eq=rows, b_eq=[1, 2, 1, "1/3"], **keywords)
    assert solution.status == "optimal" and solution.value == F(1, 3) + 2 * F(2, 3)


# --- infeasible and unbounded -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "problem",
    [
        LinearProgram([1, 1], [[1, 1]], [-1]),
        LinearProgram([0], [[1], [-1]], [0, -TINY]),
        LinearProgram([1, 1], A_eq=[[1, 1], [2, 2]], b_eq=[1, 3]),
        LinearProgram([1], A_eq=[[2]], b_eq=[3], bounds=(0, 1)),
    ],
)
def test_infeasible_with_a_farkas_vector(problem: LinearProgram) -> None:
    solution = minimise(problem)
    assert solution.status == "infeasible" and solution.dual is not None and solution.certificate is not None
    value = dual_value(problem, solution.dual, [F(0)] * len(problem.c))
    assert value is not None and value > 0
    assert verify_certificate(solution.certificate, problem)
    looser = LinearProgram(problem.c, problem.A_ub, [5] * len(problem.b_ub))
    assert not verify_certificate(solution.certificate, looser)


def test_unbounded_with_a_ray() -> None:
    problem = LinearProgram([-1, 1], [[1, -2]], [1])
    solution = minimise(problem)
    assert solution.status == "unbounded" and solution.value is None
    assert solution.primal is not None and problem.admits(solution.primal)
    assert solution.ray is not None and problem.recedes(solution.ray)
    assert solution.certificate is not None and verify_certificate(solution.certificate, problem)
    assert minimise([-1], bounds=(None, None)).status == "unbounded"
    assert minimise([1], bounds=(None, None)).status == "unbounded"
    assert minimise([0], bounds=(None, None)).value == 0


# --- lying solvers ------------------------------------------------------------------------------------

LIARS = {
    "optimal with a wrong point": Guess("optimal", [4.0, 0.0], [2.0, 0.0], []),
    "optimal with an infeasible point": Guess("optimal", [0.0, 0.0], [0.0, 0.0], []),
    "optimal with wrong multipliers": Guess("optimal", [2.0, 2.0], [-5.0, 7.0], []),
    "infeasible": Guess("infeasible"),
    "unbounded": Guess("unbounded"),
    "nan": Guess("optimal", [math.nan, 1.0], [1.0, math.nan], []),
    "infinite": Guess("optimal", [math.inf, 1.0], [1.0, 1.0], []),
    "wrong length": Guess("optimal", [1.0], [1.0, 1.0, 1.0], [1.0]),
    "nearly right": Guess("optimal", [2.0 + 3e-6, 2.0 - 1e-6], [1.0 - 1e-6, 1.0], []),
}


@pytest.mark.parametrize("name", LIARS)
def test_a_lying_solver_changes_nothing(name: str) -> None:
    solution = minimise(DIET, solver=lambda problem: LIARS[name])
    assert (solution.status, solution.value, solution.primal) == ("optimal", F(10), (F(2), F(2)))


def test_optimal_said_of_infeasible_and_unbounded_problems() -> None:
    liar = Guess("optimal", [0.0], [0.0], [])
    assert minimise([1], [[1]], [-1], solver=lambda problem: liar).status == "infeasible"
    assert minimise([-1], [[-1]], [0], solver=lambda problem: liar).status == "unbounded"


def test_what_is_too_large_for_the_exact_simplex_is_unknown_never_guessed() -> None:
    solution = minimise(DIET, solver=silent, max_entries=3)
    assert solution.status == "unknown" and solution.value is None and "too large" in solution.reason
    assert minimise(DIET, solver=silent, max_pivots=1).status == "unknown"
    finding = prove_lower_bound(DIET, 9, SCOPE, "", solver=silent, max_pivots=1)
    assert finding.verdict is Verdict.INCONCLUSIVE and "pivots" in finding.reason


# --- bounds as findings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "verdict"),
    [
        (9, Verdict.HOLDS),
        (10, Verdict.HOLDS),
        (10 - TINY, Verdict.HOLDS),
        (10 + TINY, Verdict.VIOLATED),
        (11, Verdict.VIOLATED),
    ],
)
@pytest.mark.parametrize("solver", [None, silent])
def test_true_tight_and_false_bounds(bound: F, verdict: Verdict, solver: Any) -> None:
    keywords = {} if solver is None else {"solver": solver}
    finding = prove_lower_bound(DIET, bound, SCOPE, "diet", **keywords)
    assert finding.verdict is verdict and finding.strength is Strength.CERTIFIED and finding.scope == SCOPE
    assert finding.certificate is not None
    certificate = json.loads(json.dumps(finding.certificate))
    assert verify_certificate(certificate, DIET, bound)
    if verdict is Verdict.VIOLATED:
        witness = finding.witness
        assert witness is not None and witness.relation == "<" and F(witness.left) < F(witness.right)
        x = [F(value) for value in witness.data["x"]]
        assert DIET.admits(x) and 2 * x[0] + 3 * x[1] < bound
    else:
        assert finding.witness is None and certificate["kind"] == "lp_dual"


def test_an_unbounded_problem_violates_any_bound() -> None:
    problem = LinearProgram([-1, 0], [[-1, 1]], [0], bounds=(0, None))
    finding = prove_lower_bound(problem, -(10**9), SCOPE, "")
    assert finding.verdict is Verdict.VIOLATED and finding.witness is not None
    assert F(finding.witness.left) < -(10**9)


def test_an_empty_feasible_set_proves_nothing() -> None:
    problem = LinearProgram([1], [[1]], [-1])
    finding = prove_lower_bound(problem, 5, Instances(1, "empty"), "")
    assert finding.verdict is Verdict.INCONCLUSIVE and "vacuous" in finding.reason
    assert finding.certificate is not None and verify_certificate(finding.certificate, problem)


def test_the_callers_own_witness() -> None:
    own = Witness("my_program", {"p": ["1/2"]}, "0", "1", "<")
    finding = prove_lower_bound(DIET, 11, SCOPE, "", witness=lambda x: own)
    assert finding.witness is own


# --- certificates -------------------------------------------------------------------------------------


def test_a_certificate_is_refused_for_another_problem_and_when_tampered_with() -> None:
    finding = prove_lower_bound(DIET, 10, SCOPE, "")
    good = json.loads(json.dumps(finding.certificate))
    assert verify_certificate(good, DIET) and verify_certificate(good, DIET, 10)
    assert not verify_certificate(good, DIET, 10 + TINY)
    easier = LinearProgram([2, 4], DIET.A_ub, DIET.b_ub)
    assert not verify_certificate(good, easier), "valid multipliers, but made for another problem"
    for dual in ({"ub": ["1", "2"], "eq": []}, {"ub": ["-1", "1"], "eq": []}, {"ub": ["1"], "eq": []}):
        assert not verify_certificate({**good, "dual": dual}, DIET)
    assert not verify_certificate({**good, "bound": "11"}, DIET)
    assert not verify_certificate({**good, "dual": {"ub": [1.0, 1.0], "eq": []}}, DIET)
    assert not verify_certificate({"kind": "lp_dual", "problem": DIET.as_json()}, DIET)
    point = prove_lower_bound(DIET, 11, SCOPE, "").certificate
    assert point is not None and verify_certificate(point, DIET) and not verify_certificate(point, DIET, 10)
    assert not verify_certificate({**point, "primal": ["0", "0"]}, DIET)
    with pytest.raises(InputError, match="kind"):
        verify_certificate({"kind": "lp_primal"}, DIET)


def test_each_constraint_counts_in_what_is_feasible_and_what_recedes() -> None:
    bounds = [(0, None), (None, 0), (None, None)]
    problem = LinearProgram([-1, 0, 0], [[0, 0, 1]], [1], [[1, 1, 0]], [0], bounds)
    assert problem.admits((F(1), F(-1), F(1))) and problem.admits((F(0), F(0), F(-9)))
    for x in ((1, -1, 1 + TINY), (1, -1 - TINY, 0), (1, -1 + TINY, 0), (-1, 1, 0), (1, -1)):
        assert not problem.admits(tuple(F(value) for value in x))
    assert problem.recedes((F(1), F(-1), F(0))) and problem.recedes((F(1), F(-1), F(-1)))
    for d in ((1, -1, TINY), (1, -1 - TINY, 0), (1, 0, 0), (-1, 1, 0), (0, 0, 0), (1, -1)):
        assert not problem.recedes(tuple(F(value) for value in d))


def test_a_zero_farkas_vector_and_a_false_ray_prove_nothing() -> None:
    zero = {"kind": "lp_farkas", "problem": DIET.as_json(), "dual": {"ub": ["0", "0"], "eq": []}}
    assert not verify_certificate(zero, DIET)
    ray = {"kind": "lp_ray", "problem": DIET.as_json(), "primal": ["2", "2"], "ray": ["1", "1"]}
    assert not verify_certificate(ray, DIET)
    assert not LinearProgram([-1], bounds=(None, 3)).recedes((F(1),))


def test_weak_duality_needs_signs_and_finite_bounds() -> None:
    assert dual_value(DIET, Dual((F(-1), F(0)), ())) is None
    assert dual_value(LinearProgram([1], bounds=(None, None)), Dual((), ())) is None
    assert dual_value(LinearProgram([-1], bounds=(None, 3)), Dual((), ())) == -3
    assert dual_value(LinearProgram([1], bounds=(None, 3)), Dual((), ())) is None


@st.composite
def programs(draw: st.DrawFn) -> LinearProgram:
    n, m, e = draw(st.integers(1, 4)), draw(st.integers(0, 4)), draw(st.integers(0, 2))
    number = st.builds(F, st.integers(-3, 3), st.integers(1, 3))
    vector = st.lists(number, min_size=n, max_size=n)
    ends = st.sampled_from([(0, None), (None, None), (None, 1), (-1, 2), (0, 1)])
    return LinearProgram(
        draw(vector),
        [draw(vector) for _ in range(m)],
        [draw(number) for _ in range(m)],
        [draw(vector) for _ in range(e)],
        [draw(number) for _ in range(e)],
        [draw(ends) for _ in range(n)],
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs())
def test_guess_and_exact_simplex_agree_and_prove_themselves(problem: LinearProgram) -> None:
    guessed, exact = minimise(problem), minimise(problem, solver=silent)
    assert guessed.status == exact.status != "unknown"
    assert guessed.value == exact.value
    for solution in (guessed, exact):
        assert solution.certificate is not None and verify_certificate(solution.certificate, problem)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(programs(), st.lists(st.integers(-2, 6), min_size=4, max_size=4), st.data())
def test_no_dual_point_exceeds_the_optimum(problem: LinearProgram, weights: list[int], data: Any) -> None:
    solution = minimise(problem)
    if solution.status != "optimal":
        assert solution.value is None
        return
    dual = Dual(tuple(F(w) for w in weights[: len(problem.b_ub)]), tuple(F(0) for _ in problem.b_eq))
    value = dual_value(problem, dual)
    assert solution.value is not None and (value is None or value <= solution.value)


def test_a_middle_sized_problem_is_solved_by_the_guess() -> None:
    n = 40
    rows = [[F((7 * i * j + 3 * i + j) % 11 - 4) for j in range(n)] for i in range(n)]
    problem = LinearProgram([(5 * j) % 13 - 6 for j in range(n)], rows, [20 + i for i in range(n)], bounds=(0, 7))
    solution = minimise(problem)
    assert solution.status == "optimal" and solution.method == "guess"
    assert solution.certificate is not None and verify_certificate(solution.certificate, problem, solution.value)


# --- bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1],), r"c\[0\] must be an int, a Fraction"),
        (([True],), r"c\[0\]"),
        ((["nan"],), r"c\[0\]"),
        ((["1/0"],), r"c\[0\]"),
        (([],), "at least one entry"),
        (([1], [[1, 2]], [1]), r"A_ub\[0\] must have 1 entries, got 2"),
        (([1], [[1]], [1, 2]), "b_ub must have 1 entries, got 2"),
        (([1], [[1]]), "b_ub must have 1 entries, got 0"),
        (([1], None, None, [[1]], [math.inf]), r"b_eq\[0\]"),
        (([1], None, None, None, None, [(2, 1)]), r"bounds\[0\] is empty"),
        (([1, 1, 1], None, None, None, None, [(2, 1)]), "bounds must be one"),
        (([1], None, None, None, None, [5]), r"bounds\[0\] must be a pair"),
    ],
)
def test_bad_input_is_named(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        minimise(*arguments)
    with pytest.raises(InputError, match="bound must be"):
        prove_lower_bound(DIET, 0.5, SCOPE, "")  # type: ignore[arg-type]


def test_solutions_are_values() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        minimise(DIET).value = F(0)  # type: ignore[misc]
