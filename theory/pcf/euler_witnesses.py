"""A program that compares convergents with partial sums for given sequences; standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from theory.pcf.reduction_witnesses import fraction_of


def euler(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: f(0) S_n P_n, right: the claimed numerator times Q_n, where K_n = P_n/Q_n; exact rationals.

    f is given from 0, h1 from 1, h2 from 1 on; a, b and the terms of S come from the claimed formulas.
    """
    f, h1, h2 = ([Fraction(x) for x in data[name]] for name in ("f", "h1", "h2"))
    p_before, p, q_before, q = Fraction(1), Fraction(0), Fraction(0), Fraction(1)
    S, term = Fraction(1), Fraction(1)
    for n in range(1, int(data["n"]) + 1):
        at = {"f_before": f[n - 1], "f_after": f[n + 1], "h1": h1[n - 1], "h2_after": h2[n]}
        a = fraction_of(formulas["denominator"](**at)) / f[n]
        b = fraction_of(formulas["numerator"](h1=h1[n - 1], h2=h2[n - 1]))
        p_before, p, q_before, q = p, a * p + b * p_before, q, a * q + b * q_before
        term *= fraction_of(formulas["grows"](f_before=f[n - 1], h1=h1[n - 1])) / (f[n + 1] * h2[n])
        S += term
    return f[0] * S * p, fraction_of(formulas["value"](f1=f[1], h2=h2[0], S=S)) * q
