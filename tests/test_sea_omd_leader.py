"""Optimistic follow-the-regularised-leader on long paths, played round by round, and what the bounds keep."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from plumbline import runner
from plumbline.domain import Real
from plumbline.evidence import Coverage, Verdict
from plumbline.nouns import Effort
from proofs_checks.sea_omd import convex, convex_paths, convex_sea, leader
from theory.sea_omd import (
    convex_bounds,
    convex_claims,
    lemma_bounds,
    oftrl_bounds,
    oftrl_claims,
    oftrl_witnesses,
    sharper_claims,
)

ONE = Fraction(1)


def played(n: int, cycles: int, nu: float) -> tuple[float, float]:
    """Regret and sum of the eta_t a_t on the cycles of ``ftrl_rectangle`` and the run, in two dimensions."""
    w = (1 + 1 / n) / (2 * nu)
    high = np.array([w, np.sqrt(1 - w * w)])
    u = np.array([0.0, high[1]])
    total, hint = np.zeros(2), np.zeros(2)
    spent = regret = 0.0

    def step(along: float, run: float = 0.0) -> np.ndarray:
        nonlocal total, hint, spent, regret
        g, eta = np.array([along, run]), 1 / (nu + spent)
        x = np.clip(-eta * (total + hint) / 2, 0, high)
        regret += float(g @ (x - u))
        spent += eta * float(((g - hint) ** 2).sum())
        total, hint = total + g, g
        return x

    for cycle in range(cycles):
        slopes = [-1 / n] * n + [1.0] + [1 - j / n for j in range(1, n + 1)]
        slopes += [-1 / n] * (n * (n - 1) // 2) if cycle < cycles - 1 else []
        for slope in slopes:
            step(slope)
    while step(0.0, -1.0)[1] < high[1]:
        pass
    return regret, spent


@pytest.mark.parametrize(("n", "cycles", "nu"), [(2, 50, 5), (5, 100, 20), (8, 60, 30)])
def test_long_paths_of_the_leader_are_as_the_witness_says(n: int, cycles: int, nu: int) -> None:
    regret, spent = played(n, cycles, nu)
    data = {"n": n, "N": cycles, "nu": nu}
    least, bound = oftrl_witnesses.ftrl_rectangle(data, {"bound": lambda nu, S: nu + 5 * S / 4})
    assert float(least) <= regret <= nu + 1.25 * spent
    assert regret - float(least) < 2
    assert float(bound) == pytest.approx(nu + 1.25 * spent, abs=1)


def test_the_constant_five_quarters_is_approached() -> None:
    data = {"n": 2000, "N": 10**16, "nu": "1000"}
    left, bound = oftrl_witnesses.ftrl_rectangle(data, {"bound": lambda nu, S: nu + 5 * S / 4})
    assert 0.9995 < float(left / bound) < 1


def test_printed_adversarial_bound_is_no_smaller_from_the_first_round_on() -> None:
    """3 sqrt(2) sqrt(T) + 4 against 5/sqrt(2) sqrt(T) + 9/2; with 15/4 in the place of 4 it would not follow."""
    for rounds in (1, 2, 10**6):
        ours = float(oftrl_bounds.adversarial.mpmath(D=1, G=1, T=rounds))
        assert ours <= 3 * np.sqrt(2) * np.sqrt(rounds) + 4
    claim = oftrl_claims.adversarial
    for numbers, proved in (
        ((Fraction(3), Fraction(4)), True),
        ((Fraction(3), Fraction(15, 4)), False),
        ((Fraction(12, 5), Fraction(9)), False),
    ):
        subject = claim.subject.replace(printed=numbers)
        judgement, _, _ = runner.run_check(claim, leader.adversarial, subject, Effort())
        assert (judgement.verdict is Verdict.HOLDS and judgement.coverage is Coverage.WHOLE) is proved


def test_two_equal_gradients_meet_the_movement_bound() -> None:
    case = convex_paths.TWICE[0]
    found, bound = convex_paths.sides(convex_bounds.movement, case, "optimistic", theta=ONE)
    assert found < bound < found * 1.000001


@pytest.mark.parametrize("term", range(3))
def test_each_term_of_the_movement_bound_is_seen_to_a_thousandth(term: int) -> None:
    factors = [ONE] * 3
    factors[term] = Fraction(999, 1000) if term < 2 else Fraction(1001, 1000)
    subject = convex_claims.movement.subject.replace(bound=convex_claims._movement_with(*factors))
    judgement, _, _ = runner.run_check(convex_claims.movement, convex.movement, subject, Effort())
    assert judgement.verdict is Verdict.VIOLATED


def test_sharper_form_improves_every_constant_it_changes() -> None:
    tiny = Fraction(1, 10**30)
    at: dict[str, Any] = {"D": ONE, "G": tiny, "delta": Fraction(10), "L": ONE, "theta": Fraction(1, 2)}
    assert float(convex_bounds.sharper.mpmath(**at, noise=0, drift=0)) == pytest.approx(7.2732, abs=1e-4)
    first = convex_bounds.sharper_tuned.mpmath(D=1, G=1, L=0, noise=0, drift=0)
    assert float(first) == pytest.approx((3 + 5**0.5) / 2)
    for theta in (Fraction(1, 10), Fraction(1, 2), ONE):
        point: dict[str, Any] = {"D": 2, "G": 3, "delta": 5, "L": 1, "theta": theta, "noise": 7, "drift": 2}
        assert convex_bounds.sharper.mpmath(**point) < convex_bounds.sharp.mpmath(**point)


def test_general_form_treats_the_smoothness_zero_too() -> None:
    """The stated bound for delta > 0 includes L = 0: the derivation's numbers do."""
    for route in (convex_sea._SHARP["general"], convex_sea._SHARPER["general"]):
        axis = convex_sea._numbers(route, False).variables["L"]
        assert isinstance(axis, Real) and axis.contains(Fraction(0))


def test_best_delta_of_the_sharper_form() -> None:
    """3 A^2 L^2 (1 + theta)/theta: 36 D^2 L^2 at theta = 1/2, where the coefficient of D^2 L is 6."""
    at: dict[str, Any] = {"D": ONE, "G": Fraction(1, 10**30), "L": ONE, "theta": Fraction(1, 2), "noise": 0, "drift": 0}
    values = [float(convex_bounds.sharper.mpmath(delta=Fraction(delta), **at)) for delta in (35, 36, 37)]
    assert values[1] == pytest.approx(6) and values[1] < min(values[0], values[2])
    assert sharper_claims.sharper.subject["tuned"].mpmath(D=1, G=at["G"], L=1, noise=0, drift=0) == pytest.approx(6)


def test_expectations_use_the_movement_bound_as_it_is_stated() -> None:
    """With Q, P the two roots: D/2 Q + (1 + theta) D (P - sqrt(delta)) - weight X is the bound at c = 1."""
    at: dict[str, Any] = {"D": 3, "G": 2, "delta": 7, "theta": Fraction(1, 3), "V": 11, "X": 5}
    D, theta, z = 3, 1 / 3, 7**0.5
    used = (
        D / 2 * (7 + 16 + 11) ** 0.5 + (1 + theta) * D * ((7 + 11) ** 0.5 - z) - theta / (1 + theta) * z / (2 * D) * 5
    )
    assert float(convex_bounds.movement.mpmath(c=1, **at)) == pytest.approx(used, abs=1e-12)
    coarse = (1.5 + theta) * D * (7 + 16 + 11) ** 0.5 - theta / (1 + theta) * z / (2 * D) * 5
    assert used < coarse


def test_eight_four_four_is_the_sum_of_the_split_in_four() -> None:
    """Summed over t, the noise of each round counts in two differences: 8 sigma^2, and the first change at most G^2."""
    n, m, x, S, L = 3, 5, 7, 11, 2
    assert float(lemma_bounds.split4.mpmath(n=n, m=m, x=x, S=S, L=L)) == 4 * (n + m) + 4 * L**2 * x + 4 * S
    assert convex_sea._PUBLISHED.split == (1, 8, 4, 4)
