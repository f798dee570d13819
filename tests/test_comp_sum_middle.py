"""The sharp theory between tau = 3/2 and 2: reference values, what is false, what is proved, and figure F2."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch

from plumbline import catalogue, config, simulate, witness
from plumbline.domain import Real
from plumbline.evidence import Verdict
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort
from proofs_checks.comp_sum import critical, middle, real_pools
from proofs_checks.engines.derivation import StepFailed
from proofs_checks.engines.interval.plain import prove_apart
from theory.comp_sum import definitions, middle_bounds, middle_claims, middle_witnesses, pools, sharp

X = Real("x", 0, 1)
EFFORT = Effort("quick", 0)


def formula(build):
    return Formula("f", [X], build)


# Reference values


@pytest.mark.parametrize(
    ("tau", "n", "beta", "value"),
    [
        ("1.7", 3, "0.5", 0.19682970518596),
        ("1.9", 3, "0.3", 0.0994447354427),
        ("1.8", 4, "0.3", 0.0863126036810),
    ],
)
def test_reference_values_of_the_exact_transformation(tau, n, beta, value):
    assert sharp.exact_transformation(float(beta), Fraction(tau), n) == pytest.approx(value, rel=1e-11)
    formulas = {role: middle_claims.middle.subject[role].mpmath for role in ("two_class", "tied", "level", "pair")}
    exact = middle_witnesses.least_value(Fraction(beta), Fraction(tau), n, "all", formulas)
    assert float(exact) == pytest.approx(value, rel=1e-11)


def test_the_pool_at_tau_1_8_has_four_labels():
    assert pools.optimal_pool(np.array([0.3]), 1.8, 4)[0] == 4


def test_critical_values_solve_the_tangency_equations():
    beta, tau = sympy.symbols("beta tau")
    r = 1 / (2 - tau)
    face = (beta**r + (1 - beta) ** r) ** (1 / r) - 3 ** (1 / r - 1)
    two = (((1 + beta) / 2) ** r + ((1 - beta) / 2) ** r) ** (1 / r) - 2 ** (1 / r - 1)
    found = sympy.nsolve([face - two, sympy.diff(face - two, beta)], [beta, tau], [0.6, 1.66], prec=25)
    assert float(found[1]) == pytest.approx(1.66298382907, abs=1e-11)
    assert float(found[0]) == pytest.approx(0.60013408, abs=1e-7)
    subject = middle_claims.critical.subject
    assert float(subject["low"]) < found[1] < float(subject["high"])


# What is false


def _law_regret(p, tau):
    law = torch.tensor([p], dtype=torch.float64)
    return float(definitions.conditional_regret(law, definitions.best_softmax_predicting(law, tau), tau)[0])


def test_two_classes_are_not_worst_at_tau_1_7():
    assert _law_regret([0.546644, 0.406712, 0.046644], 1.7) == pytest.approx(0.19683, abs=1e-5)
    assert float(middle_claims.middle.subject["two_class"].numpy(beta=0.5, tau=1.7)) == pytest.approx(0.20022, abs=1e-5)


def test_tied_pools_alone_miss_the_pair_just_above_two_thirds():
    beta, tau = 27 / 40, 1.85
    values = [sharp.pool_value(beta, tau, m) for m in range(3, 8)]
    two = middle_claims.middle.subject["two_class"].numpy(beta=beta, tau=tau)
    regret = _law_regret([beta, 1 - beta, 0.0], tau)
    assert regret < 0.999 * min(float(two), *map(float, values))
    assert regret == pytest.approx(float(sharp.pair_value(beta, tau)), rel=1e-12)
    assert float(sharp.exact_transformation(beta, tau, 5)) == pytest.approx(regret, rel=1e-12)


def test_pair_value_is_infinite_where_its_scores_predict_another_label():
    assert np.isinf(sharp.pair_value(np.array([0.0, 0.66]), 1.8)).all()
    assert np.isfinite(sharp.pair_value(np.array([0.67, 1.0]), 1.8)).all()


@pytest.mark.parametrize("name", [partner.name for partner in middle_claims.middle.refutations])
def test_every_wrong_partner_meets_a_confirmed_witness(name):
    claim = middle_claims.middle
    partner = next(partner for partner in claim.refutations if partner.name == name)
    findings = list(middle.middle.function(claim.partner(partner), EFFORT))
    assert findings[-1].verdict is Verdict.VIOLATED
    assert witness.confirms("comp_sum", findings[-1].witness.as_json())


# What is proved


def test_the_proof_reaches_every_n_up_to_just_below_the_golden_ratio():
    found = middle._proved_part(middle_claims.middle.subject)
    assert found.verdict is Verdict.HOLDS
    assert "tau in (3/2,809/500]" in found.scope.describe()
    assert "n>=3" in found.scope.describe()
    q = middle_bounds.GOLDEN - 1
    assert 0 < 1 - q * (1 + q) < Fraction(1, 1000)


def test_the_argument_ends_at_the_golden_ratio(monkeypatch):
    beyond = Fraction("1.6181")
    monkeypatch.setattr(middle_bounds, "GOLDEN", beyond)
    monkeypatch.setattr(real_pools, "TAU", Real("tau", Fraction(3, 2), beyond, open_lo=True))
    monkeypatch.setattr(real_pools, "_S", Real("s", 1 / (beyond - 1), 2))
    d, _ = real_pools.reduction()
    with pytest.raises(StepFailed):
        real_pools.growth(d)


def test_a_wrong_hoelder_weight_breaks_the_reduction(monkeypatch):
    honest = real_pools.support_sum
    monkeypatch.setattr(real_pools, "support_sum", lambda e, q: 2 + (honest(e, q) - 2) / 2)
    with pytest.raises(StepFailed):
        real_pools.reduction()


def test_the_enclosure_of_tau_c_cannot_be_moved_up():
    subject = middle_claims.critical.subject.replace(low=Fraction("1.66299"))
    (region,) = [
        box
        for box in critical.regions(Fraction("1.66299"))
        if box.beta[1] == 1 and box.bounds and box.tau[1] > critical._SWITCH
    ]
    with pytest.raises(StepFailed, match="violated"):
        region.fact()
    findings = list(critical.critical.function(subject, EFFORT))
    assert findings[-1].verdict is Verdict.VIOLATED


def test_regions_of_the_critical_proof_leave_no_hole(monkeypatch):
    monkeypatch.setattr(critical, "_SLOPES", critical._SLOPES[:2] + critical._SLOPES[3:])
    with pytest.raises(StepFailed, match="do not cover"):
        critical._regions_facts(Fraction("1.66"))


def test_lower_bounds_by_slopes_hold_at_random_laws():
    draw = np.random.default_rng(0)
    for _ in range(200):
        tau, e = draw.uniform(1.5, 1.95), draw.exponential()
        q, r = tau - 1, 1 / (2 - tau)
        p = draw.dirichlet([1, 1, 1])
        beta = p.max() - p[-1]
        norm = (p**r).sum() ** (1 / r)
        line = (1 + e * beta) / (1 + real_pools.support_sum(e, q)) ** q
        assert norm >= line - 1e-12


# The plain engine


def test_plain_engine_proves_what_stays_apart():
    found = prove_apart(formula(lambda x: sympy.exp(x) - x), Fraction(99, 100))
    assert found.verdict is Verdict.HOLDS
    assert found.certificate["kind"] == "box_cover"


def test_plain_engine_refutes_with_a_witness():
    found = prove_apart(formula(lambda x: (x - Fraction(1, 3)) ** 2), Fraction(1, 10**6))
    assert found.verdict is Verdict.VIOLATED
    assert found.witness.relation == "<"


def test_plain_engine_leaves_contact_undecided():
    found = prove_apart(formula(lambda x: (x - sympy.sqrt(2) / 2) ** 2), 0, budget_seconds=1, max_boxes=2000)
    assert found.verdict is Verdict.INCONCLUSIVE


# Witness programs


def test_pool_law_has_total_mass_one_and_the_stated_level():
    level = middle_bounds.level.mpmath
    for beta, m in ((Fraction(1, 2), 3), (Fraction(1, 10), 4), (Fraction(9, 10), 5)):
        x, y, z = middle_witnesses.pool_law(middle_witnesses.real(beta), Fraction(17, 10), m, level)
        assert float(x + y + (m - 2) * z) == pytest.approx(1, abs=1e-14)
        assert float(x - y) == pytest.approx(float(beta), abs=1e-14)
        assert y == 0 or float(level(x=x, y=y, tau=Fraction(17, 10))) == pytest.approx(float(z), abs=1e-14)


def test_touching_program_refuses_what_is_no_law():
    data = {"p": ["1/2", "1/2", "1/2"], "tau": "5/3"}
    formulas = {"two_class": emit_standalone(middle_claims.critical.subject["two_class"])}
    with pytest.raises(AssertionError):
        witness.evaluate("comp_sum", "touching", {**data, "formulas": formulas})


# Figure F2


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The figure drawn from a coarse table, made as the pipeline makes it."""
    import pandas as pd

    destination = tmp_path_factory.mktemp("tables") / "pools.parquet"
    overrides = ["taus=23", "betas=30", "classes=[3,5]"]
    simulate.run("comp_sum.pools", destination, overrides=overrides)
    figure = catalogue.figures("comp_sum")["comp_sum.phase_pool"]
    drawing, arrays = figure.function({"comp_sum.pools": pd.read_parquet(destination)}, {})
    assert len(drawing.axes) == 3
    return arrays


@pytest.mark.parametrize("n", [3, 5])
def test_two_classes_are_worst_left_of_the_cusp(drawn, n):
    tau_c, beta_c = drawn["critical"]
    left = drawn[f"tau_{n}"] < tau_c
    assert left.sum() >= 5
    assert (drawn[f"pool_{n}"][:, left] == 2).all()
    assert (drawn[f"theory_pool_{n}"][:, drawn["border_tau"] < tau_c - 1e-9] == 2).all()
    right = drawn["border_tau"] > tau_c + 0.01
    first = drawn[f"theory_pool_{n}"][:, right][:, 0]
    nearby = np.abs(drawn["border_beta"] - beta_c) < 0.02
    assert (first[nearby] == 3).any()


@pytest.mark.parametrize("n", [3, 5])
def test_borders_at_tau_two_are_m_over_m_squared_minus_one(drawn, n):
    column = int(np.argmin(np.abs(drawn[f"tau_{n}"] - 2)))
    assert drawn[f"tau_{n}"][column] == pytest.approx(2, abs=1e-12)
    beta, pool = drawn[f"beta_{n}"], drawn[f"pool_{n}"][:, column]
    expected = [float(pools.crossing(m)) for m in range(2, n)]
    assert drawn[f"crossings_{n}"] == pytest.approx(expected)
    for m, border in zip(range(2, n), expected, strict=True):
        assert (pool[beta > border + 1e-9] <= m).all()
        assert (pool[(beta < border - 1e-9)] >= m + 1).all()


@pytest.mark.parametrize("n", [3, 5])
def test_searched_regrets_lie_on_the_closed_forms_and_never_below(drawn, n):
    for column, tau in enumerate(drawn[f"tau_{n}"]):
        exact = sharp.exact_transformation(drawn[f"beta_{n}"], round(float(tau), 9), n)
        ratio = drawn[f"regret_{n}"][:, column] / exact
        assert ratio.min() >= 1 - 1e-9
        assert ratio.max() <= 1 + 2e-3


@pytest.mark.parametrize("n", [3, 5])
def test_searched_pools_agree_with_the_closed_forms_off_the_borders(drawn, n):
    mismatches = 0
    for column, tau in enumerate(drawn[f"tau_{n}"]):
        tau = round(float(tau), 9)
        around = [pools.optimal_pool(np.clip(drawn[f"beta_{n}"] + d, 1e-6, 1), tau, n) for d in (-0.004, 0, 0.004)]
        inside = (around[0] == around[1]) & (around[1] == around[2])
        mismatches += int((drawn[f"pool_{n}"][:, column] != around[1])[inside].sum())
    assert mismatches == 0


def test_the_published_transformation_is_never_above(drawn):
    for n in (3, 5):
        assert (drawn[f"log10_ratio_{n}"] >= -1e-9).all()


def test_quick_grid_is_fine_enough():
    settings = config.load(catalogue.experiment("comp_sum.pools"), "quick", [])
    assert settings.taus >= 50 and settings.betas >= 60 and settings.classes == [3, 5, 10]
