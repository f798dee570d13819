"""Interval arithmetic on pairs of floats with outward rounding and infinite ends.

Balls cannot say ``[c, inf]`` and multiply loosely; near a singular end of a domain (log 0, 1/0) and for
products of factors that touch 0 this evaluator takes over. An expression is compiled once to a list of
steps. Where a step meets the boundary of a function's natural domain (log of an interval that reaches 0, a
quotient by one) the result is still an enclosure of all *defined* values, and the evaluation is marked as
singular.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, fmpq

from plumbline.formula import arb_runtime

Span = tuple[float, float]
INF = math.inf
WHOLE: Span = (-INF, INF)
REGULAR, MISSING_END, SINGULAR = 0, 1, 2
_SPLIT = 134217729.0  # 2^27 + 1


def down(x: float) -> float:
    return math.nextafter(x, -INF)


def up(x: float) -> float:
    return math.nextafter(x, INF)


def rational_span(value: Fraction) -> Span:
    """The tightest pair of floats around a rational number."""
    try:
        near = float(value)
    except OverflowError:
        return (math.nextafter(INF, 0), INF) if value > 0 else (-INF, math.nextafter(-INF, 0))
    if math.isinf(near):
        return (math.nextafter(INF, 0), INF) if value > 0 else (-INF, math.nextafter(-INF, 0))
    exact = Fraction(near)
    return (near if exact <= value else down(near), near if exact >= value else up(near))


def _sum(x: float, y: float, outward: Callable[[float], float], unknown: float) -> float:
    total = x + y
    if math.isinf(x) or math.isinf(y):
        return unknown if math.isnan(total) else total
    part = total - x
    error = (x - (total - part)) + (y - part)
    if error == 0.0:
        return total
    if math.isnan(error):
        return outward(total)
    return outward(total) if (error < 0) == (unknown < 0) else total


def add(a: Span, b: Span) -> Span:
    return _sum(a[0], b[0], down, -INF), _sum(a[1], b[1], up, INF)


def _exact_product(x: float, y: float, product: float) -> bool:
    if not (1e-140 < abs(x) < 1e140 and 1e-140 < abs(y) < 1e140):
        return False
    c = _SPLIT * x
    xh = c - (c - x)
    xl = x - xh
    c = _SPLIT * y
    yh = c - (c - y)
    yl = y - yh
    return ((xh * yh - product) + xh * yl + xl * yh) + xl * yl == 0.0


def _product(x: float, y: float) -> Span:
    if x == 0.0 or y == 0.0:
        return 0.0, 0.0
    value = x * y
    if math.isinf(value):
        if math.isinf(x) or math.isinf(y):
            return value, value
        return (down(value), value) if value > 0 else (value, up(value))
    if _exact_product(x, y, value):
        return value, value
    if (x > 0) == (y > 0):
        return max(down(value), 0.0), up(value)
    return down(value), min(up(value), 0.0)


def multiply(a: Span, b: Span) -> Span:
    if a[0] >= 0 and b[0] >= 0:
        return _product(a[0], b[0])[0], _product(a[1], b[1])[1]
    corners = [_product(x, y) for x in a for y in b]
    return min(corner[0] for corner in corners), max(corner[1] for corner in corners)


def _inverse(x: float) -> Span:
    if math.isinf(x):
        return 0.0, 0.0
    value = 1.0 / x
    if value * x == 1.0 and math.frexp(x)[0] in (0.5, -0.5):
        return value, value
    return (max(down(value), 0.0), up(value)) if x > 0 else (down(value), min(up(value), 0.0))


def reciprocal(a: Span) -> tuple[Span, bool]:
    low, high = a
    if low > 0 or high < 0:
        return (_inverse(high)[0], _inverse(low)[1]), False
    if low == 0.0 and high > 0:
        return (_inverse(high)[0], INF), True
    if high == 0.0 and low < 0:
        return (-INF, _inverse(low)[1]), True
    return WHOLE, True


def natural_power(a: Span, n: int) -> Span:
    low, high = a
    if n % 2 == 0 and low < 0:
        low, high = (0.0 if high >= 0 else -high), max(-low, high)
    result = (low, high)
    bottom, top = (low, low), (high, high)
    for _ in range(n - 1):
        bottom, top = multiply(bottom, (low, low)), multiply(top, (high, high))
        result = (min(bottom[0], top[0]), max(bottom[1], top[1]))
    return result


def _at(function: Callable[[Any], Any], x: float) -> Span:
    """Enclosure of one value in floats."""
    value = function(arb(x))
    if not value.is_finite():
        return WHOLE
    try:
        near, slack = float(value.mid()), 2.0 * float(value.rad())
    except OverflowError:
        return WHOLE
    return down(down(near - slack)), up(up(near + slack))


def _rising(function: Callable[[Any], Any], a: Span, limits: Span) -> Span:
    """A function that increases from ``limits[0]`` at -inf to ``limits[1]`` at inf."""
    low = limits[0] if a[0] == -INF else _at(function, a[0])[0]
    high = limits[1] if a[1] == INF else _at(function, a[1])[1]
    return max(low, limits[0]), min(high, limits[1])


def _log(a: Span) -> tuple[Span, bool]:
    if not a[1] > 0:
        return WHOLE, True
    high = INF if a[1] == INF else (0.0 if a[1] == 1.0 else _at(arb.log, a[1])[1])
    if a[0] > 0:
        return (0.0 if a[0] == 1.0 else (_at(arb.log, a[0])[0] if a[0] < INF else 1.0), high), False
    return (-INF, high), True


def _exp(a: Span) -> Span:
    low = 0.0 if a[0] == -INF else (1.0 if a[0] == 0.0 else max(_at(arb.exp, min(a[0], 700.0))[0], 0.0))
    high = INF if a[1] > 700.0 else (1.0 if a[1] == 0.0 else (_at(arb.exp, a[1])[1] if a[1] > -INF else 5e-324))
    return low, high


def _xlogx(a: Span) -> tuple[Span, bool]:
    low, high = max(a[0], 0.0), a[1]
    if not high >= 0:
        return WHOLE, True
    ends = [
        (0.0, 0.0) if x in (0.0, 1.0) else ((INF, INF) if x == INF else _at(arb_runtime.xlogx, x)) for x in (low, high)
    ]
    bottom, top = min(end[0] for end in ends), max(end[1] for end in ends)
    if low < 0.36788 and high > 0.36787:
        bottom = min(bottom, -0.3678794411714424)
    return (bottom, top), False


def _real_power(a: Span, exponent: Fraction) -> tuple[Span, bool]:
    """x^(p/q) for x >= 0."""
    low, high = max(a[0], 0.0), a[1]
    if not high >= 0:
        return WHOLE, True
    root = fmpq(abs(exponent.numerator), exponent.denominator)

    def function(x: Any) -> Any:
        return x ** arb(root)

    bottom, top = ((x, x) if x in (0.0, 1.0, INF) else _at(function, x) for x in (low, high))
    span = (max(bottom[0], 0.0), top[1])
    return (span, False) if exponent > 0 else reciprocal(span)


def _hull(spans: Sequence[Span]) -> Span:
    return min(span[0] for span in spans), max(span[1] for span in spans)


def _absolute(a: Span) -> Span:
    if a[0] >= 0:
        return a
    return (0.0 if a[1] > 0 else -a[1]), max(-a[0], a[1])


def span_of_ball(value: Any) -> Span:
    """Outward float ends of a ball."""
    if not value.is_finite():
        return WHOLE
    return down(down(float(value.lower()))), up(up(float(value.upper())))


def _through_balls(name: str, spans: Sequence[Span]) -> Span:
    function = getattr(arb_runtime, name, None)
    if function is None or any(math.isinf(end) for span in spans for end in span):
        return WHOLE
    return span_of_ball(function(*(arb(low).union(arb(high)) for low, high in spans)))


_MONOTONE: dict[str, tuple[Callable[[Any], Any], Span]] = {
    "sinh": (arb.sinh, WHOLE),
    "tanh": (arb.tanh, (-1.0, 1.0)),
    "asinh": (arb.asinh, WHOLE),
    "atan": (arb.atan, (-1.5707963267948968, 1.5707963267948968)),
    "erf": (arb.erf, (-1.0, 1.0)),
}


def _atanh(a: Span) -> tuple[Span, bool]:
    low, high = max(a[0], -1.0), min(a[1], 1.0)
    if low > high:
        return WHOLE, True
    bottom = -INF if low == -1.0 else (_at(arb.atanh, low)[0] if low < 1.0 else 1.0)
    top = INF if high == 1.0 else (_at(arb.atanh, high)[1] if high > -1.0 else -1.0)
    return (bottom, top), low == -1.0 or high == 1.0


def _function(name: str, spans: list[Span], orders: tuple[int, ...]) -> tuple[Span, bool]:
    a = spans[0]
    if name == "log":
        return _log(a)
    if name == "exp":
        return _exp(a), False
    if name == "xlogx":
        return _xlogx(a)
    if name == "atanh":
        return _atanh(a)
    if name in _MONOTONE:
        function, limits = _MONOTONE[name]
        return _rising(function, a, limits), False
    if name == "cosh":
        return _rising(arb.cosh, _absolute(a), (1.0, INF)), False
    if name == "Abs":
        return _absolute(a), False
    if name == "Max":
        return (max(span[0] for span in spans), max(span[1] for span in spans)), False
    if name == "Min":
        return (min(span[0] for span in spans), min(span[1] for span in spans)), False
    if name == "expm1_over":
        return _rising(lambda x: arb_runtime.expm1_over(x, orders[1]), a, (0.0, INF)), False
    if name == "log1p_over":
        if not a[1] > -1.0:
            return WHOLE, True
        top = _at(lambda x: arb_runtime.log1p_over(x, orders[1]), a[0])[1] if a[0] > -1.0 else INF
        bottom = 0.0 if a[1] == INF else _at(lambda x: arb_runtime.log1p_over(x, orders[1]), a[1])[0]
        return (max(bottom, 0.0), top), a[0] <= -1.0
    span = WHOLE if name == "box_cox" else _through_balls(name, spans)
    return span, span == WHOLE


def _general_power(base: Span, exponent: Span) -> tuple[Span, bool]:
    """x^r = exp(r log x) for x >= 0; 0^r = 0 for r > 0. Nothing is said of a base that may be negative."""
    if base[0] < 0:
        return WHOLE, True
    if exponent[0] > 0:
        logarithm, _ = _log(base) if base[1] > 0 else ((-INF, -INF), False)
        return _exp(multiply(exponent, logarithm)), False
    logarithm, singular = _log(base)
    return _exp(multiply(exponent, logarithm)), singular


class Program:
    """An expression compiled for evaluation on boxes of float intervals."""

    def __init__(self, expr: Any, symbols: Sequence[Any], harmless: frozenset[Any] = frozenset()) -> None:
        self.steps: list[tuple[str, tuple[int, ...], Any]] = []
        self._index: dict[Any, int] = {}
        for position, symbol in enumerate(symbols):
            self._index[symbol] = len(self.steps)
            self.steps.append(("input", (), position))
        self._harmless = harmless
        self._root = self._compile(expr)

    def _push(self, expr: Any, step: tuple[str, tuple[int, ...], Any]) -> int:
        self.steps.append(step)
        self._index[expr] = len(self.steps) - 1
        return self._index[expr]

    def _compile(self, expr: Any) -> int:
        if expr in self._index:
            return self._index[expr]
        if expr.is_Rational:
            return self._push(expr, ("constant", (), rational_span(Fraction(int(expr.p), int(expr.q)))))
        if not expr.free_symbols and not expr.args:
            return self._push(expr, ("constant", (), self._number(expr)))
        if isinstance(expr, sympy.Piecewise):
            branches = tuple(self._compile(branch) for branch, _ in expr.args)
            return self._push(expr, ("hull", branches, expr.args[-1][1] != sympy.true))
        parts = tuple(self._compile(argument) for argument in expr.args)
        harmless = expr in self._harmless
        if expr.is_Add or expr.is_Mul:
            return self._push(expr, ("add" if expr.is_Add else "multiply", parts, None))
        if expr.is_Pow:
            exponent = expr.exp
            if exponent.is_Rational:
                return self._push(expr, ("power", parts[:1], (Fraction(int(exponent.p), int(exponent.q)), harmless)))
            return self._push(expr, ("general power", parts, harmless))
        name = type(expr).__name__
        if name == "power":
            return self._push(expr, ("general power", parts, harmless))
        orders = tuple(int(argument) if argument.is_Integer else 0 for argument in expr.args)
        return self._push(expr, ("function", parts, (name, orders, harmless)))

    @staticmethod
    def _number(expr: Any) -> Span:
        name = {"Pi": "pi", "Exp1": "const_e", "EulerGamma": "const_euler"}.get(type(expr).__name__)
        return span_of_ball(getattr(arb, name)()) if name else WHOLE

    def __call__(self, box: Sequence[Span]) -> tuple[Span, int]:
        """Enclosure of the defined values on the box, and which singularities may lie in the box."""
        values: list[Span] = []
        singular = REGULAR
        for kind, parts, extra in self.steps:
            flag = harmless = False
            if kind == "input":
                value = box[extra]
            elif kind == "constant":
                value = extra
                flag = extra == WHOLE
            elif kind == "add":
                value = values[parts[0]]
                for part in parts[1:]:
                    value = add(value, values[part])
            elif kind == "multiply":
                value = values[parts[0]]
                for part in parts[1:]:
                    value = multiply(value, values[part])
            elif kind == "power":
                exponent, harmless = extra
                value, flag = self._power(values[parts[0]], exponent)
            elif kind == "hull":
                value, flag = _hull([values[part] for part in parts]), extra
            elif kind == "general power":
                harmless = extra
                value, flag = _general_power(values[parts[0]], values[parts[1]])
            else:
                name, orders, harmless = extra
                value, flag = _function(name, [values[part] for part in parts], orders)
            if math.isnan(value[0]) or math.isnan(value[1]) or value[0] > value[1]:
                value, flag, harmless = WHOLE, True, False
            if flag:
                singular = max(singular, MISSING_END if harmless else SINGULAR)
            values.append(value)
        return values[self._root], singular

    @staticmethod
    def _power(base: Span, exponent: Fraction) -> tuple[Span, bool]:
        if exponent.denominator != 1:
            return _real_power(base, exponent)
        n = exponent.numerator
        if n > 0:
            return natural_power(base, n), False
        return reciprocal(natural_power(base, -n))
