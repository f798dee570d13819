"""Sizes of experiments: ``config/<size>/<paper>.yaml``, read strictly.

A file holds one mapping per experiment (named without the paper: ``transformations`` for
``comp_sum.transformations``), each with at least ``shards``, and optionally a mapping ``checks``. The
experiment's pydantic model validates its mapping; keys that the model does not know are refused.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbline import catalogue
from plumbline.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from plumbline.nouns import Experiment

SIZES = ("quick", "full")
CHECKS = "checks"


def require_size(size: str) -> str:
    """``size`` itself; :class:`InputError` unless it is ``quick`` or ``full``."""
    if size not in SIZES:
        raise InputError(f"size must be one of {', '.join(SIZES)}, got {size!r}")
    return size


def section_name(experiment_id: str) -> str:
    """The experiment's name in its paper's file: its id without the paper."""
    return experiment_id.split(".", 1)[-1]


def path_of(paper: str, size: str, root: Path | None = None) -> Path:
    return (root or catalogue.root()) / "config" / require_size(size) / f"{paper}.yaml"


def _unknown(what: str, name: object, where: str, allowed: Iterable[str]) -> UnknownNameError:
    names = sorted(allowed)
    close = difflib.get_close_matches(str(name), names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return UnknownNameError(f"{where}: unknown {what} {name!r}{hint} (allowed: {', '.join(names) or 'none'})")


def _parse(text: str, where: str) -> Any:
    """YAML with duplicate keys refused."""
    import yaml

    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
            seen: set[str] = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise InputError(f"{where}: a key must be a word, line {key.start_mark.line + 1}")
                if key.value in seen:
                    raise InputError(f"{where}: key {key.value!r} stands twice")
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Loader=Strict)
    except yaml.YAMLError as error:
        raise InputError(f"{where}: not valid YAML: {' '.join(str(error).split())}") from None


def read(paper: str, size: str, root: Path | None = None) -> dict[str, dict[str, Any]]:
    """All mappings of a paper's file as they stand; empty for a paper without one."""
    path = path_of(paper, size, root)
    if not path.exists():
        return {}
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    sections = _parse(text, str(path)) or {}
    if not isinstance(sections, dict):
        raise InputError(f"{path}: must hold one mapping per experiment, got {type(sections).__name__}")
    for name, section in sections.items():
        if not isinstance(section, dict):
            raise InputError(f"{path}: {name} must be a mapping, got {section!r}")
    return sections


def shards(paper: str, size: str, root: Path | None = None) -> dict[str, int]:
    """Number of shards of each experiment of a paper, by the experiment's full id.

    Read from the file alone, so that a pipeline can be laid out without importing a simulation.
    """
    found: dict[str, int] = {}
    for name, section in read(paper, size, root).items():
        if name == CHECKS:
            continue
        count = section.get("shards")
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            where = path_of(paper, size, root)
            raise InputError(f"{where}: {name}: shards must be an integer of at least 1, got {count!r}")
        found[f"{paper}.{name}"] = count
    return found


def _overrides(items: Iterable[str]) -> dict[str, Any]:
    """Values of ``key=value`` items; a dotted key reaches into a nested mapping."""
    found: dict[str, Any] = {}
    for item in items:
        key, equals, text = item.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--set takes key=value, got {item!r}")
        place = found
        *outer, last = key.strip().split(".")
        for part in outer:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise InputError(f"--set {item}: {part!r} was set to a plain value before")
        place[last] = _parse(text, f"--set {item}")
    return found


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _refuse_unknown(model: Any, values: Mapping[str, Any], where: str) -> None:
    """Keys that ``model`` (or a model nested in it) does not have, whatever its own ``extra`` says."""
    from pydantic import BaseModel

    fields = model.model_fields
    names = {field.alias or name for name, field in fields.items()}
    for key, value in values.items():
        if key not in names:
            raise _unknown("key", key, where, names)
        nested = fields[key].annotation if key in fields else None
        if isinstance(nested, type) and issubclass(nested, BaseModel) and isinstance(value, dict):
            _refuse_unknown(nested, value, f"{where}.{key}")


def _refuse_nonfinite(value: Any, where: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{where}: must be finite, got {value}")
    if isinstance(value, dict):
        for key, part in value.items():
            _refuse_nonfinite(part, f"{where}: {key}")
    if isinstance(value, list):
        for part in value:
            _refuse_nonfinite(part, where)


def validate(model: Any, values: Mapping[str, Any], where: str) -> Any:
    """``model(**values)``, or one line that names the key, what came and where it stands."""
    from pydantic import ValidationError

    try:
        _refuse_unknown(model, values, where)
        _refuse_nonfinite(dict(values), where)
    except RecursionError:
        raise InputError(f"{where}: a value must not contain itself") from None
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "settings"
        if first["type"] == "extra_forbidden":
            raise _unknown("key", key, where, model.model_fields) from None
        came = "" if first["type"] == "missing" else f", got {first['input']!r}"
        raise InputError(f"{where}: {key}: {first['msg']}{came}") from None


def load(experiment: Experiment, size: str, overrides: Iterable[str] = (), *, root: Path | None = None) -> Any:
    """The experiment's settings at a size, with ``key=value`` overrides: an instance of its model."""
    path = path_of(experiment.paper, size, root)
    name = section_name(experiment.id)
    sections = read(experiment.paper, size, root)
    known = {section_name(entry) for entry in catalogue.experiments(experiment.paper)} | {name, CHECKS}
    for section in sections:
        if section not in known:
            raise _unknown("experiment", section, str(path), known)
    if name not in sections:
        raise InputError(f"{path}: no settings for {experiment.id}: add a mapping {name!r}")
    changes = _overrides(overrides)
    settings = _counted(validate(experiment.config, sections[name], f"{path}: {name}"), f"{path}: {name}")
    if not changes:
        return settings
    where = f"--set of {experiment.id}"
    return _counted(validate(experiment.config, _merge(sections[name], changes), where), where)


def _counted(settings: Any, where: str) -> Any:
    """The settings, if they have shards: a model may have forgotten to ask for one at least."""
    if settings.shards < 1:
        raise InputError(f"{where}: shards must be an integer of at least 1, got {settings.shards!r}")
    return settings
