"""Order of policies: reference values, reachability, and derivations that break where the formula is wrong."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from plumbline.evidence import Verdict
from plumbline.formula import Formula
from proofs_checks.starc import instances as drawn
from proofs_checks.starc import order
from proofs_checks.starc.reachable import mdp_data, reached_mdps
from theory.starc import exact_canon, order_claims, order_witnesses
from theory.starc.definitions import exact
from theory.starc.definitions.mdp import RationalMDP
from theory.starc.metric_witnesses import distance

M1, R1, R2 = drawn.M1, drawn.M1_R1, drawn.M1_R2


def regret(mdp, x, y):
    rates = mdp.expected_reward(x), mdp.expected_reward(y)
    certificate = exact.worst_case_regret(mdp, *rates)
    assert exact.verify(certificate, mdp, *rates)
    return certificate.value


def test_shaping_with_the_wrong_discount():
    potential = [Fraction(0), Fraction(1)]
    assert regret(M1, R1, drawn.shaped(M1, R1, potential)) == 0
    wrong = drawn.shaped(M1, R1, potential, Fraction(4, 5))
    assert regret(M1, R1, wrong) == Fraction(1672722, 73312493)
    assert regret(M1, wrong, R1) == Fraction(1672722, 72508091)


def test_deterministic_policies_do_not_tell_the_order():
    chosen = list(itertools.product(range(2), repeat=2))
    returns = [[exact.return_of(M1, M1.expected_reward(R), c) for c in chosen] for R in (R1, R2)]
    ranks = [sorted(range(4), key=values.__getitem__) for values in returns]
    assert ranks[0] == ranks[1]
    assert regret(M1, R1, R2) == Fraction(52706, 1228701)
    gaps = order_witnesses.gaps_of(mdp_data(M1, R1=R1, R2=R2))
    assert order_witnesses.same_order(gaps, mixed=False)
    assert not order_witnesses.same_order(gaps, mixed=True)


def test_unreachable_state_breaks_the_converse():
    mdp = drawn.with_unreachable_state(M1, 0)
    assert not mdp.as_float().every_state_reachable
    rates = [[(1, 0), (0, 1), (0, last)] for last in (0, 5)]
    ra, rb = (mdp.require_reward([[[x] * 3 for x in row] for row in r]) for r in rates)
    assert regret(mdp, ra, rb) == regret(mdp, rb, ra) == 0
    assert not exact_canon.equivalent(mdp, mdp.expected_reward(ra), mdp.expected_reward(rb))
    data = mdp_data(mdp, form="val", norm="2", metric="2")
    assert float(distance(data, ra, rb)) == pytest.approx(1.2065110634, abs=5e-11)


def test_dimension_by_flint_and_by_elimination():
    for mdp in [M1, *reached_mdps(4, 10)]:
        met = [
            order_witnesses.occupancy_under(mdp.transitions, mdp.initial, mdp.discount, policy)
            for policy in order_witnesses.deterministic(mdp.n_states, mdp.n_actions)
        ]
        rows = [[x - y for x, y in zip(m, met[0], strict=True)] for m in met[1:]]
        assert exact_canon.rank(rows) == len(order_witnesses.reduced(rows)) == mdp.n_states * (mdp.n_actions - 1)


def test_dimension_without_discounted_visits():
    """At gamma = 0 only the initial states count."""
    mdp = RationalMDP(M1.transitions, [Fraction(1), Fraction(0)], Fraction(0))
    data = mdp_data(mdp)
    rank, _ = order_witnesses.occupancy_rank(data, {"rank": lambda S, A: S * (A - 1)})
    assert rank == 1


def test_exact_and_program_agree_on_equal_orders():
    draw = random.Random(2)
    for mdp in reached_mdps(2, 12):
        x = drawn.random_reward(draw, mdp)
        for y in (drawn.equivalent_reward(draw, mdp, x), drawn.random_reward(draw, mdp)):
            same = regret(mdp, x, y) == 0 == regret(mdp, y, x)
            rates = mdp.expected_reward(x), mdp.expected_reward(y)
            assert same == exact_canon.equivalent(mdp, *rates)
            left, right = order_witnesses.order_and_transformations(
                mdp_data(mdp, R1=x, R2=y, policies="stochastic"), {}
            )
            assert left == right == int(same)


@pytest.mark.parametrize("factor", [Fraction(9, 10), Fraction(11, 10)])
@pytest.mark.parametrize("role", ["shaped", "shift"])
def test_the_derivation_alone_rejects_wrong_formulas(role, factor):
    subject = order_claims.invariance.subject
    assert order._invariance(subject).verdict is Verdict.HOLDS
    wrong = subject.replace(**{role: subject[role].scaled(factor)})
    assert order._invariance(wrong).verdict is Verdict.INCONCLUSIVE


def test_the_derivation_rejects_what_is_not_linear():
    variables = order_claims.shaped.variables
    bent = Formula("bent", variables, lambda R, here, ahead, c, gamma: c * (R + gamma * ahead - here) + (R - here) ** 2)
    subject = order_claims.invariance.subject.replace(shaped=bent)
    assert order._invariance(subject).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("change", [{"states": "any"}, {"policies": "deterministic"}])
def test_the_converse_is_derived_under_its_assumptions_only(change):
    subject = order_claims.iff.subject
    assert order._order(subject).verdict is Verdict.HOLDS
    assert order._order(subject.replace(**change)).verdict is Verdict.INCONCLUSIVE
    assert order._dimension(subject.replace(**change)).verdict is Verdict.INCONCLUSIVE
