"""Assertions on the arrays that the atlas, the bands and the predictor figure drew."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from figures.pcf.exact_limits import limit_of_delta, measured_eta, weights
from plumbline import catalogue, simulate
from plumbline.draw import check_arrays
from simulations.pcf.census import spread
from simulations.pcf.predictor import FORMULAS, depths_to
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import blind_delta

NAMES = ("atlas", "bands", "predictor")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The tables of the quick size, made as the pipeline makes them."""
    made = {}
    for name in ("census", "predictor"):
        destination = tmp_path_factory.mktemp("tables") / f"{name}.parquet"
        simulate.run(f"pcf.{name}", destination)
        made[f"pcf.{name}"] = pd.read_parquet(destination)
    return made


@pytest.fixture(scope="module")
def arrays(tables):
    """The drawn arrays of the three figures."""
    drawn = {}
    figures = catalogue.figures("pcf")
    for name in NAMES:
        drawing, raw = figures[f"pcf.{name}"].function(tables, {})
        assert drawing.axes
        drawn[name] = check_arrays(name, raw)
    return drawn


def test_every_convergent_formula_is_drawn_and_counted_once(arrays, tables):
    drawn = arrays["atlas"]
    formulas, seen = drawn["formulas"]
    assert formulas == tables["pcf.census"]["u"].notna().sum() > 30_000
    assert seen == tables["pcf.census"]["delta"].notna().sum() == 4000
    assert drawn["cell_mass"].sum() + drawn["outside"][0] == pytest.approx(formulas, abs=1e-6)
    assert drawn["outside"][0] <= 2
    assert drawn["eta_counts"].sum() == formulas
    assert drawn["delta_counts"].sum() + drawn["undecided"][0] == formulas
    assert (drawn["delta_counts"][[0, 1, 3, 4]] > 0).all()


def test_measured_growth_lies_on_the_exact_lines(arrays):
    near, close, _, off = arrays["atlas"]["off_line"]
    assert near > 0.9
    assert near + close > 0.99
    assert off < 1e-3
    cells, mass = arrays["atlas"]["cells"], arrays["atlas"]["cell_mass"]
    for low, high in ((0.2, 0.3), (1.15, 1.4), (1.65, 1.85)):
        assert mass[(cells[:, 1] > low) & (cells[:, 1] < high)].sum() < 1e-3 * mass.sum()


def test_only_the_derived_pairs_of_limits_occur(arrays):
    drawn = arrays["atlas"]
    pairs = {(-1, 0.5), (-1, 0.75), (-1, 1), (0, 1), (0, 2), (1 / 3, 1.5), (0.5, 2), (1, 1), (1, 2)}
    found = {tuple(pair) for pair in np.round(drawn["points"], 6).tolist()}
    assert found <= {(round(x, 6), y) for x, y in pairs}
    assert len(found) >= 8
    assert (np.abs(drawn["point_means"] - drawn["points"])[:, 1] < 0.06).all()


def test_delta_is_off_its_limit_by_one_over_the_logarithm(arrays):
    """At n = 1000 clouds lie up to 2/ln n from their circle; those of (2,2) and (2,1) lie about it."""
    drawn = arrays["atlas"]
    away = (drawn["point_means"] - drawn["points"])[:, 0]
    assert (np.abs(away) < 2 / np.log(1000)).all()
    heavy = drawn["point_mass"] > 2000
    assert heavy.any()
    assert (np.abs(away[heavy]) < 0.05).all()


def test_two_depths_give_eta_of_exact_growth():
    n = np.array([1000, 200])
    rows = pd.DataFrame({"n": n, "log_g": [5.0, 7.0], "log_g_quarter": [2.0, 1.0]})
    for name, m in (("log_q", n), ("log_q_quarter", n // 4)):
        rows[name] = 0.75 * gammaln(m + 1) + 1.5 * m + rows[name.replace("q", "g", 1)]
    assert measured_eta(rows) == pytest.approx([0.75, 0.75], abs=1e-12)


def test_no_limit_is_claimed_where_gamma_decides():
    rows = pd.DataFrame({"u": [1.0, 1.0, 2.0, 2.0], "d_a": [1, 1, 2, 2], "eta": [0.0, 0.0, -2.0, -2.0]})
    rows = rows.assign(rho=[1.0, 0.25, np.nan, np.nan], nilpotent=[-1, -1, 12, 6])
    assert limit_of_delta(rows) == pytest.approx([np.nan, -1, 1, 1 / 3], nan_ok=True)


def test_weights_restore_the_kinds():
    kinds = pd.DataFrame({"regime": list("aaaab"), "d_a": 1, "d_b": 2, "rho": np.nan, "nilpotent": -1})
    seen = np.array([True, True, False, False, True])
    assert weights(kinds, seen).tolist() == [2, 2, 1]


def test_gcds_are_spread_over_the_kinds():
    kinds = pd.DataFrame({"regime": ["a"] * 90 + ["b"] * 8 + ["c"] * 2, "rho": np.nan})
    chosen = spread(kinds, 22, np.random.default_rng(1))
    assert len(set(chosen.tolist())) == 22
    counts = kinds["regime"].iloc[chosen].value_counts()
    assert (counts["a"], counts["b"], counts["c"]) == (12, 8, 2)


def test_rates_lie_on_twenty_seven_lines(arrays):
    drawn = arrays["bands"]
    lines = drawn["lines"]
    assert len(lines) == 27
    assert np.abs(drawn["gamma_exact"][:, None] - lines).min(axis=1).max() < 2e-9
    away = np.abs(drawn["gamma"] - drawn["gamma_exact"])
    assert np.quantile(away, 0.98) < 0.02
    assert away.max() < 0.05
    assert len(np.unique(np.abs(drawn["gamma_exact"][:, None] - lines).argmin(axis=1))) >= 26


def test_densities_make_the_bands(arrays):
    drawn = arrays["bands"]
    band = {rho: drawn["rho"] == rho for rho in (0.25, 0.5, 1.0)}
    assert all(own.sum() >= 40 for own in band.values())
    assert drawn["rho"].size == sum(own.sum() for own in band.values())
    growth = {rho: np.median(drawn["growth"][own]) for rho, own in band.items()}
    rate = {rho: np.median(drawn["rate"][own]) for rho, own in band.items()}
    assert growth[0.25] - growth[0.5] > 1
    assert growth[0.5] - growth[1.0] > 2
    assert max(rate.values()) - min(rate.values()) < 0.5
    assert np.quantile(drawn["growth"][band[1.0]], 0.95) < np.quantile(drawn["growth"][~band[1.0]], 0.05)
    wrong = drawn["growth"] - 0.5 * drawn["factorial"]
    assert np.median(wrong[band[0.25]]) - np.median(wrong[band[1.0]]) > 3


def test_the_series_are_blind_delta_in_exact_integers(tables):
    table = tables["pcf.predictor"]
    assert len(table) == len(FORMULAS) * len(depths_to(20000))
    for name, key in FORMULAS.items():
        rows = table[(table["limit"] == name) & table["n"].isin([20, 500])]
        for n, delta in zip(rows["n"], rows["delta"], strict=True):
            assert delta == pytest.approx(blind_delta(ContinuedFraction.of_key(key), int(n)).reduced, abs=1e-12)


@pytest.mark.parametrize(("name", "bias"), [("cot 1", 2 / np.log(1e9)), ("e", 1 / np.log(1e9))])
def test_the_released_predictor_has_the_derived_bias(arrays, name, bias):
    drawn = arrays["predictor"]
    limit, printed = drawn[f"{name}: limit"]
    released = drawn[f"{name}: released"]
    assert drawn[f"{name}: bias"][-1] == pytest.approx(bias, rel=1e-12)
    assert released[-1] - limit == pytest.approx(bias, rel=0.06)
    assert released[-1] == pytest.approx(printed, abs=6e-3)
    assert released[-1] - limit > 0.045
    assert (np.diff(released) < 0).all()


@pytest.mark.parametrize("name", list(FORMULAS))
def test_the_corrected_predictor_follows_exact_delta_to_its_limit(arrays, name):
    drawn = arrays["predictor"]
    limit = drawn[f"{name}: limit"][0]
    n, delta = drawn[f"{name}: n"], drawn[f"{name}: delta"]
    corrected = np.interp(np.log(n), np.log(drawn["depths"]), drawn[f"{name}: corrected"])
    late = n >= 1000
    assert np.abs(corrected - delta)[late].max() < 0.01
    assert abs(drawn[f"{name}: corrected"][-1] - limit) < 1e-6
    assert abs(delta[-1] - limit) < 1e-3


def test_full_reduction_is_missed_and_no_bias_without_excess(arrays):
    drawn = arrays["predictor"]
    assert drawn["2/ln 3: limit"][0] == pytest.approx(-0.12497, abs=2e-3)
    assert drawn["2/ln 3: released"][-1] == pytest.approx(-0.299, abs=1e-2)
    assert drawn["1 + sqrt 2: released"][-1] == pytest.approx(1, abs=1e-12)
    assert not drawn["1 + sqrt 2: bias"].any()
