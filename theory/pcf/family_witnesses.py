"""Programs on constant a and b = (n + r)(n + s): limits by recurrence and by exact steps; no library but mpmath."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import log, mpf, pi, workdps

Formulas = Mapping[str, Callable[..., Any]]
Square = tuple[Fraction, Fraction, Fraction, Fraction]

DEPTH = 6000


def tail(d: Any, r: int, s: int, n: int) -> Any:
    """t_n = K_{k >= n} (k + r)(k + s)/d by backward recurrence; accurate to 50 digits for d >= 15."""
    value = mpf(DEPTH)
    for k in range(DEPTH, n - 1, -1):
        value = mpf((k + r) * (k + s)) / (d + value)
    return value


def square_step(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 1/L(x) of PCF(x, n^2), x >= 15. Right: the claimed 2/(x+1) - 1/L(x+2)."""
    x = Fraction(data["x"])
    with workdps(70):
        real = mpf(x.numerator) / x.denominator
        here, later = 1 / (real + tail(real, 0, 0, 1)), 1 / (real + 2 + tail(real + 2, 0, 0, 1))
        return here, formulas["step"](x=x, later=later)


def square_value(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 1/L(1) or 1/L(2), by eight exact steps from 1/L(x + 16). Right: the claimed value."""
    x = int(data["x"])
    with workdps(70):
        value = 1 / (x + 16 + tail(x + 16, 0, 0, 1))
        for y in range(x + 14, x - 2, -2):
            value = mpf(2) / (y + 1) - value
        return value, formulas["value"]()


def gauge(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: t_n^{d,r,s}, d >= 16. Right: the claimed image of t_n^{d+1,r,s+1} (d-1 where the sign is -1)."""
    n, d, r, s, sign = (int(data[name]) for name in ("n", "d", "r", "s", "sign"))
    with workdps(70):
        at = {"n": n, "d": d, "r": r, "s": s, "t": tail(d + sign, r, s + 1, n)}
        return tail(d, r, s, n), formulas["top"](**at) / formulas["bottom"](**at)


def _after(one: Square, other: Square) -> Square:
    a, b, c, d = one
    x, y, z, w = other
    return a * x + b * z, a * y + b * w, c * x + d * z, c * y + d * w


def _inverse(one: Square) -> Square:
    a, b, c, d = one
    return d, -b, -c, a


def _square(*entries: int) -> Square:
    a, b, c, d = map(Fraction, entries)
    return a, b, c, d


def steps(d: int, r: int, s: int) -> tuple[str, Square]:
    """The constant K ("ln 2", "pi", or "1" for a rational limit) and the matrix that makes t_1^{d,r,s} of it."""
    low, gap = min(r, s), abs(r - s)
    found = _square(1, 0, 0, 1)
    for n in range(low, 0, -1):  # t_{n+1} from t_n, for roots 0 and gap
        found = _after(found, _square(-d, n * (n + gap), 1, 0))
    here = d
    while gap > 0:
        if here > 1:  # from (here - 1, 0, gap - 1)
            found = _after(found, _inverse(_square(gap, gap, 1, here + gap)))
            here, gap = here - 1, gap - 1
        elif gap == 2:  # t_n = n
            return "1", _after(found, _square(0, 1, 0, 1))
        else:  # from (2, 0, gap - 1)
            found = _after(found, _inverse(_square(gap, -gap, -1, gap - 1)))
            here, gap = 2, gap - 1
    first = 2 - here % 2
    for x in range(here - 2, first - 1, -2):  # t^(x) from t^(x+2)
        found = _after(found, _inverse(_square(1 - x, 2, 2, x + 3)))
    return ("ln 2", _after(found, _square(-1, 1, 1, 0))) if first == 1 else ("pi", _after(found, _square(2, -6, -1, 4)))


def rule_says_rational(rule: str, d: int, r: int, s: int) -> bool:
    """The stated rule, or a wrong one."""
    gap = abs(r - s)
    odd = (d - gap) % 2 == (0 if rule == "parity flipped" else 1)
    return odd and (d < gap or rule == "without d < G")


def constant_of(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 1 if exact steps lead to a rational limit, else 0 (an image of ln 2 or pi). Right: what the rule says."""
    d, r, s = (int(data[name]) for name in ("d", "r", "s"))
    constant, (a, b, c, e) = steps(d, r, s)
    return int(constant == "1" or a * e == b * c), int(rule_says_rational(data["rule"], d, r, s))


def limit_by_steps(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the limit by backward recurrence, d >= 15. Right: the image of ln 2 or pi by exact steps."""
    d, r, s = (int(data[name]) for name in ("d", "r", "s"))
    with workdps(90):
        constant, matrix = steps(d, r, s)
        a, b, c, e = (mpf(x.numerator) / x.denominator for x in matrix)
        K = {"ln 2": log(2), "pi": +pi, "1": mpf(1)}[constant]
        return d + tail(d, r, s, 1), d + (a * K + b) / (c * K + e)


def tail_of_two(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: n (n + 2). Right: T(n) (1 + T(n+1)) with the claimed tail T of PCF(1, n(n+2))."""
    n = int(data["n"])
    return n * (n + 2), formulas["rational"](n=n) * (1 + formulas["rational"](n=n + 1))
