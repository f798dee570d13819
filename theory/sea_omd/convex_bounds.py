r"""Closed forms of the convex smooth case: pathwise bounds of optimistic mirror descent and what SEA makes of them.

``V`` is :math:`\bar V_T=\sum_t\|g_t-g_{t-1}\|^2` (:math:`g_0=0`), ``X`` is :math:`\sum_{t\ge2}\|x_t-x_{t-1}\|^2`,
``noise`` :math:`\sigma^2_{1:T}`, ``drift`` :math:`\Sigma^2_{1:T}` or :math:`\Sigma^2_{2:T}`; squared gradients all.
"""

from __future__ import annotations

from plumbline.domain import Real
from plumbline.formula import Formula, rational, sqrt


def positive(name: str, latex: str = "") -> Real:
    """A constant > 0."""
    return Real(name, 0, None, open_lo=True, latex=latex)


def nonnegative(name: str, latex: str = "") -> Real:
    """A constant >= 0."""
    return Real(name, 0, None, latex=latex)


DIAMETER = positive("D")
GRADIENTS = positive("G")
STEP = positive("c")
DELTA = nonnegative("delta", r"\delta")
POSITIVE_DELTA = positive("delta", r"\delta")
VARIATION = nonnegative("V", r"\bar V_T")
MOVEMENT = nonnegative("X")
RETENTION = Real("theta", 0, 1, latex=r"\theta")
POSITIVE_RETENTION = Real("theta", 0, 1, open_lo=True, latex=r"\theta")
SMOOTHNESS = nonnegative("L")
POSITIVE_SMOOTHNESS = positive("L")
NOISE = nonnegative("noise", r"\sigma^2_{1:T}")
DRIFT = nonnegative("drift", r"\Sigma^2_{2:T}")
DRIFT_FROM_ONE = nonnegative("drift", r"\Sigma^2_{1:T}")

pathwise = Formula(
    "pathwise",
    [DIAMETER, GRADIENTS, DELTA, STEP, VARIATION],
    lambda D, G, delta, c, V: (1 / (2 * c) + c) * D * sqrt(delta + 4 * G**2 + V),
)
movement = Formula(
    "movement",
    [DIAMETER, GRADIENTS, DELTA, STEP, RETENTION, VARIATION, MOVEMENT],
    lambda D, G, delta, c, theta, V, X: (
        D / (2 * c) * sqrt(delta + 4 * G**2 + V)
        + (1 + theta) * c * D * (sqrt(delta + V) - sqrt(delta))
        - theta / (1 + theta) * sqrt(delta) / (2 * c * D) * X
    ),
)
step_factor = Formula("step_factor", [STEP], lambda c: 1 / (2 * c) + c)
best_step = Formula("best_step", [], lambda: 1 / sqrt(rational(2)), latex=r"c^*")
best_factor = Formula("best_factor", [], lambda: sqrt(rational(2)))

sharp = Formula(
    "sharp",
    [DIAMETER, GRADIENTS, POSITIVE_DELTA, SMOOTHNESS, POSITIVE_RETENTION, NOISE, DRIFT],
    lambda D, G, delta, L, theta, noise, drift: (
        (rational(3, 2) + theta)
        * D
        * (sqrt(delta) + sqrt(rational(5)) * G + 2 * sqrt(noise) + sqrt(rational(3)) * sqrt(drift))
        + 3 * (rational(3, 2) + theta) ** 2 * D**3 * L**2 * (1 + theta) / (2 * theta * sqrt(delta))
    ),
)
sharp_linear = Formula(
    "sharp_linear",
    [DIAMETER, GRADIENTS, POSITIVE_RETENTION, NOISE, DRIFT],
    lambda D, G, theta, noise, drift: (
        (rational(3, 2) + theta) * D * (sqrt(rational(5)) * G + 2 * sqrt(noise) + sqrt(rational(3)) * sqrt(drift))
    ),
)
sharp_tuned = Formula(
    "sharp_tuned",
    [DIAMETER, GRADIENTS, SMOOTHNESS, NOISE, DRIFT],
    lambda D, G, L, noise, drift: (
        12 * D**2 * L + 2 * sqrt(rational(5)) * D * G + 4 * D * sqrt(noise) + 2 * sqrt(rational(3)) * D * sqrt(drift)
    ),
)
sharper = Formula(
    "sharper",
    [DIAMETER, GRADIENTS, POSITIVE_DELTA, SMOOTHNESS, POSITIVE_RETENTION, NOISE, DRIFT],
    lambda D, G, delta, L, theta, noise, drift: (
        D / 2 * sqrt(delta)
        + (sqrt(rational(5)) / 2 + 1 + theta) * D * G
        + (rational(3, 2) + theta) * D * (2 * sqrt(noise) + sqrt(rational(3)) * sqrt(drift))
        + 3 * (rational(3, 2) + theta) ** 2 * D**3 * L**2 * (1 + theta) / (2 * theta * sqrt(delta))
    ),
)
sharper_linear = Formula(
    "sharper_linear",
    [DIAMETER, GRADIENTS, POSITIVE_RETENTION, NOISE, DRIFT],
    lambda D, G, theta, noise, drift: (
        (sqrt(rational(5)) / 2 + 1 + theta) * D * G
        + (rational(3, 2) + theta) * D * (2 * sqrt(noise) + sqrt(rational(3)) * sqrt(drift))
    ),
)
sharper_tuned = Formula(
    "sharper_tuned",
    [DIAMETER, GRADIENTS, SMOOTHNESS, NOISE, DRIFT],
    lambda D, G, L, noise, drift: (
        6 * D**2 * L
        + (sqrt(rational(5)) + 3) / 2 * D * G
        + 4 * D * sqrt(noise)
        + 2 * sqrt(rational(3)) * D * sqrt(drift)
    ),
)
published = Formula(
    "published",
    [DIAMETER, GRADIENTS, SMOOTHNESS, NOISE, DRIFT_FROM_ONE],
    lambda D, G, L, noise, drift: (
        5 * sqrt(rational(10)) * D**2 * L
        + 5 * sqrt(rational(5)) / 2 * D * G
        + 5 * sqrt(rational(2)) * D * sqrt(noise)
        + 5 * D * sqrt(drift)
    ),
)

smooth_terms = Formula(
    "smooth_terms",
    [DIAMETER, POSITIVE_DELTA, POSITIVE_SMOOTHNESS, POSITIVE_RETENTION],
    lambda D, delta, L, theta: (
        (rational(3, 2) + theta) * D * sqrt(delta)
        + 3 * (rational(3, 2) + theta) ** 2 * D**3 * L**2 * (1 + theta) / (2 * theta * sqrt(delta))
    ),
)
best_delta = Formula(
    "best_delta",
    [DIAMETER, POSITIVE_SMOOTHNESS, POSITIVE_RETENTION],
    lambda D, L, theta: rational(3, 2) * (rational(3, 2) + theta) * (1 + theta) / theta * D**2 * L**2,
    latex=r"\delta^*",
)
best_smooth_terms = Formula(
    "best_smooth_terms",
    [DIAMETER, POSITIVE_SMOOTHNESS, POSITIVE_RETENTION],
    lambda D, L, theta: (
        2
        * sqrt(rational(3, 2) + theta)
        * sqrt(rational(3, 2) * (rational(3, 2) + theta) ** 2 * (1 + theta) / theta)
        * D**2
        * L
    ),
)
