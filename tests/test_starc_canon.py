"""Canonicalisations: reference values, exact against batched floats, direct programs, and negative controls."""

from __future__ import annotations

import random
from fractions import Fraction

import cvxpy
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.evidence import Verdict
from proofs_checks.engines import lp
from proofs_checks.starc import canon, minimal
from proofs_checks.starc import instances as drawn
from proofs_checks.starc.minimal_programs import least_norm, least_norm_on_array
from proofs_checks.starc.reachable import mdp_data
from theory.starc import canon_claims, exact_canon
from theory.starc.canon_witnesses import levelled, minimal_form, moved
from theory.starc.definitions import canonicalisations, exact, metrics, regret

M1, R1, R2 = drawn.M1, drawn.M1_R1, drawn.M1_R2


def tensors(mdp, *rewards):
    """tau, mu0, gamma and rewards in float64, each with a leading axis of size 1."""
    near = mdp.as_float()
    arrays = [torch.tensor(np.array(R, dtype=float))[None] for R in rewards]
    return torch.tensor(near.transitions)[None], torch.tensor(near.initial)[None], near.discount, *arrays


def float_regret(mdp, R, S):
    tau, mu0, gamma, x, y = tensors(mdp, R, S)
    rates = [canonicalisations.expected_reward(tau, z) for z in (x, y)]
    return float(regret.worst_case_regret(tau, mu0, gamma, *rates).value)


def exact_regret(mdp, r, q):
    certificate = exact.worst_case_regret(mdp, r, q)
    assert exact.verify(certificate, mdp, r, q)
    return certificate.value


def test_levelling_of_the_reference_instance():
    F = Fraction
    first = [[F(-281, 481), F(281, 481)], [F(-799, 962), F(799, 962)]]
    second = [[F(-118, 481), F(118, 481)], [F(-303, 962), F(303, 962)]]
    assert exact_canon.value_adjusted_levelling(M1, R1) == first
    assert exact_canon.value_adjusted_levelling(M1, R2) == second
    flat = [[x for row in form for x in row] for form in (first, second)]
    sizes = [sum(map(abs, form)) for form in flat]
    assert sum(abs(x / sizes[0] - y / sizes[1]) for x, y in zip(*flat, strict=True)) == F(36556, 733579)
    peaks = [max(form) for form in flat]
    assert max(abs(x / peaks[0] - y / peaks[1]) for x, y in zip(*flat, strict=True)) == F(18278, 242097)
    inner = sum(x * y for x, y in zip(*flat, strict=True))
    squares = [sum(x * x for x in form) for form in flat]
    assert inner**2 / (squares[0] * squares[1]) == F(140421823441, 140755908725)


@pytest.mark.parametrize(
    ("form", "value"),
    [("value_adjusted_levelling", 0.04873313164649810), ("minimal_l2", 0.0503719745947011)],
)
def test_distances_of_the_reference_instance(form, value):
    tau, _, gamma, x, y = tensors(M1, R1, R2)
    forms = [getattr(canonicalisations, form)(tau, gamma, R) for R in (x, y)]
    assert float(metrics.starc_distance(*forms)) == pytest.approx(value, abs=1e-13)


def test_least_norms_of_the_reference_instance():
    norms = [exact_canon.squared_norm(exact_canon.minimal_l2(M1, R)) for R in (R1, R2)]
    assert norms == [Fraction(213085, 75546), Fraction(33649, 75546)]
    for norm, value in (("1", Fraction(1061, 348)), ("inf", Fraction(521, 670))):
        for program in (least_norm, least_norm_on_array):
            solution = lp.minimise(program(M1, R1, norm))
            assert solution.status == "optimal"
            assert solution.value == value
            assert lp.verify_certificate(solution.certificate, program(M1, R1, norm), value)


def test_exact_forms_agree_with_batched_floats():
    for case in canon.cases(3, 12):
        tau, _, gamma, R = tensors(case.mdp, case.R)
        policy = torch.tensor(np.array(case.policy, dtype=float))[None]
        level = canonicalisations.value_adjusted_levelling(tau, gamma, R, policy)[0, :, :, 0]
        ours = exact_canon.value_adjusted_levelling(case.mdp, case.R, case.policy)
        assert np.allclose(level, np.array(ours, dtype=float), atol=1e-11)
        least = canonicalisations.minimal_l2(tau, gamma, R)[0]
        assert np.allclose(least, np.array(exact_canon.minimal_l2(case.mdp, case.R), dtype=float), atol=1e-11)


@settings(max_examples=30, deadline=None)
@given(
    states=st.integers(1, 6),
    actions=st.integers(1, 4),
    gamma=st.sampled_from([0.0, 0.5, 0.95, 0.999]),
    sparsity=st.sampled_from([0.0, 0.7]),
    seed=st.integers(0, 2**31),
)
def test_forms_of_drawn_arrays(states, actions, gamma, sparsity, seed):
    """Invariance under shaping and redistribution, linearity and idempotence in float64."""
    draw = torch.Generator().manual_seed(seed)
    shape = (8, states, actions, states)
    tau = torch.rand(shape, generator=draw, dtype=torch.float64)
    tau = tau * (torch.rand(shape, generator=draw) >= sparsity) + 1e-3 * torch.eye(states)[:, None, :]
    tau = tau / tau.sum(-1, keepdim=True)
    R, S, noise = (torch.randn(shape, generator=draw, dtype=torch.float64) for _ in range(3))
    noise = noise - (tau * noise).sum(-1, keepdim=True)
    potential = torch.randn(8, states, generator=draw, dtype=torch.float64)
    other = canonicalisations.shape(gamma, R, potential) + noise
    tolerance = 1e-10 / (1 - gamma)
    for form in (canonicalisations.value_adjusted_levelling, canonicalisations.minimal_l2):
        first, second = form(tau, gamma, R), form(tau, gamma, S)
        assert torch.allclose(form(tau, gamma, other), first, atol=tolerance)
        assert torch.allclose(form(tau, gamma, R - 2 * S), first - 2 * second, atol=tolerance)
        assert torch.allclose(form(tau, gamma, first.contiguous()), first, atol=tolerance)
    least = metrics.lp_norm(canonicalisations.minimal_l2(tau, gamma, R), "2")
    assert bool((least <= metrics.lp_norm(other, "2") + 1e-9).all())


def test_canonical_forms_have_no_regret_to_their_reward():
    for case in canon.cases(5, 8):
        r = case.mdp.expected_reward(case.R)
        for form in (
            exact_canon.value_adjusted_levelling(case.mdp, case.R, case.policy),
            case.mdp.expected_reward(exact_canon.minimal_l2(case.mdp, case.R)),
        ):
            assert exact_regret(case.mdp, r, form) == exact_regret(case.mdp, form, r) == 0


def test_minimal_l2_meets_its_optimality_condition():
    for case in canon.cases(6, 8):
        r = [x for row in case.mdp.expected_reward(exact_canon.minimal_l2(case.mdp, case.R)) for x in row]
        weights = [1 / sum(p * p for p in row) for block in case.mdp.transitions for row in block]
        for column in zip(*exact_canon.shaping_matrix(case.mdp), strict=True):
            assert sum(m * w * q for m, w, q in zip(column, weights, r, strict=True)) == 0


def test_minimal_l2_against_a_program_on_the_whole_array():
    for case in canon.cases(7, 3):
        mdp = case.mdp
        n, size = mdp.n_states, mdp.n_states * mdp.n_actions
        tau = np.array(mdp.transitions, dtype=float).reshape(size, n)
        r = np.array(mdp.expected_reward(case.R), dtype=float).reshape(size)
        matrix = np.array(exact_canon.shaping_matrix(mdp), dtype=float)
        potential, reward = cvxpy.Variable(n), cvxpy.Variable((size, n))
        equal = [cvxpy.sum(cvxpy.multiply(tau, reward), axis=1) + matrix @ potential == r]
        problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(reward)), equal)
        problem.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
        ours = exact_canon.minimal_l2(mdp, case.R)
        norm = float(exact_canon.squared_norm(ours))
        assert problem.value == pytest.approx(norm, rel=1e-9, abs=1e-9)
        assert np.allclose(reward.value, np.array(ours, dtype=float).reshape(size, n), atol=1e-6)


@pytest.mark.parametrize("norm", ["1", "inf"])
def test_reduced_programs_have_the_value_of_those_on_the_array(norm):
    for case in canon.cases(8, 4):
        values = [lp.minimise(program(case.mdp, case.R, norm)).value for program in (least_norm, least_norm_on_array)]
        assert values[0] is not None
        assert values[0] == values[1]


def test_two_arms_have_many_representatives_of_least_l1_norm():
    mdp = drawn.bandit(2)
    values = [lp.minimise(least_norm(mdp, drawn.arm_rewards([k, k + 1]), "1")).value for k in (0, -1, Fraction(-1, 3))]
    assert values == [1, 1, 1]


def test_redistribution_moves_the_form_without_the_mean():
    noise = [[[Fraction(1), Fraction(-1)], [Fraction(0)] * 2], [[Fraction(0)] * 2] * 2]
    other = moved(R1, noise, Fraction(1))
    assert exact_regret(M1, M1.expected_reward(R1), M1.expected_reward(other)) == 0
    tau, _, gamma, x, y = tensors(M1, R1, other)
    entrywise = [canonicalisations.value_potential(tau, gamma, R) for R in (x, y)]
    assert float(metrics.starc_distance(*entrywise)) == pytest.approx(0.3297215390, abs=5e-11)
    level = [canonicalisations.value_adjusted_levelling(tau, gamma, R) for R in (x, y)]
    assert float(metrics.starc_distance(*level)) == pytest.approx(0.0, abs=1e-14)


PARTNERS = {partner.name: partner for partner in canon_claims.minimal_l2.refutations}


def test_what_public_code_computes_has_regret_to_its_reward():
    partner = PARTNERS["public code: default successor q/p - rest"]
    draw = random.Random(1)
    mdp = drawn.random_mdp(draw, "dense", 3, 2)
    worst = {}
    for name, subject in (
        ("ours", canon_claims.minimal_l2.subject),
        ("public", canon_claims.minimal_l2.partner(partner)),
    ):
        formulas = {role: subject[role].mpmath for role in ("weight", "spread", "default")}
        regrets = []
        for _ in range(4):
            R = drawn.random_reward(draw, mdp)
            form = minimal_form(mdp_data(mdp), formulas, R)
            plain = [[[float(x) for x in row] for row in block] for block in form]
            regrets.append(max(float_regret(mdp, R, plain), float_regret(mdp, plain, R)))
        worst[name] = max(regrets)
    assert worst["ours"] < 1e-12
    assert worst["public"] > 1e-3


def test_values_of_the_optimal_policy_keep_everything_but_linearity():
    case = canon.cases(9, 3)[2]
    formulas = {"canonical": canon_claims.canonical.mpmath}
    data = {**mdp_data(case.mdp, policy=case.policy), "successors": "mean", "valued": "optimal"}
    forms = [levelled(data, formulas, R) for R in (case.R, case.moved)]
    assert max(abs(x) for x in np.ravel(np.array(moved(*forms, -1), dtype=float))) < 1e-14
    form = [[[float(x) for x in row] for row in block] for block in forms[0]]
    assert float_regret(case.mdp, case.R, form) < 1e-12


@pytest.mark.parametrize("factor", [Fraction(99, 100), Fraction(101, 100)])
@pytest.mark.parametrize("part", canon_claims.val.parts)
def test_levelling_derivations_bear_no_factor(part, factor):
    subject = canon_claims.val.subject
    assert canon._derivation(subject, part, part).verdict is Verdict.HOLDS
    wrong = canon._derivation(subject.replace(canonical=subject["canonical"].scaled(factor)), part, part)
    assert wrong.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("role", ["weight", "spread", "default"])
def test_minimal_derivations_bear_no_factor(role):
    subject = canon_claims.minimal_l2.subject
    assert minimal._minimal(subject).verdict is Verdict.HOLDS
    wrong = subject.replace(**{role: subject[role].scaled(Fraction(101, 100))})
    assert minimal._minimal(wrong).verdict is Verdict.INCONCLUSIVE
