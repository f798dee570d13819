"""Closed forms of the sharp theory for 3/2 < tau < 2.

A pool value T_m(beta) is the least regret of a law on m labels at which all m scores tie. Up to the constant
m^(1/r - 1) it is the least r-norm, r = 1/(2 - tau), of laws (x, y, z, .., z) with x - y = beta.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from plumbline.domain import Integer, Real
from plumbline.formula import Formula, power

TAU_MIDDLE = Real("tau", Fraction(3, 2), 2, open_lo=True, open_hi=True, latex=r"\tau")
CLASSES = Integer("n", 3, None)
POOL = Integer("m", 3, None)
_ENTRIES = tuple(Real(name, 0, 1) for name in "xyz")

GOLDEN = Fraction(809, 500)
"""A rational just below the golden ratio 1.6180339..., up to which two classes are the worst case for every n."""


def _tied_regret(x: Any, y: Any, z: Any, m: Any, tau: Any) -> Any:
    r = 1 / (2 - tau)
    return (power(power(x, r) + power(y, r) + (m - 2) * power(z, r), 2 - tau) - m ** (1 - tau)) / (tau - 1)


def _level(x: Any, y: Any, tau: Any) -> Any:
    order = (tau - 1) / (2 - tau)
    return power((power(x, order) + power(y, order)) / 2, 1 / order)


def _pair_regret(beta: Any, tau: Any) -> Any:
    r = 1 / (2 - tau)
    other = power(1 - beta, r)
    return (power(power(beta, r) + other, 2 - tau) - power(2 * power(beta / 2, r) + other, 2 - tau)) / (tau - 1)


tied_regret = Formula(
    "comp_sum.middle.tied_regret",
    [*_ENTRIES, POOL, TAU_MIDDLE],
    _tied_regret,
    latex=r"\frac{1}{\tau-1}\big(\|(x,y,z,\dots,z)\|_r-m^{1-\tau}\big)",
    source="derived",
)
level = Formula(
    "comp_sum.middle.level",
    [*_ENTRIES[:2], TAU_MIDDLE],
    _level,
    latex=r"\big(\tfrac12(x^{r-1}+y^{r-1})\big)^{1/(r-1)}",
    source="derived",
)
pair_regret = Formula(
    "comp_sum.middle.pair_regret",
    [Real("beta", Fraction(2, 3), 1, latex=r"\beta"), TAU_MIDDLE],
    _pair_regret,
    latex=r"\frac{1}{\tau-1}\big(\|(\beta,1-\beta)\|_r-\|(\tfrac{\beta}2,\tfrac{\beta}2,1-\beta)\|_r\big)",
    source="derived",
)
