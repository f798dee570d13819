"""Worst-case regret as the least value of a convex piecewise linear function, found by exact Newton steps."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from figures import style
from plumbline.nouns import Figure
from theory.starc.definitions import exact
from theory.starc.definitions.mdp import RationalMDP
from theory.starc.definitions.returns import range_norm

_GRID = 301


def m1() -> tuple[RationalMDP, Any, Any]:
    """The reference instance with two states and two actions, and its expected rewards."""
    rows: Any = [[["1/2", "1/2"], ["1/4", "3/4"]], [["1/5", "4/5"], [1, 0]]]
    mdp = RationalMDP(rows, [Fraction(1, 2)] * 2, Fraction(9, 10))
    first, second = [[[1, 0], [0, 2]], [[0, 1], [3, -1]]], [[[0, 1], [1, 1]], [[2, 0], [1, 5]]]
    return mdp, mdp.expected_reward(first), mdp.expected_reward(second)


def random_instance(seed: int, states: int, actions: int) -> tuple[RationalMDP, Any, Any]:
    """Integer weights over their sum as transitions, integer expected rewards that share a part."""
    draw = random.Random(seed)
    weights = [[[draw.randint(0, 9) + (s == t) for t in range(states)] for _ in range(actions)] for s in range(states)]
    rows = [[[Fraction(x, sum(row)) for x in row] for row in block] for block in weights]
    mdp = RationalMDP(rows, [Fraction(1, states)] * states, Fraction(9, 10))
    first = [[Fraction(draw.randint(-5, 5)) for _ in range(actions)] for _ in range(states)]
    return mdp, first, [[x + draw.randint(-4, 4) for x in row] for row in first]


def newton(mdp: RationalMDP, r1: Any, r2: Any) -> list[tuple[Fraction, Fraction, Fraction]]:
    """(lambda, where the two lines meet, f(lambda)) of every step, both over h(R1); starts at the two ends."""
    left, h2 = exact.line(mdp, r1, r2, Fraction(0)), exact.range_norm(mdp, r2)
    h1, end = left.a, 2 * left.a / h2
    right = exact.line(mdp, r1, r2, end)
    steps = [(Fraction(0), Fraction(1), Fraction(1))]
    while left.b > 0 > right.b or left.b > right.b:
        factor = (left.a - right.a) / (left.b - right.b)
        here = exact.line(mdp, r1, r2, factor)
        meet, value = left.a - factor * left.b, here.a - factor * here.b
        steps.append((factor, meet / h1, value / h1))
        if meet == value or here.b == 0:
            break
        left, right = (here, right) if here.b > 0 else (left, here)
    return steps


def curve(mdp: RationalMDP, r1: Any, r2: Any, factors: np.ndarray) -> np.ndarray:
    """h(R1 - lambda R2)/h(R1) in float64."""
    given = mdp.as_float()
    count = len(factors)
    tau, mu0 = torch.from_numpy(given.transitions), torch.from_numpy(given.initial)
    one, two = (torch.tensor([[float(x) for x in row] for row in r], dtype=torch.float64) for r in (r1, r2))
    mixed = one - torch.from_numpy(factors)[:, None, None] * two
    h, _, _ = range_norm(tau.expand(count, -1, -1, -1), mu0.expand(count, -1), given.discount, mixed)
    return np.asarray(h / h[0])


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """f(lambda), Newton's steps and the certified least value for two instances."""
    figure, panels = style.new_figure(1, 2, height=3.3)
    arrays: dict[str, np.ndarray] = {}
    cases = {"M1": (m1(), "two states, two actions"), "random": (random_instance(5, 6, 3), "six states, three actions")}
    for axes, (name, ((mdp, r1, r2), title)) in zip(panels, cases.items(), strict=True):
        certificate = exact.worst_case_regret(mdp, r1, r2)
        steps = newton(mdp, r1, r2)
        lam, meet, value = (np.array([float(step[k]) for step in steps]) for k in range(3))
        factors = np.linspace(0, 1.5 * max(lam.max(), 1e-3), _GRID)
        f, least = curve(mdp, r1, r2, factors), float(certificate.value)
        style.theory(axes, factors, f, 0, label=r"$h(R_1-\lambda R_2)/h(R_1)$")
        axes.vlines(lam[1:], meet[1:], value[1:], color=style.series_color(1), lw=0.8)
        style.measured(axes, lam, value, 1, label="Newton's steps", size=5)
        style.measured(axes, lam[1:], meet[1:], 2, label="where the two lines meet", size=4)
        axes.axhline(least, color="#000000", lw=0.8, ls=":")
        optimal = f"{certificate.multiplier}" if name == "M1" else f"{float(certificate.multiplier):.4f}"
        least_label = rf"$W={least:.5f}$ at $\lambda^*={optimal}$"
        axes.set(title=title, xlabel=r"$\lambda$", ylim=(min(0, meet.min()) - 0.05, None))
        axes.plot([], [], ":", color="#000000", lw=0.8, label=least_label)
        axes.legend(loc="upper center")
        valid = exact.verify(certificate, mdp, r1, r2)
        arrays |= {f"{name}_factors": factors, f"{name}_curve": f, f"{name}_lambda": lam, f"{name}_value": value}
        arrays |= {f"{name}_meet": meet, f"{name}_regret": np.array([least]), f"{name}_valid": np.array([valid])}
        arrays[f"{name}_optimum"] = np.array([float(certificate.multiplier)])
    return figure, arrays


RAY = Figure(
    "starc.ray",
    "Worst-case regret is a distance to a ray",
    "Range of R1 - lambda R2 over that of R1: convex and piecewise linear; its least value is the worst-case "
    "regret. Newton's steps go to where the supporting lines of two steps meet and end when f meets them; all in "
    "rationals, and the end value is certified from above by two value functions and from below by a mixture of "
    "two pairs of policies.",
    draw,
)
