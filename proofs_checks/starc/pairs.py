"""Pairs of rewards that the checks try first, random ones, and the two ways to look at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.errors import PlumblineError
from plumbline.evidence import Finding
from plumbline.formula import Formula
from plumbline.nouns import Effort
from proofs_checks.engines import instances
from proofs_checks.starc import certified
from proofs_checks.starc.certified import Pair
from proofs_checks.starc.instances import M1, M1_R1, M1_R2, arm_rewards, bandit, leaving_chain, random_pairs

ONE = Fraction(1)
M1_PAIR = Pair(M1, M1_R1, M1_R2)
TIGHT = Pair(bandit(4), arm_rewards([1, 0, 1, 0]), arm_rewards([2, 0, 1, 1]))
OPPOSITE = Pair(bandit(2), arm_rewards([1, 0]), arm_rewards([0, 1]))
ONE_TRIVIAL = Pair(bandit(2), arm_rewards([1, 0]), arm_rewards([0, 0]))
BOTH_TRIVIAL = Pair(bandit(2), arm_rewards([1, 1]), arm_rewards([0, 0]))


def at_discount(pair: Pair, gamma: Fraction) -> Pair:
    """A pair on a bandit at another discount."""
    return Pair(bandit(pair.mdp.n_actions, gamma), pair.R1, pair.R2)


def rarely_left(eps: Fraction, gamma: Fraction) -> Pair:
    """A chain whose second state has few visits: W = 1 at a distance near 1/U, as eps goes to 0.

    Differences (0, 1) and (rho, 1) with rho = D1/D0: undoing the second state costs as much in the first.
    """
    none, rho = [Fraction(0)] * 2, gamma * eps / (1 - gamma)
    one = [Fraction(1)] * 2
    return Pair(leaving_chain(eps, gamma), [[none, none], [none, one]], [[none, [rho] * 2], [none, one]])


def value_at(formula: Formula, **at: Fraction | int) -> Fraction:
    """A formula at rationals, where its value is rational."""
    symbols = {formula.symbols[name]: sympy.Rational(*Fraction(x).as_integer_ratio()) for name, x in at.items()}
    value = sympy.sympify(formula.expr.subs(symbols, simultaneous=True))
    if not value.is_Rational:
        raise PlumblineError(f"{formula.name} is not rational there: {value}")
    return Fraction(int(value.p), int(value.q))


def drawn(effort: Effort, count: int, **options: Any) -> list[Pair]:
    """Random pairs of every family, five times as many at full effort."""
    number = 5 * count if effort.full else count
    return [Pair(*triple) for triple in random_pairs(effort.seed, number, **options)]


def nontrivial(pairs: Sequence[Pair]) -> list[Pair]:
    """Those whose first reward is not trivial."""
    return [pair for pair in pairs if certified.range_norm(pair.mdp, pair.r1)]


def compared(
    pairs: Sequence[Pair], program: str, more: dict[str, Any], wanted: Collection[str], statement: str
) -> Finding:
    """Known extreme pairs against the claimed formula, by enumeration of policies."""
    return instances.compare(
        pairs,
        lambda pair: witness.make("starc", program, {**pair.data(), **more}, statement),
        wanted=wanted,
        statement=statement,
        description="extreme pairs of rewards",
    )
