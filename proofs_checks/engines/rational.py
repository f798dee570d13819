"""Exact relations between rational numbers, instance by instance.

What this engine grants is ``certified``: both sides are Fractions (a float is refused), so a relation that is
found is one that holds. Where a side is an optimum, the caller establishes it by a certificate that it verifies
(as :func:`theory.starc.definitions.exact.verify` does), never by the optimiser's word. The scope is the finitely many
instances, unless the claim speaks of nothing else (a domain without axes).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Instances, Scope
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Strength, Verdict, Witness

ENGINE = Engine("rational", Strength.CERTIFIED)

_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}
_WITNESSED: Mapping[str, frozenset[str]] = {
    "<=": frozenset({">"}),
    ">=": frozenset({"<"}),
    "==": frozenset({"<", ">"}),
    "!=": frozenset({"=="}),
    "<": frozenset({">", "=="}),
    ">": frozenset({"<", "=="}),
}


@dataclass(frozen=True)
class Relation:
    """``left relation right`` between two exact numbers (ints or Fractions)."""

    left: Fraction | int
    relation: str
    right: Fraction | int

    def __post_init__(self) -> None:
        if self.relation not in _HOLDS:
            raise InputError(f"relation must be one of {sorted(_HOLDS)}, got {self.relation!r}")
        for side in (self.left, self.right):
            if isinstance(side, bool) or not isinstance(side, (int, Fraction)):
                raise InputError(f"a side must be an int or a Fraction, got {side!r}")

    @property
    def holds(self) -> bool:
        return _HOLDS[self.relation](self.left, self.right)

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"


Verified = bool | Relation | Iterable[Relation]


def _relations(found: Verified) -> list[Relation]:
    if isinstance(found, bool):
        return [Relation(int(found), "==", 1)]
    return [found] if isinstance(found, Relation) else list(found)


def _scope(count: int, description: str, whole: Domain | None) -> Scope:
    if whole is None:
        return Instances(count, description)
    if whole.axes:
        raise InputError(f"instances do not cover {whole.describe()}: give a domain without axes")
    return whole


def certify(
    instances: Sequence[Any],
    verify: Callable[[Any], Verified],
    statement: str,
    description: str,
    *,
    show: Callable[[Any], Witness] | None = None,
    data: Callable[[Any], Any] | None = None,
    whole: Domain | None = None,
) -> Finding:
    """Verify every instance; ``verify`` returns its exact relations, or whether its certificate was accepted.

    An instance that fails makes the claim ``violated`` where ``show`` gives a witness whose relation contradicts
    the failed one, ``inconclusive`` otherwise (a certificate that is rejected proves nothing). The relations are
    kept as the finding's certificate, with ``data(instance)`` beside them. ``whole`` is the domain of a claim
    about exactly these instances.
    """
    if not instances:
        raise InputError("instances must not be empty")
    start = time.perf_counter()
    scope = _scope(len(instances), description, whole)
    entries: list[dict[str, Any]] = []
    for instance in instances:
        found = verify(instance)
        relations = _relations(found)
        if not relations:
            raise InputError("an instance must be verified by at least one relation")
        failed = next((relation for relation in relations if not relation.holds), None)
        if failed is not None:
            return _refuted(instance, failed, scope, statement, show, start, certified=not isinstance(found, bool))
        entry: dict[str, Any] = {"relations": [str(relation) for relation in relations]}
        entries.append(entry if data is None else {**entry, "instance": data(instance)})
    return ENGINE.finding(
        Verdict.HOLDS,
        scope,
        statement,
        certificate={"kind": "rational", "instances": entries},
        effort={"instances": len(instances)},
        seconds=time.perf_counter() - start,
    )


def _refuted(
    instance: Any,
    failed: Relation,
    scope: Scope,
    statement: str,
    show: Callable[[Any], Witness] | None,
    start: float,
    *,
    certified: bool,
) -> Finding:
    shown = show(instance) if show is not None and certified else None
    contradicted = shown is not None and shown.relation in _WITNESSED[failed.relation]
    reason = f"not so: {failed}" if certified else "a certificate is rejected"
    return ENGINE.finding(
        Verdict.VIOLATED if contradicted else Verdict.INCONCLUSIVE,
        scope,
        statement,
        reason=f"confirmed: {failed} fails" if contradicted else reason,
        witness=shown if contradicted else None,
        seconds=time.perf_counter() - start,
    )
