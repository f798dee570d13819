r"""Factorial reduction for :math:`a_n=en+d`, :math:`b_n=cn^2+b_1n+b_0`: one period modulo a prime, and its density.

:math:`P_l=M_1\cdots M_l` modulo a prime l, :math:`M_k=\begin{pmatrix}0&b_k\\1&a_k\end{pmatrix}`. Where it is nilpotent,
any 2l consecutive factors multiply to 0 modulo l, and l divides numerators and denominators again and again.
"""

from __future__ import annotations

import math
from fractions import Fraction

from plumbline.domain import Integer, Real
from plumbline.formula import Formula

E, D, C = Real("e"), Real("d"), Real("c")
B1, B0 = Real("b1", latex="b_1"), Real("b0", latex="b_0")
LEGENDRE = Real("chi", -1, 1, latex=r"\chi")

discriminant = Formula("pcf.fr.discriminant", [E, C], lambda e, c: e**2 + 4 * c, latex=r"\Delta")
shifted_trace = Formula(
    "pcf.fr.t", [E, D, C, B1], lambda e, d, c, b1: 2 * c * d - e * (b1 + c), latex="t", source="derived"
)
twice_c_trace = Formula(
    "pcf.fr.trace", [Real("t"), LEGENDRE], lambda t, chi: t * (1 - chi), latex=r"2c\,\mathrm{tr}\,P_l"
)
root_discriminant = Formula(
    "pcf.fr.disc", [C, B1, B0], lambda c, b1, b0: b1**2 - 4 * c * b0, latex=r"\mathrm{disc}", source="derived"
)
c_determinant = Formula("pcf.fr.determinant", [Real("disc")], lambda disc: disc, latex=r"c\,\det P_l")
e_trace_linear = Formula("pcf.fr.trace.linear", [B1], lambda b1: -b1, latex=r"e\,\mathrm{tr}\,P_l")
trace_linear_constant = Formula("pcf.fr.trace.constant", [D], lambda d: d, latex=r"\mathrm{tr}\,P_l")

BLOCKS = Formula("pcf.fr.blocks", [], lambda: 2, latex="2")
DEPTH = Integer("n", 0)

density_of = {
    "both": Formula("pcf.fr.rho.both", [], lambda: 1, latex=r"\rho"),
    "one": Formula("pcf.fr.rho.one", [], lambda: Fraction(1, 2), latex=r"\rho"),
    "same": Formula("pcf.fr.rho.same", [], lambda: Fraction(1, 2), latex=r"\rho"),
    "neither": Formula("pcf.fr.rho.neither", [], lambda: Fraction(1, 4), latex=r"\rho"),
    "degenerate": Formula("pcf.fr.rho.degenerate", [], lambda: 0, latex=r"\rho"),
}
"""The density of primes with nilpotent period, by the case of :func:`case_of`."""


def is_square(value: int) -> bool:
    """Whether an integer is a square (0 is one)."""
    return value >= 0 and math.isqrt(value) ** 2 == value


def case_of(e: int, d: int, c: int, b1: int, b0: int) -> str:
    """The case that decides the density of nilpotent periods, c != 0.

    Two conditions: disc is a square (0 included); Delta is a nonzero square or t = 0. ``both``, ``one`` of them;
    ``same``: neither, but disc * Delta is a square; ``neither`` otherwise; ``degenerate``: Delta = 0 and t != 0.
    """
    disc, delta, t = b1 * b1 - 4 * c * b0, e * e + 4 * c, 2 * c * d - e * (b1 + c)
    if delta == 0 and t != 0:
        return "degenerate"
    first, second = is_square(disc), t == 0 or is_square(delta)
    if first and second:
        return "both"
    if first or second:
        return "one"
    return "same" if is_square(disc * delta) else "neither"
