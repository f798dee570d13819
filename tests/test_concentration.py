"""Exponential tail bounds: what their figure drew. Claims, partners and ledger are asserted for all papers at once."""

from __future__ import annotations

import pandas as pd
import pytest

from plumbline import catalogue, simulate


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The figure drawn from a small table, made as the pipeline makes it."""
    destination = tmp_path_factory.mktemp("tables") / "table.parquet"
    simulate.run("concentration.tails", destination, overrides=["samples=20000"])
    figure = catalogue.figures("concentration")["concentration.tails"]
    drawing, arrays = figure.function({"concentration.tails": pd.read_parquet(destination)}, {})
    assert drawing.axes
    return arrays


@pytest.mark.parametrize("p", ["0.05", "0.5"])
def test_every_bound_lies_above_the_simulated_tail_and_chernoff_is_the_least(drawn, p):
    assert len(drawn[f"q_{p}"]) >= 5
    assert (drawn[f"low_{p}"] <= drawn[f"Chernoff_{p}"]).all()
    for weaker in ("Hoeffding", "Bernstein"):
        assert (drawn[f"Chernoff_{p}"] <= drawn[f"{weaker}_{p}"] * (1 + 1e-12)).all()


def test_rare_events_need_the_variance(drawn):
    assert (drawn["Bernstein_0.05"][3:] < drawn["Hoeffding_0.05"][3:]).all()
    assert (drawn["Hoeffding_0.5"] < drawn["Bernstein_0.5"]).all()
