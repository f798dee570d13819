"""Assertions on the arrays of three figures: the checkerboard, what is proved by degrees, common divisors."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from figures.pcf.checkerboard import CHECKERBOARD
from figures.pcf.gcd_law import GCD_LAW, over_n
from figures.pcf.ladder import LADDER
from plumbline import catalogue, simulate
from plumbline.draw import check_arrays
from simulations.pcf.checkerboard import image
from simulations.pcf.gcd_law import is_nilpotent
from simulations.pcf.gcds import PRIMES, nilpotent_primes
from theory.pcf.census_claims import REGIME_COUNTS, SIZES
from theory.pcf.certificate_claims import BY_GCD, BY_SIZE, LISTED
from theory.pcf.closed_claims import COUNTS
from theory.pcf.product_claims import PRODUCTS

PROVED = {"pcf.family.checkerboard": {"verdict": "holds", "coverage": "whole"}}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A table of the quick size, made as the pipeline makes it; ``overrides`` make it smaller."""
    made: dict[str, pd.DataFrame] = {}

    def of(name: str, *overrides: str) -> pd.DataFrame:
        if name not in made:
            destination = tmp_path_factory.mktemp("tables") / "table.parquet"
            simulate.run(f"pcf.{name}", destination, overrides=overrides, progress=False)
            made[name] = pd.read_parquet(destination)
        return made[name]

    return of


@pytest.fixture(scope="module")
def board(table: Any) -> dict[str, np.ndarray]:
    drawing, drawn = CHECKERBOARD.function({"pcf.checkerboard": table("checkerboard")}, PROVED)
    assert drawing.axes
    return check_arrays(CHECKERBOARD.id, drawn)


@pytest.fixture(scope="module")
def ladder(table: Any) -> dict[str, np.ndarray]:
    drawing, drawn = LADDER.function({"pcf.ladder": table("ladder")}, {})
    assert drawing.axes
    return check_arrays(LADDER.id, drawn)


@pytest.fixture(scope="module")
def law(table: Any) -> dict[str, np.ndarray]:
    drawing, drawn = GCD_LAW.function({"pcf.gcd_law": table("gcd_law", "formulas=16")}, {})
    assert drawing.axes
    return check_arrays(GCD_LAW.id, drawn)


def test_all_three_are_found() -> None:
    assert {"pcf.checkerboard", "pcf.ladder", "pcf.gcd_law"} <= set(catalogue.figures("pcf"))


# The checkerboard


def test_the_rule_holds_on_every_tile(board: dict[str, np.ndarray]) -> None:
    d, r, s, constant = (board[name] for name in ("d", "r", "s", "constant"))
    gap = np.abs(r - s)
    assert ((constant == "rational") == ((d < gap) & ((d - gap) % 2 == 1))).all()
    irrational = constant != "rational"
    assert ((constant == "ln 2") == ((d + r + s) % 2 == 1))[irrational].all()
    assert not ((constant == "rational") == ((d - gap) % 2 == 1)).all()  # without d < |r - s|


def test_the_census_has_55_of_them(board: dict[str, np.ndarray]) -> None:
    inside = board["constant"][board["in_census"]]
    assert inside.size == 55
    assert [int((inside == name).sum()) for name in ("pi", "ln 2", "rational")] == [27, 20, 8]


def test_every_tile_is_checked_and_called_proved_by_the_record_alone(board: dict[str, np.ndarray], table: Any) -> None:
    assert (board["status"] == 2).all()
    assert board["digits"].min() > 60
    for record in ({}, {"verdict": "inconclusive", "coverage": "whole"}, {"verdict": "holds", "coverage": "part"}):
        evidence = {"pcf.family.checkerboard": record}
        drawn = CHECKERBOARD.function({"pcf.checkerboard": table("checkerboard")}, evidence)[1]
        assert (drawn["status"] == 1).all()
    apart = table("checkerboard").assign(overlap=False)
    assert (CHECKERBOARD.function({"pcf.checkerboard": apart}, PROVED)[1]["status"] == 0).all()


def test_tiles_of_a_cell_fill_it_without_overlap(board: dict[str, np.ndarray]) -> None:
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for d, r, s, (x, _, width) in zip(board["d"], board["r"], board["s"], board["tiles"], strict=True):
        cells.setdefault((int(d), int(r + s)), []).append((float(x), float(x + width)))
    for (d, total), spans in cells.items():
        spans.sort()
        assert len(spans) == total // 2 + 1
        assert (spans[0][0], spans[-1][1]) == pytest.approx((d - 0.46, d + 0.46))
        assert all(one[1] == pytest.approx(two[0]) for one, two in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("case", "constant", "entries"),
    [
        ((1, 0, 0), "ln 2", (0, 1, 1, 0)),
        ((2, 0, 0), "pi", (0, 2, -1, 4)),
        ((1, 0, 2), "rational", (0, 2, 0, 1)),
    ],
)
def test_reference_images(case: tuple[int, int, int], constant: str, entries: tuple[int, ...]) -> None:
    assert image(*case) == (constant, entries)


# What is proved


def test_the_ladder_counts_the_whole_census_once_and_as_claimed(ladder: dict[str, np.ndarray]) -> None:
    counts, edges = ladder["counts"], ladder["edges"]
    assert counts.sum(axis=1).tolist() == ladder["totals"].tolist()
    assert ladder["totals"][-1] == SIZES["total"] == 1330**2
    assert (counts[:-1].sum(axis=0) == counts[-1]).all()
    sizes = {0: 10, 1: 110, 2: 1210}
    assert ladder["totals"][:-1].tolist() == [sizes[a] * sizes[b] for a, b in ladder["degrees"].tolist()]
    assert (np.diff(edges, axis=1) >= 0).all()
    assert edges[:, -1] == pytest.approx(np.ones(len(edges)))
    every = dict(zip(ladder["states"].tolist(), ladder["counts"][-1].tolist(), strict=True))
    assert every["terminating"] == SIZES["terminating"] == 178220
    assert every["divergent"] == sum(REGIME_COUNTS[k] for k in ("elliptic", "parabolic_minus", "log_oscillating"))
    infinite = sum(LISTED[f"{name}_infinite"] for name in ("quadratic", "linear")) + PRODUCTS["infinite"]
    assert every["infinite"] == infinite == 206
    rational_roots, double_roots, products = 18, 38, PRODUCTS["linear"] + PRODUCTS["constant"]
    listed = LISTED["quadratic"] + LISTED["linear"] + products - infinite
    assert every["rational"] == listed + rational_roots + double_roots == 4680
    quadratic_numbers, images = 56 + 138 + PRODUCTS["irrational"], 2 * (27 + 20) + 8
    proved = every["irrational"] + every["irrational, closed form"]
    assert proved == BY_SIZE + BY_GCD + quadratic_numbers + images == 934612 + 266 + 102
    linear = ladder["counts"][:-1][ladder["degrees"][:, 0] <= 1].sum(axis=0)
    by_state = dict(zip(ladder["states"].tolist(), linear.tolist(), strict=True))
    closed = by_state["closed form"] + by_state["irrational, closed form"] + by_state["rational"] + by_state["infinite"]
    assert closed == COUNTS["total"] == 102606
    assert by_state["enclosed only"] == by_state["irrational"] == every["convergent only"] == 0


def test_the_ladder_knows_no_float_dynamics(tmp_path: Path) -> None:
    written = simulate.run("pcf.ladder", tmp_path / "ladder.parquet", overrides=["largest=1"], progress=False)
    assert set(pd.read_parquet(written)) == {"d_a", "d_b", "label", "irrational", "closed_form", "formulas"}


# Common divisors


def test_the_density_makes_it_bounded_and_every_other_rho_does_not(law: dict[str, np.ndarray]) -> None:
    for rho in (1.0, 0.5, 0.25):
        n = law[f"n_{rho:g}"]
        low, middle, high = law[f"right_{rho:g}"]
        assert (low <= middle).all() and (middle <= high).all()
        assert abs(_slope(n, middle)) < 0.04
        assert np.ptp(middle[2:]) < 0.1
        for wrong in (rho - 0.25, rho + 0.25):
            seen = law[f"wrong_{rho:g}_{wrong:g}"]
            assert _slope(n, seen) == pytest.approx(rho - wrong, abs=0.04)
            assert seen == pytest.approx(law[f"drift_{rho:g}_{wrong:g}"], abs=0.25)


def _slope(n: np.ndarray, values: np.ndarray) -> float:
    return float(np.polyfit(np.log(n), values, 1)[0])


def test_the_proved_divisor_is_half_of_the_law(law: dict[str, np.ndarray], table: Any) -> None:
    rows = table("gcd_law")
    assert (rows["proved"] <= rows["log_g"] + 1e-9).all()
    for rho in (1.0, 0.5, 0.25):
        assert _slope(law[f"n_{rho:g}"], law[f"proved_{rho:g}"]) == pytest.approx(-rho / 2, abs=0.06)


@pytest.mark.parametrize(
    ("key", "rho", "at_1000", "at_4000"),
    [
        ((0, 2, 2, 1, 1, -1), 0.5, -1.03, -1.06),
        ((0, 1, 1, 3, 1, -1), 0.5, -1.317, -1.300),
        ((0, 2, 1, 1, 0, 1), 0.5, -0.251, -0.251),
        ((0, 1, 1, 3, 1, 1), 0.25, -0.798, -0.820),
    ],
)
def test_reference_residuals(
    table: Any, law: dict[str, np.ndarray], key: tuple[int, ...], rho: float, at_1000: float, at_4000: float
) -> None:
    rows = table("gcd_law")
    named = over_n(rows[rows["named"] & (rows["rho"] == rho)], rho)[key[1:]]
    assert named.loc[[1000, 4000]].tolist() == pytest.approx([at_1000, at_4000], abs=5e-3 if at_1000 == -1.03 else 6e-4)


def test_identified_limits(law: dict[str, np.ndarray]) -> None:
    for name in ("named_021100", "named_042-100"):
        *seen, limit = law[name].tolist()
        assert seen[-1] == pytest.approx(limit, abs=0.01)
        assert abs(seen[-1] - limit) < abs(seen[0] - limit)


def test_arithmetic_finds_the_nilpotent_periods() -> None:
    keys = [(0, 2, 1, 1, 0, 0), (0, 2, 2, 1, 1, -1), (0, 1, 1, 3, 1, 1), (0, 1, 1, 3, 1, -1), (0, 0, 1, 2, 0, 0)]
    by_definition = nilpotent_primes(np.array(keys))
    assert [sum(is_nilpotent(key, prime) for prime in PRIMES) for key in keys] == by_definition.tolist()


# Constants and dropped assumptions


def test_constants_rest_on_partners_and_subjects_of_their_claims() -> None:
    constants = {constant.id: constant for constant in catalogue.constants("pcf")}
    assert set(constants) == {"pcf.irrational", "pcf.distance", "pcf.worpitzky", "pcf.periods"}
    for name, role in (("pcf.distance", "factor"), ("pcf.worpitzky", "constant"), ("pcf.periods", "blocks")):
        proved, refuted = constants[name].proved, constants[name].refuted
        assert proved is not None and refuted is not None and refuted.number < proved.number
        claim = catalogue.claim(proved.claim)
        assert Fraction(str(claim.subject[role].at())) == proved.number
        partners = [claim.partner(r)[role].at() for r in claim.refutations]
        assert refuted.number in [Fraction(str(value)) for value in partners]
    irrational = constants["pcf.irrational"].proved
    assert irrational is not None and irrational.number == BY_SIZE + BY_GCD


def test_partners_that_drop_an_assumption() -> None:
    dropping = {claim.id for claim in catalogue.claims("pcf") for partner in claim.refutations if partner.drops}
    assert {"pcf.census.size", "pcf.irrational.census", "pcf.enclosure.census"} <= dropping
    assert {"pcf.asymptotics.factorial", "pcf.asymptotics.hyperbolic"} <= dropping
