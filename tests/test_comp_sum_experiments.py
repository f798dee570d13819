"""Regrets along training, the digits study, and the arrays of the figures that show them."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pandas as pd
import pytest
import torch

from plumbline import catalogue, simulate
from plumbline.errors import InputError
from simulations.comp_sum import problems
from theory.comp_sum import inverses, sharp


def experiment(name, folder, *overrides):
    path = folder / f"{name}.parquet"
    simulate.run(f"comp_sum.{name}", path, overrides=overrides, progress=False)
    return pd.read_parquet(path)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    return {f"comp_sum.{name}": experiment(name, folder) for name in ("training", "digits")}


@pytest.fixture(scope="module")
def training(tables):
    return tables["comp_sum.training"]


# problems with known least risks


def test_reference_values_of_the_linear_problem():
    linear = problems.linear()
    least = problems.minimise(linear, 1.0, torch.zeros_like(linear.start))
    assert least.risk == pytest.approx(0.97052405299, abs=1e-11)
    assert linear.least_risk(1.0) == least.risk
    assert linear.mean_bayes_risk(1.0) == pytest.approx(0.89630127664825, abs=1e-14)
    assert least.risk - linear.mean_bayes_risk(1.0) == pytest.approx(0.0742227763, abs=1e-10)
    assert linear.least_zero_one_risk() == pytest.approx(0.42, abs=1e-15)
    assert linear.least_zero_one_risk() - linear.mean_zero_one_bayes_risk() == pytest.approx(0.04, abs=1e-15)
    assert float(linear.zero_one_risk(least.weights)) == pytest.approx(0.46, abs=1e-15)
    assert (linear.features @ least.weights).argmax(-1).tolist() == [0, 0, 0, 2, 2]
    excess = 0.46 - linear.mean_zero_one_bayes_risk()
    assert excess == pytest.approx(0.08) and inverses.sharp_bound(0.0742227763, 1, 3) == pytest.approx(0.38044030159)


def test_logistic_least_risk_by_a_conic_solver():
    linear = problems.linear()
    w = cp.Variable((2, 3))
    scores = linear.features.numpy() @ w
    loss = [cp.log_sum_exp(scores[i]) - linear.laws[i].numpy() @ scores[i] for i in range(5)]
    value = cp.Problem(cp.Minimize(sum(loss) / 5)).solve(solver="CLARABEL")
    assert value == pytest.approx(linear.least_risk(1.0), abs=1e-8)


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
def test_no_descent_from_elsewhere_ends_below_the_convex_minimum(tau):
    linear = problems.linear()
    least = linear.least_risk(tau)
    for seed in range(4):
        start = 2 * torch.randn(2, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        assert problems.minimise(linear, tau, start).risk == pytest.approx(least, abs=1e-10)
        assert float(linear.risk(start, tau)) >= least


@pytest.mark.parametrize(
    ("tau", "gap"), [(0, 0.349814637930129), (0.5, 0.269439091370828), (1, 0.230645487904113), (1.5, 0.238345908700407)]
)
def test_gaps_of_the_problem_with_biases_only(tau, gap):
    problem = problems.bias_only()
    assert problem.least_risk(tau) - problem.mean_bayes_risk(tau) == pytest.approx(gap, abs=1e-12)
    assert problem.least_zero_one_risk() - problem.mean_zero_one_bayes_risk() == pytest.approx(0.25, abs=1e-15)


def test_gap_of_the_linear_problem_for_the_mean_absolute_error_is_the_zero_one_gap():
    linear = problems.linear()
    assert linear.least_risk(2.0) - linear.mean_bayes_risk(2.0) == pytest.approx(0.04, abs=1e-10)


def test_ties_count_as_errors():
    problem = problems.near_tie()
    tied = torch.tensor([[1.0, 1.0, 0.0]], dtype=torch.float64)
    assert float(problem.zero_one_risk(tied)) == pytest.approx(0.7)


# along training


def test_table_holds_every_trajectory(training):
    assert set(training["problem"]) == {"bias_only", "linear", "near_tie", "tabular"}
    assert (training.groupby(["problem", "tau", "seed"]).size() >= 15).all()
    assert training["step"].min() == 0 and training["step"].max() == 400


def test_every_point_lies_below_both_bounds(training):
    for (tau, n), rows in training.groupby(["tau", "n"]):
        regret = rows["surrogate"].to_numpy()
        assert (regret >= rows["gap"].to_numpy() - 1e-9).all()
        for bound in (inverses.sharp_bound, inverses.published_bound):
            assert (rows["zero_one"] <= bound(regret.clip(0), tau, n) + 1e-12).all()


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0, 1.5])
def test_a_bound_four_fifths_as_large_is_broken_near_the_tie(training, tau):
    rows = training[(training["problem"] == "near_tie") & (training["tau"] == tau)]
    assert (rows["zero_one"] > 0.8 * inverses.sharp_bound(rows["surrogate"], tau, 3)).any()


def test_training_lowers_the_surrogate_regret(training):
    for _, rows in training.groupby(["problem", "tau"]):
        above = rows["surrogate"] - rows["gap"]
        start, end = (above[rows["step"] == step].mean() for step in (0, 400))
        assert end < 0.7 * start


def test_regret_without_its_gap_does_not_bound_the_zero_one_regret(training):
    """The gap is needed: with it left out the logistic bound fails on the linear problem."""
    linear = problems.linear()
    least = problems.minimise(linear, 1.0, torch.zeros_like(linear.start))
    regret = float(linear.risk(least.weights, 1.0)) - linear.least_risk(1.0)
    assert float(linear.zero_one_risk(least.weights)) - 0.42 > inverses.sharp_bound(max(regret, 0.0), 1, 3)


def test_same_seed_same_table(tmp_path):
    overrides = ["steps=20", "seeds=2", "records=4"]
    first, second = (experiment("training", tmp_path, *overrides) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


# digits


def error(tables, noise, tau):
    table = tables["comp_sum.digits"]
    return table[(table["noise"] == noise) & (table["tau"] == tau)]["test_error"].mean()


def test_orders_of_the_test_errors_on_digits(tables):
    for noise in (0.0, 0.4):
        assert error(tables, noise, 2.0) > 1.5 * error(tables, noise, 1.5)
    assert error(tables, 0.4, 1.5) < 0.5 * error(tables, 0.4, 0.0)
    assert error(tables, 0.0, 1.0) < 0.08


def test_every_tau_sees_the_same_data(tables):
    table = tables["comp_sum.digits"]
    assert (table.groupby(["tau", "noise"])["seed"].nunique() == 3).all()
    noisy = table[(table["noise"] == 0.4) & (table["tau"] == 1.0)]["train_error"]
    assert (noisy - 0.36).abs().max() < 0.06  # nine tenths of the relabelled examples carry a wrong label


# figures


def test_end_to_end_draws_points_below_the_bound(tables):
    drawing, arrays = catalogue.figures("comp_sum")["comp_sum.end_to_end"].function(tables, {})
    assert len(drawing.axes) == 3
    series = [name.removeprefix("surrogate_") for name in arrays if name.startswith("surrogate_")]
    assert len(series) == 8
    for name in series:
        tau = float(name.split("_")[0])
        regret, reached = arrays[f"surrogate_{name}"], arrays[f"zero_one_{name}"]
        assert regret.size >= 10
        (classes,) = set(arrays[f"classes_{name}"])
        assert (reached <= inverses.sharp_bound(regret, tau, classes) + 1e-12).all()
        assert (reached <= np.interp(regret, arrays["grid"], arrays[f"bound_{tau:g}"]) + 1e-3).all()
    assert (arrays["published_1.5"] >= arrays["bound_1.5"] - 1e-12).all()
    for noise in ("0", "0.4"):
        assert (arrays[f"low_{noise}"] <= arrays[f"error_{noise}"]).all()
        assert (arrays[f"error_{noise}"] <= arrays[f"high_{noise}"]).all()


def test_gamma_vs_n_grows_as_published_and_stays_as_sharp():
    drawing, arrays = catalogue.figures("comp_sum")["comp_sum.gamma_vs_n"].function({}, {})
    assert len(drawing.axes) == 2
    classes = arrays["classes"]
    for tau in (1.2, 1.5, 1.7, 2.0, 3.0):
        best, published = arrays[f"sharp_{tau:g}"], arrays[f"published_{tau:g}"]
        assert best.size == published.size == classes.size
        assert (np.diff(published) >= 0).all() and (best <= published + 1e-12).all()
        assert best[classes >= 20].max() == pytest.approx(best[classes >= 20].min(), rel=1e-6)
        assert published[classes == 1000] > 1.8 * best[classes == 1000]
    at = {n: i for i, n in enumerate(classes)}
    for n, value in ((3, 0.03), (10, 0.1), (100, 0.105), (1000, 0.105)):
        assert arrays["sharp_2"][at[n]] == pytest.approx(value, rel=1e-12)
    for tau, values in ((1.5, (0.178529, 0.320156, 0.584147)), (1.7, (0.176876, 0.427591, 1.0))):
        for n, value in zip((10, 100, 1000), values, strict=True):
            assert arrays[f"published_{tau:g}"][at[n]] == pytest.approx(value, rel=1e-5)
    assert arrays["sharp_1.5"] == pytest.approx(0.1191, rel=1e-3) and arrays["sharp_1.7"] == pytest.approx(
        0.0994, rel=1e-3
    )


# bounds for many numbers of classes


@pytest.mark.parametrize("tau", [1.3, 1.55, 1.9, 2.0, 2.4])
def test_bounds_for_many_classes_are_the_bounds_for_each(tau):
    together = inverses.sharp_bounds([0.003, 0.05, 0.4], tau, [2, 3, 6, 9])
    for n, row in zip((2, 3, 6, 9), together, strict=True):
        np.testing.assert_allclose(row, inverses.sharp_bound([0.003, 0.05, 0.4], tau, n), rtol=1e-4)


@pytest.mark.parametrize("tau", [1.55, 1.7, 1.95])
def test_pools_left_out_do_not_matter(tau):
    beta = np.linspace(0, 1, 65)
    for n, value in zip((2, 4, 15), inverses._transformations(beta, tau, (2, 4, 15)), strict=True):
        np.testing.assert_allclose(value, sharp.exact_transformation(beta, tau, n), rtol=0, atol=1e-15)


@pytest.mark.parametrize("classes", [[], [3, 3], [5, 2]])
def test_classes_must_increase(classes):
    with pytest.raises(InputError, match="increasing list"):
        inverses.sharp_bounds(0.1, 1.5, classes)
