"""The store: where tables, evidence, figures and the report lie, and whether they still stand.

::

    results/<size>/tables/<paper>/<experiment>/seed<k>.parquet             gathered tables
    results/<size>/tables/<paper>/<experiment>/shards/seed<k>/<i>.parquet  their shards
    results/<size>/evidence/<paper>/<claim id>.json                        records of evidence
    results/<size>/figures/<paper>/<figure>.{pdf,png,json,npz}             figures and what they drew
    results/<size>/report/index.html                                       the report

The folder ``results`` is beside the rooms unless the environment variable ``PLUMBLINE_RESULTS`` or the
parameter ``results`` names another one. Everything is written whole or not at all
(:mod:`plumbline.files`), every table carries its provenance in its Parquet schema, and tables and records carry
a digest of what they say: one that is damaged counts as missing.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbline import catalogue, config, files
from plumbline.errors import InputError, PlumblineError
from plumbline.fingerprint import fingerprint, library_versions

if TYPE_CHECKING:
    import pandas as pd

PROVENANCE_KEY = b"plumbline"
DIGEST_KEY = b"plumbline.digest"


class UnreadableTableError(PlumblineError):
    """A file that is not a whole table with provenance."""


def results_root(results: Path | str | None = None) -> Path:
    """The results folder: the parameter, else ``PLUMBLINE_RESULTS``, else ``results`` beside the rooms."""
    chosen = results or os.environ.get("PLUMBLINE_RESULTS")
    return Path(chosen).absolute() if chosen else catalogue.root() / "results"


def results(size: str = "quick") -> Path:
    """``results/<size>``."""
    return results_root() / config.require_size(size)


def folder(size: str, part: str, results: Path | str | None = None) -> Path:
    """``results/<size>/<part>``."""
    return results_root(results) / config.require_size(size) / part


def require_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be an integer of at least 0, got {seed!r}")
    return seed


def table_path(experiment_id: str, size: str = "quick", seed: int = 0, results: Path | str | None = None) -> Path:
    paper, name = experiment_id.split(".", 1)[0], config.section_name(experiment_id)
    return folder(size, "tables", results) / paper / name / f"seed{require_seed(seed)}.parquet"


def shard_path(experiment_id: str, size: str, seed: int, shard: int, results: Path | str | None = None) -> Path:
    gathered = table_path(experiment_id, size, seed, results)
    return gathered.parent / "shards" / gathered.stem / f"{shard}.parquet"


def evidence_path(claim: str, size: str = "quick", results: Path | str | None = None) -> Path:
    return folder(size, "evidence", results) / claim.split(".", 1)[0] / f"{claim}.json"


def figure_path(figure_id: str, size: str = "quick", suffix: str = "pdf", results: Path | str | None = None) -> Path:
    """Suffixes: ``pdf`` and ``png`` the drawing, ``json`` its provenance, ``npz`` the drawn arrays."""
    paper, name = figure_id.split(".", 1)[0], config.section_name(figure_id)
    return folder(size, "figures", results) / paper / f"{name}.{suffix}"


def report_path(size: str = "quick", results: Path | str | None = None) -> Path:
    return folder(size, "report", results) / "index.html"


# Provenance


def commit() -> str:
    """The commit checked out here, with ``+dirty`` for changed files; ``unknown`` outside a checkout."""
    return _commit_at(catalogue.root())


@cache
def _commit_at(root: Path) -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        return done.stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root:
            return "unknown"
        head = git("rev-parse", "HEAD")
        return head + ("+dirty" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def environment(device: str = "cpu", threads: int = 1) -> dict[str, Any]:
    """Where and with what a result came about; part of every record and table."""
    try:
        version = importlib.metadata.version("plumbline")
    except importlib.metadata.PackageNotFoundError:
        version = "unknown"
    return {
        "python": platform.python_version(),
        "plumbline": version,
        "versions": library_versions(),
        "commit": commit(),
        "threads": threads,
        "device": device,
        "written": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
    }


# Tables


def _table_digest(frame: pd.DataFrame, note: str) -> bytes:
    """A hash of columns, types, numbers and provenance: pages have checksums of their own, their frame has none."""
    from pandas.util import hash_pandas_object

    described = [note, len(frame), *((str(name), str(kind)) for name, kind in frame.dtypes.items())]
    rows = hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256(json.dumps(described).encode() + rows.tobytes()).hexdigest().encode()


def write_table(frame: pd.DataFrame, path: Path | str, provenance: Mapping[str, Any], *, parents: bool = True) -> Path:
    """Write a table with its provenance as one Parquet file, with checksums of its pages and a digest of the whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    note = json.dumps(dict(provenance), sort_keys=True, allow_nan=False)
    kept = {PROVENANCE_KEY: note.encode(), DIGEST_KEY: _table_digest(table.to_pandas(), note)}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **kept})
    with files.atomic(path, parents=parents) as temporary:
        pq.write_table(table, temporary, write_page_checksum=True)
    return Path(path)


def read_table(path: Path | str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A table and its provenance; :class:`UnreadableTableError` if the file is damaged or foreign."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as source:
            table = source.read()
        kept = table.schema.metadata or {}
        note, frame = kept[PROVENANCE_KEY].decode(), table.to_pandas()
        if kept[DIGEST_KEY] != _table_digest(frame, note):
            raise ValueError("it does not agree with its own digest")
        return frame, json.loads(note)
    except Exception as error:  # damage may lead a reader anywhere
        problem = " ".join(str(error).split())[:200]
        raise UnreadableTableError(f"{path}: not a whole table with provenance: {problem}") from None


def table_fingerprint(experiment_id: str, size: str, seed: int) -> str:
    """What a table of that experiment made now would carry."""
    paper, name = experiment_id.split(".", 1)[0], config.section_name(experiment_id)
    return fingerprint(paper, "simulations", size=size, seed=require_seed(seed), section=name)


def fresh_table(path: Path, expected: str, columns: Iterable[str]) -> tuple[pd.DataFrame, dict[str, Any]] | None:
    """The table at ``path`` if it is whole, carries the expected fingerprint and has exactly these columns."""
    if not path.exists():
        return None
    try:
        frame, provenance = read_table(path)
    except UnreadableTableError:
        return None
    stands = provenance.get("fingerprint") == expected and list(frame.columns) == list(columns)
    return (frame, provenance) if stands else None


def table(
    experiment_id: str,
    size: str = "quick",
    seed: int = 0,
    *,
    device: str = "cpu",
    threads: int = 1,
    results: Path | str | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """The experiment's table at that size and seed: the stored one if it stands, else made and stored.

    A table is made, and written, exactly where and as the pipeline does; one whose fingerprint no longer
    matches the sources, or which is damaged, is made again.
    """
    experiment = catalogue.experiment(experiment_id)
    path = table_path(experiment.id, size, seed, results)
    found = fresh_table(path, table_fingerprint(experiment.id, size, seed), experiment.columns)
    if found is None:
        from plumbline import simulate

        simulate.gather(experiment.id, size, seed, device=device, threads=threads, results=results, progress=progress)
        found = read_table(path)
    return found[0]


# Evidence


def claim_fingerprint(claim_id: str, effort: str = "quick", seed: int = 0) -> str:
    """What a record of evidence about that claim made now would carry: one for all claims of a paper."""
    paper = claim_id.split(".", 1)[0]
    return fingerprint(paper, "proofs_checks", size=effort, seed=require_seed(seed))


def write_record(record: Mapping[str, Any], size: str | None = None, results: Path | str | None = None) -> Path:
    """Store a record of evidence under its claim and size (default: its own effort)."""
    path = evidence_path(str(record["claim"]), size or str(record["effort"]), results)
    return files.write_sealed(path, record)


def read_record(claim: str, size: str = "quick", results: Path | str | None = None) -> dict[str, Any] | None:
    """The stored record of a claim; ``None`` if there is none, or it is damaged or another's."""
    record = files.read_sealed(evidence_path(claim, size, results))
    return record if record is not None and record.get("claim") == claim else None


def is_stale(record: Mapping[str, Any], size: str | None = None) -> bool:
    """Whether a record was made from other sources, settings or versions than those at hand.

    ``size`` defaults to the record's own effort; the seed is the record's own.
    """
    effort = size or str(record["effort"])
    expected = claim_fingerprint(str(record["claim"]), effort, int(record["seed"]))
    return record.get("fingerprint") != expected
