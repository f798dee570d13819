"""Witnesses printed as scripts that run by themselves: the standard library and mpmath only."""

from __future__ import annotations

import ast
import importlib
import inspect
import pprint
import re
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from plumbline import witness
from plumbline.errors import InputError
from plumbline.nouns import Claim

# Imported by every script, or needed by annotations only, which a script does not evaluate.
_IN_HEAD = frozenset({("fractions", "Fraction"), ("__future__", "annotations")})

_HEAD = '''"""{title}

Claim    {claim}
Shows    {shows}
Needs    Python 3 and mpmath, nothing else.
"""

from __future__ import annotations

{imports}
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


def _definitions(source: str) -> dict[str, str]:
    """The top-level functions (with their decorators), classes and constants of a source, by name."""
    lines = source.splitlines()
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        first = node.lineno
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names = [node.name]
            first = min([first, *(decorator.lineno for decorator in node.decorator_list)])
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        else:
            continue
        found |= dict.fromkeys(names, "\n".join(lines[first - 1 : node.end_lineno]))
    return found


def _names_in(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def _distinct_functions(sources: Mapping[str, str]) -> list[str]:
    """The functions of several emitted formulas side by side: helpers once, each formula under its own name."""
    texts: dict[str, str] = {}
    for name, source in sources.items():
        own = re.sub(r"\b_value\(", f"_{name}(", source)
        own = re.sub(r"\bvalue\(", f"{name}(", own)
        for function, text in _definitions(own).items():
            texts.setdefault(function, text)
    return list(texts.values())


def _imports_from(module: ModuleType) -> list[ast.ImportFrom]:
    return [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ImportFrom)]


def _modules(paper: str, program: str) -> list[ModuleType]:
    """The witness modules that a program needs: what its own imports, before it."""
    found: list[ModuleType] = []

    def visit(module: ModuleType) -> None:
        for node in _imports_from(module):
            if node.module and re.fullmatch(rf"theory\.{paper}\.(\w+_)?witnesses", node.module):
                visit(importlib.import_module(node.module))
        if module not in found:
            found.append(module)

    visit(witness.home(paper, program))
    return found


def _standard_imports(module: ModuleType) -> dict[str, str]:
    """What a witness module imports from the standard library, by the name that it uses: lines of a script."""
    found: dict[str, str] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        source = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            top = (source or alias.name).partition(".")[0]
            if top in sys.stdlib_module_names and (source, alias.name) not in _IN_HEAD:
                renamed = f" as {alias.asname}" if alias.asname else ""
                line = f"from {source} import {alias.name}{renamed}" if source else f"import {alias.name}{renamed}"
                found[alias.asname or alias.name.partition(".")[0]] = line
    return found


def _program_parts(paper: str, program: str) -> tuple[list[str], set[str], list[str]]:
    """The definitions that a program needs, itself last; the names that they take from mpmath; other imports."""
    if program == "formula":
        return [inspect.getsource(witness.evaluate_formulas)], set(), []
    texts: dict[str, str] = {}
    offered: set[str] = set()
    standard: dict[str, str] = {}
    for module in _modules(paper, program):
        texts |= _definitions(inspect.getsource(module))
        standard |= _standard_imports(module)
        imports = [node for node in _imports_from(module) if node.module == "mpmath"]
        offered |= {alias.name for node in imports for alias in node.names}
    wanted, waiting = {program}, [program]
    while waiting:
        called = (_names_in(texts[waiting.pop()]) & texts.keys()) - wanted
        wanted |= called
        waiting += called
    used = list(dict.fromkeys(text for name, text in texts.items() if name in wanted))
    names = set().union(*(_names_in(text) for text in used))
    return used, offered & names, sorted(line for name, line in standard.items() if name in names)


def script(claim: Claim, record: Mapping[str, Any]) -> str:
    """A standalone script (standard library and mpmath) that shows the recorded witness of a claim."""
    shown = record.get("witness")
    if shown is None:
        raise InputError(f"no witness is recorded for {claim.id}; run plumbline check {claim.id}")
    data = {key: value for key, value in shown["data"].items() if key != "formulas"}
    called = {role: f"formula_{role.lower()}" for role in shown["data"].get("formulas", {})}
    functions, names, imports = _program_parts(claim.paper, shown["program"])
    head = _HEAD.format(
        title=claim.title,
        claim=claim.id,
        shows=shown["note"] or claim.kind,
        imports="\n".join(imports),
        names=", ".join(sorted({"mp", "mpf"} | names)),
        digits=witness.DIGITS,
    )
    table = ", ".join(f'"{role}": {name}' for role, name in called.items())
    program = "evaluate_formulas" if shown["program"] == "formula" else shown["program"]
    tail = _TAIL.format(
        program=program,
        margin=witness.MARGIN,
        relation=shown["relation"],
        message=f"shown: left {shown['relation']} right",
    )
    parts = [
        head,
        f"DATA = {pprint.pformat(data, width=100, sort_dicts=False)}",
        *_distinct_functions({called[role]: shown["data"]["formulas"][role] for role in called}),
        f"FORMULAS = {{{table}}}",
        *functions,
        tail,
    ]
    return "\n\n\n".join(part.strip() for part in parts) + "\n"
