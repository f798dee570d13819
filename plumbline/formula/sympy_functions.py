"""The sympy side of the primitives: exact special values and derivatives. Imported lazily.

Class names equal the names of the builder functions, since printers and code generators go by them.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.function import ArgumentIndexError

from plumbline.errors import InputError


def _order(value: Any, least: int, name: str) -> None:
    if not (value.is_Integer and value >= least):
        raise InputError(f"order of {name} must be an integer >= {least}, got {value}")


class xlogx(sympy.Function):
    """x log x on [0, inf)."""

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, x: Any) -> Any:
        if x.is_Rational:
            if x < 0:
                raise InputError(f"xlogx needs an argument >= 0, got {x}")
            return sympy.Integer(0) if x == 0 else x * sympy.log(x)
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return sympy.log(self.args[0]) + 1

    def written_out(self) -> Any:
        return self.args[0] * sympy.log(self.args[0])


class expm1_over(sympy.Function):
    """phi_k(x) = sum_j x^j/(j+k)!; x phi_(k+1) = phi_k - 1/k! and phi_k' = phi_k - k phi_(k+1)."""

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, x: Any, k: Any) -> Any:
        _order(k, 0, "expm1_over")
        if k == 0:
            return sympy.exp(x)
        return 1 / sympy.factorial(k) if x == 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        x, k = self.args
        return self - k * expm1_over(x, k + 1)

    def written_out(self) -> Any:
        x, k = self.args
        return (sympy.exp(x) - sum(x**j / sympy.factorial(j) for j in range(int(k)))) / x**k


class log1p_over(sympy.Function):
    """lambda_k(x) = int_0^1 t^(k-1)/(1+xt) dt; lambda_k = 1/k - x lambda_(k+1)."""

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, x: Any, k: Any) -> Any:
        _order(k, 1, "log1p_over")
        if x.is_Rational and x <= -1:
            raise InputError(f"log1p_over needs an argument > -1, got {x}")
        return 1 / k if x == 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        x, k = self.args
        return k * log1p_over(x, k + 1) - 1 / (1 + x)

    def written_out(self) -> Any:
        x, k = self.args
        partial = sum((-1) ** (j - 1) * x**j / sympy.Integer(j) for j in range(1, int(k)))
        return (-1) ** (k - 1) * (sympy.log(1 + x) - partial) / x**k


class box_cox(sympy.Function):
    """J_m(x, q) = int_1^x t^(q-1) (log t)^m dt; d/dq J_m = J_(m+1)."""

    nargs = 3
    is_real = True

    @classmethod
    def eval(cls, x: Any, q: Any, m: Any) -> Any:
        _order(m, 0, "box_cox")
        if x.is_Rational and x < 0:
            raise InputError(f"box_cox needs an argument >= 0, got {x}")
        if x == 0 and q.is_Rational and q <= 0:
            raise InputError(f"box_cox(0, q) is infinite for q = {q} <= 0")
        if x == 1:
            return sympy.Integer(0)
        if q == 0:
            return sympy.log(x) ** (m + 1) / (m + 1)
        if m == 0 and q.is_Integer:
            return (x**q - 1) / q
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        x, q, m = self.args
        if argindex == 1:
            return x ** (q - 1) * sympy.log(x) ** m
        if argindex == 2:
            return box_cox(x, q, m + 1)
        raise ArgumentIndexError(self, argindex)

    def written_out(self) -> Any:
        x, q, m = self.args
        if m == 0:
            return (x**q - 1) / q
        return (x**q * sympy.log(x) ** m - m * box_cox(x, q, m - 1)) / q


class power(sympy.Function):
    """x^r for x >= 0, r > 0, with 0^r = 0."""

    nargs = 2
    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, x: Any, r: Any) -> Any:
        if r.is_Rational:
            if r <= 0:
                raise InputError(f"power needs an exponent > 0, got {r}")
            return x**r
        if x.is_Rational:
            if x < 0:
                raise InputError(f"power needs a base >= 0, got {x}")
            return x if x in (0, 1) else x**r
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        x, r = self.args
        if argindex == 1:
            return r * x ** (r - 1)
        if argindex == 2:
            return xlogx(self) / r
        raise ArgumentIndexError(self, argindex)

    def written_out(self) -> Any:
        return self.args[0] ** self.args[1]
