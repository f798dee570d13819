"""Signs of expressions on a domain: exact in one variable, by factors and terms in several."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy
from flint import fmpq, fmpq_poly

from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict, Witness
from proofs_checks.engines.symbolic import balls
from proofs_checks.engines.symbolic.identities import ENGINE
from proofs_checks.engines.symbolic.normalise import Normaliser
from proofs_checks.engines.symbolic.pieces import Piece, domain_of, establish, expression, over_pieces
from proofs_checks.engines.symbolic.ranges import fraction
from proofs_checks.engines.symbolic.ratios import Undecided
from proofs_checks.engines.symbolic.spans import Signs, of_axis
from proofs_checks.engines.symbolic.sturm import Root, SignTable, sign_table

if TYPE_CHECKING:
    from plumbline.formula import Formula

SEARCH_POINTS = 300

ALLOWED: dict[str, Signs] = {
    ">=0": frozenset({0, 1}),
    ">0": frozenset({1}),
    "<=0": frozenset({-1, 0}),
    "<0": frozenset({-1}),
}


def prove_nonnegative(
    expr: Formula | Any,
    domain: Domain | None = None,
    *,
    strict: bool = False,
    positive: Sequence[Any] = (),
    statement: str = "",
    premises: Sequence[Finding] = (),
) -> Finding:
    """Decide ``expr >= 0`` (``> 0`` with ``strict``) on the domain by signs of factors and terms.

    Sums, products, quotients and powers of things of proved sign; exact root isolation in one variable;
    nonnegative Bernstein coefficients with subdivision in several. A counterexample is sought at exact points.
    """
    started = time.perf_counter()
    domain = domain_of(domain, expr)
    goal = expression(expr, domain)
    facts = [expression(fact, domain, "positive") for fact in positive]
    relation = ">0" if strict else ">=0"
    statement = statement or f"{goal} {relation[:-1]} 0"

    def prove(normaliser: Normaliser) -> str:
        establish(normaliser, facts)
        normaliser.require_defined(goal)
        found = normaliser.signs(goal)
        if not found <= ALLOWED[relation]:
            try:
                poly = normaliser.forms.reduced(normaliser.form(goal)).num
            except Undecided as missing:
                poly = missing.poly
            raise Undecided(f"signs {sorted(found)} are not excluded on {normaliser.domain.describe()}", poly)
        return f"signs {sorted(found)}"

    verdict, reason, witness, pieces = Verdict.HOLDS, "", None, list[Piece]()
    try:
        pieces = list(over_pieces(domain, prove))
    except Undecided as missing:
        verdict, reason = Verdict.INCONCLUSIVE, str(missing)
        witness = counterexample(goal, domain, relation)
        if witness is not None:
            verdict, reason = Verdict.VIOLATED, "the sign is wrong at the witness"
    return ENGINE.finding(
        verdict,
        domain,
        statement,
        reason=reason,
        witness=witness,
        certificate={
            "kind": "signs",
            "expression": str(goal),
            "relation": relation,
            "domain": domain.describe(),
            "pieces": [piece.as_json() for piece in pieces],
        }
        if verdict is Verdict.HOLDS
        else None,
        effort={"pieces": len(pieces)},
        seconds=time.perf_counter() - started,
        premises=premises,
    )


def counterexample(goal: Any, domain: Domain, relation: str) -> Witness | None:
    zero = sympy.Integer(0)
    exact = _exact_counterexample(goal, domain, relation)
    if exact is not None:
        return exact
    for point in balls.random_points(domain, SEARCH_POINTS, seed=3):
        if balls.compare(goal, zero, point, (128,)) == -1:
            return balls.witness(goal, zero, point, -1, f"the expression is not {relation}")
        if relation == ">0" and _exactly_zero(goal, point):
            return balls.vanishing(goal, point)
    return None


def _exactly_zero(goal: Any, point: balls.Point) -> bool:
    try:
        ball = balls.value(goal, point)
    except balls.NoValue:
        return False
    return bool(ball.is_exact() and ball == 0)


def _exact_counterexample(goal: Any, domain: Domain, relation: str) -> Witness | None:
    """For a rational function of one variable alone: the exact decision."""
    moving = [axis for axis in domain.ranges if axis.lo is None or axis.lo != axis.hi]
    if len(moving) != 1 or not isinstance(moving[0], Real) or len(domain.ranges) != 1:
        return None
    try:
        finding = prove_sign(goal, moving[0], relation)
    except InputError:
        return None
    return finding.witness if finding.verdict is Verdict.VIOLATED else None


def prove_sign(expr: Formula | Any, range: Real, relation: str = ">=0", *, statement: str = "") -> Finding:
    """Decide the sign of a univariate rational function with rational coefficients on a range, exactly.

    ``relation`` is one of ``>=0``, ``>0``, ``<=0``, ``<0``. The real roots of numerator times denominator in
    the range are isolated (Sturm); between them one rational point gives the sign. A zero of the denominator
    in the range makes the expression undefined there: ``inconclusive``. A violation at an irrational zero only
    has a witness with that zero's polynomial and isolating interval.
    """
    started = time.perf_counter()
    if relation not in ALLOWED:
        raise InputError(f"relation must be one of >=0, >0, <=0, <0, got {relation!r}")
    domain = Domain(range)
    goal = expression(expr, domain)
    statement = statement or f"{goal} {relation[:-1]} 0"
    top, below, divisors = _univariate(goal, range)
    span = of_axis(range)
    poles = sign_table(divisors, span)
    table = sign_table(top * below, span)
    common = {"kind": "sturm", "expression": str(goal), "relation": relation, "range": range.describe()}
    verdict, reason, witness = Verdict.HOLDS, "", None
    if 0 in poles.all:
        verdict, reason = Verdict.INCONCLUSIVE, f"a denominator vanishes in {range.describe()}"
    elif not table.all <= ALLOWED[relation]:
        verdict, reason = Verdict.VIOLATED, "the sign is wrong at the witness"
        witness = _sign_witness(goal, range, table, relation, top)
    certificate = {
        **common,
        "roots": [[str(root.lo), str(root.hi)] for root in table.roots],
        "signs": [[str(at), sign] for at, sign in zip(table.points, table.signs, strict=True)],
    }
    return ENGINE.finding(
        verdict,
        domain,
        statement,
        reason=reason,
        witness=witness,
        certificate=certificate,
        seconds=time.perf_counter() - started,
    )


def _univariate(goal: Any, range: Real) -> tuple[fmpq_poly, fmpq_poly, fmpq_poly]:
    """Numerator, denominator and the product of everything divided by, before any cancellation."""
    variable, one = fmpq_poly([0, 1]), fmpq_poly([1])
    poles = one

    def walk(node: Any) -> tuple[fmpq_poly, fmpq_poly]:
        nonlocal poles
        if node.is_Rational:
            value = fraction(node)
            return fmpq_poly([fmpq(value.numerator, value.denominator)]), one
        if node.is_Symbol:
            return variable, one
        if node.is_Add or node.is_Mul:
            top, below = walk(node.args[0])
            for argument in node.args[1:]:
                other, under = walk(argument)
                top = top * under + other * below if node.is_Add else top * other
                below = below * under
            return top, below
        if node.is_Pow and node.exp.is_Integer:
            top, below = walk(node.base)
            power = abs(int(node.exp))
            if node.exp > 0:
                return top**power, below**power
            if top == 0:
                raise InputError("expression divides by zero")
            poles = poles * top
            return below**power, top**power
        raise InputError(f"expression must be a rational function of {range.name} over Q, it contains {node}")

    top, below = walk(goal)
    return top, below, poles


def _sign_witness(goal: Any, range: Real, table: SignTable, relation: str, top: fmpq_poly) -> Witness:
    zero = sympy.Integer(0)
    for at, sign in zip(table.points, table.signs, strict=True):
        if sign and sign not in ALLOWED[relation]:
            return balls.witness(goal, zero, {range.name: at}, sign, f"the expression is not {relation}")
    for root in table.roots:
        if root.exact:
            return balls.vanishing(goal, {range.name: root.lo})
    return _algebraic_witness(range.name, table.roots[0], top)


def _algebraic_witness(name: str, root: Root, top: fmpq_poly) -> Witness:
    polynomial = [str(coefficient) for coefficient in top.coeffs()]
    data = {"variable": name, "polynomial": polynomial, "root_between": [str(root.lo), str(root.hi)]}
    return Witness("polynomial_root", data, "0", "0", "==", "the numerator has a root between the two ends")
