"""Programs that evaluate a witness from exact data: the standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

from mpmath import log, mpf


def exponent(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: relative entropy of the two laws on {0, 1}. Right: the claimed exponent at the same point."""
    point = {name: Fraction(value) for name, value in data.items() if name != "formulas"}
    p = point["p"]
    q = point["q"] if "q" in point else p + point["s"] * (1 - p)
    laws = [(mpf(a.numerator) / a.denominator, mpf(b.numerator) / b.denominator) for a, b in ((q, p), (1 - q, 1 - p))]
    return sum(a * log(a / b) for a, b in laws), formulas["exponent"](**point)


@cache
def tail(p: Fraction, halves: bool, n: int, q: Fraction) -> Fraction:
    """``P(mean >= q)`` of n independent variables of mean p: values in {0, 1}, or in {0, 1/2, 1} as halved pairs."""
    trials = 2 * n if halves else n
    least = -((-trials * q.numerator) // q.denominator)
    yes, no = p.numerator, p.denominator - p.numerator
    total = sum(comb(trials, k) * yes**k * no ** (trials - k) for k in range(least, trials + 1))
    return Fraction(total, p.denominator**trials)


def chernoff(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the rate ``-log(tail)/n``, the tail summed exactly. Right: the claimed exponent."""
    p, s, n = Fraction(data["p"]), Fraction(data["s"]), int(data["n"])
    chance = tail(p, bool(data["halves"]), n, p + s * (1 - p))
    return (log(mpf(chance.denominator)) - log(mpf(chance.numerator))) / n, formulas["exponent"](p=p, s=s)
