"""What a paper's figures declare, read from their sources without importing them (or matplotlib)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DeclaredFigure:
    """A ``Figure(...)`` call: its id and the claims and tables that it names literally."""

    id: str
    claims: tuple[str, ...]
    tables: tuple[str, ...]


def figures_of(paper: str) -> list[DeclaredFigure]:
    """The figures declared at module level in ``figures/<paper>``, in order of file and line."""
    from plumbline import catalogue

    room = catalogue.root() / "figures"
    files = [room / f"{paper}.py", *sorted((room / paper).glob("*.py"))]
    return [figure for file in files if file.is_file() for figure in _declared_in(file)]


def _declared_in(file: Path) -> Iterator[DeclaredFigure]:
    constants: dict[str, ast.expr] = {}
    for statement in ast.parse(file.read_text(encoding="utf-8"), str(file)).body:
        if isinstance(statement, ast.Assign):
            constants |= _assigned(statement.targets[0], statement.value)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and _name(node.func) == "Figure":
                keywords = {word.arg: word.value for word in node.keywords}
                name = _strings(node.args[0] if node.args else keywords.get("id"), constants)
                if name:
                    yield DeclaredFigure(
                        name[0],
                        _strings(keywords.get("claims"), constants),
                        _strings(keywords.get("tables"), constants),
                    )


def _assigned(target: ast.expr, value: ast.expr) -> dict[str, ast.expr]:
    """The names of an assignment, also of one to several names at once, each with its expression."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
        return {one.id: other for one, other in pairs if isinstance(one, ast.Name)}
    return {}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _strings(node: ast.expr | None, constants: dict[str, ast.expr]) -> tuple[str, ...]:
    """All literal strings in an expression, names of module constants resolved."""
    if node is None:
        return ()
    if isinstance(node, ast.Name):
        return _strings(constants.get(node.id), {})
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(text for item in node.elts for text in _strings(item, constants))
    return tuple(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
