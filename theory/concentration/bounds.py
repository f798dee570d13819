"""Exponents of the tail bounds ``P(mean >= q) <= exp(-n exponent)``, each written once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from plumbline.domain import Real
from plumbline.formula import Formula, log

P = Real("p", 0, 1, open_lo=True, open_hi=True)
Q = Real("q", 0, 1, open_lo=True, open_hi=True)
S = Real("s", 0, 1, open_hi=True)


def bernstein_exponent(p: Any, s: Any) -> Any:
    """``t^2 / (2 (v + t/3))`` with ``t = s (1 - p)`` and ``v = p (1 - p)``, after cancelling ``1 - p``."""
    return s**2 * (1 - p) / (2 * (p + s / 3))


chernoff = Formula(
    "chernoff",
    [P, Real("s", 0, 1, open_lo=True, open_hi=True)],
    lambda p, s: (p + s * (1 - p)) * log(1 + s * (1 - p) / p) + (1 - s) * (1 - p) * log(1 - s),
)
"""Relative entropy of q = p + s(1 - p) and p."""
hoeffding = Formula("hoeffding", [P, Q], lambda p, q: 2 * (q - p) ** 2)
bernstein = Formula("bernstein", [P, S], bernstein_exponent)
hoeffding_strong = Formula("hoeffding", [P, Q], lambda p, q: Fraction(201, 100) * (q - p) ** 2)
bernstein_strong = Formula("bernstein", [P, S], lambda p, s: s**2 * (1 - p) / (2 * (p + s / 4)))
