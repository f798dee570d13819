"""Claims over all integers from a base on: induction and telescoping."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import sympy

from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from proofs_checks.engines.symbolic.identities import ENGINE, prove_identity
from proofs_checks.engines.symbolic.pieces import domain_of, expression, undefined
from proofs_checks.engines.symbolic.signs import prove_nonnegative

if TYPE_CHECKING:
    from plumbline.formula import Formula


def _axis(domain: Domain, variable: str) -> tuple[Integer, int]:
    axis = domain[variable]
    if not isinstance(axis, Integer) or axis.lo is None:
        raise InputError(f"variable must be an integer axis with a smallest value, got {axis.describe()}")
    return axis, int(axis.lo)


def _symbol(variable: str, *expressions: Any) -> Any:
    for item in expressions:
        for symbol in item.free_symbols:
            if symbol.name == variable:
                return symbol
    return sympy.Symbol(variable, integer=True)


def prove_induction(
    difference: Formula | Any,
    variable: str,
    domain: Domain | None = None,
    *,
    relation: str = "==",
    multiplier: Any = 1,
    state: str | None = None,
    next_state: Any = None,
    initial: Any = None,
    statement: str = "",
) -> Finding:
    """``D(n) relation 0`` for every n of the integer axis, by induction (``==``, ``>=`` or ``>``).

    Base: ``D(n0) relation 0`` at the smallest n. Step: ``D(n+1) - c(n) D(n)`` is identically zero (``==``) or
    nonnegative (``>=``, ``>``), where the multiplier c is nonnegative (positive for ``>``).
    For a sequence a_n given by a recursion, ``state`` is the real axis of the domain that stands for a_n in
    ``difference``, ``next_state`` is a_{n+1} in terms of n and a_n, ``initial`` is a_{n0}; the range of the
    state axis must hold every value: it is part of the hypothesis, so it should be unbounded unless proved.
    """
    started = time.perf_counter()
    if relation not in ("==", ">=", ">"):
        raise InputError(f"relation must be one of ==, >=, >, got {relation!r}")
    domain = domain_of(domain, difference)
    axis, first = _axis(domain, variable)
    goal = expression(difference, domain, "difference")
    factor = expression(multiplier, domain, "multiplier")
    n = _symbol(variable, goal, factor)
    start, onward, inner = _instants(n, first, goal, domain, state, next_state, initial)
    parameters = Domain(*(other for other in inner.axes if other.name != variable))
    base = goal.subs(start, simultaneous=True)
    step = goal.subs(onward, simultaneous=True) - factor * goal
    before = axis.hi is None or int(axis.hi) > first  # a single n needs no step
    reach = domain
    if axis.hi is not None and before:
        reach = domain.restrict(Integer(variable, first, int(axis.hi) - 1))
    findings = [_prove(base, relation, parameters)]
    if before:
        findings.append(_prove(step, "==" if relation == "==" else ">=", reach))
        if relation != "==":
            findings.append(_prove(factor, relation, reach))
    names = ("base", "step", "multiplier")
    failed = [
        f"{name}: {finding.verdict} ({finding.reason})"
        for name, finding in zip(names, findings, strict=False)
        if finding.verdict is not Verdict.HOLDS
    ]
    if gap := undefined(domain, goal):
        failed.append(gap)
    violated = findings[0].verdict is Verdict.VIOLATED
    return ENGINE.finding(
        Verdict.VIOLATED if violated else Verdict.INCONCLUSIVE if failed else Verdict.HOLDS,
        inner,
        statement or f"{goal} {relation} 0 for {axis.describe()}",
        reason="; ".join(failed),
        witness=findings[0].witness if violated else None,
        certificate=None
        if failed
        else {
            "kind": "induction",
            "difference": str(goal),
            "multiplier": str(factor),
            "findings": [finding.as_json() for finding in findings],
        },
        seconds=time.perf_counter() - started,
    )


def _instants(
    n: Any, first: int, goal: Any, domain: Domain, state: str | None, next_state: Any, initial: Any
) -> tuple[dict[Any, Any], dict[Any, Any], Domain]:
    """What to substitute for the base and for the step, and the domain without the state's axis."""
    start, onward = {n: sympy.Integer(first)}, {n: n + 1}
    if state is None:
        return start, onward, domain
    if next_state is None or initial is None:
        raise InputError("a state needs both next_state and initial")
    held = domain[state]
    if not isinstance(held, Real) or held.lo is not None or held.hi is not None:
        raise InputError(f"state must be an unbounded real axis, got {held.describe()}")
    following = expression(next_state, domain, "next_state")
    s = _symbol(state, goal, following)
    start[s] = expression(initial, domain, "initial")
    onward[s] = following
    return start, onward, Domain(*(other for other in domain.axes if other.name != state))


def _prove(expr: Any, relation: str, domain: Domain) -> Finding:
    if relation == "==":
        return prove_identity(expr, 0, domain)
    return prove_nonnegative(expr, domain, strict=relation == ">")


def prove_telescoping(
    term: Formula | Any,
    antidifference: Formula | Any,
    variable: str,
    domain: Domain | None = None,
    *,
    statement: str = "",
) -> Finding:
    """``a(n) = F(n+1) - F(n)`` for every n of the integer axis: so ``sum_{n=p}^{q} a(n) = F(q+1) - F(p)``."""
    domain = domain_of(domain, term, antidifference)
    axis, _ = _axis(domain, variable)
    one, other = expression(term, domain, "term"), expression(antidifference, domain, "antidifference")
    n = _symbol(variable, other, one)
    text = statement or f"sum of {one} over {axis.describe()} telescopes to {other}"
    return prove_identity(one, other.subs(n, n + 1) - other, domain, statement=text)
