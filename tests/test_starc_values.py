"""Reference values of two small environments, and worst-case regret in float64 beside Q and linear programs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import linprog

from theory.starc import exact_canon, exact_epic
from theory.starc.compare import compare
from theory.starc.definitions import exact
from theory.starc.definitions.mdp import RationalMDP, TabularMDP
from theory.starc.definitions.regret import worst_case_regret
from theory.starc.definitions.returns import optimal_actions, range_norm, returns_of, shaping_matrix
from theory.starc.random_mdps import random_rewards, sparse_transitions


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small matrices: more threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def rationals(values: Any) -> Any:
    return [rationals(x) for x in values] if isinstance(values, list) else Fraction(values)


def fractions(text: str) -> list[Fraction]:
    return [Fraction(x) for x in text.split()]


M1 = RationalMDP(
    rationals([[["1/2", "1/2"], ["1/4", "3/4"]], [["1/5", "4/5"], [1, 0]]]), fractions("1/2 1/2"), Fraction(9, 10)
)
R1 = rationals([[[1, 0], [0, 2]], [[0, 1], [3, -1]]])
R2 = rationals([[[0, 1], [1, 1]], [[2, 0], [1, 5]]])
LOW, HIGH = M1.expected_reward(R1), M1.expected_reward(R2)
POLICIES = [list(actions) for actions in itertools.product(range(2), repeat=2)]


def test_rows_1_to_4_returns_and_ranges() -> None:
    assert [x for row in LOW for x in row] == fractions("1/2 3/2 4/5 3")
    assert [x for row in HIGH for x in row] == fractions("1/2 1 2/5 1")
    assert [exact.return_of(M1, LOW, p) for p in POLICIES] == fractions("515/73 395/29 1850/191 1440/67")
    assert [exact.return_of(M1, HIGH, p) for p in POLICIES] == fractions("315/73 195/29 1040/191 10")
    assert [exact.range_norm(M1, r) for r in (LOW, HIGH)] == fractions("70615/4891 415/73")


def test_rows_5_to_9_regret_and_its_certificate() -> None:
    there, back = exact.worst_case_regret(M1, LOW, HIGH), exact.worst_case_regret(M1, HIGH, LOW)
    assert [there.value, there.multiplier] == fractions("52706/1228701 521/201")
    assert [back.value, back.multiplier] == fractions("52706/1254047 201/521")
    first, second = ([[x / exact.range_norm(M1, r) for x in row] for row in r] for r in (LOW, HIGH))
    assert exact.range_norm(M1, exact.combine(first, second, Fraction(1))) == Fraction(308651884, 6492865651)
    assert [there.upper, there.lower] == [fractions("-24620/5829 -19780/5829"), fractions("-980/201 -800/201")]
    assert there.regret == Fraction(3610, 5829)
    assert [there.left, there.right] == [([0, 1], [1, 0]), ([0, 1], [1, 1])]
    assert exact.verify(there, M1, LOW, HIGH) and exact.verify(back, M1, HIGH, LOW)


def test_rows_10_to_13_canonical_forms() -> None:
    levelled = [exact_canon.value_adjusted_levelling(M1, R) for R in (R1, R2)]
    assert levelled == [
        [fractions("-281/481 281/481"), fractions("-799/962 799/962")],
        [fractions("-118/481 118/481"), fractions("-303/962 303/962")],
    ]
    flat = [[x for row in form for x in row] for form in levelled]
    sums, peaks = [sum(map(abs, x)) for x in flat], [max(x) for x in flat]
    assert sum(abs(x / sums[0] - y / sums[1]) for x, y in zip(*flat, strict=True)) == Fraction(36556, 733579)
    assert max(abs(x / peaks[0] - y / peaks[1]) for x, y in zip(*flat, strict=True)) == Fraction(18278, 242097)
    inner, squares = sum(x * y for x, y in zip(*flat, strict=True)), [sum(x * x for x in form) for form in flat]
    assert inner**2 / (squares[0] * squares[1]) == Fraction(140421823441, 140755908725)
    least = [exact_canon.squared_norm(exact_canon.minimal_l2(M1, R)) for R in (R1, R2)]
    assert least == fractions("213085/75546 33649/75546")


@pytest.mark.parametrize(("norm", "value"), [("1", "1061/348"), ("inf", "521/670")])
def test_row_13_least_norms_by_linear_programs(norm: str, value: str) -> None:
    """min over Phi of the norm of w (r - M Phi): w = 1/max tau for L1, 1 for Linf."""
    mdp = M1.as_float()
    M, r = mdp.shaping_matrix(), np.array([[float(x) for x in row] for row in LOW]).ravel()
    w = 1 / mdp.transitions.max(2).ravel() if norm == "1" else np.ones(4)
    slack = np.eye(4) if norm == "1" else np.ones((4, 1))
    rows = np.vstack([np.hstack([s * w[:, None] * M, -slack]) for s in (1, -1)])
    cost = np.concatenate([np.zeros(2), np.ones(slack.shape[1])])
    found = linprog(cost, A_ub=rows, b_ub=np.concatenate([w * r, -w * r]), bounds=(None, None))
    assert found.fun == pytest.approx(float(Fraction(value)), abs=1e-12)


def test_rows_14_to_16_epic_and_dard() -> None:
    epic, dard = ([form(M1, R) for R in (R1, R2)] for form in (exact_epic.epic, exact_epic.dard))
    assert exact_epic.flat(epic[0]) == fractions("1/4 -3/4 -3/4 5/4 -3/4 1/4 9/4 -7/4")
    assert exact_epic.flat(dard[0]) == fractions("81/160 -211/400 -79/160 589/400 -19/10 63/125 11/10 -187/125")
    means = [sum(exact_epic.flat(form), Fraction(0)) / 8 for form in epic]
    x, y = ([v - mean for v in exact_epic.flat(form)] for form, mean in zip(epic, means, strict=True))
    inner, squares = sum(u * v for u, v in zip(x, y, strict=True)), [sum(u * u for u in z) for z in (x, y)]
    assert inner < 0 and inner**2 / (squares[0] * squares[1]) == Fraction(5625, 15203)


def test_rows_17_and_18_rollout_and_constants() -> None:
    for r, other in ((LOW, HIGH), (HIGH, LOW)):
        best, wrong = (exact.optimal_policy(M1, x)[0] for x in (r, other))
        assert exact.return_of(M1, r, best) == exact.return_of(M1, r, wrong)
    visits = [[sum(row) for row in exact.occupancy_of(M1, p)] for p in POLICIES]
    least = min(min(row) for row in visits)
    assert least == Fraction(460, 191)
    assert float(2 / ((1 - M1.discount) * least)) == pytest.approx(8.304347826, abs=1e-9)
    assert float(least * (1 - M1.discount) / 4) == pytest.approx(0.0602094241, abs=1e-10)


def test_stay_or_switch() -> None:
    mdp = TabularMDP(np.array([[[1.0, 0], [0, 1.0]], [[0, 1.0], [1.0, 0]]]), np.array([0.5, 0.5]), 0.9)
    first, second = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    first[0, 1, 1] = second[0, 1, 1] = 1
    second[1, 0, 1] = 2
    found = compare(mdp, first, second)
    assert (found.regret.value, found.regret.multiplier) == (pytest.approx(1, abs=1e-12), 0)
    assert found.back.value == pytest.approx(38 / 39, abs=1e-12)
    assert [found.regret.rollout, found.back.rollout] == pytest.approx([9 / 10, 29 / 39], abs=1e-12)
    values = [1.5170741929748570, 1.5843842109192534, 641 / 390, 0.6116819619958646, 0.5976525345374893]
    assert list(found.distances.values()) == pytest.approx(values, abs=1e-12)


# Batched Newton steps


def batch(states: int, actions: int, gamma: float, count: int, seed: int) -> tuple[torch.Tensor, ...]:
    """tau, mu0 and expected rewards: the second one between the first and an independent one, some special ones."""
    draw = np.random.default_rng(seed)
    drawn = sparse_transitions(draw, count, states, actions)
    first, second = (torch.as_tensor(random_rewards(draw, drawn, gamma)) for _ in range(2))
    tau = torch.as_tensor(drawn)
    t = torch.from_numpy(draw.random(count))[:, None, None, None]
    second = (1 - t) * first + t * second
    second[0], second[1], second[2], second[3], first[4] = 0, -first[1], 3 * first[2], first[3] + 7, 0
    mu0 = torch.full((count, states), 1 / states, dtype=torch.float64)
    return tau, mu0, (tau * first).sum(-1), (tau * second).sum(-1)


def by_linear_program(tau: np.ndarray, mu0: np.ndarray, gamma: float, r1: np.ndarray, r2: np.ndarray) -> float:
    """min mu0.(V - U) with M V >= r1 - lam r2 >= M U, lam >= 0."""
    n = len(mu0)
    M = TabularMDP(tau, mu0, gamma).shaping_matrix()
    none, r2 = np.zeros_like(M), r2.reshape(-1, 1)
    rows = np.vstack([np.hstack([-M, none, -r2]), np.hstack([none, M, r2])])
    right = np.concatenate([-r1.ravel(), r1.ravel()])
    free = [(None, None)] * (2 * n)
    cost = np.concatenate([mu0, -mu0, [0.0]])
    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return float(linprog(cost, A_ub=rows, b_ub=right, bounds=[*free, (0, None)], options=tight).fun)


@pytest.mark.parametrize(
    ("states", "actions", "gamma", "count"), [(2, 2, 0.9, 24), (8, 3, 0.0, 24), (6, 3, 0.99, 24), (32, 4, 0.95, 12)]
)
def test_newton_agrees_with_the_linear_program(states: int, actions: int, gamma: float, count: int) -> None:
    tau, mu0, r1, r2 = batch(states, actions, gamma, count, states)
    found = worst_case_regret(tau, mu0, gamma, r1, r2)
    for index in range(count):
        if index == 4:
            assert found.value[index] == 0
            continue
        arrays = (x[index].numpy() for x in (r1, r2))
        expected = by_linear_program(tau[index].numpy(), mu0[index].numpy(), gamma, *arrays)
        assert float(found.value[index]) == pytest.approx(expected / float(found.h1[index]), abs=1e-9)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.95, 0.999])
def test_float_certificates(gamma: float) -> None:
    """Bounds hold for every state and action, meet at W, and the mixture of policies attains it."""
    tau, mu0, r1, r2 = batch(12, 3, gamma, 64, 9)
    found = worst_case_regret(tau, mu0, gamma, r1, r2)
    M, q = shaping_matrix(tau, gamma), r1 - found.multiplier[:, None, None] * r2
    size = 1e-10 * (1 + q.abs().amax((1, 2)))[:, None, None] / (1 - gamma)
    assert bool((torch.einsum("bsat,bt->bsa", M, found.upper) >= q - size).all())
    assert bool((torch.einsum("bsat,bt->bsa", M, found.lower) <= q + size).all())
    assert bool((found.multiplier >= 0).all()) and bool(((found.theta >= 0) & (found.theta <= 1)).all())
    gaps = []
    for r in (r1, r2):
        left, right = (
            returns_of(tau, mu0, gamma, r, pair[:, 0]) - returns_of(tau, mu0, gamma, r, pair[:, 1])
            for pair in (found.left, found.right)
        )
        gaps.append(found.theta * left + (1 - found.theta) * right)
    some = torch.arange(64) != 4
    bound = (mu0 * (found.upper - found.lower)).sum(-1) / found.h1
    assert torch.allclose(bound[some], found.value[some], rtol=0, atol=1e-10)
    assert torch.allclose((gaps[0] / found.h1)[some], found.value[some], rtol=0, atol=1e-10)
    assert bool((gaps[1] <= 1e-10 * (found.h2 + r2.abs().amax((1, 2)) / (1 - gamma))).all())


def test_batches_do_not_matter() -> None:
    """One pair alone has the regret that it has among others, whichever end first."""
    tau, mu0, r1, r2 = batch(10, 3, 0.95, 20, 3)
    together = worst_case_regret(tau, mu0, 0.95, r1, r2)
    for k in range(20):
        one = slice(k, k + 1)
        alone = worst_case_regret(tau[one], mu0[one], 0.95, r1[one], r2[one])
        assert float(alone.value) == pytest.approx(float(together.value[k]), abs=1e-13)


def test_ties_among_integers_end() -> None:
    """Bandits and small integer rewards, where every breakpoint is a tie: float64 equals the rationals."""
    draw = np.random.default_rng(0)
    tau = torch.ones(200, 1, 4, 1, dtype=torch.float64)
    r1, r2 = (torch.from_numpy(draw.integers(0, 3, (200, 1, 4)).astype(float)) for _ in range(2))
    found = worst_case_regret(tau, tau[:, :, 0, 0], 0.5, r1, r2)
    assert found.steps < 10
    bandit = RationalMDP(rationals([[[1]] * 4]), [Fraction(1)], Fraction(1, 2))
    for k in range(60):
        proof = exact.worst_case_regret(bandit, rationals(r1[k].int().tolist()), rationals(r2[k].int().tolist()))
        assert float(found.value[k]) == pytest.approx(float(proof.value), abs=1e-12)


def test_optimal_policies_against_all_of_them() -> None:
    tau, mu0, r, _ = batch(4, 3, 0.9, 16, 5)
    every = torch.tensor(list(itertools.product(range(3), repeat=4)))
    values = torch.stack([returns_of(tau, mu0, 0.9, r, p.expand(16, -1)) for p in every])
    h, best, worst = range_norm(tau, mu0, 0.9, r)
    assert torch.allclose(h, values.amax(0) - values.amin(0), rtol=0, atol=1e-10)
    assert torch.allclose(returns_of(tau, mu0, 0.9, r, best), values.amax(0), rtol=0, atol=1e-10)
    assert torch.allclose(returns_of(tau, mu0, 0.9, r, optimal_actions(tau, 0.9, -r)), values.amin(0), atol=1e-10)
    started = optimal_actions(tau, 0.9, r, start=worst)
    assert torch.allclose(returns_of(tau, mu0, 0.9, r, started), values.amax(0), rtol=0, atol=1e-10)
