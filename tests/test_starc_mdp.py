"""Finite MDPs: what is refused, with which words, and the defined values at the edges."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from plumbline.errors import InputError
from theory.starc.definitions.mdp import RationalMDP, TabularMDP

TAU = np.array([[[0.5, 0.5], [0.25, 0.75]], [[0.2, 0.8], [1.0, 0.0]]])
HALF = np.array([0.5, 0.5])


def changed(array: np.ndarray, index: Any, value: float) -> np.ndarray:
    out = np.array(array, dtype=float)
    out[index] = value
    return out


BAD = {
    "row below 1": (changed(TAU, (0, 0, 0), 0.4), HALF, 0.9, "rows of transitions must sum to 1, got 0.9"),
    "row above 1": (changed(TAU, (1, 0, 1), 0.9), HALF, 0.9, "rows of transitions must sum to 1, got 1.1"),
    "row just off": (changed(TAU, (1, 1, 0), 1 + 1e-8), HALF, 0.9, "rows of transitions must sum to 1"),
    "negative": (np.array([[[1.5, -0.5]] * 2] * 2), HALF, 0.9, "transitions must be nonnegative.* -0.5"),
    "NaN": (changed(TAU, (0, 1, 0), np.nan), HALF, 0.9, "transitions must be finite"),
    "infinity": (changed(TAU, (0, 1, 0), np.inf), HALF, 0.9, "transitions must be finite"),
    "initial off": (TAU, np.array([0.5, 0.6]), 0.9, "rows of initial must sum to 1"),
    "initial negative": (TAU, np.array([1.5, -0.5]), 0.9, "initial must be nonnegative"),
    "initial NaN": (TAU, np.array([np.nan, 1.0]), 0.9, "initial must be finite"),
    "initial long": (TAU, np.full(3, 1 / 3), 0.9, r"initial must have shape \(2,\), got \(3,\)"),
    "two axes": (TAU[0], HALF, 0.9, r"transitions must have shape \(S, A, S\), got \(2, 2\)"),
    "not square": (np.full((2, 2, 3), 1 / 3), HALF, 0.9, r"transitions must have shape \(S, A, S\)"),
    "no action": (np.zeros((2, 0, 2)), HALF, 0.9, r"transitions must have shape \(S, A, S\)"),
    "discount 1": (TAU, HALF, 1.0, r"discount must lie in \[0, 1\), got 1"),
    "discount below 0": (TAU, HALF, -0.1, r"discount must lie in \[0, 1\)"),
    "discount NaN": (TAU, HALF, float("nan"), r"discount must lie in \[0, 1\)"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_environments_are_refused(name: str) -> None:
    tau, mu0, gamma, words = BAD[name]
    with pytest.raises(InputError, match=words):
        TabularMDP(tau, mu0, gamma)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1 - 1e-9])
def test_discounts_below_one_are_taken(gamma: float) -> None:
    assert TabularMDP(TAU, HALF, gamma).discount == gamma


@pytest.mark.parametrize(
    ("reward", "words"),
    [
        (np.zeros((2, 3)), "R must have shape"),
        (np.zeros(2), "R must have shape"),
        (np.zeros((2, 2, 3)), "R must have shape"),
        (np.full((2, 2), np.nan), "R must be finite"),
        (changed(np.zeros((2, 2, 2)), (0, 0, 0), np.inf), "R must be finite"),
    ],
)
def test_bad_rewards_are_refused(reward: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        TabularMDP(TAU, HALF, 0.9).require_reward(reward, "R")


def test_rewards_of_state_and_action_are_spread_over_successors() -> None:
    mdp, r = TabularMDP(TAU, HALF, 0.9), np.arange(4.0).reshape(2, 2)
    assert np.array_equal(mdp.require_reward(r), np.repeat(r[..., None], 2, axis=2))
    assert np.allclose(mdp.expected_reward(r), r, rtol=0, atol=1e-15)


HALVES = [["1/2", "1/2"], ["1/4", "3/4"]]


@pytest.mark.parametrize(
    ("tau", "mu0", "gamma", "words"),
    [
        ([HALVES, [["1/2", "1/2"], ["1/3", "1/3"]]], ["1/2", "1/2"], "1/2", "sum to 1 exactly"),
        ([HALVES, [["3/2", "-1/2"], ["1", "0"]]], ["1/2", "1/2"], "1/2", "nonnegative"),
        ([HALVES, HALVES], ["1/2", "1/3"], "1/2", "rows of initial"),
        ([HALVES, HALVES], ["1/2", "1/2"], "1", "discount"),
        ([HALVES, HALVES], ["1/2", "1/2"], "-1/9", "discount"),
        ([HALVES], ["1/2", "1/2"], "1/2", "transitions must be nested lists of shape"),
        ([HALVES, HALVES], [], "1/2", "at least one state"),
        ([HALVES, [["1/2", "1/2"]]], ["1/2", "1/2"], "1/2", "nested lists"),
    ],
)
def test_bad_rational_environments_are_refused(tau: Any, mu0: Any, gamma: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        RationalMDP(tau, mu0, Fraction(gamma))


def test_floats_that_sum_to_one_need_not_do_so_over_q() -> None:
    with pytest.raises(InputError, match="sum to 1 exactly"):
        RationalMDP([[[0.1, 0.9]], [[0.1, 0.9]]], [1, 0], Fraction(1, 2))  # type: ignore[list-item]


def test_reachability() -> None:
    """State 2 leads to the others and nobody to it; without discount only initial states count."""
    tau = np.zeros((3, 2, 3))
    tau[0, 0, 0] = tau[0, 1, 1] = tau[1, :, 1] = tau[2, :, 0] = 1
    start = np.array([1.0, 0.0, 0.0])
    mdp = TabularMDP(tau, start, 0.9)
    assert mdp.reachable().tolist() == [True, True, False] and not mdp.every_state_reachable
    assert TabularMDP(tau, start, 0.0).reachable().tolist() == [True, False, False]
    assert TabularMDP(tau, np.full(3, 1 / 3), 0.0).every_state_reachable
