"""Finds papers and what belongs to them by their folders; nothing is listed by hand.

A paper is a package ``theory/<name>`` with a module ``claims`` that holds one
:class:`~plumbline.nouns.Paper` and any number of :class:`~plumbline.nouns.Claim` at module level; further
claims may stand in modules beside it whose names end in ``_claims``. Its checks live in
``proofs_checks.<name>``, its experiments in ``simulations.<name>``, its figures in ``figures.<name>`` (a
module, or a package whose modules are all read). Only ``theory`` is imported to list claims.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from plumbline.errors import PlumblineError, UnknownNameError
from plumbline.nouns import Check, Claim, Constant, Experiment, Figure, Lemma, Paper

ROOMS = ("theory", "simulations", "proofs_checks", "figures")

T = TypeVar("T")


def root() -> Path:
    """The folder that holds the rooms."""
    return Path(__file__).resolve().parent.parent


@cache
def paper_names() -> tuple[str, ...]:
    """Names of all papers: the packages of ``theory`` that have a ``claims`` module."""
    return tuple(sorted(path.parent.name for path in (root() / "theory").glob("*/claims.py")))


def require_paper(name: str) -> str:
    if name not in paper_names():
        raise UnknownNameError(f"unknown paper {name!r}; papers: {', '.join(paper_names()) or 'none'}")
    return name


def _modules(room: str, paper: str) -> list[ModuleType]:
    name = f"{room}.{paper}"
    if importlib.util.find_spec(name) is None:
        return []
    module = importlib.import_module(name)
    found = [module]
    if hasattr(module, "__path__"):
        found += [importlib.import_module(f"{name}.{entry.name}") for entry in pkgutil.iter_modules(module.__path__)]
    return found


def _collect(modules: list[ModuleType], kind: type[T]) -> list[T]:
    found: list[T] = []
    for module in modules:
        for value in vars(module).values():
            values = value if isinstance(value, (list, tuple)) else (value,)
            found += [item for item in values if isinstance(item, kind) and not any(item is old for old in found)]
    return found


def declared(room: str, paper: str, kind: type[T]) -> list[T]:
    """What a paper declares at module level in one room, of one kind: also kinds that only that room knows."""
    return _collect(_modules(room, require_paper(paper)), kind)


@cache
def paper(name: str) -> Paper:
    """The paper's declaration."""
    module = importlib.import_module(f"theory.{require_paper(name)}.claims")
    papers = _collect([module], Paper)
    if len(papers) != 1 or papers[0].name != name:
        raise PlumblineError(f"theory/{name}/claims.py must declare exactly one Paper named {name!r}")
    return papers[0]


@cache
def modules_named(paper: str, name: str) -> tuple[ModuleType, ...]:
    """The modules ``name`` and ``*_name`` of the paper's package in ``theory``: the plain name first, others sorted."""
    package = importlib.import_module(f"theory.{require_paper(paper)}")
    found = [entry.name for entry in pkgutil.iter_modules(package.__path__)]
    further = sorted(entry for entry in found if entry.endswith(f"_{name}"))
    names = [*(entry for entry in found if entry == name), *further]
    return tuple(importlib.import_module(f"theory.{paper}.{entry}") for entry in names)


@cache
def claims(name: str) -> tuple[Claim, ...]:
    """The claims of one paper, in order of declaration: those of ``claims`` first, then other modules by name."""
    found = _collect(list(modules_named(name, "claims")), Claim)
    for claim in found:
        if claim.paper != name:
            raise PlumblineError(f"claim {claim.id} stands in the folder of {name}")
    ids = [claim.id for claim in found]
    if len(set(ids)) != len(ids):
        raise PlumblineError(f"claim ids of {name} are not distinct: {ids}")
    return tuple(found)


@cache
def constants(name: str) -> tuple[Constant, ...]:
    """The constants whose best values a paper keeps, declared beside its claims or in a module ``constants``."""
    found = _collect([*modules_named(name, "claims"), *modules_named(name, "constants")], Constant)
    for constant in found:
        for value in (constant.refuted, constant.proved, constant.published):
            if value is not None:
                claim(value.claim)
    return tuple(found)


def all_claims() -> tuple[Claim, ...]:
    return tuple(claim for name in paper_names() for claim in claims(name))


def claim(claim_id: str) -> Claim:
    """The claim of that id."""
    name = claim_id.split(".", 1)[0]
    if name in paper_names():
        for candidate in claims(name):
            if candidate.id == claim_id:
                return candidate
        import difflib

        close = difflib.get_close_matches(claim_id, [candidate.id for candidate in claims(name)], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else f"; see plumbline list {name}"
        raise UnknownNameError(f"unknown claim {claim_id!r}{hint}")
    raise UnknownNameError(f"unknown claim {claim_id!r}; papers: {', '.join(paper_names())}")


def select(names: list[str]) -> list[Claim]:
    """The claims named by paper or claim ids; all claims for an empty list."""
    if not names:
        return list(all_claims())
    chosen: list[Claim] = []
    for name in names:
        chosen += claims(name) if name in paper_names() else [claim(name)]
    return list({entry.id: entry for entry in chosen}.values())


@cache
def lemmas() -> dict[str, Lemma]:
    """The classical results that derivations may cite, by name: those of the shared modules of ``theory``."""
    theory = importlib.import_module("theory")
    shared = sorted({entry.name for entry in pkgutil.iter_modules(theory.__path__)} - set(paper_names()))
    found = [value for name in shared for value in vars(importlib.import_module(f"theory.{name}")).values()]
    return {lemma.name: lemma for lemma in found if isinstance(lemma, Lemma)}


@cache
def checks(name: str) -> dict[str, Check]:
    """The checks of one paper by claim id; every claim has exactly one."""
    found = _collect(_modules("proofs_checks", require_paper(name)), Check)
    table = {entry.claim: entry for entry in found}
    if len(table) != len(found):
        raise PlumblineError(f"two checks of {name} judge the same claim")
    ids = {entry.id for entry in claims(name)}
    if table.keys() != ids:
        missing, stray = sorted(ids - table.keys()), sorted(table.keys() - ids)
        raise PlumblineError(f"{name}: claims without a check {missing}, checks without a claim {stray}")
    return table


@cache
def experiments(name: str) -> dict[str, Experiment]:
    """The experiments of one paper by id."""
    found = _collect(_modules("simulations", require_paper(name)), Experiment)
    return {entry.id: entry for entry in found}


def experiment(experiment_id: str) -> Experiment:
    name = experiment_id.split(".", 1)[0]
    if name in paper_names() and experiment_id in experiments(name):
        return experiments(name)[experiment_id]
    known = [entry for paper_name in paper_names() for entry in experiments(paper_name)]
    raise UnknownNameError(f"unknown experiment {experiment_id!r}; experiments: {', '.join(known) or 'none'}")


@cache
def figures(name: str) -> dict[str, Figure]:
    """The figures of one paper by id."""
    found = _collect(_modules("figures", require_paper(name)), Figure)
    return {entry.id: entry for entry in found}
