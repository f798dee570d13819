"""Semidefinite programs: floats guess, exact arithmetic decides.

The problem is  maximise <C, X>  subject to  <A_i, X> <= b_i,  <E_j, X> = e_j,  X positive semidefinite. Multipliers
u >= 0 and v whose slack S = sum u_i A_i + sum v_j E_j - C is positive semidefinite prove the bound

    <C, X> = b.u + e.v - <S, X> - sum u_i (b_i - <A_i, X>)  <=  b.u + e.v

for every feasible X: that, with u and v rational and S = L D L^T factorised exactly (in balls where the problem has
irrational entries), is what a bound rests on here. A point counts only as X = w R R^T with w >= 0 and R
rational and every constraint verified. The floating-point solver suggests u, v and X; its status is never believed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import flint

from plumbline.domain import Scope
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Strength, Verdict, Witness
from proofs_checks.engines._linear_program import exact, vector
from proofs_checks.engines._semidefinite_guess import Guess, clarabel, multipliers, points
from proofs_checks.engines._semidefinite_program import (
    PRECISION,
    Entry,
    SemidefiniteProgram,
    at_most,
    ball,
    factorise,
    gram,
    inner,
    is_ball,
)

ENGINE = Engine("sdp", Strength.CERTIFIED)

_MARGINS = (0.0, 1e-9, 1e-8, 1e-7, 1e-6)
_MET = 1e-9


class Solver(Protocol):
    """Guesses for a problem: with ``margin`` the slack should exceed margin times the identity."""

    def __call__(self, problem: SemidefiniteProgram, *, margin: float = 0.0, ray: bool = False) -> Guess: ...


@dataclass(frozen=True)
class Dual:
    """Rational multipliers: ``ub`` >= 0 of the inequalities, ``eq`` of the equalities."""

    ub: tuple[Fraction, ...]
    eq: tuple[Fraction, ...]

    def as_json(self) -> dict[str, list[str]]:
        return {"ub": [str(value) for value in self.ub], "eq": [str(value) for value in self.eq]}


@dataclass(frozen=True)
class Point:
    """X = weight R R^T, which was verified to be feasible, and its value <C, X>."""

    value: Entry
    weight: Fraction
    factor: tuple[tuple[Fraction, ...], ...]

    def as_json(self) -> dict[str, Any]:
        return {"weight": str(self.weight), "factor": [[str(value) for value in row] for row in self.factor]}


@dataclass(frozen=True)
class SDPSolution:
    """What exact arithmetic established: ``lower <= sup <= upper``, each ``None`` where nothing was proved.

    ``dual`` proves ``upper``; ``point`` is feasible of value ``lower``. ``infeasible`` if ``dual`` is a ray that shows
    that no X is feasible (then neither bound is given). Both are Fractions, balls where the problem has irrational
    entries.
    """

    upper: Entry | None = None
    dual: Dual | None = None
    point: Point | None = None
    infeasible: bool = False
    certificate: Mapping[str, Any] | None = None
    reason: str = ""

    @property
    def lower(self) -> Entry | None:
        return None if self.point is None else self.point.value


def dual_bound(problem: SemidefiniteProgram, dual: Dual) -> Entry | None:
    """The proved bound b.u + e.v; ``None`` where the multipliers are not feasible for certain."""
    checked = _checked(problem, dual)
    return None if checked is None else checked[0]


def _checked(problem: SemidefiniteProgram, dual: Dual, *, ray: bool = False) -> tuple[Entry, dict[str, Any]] | None:
    if len(dual.ub) != len(problem.A_ub) or len(dual.eq) != len(problem.A_eq) or any(u < 0 for u in dual.ub):
        return None
    with flint.ctx.workprec(PRECISION):
        factorisation = factorise(problem.slack(dual.ub, dual.eq, objective=not ray))
        if factorisation is None:
            return None
        return problem.bound(dual.ub, dual.eq), factorisation.as_json()


def _point(problem: SemidefiniteProgram, guess: Guess) -> Point | None:
    best: Point | None = None
    for weight, factor in points(problem, guess):
        if problem.admits(weight, factor):
            value = inner(problem.C, gram(factor, weight))
            if best is None or not at_most(value, best.value):
                best = Point(value, weight, factor)
    return best


def enclose(problem: SemidefiniteProgram, *, solver: Solver = clarabel) -> SDPSolution:
    """Both sides of the supremum, each proved; a wrong guess costs time and sharpness, never truth."""
    upper: Entry | None = None
    dual: Dual | None = None
    ldl: dict[str, Any] = {}
    found: Point | None = None
    with flint.ctx.workprec(PRECISION):
        for margin in _MARGINS:
            guess = solver(problem, margin=margin).sane(problem)
            found = found or _point(problem, guess)
            verified = False
            for ub, eq in multipliers(guess, simple=margin == 0):
                checked = _checked(problem, Dual(ub, eq))
                verified = verified or checked is not None
                if checked is not None and (upper is None or at_most(checked[0], upper)):
                    (upper, ldl), dual = checked, Dual(ub, eq)
            if upper is not None and ((margin > 0 and verified) or _meets(upper, guess, found)):
                break
        if dual is None:
            ray = _ray(problem, solver)
            if ray is not None:
                return ray
            return _open(problem, found)
    certificate = {"kind": "sdp_dual", "problem": problem.as_json(), "dual": dual.as_json(), "ldl": ldl}
    certificate["bound"] = str(upper)
    if found is not None:
        certificate["point"] = found.as_json()
    return SDPSolution(upper, dual, found, certificate=certificate)


def _meets(upper: Entry, guess: Guess, found: Point | None) -> bool:
    """Whether the bound is as sharp as the float value of the guess, so that no margin is needed."""
    values = [guess.value] if math.isfinite(guess.value) else []
    values += [] if found is None else [float(ball(found.value).mid())]
    return any(abs(float(ball(upper).mid()) - value) <= _MET * max(1.0, abs(value)) for value in values)


def _open(problem: SemidefiniteProgram, found: Point | None) -> SDPSolution:
    reason = "no rounded multipliers have a slack that is positive semidefinite"
    if found is None:
        return SDPSolution(reason=f"{reason}, and no rounded point is feasible")
    certificate = {"kind": "sdp_point", "problem": problem.as_json(), "point": found.as_json()}
    return SDPSolution(point=found, certificate={**certificate, "bound": str(found.value)}, reason=reason)


def _ray(problem: SemidefiniteProgram, solver: Solver) -> SDPSolution | None:
    """Multipliers with slack >= 0 (without C) and b.u + e.v < 0: no X is feasible."""
    for margin in _MARGINS:
        guess = solver(problem, margin=margin, ray=True).sane(problem)
        for ub, eq in multipliers(guess, simple=margin == 0):
            checked = _checked(problem, Dual(ub, eq), ray=True)
            if checked is not None and not at_most(Fraction(0), checked[0]) and ball(checked[0]) < 0:
                dual = Dual(ub, eq)
                certificate = {"kind": "sdp_farkas", "problem": problem.as_json(), "dual": dual.as_json()}
                certificate |= {"ldl": checked[1], "bound": str(checked[0])}
                return SDPSolution(dual=dual, infeasible=True, certificate=certificate, reason="nothing is feasible")
    return None


ShownBy = Callable[[SDPSolution], Witness]


def prove_upper_bound(
    problem: SemidefiniteProgram,
    bound: int | str | Fraction,
    scope: Scope,
    statement: str,
    *,
    witness: ShownBy | None = None,
    solver: Solver = clarabel,
) -> Finding:
    """Finding on "every feasible X has <C, X> <= bound".

    holds: verified multipliers prove it. violated: a verified point lies above (``witness`` turns it into the
    paper's own witness; without one the finding is inconclusive). inconclusive: neither, or nothing is feasible.
    """
    return _judge(problem, None, exact(bound, "bound"), scope, statement, (witness, None), solver)


def prove_supremum(
    problem: SemidefiniteProgram,
    value: int | str | Fraction,
    tolerance: int | str | Fraction,
    scope: Scope,
    statement: str,
    *,
    above: ShownBy | None = None,
    below: ShownBy | None = None,
    solver: Solver = clarabel,
) -> Finding:
    """Finding on "|sup <C, X> - value| <= tolerance": a verified point reaches value - tolerance, a verified dual
    value is at most value + tolerance.

    violated: a verified point lies above value + tolerance (``above`` makes the witness), or a verified dual value
    below value - tolerance (``below``).
    """
    middle, width = exact(value, "value"), exact(tolerance, "tolerance")
    if width < 0:
        raise InputError(f"tolerance must be >= 0, got {width}")
    return _judge(problem, middle - width, middle + width, scope, statement, (above, below), solver)


def _judge(
    problem: SemidefiniteProgram,
    least: Fraction | None,
    most: Fraction,
    scope: Scope,
    statement: str,
    shown: tuple[ShownBy | None, ShownBy | None],
    solver: Solver,
) -> Finding:
    start = time.perf_counter()
    solution = enclose(problem, solver=solver)
    verdict, found = Verdict.INCONCLUSIVE, None
    reason = solution.reason or f"the supremum lies in [{_short(solution.lower)}, {_short(solution.upper)}]"
    with flint.ctx.workprec(PRECISION):
        below = solution.upper is not None and at_most(solution.upper, most)
        reached = least is None or (solution.lower is not None and at_most(least, solution.lower))
        over = solution.lower is not None and _certainly_less(most, solution.lower)
        under = least is not None and solution.upper is not None and _certainly_less(solution.upper, least)
    if solution.infeasible:
        reason = "nothing is feasible: the bound would hold vacuously"
    elif below and reached:
        verdict = Verdict.HOLDS
    else:
        found = _contradiction(solution, shown[0] if over else None, shown[1] if under else None)
        verdict = verdict if found is None else Verdict.VIOLATED
    return ENGINE.finding(
        verdict,
        scope,
        statement,
        reason=reason,
        witness=found,
        certificate=solution.certificate,
        effort={"size": problem.size, "constraints": len(problem.b_ub) + len(problem.b_eq)},
        seconds=time.perf_counter() - start,
    )


def _contradiction(solution: SDPSolution, above: ShownBy | None, below: ShownBy | None) -> Witness | None:
    """The caller's witness that the supremum lies above, or below, what is stated; only if it shows that."""
    for make, relation in ((above, ">"), (below, "<")):
        if make is not None:
            found = make(solution)
            if found.relation == relation:
                return found
    return None


def _short(value: Entry | None) -> str:
    return "?" if value is None else format(float(ball(value).mid()), ".12g")


def _certainly_less(a: Entry, b: Entry) -> bool:
    return bool(ball(a) < ball(b)) if is_ball(a) or is_ball(b) else a < b


def verify_certificate(
    certificate: Mapping[str, Any], problem: SemidefiniteProgram, bound: int | str | Fraction | None = None
) -> bool:
    """Whether the certificate proves what it says of the ``problem`` that the caller derived.

    Only the multipliers or the point are read from it: problem and slack are derived again, and a certificate made
    for another problem is refused. ``bound`` is what ``sdp_dual`` must prove and ``sdp_point`` reach.
    """
    kind = certificate.get("kind")
    if kind not in ("sdp_dual", "sdp_farkas", "sdp_point"):
        raise InputError(f"certificate kind must be sdp_dual, sdp_farkas or sdp_point, got {kind!r}")
    if certificate.get("problem") != problem.as_json():
        return False
    try:
        with flint.ctx.workprec(PRECISION):
            if kind == "sdp_point":
                stored = certificate["point"]
                factor = [vector(row, None, "factor") for row in stored["factor"]]
                weight = exact(stored["weight"], "weight")
                target = exact(certificate["bound"] if bound is None else bound, "bound")
                return problem.admits(weight, factor) and at_most(target, inner(problem.C, gram(factor, weight)))
            parts = certificate["dual"]
            dual = Dual(vector(parts["ub"], None, "ub"), vector(parts["eq"], None, "eq"))
            checked = _checked(problem, dual, ray=kind == "sdp_farkas")
            if checked is None:
                return False
            if kind == "sdp_farkas":
                return bool(ball(checked[0]) < 0)
            target = exact(certificate["bound"] if bound is None else bound, "bound")
            return at_most(checked[0], target)
    except (KeyError, TypeError, InputError):
        return False


def quadratic_form(size: int, terms: Sequence[tuple[Any, Mapping[int, Any], Mapping[int, Any]]]) -> list[list[Any]]:
    """The symmetric matrix of sum_k w_k <p_k, q_k>, where p_k and q_k are combinations of the basis vectors.

    Each term is (w, p, q) with p and q given as {index: coefficient}; numbers are ints or Fractions.
    """
    rows = [[Fraction(0)] * size for _ in range(size)]
    for weight, p, q in terms:
        for i, a in p.items():
            for j, b in q.items():
                share = Fraction(weight) * Fraction(a) * Fraction(b) / 2
                rows[i][j] += share
                rows[j][i] += share
    return rows


__all__ = [
    "ENGINE",
    "Dual",
    "Guess",
    "Point",
    "SDPSolution",
    "SemidefiniteProgram",
    "Solver",
    "clarabel",
    "dual_bound",
    "enclose",
    "exact",
    "inner",
    "prove_supremum",
    "prove_upper_bound",
    "quadratic_form",
    "verify_certificate",
]
