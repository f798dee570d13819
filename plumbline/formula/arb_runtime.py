"""What emitted Arb source calls: rigorous enclosures, by methods of python-flint's ``arb`` only.

Every function maps balls to a ball that contains the value at every point *of the declared domain* in
them. Arguments that are >= 0 there (of sqrt, xlogx, power, box_cox) are cut off at 0: a ball may reach
below 0 only by rounding or by overestimation. Undefined values give NaN balls, never finite ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any

UNDEFINED = "undefined"


def per_precision(function: Callable[[], Any]) -> Callable[[], Any]:
    """Cache a constant by working precision."""
    from flint import ctx

    known: dict[int, Any] = {}

    def constant() -> Any:
        prec = ctx.prec
        if prec not in known:
            known[prec] = function()
        return known[prec]

    return constant


def require_ball(x: Any) -> Any:
    """The ball itself; Python numbers are refused, since their own arithmetic would round silently."""
    if type(x).__name__ != "arb":
        raise TypeError(f"emitted Arb source takes arb balls, got {type(x).__name__}")
    return x


@cache
def _nan() -> Any:
    from flint import arb

    return arb.nan()


def pi() -> Any:
    from flint import arb

    return arb.pi()


def sqrt(x: Any) -> Any:
    """sqrt on the part of the ball that is >= 0."""
    if x >= 0:
        return x.sqrt()
    upper = x.upper()
    if not upper >= 0:
        return _nan()
    return type(x)().union(upper.sqrt())


def log(x: Any) -> Any:
    return x.log()


def exp(x: Any) -> Any:
    return x.exp()


def sinh(x: Any) -> Any:
    return x.sinh()


def cosh(x: Any) -> Any:
    if x.contains(0):
        return type(x)(1).union(x.abs_upper().cosh())
    return x.cosh()


def tanh(x: Any) -> Any:
    return _increasing(type(x).tanh, x)


def asinh(x: Any) -> Any:
    return x.asinh()


def atanh(x: Any) -> Any:
    return _increasing(type(x).atanh, x)


def sin(x: Any) -> Any:
    return x.sin()


def cos(x: Any) -> Any:
    return x.cos()


def atan(x: Any) -> Any:
    return x.atan()


def erf(x: Any) -> Any:
    return x.erf()


def absolute(x: Any) -> Any:
    if x.contains(0):
        return type(x)().union(x.abs_upper())
    return abs(x)


def sign(x: Any) -> Any:
    return x.sgn()


def heaviside(x: Any) -> Any:
    """Step function; the hull [0, 1] where the ball contains 0."""
    if x > 0:
        return type(x)(1)
    if x < 0:
        return type(x)(0)
    return type(x)(0).union(type(x)(1)) if x.is_finite() else _nan()


def maximum(*values: Any) -> Any:
    largest = values[0]
    for value in values[1:]:
        largest = largest.max(value)
    return largest


def minimum(*values: Any) -> Any:
    least = values[0]
    for value in values[1:]:
        least = least.min(value)
    return least


def _increasing(function: Callable[[Any], Any], x: Any) -> Any:
    """Enclosure of a monotone function from the two ends."""
    if x.is_exact():
        return function(x)
    return function(x.lower()).union(function(x.upper()))


def natural_power(x: Any, n: int) -> Any:
    """x^n for an integer n >= 2, tight where the ball contains 0."""
    if not x.contains(0):
        return x**n
    if n % 2 == 0:
        return type(x)().union(x.abs_upper() ** n)
    return (x.lower() ** n).union(x.upper() ** n)


def integer_power(x: Any, n: Any) -> Any:
    """x^n for an exponent that only takes integer values."""
    whole = n.unique_fmpz()
    if whole is not None and n.is_exact():
        m = int(whole)
        if m < 0:
            return 1 / integer_power(x, -n)
        return type(x)(1) if m == 0 else (x if m == 1 else natural_power(x, m))
    if x > 0:
        return (n * x.log()).exp()
    bound = (n * absolute(x).log()).exp()
    return (-bound).union(bound)


def power(x: Any, r: Any) -> Any:
    """x^r for x >= 0; if the ball touches 0 the exponent must be certainly positive."""
    if x > 0:
        return (r * x.log()).exp()
    upper = x.upper()
    if not (upper >= 0 and r > 0):
        return _nan()
    zero = type(x)()
    if upper == 0:
        return zero
    return zero.union((r * upper.log()).exp())


def xlogx(x: Any) -> Any:
    """x log x: down to -1/e at 1/e, then up."""
    if x.is_exact():
        return _xlogx_at(x)
    low, high = x.lower(), x.upper()
    if not low > 0:
        if not high >= 0:
            return _nan()
        low = type(x)()
    value = _xlogx_at(low).union(_xlogx_at(high))
    if low > 0.36788 or high < 0.36787:
        return value
    return value.union(-type(x)(-1).exp())


def _xlogx_at(x: Any) -> Any:
    return x if x.is_zero() else x * x.log()


def expm1_over(x: Any, k: int) -> Any:
    """phi_k is increasing on the whole line."""
    if x.is_exact():
        return _expm1_over_at(x, k)
    return _expm1_over_at(x.lower(), k).union(_expm1_over_at(x.upper(), k))


def _expm1_over_at(x: Any, k: int) -> Any:
    if x.is_zero():
        return type(x)(1) / factorial(k)
    if k == 1:
        return x.expm1() / x
    return x.hypgeom_1f1(1, k + 1) / factorial(k)


def log1p_over(x: Any, k: int) -> Any:
    """lambda_k is decreasing on (-1, inf)."""
    if not x > -1:
        return _nan()
    if x.is_exact():
        return _log1p_over_at(x, k)
    return _log1p_over_at(x.lower(), k).union(_log1p_over_at(x.upper(), k))


def _log1p_over_at(x: Any, k: int) -> Any:
    if x.is_zero():
        return type(x)(1) / k
    if not x > -1:
        return _nan()
    if k == 1:
        return x.log1p() / x
    return (-x).hypgeom_2f1(1, k, k + 1) / k


def box_cox(x: Any, q: Any, m: int) -> Any:
    """J_m(x, q) by monotonicity: J_m rises in x except where t < 1 and m is odd, and dJ_m/dq = J_(m+1)."""
    low, high = x.lower(), x.upper()
    if not low > 0:
        if not high >= 0:
            return _nan()
        low = type(x)()
    bottom, top = q.lower(), q.upper()
    if m % 2 == 0:
        return _box_cox_at(low, bottom, m).union(_box_cox_at(high, top, m))
    ends = []
    if not low >= 1:
        ends += [_box_cox_at(low, bottom, m), type(x)() if not high < 1 else _box_cox_at(high, top, m)]
    if not high <= 1:
        ends += [_box_cox_at(high, top, m), type(x)() if not low > 1 else _box_cox_at(low, bottom, m)]
    value = ends[0] if ends else type(x)()
    for end in ends[1:]:
        value = value.union(end)
    return value


def _box_cox_at(x: Any, q: Any, m: int) -> Any:
    if x.is_zero():
        return -((-1) ** m) * factorial(m) / natural_or_one(q, m + 1) if q > 0 else _nan()
    scale = x.log()
    z = q * scale
    if m == 0:
        return scale * expm1_over(z, 1)
    return natural_or_one(scale, m + 1) * z.hypgeom_1f1(m + 1, m + 2) / (m + 1)


def natural_or_one(x: Any, n: int) -> Any:
    return x if n == 1 else natural_power(x, n)


def _compare(certain: bool, impossible: bool, a: Any, b: Any) -> Any:
    if certain:
        return True
    if impossible:
        return False
    return UNDEFINED if a.is_nan() or b.is_nan() else None


def lt(a: Any, b: Any) -> Any:
    return _compare(a < b, a >= b, a, b)


def le(a: Any, b: Any) -> Any:
    return _compare(a <= b, a > b, a, b)


def gt(a: Any, b: Any) -> Any:
    return lt(b, a)


def ge(a: Any, b: Any) -> Any:
    return le(b, a)


def eq(a: Any, b: Any) -> Any:
    return _compare(a == b, a != b, a, b)


def ne(a: Any, b: Any) -> Any:
    return not_(eq(a, b))


def not_(a: Any) -> Any:
    return (not a) if isinstance(a, bool) else a


def and_(*values: Any) -> Any:
    if UNDEFINED in values:
        return UNDEFINED
    if False in values:
        return False
    return None if None in values else True


def or_(*values: Any) -> Any:
    return not_(and_(*(not_(value) for value in values)))


def piecewise(args: tuple[Any, ...], *branches: tuple[Any, Callable[..., Any]]) -> Any:
    """Hull of all branches that the conditions do not exclude on the ball."""
    value: Any = None
    for condition, branch in branches:
        if condition is False:
            continue
        if condition == UNDEFINED:
            return _nan()
        here = branch(*args)
        value = here if value is None else value.union(here)
        if condition is True:
            return value
    return _nan()
