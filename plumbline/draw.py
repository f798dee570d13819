"""Draws a paper's figures from stored tables and evidence.

Each figure is stored as vector PDF, PNG, the arrays that it drew (``.npz``) and its provenance (``.json``).
The drawing carries no dates, so that the same numbers give the same bytes.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbline import catalogue, files, store
from plumbline.errors import InputError, PlumblineError
from plumbline.fingerprint import fingerprint
from plumbline.nouns import Figure

if TYPE_CHECKING:
    import numpy as np

SUFFIXES = ("pdf", "png", "npz", "json")
_PNG_DPI = 160


def check_arrays(figure_id: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The drawn arrays; :class:`PlumblineError` if there are none, or one is empty, NaN or infinite."""
    import numpy as np

    checked = {name: np.asarray(values) for name, values in arrays.items()}
    if not checked:
        raise PlumblineError(f"figure {figure_id} returned no drawn arrays")
    for name, values in checked.items():
        if values.size == 0:
            raise PlumblineError(f"figure {figure_id}: series {name!r} is empty")
        if values.dtype == object:
            raise PlumblineError(f"figure {figure_id}: series {name!r} must be numbers or strings")
        if values.dtype.kind in "fc" and not np.isfinite(values).all():
            raise PlumblineError(f"figure {figure_id}: series {name!r} has NaN or infinite values")
    return checked


def inputs(
    figure: Figure, size: str = "quick", seed: int = 0, *, results: Path | str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables (made where they are missing) and the records of evidence that a figure draws."""
    evidence = {}
    for claim in figure.claims:
        record = store.read_record(claim, size, results)
        if record is None:
            effort = f" --effort {size}" if size != "quick" else ""
            raise InputError(f"figure {figure.id} needs evidence: run plumbline check {claim}{effort}")
        evidence[claim] = record
    tables = {name: store.table(name, size, seed, results=results) for name in figure.tables}
    return tables, evidence


def _bytes_of(drawing: Any, arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    import numpy as np

    pdf, png, npz = io.BytesIO(), io.BytesIO(), io.BytesIO()
    drawing.savefig(pdf, format="pdf", metadata={"CreationDate": None, "ModDate": None})
    drawing.savefig(png, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    np.savez(npz, **dict(arrays))  # type: ignore[arg-type]
    return {"pdf": pdf.getvalue(), "png": png.getvalue(), "npz": npz.getvalue()}


def draw_figure(figure: Figure, size: str = "quick", seed: int = 0, *, results: Path | str | None = None) -> list[Path]:
    """Draw one figure and store it; the paths written."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    started = time.perf_counter()
    tables, evidence = inputs(figure, size, seed, results=results)
    drawing, raw = figure.function(tables, evidence)
    try:
        arrays = check_arrays(figure.id, raw)
        contents = _bytes_of(drawing, arrays)
    finally:
        plt.close(drawing)
    provenance = {
        "figure": figure.id,
        "title": figure.title,
        "caption": figure.caption,
        "size": size,
        "seed": seed,
        "tables": {name: store.table_fingerprint(name, size, seed) for name in figure.tables},
        "claims": {name: record.get("fingerprint") for name, record in evidence.items()},
        "arrays": {name: list(values.shape) for name, values in arrays.items()},
        "fingerprint": fingerprint(figure.paper, "figures", size=size, seed=seed),
        "seconds": round(time.perf_counter() - started, 3),
        **store.environment(),
    }
    paths = {suffix: store.figure_path(figure.id, size, suffix, results) for suffix in SUFFIXES}
    note = files.json_text(paths["json"], provenance)
    return files.write_together({paths[suffix]: contents.get(suffix, note) for suffix in SUFFIXES})


def draw_paper(paper: str, size: str = "quick", seed: int = 0, *, results: Path | str | None = None) -> list[Path]:
    """Draw all figures of a paper; the paths written."""
    catalogue.require_paper(paper)
    return [
        path
        for figure in catalogue.figures(paper).values()
        for path in draw_figure(figure, size, seed, results=results)
    ]


def read_arrays(figure_id: str, size: str = "quick", results: Path | str | None = None) -> dict[str, Any]:
    """The arrays that a stored figure drew."""
    import numpy as np

    path = store.figure_path(figure_id, size, "npz", results)
    if not path.exists():
        raise InputError(f"figure {figure_id} has not been drawn at size {size}: {path} does not exist")
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise PlumblineError(f"{path}: damaged ({error}): draw figure {figure_id} again") from None
