"""Closed forms of the special cases of the sharper bound."""

from __future__ import annotations

from plumbline.domain import Integer
from plumbline.formula import Formula, rational, sqrt
from theory.sea_omd.convex_bounds import DIAMETER, GRADIENTS, SMOOTHNESS, nonnegative

ROUNDS = Integer("T", 1, None)
DEVIATION = nonnegative("s")
GRADUAL = nonnegative("W", "V_T")
CORRUPTION = nonnegative("C")
SHIFT = nonnegative("eps", r"\varepsilon")
FIRST = nonnegative("g1", r"\sup\|\nabla F_1\|")

stochastic_bound = Formula(
    "stochastic",
    [DIAMETER, GRADIENTS, SMOOTHNESS, DEVIATION, ROUNDS],
    lambda D, G, L, s, T: 12 * D**2 * L + 2 * sqrt(rational(5)) * D * G + 4 * D * s * sqrt(T),
)
adversarial_bound = Formula(
    "adversarial",
    [DIAMETER, GRADIENTS, SMOOTHNESS, GRADUAL],
    lambda D, G, L, W: 12 * D**2 * L + 2 * sqrt(rational(5)) * D * G + 2 * sqrt(rational(3)) * D * sqrt(W),
)
corrupted_bound = Formula(
    "corrupted",
    [DIAMETER, GRADIENTS, SMOOTHNESS, DEVIATION, CORRUPTION, ROUNDS],
    lambda D, G, L, s, C, T: (
        12 * D**2 * L
        + 2 * sqrt(rational(5)) * D * G
        + 4 * D * s * sqrt(T)
        + 4 * sqrt(rational(3)) * D * sqrt(G) * sqrt(C)
    ),
)
shift_bound = Formula(
    "average_shift",
    [DIAMETER, GRADIENTS, SMOOTHNESS, DEVIATION, SHIFT, ROUNDS],
    lambda D, G, L, s, eps, T: (
        12 * D**2 * L
        + 2 * sqrt(rational(5)) * D * G
        + 4 * D * s * sqrt(T)
        + 2 * sqrt(rational(3)) * D * sqrt(eps) * sqrt(T)
    ),
)
first_round = Formula("first_round", [FIRST], lambda g1: g1**2)
