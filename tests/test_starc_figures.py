"""Assertions on exactly the arrays that the figures drew, and on the laws behind them."""

from __future__ import annotations

import numpy as np
import pytest

from figures.starc.ranks import Ranked
from plumbline import catalogue, simulate
from theory.starc import gaussian_law, sampling
from theory.starc.definitions.mdp import TabularMDP

TABLES = ("correlation", "scaling", "inflation")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The tables of the quick size, made as the pipeline makes them."""
    import pandas as pd

    made = {}
    for name in TABLES:
        destination = tmp_path_factory.mktemp("tables") / f"{name}.parquet"
        simulate.run(f"starc.{name}", destination)
        made[f"starc.{name}"] = pd.read_parquet(destination)
    return made


@pytest.fixture(scope="module")
def arrays(tables):
    """The drawn arrays of every figure."""
    drawn = {}
    for identity, figure in catalogue.figures("starc").items():
        drawing, drawn[identity] = figure.function(tables, {})
        assert drawing.axes
    return drawn


def test_all_seven_figures_stand(arrays):
    names = ("correlation", "gallery", "inflation", "kappa", "ray", "scaling", "wedge")
    assert {f"starc.{name}" for name in names} <= set(arrays)


def test_the_wedge_holds_on_every_drawn_pair(arrays):
    drawn = arrays["starc.wedge"]
    distance, regret = drawn["range"], drawn["regret"]
    assert regret.size == 2 * 576
    assert (distance / 2 <= regret + 1e-9).all()
    assert (regret <= distance + 1e-9).all()
    assert drawn["ratio"].min() < 0.55
    assert drawn["ratio"].max() > 0.99


def test_the_families_leave_every_wedge(arrays):
    drawn = arrays["starc.wedge"]
    assert drawn["reversed"].min() < 1e-3
    assert drawn["equivalent"].max() == pytest.approx(np.sqrt(0.5), abs=0.02)


def test_order_of_the_distances_with_intervals_that_exclude_zero(arrays):
    """With worst-case regret; twelve environments are few: the second interval excludes 0 here, not for every seed."""
    drawn = arrays["starc.correlation"]
    assert drawn["range_minus_val"][0, 0] > 0
    assert drawn["val_minus_rivals"][0, 0] > 0


def test_reference_correlations_lie_in_the_intervals(arrays):
    drawn = arrays["starc.correlation"]
    at = {name: index for index, name in enumerate(drawn["names"])}
    low, high = drawn["low"][:, 0], drawn["high"][:, 0]
    known = {"range": 0.994, "val_1_1": 0.991, "minimal_l2_1_1": 0.987, "val_2_2": 0.981}
    known |= {"dard_pearson": 0.932, "epic_pearson": 0.925}
    for name, value in known.items():
        assert low[at[name]] <= value <= high[at[name]], name
        assert high[at[name]] - low[at[name]] <= 0.1, name
    rollout = {"range": 0.979, "val_2_2": 0.974}
    for name, value in rollout.items():
        assert drawn["low"][at[name], 1] <= value <= drawn["high"][at[name], 1], name


def test_rank_correlation_is_spearmans_also_where_groups_repeat():
    from scipy.stats import spearmanr

    draw = np.random.default_rng(3)
    columns = draw.integers(0, 6, (3, 40)).astype(float)
    groups = np.repeat(np.arange(8), 5)
    weights = np.array([2, 0, 1, 1, 3, 0, 1, 0])
    repeated = np.repeat(columns, weights[groups], axis=1)
    assert Ranked(columns, groups).correlations(weights) == pytest.approx(spearmanr(repeated.T)[0], abs=1e-12)


def test_slopes_of_the_scaling_laws(arrays):
    drawn = arrays["starc.scaling"]
    for family in ("exogenous", "endogenous"):
        for name in ("regret", "range", "val"):
            assert drawn[f"{family}_{name}_slope"][0] == pytest.approx(1, abs=0.02), (family, name)
    assert drawn["endogenous_epic_slope"][0] == pytest.approx(1, abs=0.02)
    assert drawn["exogenous_rollout_slope"][0] == pytest.approx(2, abs=0.1)
    assert drawn["endogenous_rollout_slope"][0] == pytest.approx(2, abs=0.7)


def test_gaussian_limits_pass_through_the_measured_means(arrays):
    drawn = arrays["starc.scaling"]
    for name in ("regret", "range", "rollout"):
        limit = np.interp(np.log(drawn["t"]), np.log(drawn["fine"]), drawn[f"limit_{name}"])
        half = drawn[f"exogenous_{name}_half"]
        assert (np.abs(drawn[f"exogenous_{name}"] - limit) <= 2 * half + 1e-3 * limit).all(), name


def test_exact_steps_end_at_the_certified_value(arrays):
    drawn = arrays["starc.ray"]
    for name in ("M1", "random"):
        assert drawn[f"{name}_valid"].all()
        assert drawn[f"{name}_value"][-1] == pytest.approx(drawn[f"{name}_regret"][0], abs=1e-14)
        assert (drawn[f"{name}_curve"] >= drawn[f"{name}_regret"] - 1e-12).all()
        assert (drawn[f"{name}_meet"][1:] <= drawn[f"{name}_regret"] + 1e-14).all()
        assert (np.diff(drawn[f"{name}_curve"], 2) >= -1e-12).all()
    assert drawn["M1_regret"][0] == pytest.approx(52706 / 1228701, abs=1e-15)
    assert drawn["M1_optimum"][0] == pytest.approx(521 / 201, abs=1e-15)


def test_condition_numbers_bound_what_is_found(arrays):
    drawn = arrays["starc.kappa"]
    assert (drawn["found"][:, 0] <= drawn["exact"] * (1 + 1e-9)).all()
    assert (drawn["found"][:, 1] <= 2 * drawn["exact"] * (1 + 1e-9)).all()
    assert (drawn["found"][:, 1] >= 2 - 1e-9).all()
    large = drawn["exact"] > 10
    assert drawn["found"][large, 0] == pytest.approx(drawn["exact"][large], rel=5e-3)
    assert drawn["bandit_found"] == pytest.approx(drawn["bandit_kappa"], rel=1e-3)
    assert (drawn["bandit_found"] <= drawn["bandit_kappa"] + 1e-9).all()


@pytest.mark.parametrize(
    ("eps", "gamma", "value"),
    [(0.1, 0.9, 1.494847116), (0.01, 0.9, 11.15602035), (0.001, 0.99, 10.15038940), (0.5, 0.5, np.sqrt(5))],
)
def test_reference_condition_numbers(eps, gamma, value):
    from figures.starc.kappa import chain_kappa

    assert chain_kappa(eps, gamma) == pytest.approx(value, rel=1e-8)


def test_inflation_has_slope_one_half_and_its_remedies_work(arrays):
    drawn = arrays["starc.inflation"]
    for kind in ("shaped", "redistributed"):
        assert drawn[f"{kind}_slope"][0] == pytest.approx(-0.5, abs=0.03)
        late = drawn[f"{kind}_debiased_m"] >= 256
        debiased, half = drawn[f"{kind}_debiased"][late], drawn[f"{kind}_debiased_half"][late]
        assert (np.abs(debiased) <= 2 * half).all()
        assert drawn[f"{kind}_undetermined"][-1] == 0
    assert drawn["shaped_common"].max() < 1e-14
    assert drawn["redistributed_common"].min() > 1e-3


def test_gallery_shows_the_reference_values(arrays):
    reverse, same, form, m1 = arrays["starc.gallery"]["values"]
    assert reverse == pytest.approx([0.0499376169, 0.0499376169, 2, 2, 1], abs=1e-9)
    assert same == pytest.approx([0.6892250659, 0.6892250659, 0, 0, 0], abs=1e-9)
    assert form[-1] == 1
    known = [0.896735832206738, 0.8865288976985456, 0.0487331316464981, 0.04753708155850459, 0.04289570855724867]
    assert m1 == pytest.approx(known, abs=1e-13)


def test_closed_forms_where_actions_do_not_move():
    weights = np.array([1.0, 1.0])
    first, second = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    assert gaussian_law.worst_case_regret(first, second, weights) == pytest.approx(1)
    assert gaussian_law.worst_case_regret(second, first, weights) == pytest.approx(0.5)
    assert gaussian_law.range_distance(first, second, weights) == pytest.approx(1)
    assert gaussian_law.rollout_regret(first, -first, weights) == pytest.approx(1)


def test_estimates_without_noise_are_exact_and_undetermined_ones_are_not_clipped():
    tau = np.zeros((2, 2, 2))
    tau[..., 1] = 1
    mdp = TabularMDP(tau, np.array([0.5, 0.5]), 0.5)
    R = np.arange(8.0).reshape(2, 2, 2) ** 2
    counts = sampling.successor_counts(np.random.default_rng(0), mdp, 4, 3)
    form = sampling.estimate(counts, sampling.shaped_by_values(mdp, R))
    assert form.reshape(3, 2, 2).mean(2) == pytest.approx(np.zeros((3, 2)), abs=1e-12)
    halves = (form, -form)
    assert np.isnan(sampling.debiased_square(halves, halves)).all()
