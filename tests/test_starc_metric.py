"""STARC metrics: extreme values, distance 0 and equal orders, EPIC and DARD beside them, transitions."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import torch

from plumbline.evidence import Verdict
from proofs_checks.starc import environments, metric
from proofs_checks.starc import instances as drawn
from proofs_checks.starc.reachable import mdp_data, reached_mdps
from theory.starc import metric_claims, metric_witnesses
from theory.starc.definitions import canonicalisations, exact, metrics
from theory.starc.definitions.mdp import RationalMDP

HALF = Fraction(1, 2)
UNIFORM = RationalMDP([[[HALF, HALF]] * 2] * 2, [HALF, HALF], Fraction(9, 10))


def of(mdp, form, norm="2", measure="2"):
    return mdp_data(mdp, form=form, norm=norm, metric=measure)


def test_independent_goals():
    first, second = (
        [[[Fraction(int(a == 1 and s == goal))] * 2 for a in range(2)] for s in range(2)] for goal in range(2)
    )
    assert float(metric_witnesses.distance(of(UNIFORM, "val"), first, second)) == pytest.approx(2**0.5, abs=1e-15)
    assert metric_witnesses.range_distance(mdp_data(UNIFORM), first, second) == 2
    rates = [UNIFORM.expected_reward(R) for R in (first, second)]
    assert exact.worst_case_regret(UNIFORM, *rates).value == 1


def test_range_distance_of_the_reference_instance():
    found = metric_witnesses.range_distance(mdp_data(drawn.M1), drawn.M1_R1, drawn.M1_R2)
    assert found == Fraction(308651884, 6492865651)


@pytest.mark.parametrize(("t", "value"), [(1, 0.5257311121), (10, 0.6892250659)])
@pytest.mark.parametrize("form", ["epic", "dard"])
def test_epic_and_dard_see_redistribution(form, t, value):
    """Half the L2 distance of the forms: sqrt((1 - 1/sqrt(1 + 4 t^2))/2) on uniform transitions, at equal orders."""
    r = [[[Fraction(2 * a - 1, 2)] * 2 for a in range(2)] for _ in range(2)]
    moved = [[[r[s][a][u] + t * (-1) ** u for u in range(2)] for a in range(2)] for s in range(2)]
    assert float(metric_witnesses.distance(of(UNIFORM, form), r, moved)) / 2 == pytest.approx(value, abs=5e-11)
    assert float(metric_witnesses.distance(of(UNIFORM, "val"), r, moved)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("norm", ["1", "2", "inf"])
def test_extreme_values(norm):
    draw = random.Random(3)
    for mdp in reached_mdps(3, 5):
        R = drawn.random_reward(draw, mdp)
        if not any(metric.unit_forms(mdp, R)):
            continue
        zero = drawn.equivalent_reward(draw, mdp, [[[Fraction(0)] * mdp.n_states] * mdp.n_actions] * mdp.n_states)
        data = of(mdp, "val", norm, norm)
        assert float(metric_witnesses.distance(data, R, metric.negative(R))) == pytest.approx(2, abs=1e-12)
        assert float(metric_witnesses.distance(data, R, zero)) == pytest.approx(1, abs=1e-12)
        assert float(metric_witnesses.distance(data, zero, zero)) == 0


def test_programs_and_batched_forms_agree():
    draw = random.Random(4)
    for mdp in reached_mdps(4, 6):
        R = drawn.random_reward(draw, mdp)
        near = mdp.as_float()
        tau, reward = torch.tensor(near.transitions)[None], torch.tensor(near.require_reward(_floats(R)))[None]
        for name, form in (
            ("val", canonicalisations.value_adjusted_levelling(tau, near.discount, reward)),
            ("epic", canonicalisations.epic(near.discount, reward)),
            ("dard", canonicalisations.dard(tau, near.discount, reward)),
        ):
            ours = metric_witnesses.form_of(name, mdp.transitions, mdp.discount, R)
            assert torch.allclose(form[0], torch.tensor(_floats(ours), dtype=torch.float64), atol=1e-12)


def _floats(R):
    return [_floats(x) for x in R] if isinstance(R, list) else float(R)


def test_batched_distances_are_a_pseudometric():
    generator = torch.Generator().manual_seed(0)
    tau = torch.rand(300, 4, 3, 4, generator=generator, dtype=torch.float64)
    tau = tau / tau.sum(-1, keepdim=True)
    forms = [
        canonicalisations.value_adjusted_levelling(tau, 0.9, torch.randn(tau.shape, generator=generator).double())
        for _ in range(3)
    ]
    for norm in metrics.NORMS:
        d = [metrics.starc_distance(forms[i], forms[j], norm, norm) for i, j in ((0, 1), (1, 2), (0, 2))]
        assert bool((d[0] + d[1] >= d[2] - 1e-12).all())
        assert bool((d[0] <= 2 + 1e-12).all())
        assert torch.equal(d[0], metrics.starc_distance(forms[1], forms[0], norm, norm))


@pytest.mark.parametrize("gamma", ["0", "1/2", "9/10"])
def test_transitions_decide_between_trivial_and_opposite(gamma):
    data = {"initial": ["1/3", "2/3"], "discount": gamma, "reward": "successor"}
    one = {"regret": lambda: 1}
    assert metric_witnesses.range_in_environment({**data, "environment": "uniform"}, {}) == (0, 0)
    left, _ = metric_witnesses.range_in_environment({**data, "environment": "chosen"}, {})
    assert left == 1 / (1 - Fraction(gamma))
    assert metric_witnesses.regret_of_opposites({**data, "environment": "chosen"}, one) == (1, 1)
    assert metric_witnesses.regret_of_opposites({**data, "environment": "uniform"}, one)[0] == 0


@pytest.mark.parametrize("role", ["opposite", "trivial"])
@pytest.mark.parametrize("factor", [Fraction(99, 100), Fraction(101, 100)])
def test_extreme_values_are_derived_exactly(role, factor):
    subject = metric_claims.pseudometric.subject
    assert metric._pseudometric(subject, "values", "").verdict is Verdict.HOLDS
    wrong = subject.replace(**{role: subject[role].scaled(factor)})
    assert metric._pseudometric(wrong, "values", "").verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("role", ["range", "regret"])
def test_the_pair_of_environments_is_derived_exactly(role):
    subject = metric_claims.env_dependence.subject
    assert environments._no_distance(subject, "sound").verdict is Verdict.HOLDS
    wrong = subject.replace(**{role: subject[role].scaled(Fraction(101, 100))})
    assert environments._no_distance(wrong, "sound").verdict is Verdict.INCONCLUSIVE
