"""Bounds on delta and on its blind measurement in closed form; the excess of the released predictor."""

from __future__ import annotations

from plumbline.domain import Integer, Real
from plumbline.formula import Formula, log

Q = Real("q", 2, latex=r"\tilde q_n")
NEXT = Real("q_next", 1, latex=r"\tilde q_{n+1}")
THETA = Real("theta", 0, 1, open_hi=True, latex=r"\theta")
E = Integer("e", None, -1, latex="e")

factor = Formula("factor", [], lambda: 2)
upper = Formula("upper", [Q, NEXT], lambda q, q_next: log(2 * q_next) / log(q))
blind = Formula("blind", [Q, THETA], lambda q, theta: -log(1 - theta) / log(q))
excess = Formula("excess", [E], lambda e: -e)
