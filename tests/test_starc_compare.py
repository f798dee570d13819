"""``compare`` and its command: values, certificates, edges, and one line for every bad file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from plumbline.cli import main
from plumbline.errors import InputError
from theory.starc.compare import Comparison, compare, compare_exactly, rationalise
from theory.starc.definitions import exact
from theory.starc.definitions.mdp import TabularMDP

M1 = {
    "transitions": np.array([[[0.5, 0.5], [0.25, 0.75]], [[0.2, 0.8], [1.0, 0.0]]]),
    "initial": np.array([0.5, 0.5]),
    "discount": np.array(0.9),
    "R1": np.array([[[1, 0], [0, 2]], [[0, 1], [3, -1]]]),
    "R2": np.array([[[0, 1], [1, 1]], [[2, 0], [1, 5]]]),
}
MDP = TabularMDP(M1["transitions"], M1["initial"], 0.9)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small matrices: more threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def saved(folder: Path, **changes: Any) -> str:
    arrays = {key: value for key, value in {**M1, **changes}.items() if value is not None}
    np.savez(folder / "pair.npz", **arrays)
    return str(folder / "pair.npz")


def drawn(
    seed: int, states: int = 5, actions: int = 3, gamma: float = 0.9
) -> tuple[TabularMDP, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    tau = draw.dirichlet(np.full(states, 0.4), (states, actions))
    mdp = TabularMDP(tau, draw.dirichlet(np.ones(states)), gamma)
    R1, R2 = draw.standard_normal((2, states, actions, states))
    return mdp, R1, R2


# Values


def test_m1() -> None:
    found = compare(MDP, M1["R1"], M1["R2"])
    expected = {
        "VAL-2-2": 0.04873313164649810,
        "minimal-L2": 0.0503719745947011,
        "d_Omega": 0.04753708155850459,
        "EPIC": 0.896735832206738,
        "DARD": 0.8865288976985456,
    }
    assert found.distances == pytest.approx(expected, rel=1e-12)
    assert found.regret.value == pytest.approx(52706 / 1228701, rel=1e-12)
    assert found.back.value == pytest.approx(52706 / 1254047, rel=1e-12)
    assert (found.regret.rollout, found.back.rollout, found.warnings) == (0, 0, ())


def returns(mdp: TabularMDP, R: np.ndarray, policy: np.ndarray) -> float:
    chain = np.einsum("sa,sat->st", policy, mdp.transitions)
    rate = (policy * mdp.expected_reward(R)).sum(1)
    return float(mdp.initial @ np.linalg.solve(np.eye(mdp.n_states) - mdp.discount * chain, rate))


@pytest.mark.parametrize("seed", range(12))
def test_worst_policies_and_bounds_on_drawn_pairs(seed: int) -> None:
    """The stochastic policies lose W, the other reward does not prefer the better one, and d_Omega bounds W."""
    mdp, R1, R2 = drawn(seed, gamma=[0.0, 0.5, 0.9, 0.99][seed % 4])
    found = compare(mdp, R1, R2)
    for way, first, second in ((found.regret, R1, R2), (found.back, R2, R1)):
        lost, gap = (returns(mdp, R, way.preferred) - returns(mdp, R, way.chosen) for R in (first, second))
        assert gap <= 1e-9 * (1 + abs(returns(mdp, second, way.chosen)))
        assert lost / way.range == pytest.approx(way.value, abs=1e-9)
        assert way.attained - 1e-12 <= way.value <= way.bound + 1e-12
        assert way.bound - way.attained <= 1e-9
        assert way.rollout <= way.value + 1e-12
        distance = found.distances["d_Omega"]
        assert distance is not None and distance / 2 - 1e-9 <= way.value <= distance + 1e-9
    turned = compare(mdp, R2, R1)
    assert turned.regret.value == pytest.approx(found.back.value, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_exact_comparison_is_verified_and_near(seed: int) -> None:
    mdp, R1, R2 = drawn(seed, states=3, actions=2)
    near, proved = compare(mdp, R1, R2), compare_exactly(mdp, R1, R2)
    assert proved.moved <= 1e-15
    assert float(proved.regret.value) == pytest.approx(near.regret.value, abs=1e-12)
    assert float(proved.back.value) == pytest.approx(near.back.value, abs=1e-12)
    coarse = compare_exactly(mdp, R1, R2, 100)
    assert 0 < coarse.moved <= 0.05
    rates = [coarse.mdp.expected_reward(_coarse(R)) for R in (R1, R2)]
    assert exact.verify(coarse.regret, coarse.mdp, rates[0], rates[1])
    assert not exact.verify(coarse.regret, coarse.mdp, rates[1], rates[0])


def _coarse(R: np.ndarray) -> Any:
    return [[[Fraction(x).limit_denominator(100) for x in row] for row in block] for block in R.tolist()]


def test_rational_rows_sum_to_one() -> None:
    assert rationalise(MDP, 10).transitions[1][0] == [Fraction(1, 5), Fraction(4, 5)]
    mdp = TabularMDP(np.array([[[0.004, 0.996]], [[1.0, 0.0]]]), np.array([1.0, 0.0]), 0.5)
    assert rationalise(mdp, 10).transitions[0][0] == [0, 1]
    thin = TabularMDP(np.full((8, 1, 8), 1 / 8), np.full(8, 1 / 8), 0.5)
    with pytest.raises(InputError, match="row of probabilities vanishes"):
        rationalise(thin, 1)


# Edges: defined values


def edge(R1: Any, R2: Any, mdp: TabularMDP = MDP) -> Comparison:
    return compare(mdp, np.asarray(R1, dtype=float), np.asarray(R2, dtype=float))


def shaped(R: np.ndarray, potential: np.ndarray) -> np.ndarray:
    return R + 0.9 * potential[None, None, :] - potential[:, None, None]


@pytest.mark.parametrize("zero", [np.zeros((2, 2, 2)), shaped(np.zeros((2, 2, 2)), np.array([3.0, -5.0]))])
def test_rewards_of_zero_norm(zero: np.ndarray) -> None:
    """Nothing to lose under a trivial first reward, everything under a trivial second one."""
    for found in (edge(zero, M1["R2"]), edge(M1["R1"], zero)):
        assert [found.distances[name] for name in ("VAL-2-2", "minimal-L2", "d_Omega")] == pytest.approx([1, 1, 1])
        assert found.distances["EPIC"] is None and found.distances["DARD"] is None
        assert len(found.warnings) == 1 and "trivial" in found.warnings[0]
    assert edge(zero, M1["R2"]).regret.value == edge(zero, M1["R2"]).regret.bound == 0
    assert edge(M1["R1"], zero).regret.value == 1
    both = edge(zero, zero)
    assert [both.distances[name] for name in ("VAL-2-2", "minimal-L2", "d_Omega")] == [0, 0, 0]
    assert both.regret.value == both.back.value == 0 and len(both.warnings) == 2
    proved = compare_exactly(MDP, np.zeros((2, 2)), M1["R2"])
    assert (proved.regret.value, proved.back.value) == (0, 1)


def test_equal_opposite_and_equivalent_rewards() -> None:
    R = M1["R1"].astype(float)
    for other, d, w in ((R, 0, 0), (shaped(4 * R, np.array([1.0, 7.0])), 0, 0), (-R, 2, 1)):
        found = edge(R, other)
        assert [found.distances[n] for n in ("VAL-2-2", "minimal-L2", "d_Omega")] == pytest.approx([d] * 3, abs=1e-12)
        assert found.regret.value == pytest.approx(w, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-14, 1e-6, 1e9])
def test_scales_do_not_matter(scale: float) -> None:
    plain, found = edge(M1["R1"], M1["R2"]), edge(M1["R1"], scale * M1["R2"])
    assert found.distances == pytest.approx(plain.distances, rel=1e-9)
    assert (found.regret.value, found.back.value) == pytest.approx((plain.regret.value, plain.back.value), rel=1e-9)
    assert found.back.attained == pytest.approx(plain.back.attained, rel=1e-9) and found.warnings == ()


def test_unreached_states_are_named() -> None:
    """A reward only where nobody comes has no range; the levelled one differs all the same, and a warning says so."""
    tau = np.zeros((3, 2, 3))
    tau[0, 0, 0] = tau[0, 1, 1] = tau[1, :, 1] = tau[2, :, 0] = 1
    mdp = TabularMDP(tau, np.array([1.0, 0.0, 0.0]), 0.9)
    first = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    second = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 5.0]])
    found = edge(first, second, mdp)
    assert found.warnings[0].startswith("no policy reaches 1 of 3 states (2)")
    assert found.regret.value == pytest.approx(0, abs=1e-12) and found.distances["d_Omega"] == pytest.approx(
        0, abs=1e-12
    )
    assert found.distances["VAL-2-2"] > 0.5  # type: ignore[operator]


@pytest.mark.parametrize(
    ("R1", "words"),
    [
        (np.full((2, 2), np.nan), "R1 must be finite"),
        (np.zeros((2, 3)), "R1 must have shape"),
        (np.zeros((4, 2, 2)), "R1 must be one reward|R1 must have shape"),
        (np.zeros((4, 2, 2, 2)), "R1 must be one reward"),
    ],
)
def test_bad_rewards(R1: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        compare(MDP, R1, M1["R2"])


# The command


def test_command_prints_the_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["starc", "compare", saved(tmp_path), "--exact", "--denominator", "1000"]) == 0
    text = capsys.readouterr().out
    for part in (
        "d_Omega     0.0475370815585",
        "52706/1228701",
        "521/201",
        "52706/1254047",
        "0.719184 of  A: actions 0 1",
    ):
        assert part in text


def test_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, R2=np.array([[0.5, 1.0], [0.4, 1.0]]))
    assert main(["starc", "compare", file, "--exact", "--denominator", "1000", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["regret"]["value"] == pytest.approx(0.04289570855724867, rel=1e-12)
    assert record["exact"]["regret"]["value"] == "52706/1228701"
    assert record["exact"]["regret"]["upper"] == ["-24620/5829", "-19780/5829"]
    assert main(["starc", "compare", file, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["exact"] is None


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "rows": ({"transitions": M1["transitions"] * 0.9}, "rows of transitions must sum to 1"),
    "negative": ({"initial": np.array([1.5, -0.5])}, "initial must be nonnegative"),
    "discount": ({"discount": 1.0}, "discount must lie in [0, 1)"),
    "discount vector": ({"discount": np.array([0.5, 0.9])}, "discount must be one number"),
    "NaN reward": ({"R2": np.full((2, 2), np.nan)}, "R2 must be finite"),
    "shape": ({"R1": np.zeros((3, 2))}, "R1 must have shape"),
    "missing": ({"R1": None, "initial": None}, "lacks initial, R1"),
    "text": ({"R1": np.array([["a", "b"], ["c", "d"]])}, "R1 must hold real numbers"),
    "complex": ({"R1": np.zeros((2, 2), complex)}, "R1 must hold real numbers"),
    "pickles": ({"R1": np.array([[None, {}], [1, 2]], dtype=object)}, "not an .npz file of plain arrays"),
}


def one_line(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["starc", "compare", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    return err


@pytest.mark.parametrize("name", BAD)
def test_bad_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes, words = BAD[name]
    assert words in one_line(capsys, saved(tmp_path, **changes))


def test_files_of_other_kinds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such file" in one_line(capsys, str(tmp_path / "none.npz"))
    assert "Is a directory" in one_line(capsys, str(tmp_path))
    for name, content in {"empty": b"", "text": b"hello", "cut": Path(saved(tmp_path)).read_bytes()[:300]}.items():
        (tmp_path / name).write_bytes(content)
        assert "not an .npz file" in one_line(capsys, str(tmp_path / name))
    np.save(tmp_path / "one.npy", np.zeros(3))
    assert "not an .npz file" in one_line(capsys, str(tmp_path / "one.npy"))
    assert "--denominator needs --exact" in one_line(capsys, saved(tmp_path), "--denominator", "9")
