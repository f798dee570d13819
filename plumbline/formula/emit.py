"""Code generation: Python source of one expression for one target, from the sympy DAG.

Subexpressions that occur more than once become local variables; each branch of a Piecewise becomes a
nested function of the variables, called only where (or, for balls, unless certainly not) its condition holds.
"""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from plumbline.errors import InputError

FUNCTIONS = {
    "log": "log",
    "exp": "exp",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "asinh",
    "atanh": "atanh",
    "sin": "sin",
    "cos": "cos",
    "atan": "atan",
    "erf": "erf",
    "Abs": "absolute",
    "sign": "sign",
    "Max": "maximum",
    "Min": "minimum",
    "xlogx": "xlogx",
    "power": "power",
}
ORDERED = {"expm1_over": 1, "log1p_over": 1, "box_cox": 2}
NUMBER_TYPES = {"arb": "arb", "mpmath": "mpf"}
RELATIONS = {
    "StrictLessThan": "lt",
    "LessThan": "le",
    "StrictGreaterThan": "gt",
    "GreaterThan": "ge",
    "Equality": "eq",
    "Unequality": "ne",
}


RESERVED = {
    *FUNCTIONS.values(),
    *ORDERED,
    *RELATIONS.values(),
    "sqrt",
    "pi",
    "value",
    "arb",
    "fmpq",
    "mpf",
    "mp",
}
RESERVED |= {
    "natural_power",
    "integer_power",
    "require_ball",
    "heaviside",
    "piecewise",
    "and_",
    "or_",
    "not_",
    "mpmath",
}


def identifier(name: str) -> str:
    """The name of a variable in emitted source, clear of keywords and runtime functions."""
    return f"{name}_" if keyword.iskeyword(name) or name.rstrip("_") in RESERVED else name


@dataclass
class Source:
    """Emitted source of the function ``value(*variables)`` and the runtime names that it calls."""

    text: str
    names: set[str]


@dataclass
class _Scope:
    """One function body: its lines, the names given to shared subexpressions, how often each occurs."""

    lines: list[str]
    known: dict[Any, str]
    count: Counter[Any]
    depth: int


@dataclass
class Emitter:
    """Emits one expression for ``target``: "numpy", "torch" (the same source), "mpmath" or "arb"."""

    target: str
    variables: Sequence[str]
    names: set[str] = field(default_factory=set)
    constants: dict[Any, str] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    serial: int = 0

    def emit(self, expr: Any) -> Source:
        body = self._function("value", expr, 0)
        if self.target == "arb":
            body[1:1] = [f"    {n} = require_ball({n})" for n in map(identifier, self.variables)]
            self.names.add("require_ball")
        return Source("\n".join([*self.header, *body]) + "\n", self.names)

    def _function(self, name: str, expr: Any, depth: int) -> list[str]:
        scope = _Scope([], {}, Counter(), depth + 1)
        self._tally(expr, scope)
        result = self._leaf(expr, scope)
        pad = "    " * depth
        head = f"{pad}def {name}({', '.join(map(identifier, self.variables))}):"
        return [head, *scope.lines, f"{pad}    return {result}"]

    def _tally(self, expr: Any, scope: _Scope) -> None:
        """Count occurrences of subexpressions in this scope, branches of Piecewise left out."""
        if expr.is_Pow and expr.exp.is_Rational and expr.exp < 0:
            expr = 1 / expr
        scope.count[expr] += 1
        if scope.count[expr] > 1:
            return
        children = [pair[1] for pair in expr.args] if expr.is_Piecewise else expr.args
        for child in children:
            self._tally(child, scope)

    def _fresh(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    def _call(self, function: str, *arguments: str) -> str:
        self.names.add(function)
        return f"{function}({', '.join(arguments)})"

    def _leaf(self, expr: Any, scope: _Scope) -> str:
        """Source of a value of the target's own number type."""
        if expr.is_Rational:
            number = self._number(expr)
            return self._call(NUMBER_TYPES[self.target], number) if self.target in NUMBER_TYPES else number
        return self._operand(expr, scope)

    def _number(self, expr: Any) -> str:
        """Source of an exact number as an operand beside a value of the target's number type."""
        value = Fraction(int(expr.p), int(expr.q))
        if self.target in ("numpy", "torch"):
            try:
                number = float(value)
            except OverflowError as error:
                raise InputError(f"the number {value} is beyond the range of float64") from error
            return f"({number!r})" if number < 0 else repr(number)
        if value.denominator == 1:
            return f"({value})" if value < 0 else str(value)
        if self.target == "mpmath":
            return f"({self._call('mpf', str(value.numerator))}/{value.denominator})"
        if expr not in self.constants:
            name = self._fresh("_c")
            self.constants[expr] = name
            self.names.add("fmpq")
            self.header.append(f"{name} = fmpq({value.numerator}, {value.denominator})")
        return self.constants[expr]

    def _operand(self, expr: Any, scope: _Scope) -> str:
        if expr.is_Rational:
            return self._number(expr)
        if expr.is_Symbol:
            return identifier(expr.name)
        if expr in scope.known:
            return scope.known[expr]
        if not expr.free_symbols and not expr.is_Boolean:
            return self._constant(expr, scope)
        source = self._compound(expr, scope)
        if scope.count[expr] > 1:
            name = self._fresh("_t")
            scope.lines.append(f"{'    ' * scope.depth}{name} = {source}")
            scope.known[expr] = name
            return name
        return source

    def _constant(self, expr: Any, scope: _Scope) -> str:
        """log(2), pi and the like: a float, or a value at the working precision."""
        if self.target in ("numpy", "torch"):
            from plumbline.formula.codegen import evaluate_constant

            return f"({evaluate_constant(expr)!r})"
        if self.target == "mpmath":
            return self._compound(expr, scope)
        if expr not in self.constants:
            name = self._fresh("_k")
            self.constants[expr] = name
            inner = _Scope([], {}, Counter(), 1)
            source = self._compound(expr, inner)
            self.names.add("per_precision")
            self.header += ["@per_precision", f"def {name}():", *inner.lines, f"    return {source}"]
        return f"{self.constants[expr]}()"

    def _compound(self, expr: Any, scope: _Scope) -> str:
        kind = type(expr).__name__
        if expr.is_Add:
            return self._sum(expr, scope)
        if expr.is_Mul:
            return self._product(expr, scope)
        if expr.is_Pow:
            return self._power(expr, scope)
        if expr.is_Piecewise:
            return self._piecewise(expr, scope)
        if kind in FUNCTIONS:
            return self._call(FUNCTIONS[kind], *(self._leaf(arg, scope) for arg in expr.args))
        if kind in ORDERED:
            values = ORDERED[kind]
            arguments = [self._leaf(arg, scope) for arg in expr.args[:values]]
            return self._call(kind, *arguments, str(int(expr.args[values])))
        if kind == "Heaviside":
            return self._call("heaviside", self._leaf(expr.args[0], scope))
        if kind == "Exp1":
            return self._call("exp", self._call(NUMBER_TYPES[self.target], "1"))
        if kind == "Pi":
            return self._call("pi")
        return self._boolean(expr, scope)

    def _boolean(self, expr: Any, scope: _Scope) -> str:
        kind = type(expr).__name__
        if kind in RELATIONS:
            return self._call(RELATIONS[kind], *(self._leaf(arg, scope) for arg in expr.args))
        if kind in ("And", "Or", "Not"):
            return self._call(f"{kind.lower()}_", *(self._operand(arg, scope) for arg in expr.args))
        if kind in ("BooleanTrue", "BooleanFalse"):
            return str(bool(expr))
        raise InputError(f"no evaluation is known for {kind} in {expr}")

    def _sum(self, expr: Any, scope: _Scope) -> str:
        parts: list[str] = []
        for term in sorted(expr.args, key=lambda term: bool(term.could_extract_minus_sign())):
            negative = bool(parts) and term.could_extract_minus_sign() and term not in scope.known
            if negative and scope.count[term] < 2:
                scope.count.update([-term])
                parts.append(f" - {self._operand(-term, scope)}")
            else:
                parts.append(f"{' + ' if parts else ''}{self._operand(term, scope)}")
        return f"({''.join(parts)})"

    def _product(self, expr: Any, scope: _Scope) -> str:
        coefficient, factors = expr.as_coeff_mul()
        over = [f for f in factors if f.is_Pow and f.exp.is_Rational and f.exp < 0]
        top = [self._operand(f, scope) for f in factors if f not in over]
        bottom = [self._operand(1 / f, scope) for f in over]
        negative = coefficient < 0
        coefficient = abs(coefficient)
        if coefficient.p == 1 and coefficient != 1:
            bottom.insert(0, self._number(1 / coefficient))
        elif coefficient != 1:
            top.insert(0, self._number(coefficient))
        if not top:
            top = [self._number(coefficient / coefficient)]
        source = "*".join(top)
        for factor in bottom:
            source += f"/{factor}"
        return f"(-{source})" if negative else f"({source})" if bottom or len(top) > 1 else source

    def _power(self, expr: Any, scope: _Scope) -> str:
        base, exponent = expr.base, expr.exp
        if exponent.is_Rational and exponent < 0:
            return f"({self._number(exponent / exponent)}/{self._operand(1 / expr, scope)})"
        if exponent.is_Integer:
            return self._call("natural_power", self._leaf(base, scope), str(int(exponent)))
        if exponent.is_Rational and exponent.q == 2:
            root = self._call("sqrt", self._leaf(base, scope))
            whole = int(exponent.p) // 2
            if whole == 0:
                return root
            rest = self._operand(base**whole, scope)
            return f"({rest}*{root})"
        function = "integer_power" if exponent.is_integer else "power"
        return self._call(function, self._leaf(base, scope), self._leaf(exponent, scope))

    def _piecewise(self, expr: Any, scope: _Scope) -> str:
        import sympy

        pad = "    " * scope.depth
        total = sympy.Or(*(condition for _, condition in expr.args)) == sympy.true
        parts = []
        for index, (branch, condition) in enumerate(expr.args):
            name = self._fresh("_branch")
            scope.lines += self._function(name, branch, scope.depth)
            last = total and index == len(expr.args) - 1
            parts.append(f"({True if last else self._operand(condition, scope)}, {name})")
        self.names.add("piecewise")
        arguments = "".join(f"{identifier(name)}, " for name in self.variables)
        name = self._fresh("_t")
        scope.lines.append(f"{pad}{name} = piecewise(({arguments}), {', '.join(parts)})")
        return name
