"""Runs experiments: one shard, the gathered table, or the whole experiment at once.

A shard is the unit of work and of resumption: it is written whole, and one that stands is never made
again. Its randomness comes from (experiment, shard, user seed) alone, so that tables do not depend on
the number of machines or the order of shards.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbline import catalogue, config, files, store
from plumbline.errors import InputError, PlumblineError
from plumbline.nouns import Experiment

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

DEVICES = ("cpu", "cuda")
MAY_BE_NAN = "may be NaN"


def require_device(device: str) -> str:
    """``device`` itself; :class:`InputError` if it is unknown, or ``cuda`` where there is none."""
    if device not in DEVICES:
        raise InputError(f"device must be one of {', '.join(DEVICES)}, got {device!r}")
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise InputError("device 'cuda' was asked for, but no CUDA device is available: use 'cpu'")
    return device


def seed_sequence(experiment_id: str, shard: int, seed: int) -> np.random.SeedSequence:
    """The shard's own stream: ``SeedSequence`` of (hash of the experiment's id, shard, user seed)."""
    import numpy as np

    identity = int.from_bytes(hashlib.sha256(experiment_id.encode()).digest()[:16])
    return np.random.SeedSequence([identity, shard, store.require_seed(seed)])


@contextlib.contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    """Torch's threads within the block; nothing to do where torch is not loaded."""
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise InputError(f"threads must be an integer of at least 1, got {threads!r}")
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def check_columns(experiment: Experiment, frame: Any, where: str) -> pd.DataFrame:
    """The table in the declared order of columns.

    :class:`PlumblineError` if it is no table, is empty, its columns are not exactly the documented ones, or a
    number is NaN or infinite where the column's documentation does not say ``may be NaN``.
    """
    import numpy as np
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise PlumblineError(f"{where}: must return a pandas DataFrame, got {type(frame).__name__}")
    if frame.empty:
        raise PlumblineError(f"{where}: the table has no rows")
    missing = [name for name in experiment.columns if name not in frame.columns]
    stray = [str(name) for name in frame.columns if name not in experiment.columns]
    if missing or stray:
        raise PlumblineError(f"{where}: columns missing {missing}, columns not documented {stray}")
    for name, description in experiment.columns.items():
        column = frame[name]
        bad = column.isna().to_numpy()
        if pd.api.types.is_float_dtype(column.dtype):
            bad = bad | ~np.isfinite(column.to_numpy(dtype=float, na_value=np.nan))
        if MAY_BE_NAN in description:
            bad = np.isinf(column.to_numpy(dtype=float)) if bad.any() else bad
        if bad.any():
            raise PlumblineError(f"{where}: column {name!r} has {int(bad.sum())} NaN or infinite values")
    return frame[list(experiment.columns)].reset_index(drop=True)


def _simulate(
    experiment: Experiment, settings: Any, shard: int, seed: int, device: str, threads: int
) -> tuple[pd.DataFrame, float]:
    """One shard's checked table and the seconds that it took."""
    if isinstance(shard, bool) or not isinstance(shard, int) or not 0 <= shard < settings.shards:
        raise InputError(f"shard of {experiment.id} must be 0..{settings.shards - 1}, got {shard!r}")
    stream = seed_sequence(experiment.id, shard, seed)
    started = time.perf_counter()
    with _torch_threads(threads):
        frame = experiment.function(settings, shard, stream, device)
    seconds = time.perf_counter() - started
    return check_columns(experiment, frame, f"{experiment.id}, shard {shard}"), seconds


def _provenance(
    experiment: Experiment, settings: Any, seed: int, device: str, threads: int, **more: Any
) -> dict[str, Any]:
    described = {
        "experiment": experiment.id,
        "config": settings.model_dump(mode="json"),
        "seed": seed,
        "columns": dict(experiment.columns),
    }
    return {**described, **more, **store.environment(device, threads)}


def run_shard(
    experiment_id: str,
    size: str = "quick",
    shard: int = 0,
    seed: int = 0,
    device: str = "cpu",
    threads: int = 1,
    *,
    results: Path | str | None = None,
) -> Path:
    """Make one shard and write it to the store, unless a whole and matching one lies there already."""
    experiment = catalogue.experiment(experiment_id)
    settings = config.load(experiment, size)
    expected = store.table_fingerprint(experiment.id, size, seed)
    path = store.shard_path(experiment.id, size, seed, shard, results)
    if store.fresh_table(path, expected, experiment.columns) is not None:
        return path
    require_device(device)
    frame, seconds = _simulate(experiment, settings, shard, seed, device, threads)
    provenance = _provenance(
        experiment,
        settings,
        seed,
        device,
        threads,
        size=size,
        shard=shard,
        seconds=round(seconds, 4),
        fingerprint=expected,
    )
    return store.write_table(frame, path, provenance)


def gather(
    experiment_id: str,
    size: str = "quick",
    seed: int = 0,
    *,
    device: str = "cpu",
    threads: int = 1,
    results: Path | str | None = None,
    progress: bool = False,
) -> Path:
    """Join all shards, in order, into the experiment's table.

    A shard that is missing is made; one that is damaged, or was made from other sources, is made again and
    said so on stderr.
    """
    import pandas as pd

    experiment = catalogue.experiment(experiment_id)
    settings = config.load(experiment, size)
    expected = store.table_fingerprint(experiment.id, size, seed)
    found: list[tuple[pd.DataFrame, dict[str, Any]]] = []
    for shard in _with_progress(range(settings.shards), experiment.title, progress):
        path = store.shard_path(experiment.id, size, seed, shard, results)
        part = store.fresh_table(path, expected, experiment.columns)
        if part is None:
            if path.exists():
                print(f"{path}: damaged or out of date, made again", file=sys.stderr)
            run_shard(experiment.id, size, shard, seed, device, threads, results=results)
            part = store.read_table(path)
        found.append(part)
    notes = [note for _, note in found]
    provenance = _provenance(
        experiment,
        settings,
        seed,
        "+".join(sorted({note["device"] for note in notes})),
        max(note["threads"] for note in notes),
        size=size,
        shards=settings.shards,
        seconds=round(sum(note["seconds"] for note in notes), 4),
        fingerprint=expected,
    )
    frame = pd.concat([part for part, _ in found], ignore_index=True)
    return store.write_table(frame, store.table_path(experiment.id, size, seed, results), provenance)


def run(
    experiment_id: str,
    output: Path | str,
    *,
    size: str = "quick",
    seed: int = 0,
    device: str = "cpu",
    threads: int = 1,
    overrides: Iterable[str] = (),
    progress: bool = True,
) -> Path:
    """A whole experiment with ``key=value`` overrides into one file of the caller's choice.

    Bad settings, a missing device and an output that cannot be written are refused before any work.
    """
    import pandas as pd

    overrides = list(overrides)
    experiment = catalogue.experiment(experiment_id)
    settings = config.load(experiment, size, overrides)
    store.require_seed(seed)
    require_device(device)
    files.require_writable(output)
    parts = [
        _simulate(experiment, settings, shard, seed, device, threads)
        for shard in _with_progress(range(settings.shards), experiment.title, progress)
    ]
    provenance = _provenance(
        experiment,
        settings,
        seed,
        device,
        threads,
        size=size,
        shards=settings.shards,
        overrides=overrides,
        seconds=round(sum(seconds for _, seconds in parts), 4),
        fingerprint=store.fingerprint(experiment.paper, "simulations", overrides, size=size, seed=seed),
    )
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    return store.write_table(frame, output, provenance, parents=False)


def _with_progress(shards: Sequence[int], title: str, wanted: bool) -> Iterator[int]:
    """The shards, with a progress bar on stderr where it is a terminal."""
    if not wanted or not sys.stderr.isatty():
        yield from shards
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=len(shards))
        for shard in shards:
            yield shard
            bar.advance(task)


__all__ = [
    "check_columns",
    "gather",
    "require_device",
    "run",
    "run_shard",
    "seed_sequence",
]
