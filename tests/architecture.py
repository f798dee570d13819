"""The rules of the house, as functions from source files to complaints; ``test_architecture`` applies them.

Each rule returns one line per offence, so that it can be tried on a small bad file as well as on the tree.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from source_tree import PACKAGES, ROOMS, ROOT, Source, paper_of, sources

__all__ = ["HEAVY", "LAZY", "ROOT", "Source", "sources"]

HEAVY = frozenset({"torch", "scipy", "cvxpy", "pandas", "pyarrow", "matplotlib", "sympy", "flint"})
FILES = frozenset({"os", "pathlib", "shutil", "tempfile", "io", "socket", "urllib", "requests"})
CLOCKS = frozenset({"time", "datetime", "subprocess", "threading", "multiprocessing"})
CHANCE = frozenset({"random", "secrets", "uuid"})
WORLDLY = FILES | CLOCKS | CHANCE
HANDED = frozenset({"Generator", "SeedSequence"})  # theory may be handed randomness; it makes none
STRENGTHS = frozenset({"FORMAL", "SYMBOLIC", "CERTIFIED", "SEARCHED", "STATISTICAL"})
# Modules that exist to hold heavy code; they may import it, but nothing light may import them when loaded.
LAZY = frozenset({"plumbline.formula.sympy_functions"})
MOST_LINES = 400
NAMELESS = frozenset({"utils", "util", "misc", "helpers", "common"})


def papers_in(tree: Iterable[Source]) -> frozenset[str]:
    """Papers are the packages of ``theory`` that have a module ``claims``."""
    return frozenset(
        source.module.split(".")[1]
        for source in tree
        if re.fullmatch(r"theory/[a-z0-9_]+/claims(\.py|/__init__\.py)", source.path)
    )


# The arrows between the rooms


def arrows(tree: Iterable[Source]) -> list[str]:
    """``theory`` imports plumbline; the other rooms import theory and plumbline; plumbline none of them."""
    allowed = {room: {room, "theory", "plumbline"} for room in ROOMS} | {"plumbline": {"plumbline"}}
    return [
        f"{source.path}:{entry.line}: {source.room} must not import {entry.module}"
        for source in tree
        if source.room in allowed
        for entry in source.imports
        if entry.module.split(".")[0] in {*PACKAGES, "tests", "benchmarks"}
        and entry.module.split(".")[0] not in allowed[source.room]
    ]


def foreign_papers(tree: Iterable[Source]) -> list[str]:
    """A paper imports no other paper, and what papers share imports no paper."""
    tree = list(tree)
    papers = papers_in(tree)
    return [
        f"{source.path}:{entry.line}: imports the paper {other} ({entry.module})"
        for source in tree
        if source.room in ROOMS
        for entry in source.imports
        if (other := paper_of(entry.module, papers)) is not None and other != source.paper(papers)
    ]


def definitions_reaching_bounds(tree: Iterable[Source]) -> list[str]:
    """``definitions`` never imports ``bounds``, by whatever way inside ``theory``."""
    by_module = {source.module: source for source in tree if source.room == "theory"}
    found = []
    for start in sorted(by_module):
        place = re.match(r"(theory\.\w+)\.definitions(\.|$)", start)
        if place is None:
            continue
        bounds = f"{place[1]}.bounds"
        ways: dict[str, str] = {start: start}
        queue = [start]
        while queue:
            here = queue.pop()
            if here == bounds or here.startswith(bounds + "."):
                found.append(f"definitions import bounds: {ways[here]}")
                continue
            for entry in by_module[here].imports:
                if entry.module in by_module and entry.module not in ways:
                    ways[entry.module] = f"{ways[here]} -> {entry.module}"
                    queue.append(entry.module)
    return found


def checks_reading_claims(tree: Iterable[Source]) -> list[str]:
    """A check reads what is claimed from its subject; of a paper's claims it may use ``claims.x.domain`` only."""
    found = []
    for source in tree:
        if source.room != "proofs_checks":
            continue
        found += [
            f"{source.path}:{entry.line}: a check must not import {entry.module}"
            for entry in source.imports
            if re.match(r"theory\.\w+\.(\w+_)?claims\.", entry.module)
        ]
        allowed: set[ast.AST] = set()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr == "domain":
                allowed |= set(ast.walk(node))
        found += [
            f"{source.at(node)}: a check must not use {ast.unparse(node)}"
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Attribute)
            and re.fullmatch(r"(\w+_)?claims", ast.unparse(node.value).rsplit(".", 1)[-1])
            and node not in allowed
        ]
    return found


# Light imports


def light_theory(tree: Iterable[Source]) -> frozenset[str]:
    """The modules of ``theory`` that listing claims imports: the claims and what they import, and what papers share."""
    by_module = {source.module: source for source in tree if source.room == "theory"}
    shared = [module for module in by_module if module.count(".") <= 1]
    reached = {module for module in by_module if re.search(r"\.(\w+_)?claims$", module)} | set(shared)
    queue = sorted(reached)
    while queue:
        for entry in by_module[queue.pop()].imports:
            if entry.top and entry.module in by_module and entry.module not in reached:
                reached.add(entry.module)
                queue.append(entry.module)
    return frozenset(reached)


def heavy_at_import(tree: Iterable[Source]) -> list[str]:
    """Importing plumbline, or claims, imports no heavy library, directly or by a module of ``LAZY``.

    Other modules of a paper's theory (batched definitions) may stand on torch.
    """
    tree = list(tree)
    light = light_theory(tree)
    return [
        f"{source.path}:{entry.line}: imports {entry.module} at top level"
        for source in tree
        if source.room == "plumbline" or source.module in light
        if source.module not in LAZY
        for entry in source.imports
        if entry.top and (entry.module.split(".")[0] in HEAVY or entry.module in LAZY)
    ]


def worldly_theory(tree: Iterable[Source]) -> list[str]:
    """Theory knows no files, clocks, processes or global randomness."""
    found = []
    for source in tree:
        if source.room != "theory":
            continue
        found += [
            f"{source.path}:{entry.line}: theory must not import {entry.module}"
            for entry in source.imports
            if entry.module.split(".")[0] in WORLDLY or entry.module.startswith("numpy.random")
        ]
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("open", "print", "input"):
                found.append(f"{source.at(node)}: theory must not call {ast.unparse(node.func)}")
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "np.random" and node.attr not in HANDED:
                found.append(f"{source.at(node)}: theory must not use np.random.{node.attr}")
    return found


# Strength is granted by engines


def typed_strengths(tree: Iterable[Source]) -> list[str]:
    """Strengths, engines and findings are made in ``proofs_checks/engines`` and ``plumbline/evidence``.

    Elsewhere code may read and compare a stored strength, but not name one; only the report, which makes
    no evidence, names them to describe them. No code anywhere changes the strength of a finding.
    """
    found = []
    for source in tree:
        if source.room not in PACKAGES or source.path == "plumbline/evidence.py":
            continue
        engine = source.path.startswith("proofs_checks/engines/")
        describes = source.path.startswith("plumbline/report/")
        if source.room != "plumbline" and not engine:
            found += [
                f"{source.path}:{entry.line}: imports {entry.module}"
                for entry in source.imports
                if entry.module in ("plumbline.evidence.Strength", "plumbline.evidence.Engine")
            ]
        for node in ast.walk(source.tree):
            offence = _changed_strength(node)
            if not engine:
                offence = offence or _made_strength(node) or (None if describes else _named_strength(node))
            if offence:
                found.append(f"{source.at(node)}: {offence}")
    return found


def _changed_strength(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    called = ast.unparse(node.func).rsplit(".", 1)[-1]
    if called in ("replace", "_replace") and any(word.arg in ("strength", "grants") for word in node.keywords):
        return "replaces a strength"
    literals = {part.value for part in node.args if isinstance(part, ast.Constant)}
    if called in ("__setattr__", "setattr") and literals & {"strength", "grants"}:
        return "sets a strength"
    return None


def _named_strength(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr in STRENGTHS:
        return f"names {ast.unparse(node)}" if ast.unparse(node.value).endswith("Strength") else None
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Strength"):
        return f"names {ast.unparse(node)}" if isinstance(node.slice, ast.Constant) else None
    called = ast.unparse(node.func).rsplit(".", 1)[-1] if isinstance(node, ast.Call) else ""
    if (
        isinstance(node, ast.Call)
        and called == "Strength"
        and any(isinstance(part, ast.Constant) for part in node.args)
    ):
        return f"names {ast.unparse(node)}"
    return None


def _made_strength(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    called = ast.unparse(node.func).rsplit(".", 1)[-1]
    if called in ("Engine", "Finding"):
        return f"makes a {called}"
    words = [word.arg for word in node.keywords if word.arg in ("strength", "grants")]
    return f"types {words[0]}=" if words else None


_JUDGED = frozenset({"verdict", "scope", "engine", "certificate"})


def made_findings(tree: Iterable[Source]) -> list[str]:
    """Findings, and the facts of derivations, are made and changed in engines only.

    Elsewhere nothing calls ``finding``, constructs a ``Fact``, or replaces a field of a finding; the rooms of the
    papers do without ``dataclasses.replace`` altogether.
    """
    found = []
    for source in tree:
        if source.room not in PACKAGES or source.path == "plumbline/evidence.py":
            continue
        if source.path.startswith("proofs_checks/engines/"):
            continue
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            last = called.rsplit(".", 1)[-1]
            words = {word.arg for word in node.keywords}
            replaces = called in ("replace", "dataclasses.replace", "copy.replace")
            if last == "finding" and isinstance(node.func, ast.Attribute):
                found.append(f"{source.at(node)}: makes a finding by {called}")
            elif last == "Fact":
                found.append(f"{source.at(node)}: makes a Fact")
            elif replaces and (source.room != "plumbline" or words & _JUDGED or None in words):
                found.append(f"{source.at(node)}: replaces fields of a value")
    return found


_EXPRESSIONS = frozenset({"expr", "at", "elementary"})


def formulas_read_bare(tree: Iterable[Source]) -> list[str]:
    """A claimed formula enters a proof by the methods of a derivation, which look at its declared range.

    Its bare expression (``expr``, ``at``, ``elementary``) is for attacks: functions whose names begin with
    ``_attack``. Followed are ``subject[...]`` and the names that are given its value.
    """
    return [
        f"{source.at(node)}: reads {ast.unparse(node)} of a claimed formula"
        for source in tree
        if source.room == "proofs_checks" and not source.path.startswith("proofs_checks/engines/")
        for node in _bare_reads(source.tree, frozenset())
    ]


def _bare_reads(scope: ast.AST, names: frozenset[str]) -> Iterator[ast.Attribute]:
    """Reads of the expression of a formula from the subject below ``scope``, where ``names`` hold such formulas."""
    inside = list(_own_nodes(scope))
    for node in inside:
        if isinstance(node, ast.Assign):
            names |= {name for target in node.targets for name in _given(target, node.value)}
    for node in inside:
        if isinstance(node, ast.Attribute) and node.attr in _EXPRESSIONS:
            known = isinstance(node.value, ast.Name) and node.value.id in names
            if known or _from_subject(node.value):
                yield node
        elif isinstance(node, ast.Lambda) or (
            isinstance(node, ast.FunctionDef) and not node.name.startswith("_attack")
        ):
            yield from _bare_reads(node, names)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Nodes below ``scope``, functions inside it as a whole."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.Lambda)):
            yield from _own_nodes(child)


def _from_subject(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node.value).rsplit(".", 1)[-1] == "subject"


def _given(target: ast.AST, value: ast.AST) -> Iterator[str]:
    """Names that an assignment gives a value of the subject."""
    if isinstance(target, ast.Name) and _from_subject(value):
        yield target.id
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _given(one, other)


def engines_without_one_engine(tree: Iterable[Source]) -> list[str]:
    """An ``Engine`` is made once per engine module, as its module-level ``ENGINE``."""
    found = []
    for source in tree:
        if not source.path.startswith("proofs_checks/engines/"):
            continue
        made = [
            node
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).rsplit(".", 1)[-1] == "Engine"
        ]
        named = [
            statement.value
            for statement in source.tree.body
            if isinstance(statement, (ast.Assign, ast.AnnAssign))
            and "ENGINE" in ast.unparse(statement).split("=")[0].split(":")[0]
        ]
        if made and (len(made) != 1 or made[0] not in named):
            found.append(f"{source.path}: must make exactly one Engine, its ENGINE")
    return found


# Files


def long_files(tree: Iterable[Source]) -> list[str]:
    """Files longer than a reader can hold in mind; tables of test cases may run a little longer."""
    counts = {source: source.text.count("\n") for source in tree}
    most = {source: MOST_LINES + (50 if source.room == "tests" else 0) for source in counts}
    return [f"{source.path}: {count} lines" for source, count in counts.items() if count > most[source]]


def nameless_modules(tree: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}: name what it is about"
        for source in tree
        if NAMELESS & set(source.path.removesuffix(".py").split("/"))
    ]


def bare_ignores(tree: Iterable[Source]) -> list[str]:
    """Every ``type: ignore`` names the error that it ignores."""
    found = []
    for source in tree:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT and re.search(r"type:\s*ignore(?!\[)", token.string):
                found.append(f"{source.path}:{token.start[0]}: {token.string}")
    return found


_HOME = r"(?<![\w.$~})/-])/(?:work|tmp|root|home|Users|mnt|srv)/[\w.]"
_INDEX = r"(?:https?:)?//[^\s\"')>]*(?:/simple\b|/whl\b|artifactory|nexus|:\d{2,5}\b)|index-url\s*[= ]\s*\S"
_MACHINE = re.compile(f"{_HOME}|{_INDEX}")


def machine_words(path: str, text: str) -> list[str]:
    """Paths of one machine and addresses of package indexes have no place in a committed file."""
    return [
        f"{path}:{number}: {hit[0]!r}"
        for number, line in enumerate(text.splitlines(), 1)
        for hit in [_MACHINE.search(line)]
        if hit
    ]
