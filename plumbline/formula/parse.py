"""Formulas from a user's text: ``'log(1+u)'``, ``'(1-(1+u)^(-0.5))/0.5'``, ``'n^2+n'``. Text is never evaluated.

Grammar (``^`` and ``**`` are the same, bind tighter than the sign before them and group to the right)::

    sum     = product {("+" | "-") product}
    product = signed {("*" | "/") signed}
    signed  = {"+" | "-"} power
    power   = atom [("^" | "**") signed]
    atom    = number | variable | function "(" sum {"," sum} ")" | "(" sum ")"

Numbers are decimal and become exact rationals. Functions: log, exp, sqrt, sinh, cosh, tanh, atanh, abs, min, max,
xlogx (x log x, 0 at 0).
Variables are those declared by the caller, and no others. Length, nesting and the size of every constant are bounded
before any arithmetic is done, so that a short text such as ``9^9^9`` cannot ask for a long computation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from plumbline.domain import Integer, Real
from plumbline.errors import InputError
from plumbline.formula import primitives
from plumbline.formula.formula import Formula

MAX_LENGTH = 500
MAX_DEPTH = 40
MAX_DIGITS = 40
MAX_EXPONENT = 100
MAX_BITS = 1000
MAX_TOWER = 2

FUNCTIONS = {
    "log": primitives.log,
    "exp": primitives.exp,
    "sqrt": primitives.sqrt,
    "sinh": primitives.sinh,
    "cosh": primitives.cosh,
    "tanh": primitives.tanh,
    "atanh": primitives.atanh,
    "abs": primitives.Abs,
    "min": primitives.Min,
    "max": primitives.Max,
    "xlogx": primitives.xlogx,
}
_SEVERAL = ("min", "max")
_TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>\*\*|[-+*/^(),])"
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class _Node:
    """A subexpression: an exact constant (``value``), or an operation on others; ``at`` is its place in the text."""

    operation: str
    parts: tuple[Any, ...]
    at: int
    value: Fraction | None = None


def parse(text: str, variables: Collection[str]) -> Any:
    """The sympy expression of the text, in real symbols of the given names; InputError names what is wrong and where.

    The result is exact. It is refused where it is no finite real number whatever the variables are
    (``log(-1)``, ``1/(2-2)``); whether it is finite at given values is for :class:`Formula` to say.
    """
    import sympy

    symbols = {name: sympy.Symbol(name, real=True) for name in variables}
    return _built(text, symbols)


def parse_formula(name: str, axes: Sequence[Real | Integer], text: str, *, latex: str = "") -> Formula:
    """A :class:`Formula` on the given axes from a user's text, whose variables are the names of the axes.

    The text is read at once (so that errors come early); the expression is built when it is first needed.
    """
    names = [axis.name for axis in axes]
    _Parser(text, names).whole()
    return Formula(
        name,
        axes,
        lambda *symbols: _built(text, dict(zip(names, symbols, strict=True))),
        latex=latex,
        source=f"given as {text}",
    )


def _built(text: str, symbols: dict[str, Any]) -> Any:
    import sympy

    parser = _Parser(text, symbols)
    node = parser.whole()
    try:
        expression = sympy.sympify(_expression(node, parser, symbols))
    except (RecursionError, OverflowError, MemoryError) as error:
        raise InputError(f"formula {_shown(text)} is too large") from error
    return expression


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, symbols: Collection[str]) -> None:
        if not isinstance(text, str):
            raise InputError(f"formula must be text, got {type(text).__name__}")
        if len(text) > MAX_LENGTH:
            raise InputError(f"formula must have at most {MAX_LENGTH} characters, got {len(text)}")
        self.text = text
        self.symbols = symbols
        self.tokens = self._tokens()
        self.place = 0
        self.depth = 0

    def complain(self, what: str, at: int) -> NoReturn:
        raise InputError(f"formula {_shown(self.text)}: {what} at character {at + 1}")

    def _tokens(self) -> list[_Token]:
        found, at = [], 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                self.complain(f"{self.text[at]!r} is not allowed", at)
            assert match.lastgroup is not None
            if match.lastgroup != "space":
                found.append(_Token(match.lastgroup, match.group(), at))
            at = match.end()
        return [*found, _Token("end", "end of the text", at)]

    @property
    def here(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> _Token | None:
        """The next token if it is one of these signs."""
        token = self.here
        if token.kind != "sign" or token.text not in texts:
            return None
        self.place += 1
        return token

    def need(self, text: str) -> None:
        if self.take(text) is None:
            self.complain(f"{text!r} is expected, got {self.here.text!r}", self.here.at)

    def whole(self) -> _Node:
        node = self.sum()
        if self.here.kind != "end":
            self.complain(f"an operator is expected, got {self.here.text!r}", self.here.at)
        if _height(node) > MAX_TOWER:
            self.complain(f"more than {MAX_TOWER} exponentials inside each other", node.at)
        return node

    def sum(self) -> _Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.complain(f"nesting deeper than {MAX_DEPTH}", self.here.at)
        node = self.product()
        while sign := self.take("+", "-"):
            node = self.joined(sign.text, node, self.product(), sign.at)
        self.depth -= 1
        return node

    def product(self) -> _Node:
        node = self.signed()
        while sign := self.take("*", "/"):
            node = self.joined(sign.text, node, self.signed(), sign.at)
        return node

    def signed(self) -> _Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.complain(f"nesting deeper than {MAX_DEPTH}", self.here.at)
        sign = self.take("+", "-")
        if sign is None:
            node = self.power()
        else:
            node = self.signed()
            if sign.text == "-":
                node = self.joined("*", self.constant(Fraction(-1), sign.at), node, sign.at)
        self.depth -= 1
        return node

    def power(self) -> _Node:
        node = self.atom()
        sign = self.take("^", "**")
        return node if sign is None else self.joined("^", node, self.signed(), sign.at)

    def atom(self) -> _Node:
        token = self.here
        self.place += 1
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named(token)
        if token.text == "(":
            node = self.sum()
            self.need(")")
            return node
        self.complain(f"a number, a variable or '(' is expected, got {token.text!r}", token.at)

    def number(self, token: _Token) -> _Node:
        if sum(character.isdigit() for character in token.text) > MAX_DIGITS:
            self.complain(f"a number has more than {MAX_DIGITS} digits", token.at)
        return self.constant(Fraction(token.text), token.at)

    def named(self, token: _Token) -> _Node:
        if token.text in FUNCTIONS:
            self.need("(")
            parts = [self.sum()]
            while self.take(","):
                parts.append(self.sum())
            self.need(")")
            if len(parts) > 1 and token.text not in _SEVERAL:
                self.complain(f"{token.text} takes one argument, got {len(parts)}", token.at)
            return _Node(token.text, tuple(parts), token.at)
        if token.text not in self.symbols:
            known = ", ".join(sorted(self.symbols)) or "none"
            self.complain(
                f"unknown name {token.text!r} (variables: {known}; functions: {', '.join(FUNCTIONS)})", token.at
            )
        return _Node("variable", (token.text,), token.at)

    def constant(self, value: Fraction, at: int) -> _Node:
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            self.complain(f"a constant has more than {MAX_BITS} bits", at)
        return _Node("constant", (), at, value)

    def joined(self, operation: str, left: _Node, right: _Node, at: int) -> _Node:
        """The operation on both sides; rational constants are folded at once, within bounds."""
        a, b = left.value, right.value
        if operation == "/" and b == 0:
            self.complain("division by zero", at)
        if operation == "^":
            return self.raised(left, right, at)
        if a is None or b is None:
            return _Node(operation, (left, right), at)
        results = {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else Fraction(0)}
        return self.constant(results[operation], at)

    def raised(self, left: _Node, right: _Node, at: int) -> _Node:
        base, exponent = left.value, right.value
        if exponent is None:
            return _Node("^", (left, right), at)
        if abs(exponent) > MAX_EXPONENT or exponent.denominator > 10**6:
            self.complain(
                f"an exponent must lie between -{MAX_EXPONENT} and {MAX_EXPONENT} with at most 6 decimals, "
                f"got {_brief(exponent)}",
                at,
            )
        if base == 0 and exponent <= 0:
            self.complain(f"0 to the power {exponent} is undefined", at)
        if base is None or exponent.denominator != 1:
            return _Node("^", (left, right), at)
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits * abs(exponent) > MAX_BITS:
            self.complain(f"a constant has more than {MAX_BITS} bits", at)
        return self.constant(base ** int(exponent), at)


def _expression(node: _Node, parser: _Parser, symbols: dict[str, Any]) -> Any:
    """The sympy expression of a node, built from exact parts only and checked to be a finite real number."""
    import sympy

    if node.value is not None:
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if node.operation == "variable":
        return symbols[node.parts[0]]
    parts = [_expression(part, parser, symbols) for part in node.parts]
    if node.operation == "^" and parts[1].is_number and abs(_size(node.parts[1])) > MAX_EXPONENT:
        parser.complain(f"an exponent must lie between -{MAX_EXPONENT} and {MAX_EXPONENT}", node.at)
    try:
        if all(part.is_number for part in parts) and not math.isfinite(_size(node)):
            raise OverflowError
        result = _applied(node.operation, parts)
    except OverflowError:
        parser.complain(f"the value of {node.operation} is beyond the range of numbers", node.at)
    except (ZeroDivisionError, ValueError, TypeError):
        parser.complain(f"{node.operation} is undefined", node.at)
    if result.has(sympy.zoo, sympy.oo, -sympy.oo, sympy.nan, sympy.I):
        parser.complain(f"the value of {node.operation} is no finite real number", node.at)
    if result.is_Pow and result.exp.is_Rational and abs(result.exp) > MAX_EXPONENT:
        parser.complain(f"an exponent must lie between -{MAX_EXPONENT} and {MAX_EXPONENT}", node.at)
    return result


def _height(node: _Node) -> int:
    """How many exponentials stand inside each other."""
    if node.value is not None or node.operation == "variable":
        return 0
    inside = [_height(part) for part in node.parts]
    if node.operation in ("exp", "sinh", "cosh"):
        return 1 + inside[0]
    if node.operation == "^" and node.parts[1].value is None:
        return max(inside[0], 1 + inside[1])
    return max(inside)


def _size(node: _Node) -> float:
    """The value of a constant node in floats, only to bound it before anything exact is computed."""
    if node.value is not None:
        return float(node.value)
    if node.operation == "variable":
        return 0.0  # a variable that cancelled
    parts = [_size(part) for part in node.parts]
    if node.operation in _SEVERAL:
        return min(parts) if node.operation == "min" else max(parts)
    if node.operation == "xlogx":
        return parts[0] * math.log(parts[0]) if parts[0] else 0.0
    if node.operation in FUNCTIONS:
        return abs(parts[0]) if node.operation == "abs" else float(getattr(math, node.operation)(parts[0]))
    if node.operation == "^":
        return float(math.pow(parts[0], parts[1]))
    return float(_applied(node.operation, parts))


def _applied(operation: str, parts: list[Any]) -> Any:
    if operation == "+":
        return parts[0] + parts[1]
    if operation == "-":
        return parts[0] - parts[1]
    if operation == "*":
        return parts[0] * parts[1]
    if operation == "/":
        return parts[0] / parts[1]
    if operation == "^":
        return parts[0] ** parts[1]
    return FUNCTIONS[operation](*parts)


def _brief(value: Fraction) -> str:
    """An exponent as it may stand in a one-line message."""
    text = str(value)
    return text if len(text) <= 24 else f"{text[:12]}... ({len(text)} characters)"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
