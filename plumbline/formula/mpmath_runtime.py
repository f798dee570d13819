"""What emitted mpmath source calls. Each function stands alone, so that witness scripts can carry a copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf


def nonnegative(x: Any, name: str) -> Any:
    """x, or 0 where rounding alone took x below 0."""
    if x < 0:
        if x < -(mpf(2) ** (24 - mp.prec)):
            raise ValueError(f"{name} needs an argument >= 0, got {mpmath.nstr(x, 10)}")
        return mpf(0)
    return x


def pi() -> Any:
    return +mp.pi


def sqrt(x: Any) -> Any:
    return mpmath.sqrt(nonnegative(x, "sqrt"))


def log(x: Any) -> Any:
    if not x > 0:
        raise ValueError(f"log needs an argument > 0, got {mpmath.nstr(x, 10)}")
    return mpmath.log(x)


def exp(x: Any) -> Any:
    return mpmath.exp(x)


def sinh(x: Any) -> Any:
    return mpmath.sinh(x)


def cosh(x: Any) -> Any:
    return mpmath.cosh(x)


def tanh(x: Any) -> Any:
    return mpmath.tanh(x)


def asinh(x: Any) -> Any:
    return mpmath.asinh(x)


def atanh(x: Any) -> Any:
    if not -1 < x < 1:
        raise ValueError(f"atanh needs an argument in (-1, 1), got {mpmath.nstr(x, 10)}")
    return mpmath.atanh(x)


def sin(x: Any) -> Any:
    return mpmath.sin(x)


def cos(x: Any) -> Any:
    return mpmath.cos(x)


def atan(x: Any) -> Any:
    return mpmath.atan(x)


def erf(x: Any) -> Any:
    return mpmath.erf(x)


def absolute(x: Any) -> Any:
    return abs(x)


def sign(x: Any) -> Any:
    return mpmath.sign(x)


def heaviside(x: Any) -> Any:
    return mpf(1) if x > 0 else mpf(0) if x < 0 else mpf(1) / 2


def maximum(*values: Any) -> Any:
    return max(values)


def minimum(*values: Any) -> Any:
    return min(values)


def natural_power(x: Any, n: int) -> Any:
    return x**n


def integer_power(x: Any, n: Any) -> Any:
    return x ** int(n)


def power(x: Any, r: Any) -> Any:
    x = nonnegative(x, "power")
    if x == 0 and not r > 0:
        raise ValueError(f"power(0, r) needs r > 0, got {mpmath.nstr(r, 10)}")
    return mpmath.power(x, r)


def xlogx(x: Any) -> Any:
    x = nonnegative(x, "xlogx")
    return mpf(0) if x == 0 else x * mpmath.log(x)


def expm1_over(x: Any, k: int) -> Any:
    if k == 1:
        return mpf(1) if x == 0 else mpmath.expm1(x) / x
    return mpmath.hyp1f1(1, k + 1, x) / mpmath.factorial(k)


def log1p_over(x: Any, k: int) -> Any:
    if not x > -1:
        raise ValueError(f"log1p_over needs an argument > -1, got {mpmath.nstr(x, 10)}")
    if k == 1:
        return mpf(1) if x == 0 else mpmath.log1p(x) / x
    if 4 * abs(x) < 1:
        return mpmath.fsum((-x) ** j / (j + k) for j in range(mp.prec // 2 + 2))
    with mpmath.workprec(mp.prec + 4 * k):
        value = mpmath.log1p(x) / x
        for order in range(1, k):
            value = (mpf(1) / order - value) / x
    return +value


def box_cox(x: Any, q: Any, m: int) -> Any:
    x = nonnegative(x, "box_cox")
    if x == 0:
        if not q > 0:
            raise ValueError(f"box_cox(0, q) needs q > 0, got {mpmath.nstr(q, 10)}")
        return -((-1) ** m) * mpmath.factorial(m) / q ** (m + 1)
    scale = mpmath.log(x)
    return scale ** (m + 1) * mpmath.hyp1f1(m + 1, m + 2, q * scale) / (m + 1)


def lt(a: Any, b: Any) -> bool:
    return bool(a < b)


def le(a: Any, b: Any) -> bool:
    return bool(a <= b)


def gt(a: Any, b: Any) -> bool:
    return bool(a > b)


def ge(a: Any, b: Any) -> bool:
    return bool(a >= b)


def eq(a: Any, b: Any) -> bool:
    return bool(a == b)


def ne(a: Any, b: Any) -> bool:
    return bool(a != b)


def not_(a: bool) -> bool:
    return not a


def and_(*values: bool) -> bool:
    return all(values)


def or_(*values: bool) -> bool:
    return any(values)


def piecewise(args: tuple[Any, ...], *branches: tuple[bool, Callable[..., Any]]) -> Any:
    for condition, branch in branches:
        if condition:
            return branch(*args)
    raise ValueError("no branch of the piecewise formula applies")
