"""EPIC and DARD: reference values, exact families, torch against rationals, and bad input."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch

from plumbline import catalogue
from plumbline.errors import InputError
from plumbline.evidence import Verdict
from plumbline.nouns import Effort
from proofs_checks.starc import dard as dard_checks
from proofs_checks.starc import epic as epic_checks
from proofs_checks.starc import epic_bound, epic_families
from proofs_checks.starc.instances import M1, M1_R1, M1_R2, random_mdp, random_reward, shaped
from theory.starc import dard_claims, epic_bounds, epic_claims, exact_epic
from theory.starc import epic_witnesses as definitions
from theory.starc.definitions import canonicalisations, metrics
from theory.starc.definitions.mdp import RationalMDP

CHECKS = {
    "starc.epic.canon": (epic_checks.canon, epic_claims.canon),
    "starc.epic.half_l2": (epic_checks.half_l2, epic_claims.half_l2),
    "starc.epic.upper_bound": (epic_bound.upper_bound, epic_claims.upper_bound),
    "starc.dard.kernel": (dard_checks.kernel, dard_claims.kernel),
    "starc.dard.not_equivalent": (dard_checks.not_equivalent, dard_claims.not_equivalent),
}
TOY = RationalMDP([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], [Fraction(1, 2)] * 2, Fraction(9, 10))
TOY_R1 = [[[0, 0], [0, 1]], [[0, 0], [0, 0]]]
TOY_R2 = [[[0, 0], [0, 1]], [[0, 2], [0, 0]]]


def distance(canonical, mdp, one, two, coverage=None):
    return exact_epic.pearson_distance(canonical(mdp, one), canonical(mdp, two), coverage)


def test_reference_row_14_canonical_epic():
    wanted = [Fraction(v, 4) for v in (1, -3, -3, 5, -3, 1, 9, -7)]
    assert exact_epic.flat(exact_epic.epic(M1, M1_R1)) == wanted


def test_reference_row_15_epic_distance():
    found = distance(exact_epic.epic, M1, M1_R1, M1_R2)
    assert found.signed_square == -Fraction(5625, 15203)
    assert float(found.mpmath()) == pytest.approx(0.896735832206738, abs=1e-14)
    assert found.square is None


def test_reference_row_16_canonical_dard_and_distance():
    wanted = ["81/160", "-211/400", "-79/160", "589/400", "-19/10", "63/125", "11/10", "-187/125"]
    assert exact_epic.flat(exact_epic.dard(M1, M1_R1)) == [Fraction(v) for v in wanted]
    assert float(distance(exact_epic.dard, M1, M1_R1, M1_R2).mpmath()) == pytest.approx(0.8865288976985456, abs=1e-14)


def test_toy_distances():
    assert float(distance(exact_epic.epic, TOY, TOY_R1, TOY_R2).mpmath()) == pytest.approx(
        0.6116819619958646, abs=1e-14
    )
    assert float(distance(exact_epic.dard, TOY, TOY_R1, TOY_R2).mpmath()) == pytest.approx(
        0.5976525345374893, abs=1e-14
    )


@pytest.mark.parametrize("eps, value", [("1/10", 0.0499376169), ("1/100", 0.0049999375)])
@pytest.mark.parametrize("kind", ["EPIC", "DARD"])
def test_opposed_family(eps, value, kind):
    data = epic_families.OPPOSED.data(kind, Fraction(eps), Fraction(9, 10), [Fraction(1, 2)] * 2)
    assert float(definitions.distance(data)) == pytest.approx(value, abs=1e-10)
    assert float(epic_bounds.rewards_opposed.mpmath(eps=Fraction(eps))) == pytest.approx(value, abs=1e-10)
    assert definitions.stated_regret({**data, "regret": "1"}, {}) == (1, 1)
    assert definitions.distance({**data, "canonical": "VAL"}) == pytest.approx(2)
    mdp = RationalMDP(epic_families.UNIFORM, [Fraction(1, 2)] * 2, Fraction(9, 10))
    rewards = epic_families.opposed(Fraction(eps), None)
    square = Fraction(eps) ** 2 / (4 + Fraction(eps) ** 2)
    for canonical in (exact_epic.epic, exact_epic.dard):
        assert distance(canonical, mdp, *rewards).square == square


@pytest.mark.parametrize("t, value", [(1, 0.5257311121), (10, 0.6892250659)])
@pytest.mark.parametrize("kind", ["EPIC", "DARD"])
def test_redistributed_family(t, value, kind):
    data = epic_families.REDISTRIBUTED.data(kind, Fraction(t), Fraction(1, 2), [Fraction(1), Fraction(0)])
    assert float(definitions.distance(data)) == pytest.approx(value, abs=1e-10)
    assert float(epic_bounds.rewards_redistributed.mpmath(t=t)) == pytest.approx(value, abs=1e-10)
    assert definitions.stated_regret({**data, "regret": "0"}, {}) == (0, 0)
    assert definitions.distance({**data, "canonical": "VAL"}) == 0
    rewards = epic_families.redistributed(Fraction(t), None)
    mdp = RationalMDP(epic_families.UNIFORM, [Fraction(1, 2)] * 2, Fraction(1, 2))
    assert distance(exact_epic.dard, mdp, *rewards).signed_square == Fraction(1, 1 + 4 * t**2)


@pytest.mark.parametrize("eps, value", [("1/10", 0.2092700), ("1/100", 0.0209513), ("1/1000", 0.00209513)])
def test_impossible_transitions_leak(eps, value):
    x = Fraction(eps) / Fraction(9, 10)
    data = epic_families.IMPOSSIBLE.data("DARD", x, Fraction(9, 10), [Fraction(1, 2)] * 2)
    assert float(definitions.distance(data)) == pytest.approx(value, abs=1e-7)
    assert float(epic_bounds.rewards_on_impossible.mpmath(x=x)) == pytest.approx(value, abs=1e-7)
    assert definitions.stated_regret({**data, "regret": "1"}, {}) == (1, 1)
    impossible = [[[0, 0], [0, 0]], [[0, 0], [0, 1]]]
    mdp = RationalMDP(epic_families.RETURNING, [Fraction(1, 2)] * 2, Fraction(9, 10))
    assert exact_epic.dard(mdp, impossible)[0][0][0] == -Fraction(9, 20)


def test_reversal_at_nine_tenths():
    data = dard_checks._reversal_data(Fraction(9, 10))
    assert definitions.dard_gains(data) == (Fraction(1, 2), -Fraction(19, 5) + Fraction(1, 4))
    mdp = RationalMDP(epic_families.RETURNING, [Fraction(1, 2)] * 2, Fraction(9, 10))
    image = exact_epic.dard(mdp, dard_checks._REWARD)
    assert definitions.regret_of(mdp.transitions, mdp.initial, mdp.discount, dard_checks._REWARD, image) == 1
    assert mdp.expected_reward(image) == [[-Fraction(2, 5), -Fraction(1, 20)], [0, 0]]


def test_order_is_kept_below_the_golden_discount_and_reversed_above():
    with mpmath.workdps(60):
        golden = (mpmath.sqrt(5) - 1) / 2
        for gamma in dard_checks._golden():
            gain = definitions.dard_gains(dard_checks._reversal_data(gamma))[1]
            assert (gain < 0) == (mpmath.mpf(gamma.numerator) / gamma.denominator > golden)


def test_worst_case_regret_agrees_with_the_reference():
    found = definitions.regret_of(M1.transitions, M1.initial, M1.discount, M1_R1, M1_R2)
    assert found == Fraction(52706, 1228701)
    back = definitions.regret_of(M1.transitions, M1.initial, M1.discount, M1_R2, M1_R1)
    assert back == Fraction(52706, 1254047)


def test_rank_of_every_small_deterministic_mdp():
    mdps = list(dard_checks.deterministic_mdps(2, 2))
    assert len(mdps) == 16
    assert {exact_epic.dard_rank(mdp) for mdp in mdps} == {6}


@pytest.mark.parametrize("family", ["dense", "deterministic", "exogenous"])
def test_fast_forms_agree_with_the_expectations_and_torch(family):
    draw = random.Random(family)
    mdp = random_mdp(draw, family, 3, 2)
    R = random_reward(draw, mdp)
    states, actions = epic_checks.law(draw, 3), epic_checks.law(draw, 2)
    tau, gamma = torch.tensor(mdp.as_float().transitions)[None], float(mdp.discount)
    rewards = torch.tensor(np.array(R, dtype=float))[None]
    laws = [torch.tensor([[float(w) for w in law]], dtype=torch.float64) for law in (states, actions)]
    for exact, brute, fast in (
        (
            exact_epic.epic(mdp, R, states, actions),
            definitions.epic_canonical(mdp.discount, R, states, actions),
            canonicalisations.epic(gamma, rewards, *laws),
        ),
        (
            exact_epic.dard(mdp, R, actions),
            definitions.dard_canonical(mdp.transitions, mdp.discount, R, actions),
            canonicalisations.dard(tau, gamma, rewards, laws[1]),
        ),
    ):
        assert exact == brute
        assert np.allclose(np.array(exact, dtype=float), fast[0].numpy(), atol=1e-12)
    other = random_reward(draw, mdp)
    value = distance(exact_epic.epic, mdp, R, other).mpmath()
    forms = [canonicalisations.epic(gamma, torch.tensor(np.array(x, dtype=float))[None]) for x in (R, other)]
    assert float(metrics.pearson_distance(*forms)[0]) == pytest.approx(float(value), abs=1e-12)


def test_dard_is_not_idempotent_and_ignores_shaping():
    R = M1_R1
    once = exact_epic.dard(M1, R)
    assert exact_epic.dard(M1, once) != once
    assert exact_epic.dard(M1, shaped(M1, R, [Fraction(3), Fraction(-1, 2)])) == once


def test_distances_compare_exactly():
    near = exact_epic.PearsonDistance(Fraction(1, 4))
    far = exact_epic.PearsonDistance(-Fraction(1, 4))
    assert near < far
    assert near.square == Fraction(1, 4) and far.square == Fraction(3, 4)


def test_constants_of_the_regret_bound():
    assert float(epic_bounds.sharp_constant.mpmath(gamma=0)) == 2
    for gamma in (Fraction(0), Fraction(9, 10)):
        best = epic_bounds.sharp_constant.mpmath(gamma=gamma)
        attained = [epic_bounds.attained_constant.mpmath(h=Fraction(h), gamma=gamma) for h in ("1", "1/10", "1/1000")]
        assert attained == sorted(attained)
        assert attained[-1] < best and best - attained[-1] < 1e-6


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="sum to 1"):
        exact_epic.epic(M1, M1_R1, states=[Fraction(1, 2), Fraction(1, 3)])
    with pytest.raises(InputError, match="constant on the coverage"):
        distance(exact_epic.epic, M1, [[[0, 0], [0, 0]]] * 2, M1_R2)
    with pytest.raises(InputError, match="shape"):
        exact_epic.dard(M1, [[1, 2], [3, 4]])


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_partners_are_rejected(name):
    check, claim = CHECKS[name]
    for partner in claim.refutations:
        found = check(claim.partner(partner), Effort())
        assert found[-1].verdict is Verdict.VIOLATED, partner.name
        assert found[-1].witness is not None


@pytest.mark.parametrize(
    "name", [claim.id for claim in catalogue.claims("starc") if ".epic." in claim.id or ".dard." in claim.id]
)
def test_claims_are_complete(name):
    claim = catalogue.claim(name)
    assert claim.refutations and claim.statement.count("$") % 2 == 0
