"""Programs on limits that are quotients of Gamma functions; standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import gamma, mp, mpf, sqrt, workdps

Formulas = Mapping[str, Callable[..., Any]]

AHEAD = 16


def real(text: str) -> Any:
    """A rational as a real number."""
    exact = Fraction(text)
    return mpf(exact.numerator) / exact.denominator


def quotient(r: Any, s: Any) -> Any:
    """q = 2 Gamma(r/2 + 1) Gamma((s + 1)/2)/(Gamma((r + 1)/2) Gamma(s/2))."""
    return 2 * gamma(r / 2 + 1) * gamma((s + 1) / 2) / (gamma((r + 1) / 2) * gamma(s / 2))


def up(x: Any, r: Any, s: Any, t: Any) -> Any:
    """t_1 of PCF(x, (n + r)(n + s)) from t = t_1 of PCF(x + 1, (n + r)(n + s + 1)), a gauge step."""
    return ((1 + s) * t + (1 + r) * (1 + s)) / (t + x + s + 2)


def limit_from_above(x: int, r: Any, s: Any) -> Any:
    """PCF(x, (n + r)(n + s)) by gauge steps from x + 16, where the convergents settle; r and s are raised in turn."""
    chain, high, low = [], r, s
    for y in range(x, x + AHEAD):
        chain.append((y, high, low))
        high, low = low + 1, high
    value = mpf_tail(x + AHEAD, high, low)
    for y, first, second in reversed(chain):
        value = up(y, first, second, value)
    return x + value


def mpf_tail(d: int, r: Any, s: Any) -> Any:
    """t_1 of PCF(d, (n + r)(n + s)) by backward recurrence, d >= 15."""
    value = mpf(8000)
    for n in range(8000, 0, -1):
        value = (n + r) * (n + s) / (d + value)
    return value


def gamma_limit(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: PCF(1, (n + r)(n + s)). Right: the claimed expression in q."""
    with workdps(70):
        r, s = real(data["r"]), real(data["s"])
        at = {"r": r, "s": s, "q": quotient(r, s)}
        return limit_from_above(1, r, s), formulas["top"](**at) / formulas["bottom"](**at)


def gamma_product(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: q(r, s) q(r + 1, s + 1). Right: the claimed product."""
    with workdps(70):
        r, s = real(data["r"]), real(data["s"])
        return quotient(r, s) * quotient(r + 1, s + 1), formulas["later"](r=r, s=s)


def lemniscate_value(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: PCF(d, 4(n + r)(n + s)) as twice PCF(d/2, (n + r)(n + s)). Right: the claimed value."""
    with workdps(70):
        w = gamma(mpf(1) / 4) ** 2 / (2 * sqrt(2 * mp.pi))
        left = 2 * limit_from_above(int(data["d"]) // 2, real(data["r"]), real(data["s"]))
        return left, formulas["value"](w=w)
