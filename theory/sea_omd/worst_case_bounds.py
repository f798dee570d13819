r"""Closed forms of worst cases: the constant step on all of R^d, and the factor of the adaptive step.

The family of paths behind the adaptive factor: ``N`` cycles of ``2n + 1`` slopes along one edge of a rectangle, of
height ``b = beta/(1 + c)`` in units of G, then a run along the other edge. With G = D = 1 a cycle moves at steps
``e`` (its first round) and ``f`` (its later ones, until the kick).
"""

from __future__ import annotations

from plumbline.domain import Integer, Real
from plumbline.formula import Formula, sqrt


def positive(name: str, latex: str = "") -> Real:
    """A constant > 0."""
    return Real(name, 0, None, open_lo=True, latex=latex)


DISTANCE = positive("D")
BUDGET = positive("V")
STEP_SIZE = positive("eta", r"\eta")
ROUNDS = Integer("T", 1, None)
STEP = positive("c")
FINENESS = Integer("n", 2, None)
FIRST = positive("e")
LATER = positive("f")
HEIGHT = Real("b", 0, 1, open_lo=True, open_hi=True)
WIDTH = Real("w", 0, 1, open_hi=True)

constant_step = Formula(
    "constant_step", [DISTANCE, STEP_SIZE, BUDGET], lambda D, eta, V: D**2 / (2 * eta) + eta * V / 2
)
tuned_value = Formula("tuned_value", [DISTANCE, BUDGET], lambda D, V: D * sqrt(V))
tuned_step = Formula("tuned_step", [DISTANCE, BUDGET], lambda D, V: D / sqrt(V), latex=r"\eta^*")

cycle_regret = Formula(
    "cycle_regret",
    [FINENESS, FIRST, LATER, HEIGHT],
    lambda n, e, f, b: b**2 * (e / n**2 + f * (n + 1) / (2 * n)),
)
cycle_variation = Formula(
    "cycle_variation", [FINENESS, HEIGHT], lambda n, b: b**2 * (1 + 1 / n) * (1 + 2 / n), latex=r"\alpha"
)
limit_ratio = Formula(
    "limit_ratio",
    [STEP, FINENESS, WIDTH],
    lambda c, n, w: c * (n**2 + n + 2) / ((n + 1) * (n + 2)) + (1 - w**2) / (2 * c),
)
best_factor = Formula("adaptive_factor", [STEP], lambda c: 1 / (2 * c) + c)
unprojected_gain = Formula(
    "unprojected_gain",
    [STEP_SIZE, Real("a", 0, None), Real("g2", 0, None, latex=r"\|g\|^2"), Real("M2", 0, None, latex=r"\|M\|^2")],
    lambda eta, a, g2, M2: eta * (3 * a / 8 + (g2 - M2) / 4),
)
