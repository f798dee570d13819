"""Concrete instances, one by one: each is evaluated at 50 digits (rationals exactly) and its relation compared.

What this engine grants is ``searched``: finitely many instances, evaluated without error bounds. A claim
that demands equality or an order on them is violated by the first instance that shows another relation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from plumbline.domain import Instances
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Scope, Strength, Verdict, Witness

ENGINE = Engine("instances", Strength.SEARCHED)


def broken(scope: Scope, statement: str, shown: Witness, reason: str) -> Finding:
    """A statement violated by a witness that its own evaluation found."""
    return ENGINE.finding(Verdict.VIOLATED, scope, statement, reason=reason, witness=shown)


def unbroken(scope: Scope, statement: str, reason: str = "", *, undecided: bool = False) -> Finding:
    """A statement that no tried instance broke; ``undecided`` where that says nothing of it."""
    return ENGINE.finding(Verdict.INCONCLUSIVE if undecided else Verdict.HOLDS, scope, statement, reason=reason)


def compare(
    instances: Sequence[Any],
    evaluate: Callable[[Any], Witness],
    *,
    wanted: Collection[str],
    statement: str,
    description: str,
) -> Finding:
    """Evaluate every instance; the relation of each (``"<"``, ``">"``, ``"=="``) must be among ``wanted``.

    The finding keeps the first equality (or the first instance) as its witness, or the first instance that fails.
    """
    if not instances:
        raise InputError("instances must not be empty")
    start = time.perf_counter()
    scope = Instances(len(instances), description)
    shown: Witness | None = None
    for instance in instances:
        found = evaluate(instance)
        if found.relation not in wanted:
            reason = f"confirmed: {found.left} {found.relation} {found.right}"
            seconds = time.perf_counter() - start
            return ENGINE.finding(Verdict.VIOLATED, scope, statement, reason=reason, witness=found, seconds=seconds)
        if shown is None or (found.relation == "==" and shown.relation != "=="):
            shown = found
    return ENGINE.finding(
        Verdict.HOLDS,
        scope,
        statement,
        witness=shown,
        effort={"instances": len(instances)},
        seconds=time.perf_counter() - start,
    )
