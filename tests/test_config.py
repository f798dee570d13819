"""Settings: read strictly, refused in one clear line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from plumbline import catalogue, config
from plumbline.errors import InputError, PlumblineError
from plumbline.nouns import Experiment


class Grid(BaseModel):
    points: int = Field(default=3, ge=1)


class Settings(BaseModel):
    """Deliberately without ``extra="forbid"``: strictness is not left to the author of a model."""

    shards: int
    samples: int = Field(ge=1)
    taus: list[float] = [1.0]
    grid: Grid = Grid()


EXPERIMENT = Experiment("toy.noise", "Noise", Settings, lambda *_: None, {"value": "a number"})


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogue, "experiments", lambda paper: {EXPERIMENT.id: EXPERIMENT})
    return tmp_path


def write(root: Path, text: str, size: str = "quick") -> Path:
    path = config.path_of("toy", size, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def load(root: Path, *overrides: str) -> Any:
    return config.load(EXPERIMENT, "quick", overrides, root=root)


def test_settings_are_read_by_size(root: Path) -> None:
    write(root, "noise: {shards: 1, samples: 10}")
    write(root, "noise: {shards: 8, samples: 1000}", size="full")
    assert load(root) == Settings(shards=1, samples=10)
    assert config.load(EXPERIMENT, "full", root=root).samples == 1000
    assert config.shards("toy", "full", root) == {"toy.noise": 8}


def test_overrides_go_through_the_same_model(root: Path) -> None:
    write(root, "noise: {shards: 1, samples: 10, grid: {points: 5}}")
    settings = load(root, "samples=20", "taus=[0.5, 2]", "grid.points=7")
    assert (settings.samples, settings.taus, settings.grid.points) == (20, [0.5, 2.0], 7)
    assert load(root, "taus=[1e-3]").taus == [0.001]
    assert load(root).samples == 10


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("smaples=3", ["smaples", "did you mean 'samples'", "grid, samples, shards, taus"]),
        ("grid.pionts=3", ["grid", "pionts", "did you mean 'points'"]),
        ("samples=0", ["samples", "greater than or equal to 1", "got 0"]),
        ("samples=many", ["samples", "integer", "'many'"]),
        ("samples", ["key=value", "'samples'"]),
        ("taus=[.nan]", ["taus", "finite", "nan"]),
        ("samples=.inf", ["samples", "finite", "inf"]),
        ("taus=[1", ["taus=[1", "not valid YAML"]),
    ],
)
def test_a_wrong_override_is_one_line_that_names_it(root: Path, override: str, named: list[str]) -> None:
    write(root, "noise: {shards: 1, samples: 10}")
    with pytest.raises(PlumblineError) as caught:
        load(root, override)
    message = str(caught.value)
    assert "\n" not in message
    for part in named:
        assert part in message


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("noise: {shards: 1, smaples: 10}", ["quick/toy.yaml", "noise", "smaples", "'samples'"]),
        ("noise: {shards: 1}", ["quick/toy.yaml", "noise: samples", "required"]),
        ("nois: {shards: 1}", ["quick/toy.yaml", "unknown experiment 'nois'", "did you mean 'noise'"]),
        ("checks: {}", ["quick/toy.yaml", "no settings for toy.noise"]),
        ("noise: 3", ["quick/toy.yaml", "noise must be a mapping", "3"]),
        ("- noise", ["quick/toy.yaml", "one mapping per experiment", "list"]),
        ("noise: {shards: 1, samples: 1, samples: 2}", ["quick/toy.yaml", "'samples' stands twice"]),
        ("noise: {shards: 1", ["quick/toy.yaml", "not valid YAML"]),
    ],
)
def test_a_wrong_file_is_one_line_that_names_it(root: Path, text: str, named: list[str]) -> None:
    write(root, text)
    with pytest.raises(PlumblineError) as caught:
        load(root)
    message = str(caught.value)
    assert "\n" not in message
    for part in named:
        assert part in message


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "true", "two", ""])
def test_shards_are_laid_out_only_from_a_positive_integer(root: Path, count: str) -> None:
    write(root, f"noise: {{shards: {count}}}")
    with pytest.raises(InputError, match="shards must be an integer of at least 1"):
        config.shards("toy", "quick", root)


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(InputError, match="quick, full, got 'medium'"):
        config.read("toy", "medium")


@pytest.mark.parametrize("size", config.SIZES)
@pytest.mark.parametrize("paper", catalogue.paper_names())
def test_every_experiment_has_settings_and_every_setting_an_experiment(paper: str, size: str) -> None:
    experiments = catalogue.experiments(paper)
    assert set(config.shards(paper, size)) == set(experiments)
    for experiment in experiments.values():
        assert config.load(experiment, size).shards >= 1
