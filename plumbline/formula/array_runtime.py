"""What emitted numpy and torch source calls: one implementation over the array module ``xp``.

Removable singularities are taken out by a double ``where``, so that neither a warning nor an infinite or NaN
gradient comes from the branch that is not selected. Arguments that are >= 0 on the declared domain are
set to 0 where rounding alone took them below; below that they give NaN, which evaluation refuses. torch uses
the power series near 0 at every order, because the gradient of the quotient form cancels there.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

SERIES_TERMS = 32
ROUNDING = 4096


class ArrayRuntime:
    """Functions over numpy or torch arrays; unknown names fall through to the array module."""

    def __init__(self, xp: Any) -> None:
        self.xp = xp
        self.torch = xp.__name__ == "torch"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.xp, name)

    def _below(self, x: Any, value: Any) -> Any:
        """``value`` at and above 0, 0 for arguments below 0 by rounding, NaN further down."""
        slack = -ROUNDING * float(self.xp.finfo(x.dtype).eps)
        return self.xp.where(x >= 0, value, self.xp.where(x >= slack, 0.0, float("nan")))

    def _tensor(self, *values: Any) -> list[Any]:
        """Python numbers among the values as arrays like the others."""
        like = next(value for value in values if hasattr(value, "dtype"))
        if self.torch:
            return [v if hasattr(v, "dtype") else self.xp.full_like(like, v) for v in values]
        return [v if hasattr(v, "dtype") else like.dtype.type(v) for v in values]

    def absolute(self, x: Any) -> Any:
        return self.xp.abs(x)

    def asinh(self, x: Any) -> Any:
        return self.xp.arcsinh(x)

    def atanh(self, x: Any) -> Any:
        return self.xp.arctanh(x)

    def atan(self, x: Any) -> Any:
        return self.xp.arctan(x)

    def erf(self, x: Any) -> Any:
        if self.torch:
            return self.xp.erf(x)
        from scipy.special import erf

        return erf(x)

    def heaviside(self, x: Any) -> Any:
        half = self.xp.where(x < 0, 0.0, 0.5)
        return self.xp.where(x > 0, 1.0, half) + 0 * x

    def maximum(self, *values: Any) -> Any:
        first, *rest = self._tensor(*values)
        for value in rest:
            first = self.xp.maximum(first, value)
        return first

    def minimum(self, *values: Any) -> Any:
        first, *rest = self._tensor(*values)
        for value in rest:
            first = self.xp.minimum(first, value)
        return first

    def sqrt(self, x: Any) -> Any:
        return self._below(x, self.xp.sqrt(self.xp.where(x < 0, 1.0, x)))

    def natural_power(self, x: Any, n: int) -> Any:
        return x**n

    def integer_power(self, x: Any, n: Any) -> Any:
        return x**n

    def power(self, x: Any, r: Any) -> Any:
        x, r = self._tensor(x, r)
        safe = self.xp.where(x > 0, x, 1.0)
        at_zero = self.xp.where(r > 0, 0.0, float("nan"))
        return self._below(x, self.xp.where(x > 0, safe**r, at_zero))

    def xlogx(self, x: Any) -> Any:
        safe = self.xp.where(x > 0, x, 1.0)
        return self._below(x, self.xp.where(x > 0, x * self.xp.log(safe), 0.0))

    def expm1_over(self, x: Any, k: int = 1) -> Any:
        if k == 1 and not self.torch:
            safe = self.xp.where(x == 0, 1.0, x)
            return self.xp.where(x == 0, 1.0, self.xp.expm1(safe) / safe)
        near = abs(x) < 2
        small, large = self.xp.where(near, x, 0.0), self.xp.where(near, 2.0, x)
        series = _horner(small, [1 / factorial(j + k) for j in range(SERIES_TERMS)])
        value = self.xp.expm1(large) / large
        for order in range(1, k):
            value = (value - 1 / factorial(order)) / large
        return self.xp.where(near, series, value)

    def log1p_over(self, x: Any, k: int = 1) -> Any:
        if k == 1 and not self.torch:
            safe = self.xp.where(x == 0, 1.0, x)
            return self.xp.where(x == 0, 1.0, self.xp.log1p(safe) / safe)
        near = abs(x) < 0.25
        small, large = self.xp.where(near, x, 0.0), self.xp.where(near, 1.0, x)
        series = _horner(small, [(-1) ** j / (j + k) for j in range(SERIES_TERMS)])
        value = self.xp.log1p(large) / large
        for order in range(1, k):
            value = (1 / order - value) / large
        return self.xp.where(near, series, value)

    def box_cox(self, x: Any, q: Any, m: int = 0) -> Any:
        x, q = self._tensor(x, q)
        safe = self.xp.where(x > 0, x, 1.0)
        rate = self.xp.where(q > 0, q, 1.0)
        at_zero = self.xp.where(q > 0, -((-1) ** m) * factorial(m) / rate ** (m + 1), float("nan"))
        scale = self.xp.log(safe)
        value = scale ** (m + 1) * self._moment(q * scale, m)
        return self._below(x, self.xp.where(x > 0, value, at_zero))

    def _moment(self, z: Any, m: int) -> Any:
        """int_0^1 u^m e^(zu) du."""
        if m == 0:
            return self.expm1_over(z)
        near = abs(z) < 2
        small, large = self.xp.where(near, z, 0.0), self.xp.where(near, 2.0, z)
        series = _horner(small, [1 / (factorial(j) * (m + j + 1)) for j in range(SERIES_TERMS)])
        value = self.xp.expm1(large) / large
        for order in range(1, m + 1):
            value = (self.xp.exp(large) - order * value) / large
        return self.xp.where(near, series, value)

    def lt(self, a: Any, b: Any) -> Any:
        return a < b

    def le(self, a: Any, b: Any) -> Any:
        return a <= b

    def gt(self, a: Any, b: Any) -> Any:
        return a > b

    def ge(self, a: Any, b: Any) -> Any:
        return a >= b

    def eq(self, a: Any, b: Any) -> Any:
        return a == b

    def ne(self, a: Any, b: Any) -> Any:
        return a != b

    def not_(self, a: Any) -> Any:
        return ~a

    def and_(self, *values: Any) -> Any:
        first, *rest = values
        for value in rest:
            first = first & value
        return first

    def or_(self, *values: Any) -> Any:
        first, *rest = values
        for value in rest:
            first = first | value
        return first

    def piecewise(self, args: tuple[Any, ...], *branches: tuple[Any, Callable[..., Any]]) -> Any:
        """Each branch is evaluated only at the entries where its condition is the first true one."""
        broadcast = self.xp.broadcast_tensors if self.torch else self.xp.broadcast_arrays
        args = tuple(broadcast(*args))
        out = self.xp.full_like(args[0], float("nan"))
        left = self.xp.ones_like(out, dtype=bool if not self.torch else self.xp.bool)
        for condition, branch in branches:
            here = left & condition
            if here.any():
                out[here] = branch(*(arg[here] for arg in args))
                left = left & ~here
        return out


def _horner(x: Any, coefficients: list[float]) -> Any:
    value = 0 * x + coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = value * x + coefficient
    return value
