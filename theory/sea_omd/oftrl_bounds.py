r"""Closed forms for optimistic follow-the-regularised-leader, :math:`\eta_t=D^2/(\nu+\sum_{s<t}\eta_sa_s)`.

``V`` is :math:`\bar V_T`, ``S`` the sum of the :math:`\eta_ta_t`, ``X`` the movement, ``noise``
:math:`\sigma^2_{1:T}`, ``drift`` :math:`\Sigma^2_{2:T}`.
"""

from __future__ import annotations

from plumbline.domain import Integer
from plumbline.formula import Formula, rational, sqrt
from theory.sea_omd.convex_bounds import (
    DIAMETER,
    DRIFT,
    GRADIENTS,
    MOVEMENT,
    NOISE,
    SMOOTHNESS,
    VARIATION,
    nonnegative,
    positive,
)

REGULARISER = positive("nu", r"\nu")
ROUNDS = Integer("T", 1, None)
SPENT = nonnegative("S")

steps = Formula(
    "steps",
    [DIAMETER, GRADIENTS, REGULARISER, VARIATION],
    lambda D, G, nu, V: 3 * sqrt(rational(2)) / 2 * D * sqrt(V) + 6 * D**2 * G**2 / nu,
)
steps_printed = Formula(
    "steps_printed",
    [DIAMETER, GRADIENTS, REGULARISER, VARIATION],
    lambda D, G, nu, V: 3 * sqrt(rational(2)) / 2 * D * sqrt(V) + 4 * D**2 * G**2 / nu,
)
pathwise = Formula(
    "oftrl_pathwise",
    [DIAMETER, GRADIENTS, REGULARISER, VARIATION, MOVEMENT],
    lambda D, G, nu, V, X: nu + 3 * sqrt(rational(2)) / 2 * D * sqrt(V) + 6 * D**2 * G**2 / nu - nu / (2 * D**2) * X,
)
convex = Formula(
    "oftrl_convex",
    [DIAMETER, GRADIENTS, SMOOTHNESS, REGULARISER, NOISE, DRIFT],
    lambda D, G, L, nu, noise, drift: (
        6 * D * sqrt(noise)
        + 3 * sqrt(rational(2)) * D * sqrt(drift)
        + 3 * sqrt(rational(2)) / 2 * D * G
        + nu
        + (6 * D**2 * G**2 + 9 * D**4 * L**2) / nu
    ),
)
path = Formula("oftrl_path", [REGULARISER, SPENT], lambda nu, S: nu + 5 * S / 4)
adversarial = Formula(
    "oftrl_adversarial",
    [DIAMETER, GRADIENTS, ROUNDS],
    lambda D, G, T: 5 * sqrt(rational(2)) / 2 * D * G * sqrt(T) + 9 * D * G / 2,
)
adversarial_best = Formula(
    "oftrl_adversarial_best",
    [DIAMETER, GRADIENTS, ROUNDS],
    lambda D, G, T: 5 * sqrt(rational(2)) / 2 * D * G * sqrt(T) + 2 * sqrt(rational(5)) * D * G,
)
