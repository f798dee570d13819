"""Witnesses: evaluated again from their stored data, and printed as scripts that run by themselves.

A witness names a *program*: a function ``program(data, formulas) -> (left, right)`` in the paper's module
``theory.<paper>.witnesses`` or one beside it whose name ends in ``_witnesses``. Such modules use the standard
library, mpmath and each other only. ``data`` is plain JSON (exact numbers as strings), ``data["formulas"]``
holds the emitted source of the closed forms that the program compares with. Some programs need no paper:
``formula`` evaluates two formulas at one exact point, and those of :mod:`plumbline.statistical_witnesses`
(:data:`STATISTICAL`, reserved names) show again what a sample refutes.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import ModuleType
from typing import Any

from plumbline import catalogue
from plumbline.errors import PlumblineError
from plumbline.evidence import Witness

DIGITS = 50
MARGIN = 40
STATISTICAL = frozenset({"binomial_tail", "bounded_mean", "exponent_gap", "student_tail"})


def evaluate_formulas(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Both sides of a relation between two formulas at the exact point ``data["point"]``."""
    point = {name: Fraction(value) for name, value in data["point"].items()}
    return formulas["left"](**point), formulas["right"](**point)


def _definition_name(source: str) -> str:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            name = node.name
    return name


def _compile(sources: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    """Callables from the emitted sources of closed forms (our own emission, never a user's text)."""
    compiled = {}
    for role, source in sources.items():
        namespace: dict[str, Any] = {}
        exec("from fractions import Fraction\nimport mpmath\nfrom mpmath import mp, mpf\n" + source, namespace)
        compiled[role] = namespace[_definition_name(source)]
    return compiled


def _program(paper: str, name: str) -> Callable[..., tuple[Any, Any]]:
    if name == "formula":
        return evaluate_formulas
    return getattr(home(paper, name), name)


def home(paper: str, program: str) -> ModuleType:
    """The witness module that defines a program: of the paper, or the one for samples."""
    if program in STATISTICAL:
        return importlib.import_module("plumbline.statistical_witnesses")
    modules = catalogue.modules_named(paper, "witnesses")
    for module in modules:
        found = getattr(module, program, None)
        if inspect.isfunction(found) and found.__module__ == module.__name__:
            return module
    places = ", ".join(module.__name__.replace(".", "/") + ".py" for module in modules) or f"theory/{paper}"
    raise PlumblineError(f"{places} has no program {program!r}")


def evaluate(paper: str, program: str, data: Mapping[str, Any]) -> tuple[Any, Any]:
    """The two sides of a witness at 50 digits (exact rationals stay exact)."""
    import mpmath

    with mpmath.workdps(DIGITS):
        return _program(paper, program)(data, _compile(data.get("formulas", {})))


def _real(value: Any) -> Any:
    """A rational as a number of the working precision; reals as they are."""
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, (int, Fraction)) else value


def relation_of(left: Any, right: Any) -> str:
    """``"<"``, ``">"`` or ``"=="``: exact for rationals, to 40 of 50 digits for reals."""
    import mpmath

    if isinstance(left, (int, Fraction)) and isinstance(right, (int, Fraction)):
        return "==" if left == right else "<" if left < right else ">"
    with mpmath.workdps(DIGITS):
        left, right = _real(left), _real(right)
        margin = mpmath.mpf(10) ** -MARGIN * max(1, abs(left), abs(right))
        if abs(left - right) <= margin:
            return "=="
        return "<" if left < right else ">"


def digits(value: Any) -> str:
    """A value to 20 significant decimal digits."""
    import mpmath

    with mpmath.workdps(DIGITS):
        return str(mpmath.nstr(_real(value), 20))


def make(paper: str, program: str, data: Mapping[str, Any], note: str = "") -> Witness:
    """Evaluate a program on exact data and pack the result as a :class:`Witness`."""
    left, right = evaluate(paper, program, data)
    return Witness(program, data, digits(left), digits(right), relation_of(left, right), note)


def confirms(paper: str, witness: Mapping[str, Any]) -> bool:
    """Whether the stored witness, evaluated again from its data, shows the relation that it states."""
    left, right = evaluate(paper, witness["program"], witness["data"])
    return relation_of(left, right) == witness["relation"]
