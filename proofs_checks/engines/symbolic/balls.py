"""Values of expressions at exact points in ball arithmetic, and witnesses made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import factorial
from typing import Any

import flint
import sympy
from flint import arb

from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Witness
from proofs_checks.engines.symbolic.spans import exact_ball

Point = Mapping[str, Fraction]


class NoValue(Exception):
    """The expression is undefined at the point, or the balls are too wide to tell."""


def value(expr: Any, point: Point, bits: int = 256) -> arb:
    """A ball that holds the value of the expression at an exact point."""
    with flint.ctx.workprec(bits):
        result = _Evaluator(point)(expr)
    if not result.is_finite():
        raise NoValue(f"{expr} has no finite value at {dict(point)}")
    return result


class _Evaluator:
    def __init__(self, point: Point) -> None:
        self.point = point
        self.known: dict[Any, arb] = {}

    def __call__(self, expr: Any) -> arb:
        if expr not in self.known:
            self.known[expr] = self._value(expr)
        return self.known[expr]

    def _value(self, expr: Any) -> arb:
        if expr.is_Rational:
            return exact_ball(Fraction(int(expr.p), int(expr.q)))
        if expr.is_Symbol:
            return exact_ball(self.point[expr.name])
        if expr is sympy.pi:
            return arb.pi()
        if expr is sympy.E:
            return arb.const_e()
        name = type(expr).__name__
        if name == "Piecewise":
            return self._piecewise(expr)
        if expr.is_Pow:
            return self._power(self(expr.base), expr.exp)
        if name == "power":
            return self._power(self(expr.args[0]), expr.args[1])
        arguments = [self(argument) for argument in expr.args]
        if expr.is_Add:
            return sum(arguments[1:], arguments[0])
        if expr.is_Mul:
            total = arguments[0]
            for factor in arguments[1:]:
                total = total * factor
            return total
        if name in ("exp", "sinh", "cosh", "tanh", "atanh", "sin", "cos"):
            return getattr(arguments[0], name)()
        if name == "log":
            if not arguments[0] > 0:
                raise NoValue("logarithm of a value not proved positive")
            return arguments[0].log()
        if name == "Abs":
            return abs(arguments[0])
        if name == "sign":
            if arguments[0].contains(0):
                raise NoValue("sign of a value that may be zero")
            return arguments[0].sgn()
        if name in ("Max", "Min"):
            total = arguments[0]
            for other in arguments[1:]:
                total = total.max(other) if name == "Max" else total.min(other)
            return total
        return self._primitive(name, expr, arguments)

    def _power(self, base: arb, exponent: Any) -> arb:
        if exponent.is_Integer:
            if exponent < 0 and base.contains(0):
                raise NoValue("division by a value that may be zero")
            return integer_power(base, int(exponent))
        power = self(exponent)
        if base > 0:
            return (power * base.log()).exp()
        if base == 0 and power > 0:
            return arb(0)
        whole = power.unique_fmpz() if power.is_exact() else None
        if whole is not None and (whole >= 0 or not base.contains(0)):
            return integer_power(base, int(whole))
        raise NoValue("real power of a base not proved positive")

    def _piecewise(self, expr: Any) -> arb:
        for branch, condition in expr.args:
            if self._decide(condition):
                return self(branch)
        raise NoValue("no branch of a piecewise expression applies")

    def _decide(self, condition: Any) -> bool:
        if condition in (sympy.true, sympy.false):
            return bool(condition)
        if isinstance(condition, (sympy.And, sympy.Or)):
            parts = [self._decide(part) for part in condition.args]
            return all(parts) if isinstance(condition, sympy.And) else any(parts)
        if not isinstance(condition, sympy.core.relational.Relational):
            raise NoValue(f"the condition {condition} is not understood")
        gap = self(condition.lhs) - self(condition.rhs)
        operator = condition.rel_op
        if gap > 0:
            return operator in (">", ">=", "!=")
        if gap < 0:
            return operator in ("<", "<=", "!=")
        if gap.is_exact() and gap == 0:
            return operator in ("<=", ">=", "==")
        raise NoValue(f"cannot decide {condition}")

    def _primitive(self, name: str, expr: Any, arguments: list[arb]) -> arb:
        x = arguments[0] if arguments else arb(0)
        zero = x.is_exact() and x == 0
        if name == "xlogx":
            return arb(0) if zero else x * self(sympy.log(expr.args[0]))
        if name == "expm1_over":
            order = int(expr.args[1])
            if zero:
                return arb(1) / factorial(order)
            if x.contains(0):
                raise NoValue("removable singularity inside the ball")
            return (x.exp() - sum((integer_power(x, j) / factorial(j) for j in range(order)), arb(0))) / integer_power(
                x, order
            )
        if name == "log1p_over":
            order = int(expr.args[1])
            if zero:
                return arb(1) / order
            if x.contains(0) or not 1 + x > 0:
                raise NoValue("singularity inside the ball")
            partial = sum((-integer_power(-x, j) / j for j in range(1, order)), arb(0))
            return (-1) ** (order - 1) * ((1 + x).log() - partial) / integer_power(x, order)
        if name == "box_cox":
            return self._box_cox(x, arguments[1], int(expr.args[2]))
        raise NoValue(f"{name} is not understood")

    def _box_cox(self, x: arb, q: arb, order: int) -> arb:
        if q.is_exact() and q == 0:
            if not x > 0:
                raise NoValue("box_cox is infinite at 0")
            return integer_power(x.log(), order + 1) / (order + 1)
        if q.contains(0):
            raise NoValue("removable singularity inside the ball")
        if x == 0:
            if not q > 0:
                raise NoValue("box_cox is infinite at 0")
            return (-1) ** (order + 1) * arb(factorial(order)) / integer_power(q, order + 1)
        if not x > 0:
            raise NoValue("box_cox of a value not proved positive")
        logarithm = x.log()
        scale = (q * logarithm).exp()
        result = (scale - 1) / q
        for m in range(1, order + 1):
            result = (scale * integer_power(logarithm, m) - m * result) / q
        return result


def integer_power(base: arb, exponent: int) -> arb:
    """By repeated squaring: python-flint's own power is NaN for a ball around zero."""
    if exponent < 0:
        return 1 / integer_power(base, -exponent)
    total = arb(1)
    while exponent:
        if exponent & 1:
            total = total * base
        base, exponent = base * base, exponent >> 1
    return total


def random_points(domain: Domain, count: int, seed: int = 0) -> Iterator[dict[str, Fraction]]:
    """Exact points of the domain: corners that belong to it first, then random rational ones."""
    source = random.Random(seed)
    axes = domain.ranges
    corners = [_closed_ends(axis) for axis in axes]
    if axes and all(corners):
        for _ in range(min(2 ** len(axes), count // 4)):
            yield {axis.name: source.choice(ends) for axis, ends in zip(axes, corners, strict=True)}
    for _ in range(count):
        yield {axis.name: _random_value(axis, source) for axis in axes}


def interior_points(domain: Domain, count: int, seed: int = 0) -> Iterator[dict[str, Fraction]]:
    """Random rational points inside the domain."""
    source = random.Random(seed)
    for _ in range(count):
        yield {axis.name: _random_value(axis, source) for axis in domain.ranges}


def _closed_ends(axis: Real | Integer) -> list[Fraction]:
    ends = [(axis.lo, axis.open_lo), (axis.hi, axis.open_hi)]
    return [end for end, is_open in ends if end is not None and not is_open]


def _random_value(axis: Real | Integer, source: random.Random) -> Fraction:
    if axis.lo is not None and axis.lo == axis.hi:
        return axis.lo
    if isinstance(axis, Integer):
        low = int(axis.lo) if axis.lo is not None else (int(axis.hi) - 30 if axis.hi is not None else -15)
        high = min(int(axis.hi), low + 30) if axis.hi is not None else low + 30
        return Fraction(source.randint(low, high))
    share = Fraction(source.randint(1, 996), 997)
    if source.random() < 0.2:
        share = share / 50 if source.random() < 0.5 else 1 - share / 50
    if axis.lo is not None and axis.hi is not None:
        return axis.lo + share * (axis.hi - axis.lo)
    if axis.lo is not None:
        return axis.lo + share / (1 - share)
    if axis.hi is not None:
        return axis.hi - share / (1 - share)
    return (2 * share - 1) / (share * (1 - share))


def compare(left: Any, right: Any, point: Point, bits: tuple[int, ...] = (192, 1024)) -> int | None:
    """Certified sign of ``left - right`` at the point; ``None`` when it cannot be told from zero."""
    for precision in bits:
        try:
            with flint.ctx.workprec(precision):
                gap = value(left, point, precision) - value(right, point, precision)
        except NoValue:
            continue
        if gap > 0:
            return 1
        if gap < 0:
            return -1
    return None


_MPMATH = {
    "log": "mpmath.log",
    "exp": "mpmath.exp",
    "sinh": "mpmath.sinh",
    "cosh": "mpmath.cosh",
    "tanh": "mpmath.tanh",
    "atanh": "mpmath.atanh",
    "Abs": "abs",
    "Max": "max",
    "Min": "min",
    "sign": "mpmath.sign",
    "sin": "mpmath.sin",
    "cos": "mpmath.cos",
}


def source_code(name: str, expr: Any, arguments: list[str]) -> str:
    """A plain mpmath function of exact rationals that evaluates the expression."""
    lines = [f"def {name}({', '.join(arguments)}):"]
    lines += [f"    {argument} = mpf({argument}.numerator) / {argument}.denominator" for argument in arguments]
    return "\n".join([*lines, f"    return {_text(expr)}", ""])


def _condition_text(condition: Any) -> str:
    if condition in (sympy.true, sympy.false):
        return str(condition)
    if isinstance(condition, (sympy.And, sympy.Or)):
        word = " and " if isinstance(condition, sympy.And) else " or "
        return "(" + word.join(_condition_text(part) for part in condition.args) + ")"
    return f"{_text(condition.lhs)} {condition.rel_op} {_text(condition.rhs)}"


def _text(expr: Any) -> str:
    if expr.is_Rational:
        return f"mpf({expr.p})" if expr.q == 1 else f"(mpf({expr.p}) / {expr.q})"
    if expr.is_Symbol:
        return str(expr.name)
    if expr is sympy.pi or expr is sympy.E:
        return "+mp.pi" if expr is sympy.pi else "+mp.e"
    name = type(expr).__name__
    if name == "Piecewise":
        text = "mp.nan"
        for branch, condition in reversed(expr.args):
            text = f"({_text(branch)} if {_condition_text(condition)} else {text})"
        return text
    if name in ("xlogx", "expm1_over", "log1p_over", "box_cox"):
        return _primitive_text(name, expr)
    parts = [_text(argument) for argument in expr.args]
    if expr.is_Add:
        return "(" + " + ".join(parts) + ")"
    if expr.is_Mul:
        return "(" + " * ".join(parts) + ")"
    if expr.is_Pow and expr.exp.is_Integer:
        return f"({parts[0]} ** {int(expr.exp)})" if expr.exp > 0 else f"(1 / {parts[0]} ** {-int(expr.exp)})"
    if expr.is_Pow or name == "power":
        return f"({parts[0]} ** {parts[1]})"
    if name not in _MPMATH:
        raise NoValue(f"{name} is not understood")
    return f"{_MPMATH[name]}({', '.join(parts)})"


def _primitive_text(name: str, expr: Any) -> str:
    argument = _text(expr.args[0])
    if name == "xlogx":
        return f"({argument} * mpmath.log({argument}) if {argument} else mpf(0))"
    if name == "box_cox":
        power, order = _text(expr.args[1]), expr.args[2]
        if order == 0:
            return f"(({argument} ** {power} - 1) / {power} if {power} else mpmath.log({argument}))"
        return f"mpmath.quad(lambda t_: t_ ** ({power} - 1) * mpmath.log(t_) ** {order}, [1, {argument}])"
    order = int(expr.args[1])
    term = f"({argument}) ** j_ / mpmath.factorial(j_ + {order})"
    if name == "expm1_over":
        return f"mpmath.nsum(lambda j_: {term}, [0, mpmath.inf])"
    return f"mpmath.quad(lambda t_: t_ ** {order - 1} / (1 + t_ * ({argument})), [0, 1])"


def shows(left: Any, right: Any, point: Point) -> bool:
    """Whether the gap is plain to an evaluation with 50 digits."""
    with flint.ctx.workprec(256):
        one, other = value(left, point), value(right, point)
        return bool(abs(one - other) > arb("1e-36") * (1 + abs(one) + abs(other)))


def witness(left: Any, right: Any, point: Point, sign: int, note: str = "") -> Witness:
    """A witness that the two sides differ at the point, the left one above for ``sign`` 1.

    A tiny left side that is compared with zero is scaled by a power of ten, so that 50 digits show it.
    """
    if right == 0 and not shows(left, right, point):
        size = value(left, point, 2048).abs_lower()
        power = 0
        while size * arb(10) ** power < 1 and power < 600:
            power += 10
        left = sympy.Mul(sympy.Integer(10) ** power, left, evaluate=False)
        note = f"{note}; left side times 10^{power}"
    names = sorted(point)
    data = {
        "point": {name: str(point[name]) for name in names},
        "formulas": {"left": source_code("left", left, names), "right": source_code("right", right, names)},
    }
    digits = [value(side, point, 512).mid().str(40, radius=False) for side in (left, right)]
    return Witness("formula", data, digits[0], digits[1], ">" if sign > 0 else "<", note)


def vanishing(left: Any, point: Point) -> Witness:
    """A witness that an expression is zero at the point."""
    names = sorted(point)
    zero = sympy.Integer(0)
    data = {
        "point": {name: str(point[name]) for name in names},
        "formulas": {"left": source_code("left", left, names), "right": source_code("right", zero, names)},
    }
    return Witness("formula", data, "0", "0", "==", "the expression vanishes")
