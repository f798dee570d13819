"""Source of a formula as a plain Python function that needs only mpmath, for printed witness scripts."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from plumbline.formula.codegen import emit
from plumbline.formula.emit import identifier

if TYPE_CHECKING:
    from plumbline.formula.formula import Formula


def emit_standalone(formula: Formula, name: str = "value") -> str:
    """A self-contained script part that defines ``name(*variables)`` over mpf numbers.

    It imports mpmath and fractions only, carries the helper functions that it calls, and takes ints,
    Fractions, decimal strings or mpf; the caller sets ``mpmath.mp.dps``.
    """
    from plumbline.formula import mpmath_runtime

    names = [axis.name for axis in formula.variables]
    source = emit(formula.expr, names, "mpmath")
    arguments = [identifier(name) for name in names]
    helpers: dict[str, str] = {}
    waiting = sorted(source.names - {"mpf"})
    while waiting:
        helper = waiting.pop(0)
        function = getattr(mpmath_runtime, helper)
        if helper in helpers or not inspect.isfunction(function):
            continue
        tree = ast.parse(inspect.getsource(function))
        called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        helpers[helper] = _without_annotations(tree)
        waiting += sorted(n for n in called if inspect.isfunction(getattr(mpmath_runtime, n, None)))
    body = source.text.replace("def value(", "def _value(", 1)
    convert = "\n".join(f"    {a} = _number({a})" for a in arguments)
    call = f"    return _value({', '.join(arguments)})"
    outer = "\n".join(part for part in (f"def {name}({', '.join(arguments)}):", convert, call) if part)
    return "\n\n\n".join([_HEAD, *helpers.values(), body.strip(), outer]) + "\n"


_HEAD = '''from fractions import Fraction

import mpmath
from mpmath import mp, mpf


def _number(x):
    """An int, Fraction, string such as "3/10", or mpf as an mpf."""
    if isinstance(x, type(mpf(0))):
        return x
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator'''


def _without_annotations(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in [*node.args.args, *([node.args.vararg] if node.args.vararg else [])]:
                argument.annotation = None
    return ast.unparse(tree)
