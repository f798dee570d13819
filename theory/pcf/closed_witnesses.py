"""Programs that compare limits by backward recurrence with closed forms; standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mpmath import hyp2f1, hyperu, mpf, pcfd, re, rgamma, sqrt, workdps

Formulas = Mapping[str, Callable[..., Any]]

DIGITS = 80


def polynomial_at(coefficients: list[Any], n: int) -> Any:
    """A polynomial, highest power first."""
    total = 0
    for coefficient in coefficients:
        total = total * n + coefficient
    return total


def limit_backward(a: list[Any], b: list[Any], depth: int) -> Any:
    """a_0 + b_1/(a_1 + ... + b_depth/a_depth) in the working precision."""
    value = mpf(0)
    for n in range(depth, 0, -1):
        value = mpf(polynomial_at(b, n)) / (polynomial_at(a, n) + value)
    return polynomial_at(a, 0) + value


def regular(upper: list[Any], lower: Any, z: Any) -> Any:
    """The series of 0F1 or 1F1 divided by Gamma of the lower parameter, term by term, for small z."""
    total, term = mpf(0), mpf(1)
    for k in range(260):
        total += term * rgamma(lower + k)
        for parameter in upper:
            term *= parameter + k
        term *= z / mpf(k + 1)
    return total


def _bessel(at: Mapping[str, Any], form: Formulas) -> Any:
    e, d, B = at["e"], at["d"], at["b0"]
    beta, z = form["beta"](e=e, d=d), form["z"](e=e, B=B)
    return form["factor"](e=e) * regular([], beta, z) / regular([], beta + 1, z)


def _confluent(at: Mapping[str, Any], form: Formulas) -> Any:
    e, d, b1, alpha = at["e"], at["d"], at["b1"], mpf(at["b0"]) / at["b1"]
    beta, z = form["beta"](e=e, d=d, b1=b1), form["z"](e=e, b1=b1)
    return form["factor"](e=e) * regular([alpha], beta, z) / regular([alpha + 1], beta + 1, z)


def _gauss(at: Mapping[str, Any], form: Formulas) -> Any:
    """The claimed ratio; 0 where the claimed s^2 is not positive, so that there is no s."""
    e, d, c, b1, b0 = (at[name] for name in ("e", "d", "c", "b1", "b0"))
    square, root = form["discriminant"](e=e, c=c), sqrt(mpf(b1 * b1 - 4 * c * b0))
    if square <= 0:
        return mpf(0)
    s = sqrt(square)
    r1, r2, z = (b1 + root) / (2 * c), (b1 - root) / (2 * c), form["z"](e=e, s=s)
    beta = form["beta"](sigma=mpf(b1) / c, z=z, d=d, s=s)
    ratio = beta * hyp2f1(r1, r2, beta, z) / hyp2f1(r1 + 1, r2 + 1, beta + 1, z)
    return form["factor"](e=e, s=s) * re(ratio)


def _cylinder(at: Mapping[str, Any], form: Formulas) -> Any:
    d, b1, b0 = at["d"], at["b1"], at["b0"]
    x, k = form["x"](d=d, b1=b1), form["k"](b0=b0, b1=b1)
    return form["factor"](b1=b1) * pcfd(-k, x) / pcfd(-k - 1, x)


def _parabolic(at: Mapping[str, Any], form: Formulas) -> Any:
    e, d, c, b1, b0 = (at[name] for name in ("e", "d", "c", "b1", "b0"))
    root = sqrt(mpf(b1 * b1 - 4 * c * b0))
    r1, r2 = (b1 + root) / (2 * c), (b1 - root) / (2 * c)
    z = form["argument"](e=e, d=d, sigma=mpf(b1) / c)
    return form["factor"](e=e) * re(hyperu(r1, 1 + r1 - r2, z) / hyperu(r1 + 1, 1 + r1 - r2, z))


def _periodic(at: Mapping[str, Any], form: Formulas) -> Any:
    return form["limit"](A=at["d"], s=sqrt(mpf(at["d"] ** 2 + 4 * at["b0"])))


_KINDS = ("bessel", "confluent", "gauss", "cylinder", "parabolic", "periodic")


def closed_form(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the limit, by backward recurrence from two depths that agree. Right: the closed form."""
    at = {name: int(data[name]) for name in ("e", "d", "c", "b1", "b0")}
    a, b, depth = [at["e"], at["d"]], [at["c"], at["b1"], at["b0"]], int(data["depth"])
    claimed = dict(zip(_KINDS, (_bessel, _confluent, _gauss, _cylinder, _parabolic, _periodic), strict=True))[
        data["kind"]
    ]
    with workdps(DIGITS):
        return limit_backward(a, b, depth), claimed(at, formulas)


def settled(data: Mapping[str, Any]) -> bool:
    """Whether the limit by backward recurrence has 60 digits: two depths agree."""
    at = {name: int(data[name]) for name in ("e", "d", "c", "b1", "b0")}
    a, b, depth = [at["e"], at["d"]], [at["c"], at["b1"], at["b0"]], int(data["depth"])
    with workdps(DIGITS):
        one, other = limit_backward(a, b, depth), limit_backward(a, b, depth - depth // 5 - 1)
        return bool(abs(one - other) <= mpf(10) ** -60 * abs(one)) and mpf(1) / 1000 < abs(one) < 1000


def _kind_of(e: int, d: int, c: int, b1: int, b0: int) -> str | None:
    """The kind of closed form of a convergent formula; None where it diverges."""
    delta = e * e + 4 * c
    if c == 0 and b1 == 0:
        return "bessel" if e else ("periodic" if d * d + 4 * b0 >= 0 else None)
    if c == 0:
        return "confluent" if e else ("cylinder" if b1 > 0 else None)
    if delta > 0:
        return "gauss"
    if delta < 0 or e == 0:
        return None
    argument = (2 * c * d - e * (b1 + c)) * c * e  # z' times a square
    if argument:
        return "tricomi" if argument > 0 else None
    return "root" if b1 * b1 >= 4 * c * b0 else None


def closed_formulas(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: how many formulas of the census with deg a <= 1 have that closed form. Right: the claimed number."""
    side, found = range(-5, 6), 0
    lively = [
        (c, b1, b0)
        for c in side
        for b1 in side
        for b0 in side
        if (c or b1 or b0) and all(c * n * n + b1 * n + b0 for n in range(1, 8))
    ]
    for e in side:
        for d in side:
            for c, b1, b0 in lively if e or d else ():
                kind = _kind_of(e, d, c, b1, b0)
                found += kind is not None and data["kind"] in (kind, "total")
    return found, formulas["count"]()
