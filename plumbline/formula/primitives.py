"""Building blocks of formulas: exact sympy expressions, and functions with removed singularities.

sympy is imported by the first call, never by importing this module. The functions with a removable
singularity are kept whole, so that every evaluation target can treat the singular point:

* ``xlogx(x) = x log x`` on [0, inf), 0 at 0;
* ``expm1_over(x, k) = sum_j x^j / (j+k)!``; for k = 1 this is (e^x - 1)/x;
* ``log1p_over(x, k) = sum_j (-x)^j / (j+k)`` continued to (-1, inf); for k = 1 this is log(1+x)/x;
* ``box_cox(x, q, m) = int_1^x t^(q-1) (log t)^m dt``; for m = 0 this is (x^q - 1)/q, and log x at q = 0;
* ``power(x, r) = x^r`` on [0, inf) for real r > 0, 0 at 0.

The orders k and m are there for the derivatives: each family is closed under differentiation
(with elementary functions), and every member is finite at its removable singularity.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from plumbline.errors import InputError

PRIMITIVES = ("xlogx", "expm1_over", "log1p_over", "box_cox", "power")


def exact(value: Any, what: str = "argument") -> Any:
    """The sympy form of an exact number or expression; floats are refused."""
    import sympy

    if isinstance(value, (bool, float)):
        raise InputError(f"{what} must be exact (int, Fraction, rational('0.1') or a symbol), got {value!r}")
    try:
        expr = sympy.sympify(value, strict=True)
    except (sympy.SympifyError, TypeError) as error:
        raise InputError(f"{what} must be an exact number or expression, got {type(value).__name__}") from error
    floats = expr.atoms(sympy.Float) if hasattr(expr, "atoms") else ()
    if floats:
        raise InputError(f"{what} contains the float {next(iter(floats))}; write it as rational('...')")
    return expr


def rational(numerator: int | str | Fraction, denominator: int = 1) -> Any:
    """The exact rational ``numerator / denominator``; decimal strings such as ``'0.505'`` are exact too."""
    import sympy

    if isinstance(numerator, (bool, float)) or isinstance(denominator, (bool, float)):
        raise InputError(f"rational takes ints, Fractions or strings, got {numerator!r} / {denominator!r}")
    try:
        value = Fraction(numerator) / Fraction(denominator)
    except (ValueError, TypeError, ZeroDivisionError) as error:
        raise InputError(f"not a rational number: {numerator!r} / {denominator!r}") from error
    return sympy.Rational(value.numerator, value.denominator)


def _elementary(name: str, x: Any) -> Any:
    import sympy

    return getattr(sympy, name)(exact(x, f"argument of {name}"))


def sqrt(x: Any) -> Any:
    """Square root of ``x``, which must be >= 0 on the declared domain."""
    return _elementary("sqrt", x)


def log(x: Any) -> Any:
    """Natural logarithm."""
    return _elementary("log", x)


def exp(x: Any) -> Any:
    """Exponential."""
    return _elementary("exp", x)


def sinh(x: Any) -> Any:
    """Hyperbolic sine."""
    return _elementary("sinh", x)


def cosh(x: Any) -> Any:
    """Hyperbolic cosine."""
    return _elementary("cosh", x)


def tanh(x: Any) -> Any:
    """Hyperbolic tangent."""
    return _elementary("tanh", x)


def atanh(x: Any) -> Any:
    """Inverse hyperbolic tangent on (-1, 1)."""
    return _elementary("atanh", x)


def Abs(x: Any) -> Any:
    """Absolute value."""
    return _elementary("Abs", x)


def Max(*values: Any) -> Any:
    """The largest of the values."""
    import sympy

    return sympy.Max(*(exact(value, "argument of Max") for value in values))


def Min(*values: Any) -> Any:
    """The smallest of the values."""
    import sympy

    return sympy.Min(*(exact(value, "argument of Min") for value in values))


def piecewise(*branches: tuple[Any, Any]) -> Any:
    """The first value whose condition is true: ``piecewise((a, x < 1), (b, True))``.

    Where no condition is true the formula is undefined.
    """
    import sympy

    pairs = []
    for branch in branches:
        if not isinstance(branch, tuple) or len(branch) != 2:
            raise InputError(f"piecewise takes pairs (value, condition), got {branch!r}")
        value, condition = branch
        if not isinstance(condition, bool):
            exact(condition, "condition of piecewise")
        pairs.append((exact(value, "value of piecewise"), condition))
    return sympy.Piecewise(*pairs)


def xlogx(x: Any) -> Any:
    """``x log x`` for x >= 0, with the value 0 at 0."""
    return function_class("xlogx")(exact(x, "argument of xlogx"))


def expm1_over(x: Any, k: int = 1) -> Any:
    """``(e^x - 1)/x`` with the value 1 at 0; order k is ``sum_j x^j / (j+k)!``, finite for every real x."""
    return function_class("expm1_over")(exact(x, "argument of expm1_over"), exact(k, "order k"))


def log1p_over(x: Any, k: int = 1) -> Any:
    """``log(1+x)/x`` with the value 1 at 0, x > -1; order k is ``int_0^1 t^(k-1)/(1+xt) dt``."""
    return function_class("log1p_over")(exact(x, "argument of log1p_over"), exact(k, "order k"))


def box_cox(x: Any, q: Any, m: int = 0) -> Any:
    """``(x^q - 1)/q`` for x >= 0, log x at q = 0; finite at x = 0 if and only if q > 0.

    Order m is ``int_1^x t^(q-1) (log t)^m dt``, the m-th derivative in q.
    """
    return function_class("box_cox")(exact(x, "argument of box_cox"), exact(q, "exponent q"), exact(m, "order m"))


def power(x: Any, r: Any) -> Any:
    """``x^r`` for x >= 0 and real r > 0, with the value 0 at x = 0."""
    return function_class("power")(exact(x, "argument of power"), exact(r, "exponent r"))


@cache
def function_class(name: str) -> Any:
    """The sympy Function subclass behind a primitive."""
    from plumbline.formula import sympy_functions

    return getattr(sympy_functions, name)


def elementary(expr: Any) -> Any:
    """The expression with every primitive written out in elementary functions (valid off its singularity)."""
    while any(type(node).__name__ in PRIMITIVES for node in _nodes(expr)):
        expr = expr.replace(lambda node: type(node).__name__ in PRIMITIVES, lambda node: node.written_out())
    return expr


def _nodes(expr: Any) -> Any:
    import sympy

    return sympy.preorder_traversal(expr)
