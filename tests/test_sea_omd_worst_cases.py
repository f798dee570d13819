"""Worst cases of optimistic mirror descent: reference values, programs, and each role attacked by 1 per cent."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.linalg import eigh
from scipy.optimize import minimize_scalar

from plumbline import standing, witness
from plumbline.evidence import Coverage, Strength, Verdict
from plumbline.nouns import Check, Claim
from proofs_checks.engines import sdp
from proofs_checks.sea_omd import adaptive, unprojected, worst_case
from simulations.sea_omd import worst_cases
from theory.sea_omd import adaptive_claims, adaptive_witnesses, worst_case_claims, worst_case_witnesses

CASES: list[tuple[Claim, Check, Strength]] = [
    (worst_case_claims.any_step, worst_case.any_step, Strength.SYMBOLIC),
    (worst_case_claims.constant_step, worst_case.constant_step, Strength.SYMBOLIC),
    (worst_case_claims.constant_step_values, worst_case.constant_step_values, Strength.CERTIFIED),
    (adaptive_claims.adaptive_constant, adaptive.adaptive_constant, Strength.SYMBOLIC),
    (adaptive_claims.unprojected_step, unprojected.unprojected_step, Strength.SYMBOLIC),
]
EXACT = [
    (claim, check, role, factor)
    for claim, check, _ in CASES
    for role in claim.subject.formulas
    for factor in (F(99, 100), F(101, 100))
    if (claim, factor) != (worst_case_claims.any_step, F(101, 100))
]


@pytest.mark.parametrize(("claim", "check", "strength"), CASES, ids=[case[0].id for case in CASES])
def test_the_claim_holds_on_its_whole_domain(claim: Claim, check: Check, strength: Strength) -> None:
    judged = standing.judge(claim, check(claim.subject))
    assert judged.verdict is Verdict.HOLDS, judged.reason
    assert judged.coverage is Coverage.WHOLE and judged.strength is strength


@pytest.mark.parametrize(("claim", "check", "strength"), CASES, ids=[case[0].id for case in CASES])
def test_wrong_partners_are_rejected_with_a_witness(claim: Claim, check: Check, strength: Strength) -> None:
    for partner in claim.refutations:
        found = check(claim.partner(partner))[-1]
        assert found.verdict is Verdict.VIOLATED and found.witness is not None, partner.name
        assert witness.confirms("sea_omd", found.witness.as_json()), partner.name


@pytest.mark.parametrize(("claim", "check", "role", "factor"), EXACT, ids=[f"{c.id}-{r}-{f}" for c, _, r, f in EXACT])
def test_every_role_is_attacked_from_both_sides(claim: Claim, check: Check, role: str, factor: F) -> None:
    found = check(claim.subject.replace(**{role: claim.subject[role].scaled(factor)}))[-1]
    assert found.verdict is Verdict.VIOLATED and found.witness is not None


# --- the constant step ------------------------------------------------------------------------------------


def test_the_tuned_value_is_one_for_twenty_rounds() -> None:
    for rounds in range(1, 21):
        solution = sdp.enclose(worst_case.program(rounds, F(1), F(1)))
        assert solution.lower == solution.upper == 1
        assert solution.dual is not None and solution.dual.ub == (F(1, 2), F(1, 2))


def by_eigenvalues(rounds: int, eta: float) -> float:
    """min over s of the largest eigenvalue of the regret relative to s |u|^2 + (1 - s) variation, built by playing."""
    size = rounds + 1
    maps = np.eye(size)
    u, slopes = maps[0], maps[1:]
    lazy, last = np.zeros(size), np.zeros(size)
    regret, variation = np.zeros((size, size)), np.zeros((size, size))
    for g in slopes:
        x = lazy - eta * last
        regret += np.outer(g, x - u)
        variation += np.outer(g - last, g - last)
        lazy, last = lazy - eta * g, g
    regret = (regret + regret.T) / 2

    def largest(s: float) -> float:
        return float(eigh(regret, s * np.outer(u, u) + (1 - s) * variation, eigvals_only=True)[-1])

    return float(minimize_scalar(largest, bounds=(0.02, 0.98), method="bounded", options={"xatol": 1e-10}).fun)


@pytest.mark.parametrize(("step", "rounds"), list(worst_case_claims.TABLE))
def test_the_table_agrees_with_an_eigenvalue_problem(step: str, rounds: int) -> None:
    value = by_eigenvalues(rounds, float(F(step)))
    assert value == pytest.approx(float(worst_case_claims.TABLE[step, rounds]), abs=1e-6)
    assert value <= (float(F(step)) + 1 / float(F(step))) / 2


@pytest.mark.parametrize(
    ("step", "values"),
    [
        ("1/2", {1: 1.000000, 2: 1.190032, 3: 1.205871, 5: 1.217861, 10: 1.230559, 20: 1.239091}),
        ("2", {1: 1.000000, 2: 1.203734, 3: 1.209473, 5: 1.219272, 10: 1.230889, 20: 1.239152}),
    ],
)
def test_reference_values(step: str, values: dict[int, float]) -> None:
    for rounds, value in values.items():
        assert float(worst_case_claims.TABLE[step, rounds]) == pytest.approx(value, abs=1e-6)


def test_the_slack_of_the_witness_is_that_of_the_program() -> None:
    for rounds, eta, hint in ((1, F(1), F(1)), (4, F(2, 3), F(1)), (3, F(2), F(0))):
        data = {"eta": str(eta), "hint": str(hint), "rounds": rounds, "multipliers": ["3/5", "7/8"]}
        slack = worst_case.program(rounds, eta, hint).slack([F(3, 5), F(7, 8)], [])
        assert worst_case_witnesses.slack_of_step(data) == [list(row) for row in slack]


def test_elimination_decides_semidefiniteness() -> None:
    semidefinite = worst_case_witnesses.semidefinite
    assert semidefinite([[F(0), F(0)], [F(0), F(1)]]) and semidefinite([[F(1), F(1)], [F(1), F(1)]])
    assert not semidefinite([[F(0), F(1)], [F(1), F(1)]]) and not semidefinite([[F(1), F(2)], [F(2), F(3)]])


# --- the adaptive step ------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", adaptive.SHORT)
def test_totals_are_those_of_the_path(data: dict[str, Any]) -> None:
    with mpmath.workdps(40):
        played, totals = adaptive_witnesses.path_play(data), adaptive_witnesses.path_totals(data)
        for name in ("cycles", "run", "middle", "V"):
            assert mpmath.almosteq(played[name], totals[name], 1e-35), name


def by_floats(n: int, cycles: int, beta: float, c: float = 1.0) -> float:
    """Regret over sqrt(4 + V) of the path, played in two coordinates with projections, D = G = 1, delta = 0."""
    b = beta / (1 + c)
    w = c * b * (1 + 1 / n) / 2
    ends = np.array([w, np.sqrt(1 - w * w)])
    slopes = [-b / n] * n + [b] + [b * (n - j) / n for j in range(1, n + 1)]
    path = [np.array([g, 0.0]) for _ in range(cycles) for g in slopes]
    leader, hint, V, regret = np.zeros(2), np.zeros(2), 0.0, 0.0
    u = np.array([0.0, ends[1]])
    while path or leader[1] < ends[1]:
        g = path.pop(0) if path else np.array([0.0, -1.0])
        eta = c / np.sqrt(4 + V)
        regret += float(g @ (np.clip(leader - eta * hint, 0, ends) - u))
        leader = np.clip(leader - eta * g, 0, ends)
        V, hint = V + float((g - hint) @ (g - hint)), g
    return regret / np.sqrt(4 + V)


@pytest.mark.parametrize(("n", "cycles", "beta"), [(2, 3, 1.0), (6, 50, 0.7), (10, 400, 1.0)])
def test_ratios_agree_with_a_float_simulation(n: int, cycles: int, beta: float) -> None:
    data = {"n": n, "N": cycles, "beta": str(F(beta).limit_denominator(10)), "c": "1", "delta": "0"}
    with mpmath.workdps(30):
        found = adaptive_witnesses.path_totals(data)
        ratio = (found["cycles"] + found["run"]) / mpmath.sqrt(4 + found["V"])
    assert by_floats(n, cycles, beta) == pytest.approx(float(ratio), abs=1e-9)


def test_the_search_of_the_literature_is_passed() -> None:
    """Ratios at c = 1: above 1.078 after 9,000 rounds, above 1.49 for long paths; never above 3/2."""
    ratios = {}
    for n, cycles, beta in ((5, 818, "1"), (20, 10**4, "1"), (500, 10**14, "1/50")):
        data = {"n": n, "N": cycles, "beta": beta, "c": "1", "delta": "0"}
        with mpmath.workdps(40):
            found = adaptive_witnesses.path_totals(data)
            ratios[n] = (found["cycles"] + found["run"]) / mpmath.sqrt(4 + found["V"])
    assert (
        ratios[5] > mpmath.mpf("1.078")
        and ratios[500] > mpmath.mpf("1.49")
        and all(ratio < 1.5 for ratio in ratios.values())
    )


def test_paths_inside_an_interval_gain_as_one_step_does() -> None:
    """No leader is projected before the end: regret <= (3c/4 + 1/(2c)) D sqrt(4 + V) + c D G/8."""
    for before, shift, turns in ((100, 6, 9000), (100, 8, 90_000), (1000, 18, 900_000)):
        regret, variation, _ = worst_cases.play_interval(before, shift, turns, 10**7)
        bound = 1.25 * np.sqrt(4 + variation)
        assert 0.9 * bound < regret <= bound + 1 / 8


# --- tables ------------------------------------------------------------------------------------------------


def test_the_curves_meet_their_bound_at_the_tuned_step_only() -> None:
    settings = worst_cases.CurveSettings(shards=1, rounds=[1, 2, 20], largest=4.0, points=9)
    table = worst_cases.constant_step_curves(settings, 0, np.random.SeedSequence(0), "cpu")
    assert len(table) == 27 and (table["regret"] <= table["bound"] + 1e-9).all()
    tuned = table[table["step"] == 1]
    assert np.allclose(tuned["regret"], 1, atol=1e-8)
    assert (table.query("step < 0.9 or step > 1.1")["regret"] < table.query("step < 0.9 or step > 1.1")["bound"]).all()
    for (step, rounds), value in worst_case_claims.TABLE.items():
        if rounds in (1, 2, 20):
            row = table[(table["rounds"] == rounds) & np.isclose(table["step"], float(F(step)))]
            assert float(row["regret"].iloc[0]) == pytest.approx(float(value), abs=1e-6)


def test_the_ladder_rises_towards_its_limits() -> None:
    settings = worst_cases.LadderSettings(shards=1, first=100, last=100_000, points=4)
    table = worst_cases.adaptive_ladder(settings, 0, np.random.SeedSequence(0), "cpu")
    assert set(table["family"]) == {"interval", "rectangle"} and (table["ratio"] < table["limit"]).all()
    for _, rows in table.groupby("family"):
        assert rows["ratio"].is_monotonic_increasing
    assert float(table[table["family"] == "rectangle"]["ratio"].max()) > 1.28
