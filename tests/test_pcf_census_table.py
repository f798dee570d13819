"""The census as a data set: what is written, what its documentation says, and what float dynamics may not decide."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

from plumbline import catalogue, config, simulate
from simulations.pcf import census as pipeline
from simulations.pcf import dynamics
from simulations.pcf.known_limits import PROOFS, family_constants, proofs
from simulations.pcf.ladder import LADDER, ladder
from theory.pcf.closed_claims import COUNTS
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.product_limits import double_root_limits, product_limits
from theory.pcf.regimes import Regime, classify

DOCUMENT = Path(__file__).parents[1] / "docs" / "pcf_census.md"
SMALL = ["rows=400", "depth=64", "sample=32", "gcd_rows=40"]
STRENGTHS = ("exact", "proved", "certified", "rounded", "measured")
MEASURED = {"log_q", "log_error", "delta_naive", "delta"}


def documented() -> list[list[str]]:
    """Rows of the table of columns: name, type, meaning, strength."""
    lines = DOCUMENT.read_text(encoding="utf-8").split("\n## Columns\n")[1].split("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    assert all(len(row) == 4 for row in rows)
    return rows


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small census, stored as the pipeline stores it."""
    destination = tmp_path_factory.mktemp("tables") / "census.parquet"
    return simulate.run("pcf.census", destination, overrides=SMALL, progress=False)


def test_documentation_has_the_columns_and_types_of_the_file(written: Path) -> None:
    schema = parquet.read_schema(written)
    types = [(name, str(kind).split("<")[0]) for name, kind in zip(schema.names, schema.types, strict=True)]
    assert [(row[0].strip("`"), row[1]) for row in documented()] == types
    assert schema.names == list(catalogue.experiment("pcf.census").columns)


def test_documented_strengths() -> None:
    strengths = {row[0].strip("`"): row[3] for row in documented()}
    assert all(text.startswith(STRENGTHS) for text in strengths.values())
    assert {name for name, text in strengths.items() if text.startswith("measured")} == MEASURED
    claims = {claim.id for claim in catalogue.claims("pcf")}
    for quoted in re.findall(r"`(pcf\.[a-z_.]+)\*?`", DOCUMENT.read_text(encoding="utf-8")):
        assert any(name == quoted or name.startswith(quoted) for name in claims | {"pcf.census"}), quoted


def test_documentation_names_every_value_of_the_categories() -> None:
    meaning = {row[0].strip("`"): row[2] for row in documented()}
    for name, values in (
        ("label", pipeline.LABELS),
        ("irrational", pipeline.PROOFS),
        ("closed_form", pipeline.CLOSED_FORMS),
        ("regime", [str(regime) for regime in pipeline.census.REGIMES]),
    ):
        assert [value for value in values if value and f"`{value}`" not in meaning[name]] == []


def test_one_row_for_each_formula_with_its_mirror_image(written: Path) -> None:
    table = pd.read_parquet(written)
    keys = table[list(pipeline.COEFFICIENTS)].to_numpy()
    assert len(table) == 800
    assert len(np.unique(keys, axis=0)) == len(keys)
    assert {tuple(key) for key in keys} == {tuple(key) for key in keys * pipeline.MIRROR}
    for key, regime in zip(keys[:60].tolist(), table["regime"][:60], strict=True):
        assert str(classify(ContinuedFraction.of_key(key)).regime) == regime


def test_balls_hold_exact_limits_and_values(written: Path) -> None:
    table = pd.read_parquet(written)
    balls = table[table["centre"] != ""]
    scale = 2.0 ** (4 + config.load(catalogue.experiment("pcf.census"), "quick", SMALL).bits)
    off = np.abs(balls["value"] - balls["centre"].map(int).astype(float) / scale)
    assert len(balls) > 600
    assert (off <= balls["radius"].map(int).astype(float) / scale + 1e-12 * np.abs(balls["value"]) + 1e-300).all()
    assert (balls["radius"].map(int).astype(float) / scale <= 2.0 ** -balls["bits"].astype(float) * (1 + 1e-9)).all()


def test_float_dynamics_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With dynamics that return nonsense all columns but the measured ones stay as they are."""
    settings = config.load(catalogue.experiment("pcf.census"), "quick", SMALL)

    def made() -> pd.DataFrame:
        return pipeline.study(settings, 0, simulate.seed_sequence("pcf.census", 0, 0), "cpu")

    def nonsense(keys: Any, depth: int, samples: Any) -> dynamics.Dynamics:
        shape = (len(keys), len(samples))
        drawn = np.random.default_rng(0).uniform(-9, 9, (4, *shape))
        return dynamics.Dynamics(drawn[0, :, 0], drawn[1], drawn[2], np.sign(drawn[3]))

    honest = made()
    monkeypatch.setattr(pipeline.dynamics, "dynamics", nonsense)
    poisoned = made()
    kept = [name for name in honest.columns if name not in MEASURED]
    pd.testing.assert_frame_equal(honest[kept], poisoned[kept])
    assert not honest["log_q"].equals(poisoned["log_q"])


@pytest.fixture(scope="module")
def linear() -> dict[str, Any]:
    """What is known of all formulas with d_a <= 1 that neither terminate nor diverge, one of each mirrored pair."""
    keys = pipeline.halved_keys(5)
    keys = keys[keys[:, 0] == 0]
    codes = pipeline.census.classify_keys(keys)
    ended = [pipeline.census.CODE[regime] for regime in (*pipeline.DIVERGENT, Regime.TERMINATING)]
    keys, codes = keys[~np.isin(codes, ended)], codes[~np.isin(codes, ended)]
    proof = proofs(keys, codes, False)
    return {"keys": keys, "proof": proof, "codes": codes, **pipeline.limits(keys, codes, proof, 32)}


def test_no_row_is_left_over(linear: dict[str, Any]) -> None:
    """Each formula with a closed form has an exact value, a ball or a proof that its limit is infinite, one of them."""
    exact, ball = linear["exact"] != "", linear["centre"] != ""
    infinite = linear["exact"] == "infinity"
    assert (exact | ball).all() and not (infinite & ball).any()
    assert not (exact & (linear["proof"] > 0)).any()
    assert ((np.asarray(linear["label"]) == "INFINITE") == infinite).all()
    assert 2 * infinite.sum() == 28 + 18
    both = np.flatnonzero(exact & ball)
    assert len(both) > 700
    for row in both:
        value = Fraction(linear["exact"][row]) * 2**36
        assert abs(value - int(linear["centre"][row])) <= int(linear["radius"][row])


def test_closed_forms_say_what_they_decide(linear: dict[str, Any]) -> None:
    constants = family_constants(linear["keys"], linear["codes"])
    count = Counter(constants.values())
    inflated = [row for row in constants if linear["keys"][row, 3] == 4]
    assert (count["pi"], count["ln 2"], count["rational"], len(inflated)) == (27 + 2, 20 + 2, 8, 4)
    assert all((linear["exact"][row] != "") == (constant == "rational") for row, constant in constants.items())
    assert all(PROOFS[linear["proof"][row]] == constant for row, constant in constants.items() if constant in PROOFS)
    roots = double_root_limits(linear["keys"])
    assert 2 * len(roots) == COUNTS["root"]
    assert all((linear["exact"][row] != "") == value.is_rational for row, value in roots.items())
    assert 2 * sum(value.is_rational for value in roots.values()) == 38
    assert 2 * (linear["proof"] == PROOFS.index("quadratic")).sum() == 56 + 138 + 72


def test_irrational_closed_forms_lie_in_their_balls(linear: dict[str, Any]) -> None:
    """Quadratic limits of products and double roots, to the bits of their balls."""
    values = {row: found.value for row, found in product_limits(linear["keys"]).items()}
    values |= double_root_limits(linear["keys"])
    irrational = {row: value for row, value in values.items() if value is not None and not value.is_rational}
    assert len(irrational) == 69 + 36
    for row, value in irrational.items():
        centre, radius = (Fraction(int(linear[name][row]), 2**36) for name in ("centre", "radius"))
        assert (abs(value - centre) - radius).sign <= 0


def test_the_ladder_counts_the_labels_of_the_census() -> None:
    """Both experiments, on the small census with coefficients from -1 to 1."""
    settings = config.load(catalogue.experiment("pcf.census"), "quick", [*SMALL, "rows=null", "largest=1"])
    rows = pipeline.study(settings, 0, simulate.seed_sequence("pcf.census", 0, 0), "cpu")
    counts = ladder(config.load(LADDER, "quick", ["largest=1"]), 0, simulate.seed_sequence(LADDER.id, 0, 0), "cpu")
    keys = ["d_a", "d_b", "label", "irrational", "closed_form"]
    expected = rows.astype(dict.fromkeys(keys[2:], str)).groupby(keys).size()
    assert counts.set_index(keys)["formulas"].sort_index().to_dict() == expected.sort_index().to_dict()
    assert counts["formulas"].sum() == 26**2
