"""Witnesses: evaluated again from their stored data, and printed as scripts that run by themselves.

A witness names a *program*: a function ``program(data, formulas) -> (left, right)`` in the paper's module
``theory.<paper>.witnesses`` or one beside it whose name ends in ``_witnesses``. Such modules use the standard
library, mpmath and each other only. ``data`` is plain JSON (exact numbers as strings), ``data["formulas"]``
holds the emitted source of the closed forms that the program compares with. The program ``formula`` needs no
paper: it evaluates two formulas at one exact point.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import ModuleType
from typing import Any

from plumbline import catalogue
from plumbline.errors import InputError, PlumblineError
from plumbline.evidence import Witness
from plumbline.nouns import Claim

DIGITS = 50
_MARGIN = 40

_HEAD = '''"""{title}

Claim    {claim}
Shows    {shows}
Needs    Python 3 and mpmath, nothing else.
"""

from __future__ import annotations

from fractions import Fraction

import mpmath
from mpmath import {names}

mpmath.mp.dps = {digits}
'''

_TAIL = """
left, right = {program}(DATA, FORMULAS)
exact = all(isinstance(side, (int, Fraction)) for side in (left, right))
if not exact:
    left, right = (
        mpf(side.numerator) / side.denominator if isinstance(side, (int, Fraction)) else side for side in (left, right)
    )
margin = 0 if exact else mpf(10) ** -{margin} * max(1, abs(left), abs(right))
print("left  =", mpmath.nstr(left, 30) if isinstance(left, mpf) else left)
print("right =", mpmath.nstr(right, 30) if isinstance(right, mpf) else right)
shown = {{"<": right - left > margin, ">": left - right > margin, "==": abs(left - right) <= margin}}
assert shown[{relation!r}], "the witness does not show what it claims"
print({message!r})
"""


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
    return getattr(_home(paper, name), name)


def _home(paper: str, program: str) -> ModuleType:
    """The witness module of the paper that defines a program."""
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
        margin = mpmath.mpf(10) ** -_MARGIN * max(1, abs(left), abs(right))
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


def _distinct_functions(sources: Mapping[str, str]) -> list[str]:
    """The functions of several emitted formulas side by side: helpers once, each formula under its own name."""
    texts: dict[str, str] = {}
    for name, source in sources.items():
        own = re.sub(r"\b_value\(", f"_{name}(", source)
        own = re.sub(r"\bvalue\(", f"{name}(", own)
        lines = own.splitlines()
        for node in ast.parse(own).body:
            if isinstance(node, ast.FunctionDef):
                texts.setdefault(node.name, "\n".join(lines[node.lineno - 1 : node.end_lineno]))
    return list(texts.values())


def _imports_from(module: ModuleType) -> list[ast.ImportFrom]:
    return [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ImportFrom)]


def _needed(paper: str, program: str) -> list[ModuleType]:
    """The witness modules that a program needs: what its own imports, before it."""
    if program == "formula":
        return []
    found: list[ModuleType] = []

    def visit(module: ModuleType) -> None:
        for node in _imports_from(module):
            if node.module and re.fullmatch(rf"theory\.{paper}\.(\w+_)?witnesses", node.module):
                visit(importlib.import_module(node.module))
        if module not in found:
            found.append(module)

    visit(_home(paper, program))
    return found


def _mpmath_names(paper: str, program: str) -> set[str]:
    """What the witness modules of a program import from mpmath."""
    imports = [node for module in _needed(paper, program) for node in _imports_from(module)]
    return {alias.name for node in imports if node.module == "mpmath" for alias in node.names}


def _module_source(module: ModuleType) -> str:
    """A witness module without its docstring and imports, ready to stand in a script."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    keep = []
    for node in ast.parse(source).body:
        documentation = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if documentation or isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        assert node.end_lineno is not None
        keep.append("\n".join(lines[node.lineno - 1 : node.end_lineno]))
    return "\n\n\n".join(keep)


def script(claim: Claim, record: Mapping[str, Any]) -> str:
    """A standalone script (standard library and mpmath) that shows the recorded witness of a claim."""
    witness = record.get("witness")
    if witness is None:
        raise InputError(f"no witness is recorded for {claim.id}; run plumbline check {claim.id}")
    data = {key: value for key, value in witness["data"].items() if key != "formulas"}
    sources = dict(witness["data"].get("formulas", {}))
    names = ", ".join(sorted({"mp", "mpf"} | _mpmath_names(claim.paper, witness["program"])))
    shows = witness["note"] or claim.kind
    parts = [
        _HEAD.format(title=claim.title, claim=claim.id, shows=shows, names=names, digits=DIGITS).rstrip(),
        f"DATA = {json.dumps(data, indent=4)}",
    ]
    called = {role: f"formula_{role.lower()}" for role in sources}
    parts += _distinct_functions({called[role]: source for role, source in sources.items()})
    table = ", ".join(f'"{role}": {name}' for role, name in called.items())
    parts.append(f"FORMULAS = {{{table}}}")
    if witness["program"] == "formula":
        parts.append(inspect.getsource(evaluate_formulas).split('"""')[0] + _body_after_docstring())
        program = "evaluate_formulas"
    else:
        parts += [_module_source(module) for module in _needed(claim.paper, witness["program"])]
        program = witness["program"]
    message = f"shown: left {witness['relation']} right"
    parts.append(_TAIL.format(program=program, margin=_MARGIN, relation=witness["relation"], message=message).strip())
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _body_after_docstring() -> str:
    return inspect.getsource(evaluate_formulas).split('"""')[2].lstrip("\n")
