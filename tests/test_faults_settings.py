"""Mistakes in settings: each is one line that says where it stands, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from toy_place import Place

from plumbline import catalogue, config
from plumbline.errors import PlumblineError

GATHER = ("stage", "gather", "toy.noise")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    yield place
    place.close()


@pytest.fixture
def place(shared: Place) -> Place:
    """The same place, without results and with its own settings."""
    shared.clear()
    return shared


MISTAKES = {
    "noise: {shards: 2, samples: 5, smaples: 6}": ["unknown key 'smaples'", "'samples'", "allowed: samples, shards"],
    "noise: {shards: 2, samples: many}": ["noise: samples", "valid integer", "got 'many'"],
    "noise: {shards: 2, samples: 2.5}": ["noise: samples", "valid integer", "got 2.5"],
    "noise: {shards: 2, samples: [5]}": ["noise: samples", "valid integer", "got [5]"],
    "noise: {shards: 2, samples:}": ["noise: samples", "valid integer", "got None"],
    "noise: {shards: 2, samples: 2020-01-01}": ["noise: samples", "valid integer", "2020"],
    "noise: {shards: 2, samples: 5, width: .nan}": ["noise: width", "must be finite", "got nan"],
    "noise: {shards: 2, samples: 5, width: -.inf}": ["noise: width", "must be finite", "got -inf"],
    "noise: {shards: 2}": ["noise: samples", "required"],
    "noise: {shards: 2, samples: 5, samples: 6}": ["'samples' stands twice"],
    "noise: {shards: 2, samples: 5": ["not valid YAML", "line 1"],
    "noise:\n\tshards: 2": ["not valid YAML", "line 2"],
    "noise: &all {shards: 2, samples: *all}": ["noise", "must not contain itself"],
    "noise: {shards: 2, [samples]: 5}": ["a key must be a word, line 1"],
    "noise: {shards: 2, 3: 5}": ["unknown key 3"],
    "noise: 3": ["noise must be a mapping", "got 3"],
    "[noise]": ["one mapping per experiment", "list"],
    "nois: {shards: 2, samples: 5}": ["unknown experiment 'nois'", "did you mean 'noise'", "allowed:"],
    "": ["no settings for toy.noise", "'noise'"],
    "\udcff": ["cannot be read"],
}


@pytest.mark.parametrize("text", MISTAKES)
def test_every_mistake_in_settings_is_one_line_that_says_where(place: Place, text: str) -> None:
    place.settings.write_bytes(text.encode(errors="surrogateescape"))
    for command in (("run", "toy.noise", "-o", str(place.output)), GATHER):
        said = place.complaint(*command)
        assert str(place.settings) in said
        for part in MISTAKES[text]:
            assert part in said
    assert not (place.results).exists() and not place.output.exists()


@pytest.mark.parametrize("count", ["0", "-1", "many", ".inf"])
def test_shards_must_be_counted(place: Place, count: str) -> None:
    place.settings.write_text(f"noise: {{shards: {count}, samples: 5}}\n")
    said = place.complaint(*GATHER)
    assert str(place.settings) in said and "noise" in said and "shards" in said


def wrong_values(value: Any) -> list[Any]:
    """What a setting that now has this value can never be."""
    wrong: list[Any] = [None, {"a": 1}, float("nan"), float("inf")]
    if isinstance(value, bool):
        return [*wrong, "perhaps", -1]
    if isinstance(value, (int, float)):
        return [*wrong, "many", [value], -1]
    return [*wrong, 3.5] if isinstance(value, list) else [*wrong, [], -1]


@pytest.mark.parametrize("paper", catalogue.paper_names())
def test_no_paper_takes_a_setting_that_makes_no_sense(paper: str) -> None:
    for experiment in catalogue.experiments(paper).values():
        settings = config.load(experiment, "quick").model_dump()
        for key, value in settings.items():
            optional = type(None) in get_args(experiment.config.model_fields[key].annotation)
            for wrong in wrong_values(value)[optional:]:  # the first is None
                with pytest.raises(PlumblineError, match=key) as caught:
                    config.validate(experiment.config, {**settings, key: wrong}, "file")
                said = str(caught.value)
                assert said.startswith("file: ") and "\n" not in said and (f"{wrong}" in said or f"{key}.a" in said), (
                    said
                )
