"""The tables of the experiments against games played one by one; a learner added as CONTRIBUTING says."""

from __future__ import annotations

import gc
import math
import re

import numpy as np
import pandas as pd
import pytest
import torch

from plumbline import catalogue, simulate
from plumbline.errors import PlumblineError, UnknownNameError
from simulations.sea_omd import phases, tables
from theory.sea_omd import environments, learners
from theory.sea_omd.play import drawn, play

SMALL = ["first=20", "last=80", "points=3", "runs=64", "dimension=2"]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def experiment(name, folder, *overrides):
    path = folder / f"{name}.parquet"
    simulate.run(f"sea_omd.{name}", path, overrides=overrides, progress=False)
    return pd.read_parquet(path)


@pytest.fixture(scope="module")
def interpolation(tmp_path_factory):
    return experiment("interpolation", tmp_path_factory.mktemp("tables"), *SMALL)


def test_every_learner_meets_every_environment(interpolation):
    shown = set(environments.environments()) - {"coins", "growing_blocks"}
    cells = interpolation.groupby(["environment", "learner", "rounds"]).size()
    assert set(interpolation.environment) == shown and set(interpolation.learner) == set(learners.learners())
    assert len(cells) == len(shown) * len(learners.learners()) * 3 and set(cells) == {64}
    assert set(interpolation["rounds"]) == {20, 40, 80}


def test_sharp_bound_holds_for_the_means(interpolation):
    own = interpolation[interpolation.learner == "oomd"].groupby(["environment", "rounds"]).mean(numeric_only=True)
    bound = (
        12 * own.diameter**2 * own.smoothness
        + 2 * math.sqrt(5) * own.diameter * own.largest_gradient
        + 4 * own.diameter * own.noise_total**0.5
        + 2 * math.sqrt(3) * own.diameter * own.shift_from_second**0.5
    )
    assert len(own) == 18 and (own.pseudo_regret < bound).all()
    assert (own.pseudo_regret <= own.hindsight_regret + 1).all()
    assert (own.hindsight_regret <= own.linearised_regret + 1e-9).all()


@pytest.mark.parametrize("environment", ["iid", "switch"])
@pytest.mark.parametrize("learner", ["oomd", "ogd_fixed"])
def test_prefixes_and_blocks_are_games_of_their_own(environment, learner):
    """A table's rows for T = 30 are those of a game that ends there, told T = 30, on the same noise."""
    one, stream = environments.environment(environment), np.random.SeedSequence(4)
    table = tables.regret_table(one, [10, 30, 45], 16, 4, stream, "cpu", dimension=3, radius=1.0)
    game = one.make(3, 1.0, 30, "cpu")
    noise = drawn(game, 16, tables.generator(stream, "cpu"))
    (last,) = play(game, [learners.learner(learner)], 30, 16, noise)
    rows = table[(table.learner == learner) & (table["rounds"] == 30)].sort_values("block")
    assert np.allclose(rows.pseudo_regret, last.pseudo_regret.reshape(4, 4).mean(-1), atol=1e-12)
    assert np.allclose(rows.hindsight_regret, last.hindsight_regret.reshape(4, 4).mean(-1), atol=1e-12)
    assert set(rows.noise_total) == {30.0} and set(rows.runs) == {4}


def test_no_optimism_table(tmp_path):
    table = experiment("no_optimism", tmp_path, "first=1024", "last=1024", "points=1").set_index("learner")
    assert table.hindsight_regret["ogd"] == pytest.approx(64.2, abs=0.05)
    assert table.hindsight_regret["oomd"] == pytest.approx(21.1, abs=0.05)
    assert (table.variation == table.shift_total).all()


def test_noise_constant_table(tmp_path):
    table = experiment("noise_constant", tmp_path, "rounds=[1000]", "biases=[0, 5]", "runs=256")
    table["share"] = table.pseudo_regret / (table.diameter * np.sqrt(table["rounds"]))
    table["best"] = table.hindsight_regret / (table.diameter * np.sqrt(table["rounds"]))
    means = table[table.learner == "oomd"].groupby("bias")[["share", "best"]].agg(["mean", "sem"])
    assert abs(means.loc[0.0, ("share", "mean")]) < 1e-12  # fair signs: nobody wins or loses
    assert abs(means.loc[0.0, ("best", "mean")] - 0.3989) < 5 * means.loc[0.0, ("best", "sem")] + 1e-3
    assert 0.55 < means.loc[5.0, ("share", "mean")] < 0.65
    assert np.allclose(table[table.bias == 5].noise_total, 1000 * (1 - 25 / 1000))


def test_phase_cells_are_alternating_games():
    sigma, shift = torch.tensor([0.2, 0.2, 1.5]).double(), torch.tensor([0.1, 0.9, 0.9]).double()
    together = phases.game(sigma, shift, 3, 1.0)
    raw = torch.randn(25, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    found = list(play(together, learners.learners().values(), 25, 3, lambda t: raw[t - 1]))
    for i in range(3):
        make = environments.environment("alternating").make
        alone = make(3, 1.0, 25, "cpu", sigma=float(sigma[i]), reach=float(shift[i]) / 2)
        told = together.variation(25)
        assert float(told.shift_from_second[i]) == pytest.approx(alone.variation(25).shift_from_second)
        assert float(told.shift[i]) == pytest.approx(alone.variation(25).shift)
        one = list(play(alone, learners.learners().values(), 25, 1, lambda t, i=i: raw[t - 1, i : i + 1]))
        for batch, single in zip(found, one, strict=True):
            assert float(batch.pseudo_regret[i]) == pytest.approx(float(single.pseudo_regret), abs=1e-11)
            assert float(batch.hindsight_regret[i]) == pytest.approx(float(single.hindsight_regret), abs=1e-11)


def test_phase_table(tmp_path):
    table = experiment("phases", tmp_path, "cells=3", "runs=8", "rounds=50", "dimension=2")
    assert len(table) == 9 * len(learners.learners())
    assert np.allclose(table.noise_total, 50 * table.sigma**2)
    assert np.allclose(table.shift_from_second, 49 * table["shift"] ** 2)
    assert (table.pseudo_regret_error > 0).all()


def test_nothing_grows_with_the_number_of_rounds():
    game, held = environments.environment("iid").make(3, 1.0, 300, "cpu"), {}

    def count(t, who, x, g):
        if t in (10, 300):
            held[t] = sum(o.numel() for o in gc.get_objects() if type(o) is torch.Tensor)

    noise = drawn(game, 32, torch.Generator().manual_seed(0))
    list(play(game, [learners.learner("oomd")], 300, 32, noise, diagnostics=True, watch=count))
    assert held[300] == held[10] > 0


def test_unknown_environment_is_refused(tmp_path):
    with pytest.raises(UnknownNameError, match="without: unknown environment 'iidd'"):
        experiment("interpolation", tmp_path, *SMALL, "without=[iidd]")
    with pytest.raises(UnknownNameError, match="unknown learner 'omd'; learners: oftrl"):
        learners.learner("omd")


def test_parameters_of_environments(tmp_path):
    table = experiment("interpolation", tmp_path, *SMALL, "parameters={iid: {sigma: 2.0, L: 0.5}}")
    assert set(table[table.environment == "iid"].smoothness) == {0.5}
    assert np.allclose(table[table.environment == "iid"].noise_total, 4 * table[table.environment == "iid"]["rounds"])
    with pytest.raises(UnknownNameError, match="no environment coins is played"):
        experiment("interpolation", tmp_path, *SMALL, "parameters={coins: {sigma: 2.0}}")


def documented(heading, attribute):
    """The python block of CONTRIBUTING under a heading that declares the attribute."""
    text = (catalogue.root() / "CONTRIBUTING.md").read_text().split(heading)[1]
    return next(block for block in re.findall(r"```python\n(.*?)```", text, re.S) if f"{attribute} = " in block)


def add(folder, package, name, text, monkeypatch):
    (folder / f"{name}.py").write_text(text)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])


def test_a_learner_added_as_documented_is_in_the_table(tmp_path, monkeypatch):
    text = documented("### A learner or an environment of `sea_omd`", "LEARNER")
    assert len(text.splitlines()) < 40
    add(tmp_path, learners, "halving", text, monkeypatch)
    assert learners.learners()["halving"].title == "halving steps"
    table = experiment("interpolation", tmp_path, *SMALL)
    rows = table[table.learner == "halving"]
    assert set(rows.environment) == set(table.environment) and rows.hindsight_regret.std() > 0


def test_an_added_environment_is_in_the_table(tmp_path, monkeypatch):
    text = (catalogue.root() / "theory/sea_omd/environments/iid.py").read_text()
    assert len(text.splitlines()) < 40
    add(
        tmp_path,
        environments,
        "quiet",
        text.replace('"iid"', '"quiet"').replace("sigma: float = 1.0", "sigma: float = 0.0"),
        monkeypatch,
    )
    table = experiment("interpolation", tmp_path, *SMALL)
    assert (table[table.environment == "quiet"].noise_total == 0).all()


def test_files_without_a_declaration_are_refused(tmp_path, monkeypatch):
    add(tmp_path, learners, "empty_file", "", monkeypatch)
    with pytest.raises(PlumblineError, match="must declare LEARNER = Learner"):
        learners.learners()
