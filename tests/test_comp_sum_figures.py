"""Assertions on exactly the arrays that the figures drew."""

from __future__ import annotations

import pytest

from plumbline import catalogue, config, simulate
from theory.comp_sum import sharp

CLASSES = 4


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    """F1 drawn from a small table, made as the pipeline makes it."""
    destination = tmp_path_factory.mktemp("tables") / "table.parquet"
    overrides = ["betas=6", f"classes={CLASSES}", "samples=300", "grid=60", "rounds=16"]
    simulate.run("comp_sum.transformations", destination, overrides=overrides)
    import pandas as pd

    table = pd.read_parquet(destination)
    drawing, drawn = catalogue.figures("comp_sum")["comp_sum.transform_tau"].function(
        {"comp_sum.transformations": table}, {}
    )
    assert drawing.axes
    return drawn


@pytest.fixture(scope="module")
def taus():
    return config.load(catalogue.experiment("comp_sum.transformations"), "quick", []).taus


def test_every_series_is_there_and_not_empty(arrays, taus):
    for tau in taus:
        for kind in ("exact", "published", "beta", "regret"):
            assert arrays[f"{kind}_{tau:g}"].size >= 5


def test_worst_instances_lie_on_the_exact_line_and_never_below(arrays, taus):
    for tau in taus:
        exact = sharp.exact_transformation(arrays[f"beta_{tau:g}"], tau, CLASSES)
        regret = arrays[f"regret_{tau:g}"]
        assert (regret >= exact * (1 - 1e-9)).all()
        assert regret == pytest.approx(exact, rel=2e-3)


def test_published_equals_exact_up_to_one_and_falls_short_above(arrays, taus):
    for tau in taus:
        exact, published = arrays[f"exact_{tau:g}"], arrays[f"published_{tau:g}"]
        if tau <= 1:
            assert published == pytest.approx(exact, rel=1e-13)
            continue
        assert (published <= exact * (1 + 1e-12)).all()
        far = arrays["grid"] > 0.5
        assert (published[far] < 0.9 * exact[far]).all()
