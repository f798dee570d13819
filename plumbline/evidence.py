"""What evidence is worth: verdict, strength, coverage, findings and witnesses.

A :class:`Finding` is what one engine says of one statement on one scope. Only an :class:`Engine`
makes findings, and it stamps its own strength on them. Coverage is compared with the claim's
declared domain by :func:`coverage_of`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from plumbline.domain import Domain, Instances, Scope, covers, overlaps, speaks_of


class Verdict(StrEnum):
    HOLDS = "holds"
    VIOLATED = "violated"
    INCONCLUSIVE = "inconclusive"


class Strength(StrEnum):
    """From strongest to weakest; compare with :meth:`rank`."""

    FORMAL = "formal"
    SYMBOLIC = "symbolic"
    CERTIFIED = "certified"
    SEARCHED = "searched"
    STATISTICAL = "statistical"

    @property
    def rank(self) -> int:
        """4 for formal down to 0 for statistical."""
        return len(Strength) - 1 - list(Strength).index(self)


NUMERICAL = Strength.CERTIFIED
"""The strength whose worth lies in a stored certificate, which ``plumbline verify`` judges again."""


class Coverage(StrEnum):
    WHOLE = "whole"
    PART = "part"
    INSTANCES = "instances"


@dataclass(frozen=True)
class Witness:
    """A concrete instance that anyone can evaluate again.

    ``program`` names a function of the paper's ``theory.<paper>.witnesses`` module; it takes ``data``
    (exact numbers as strings such as ``"3/10"``, nested lists and dictionaries of them) and returns the
    two sides of the relation. ``left`` and ``right`` are their decimal values, ``relation`` what the
    witness shows (``"<"``: the left side falls below the right one; ``"=="``: they meet).
    """

    program: str
    data: Mapping[str, Any]
    left: str
    right: str
    relation: str
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "program": self.program,
            "data": dict(self.data),
            "left": self.left,
            "right": self.right,
            "relation": self.relation,
            "note": self.note,
        }


@dataclass(frozen=True)
class Finding:
    """What one engine established; made by :meth:`Engine.finding` only.

    ``premises`` keeps the numerical findings that it rests on: their certificates are stored with what uses them.
    """

    engine: str
    verdict: Verdict
    strength: Strength
    scope: Scope
    statement: str
    reason: str = ""
    witness: Witness | None = None
    certificate: Mapping[str, Any] | None = None
    rests_on: tuple[str, ...] = ()
    effort: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    part: str = ""
    premises: tuple[Finding, ...] = ()

    def for_part(self, part: str) -> Finding:
        """The same finding as evidence for one part of a claim with several parts."""
        return dataclasses.replace(self, part=part)

    def as_json(self) -> dict[str, Any]:
        return {
            "engine": self.engine,
            "part": self.part,
            "verdict": str(self.verdict),
            "strength": str(self.strength),
            "scope": self.scope.describe(),
            "statement": self.statement,
            "reason": self.reason,
            "witness": self.witness.as_json() if self.witness else None,
            "certificate": dict(self.certificate) if self.certificate else None,
            "premises": [premise.as_json() for premise in self.premises],
            "rests_on": list(self.rests_on),
            "effort": dict(self.effort),
            "seconds": round(self.seconds, 4),
        }


@dataclass(frozen=True)
class Engine:
    """A way of coming to know. Instances live in ``proofs_checks/engines`` and nowhere else."""

    name: str
    grants: Strength

    def finding(
        self,
        verdict: Verdict,
        scope: Scope,
        statement: str,
        *,
        reason: str = "",
        witness: Witness | None = None,
        certificate: Mapping[str, Any] | None = None,
        rests_on: Iterable[str] = (),
        effort: Mapping[str, Any] | None = None,
        seconds: float = 0.0,
        premises: Iterable[Finding] = (),
    ) -> Finding:
        """A finding of this engine's strength, or of its weakest premise's where that is weaker.

        What rests on a premise that does not hold becomes inconclusive itself. A negation rests on the finding that
        its witness shows, never on a violated premise.
        """
        premises = tuple(premises)
        gaps = [premise for premise in premises if premise.verdict is not Verdict.HOLDS]
        if verdict is Verdict.HOLDS and gaps:
            verdict = Verdict.INCONCLUSIVE
            gap = f"premise is {gaps[0].verdict}: {gaps[0].statement}: {gaps[0].reason}"
            reason = f"{reason}; {gap}" if reason else gap
        strengths = [self.grants, *(premise.strength for premise in premises)]
        weakest = min(strengths, key=lambda strength: strength.rank)
        rests = dict.fromkeys([*rests_on, *(name for premise in premises for name in premise.rests_on)])
        return Finding(
            engine=self.name,
            verdict=verdict,
            strength=weakest,
            scope=scope,
            statement=statement,
            reason=reason,
            witness=witness,
            certificate=certificate,
            rests_on=tuple(rests),
            effort=effort or {},
            seconds=seconds,
            premises=_numerical(premises),
        )


def _numerical(premises: Iterable[Finding]) -> tuple[Finding, ...]:
    """The premises that rest on certificates, each once."""
    return tuple({id(premise): premise for premise in premises if premise.strength is NUMERICAL}.values())


def coverage_of(claimed: Domain, scopes: Iterable[Scope]) -> Coverage | None:
    """How much of ``claimed`` the scopes cover together; ``None`` where they say nothing of it.

    ``part``: some scope discharges the claim's quantifiers and shares a point of its ranges. ``instances``:
    none does, but concrete instances were treated, or a scope that lacks one of the claim's quantifiers or
    variables. A scope that lies outside the claimed ranges counts for nothing.
    """
    scopes = list(scopes)
    domains = [scope for scope in scopes if isinstance(scope, Domain)]
    if covers(claimed, domains):
        return Coverage.WHOLE
    if any(overlaps(claimed, scope) for scope in domains):
        return Coverage.PART
    elsewhere = [scope for scope in domains if speaks_of(claimed, scope)]
    some = any(scope.count for scope in scopes if isinstance(scope, Instances))
    return Coverage.INSTANCES if some or len(elsewhere) < len(domains) else None


__all__ = [
    "Coverage",
    "Domain",
    "Engine",
    "Finding",
    "Instances",
    "Scope",
    "Strength",
    "Verdict",
    "Witness",
    "coverage_of",
]
