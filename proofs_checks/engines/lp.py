"""Linear programs over the rationals: floats guess, exact arithmetic decides.

The problem is  minimise c.x  subject to  A_ub x <= b_ub,  A_eq x = b_eq,  lo <= x <= hi.
Its dual, with multipliers u >= 0 of the inequalities and v of the equalities and the reduced cost
r = c + A_ub^T u - A_eq^T v, is

    maximise  -b_ub.u + b_eq.v + sum_j (r_j lo_j where r_j > 0) + sum_j (r_j hi_j where r_j < 0),

where a needed bound that is infinite makes (u, v) infeasible. Weak duality makes the value of any dual point
a lower bound of the minimum: that, evaluated in fractions, is what a bound rests on here. The
floating-point solver only suggests which constraints are active; its status is never believed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from plumbline.domain import Scope
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Strength, Verdict, Witness
from proofs_checks.engines import _simplex
from proofs_checks.engines._activeset import Guess, dual_from_guess, highs, primal_from_guess
from proofs_checks.engines._linear_program import (
    Dual,
    LinearProgram,
    StandardForm,
    Vector,
    dot,
    dual_value,
    exact,
    standard_form,
    strings,
    vector,
)

ENGINE = Engine("lp", Strength.CERTIFIED)

Solver = Callable[[LinearProgram], Guess]


@dataclass(frozen=True)
class LPSolution:
    """What exact arithmetic established; every field was verified against the problem in fractions.

    ``status``: ``optimal`` (``primal``, ``dual`` and their common ``value``), ``infeasible`` (``dual`` is a
    Farkas vector), ``unbounded`` (``primal`` feasible, ``ray`` recedes with c.ray < 0) or ``unknown``
    (nothing proved; ``reason`` says why). ``method``: ``guess`` or ``simplex``.
    """

    status: str
    value: Fraction | None = None
    primal: Vector | None = None
    dual: Dual | None = None
    ray: Vector | None = None
    certificate: Mapping[str, Any] | None = None
    method: str = ""
    reason: str = ""


def _certificate(kind: str, problem: LinearProgram, **parts: Any) -> dict[str, Any]:
    return {"kind": kind, "problem": problem.as_json(), **parts}


def _optimal(problem: LinearProgram, x: Vector | None, dual: Dual | None, method: str) -> LPSolution | None:
    if x is None or dual is None or not problem.admits(x):
        return None
    value = dual_value(problem, dual)
    if value is None or value != dot(problem.c, x):
        return None
    certificate = _certificate("lp_dual", problem, dual=dual.as_json(), bound=str(value), primal=strings(x))
    return LPSolution("optimal", value, x, dual, None, certificate, method)


def minimise(
    c: Sequence[Any] | LinearProgram,
    A_ub: Sequence[Sequence[Any]] | None = None,
    b_ub: Sequence[Any] | None = None,
    A_eq: Sequence[Sequence[Any]] | None = None,
    b_eq: Sequence[Any] | None = None,
    bounds: Sequence[Any] | None = None,
    *,
    solver: Solver = highs,
    max_pivots: int = 5000,
    max_entries: int = 40_000,
) -> LPSolution:
    """Solve the linear program exactly (``c`` may be a whole :class:`LinearProgram`).

    ``solver`` guesses in floats (default: HiGHS); a wrong guess costs time, never truth. Where the guess does
    not verify, an exact simplex decides, for tableaux of at most ``max_entries`` entries; else ``unknown``.
    """
    problem = c if isinstance(c, LinearProgram) else LinearProgram(c, A_ub, b_ub, A_eq, b_eq, bounds)
    guess = solver(problem).sane(problem)
    if guess.x is not None:
        for tolerance in (1e-9, 1e-7, 1e-5):
            x = primal_from_guess(problem, guess, tolerance)
            duals = dual_from_guess(problem, guess, tolerance) if x is not None else None
            dual = None if duals is None else Dual(*duals)
            solution = _optimal(problem, x, dual, "guess")
            if solution is not None:
                return solution
    return _by_simplex(problem, guess, max_pivots, max_entries)


def _warm_columns(problem: LinearProgram, form: StandardForm, guess: Guess) -> list[int]:
    """Columns of the standard form that the guessed point makes positive, largest first."""
    if guess.x is None:
        return []
    n_structural = sum(len(part) for part in form.parts)
    z = [0.0] * len(form.c)
    for value, base, part in zip(guess.x, form.base, form.parts, strict=True):
        shift = value - float(base)
        for k, sign in part:
            z[k] = max(sign * shift, 0.0)
    for row, right in zip(form.a, form.b, strict=True):
        slack = next((k for k in range(n_structural, len(z)) if row[k] == 1), None)
        if slack is not None:
            z[slack] = float(right) - sum(float(v) * z[k] for k, v in enumerate(row[:n_structural]) if v)
    return sorted((k for k, v in enumerate(z) if v > 1e-9), key=lambda k: -z[k])


def _by_simplex(problem: LinearProgram, guess: Guess, max_pivots: int, max_entries: int) -> LPSolution:
    form = standard_form(problem)
    size = len(form.a) * (len(form.c) + len(form.a) + 1)
    if size > max_entries:
        reason = f"the float guess did not verify and the exact tableau is too large ({size} > {max_entries})"
        return LPSolution("unknown", method="simplex", reason=reason)
    warm = _warm_columns(problem, form, guess)
    outcome = _simplex.solve(form.a, form.b, form.c, warm=warm, max_pivots=max_pivots)
    dual = None
    if outcome.y is not None:
        split = len(problem.b_ub)
        dual = Dual(
            tuple(-value for value in outcome.y[:split]),
            tuple(outcome.y[split : split + len(problem.b_eq)]),
        )
    x = None if outcome.z is None else form.point(outcome.z)
    if outcome.status == "optimal":
        solution = _optimal(problem, x, dual, "simplex")
        if solution is not None:
            return solution
    if outcome.status == "infeasible" and dual is not None:
        value = dual_value(problem, dual, [Fraction(0)] * len(problem.c))
        if value is not None and value > 0:
            certificate = _certificate("lp_farkas", problem, dual=dual.as_json())
            return LPSolution("infeasible", dual=dual, certificate=certificate, method="simplex")
    if outcome.status == "unbounded" and x is not None and outcome.ray is not None:
        ray = form.point(outcome.ray, direction=True)
        if problem.admits(x) and problem.recedes(ray):
            certificate = _certificate("lp_ray", problem, primal=strings(x), ray=strings(ray))
            return LPSolution("unbounded", None, x, None, ray, certificate, "simplex")
    limit = outcome.status == "unknown"
    reason = f"exact simplex stopped after {max_pivots} pivots" if limit else "exact verification failed"
    return LPSolution("unknown", method="simplex", reason=reason)


def _decimals(left: Fraction, right: Fraction) -> tuple[str, str]:
    """Both numbers as decimals, with enough digits to tell them apart."""
    digits = 40
    while True:
        with localcontext() as context:
            context.prec = digits
            pair = tuple(str(Decimal(v.numerator) / Decimal(v.denominator)) for v in (left, right))
        if left == right or Fraction(pair[0]) != Fraction(pair[1]):
            return pair[0], pair[1]
        digits *= 2


def _point_below(problem: LinearProgram, solution: LPSolution, bound: Fraction) -> Vector | None:
    """A feasible point whose objective falls below ``bound``, if the solution shows one."""
    x = solution.primal
    if x is not None and solution.ray is not None:
        steps = math.ceil((dot(problem.c, x) - bound) / -dot(problem.c, solution.ray)) + 1
        x = tuple(v + max(steps, 0) * d for v, d in zip(x, solution.ray, strict=True))
    if x is None or not problem.admits(x) or dot(problem.c, x) >= bound:
        return None
    return x


def prove_lower_bound(
    problem: LinearProgram,
    bound: int | str | Fraction,
    scope: Scope,
    statement: str,
    *,
    witness: Callable[[Vector], Witness] | None = None,
    solver: Solver = highs,
    max_pivots: int = 5000,
    max_entries: int = 40_000,
) -> Finding:
    """Finding on "every feasible x has c.x >= bound".

    holds: an exactly feasible dual point has value >= bound. violated: an exact feasible point lies below it
    (``witness`` turns the point into the paper's own witness; default: program ``linear_program``).
    inconclusive: nothing was proved, or nothing is feasible (the statement would be vacuous, more often a
    mistake in the model than a theorem; the Farkas vector is in the certificate).
    """
    start = time.perf_counter()
    target = exact(bound, "bound")
    solution = minimise(problem, solver=solver, max_pivots=max_pivots, max_entries=max_entries)
    certificate: Mapping[str, Any] | None = solution.certificate
    found, reason, verdict = None, solution.reason, Verdict.INCONCLUSIVE
    if solution.dual is not None and solution.status == "optimal":
        proved = dual_value(problem, solution.dual)
        if proved is not None and proved >= target:
            verdict = Verdict.HOLDS
            certificate = {**(certificate or {}), "bound": str(target)}
            reason = f"the minimum is {proved}"
    elif solution.status == "infeasible":
        reason = "no point is feasible: the bound would hold vacuously"
    point = None if verdict is Verdict.HOLDS else _point_below(problem, solution, target)
    if point is not None:
        verdict = Verdict.VIOLATED
        value = dot(problem.c, point)
        reason = f"a feasible point has value {value} < {target}"
        certificate = _certificate("lp_point", problem, primal=strings(point), bound=str(target))
        if witness is not None:
            found = witness(point)
        else:
            left, right = _decimals(value, target)
            data = {"problem": problem.as_json(), "x": strings(point), "bound": str(target)}
            found = Witness("linear_program", data, left, right, "<", "c.x at a feasible x, and the bound")
    return ENGINE.finding(
        verdict,
        scope,
        statement,
        reason=reason,
        witness=found,
        certificate=certificate,
        effort={"method": solution.method, "variables": len(problem.c)},
        seconds=time.perf_counter() - start,
    )


def verify_certificate(
    certificate: Mapping[str, Any], problem: LinearProgram, bound: int | str | Fraction | None = None
) -> bool:
    """Whether the certificate proves what it says of the ``problem`` that the caller derived.

    Only the vectors are read from the certificate: the problem is the caller's, and a certificate made for
    another problem is refused. ``bound`` (default: the one that the certificate states) is what ``lp_dual``
    must reach and ``lp_point`` must undercut; ``lp_farkas`` proves infeasibility, ``lp_ray`` unboundedness.
    """
    kind = certificate.get("kind")
    if kind not in ("lp_dual", "lp_farkas", "lp_ray", "lp_point"):
        raise InputError(f"certificate kind must be lp_dual, lp_farkas, lp_ray or lp_point, got {kind!r}")
    if certificate.get("problem") != problem.as_json():
        return False
    try:
        vectors = {name: vector(certificate[name], None, name) for name in ("primal", "ray") if name in certificate}
        if kind in ("lp_dual", "lp_farkas"):
            parts = certificate["dual"]
            dual = Dual(vector(parts["ub"], None, "ub"), vector(parts["eq"], None, "eq"))
            if kind == "lp_farkas":
                value = dual_value(problem, dual, [Fraction(0)] * len(problem.c))
                return value is not None and value > 0
            target = exact(certificate["bound"] if bound is None else bound, "bound")
            value = dual_value(problem, dual)
            return value is not None and value >= target
        feasible = problem.admits(vectors["primal"])
        if kind == "lp_ray":
            return feasible and problem.recedes(vectors["ray"])
        target = exact(certificate["bound"] if bound is None else bound, "bound")
        return feasible and dot(problem.c, vectors["primal"]) < target
    except (KeyError, TypeError, InputError):
        return False


__all__ = [
    "ENGINE",
    "Dual",
    "Guess",
    "LPSolution",
    "LinearProgram",
    "dual_value",
    "exact",
    "highs",
    "minimise",
    "prove_lower_bound",
    "verify_certificate",
]
