"""Python files as the rules of the house see them: their modules, their imports, and which imports loading performs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("theory", "simulations", "proofs_checks", "figures")
PACKAGES = ("plumbline", *ROOMS)


@dataclass(frozen=True)
class Import:
    """An imported name, as far as it may be a module; ``top`` where importing the file performs it."""

    module: str
    line: int
    top: bool


@dataclass(frozen=True)
class Source:
    """A Python file by its path from the root (``theory/comp_sum/bounds.py``)."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        parts = self.path.removesuffix(".py").split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        return self.path.split("/", 1)[0]

    def paper(self, papers: Iterable[str]) -> str | None:
        return paper_of(self.module, papers)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        return tuple(_imports(self))

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)}"


def paper_of(module: str, papers: Iterable[str]) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] in ROOMS and parts[1] in set(papers) else None


def _is_typing_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _statements(node: ast.AST, top: bool) -> Iterator[tuple[ast.AST, bool]]:
    """All nodes below ``node`` with whether importing the file runs them."""
    for child in ast.iter_child_nodes(node):
        lazy = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        guarded = _is_typing_guard(node) and child in getattr(node, "body", ())
        yield child, top and not guarded
        yield from _statements(child, top and not lazy and not guarded)


def _imports(source: Source) -> Iterator[Import]:
    package = source.module.split(".")
    if not source.path.endswith("__init__.py"):
        package = package[:-1]
    for node, top in _statements(source.tree, True):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(name.name, node.lineno, top)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield Import(module, node.lineno, top)
            for name in node.names:
                yield Import(f"{module}.{name.name}", node.lineno, top)


def sources(root: Path = ROOT, folders: Iterable[str] = (*PACKAGES, "tests", "benchmarks")) -> list[Source]:
    """All Python files of the given folders."""
    files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
    return [Source(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")) for file in files]
