"""Findings on parts of a domain, put together: a hole between them leaves the whole inconclusive."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Integer, Real, Scope, covers
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from proofs_checks.engines.interval.cover import axes_as_json
from proofs_checks.engines.interval.granted import ENGINE


def assemble(claimed: Domain, findings: Sequence[Finding], *, statement: str = "") -> Finding:
    """One finding on ``claimed`` from findings of the same statement on parts of it.

    Only findings that hold on a :class:`~plumbline.domain.Domain` count; the union of their scopes is
    compared with ``claimed`` exactly. One violated part inside ``claimed`` makes the whole violated.
    The findings must carry one and the same statement unless ``statement`` is given, by which the caller
    answers for them.
    """
    if not findings:
        raise InputError("assemble needs at least one finding")
    texts = {finding.statement for finding in findings}
    if not statement and len(texts) > 1:
        raise InputError(f"findings speak of different statements: {sorted(texts)}; name the common one")
    statement = statement or texts.pop()
    certificate = {
        "kind": "assembly",
        "domain": [axis.describe() for axis in claimed.axes],
        "pieces": [_piece(finding) for finding in findings],
    }
    effort = {"findings": len(findings)}
    seconds = sum(finding.seconds for finding in findings)
    for finding in findings:
        if finding.verdict is Verdict.VIOLATED and _lies_in(finding.scope, claimed):
            return ENGINE.finding(
                Verdict.VIOLATED,
                claimed,
                statement,
                reason=finding.reason,
                witness=finding.witness,
                effort=effort,
                seconds=seconds,
                premises=[finding],
            )
    proved = [finding for finding in findings if finding.verdict is Verdict.HOLDS]
    scopes = [finding.scope for finding in proved if isinstance(finding.scope, Domain)]
    if covers(claimed, scopes):
        return ENGINE.finding(
            Verdict.HOLDS,
            claimed,
            statement,
            certificate=certificate,
            effort=effort,
            seconds=seconds,
            premises=proved,
        )
    return ENGINE.finding(
        Verdict.INCONCLUSIVE,
        claimed,
        statement,
        reason=f"the proved parts leave a hole{_example(claimed, scopes)}",
        certificate=certificate,
        effort=effort,
        seconds=seconds,
    )


def _lies_in(scope: Scope, claimed: Domain) -> bool:
    return isinstance(scope, Domain) and covers(scope, [claimed])


def _piece(finding: Finding) -> dict[str, Any]:
    scope = finding.scope
    return {
        "engine": finding.engine,
        "verdict": str(finding.verdict),
        "scope": axes_as_json(scope) if isinstance(scope, Domain) else scope.describe(),
        "certificate": dict(finding.certificate) if finding.certificate else None,
    }


def _example(claimed: Domain, scopes: Sequence[Domain]) -> str:
    """A point of the claimed domain that no scope contains, if one is among the obvious candidates."""
    marks = []
    for axis in claimed.ranges:
        ends = {axis.lo, axis.hi}
        for scope in scopes:
            if axis.name in {other.name for other in scope.ranges}:
                ends |= {scope[axis.name].lo, scope[axis.name].hi}  # type: ignore[union-attr]
        cuts = sorted(end for end in ends if end is not None)
        points = set(cuts) | {(a + b) / 2 for a, b in itertools.pairwise(cuts)}
        points |= {cuts[0] - 1, cuts[-1] + 1} if cuts else {Fraction(0)}
        marks.append(sorted(point for point in points if axis.contains(point)))
    for point in itertools.product(*marks):
        if not any(_holds(claimed, scope, point) for scope in scopes):
            names = [axis.name for axis in claimed.ranges]
            return ", for instance at " + ", ".join(f"{n}={x}" for n, x in zip(names, point, strict=True))
    return ""


def _holds(claimed: Domain, scope: Domain, point: Sequence[Fraction]) -> bool:
    table = {axis.name: axis for axis in scope.axes}
    for axis, value in zip(claimed.ranges, point, strict=True):
        other = table.get(axis.name)
        if not isinstance(other, (Real, Integer)) or not other.contains(value):
            return False
    return True
