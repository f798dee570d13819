"""The report: one self-contained HTML page for all claims, their standing and their figures."""

from __future__ import annotations

from pathlib import Path


def build_report(size: str = "quick", destination: Path | None = None, *, results: Path | str | None = None) -> Path:
    """Write the report of one size; see :func:`plumbline.report.build.build_report`."""
    from plumbline.report.build import build_report as build

    return build(size, destination, results=results)


__all__ = ["build_report"]
