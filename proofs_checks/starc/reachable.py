"""Reachable MDPs over Q, transformed rewards on them, and their data for witnesses."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

from proofs_checks.starc.instances import (
    M1,
    M1_R1,
    Reward,
    random_mdp,
    random_reward,
    redistribution,
    with_unreachable_state,
)
from theory.starc.definitions.mdp import RationalMDP

Pair = tuple[RationalMDP, Reward, Reward]
_REACHED = ("dense", "deterministic", "exogenous", "bandit", "chain")


def text(values: Any) -> Any:
    """Nested lists of rationals as text."""
    return [text(entry) for entry in values] if isinstance(values, list) else str(values)


def mdp_data(mdp: RationalMDP, **more: Any) -> dict[str, Any]:
    """What the witness programs read."""
    model = {"transitions": text(mdp.transitions), "initial": text(mdp.initial), "discount": str(mdp.discount)}
    return {**model, **{name: value if isinstance(value, str) else text(value) for name, value in more.items()}}


def reached_mdps(seed: int, count: int, states: int = 3) -> list[RationalMDP]:
    """Random MDPs of all families whose states are all reachable."""
    draw, found = random.Random(seed), list[RationalMDP]()
    for family in itertools.cycle(_REACHED):
        mdp = random_mdp(draw, family, draw.randint(2, states), draw.choice((2, 2, 3)))
        if mdp.as_float().every_state_reachable:
            found.append(mdp)
        if len(found) == count:
            return found
    raise AssertionError("the cycle of families has no end")


def unreachable_pair() -> Pair:
    """M1 with a third state that is never entered; two rewards that differ there alone."""
    away = with_unreachable_state(M1, 0)
    rates = [[[0, 0, 0], [0, 0, 0]]], [[[0, 0, 0], [5, 5, 5]]]
    body = [[[1, 1, 1], [0, 0, 0]], [[0, 0, 0], [1, 1, 1]]]
    return away, away.require_reward(body + rates[0]), away.require_reward(body + rates[1])


def random_policy(draw: random.Random, mdp: RationalMDP) -> list[list[Fraction]]:
    rows = [[draw.randint(1, 9) for _ in range(mdp.n_actions)] for _ in range(mdp.n_states)]
    return [[Fraction(weight, sum(row)) for weight in row] for row in rows]


def shapings(seed: int, count: int) -> list[dict[str, Any]]:
    """M1 with Phi = (0, 1), then random MDPs with reward, potential, redistribution, factor and policy."""
    draw = random.Random(seed)
    half = [[Fraction(1, 2)] * 2] * 2
    made = [
        {
            "mdp": M1,
            "R": M1_R1,
            "potential": [Fraction(0), Fraction(1)],
            "noise": [[[Fraction(0)] * 2] * 2] * 2,
            "factor": Fraction(1),
            "policy": half,
        }
    ]
    for mdp in reached_mdps(seed, count):
        potential = [Fraction(draw.randint(-6, 6)) for _ in range(mdp.n_states)]
        noise = redistribution(draw, mdp)
        R, factor = random_reward(draw, mdp), Fraction(draw.randint(1, 9), 4)
        policy = random_policy(draw, mdp)
        made.append({"mdp": mdp, "R": R, "potential": potential, "noise": noise, "factor": factor, "policy": policy})
    return made
