"""Programs that evaluate a witness from exact data: the standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import exp, log, mpf


def exponent(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: relative entropy of the two laws on {0, 1}. Right: the claimed exponent at the same point."""
    point = {name: Fraction(value) for name, value in data.items() if name != "formulas"}
    p = point["p"]
    q = point["q"] if "q" in point else p + point["s"] * (1 - p)
    laws = [(mpf(a.numerator) / a.denominator, mpf(b.numerator) / b.denominator) for a, b in ((q, p), (1 - q, 1 - p))]
    return sum(a * log(a / b) for a, b in laws), formulas["exponent"](**point)


def tail(values: list[Fraction], weights: list[Fraction], n: int, q: Fraction) -> Fraction:
    """``P(mean of n independent copies >= q)`` of a law on finitely many values, exactly."""
    sums = {Fraction(0): Fraction(1)}
    for _ in range(n):
        new: dict[Fraction, Fraction] = {}
        for total, chance in sums.items():
            for value, weight in zip(values, weights, strict=True):
                new[total + value] = new.get(total + value, Fraction(0)) + chance * weight
        sums = new
    return sum((chance for total, chance in sums.items() if total >= n * q), Fraction(0))


def chernoff(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the exact tail probability of n copies of a law. Right: ``exp(-n exponent)``."""
    values, weights = ([Fraction(x) for x in data[name]] for name in ("values", "weights"))
    n, q = int(data["n"]), Fraction(data["q"])
    p = sum(x * w for x, w in zip(values, weights, strict=True))
    chance = tail(values, weights, n, q)
    return mpf(chance.numerator) / chance.denominator, exp(-n * formulas["exponent"](p=p, q=q))
