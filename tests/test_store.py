"""The store: whole files, provenance, fingerprints, and tables that heal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from plumbline import catalogue, config, draw, files, fingerprint, simulate, store
from plumbline.errors import InputError, PlumblineError
from plumbline.nouns import Experiment, Figure

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseModel):
    shards: int
    draws: int


COLUMNS = {"shard": "shard", "value": "drawn value", "gap": "distance, may be NaN"}
calls: list[int] = []


def noise(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    calls.append(shard)
    values = np.random.default_rng(seed).normal(size=settings.draws)
    return pd.DataFrame({"value": values, "shard": shard, "gap": np.nan})


NOISE = Experiment("toy.noise", "Noise", Settings, noise, COLUMNS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with one paper, ``toy``, whose experiment is :data:`NOISE`; results go beside it."""
    root = tmp_path / "project"
    for name in ("theory/toy/claims.py", "theory/shared.py", "simulations/toy.py", "plumbline/nouns.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\nCONSTANT = 1\n")
    (root / "config/quick").mkdir(parents=True)
    (root / "config/quick/toy.yaml").write_text("noise: {shards: 3, draws: 4}\n")
    monkeypatch.setattr(catalogue, "root", lambda: root)
    monkeypatch.setattr(catalogue, "experiments", lambda paper: {NOISE.id: NOISE})
    monkeypatch.setattr(catalogue, "experiment", lambda name: NOISE)
    monkeypatch.setenv("PLUMBLINE_RESULTS", str(tmp_path / "results"))
    calls.clear()
    return root


# Fingerprints


def prints(seed: int = 0, size: str = "quick") -> dict[str, str]:
    return {
        "table": store.table_fingerprint("toy.noise", size, seed),
        "evidence": store.claim_fingerprint("toy.some.claim", size, seed),
    }


def changed(before: dict[str, str]) -> set[str]:
    after = prints()
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("theory/toy/claims.py", {"table", "evidence"}),
        ("theory/toy/new_module.py", {"table", "evidence"}),
        ("theory/shared.py", {"table", "evidence"}),
        ("plumbline/nouns.py", {"table", "evidence"}),
        ("plumbline/formula/emit.py", {"table", "evidence"}),
        ("simulations/toy.py", {"table"}),
        ("proofs_checks/toy.py", {"evidence"}),
        ("proofs_checks/engines/interval.py", {"evidence"}),
        ("plumbline/runner.py", {"evidence"}),
        ("plumbline/cli/listing.py", set()),
        ("plumbline/report/page.py", set()),
        ("proofs_checks/other.py", set()),
        ("theory/other/claims.py", set()),
        ("theory/other/bounds.py", set()),
        ("README.md", set()),
    ],
)
def test_an_edit_moves_exactly_the_fingerprints_it_concerns(project: Path, name: str, moves: set[str]) -> None:
    for other in ("theory/other/claims.py", "proofs_checks/engines/__init__.py"):
        (project / other).parent.mkdir(parents=True, exist_ok=True)
        (project / other).touch()
    before = prints()
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("CONSTANT = 2\n")
    assert changed(before) == moves


def test_a_fingerprint_depends_on_contents_not_on_times(project: Path) -> None:
    before = prints()
    for path in project.rglob("*"):
        os.utime(path, (1, 1))
    assert changed(before) == set()
    copy = project.parent / "copy"
    shutil.copytree(project, copy)
    assert fingerprint.fingerprint("toy", "simulations", section="noise", root=copy) == before["table"]


def test_a_fingerprint_depends_on_settings_seed_and_versions(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prints()
    assert not set(prints(seed=1).values()) & set(before.values())
    assert not set(prints(size="full").values()) & set(before.values())
    settings = project / "config/quick/toy.yaml"
    settings.write_text("noise: {shards: 3, draws: 5}\n")
    assert changed(before) == {"table"}
    settings.write_text("noise: {shards: 3, draws: 4}\nother: {shards: 1}\nchecks: {boxes: 9}\n")
    assert changed(before) == {"evidence"}
    before = prints()
    monkeypatch.setattr(fingerprint, "library_versions", lambda: {"numpy": "0"})
    assert changed(before) == {"table", "evidence"}


def test_a_fingerprint_is_quick_and_imports_nothing_heavy() -> None:
    script = """
import sys, time
from plumbline import catalogue, store
paper = (*catalogue.paper_names(), "none")[0]
start = time.process_time()
store.claim_fingerprint(f"{paper}.some.claim")
seconds = time.process_time() - start
heavy = {"numpy", "sympy", "torch", "scipy", "pandas", "pyarrow", "pydantic", "flint"} & set(sys.modules)
print(seconds, *heavy)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, *heavy = done.stdout.split()
    assert float(seconds) < 0.05 and not heavy


# Tables


def test_a_table_is_made_once_and_kept(project: Path) -> None:
    frame = store.table("toy.noise")
    assert calls == [0, 1, 2]
    assert list(frame.columns) == list(COLUMNS) and len(frame) == 12
    assert frame["value"].nunique() == 12
    again = store.table("toy.noise")
    assert calls == [0, 1, 2] and again.equals(frame)
    assert not store.table("toy.noise", seed=1)["value"].isin(frame["value"]).any()


def test_a_table_carries_its_provenance(project: Path) -> None:
    store.table("toy.noise", seed=5)
    _, gathered = store.read_table(store.table_path("toy.noise", "quick", 5))
    _, shard = store.read_table(store.shard_path("toy.noise", "quick", 5, 2))
    common = {"experiment": "toy.noise", "config": {"shards": 3, "draws": 4}, "seed": 5, "size": "quick"}
    common |= {"device": "cpu", "threads": 1, "columns": COLUMNS, "commit": "unknown"}
    for note, own in ((gathered, {"shards": 3}), (shard, {"shard": 2})):
        assert (common | own).items() <= note.items()
        assert note["fingerprint"] == store.table_fingerprint("toy.noise", "quick", 5)
        assert note["seconds"] >= 0 and note["written"] and note["versions"]["numpy"] == np.__version__


def test_only_what_is_missing_or_damaged_is_made_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = store.table("toy.noise")
    path = store.table_path("toy.noise")
    first, middle, last = (store.shard_path("toy.noise", "quick", 0, number) for number in range(3))
    content = bytearray(middle.read_bytes())
    number = store.read_table(middle)[0]["value"][1].tobytes()
    content[content.index(number) + 3] ^= 255  # one flipped byte of one number
    middle.write_bytes(content)
    last.unlink()
    path.write_bytes(b"PAR1 nonsense")
    kept = first.stat().st_mtime_ns
    calls.clear()
    assert store.table("toy.noise").equals(frame)
    assert calls == [1, 2] and first.stat().st_mtime_ns == kept
    assert f"{middle}: damaged" in capsys.readouterr().err


def test_a_stale_table_is_made_again(project: Path) -> None:
    store.table("toy.noise")
    calls.clear()
    (project / "simulations/toy.py").write_text("CONSTANT = 2\n")
    store.table("toy.noise")
    assert calls == [0, 1, 2]


def test_a_flipped_byte_among_the_numbers_is_noticed(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=1000)
    path = store.write_table(pd.DataFrame({"value": values}), tmp_path / "a.parquet", {"seed": 0})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(store.UnreadableTableError, match="not a whole table"):
        store.read_table(path)


def test_a_foreign_or_missing_file_is_no_table(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.parquet"
    pd.DataFrame({"value": [1.0]}).to_parquet(foreign)
    for path in (foreign, tmp_path / "missing.parquet"):
        with pytest.raises(store.UnreadableTableError, match=str(path)):
            store.read_table(path)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda frame: frame.drop(columns="value"), r"missing \['value'\]"),
        (lambda frame: frame.assign(extra=1), r"not documented \['extra'\]"),
        (lambda frame: frame.assign(value=np.nan), "'value' has 2 NaN or infinite"),
        (lambda frame: frame.assign(value=[np.inf, 0]), "'value' has 1 NaN or infinite"),
        (lambda frame: frame.assign(gap=[-np.inf, np.nan]), "'gap' has 1 NaN or infinite"),
        (lambda frame: frame.iloc[:0], "no rows"),
        (lambda frame: frame.to_dict(), "DataFrame, got dict"),
    ],
)
def test_a_wrong_table_is_refused(change: Callable[[pd.DataFrame], Any], complaint: str) -> None:
    frame = pd.DataFrame({"shard": [0, 0], "value": [0.5, 1.5], "gap": [np.nan, 1.0]})
    simulate.check_columns(NOISE, frame, "toy")
    with pytest.raises(PlumblineError, match=complaint):
        simulate.check_columns(NOISE, change(frame), "toy")


def test_streams_differ_by_experiment_shard_and_seed_and_are_fixed() -> None:
    keys = [("toy.noise", 0, 0), ("toy.noise", 1, 0), ("toy.noise", 0, 1), ("toy.other", 0, 0)]
    states = [tuple(simulate.seed_sequence(*key).generate_state(4)) for key in keys]
    assert len(set(states)) == len(keys)
    assert tuple(simulate.seed_sequence(*keys[0]).generate_state(4)) == states[0]


def test_bad_arguments_are_refused_before_any_work(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    refused: list[tuple[str, Callable[[], object]]] = [
        ("device 'cuda' was asked for", lambda: simulate.run_shard("toy.noise", device="cuda")),
        ("device must be one of cpu, cuda, got 'tpu'", lambda: store.table("toy.noise", device="tpu")),
        ("must be 0..2, got 3", lambda: simulate.run_shard("toy.noise", shard=3)),
        ("seed must be an integer", lambda: store.table("toy.noise", seed=-1)),
        ("threads must be an integer", lambda: simulate.run_shard("toy.noise", threads=0)),
        ("size must be one of", lambda: store.table("toy.noise", "medium")),
        ("cannot write", lambda: simulate.run("toy.noise", project / "missing/a.parquet")),
    ]
    for complaint, action in refused:
        with pytest.raises(InputError, match=complaint):
            action()
    assert calls == [] and not store.results_root().exists()


def test_a_run_of_its_own_writes_one_file_and_not_the_store(project: Path) -> None:
    output = simulate.run("toy.noise", project / "mine.parquet", seed=3, overrides=["draws=2"])
    frame, note = store.read_table(output)
    assert len(frame) == 6 and note["config"]["draws"] == 2 and note["overrides"] == ["draws=2"]
    assert not store.results_root().exists()
    whole = store.table("toy.noise", seed=3)
    assert set(frame["value"]) < set(whole["value"])  # the same streams, read less far


# Evidence


def record(fingerprint: str) -> dict[str, Any]:
    return {"claim": "toy.some.claim", "effort": "quick", "seed": 2, "fingerprint": fingerprint}


def test_a_record_comes_back_and_goes_stale(project: Path) -> None:
    assert store.read_record("toy.some.claim") is None
    written = record(store.claim_fingerprint("toy.some.claim", "quick", 2))
    path = store.write_record(written)
    assert path == store.results("quick") / "evidence" / "toy" / "toy.some.claim.json"
    assert store.read_record("toy.some.claim") == written
    assert store.read_record("toy.some.claim", "full") is None
    assert not store.is_stale(written)
    (project / "theory/shared.py").write_text("CONSTANT = 2\n")
    assert store.is_stale(written)


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"claim": "toy.other.claim"})])
def test_an_unreadable_record_counts_as_none(project: Path, content: str) -> None:
    files.write_text(store.evidence_path("toy.some.claim"), content)
    assert store.read_record("toy.some.claim") is None


# Figures


def drawing(tables: dict[str, pd.DataFrame], evidence: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    from matplotlib.figure import Figure as Drawing

    values = tables["toy.noise"]["value"].to_numpy()
    figure = Drawing(figsize=(2, 1.5))
    figure.add_subplot().plot(values, label=evidence["toy.some.claim"]["fingerprint"])
    return figure, {"value": values}


FIGURE = Figure("toy.noise", "Noise", "Values.", drawing, ("toy.noise",), ("toy.some.claim",))


def test_a_figure_needs_its_evidence(project: Path) -> None:
    with pytest.raises(InputError, match=r"run plumbline check toy\.some\.claim"):
        draw.draw_figure(FIGURE)
    assert calls == [] and not (store.results("quick") / "figures").exists()


def test_a_figure_is_stored_with_its_arrays_and_drawn_the_same_twice(project: Path) -> None:
    store.write_record(record("0123"))
    paths = draw.draw_figure(FIGURE)
    assert [path.suffix for path in paths] == [".pdf", ".png", ".npz", ".json"]
    first = [path.read_bytes() for path in paths[:3]]
    time.sleep(1.1)  # a date in a file would have moved on
    draw.draw_figure(FIGURE)
    assert [path.read_bytes() for path in paths[:3]] == first
    assert first[0].startswith(b"%PDF") and first[1].startswith(b"\x89PNG")
    assert (draw.read_arrays("toy.noise")["value"] == store.table("toy.noise")["value"]).all()
    note = json.loads(paths[3].read_text())
    assert note["claims"] == {"toy.some.claim": "0123"} and note["arrays"] == {"value": [12]}
    assert note["tables"] == {"toy.noise": store.table_fingerprint("toy.noise", "quick", 0)}


@pytest.mark.parametrize("arrays", [{}, {"x": []}, {"x": [1.0, np.nan]}, {"x": [np.inf]}, {"x": [object()]}])
def test_empty_or_undefined_series_are_not_drawn(arrays: dict[str, Any]) -> None:
    with pytest.raises(PlumblineError, match=r"toy\.noise"):
        draw.check_arrays("toy.noise", arrays)


def test_the_results_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLUMBLINE_RESULTS", raising=False)
    assert store.results_root() == catalogue.root() / "results"
    monkeypatch.setenv("PLUMBLINE_RESULTS", str(tmp_path / "a"))
    assert store.table_path("toy.noise") == tmp_path / "a/quick/tables/toy/noise/seed0.parquet"
    assert store.table_path("toy.noise", results=tmp_path / "b").is_relative_to(tmp_path / "b")
    assert config.SIZES == ("quick", "full")
