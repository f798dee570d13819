"""What the figures on regret over T, over noise and shift, and on missing hints draw: assertions on these arrays."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
import torch

from figures.sea_omd import curves, interpolation, no_optimism, phases
from plumbline import catalogue, draw, simulate
from theory.sea_omd import learners
from theory.sea_omd.environments import environments

SHOWN = {"fixed", "biased_signs", "iid", "drift", "switch", "alternating"}
OVERRIDES = {
    "interpolation": ["last=800", "points=4"],
    "phases": ["cells=6", "rounds=400"],
    "no_optimism": ["last=8192", "points=8"],
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The quick tables with fewer rounds."""
    folder, made = tmp_path_factory.mktemp("tables"), {}
    for name, overrides in OVERRIDES.items():
        simulate.run(f"sea_omd.{name}", folder / f"{name}.parquet", overrides=overrides, progress=False)
        made[f"sea_omd.{name}"] = pd.read_parquet(folder / f"{name}.parquet")
    return made


@pytest.fixture(scope="module")
def arrays(tables):
    """The drawn arrays by figure, checked as the pipeline checks them: none empty, all finite."""
    drawn = {}
    for figure in (interpolation.PSEUDO, interpolation.HINDSIGHT, phases.PHASES, no_optimism.NO_OPTIMISM):
        drawing, found = figure.function({name: tables[name] for name in figure.tables}, {})
        drawn[figure.id] = draw.check_arrays(figure.id, found)
        assert drawing.axes
    return drawn


@pytest.fixture(params=["pseudo", "hindsight"])
def regrets(request, arrays):
    return arrays[f"sea_omd.interpolation_{request.param}"]


def test_the_scan_finds_them():
    found = catalogue.figures("sea_omd")
    assert {f"sea_omd.{name}" for name in ("interpolation_pseudo", "interpolation_hindsight")} <= set(found)
    assert {"sea_omd.phases", "sea_omd.no_optimism"} <= set(found)
    for regret in ("pseudo", "hindsight"):
        figure = found[f"sea_omd.interpolation_{regret}"]
        assert interpolation.REGRETS[regret] in figure.title and interpolation.REGRETS[regret] in figure.caption


def test_every_learner_and_environment_is_drawn_from_enough_seeds(regrets):
    assert set(regrets["learners"]) == set(learners.learners()) and regrets["learners"][0] == "oomd"
    assert set(regrets["environments"]) == SHOWN and int(regrets["seeds"]) >= 128
    for environment in SHOWN:
        for learner in learners.learners():
            assert (regrets[f"{environment}_{learner}_mean"] > 0).all()
            assert regrets[f"{environment}_{learner}_half"].shape == regrets["rounds"].shape
    assert {one.title for one in learners.learners().values()} <= set(regrets["legend"])


def test_panels_run_from_no_variation_to_the_adversary(regrets):
    order = list(regrets["environments"])
    assert order[0] == "fixed" and order[-1] == "alternating"
    assert {"biased_signs", "iid"} == set(order[1:3])


def test_measured_regret_lies_below_the_sharp_bound_and_that_below_the_published_one(regrets):
    for environment in SHOWN:
        above = regrets[f"{environment}_oomd_mean"] + regrets[f"{environment}_oomd_half"]
        assert (above < regrets[f"{environment}_sharp"]).all()
        assert (regrets[f"{environment}_sharp"] < regrets[f"{environment}_published"]).all()


def test_no_learner_beats_the_lower_bound_on_the_game_that_it_comes_from(arrays):
    """On biased signs (c = 1, next to its worst bias) all lie above 0.25 D s sqrt T; elsewhere some lie below."""
    drawn = arrays["sea_omd.interpolation_pseudo"]
    for learner in learners.learners():
        ratio = drawn[f"biased_signs_{learner}_mean"] / drawn["biased_signs_lower"]
        assert (ratio > 1).all(), learner
    assert (drawn["iid_ogd_fixed_mean"] < drawn["iid_lower"]).all()


def test_slopes_one_half_in_noise_and_none_without(regrets):
    for learner in ("oomd", "oomd_short", "oftrl", "ogd"):
        assert abs(regrets[f"fixed_{learner}_slope"][0]) < 0.01
    for learner in ("oomd_constant", "ogd_fixed"):
        assert regrets[f"fixed_{learner}_slope"][0] == pytest.approx(0.5, abs=0.05)
    for environment in SHOWN - {"fixed"}:
        slope, half = regrets[f"{environment}_oomd_slope"]
        assert slope == pytest.approx(0.5, abs=0.1) and 0 < half < 0.08


def test_both_regrets_differ_where_the_losses_are_linear(arrays):
    pseudo, hindsight = (arrays[f"sea_omd.interpolation_{name}"] for name in ("pseudo", "hindsight"))
    share = hindsight["biased_signs_oomd_mean"] / pseudo["biased_signs_oomd_mean"]
    assert (share > 1.05).all()
    assert hindsight["fixed_oomd_mean"] == pytest.approx(pseudo["fixed_oomd_mean"], rel=1e-9)


def test_bands_and_slopes_of_a_known_table():
    draws = np.random.default_rng(4).standard_normal((4000, 4))
    T = np.array([10.0, 100.0, 1000.0, 10000.0])
    values = 2 * T**0.5 * (1 + 0.1 * draws)
    rows = pd.DataFrame(
        {
            "shard": 0,
            "block": np.repeat(np.arange(4000), 4),
            "rounds": np.tile(T, 4000),
            "runs": 1,
            "pseudo_regret": values.reshape(-1),
        }
    )
    found = curves.curve(rows, "pseudo_regret")
    assert found.half == pytest.approx(1.96 * 0.2 * T**0.5 / math.sqrt(4000), rel=0.05)
    x = np.log(T) - np.log(T).mean()
    assert found.slope_half == pytest.approx(1.96 * 0.1 / math.sqrt(4000 * (x @ x)), rel=0.05)
    assert abs(found.slope - 0.5) < 2 * found.slope_half and found.seeds == 4000


def test_every_cell_of_the_phase_diagram_lies_below_the_sharp_bound(arrays):
    drawn = arrays["sea_omd.phases"]
    for regret in ("pseudo", "hindsight"):
        assert drawn[regret].shape == (6, 6) and (drawn[regret] > 0).all()
        assert (drawn[f"{regret}_margin"] > 1).all() and drawn[f"{regret}_margin"].min() > 4
        assert (drawn[f"{regret}_error"] < 0.1 * drawn[regret] + 1e-3).all()
    assert drawn["limit"].max() < 0.75 and drawn["limit"].min() > 0.25


def test_the_limit_is_near_where_noise_or_shift_outweigh_the_constants(tables):
    """Regret of the phase cells with much noise or shift, against the limit at finite T: sqrt(K + vT) - sqrt(K)."""
    rows = tables["sea_omd.phases"]
    rows = rows[(rows["learner"] == "oomd") & (rows["sigma"] ** 2 + rows["shift"] ** 2 > 1)]
    per_round = rows["shift"] ** 2 + 2 * rows["sigma"] ** 2
    start = 9 * rows["diameter"] ** 2 + 4 * rows["largest_gradient"] ** 2
    grown = np.sqrt(start + per_round * rows["rounds"]) - np.sqrt(start)
    foretold = rows["diameter"] * (0.75 * rows["shift"] ** 2 + rows["sigma"] ** 2 / 2) / per_round * grown
    assert len(rows) >= 8 and (rows["pseudo_regret"] / foretold).between(0.8, 1.35).all()


def test_growing_blocks_refute_no_hints_in_what_is_drawn(arrays):
    drawn = arrays["sea_omd.no_optimism"]
    T, at = drawn["T"], {int(t): i for i, t in enumerate(drawn["T"])}
    known = {1024: (64.2, 21.1, 100.6), 4096: (128.7, -26.7, 140.6), 16384: (259.8, -197.3, 196.6)}
    known[65536] = (535.1, -732.7, 275.5)
    for t, (without, hinted, bound) in known.items():
        assert drawn["ogd_line"][at[t]] == pytest.approx(without, abs=0.05)
        assert drawn["oomd_line"][at[t]] == pytest.approx(hinted, abs=0.05)
        assert drawn["proved"][at[t]] == pytest.approx(bound, abs=0.05)
    assert drawn["published"][at[65536]] == pytest.approx(459.2, abs=0.05)
    assert drawn["fails_from"] == 8192
    assert set(T[drawn["ogd_line"] > drawn["published"]]) == {65536}
    assert (drawn["oomd_line"] < drawn["proved"]).all()


def test_markers_of_the_batched_learners_lie_on_the_paths_by_definition(arrays):
    drawn = arrays["sea_omd.no_optimism"]
    for name in ("oomd", "ogd"):
        line = np.interp(drawn[f"{name}_rounds"], drawn["T"], drawn[f"{name}_line"])
        assert drawn[f"{name}_regret"] == pytest.approx(line, abs=1e-8)
        assert drawn[f"{name}_rounds"].size == 8


def test_blocks_of_the_figure_are_those_of_the_environment():
    ends: list[int] = []
    game = environments()["growing_blocks"].make(1, 1.0, 3000, "cpu")
    assert all(no_optimism.slope(t, ends) == float(game.slope(t)) for t in range(1, 3001))


def test_a_learner_added_as_documented_is_in_the_legend(tmp_path, monkeypatch):
    text = (catalogue.root() / "CONTRIBUTING.md").read_text().split("### A learner or an environment of `sea_omd`")[1]
    code = next(block for block in re.findall(r"```python\n(.*?)```", text, re.S) if "LEARNER = " in block)
    (tmp_path / "halving.py").write_text(code)
    monkeypatch.setattr(learners, "__path__", [*learners.__path__, str(tmp_path)])
    path = tmp_path / "table.parquet"
    simulate.run(
        "sea_omd.interpolation",
        path,
        overrides=["first=20", "last=80", "points=3", "runs=64", "dimension=2"],
        progress=False,
    )
    for figure in (interpolation.PSEUDO, interpolation.HINDSIGHT):
        drawing, found = figure.function({"sea_omd.interpolation": pd.read_parquet(path)}, {})
        found = draw.check_arrays(figure.id, found)
        assert "halving steps" in found["legend"] and "halving" in found["learners"]
        (legend,) = drawing.legends
        assert "halving steps" in [entry.get_text() for entry in legend.get_texts()]
        for environment in found["environments"]:
            assert found[f"{environment}_halving_mean"].shape == (3,)


def played(slopes, hints):
    """(hindsight regret, Vbar) of gradient descent on [-1, 1], G = 1, delta = 0, by a loop of its own."""
    leader = hint = loss = total = seen = variation = 0.0
    for g in slopes:
        eta = 2 / math.sqrt((4 if hints else 1) + (variation if hints else seen))
        x = min(max(leader - eta * hint, -1.0), 1.0) if hints else leader
        leader = min(max(leader - eta * g, -1.0), 1.0)
        loss, total, seen, variation, hint = loss + g * x, total + g, seen + g * g, variation + (g - hint) ** 2, g
    return loss + abs(total), variation


def test_growing_blocks_on_the_longest_reference_path():
    ends: list[int] = []
    slopes = [no_optimism.slope(t, ends) for t in range(1, 262145)]
    without, variation = played(slopes, hints=False)
    assert without == pytest.approx(1025.0, abs=0.05)
    assert played(slopes, hints=True)[0] == pytest.approx(-2439.2, abs=0.05)
    assert 3 * math.sqrt(4 + variation) == pytest.approx(387.4, abs=0.05)


@pytest.mark.parametrize(("power", "bound"), [(4, None), (5, 48.1), (6, 67.9), (7, 96.0), (8, 135.8), (9, 192.0)])
def test_fixed_step_on_constant_blocks_has_half_the_root_of_T(power, bound):
    """eta = D/(G sqrt T), blocks of floor(sqrt(T)/2): D G sqrt(T)/2, above (3/2) D sqrt(4 + Vbar) from T = 4^7."""
    T = 4**power
    x = loss = total = 0.0
    block, variation, last = 2**power // 2, 0.0, 0.0
    for t in range(T):
        g = 1.0 if t // block % 2 == 0 else -1.0
        loss, total, variation, last = loss + g * x, total + g, variation + (g - last) ** 2, g
        x = min(max(x - 2 / 2**power * g, -1.0), 1.0)
    regret = loss + abs(total)
    assert regret == pytest.approx(2**power, abs=1e-9)
    if bound is not None:
        assert 3 * math.sqrt(4 + variation) == pytest.approx(bound, abs=0.05)
        assert (regret > bound) == (power >= 7)
