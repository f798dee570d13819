"""The kernel rule of derivations: an inequality as a nonnegative combination of known ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy

from plumbline.domain import Domain
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from proofs_checks.engines.symbolic.identities import ENGINE, prove_identity
from proofs_checks.engines.symbolic.pieces import domain_of, expression, undefined
from proofs_checks.engines.symbolic.signs import prove_nonnegative

if TYPE_CHECKING:
    from plumbline.formula import Formula


def prove_linear_combination(
    goal_left: Formula | Any,
    goal_right: Formula | Any,
    parts: Sequence[tuple[Any, ...]],
    domain: Domain | None = None,
    *,
    positive: Sequence[Any] = (),
    statement: str = "",
    premises: Sequence[Finding] = (),
) -> Finding:
    """``goal_left >= goal_right`` as a nonnegative combination of known inequalities.

    ``parts`` holds ``(coefficient, left, right)`` for a known ``left >= right``, or
    ``(coefficient, left, right, "==")`` for a known equality, whose coefficient may have any sign. Proved:
    ``goal_left - goal_right == sum coefficient * (left - right)`` identically, and the coefficients of
    inequalities nonnegative on the domain. A wrong combination refutes nothing, so the verdict is then
    ``inconclusive``, with the identity or the coefficient that failed and the point where it fails.
    ``premises`` are the findings of the known inequalities, whose weakest strength is inherited.
    """
    started = time.perf_counter()
    given = [goal_left, goal_right, *(value for part in parts for value in part[:3])]
    domain = domain_of(domain, *given)
    left, right = expression(goal_left, domain, "goal_left"), expression(goal_right, domain, "goal_right")
    statement = statement or f"{left} >= {right}"
    terms, sides, findings, reasons = [], [left, right], list[Finding](), list[str]()
    for number, part in enumerate(parts):
        if len(part) not in (3, 4) or (len(part) == 4 and part[3] not in (">=", "==")):
            raise InputError(
                f"part {number} must be (coefficient, left, right) with an optional '>=' or '==', got {part!r}"
            )
        coefficient, one, other = (expression(value, domain, f"part {number}") for value in part[:3])
        terms.append(coefficient * (one - other))
        sides += [one, other]
        if len(part) == 3 or part[3] == ">=":
            sign = prove_nonnegative(coefficient, domain, positive=positive)
            findings.append(sign)
            if sign.verdict is not Verdict.HOLDS:
                where = f" (at {sign.witness.data['point']})" if sign.witness else ""
                reasons.append(f"coefficient {number}, {coefficient}, is not proved nonnegative{where}: {sign.reason}")
    if gap := undefined(domain, *sides):
        reasons.append(gap)
    identity = prove_identity(left - right, sympy.Add(*terms), domain, positive=positive)
    findings.append(identity)
    if identity.verdict is not Verdict.HOLDS:
        where = f" (they differ at {identity.witness.data['point']})" if identity.witness else ""
        reasons.append(f"the goal is not the stated combination{where}: {identity.reason}")
    return ENGINE.finding(
        Verdict.INCONCLUSIVE if reasons else Verdict.HOLDS,
        domain,
        statement,
        reason="; ".join(reasons),
        certificate=None
        if reasons
        else {
            "kind": "linear_combination",
            "goal": [str(left), str(right)],
            "parts": [[str(getattr(value, "expr", value)) for value in part] for part in parts],
            "findings": [finding.as_json() for finding in findings],
        },
        seconds=time.perf_counter() - started,
        premises=premises,
    )
