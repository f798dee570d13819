r"""Limits enclosed with certainty: a proved interval for the tail, carried to the front by the exact convergents.

With :math:`t_N=\mathrm K_{k>N}(b_k/a_k)` the value is :math:`L=(p_N+t_Np_{N-1})/(q_N+t_Nq_{N-1})`, monotone in
:math:`t_N` where the denominator keeps its sign. Two intervals for the tail are used, both from a hypothesis on all
later coefficients that is a statement about the coefficients of one shifted polynomial, in integers:

* Worpitzky: :math:`4|b_{n+1}|\le a_na_{n+1}` for all :math:`n\ge N` gives :math:`|t_N|\le|a_N|/2`;
* positive: :math:`b_n>0` and :math:`a_n` of one sign s for all :math:`n>N` gives
  :math:`0\le s\,t_N\le|b_{N+1}/a_{N+1}|`, where the fraction converges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plumbline.errors import InputError
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import terminating_value
from theory.pcf.definitions.polynomials import Polynomial, multiply, taylor_shift
from theory.pcf.regimes import classify

WORPITZKY, POSITIVE = "worpitzky", "positive"
GUARD = 4
"""Balls are kept to this many bits beyond those asked for."""
LATEST = 1 << 20
MOST_BITS = 1 << 20
MOST_DIGITS = 300_000


@dataclass(frozen=True)
class Enclosure:
    """|L - centre / 2^scale| <= radius / 2^scale, from the tail after depth ``depth``; all integers."""

    centre: int
    radius: int
    scale: int
    depth: int
    hypothesis: str

    @property
    def bits(self) -> int:
        """The largest k with an absolute error of at most 2^-k; negative where the ball is wide."""
        return self.scale - (self.radius - 1).bit_length() if self.radius > 0 else self.scale

    def contains(self, value: Fraction) -> bool:
        """Whether a rational lies in the ball."""
        return abs(value * 2**self.scale - self.centre) <= self.radius

    def data(self, key: Sequence[int]) -> dict[str, Any]:
        """The formula with its ball as certificates store them."""
        numbers = {name: str(getattr(self, name)) for name in ("depth", "centre", "radius", "scale")}
        return {"formula": list(key), **numbers}


def slack_polynomials(formula: ContinuedFraction, start: int) -> tuple[Polynomial, Polynomial]:
    """a(n) a(n+1) - 4 b(n+1) and a(n) a(n+1) + 4 b(n+1) as polynomials in m = n - start."""
    product = multiply(formula.a, taylor_shift(formula.a, 1))
    b = taylor_shift(formula.b, 1)
    width = max(len(product), len(b))
    product, b = (0,) * (width - len(product)) + product, (0,) * (width - len(b)) + b
    minus = tuple(x - 4 * y for x, y in zip(product, b, strict=True))
    plus = tuple(x + 4 * y for x, y in zip(product, b, strict=True))
    return taylor_shift(minus, start), taylor_shift(plus, start)


def worpitzky_holds(formula: ContinuedFraction, start: int) -> bool:
    """Whether 4 |b(n+1)| <= a(n) a(n+1) is seen for all n >= start: no coefficient of either slack is negative.

    Once seen it stays seen for every later start.
    """
    return all(min(slack) >= 0 for slack in slack_polynomials(formula, start))


def positive_holds(formula: ContinuedFraction, start: int) -> bool:
    """Whether b(n) > 0 and a(n) keeps one sign are seen for all n > start, by coefficients of one sign."""
    a, b = taylor_shift(formula.a, start + 1), taylor_shift(formula.b, start + 1)
    one_sign = min(a) >= 0 or max(a) <= 0
    return one_sign and a[-1] != 0 and min(b) >= 0 and b[-1] > 0


def tail_start(formula: ContinuedFraction) -> tuple[int, str] | None:
    """The least depth N >= 0 from which one of the hypotheses holds, Worpitzky's first; None if neither ever does.

    The positive hypothesis says where the tail lies if it converges, so it is used for regimes that do.
    """
    if formula.terminates_at is not None or not classify(formula).regime.converges:
        return None
    for name, holds in ((WORPITZKY, worpitzky_holds), (POSITIVE, positive_holds)):
        if holds(formula, LATEST):
            low, high = -1, LATEST
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if holds(formula, middle) else (middle, high)
            return high, name
    return None


def interval_at(
    formula: ContinuedFraction, depth: int, hypothesis: str, p: tuple[int, int], q: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Both ends of the interval for L as integer pairs, from (p_{N-1}, p_N), (q_{N-1}, q_N) at N = ``depth``.

    None where the denominator changes its sign on the interval of the tail (a pole lies inside).
    """
    if hypothesis == WORPITZKY:
        a = formula.a_at(depth)
        ends = [(2 * p[1] + s * a * p[0], 2 * q[1] + s * a * q[0]) for s in (1, -1)]
    else:
        a, b = formula.a_at(depth + 1), formula.b_at(depth + 1)
        ends = [(p[1], q[1]), (a * p[1] + b * p[0], a * q[1] + b * q[0])]
        if a < 0:
            ends[1] = (-ends[1][0], -ends[1][1])
    return None if ends[0][1] * ends[1][1] <= 0 else (ends[0], ends[1])


def ball(ends: tuple[tuple[int, int], tuple[int, int]], scale: int) -> tuple[int, int]:
    """Centre and radius, in units of 2^-scale, of a ball that contains both fractions; rounded outwards."""
    (x, u), (y, v) = ends
    one, two = (x << scale) // u, (y << scale) // v
    low, high = (one, two + 1) if one <= two else (two, one + 1)
    centre = (low + high) >> 1
    return centre, high - centre


def enclose(formula: ContinuedFraction, bits: int = 128, budget: int = 2000) -> Enclosure:
    """A ball of radius at most 2^-bits around L, or the best one reached at depth ``budget``.

    InputError for a formula that terminates or diverges, for one without a start below the budget, and where every
    interval contains a pole (as for L = infinity).
    """
    for name, number, most in (("bits", bits, MOST_BITS), ("budget", budget, LATEST)):
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
            raise InputError(f"{name} must be an integer from 1 to {most}, got {number!r}")
    if formula.terminates_at is not None:
        last = terminating_value(formula)
        exact = "infinite" if last.is_infinite else str(last.value)
        raise InputError(f"{formula} is terminating: there is no tail to enclose, its value is exactly {exact}")
    found = tail_start(formula)
    if found is None:
        raise InputError(f"{formula} is {classify(formula).regime}: it has no tail to enclose")
    start, hypothesis = found
    if start > budget:
        raise InputError(f"the tail of {formula} is enclosed from depth {start} on only, budget {budget}")
    scale, best = bits + GUARD, None
    p, q = (1, formula.a_at(0)), (0, 1)
    for n in range(budget + 1):
        if n:
            a, b = formula.a_at(n), formula.b_at(n)
            p, q = (p[1], a * p[1] + b * p[0]), (q[1], a * q[1] + b * q[0])
        if n >= start and (n == budget or (n - start) % GUARD == 0):
            ends = interval_at(formula, n, hypothesis, p, q)
            if ends is not None:
                best = Enclosure(*ball(ends, scale), scale, n, hypothesis)
                if best.bits >= bits:
                    return best
    if best is None:
        raise InputError(f"every interval for {formula} up to depth {budget} contains a pole: L may be infinite")
    return best


def decimal_digits(formula: ContinuedFraction, digits: int, budget: int = 2000) -> str:
    """L to ``digits`` decimal places, every one of them certain up to one unit in the last.

    InputError where the budget does not reach as many; it says how many were reached.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MOST_DIGITS:
        raise InputError(f"digits must be an integer from 1 to {MOST_DIGITS}, got {digits!r}")
    needed = digits * 3322 // 1000 + 2
    found = enclose(formula, needed, budget)
    if found.bits < needed - 1:
        reached = max(0, (found.bits - 1) * 1000 // 3322)
        raise InputError(f"digits must be at most {reached} for {formula} at depth {budget}, got {digits}")
    value = (abs(found.centre) * 10**digits + (1 << (found.scale - 1))) >> found.scale
    text = str(value).rjust(digits + 1, "0")
    return f"{'-' if found.centre < 0 and value else ''}{text[:-digits]}.{text[-digits:]}"
