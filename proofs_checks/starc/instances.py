"""Random finite MDPs and rewards over Q: the families that the checks of the paper draw from.

Transition rows are integer weights over their sum, rewards integers, discounts one of four rationals. A draw
depends on the generator handed in and on nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

from theory.starc.definitions.mdp import RationalMDP

Reward = list[list[list[Fraction]]]

DISCOUNTS = tuple(Fraction(value) for value in ("1/2", "4/5", "9/10", "19/20"))
FAMILIES = ("dense", "deterministic", "exogenous", "bandit", "chain", "unreachable")
_HALF = Fraction(1, 2)

M1 = RationalMDP(
    [[["1/2", "1/2"], ["1/4", "3/4"]], [["1/5", "4/5"], [1, 0]]],  # type: ignore[list-item]
    ["1/2", "1/2"],  # type: ignore[list-item]
    Fraction(9, 10),
)
M1_R1: Reward = M1.require_reward([[[1, 0], [0, 2]], [[0, 1], [3, -1]]])
M1_R2: Reward = M1.require_reward([[[0, 1], [1, 1]], [[2, 0], [1, 5]]])


def bandit(arms: int, discount: Fraction = Fraction(9, 10)) -> RationalMDP:
    """One state, ``arms`` actions."""
    return RationalMDP([[[Fraction(1)] for _ in range(arms)]], [Fraction(1)], discount)


def arm_rewards(values: Sequence[int | Fraction]) -> Reward:
    """The reward of a bandit that pays ``values[a]`` for arm a."""
    return [[[Fraction(value)] for value in values]]


def leaving_chain(eps: Fraction, discount: Fraction) -> RationalMDP:
    """Two states, two actions without effect: start in 0, leave for the absorbing 1 with probability eps."""
    row = [1 - eps, eps]
    return RationalMDP([[row, row], [[Fraction(0), Fraction(1)]] * 2], [Fraction(1), Fraction(0)], discount)


def _row(draw: random.Random, size: int, weights: int = 9) -> list[Fraction]:
    numbers = [draw.randint(0, weights) for _ in range(size)]
    if not any(numbers):
        numbers[draw.randrange(size)] = 1
    return [Fraction(number, sum(numbers)) for number in numbers]


def _point(size: int, at: int) -> list[Fraction]:
    return [Fraction(int(index == at)) for index in range(size)]


def _start(draw: random.Random, size: int) -> list[Fraction]:
    return [Fraction(1, size)] * size if draw.random() < _HALF else _point(size, draw.randrange(size))


def random_mdp(draw: random.Random, family: str, states: int, actions: int) -> RationalMDP:
    """An MDP of the family (see FAMILIES); ``bandit`` has one state, ``chain`` two, whatever ``states`` says."""
    gamma = draw.choice(DISCOUNTS)
    if family == "bandit":
        return bandit(actions, gamma)
    if family == "chain":
        row = leaving_chain(Fraction(1, draw.choice((2, 10, 100, 1000))), gamma)
        tau = [[block[0]] * actions for block in row.transitions]
        return RationalMDP(tau, row.initial, gamma)
    if family == "exogenous":
        rows = [_row(draw, states) for _ in range(states)]
        return RationalMDP([[row] * actions for row in rows], _start(draw, states), gamma)
    if family == "deterministic":
        tau = [[_point(states, draw.randrange(states)) for _ in range(actions)] for _ in range(states)]
        return RationalMDP(tau, _start(draw, states), gamma)
    if family == "unreachable":
        inner = random_mdp(draw, "dense", states, actions)
        return with_unreachable_state(inner, draw.randrange(states))
    tau = [[_row(draw, states) for _ in range(actions)] for _ in range(states)]
    return RationalMDP(tau, _start(draw, states), gamma)


def with_unreachable_state(mdp: RationalMDP, successor: int) -> RationalMDP:
    """The same MDP with one more state, never entered, whose actions all lead to ``successor``."""
    n = mdp.n_states
    tau = [[[*row, Fraction(0)] for row in block] for block in mdp.transitions]
    tau.append([_point(n + 1, successor)] * mdp.n_actions)
    return RationalMDP(tau, [*mdp.initial, Fraction(0)], mdp.discount)


def random_reward(draw: random.Random, mdp: RationalMDP, size: int = 5) -> Reward:
    """Integers in [-size, size]."""
    n, a = mdp.n_states, mdp.n_actions
    return [[[Fraction(draw.randint(-size, size)) for _ in range(n)] for _ in range(a)] for _ in range(n)]


def redistribution(draw: random.Random, mdp: RationalMDP, size: int = 5) -> Reward:
    """A reward whose mean over successors is 0 at every state and action (pure S'-redistribution)."""
    noise = random_reward(draw, mdp, size)
    for state, block in enumerate(mdp.transitions):
        for action, row in enumerate(block):
            mean = sum((p * x for p, x in zip(row, noise[state][action], strict=True)), Fraction(0))
            noise[state][action] = [x - mean for x in noise[state][action]]
    return noise


def shaped(mdp: RationalMDP, reward: Reward, potential: Sequence[Fraction], discount: Fraction | None = None) -> Reward:
    """R + gamma Phi(s') - Phi(s); ``discount`` stands in for gamma (shaping that is wrong)."""
    gamma = mdp.discount if discount is None else discount
    return [
        [[x + gamma * potential[t] - potential[s] for t, x in enumerate(row)] for row in block]
        for s, block in enumerate(reward)
    ]


def equivalent_reward(draw: random.Random, mdp: RationalMDP, reward: Reward, *, redistribute: bool = True) -> Reward:
    """c R + gamma Phi(s') - Phi(s) + N with c > 0 and E_tau N = 0: the same order of policies."""
    scale = Fraction(draw.randint(1, 9), draw.randint(1, 4))
    potential = [Fraction(draw.randint(-9, 9), draw.randint(1, 3)) for _ in range(mdp.n_states)]
    scaled = [[[scale * x for x in row] for row in block] for block in reward]
    moved = shaped(mdp, scaled, potential)
    if not redistribute:
        return moved
    noise = redistribution(draw, mdp)
    return [
        [[x + e for x, e in zip(row, extra, strict=True)] for row, extra in zip(block, more, strict=True)]
        for block, more in zip(moved, noise, strict=True)
    ]


def random_pairs(
    seed: int, count: int, *, states: int = 3, actions: int = 2, families: Sequence[str] = FAMILIES
) -> Iterator[tuple[RationalMDP, Reward, Reward]]:
    """``count`` triples (MDP, R1, R2), families in turn; bandits get four arms more often than not."""
    draw = random.Random(seed)
    for index in range(count):
        family = families[index % len(families)]
        arms = draw.choice((2, 3, 4, 4, 4)) if family == "bandit" else actions
        mdp = random_mdp(draw, family, draw.randint(2, max(2, states)), arms)
        size = 2 if family == "bandit" else 5
        yield mdp, random_reward(draw, mdp, size), random_reward(draw, mdp, size)
