"""Identities, signs and linear combinations, decided by proved normal forms."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy
from flint import fmpq, fmpq_poly

from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Strength, Verdict, Witness
from proofs_checks.engines import balls
from proofs_checks.engines.normalise import Normaliser, fraction
from proofs_checks.engines.rational_forms import Undecided, factors_of, terms_of
from proofs_checks.engines.spans import Signs, Span, of_axis
from proofs_checks.engines.sturm import Root, SignTable, sign_table

if TYPE_CHECKING:
    from plumbline.formula import Formula

ENGINE = Engine("symbolic", Strength.SYMBOLIC)

CHECK_POINTS = 5
SEARCH_POINTS = 300
MAX_SPLITS = 5

ALLOWED: dict[str, Signs] = {
    ">=0": frozenset({0, 1}),
    ">0": frozenset({1}),
    "<=0": frozenset({-1, 0}),
    "<0": frozenset({-1}),
    "==0": frozenset({0}),
}


# -- input ------------------------------------------------------------------------------------------


def expression(value: Formula | Any, domain: Domain, name: str = "expression") -> Any:
    """The sympy expression of a Formula, expression or number; its symbols must be axes of the domain."""
    expr = getattr(value, "expr", value)
    if isinstance(expr, (bool, float, complex)):
        raise InputError(f"{name} must be exact (a Formula, a sympy expression, an int or a Fraction), got {expr!r}")
    if isinstance(expr, Fraction):
        expr = sympy.Rational(expr.numerator, expr.denominator)
    expr = sympy.sympify(expr, evaluate=False) if isinstance(expr, int) else expr
    if not isinstance(expr, sympy.Basic):
        raise InputError(f"{name} must be a Formula or a sympy expression, got {type(expr).__name__}")
    if expr.atoms(sympy.Float):
        raise InputError(f"{name} contains a float; write it as an exact rational")
    known = {axis.name for axis in domain.ranges}
    unknown = sorted(symbol.name for symbol in expr.free_symbols if symbol.name not in known)
    if unknown:
        raise InputError(f"{name} has the variables {unknown} outside the domain {domain.describe()}")
    return expr


def domain_of(domain: Domain | None, *values: Any) -> Domain:
    """The given domain, or that of the first Formula."""
    if domain is not None:
        return domain
    for value in values:
        if hasattr(value, "domain") and isinstance(value.domain, Domain):
            return value.domain
    raise InputError("domain must be given when no argument is a Formula")


# -- pieces of a domain -----------------------------------------------------------------------------


def split(domain: Domain, normaliser: Normaliser, poly: Any) -> list[Domain]:
    """The domain cut at the rational zero of a linear factor in one variable; empty if there is none inside."""
    if poly is None or poly == 0:
        return []
    for factor, _ in factors_of(poly)[1]:
        used = [i for i, degree in enumerate(factor.degrees()) if degree > 0]
        if len(used) != 1 or factor.degrees()[used[0]] != 1:
            continue
        generator = normaliser.forms.generators[used[0]]
        if generator.kind != "variable":
            continue
        slope, constant = Fraction(0), Fraction(0)
        for monomial, value in terms_of(factor).items():
            if any(monomial):
                slope = value
            else:
                constant = value
        axis = domain[generator.label]
        assert isinstance(axis, (Real, Integer))
        parts = _cut(axis, -constant / slope)
        if len(parts) > 1:
            return [domain.restrict(part) for part in parts]
    return []


def _cut(axis: Real | Integer, at: Fraction) -> list[Real | Integer]:
    inside = (axis.lo is None or axis.lo <= at) and (axis.hi is None or at <= axis.hi)
    if not inside or (axis.lo is not None and axis.lo == axis.hi):
        return []
    parts: list[Real | Integer] = []
    if isinstance(axis, Integer):
        below, above = at.__ceil__() - 1, at.__floor__() + 1
        if axis.lo is None or axis.lo <= below:
            parts.append(Integer(axis.name, None if axis.lo is None else int(axis.lo), below))
        if at.denominator == 1:
            parts.append(Integer(axis.name, int(at), int(at)))
        if axis.hi is None or above <= axis.hi:
            parts.append(Integer(axis.name, above, None if axis.hi is None else int(axis.hi)))
        return parts
    if axis.lo is None or axis.lo < at:
        parts.append(Real(axis.name, axis.lo, at, open_lo=axis.open_lo, open_hi=True))
    if axis.contains(at):
        parts.append(Real(axis.name, at, at))
    if axis.hi is None or at < axis.hi:
        parts.append(Real(axis.name, at, axis.hi, open_lo=True, open_hi=axis.open_hi))
    return parts


@dataclass(frozen=True)
class Piece:
    """What was proved on one piece of the domain."""

    domain: Domain
    text: str

    def as_json(self) -> dict[str, str]:
        return {"box": self.domain.describe(), "proof": self.text}


def over_pieces(domain: Domain, prove: Callable[[Normaliser], str], depth: int = MAX_SPLITS) -> Iterator[Piece]:
    """Run a proof on the domain, cutting it where the proof lacks a constant sign."""
    normaliser = Normaliser(domain)
    try:
        text = prove(normaliser)
    except Undecided as missing:
        parts = split(domain, normaliser, missing.poly) if depth else []
        if not parts:
            raise
        for part in parts:
            yield from over_pieces(part, prove, depth - 1)
        return
    yield Piece(domain, text)


def _establish(normaliser: Normaliser, facts: Sequence[Any]) -> None:
    for fact in facts:
        if normaliser.signs(fact) != {1}:
            raise Undecided(f"the listed fact {fact} > 0 is not proved on {normaliser.domain.describe()}")
        normaliser.require_defined(fact)
        normaliser.assume_proved(fact, frozenset({1}))


# -- identities -------------------------------------------------------------------------------------


def prove_identity(
    left: Formula | Any,
    right: Formula | Any,
    domain: Domain | None = None,
    *,
    positive: Sequence[Any] = (),
    statement: str = "",
    premises: Sequence[Finding] = (),
) -> Finding:
    """Decide ``left == right`` at every point of the domain.

    Both sides are rewritten as rational functions over Q of variables, logarithms and exponentials, each
    step with a proved sign; they are equal if the numerator of the difference expands to zero. Removable
    singularities of the primitives are filled by continuity: both sides are continuous on the domain, and the
    zeros left out are nowhere dense in it. ``positive`` lists expressions to be proved positive first.
    ``violated`` comes with an exact point where balls separate the sides; else ``inconclusive`` with the reason.
    """
    started = time.perf_counter()
    domain = domain_of(domain, left, right)
    one, other = expression(left, domain, "left"), expression(right, domain, "right")
    facts = [expression(fact, domain, "positive") for fact in positive]
    statement = statement or f"{one} == {other}"

    def prove(normaliser: Normaliser) -> str:
        _establish(normaliser, facts)
        form = normaliser.form(one)
        gap = normaliser.forms.reduced(form - normaliser.form(other))
        if not gap.is_zero:
            raise Undecided(f"the normal form of the difference is {_short(normaliser.forms.describe(gap))}")
        return f"both sides are {_short(normaliser.forms.describe(normaliser.forms.reduced(form)))}"

    verdict, reason, witness, pieces, missing = Verdict.HOLDS, "", None, list[Piece](), ""
    try:
        pieces = list(over_pieces(domain, prove))
    except Undecided as undecided:
        missing = str(undecided)
    checked, contradiction = 0, None
    if missing:
        verdict, reason = Verdict.INCONCLUSIVE, missing
        witness = _separate(one, other, domain)
        if witness is not None:
            verdict, reason = Verdict.VIOLATED, "the two sides differ at the witness"
    else:
        checked, contradiction = _agree(one, other, domain)
        if contradiction is not None:
            verdict, reason = Verdict.INCONCLUSIVE, f"engine contradiction: sides differ at {contradiction}"
        elif checked == 0:
            verdict, reason = Verdict.INCONCLUSIVE, "no point of the domain could be evaluated in balls"
    return ENGINE.finding(
        verdict,
        domain,
        statement,
        reason=reason,
        witness=witness,
        certificate={
            "kind": "identity",
            "left": str(one),
            "right": str(other),
            "domain": domain.describe(),
            "pieces": [piece.as_json() for piece in pieces],
        }
        if verdict is Verdict.HOLDS
        else None,
        effort={"pieces": len(pieces), "points": checked},
        seconds=time.perf_counter() - started,
        premises=premises,
    )


def _short(text: str, length: int = 400) -> str:
    return text if len(text) <= length else text[:length] + " ..."


def _separate(left: Any, right: Any, domain: Domain) -> Witness | None:
    for point in balls.interior_points(domain, 40, seed=1):
        sign = balls.compare(left, right, point)
        if sign:
            return balls.witness(left, right, point, sign, "the two sides differ")
    return None


def _agree(left: Any, right: Any, domain: Domain) -> tuple[int, dict[str, str] | None]:
    """How many random points could be evaluated, and a point where the sides certainly differ."""
    checked = 0
    for point in balls.interior_points(domain, 4 * CHECK_POINTS, seed=2):
        try:
            balls.value(left, point), balls.value(right, point)
        except balls.NoValue:
            continue
        if balls.compare(left, right, point):
            return checked, {name: str(value) for name, value in point.items()}
        checked += 1
        if checked == CHECK_POINTS:
            break
    return checked, None


# -- signs ------------------------------------------------------------------------------------------


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
        _establish(normaliser, facts)
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
        witness = _counterexample(goal, domain, relation)
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


def _counterexample(goal: Any, domain: Domain, relation: str) -> Witness | None:
    zero = sympy.Integer(0)
    exact = _exact_counterexample(goal, domain, relation)
    if exact is not None:
        return exact
    for point in balls.random_points(domain, SEARCH_POINTS, seed=3):
        if balls.compare(goal, zero, point, (128,)) == -1:
            return balls.witness(goal, zero, point, -1, f"the expression is not {relation}")
        if relation == ">0" and _exactly_zero(goal, point):
            return _touching(goal, point)
    return None


def _exactly_zero(goal: Any, point: balls.Point) -> bool:
    try:
        ball = balls.value(goal, point)
    except balls.NoValue:
        return False
    return bool(ball.is_exact() and ball == 0)


def _touching(goal: Any, point: balls.Point) -> Witness:
    shown = balls.witness(goal, sympy.Integer(0), point, 1, "the expression vanishes")
    return Witness(shown.program, shown.data, "0", "0", "==", shown.note)


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
    if relation not in ALLOWED or relation == "==0":
        raise InputError(f"relation must be one of >=0, >0, <=0, <0, got {relation!r}")
    domain = Domain(range)
    goal = expression(expr, domain)
    statement = statement or f"{goal} {relation[:-1]} 0"
    top, below = _univariate(goal, range)
    span = of_axis(range)
    poles = sign_table(below, span)
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


def _univariate(goal: Any, range: Real) -> tuple[fmpq_poly, fmpq_poly]:
    """Numerator and denominator (before any cancellation) as rational polynomials."""
    variable = fmpq_poly([0, 1])

    def walk(node: Any) -> tuple[fmpq_poly, fmpq_poly]:
        if node.is_Rational:
            value = fraction(node)
            return fmpq_poly([fmpq(value.numerator, value.denominator)]), fmpq_poly([1])
        if node.is_Symbol:
            return variable, fmpq_poly([1])
        if node.is_Add or node.is_Mul:
            top, below = walk(node.args[0])
            for argument in node.args[1:]:
                one, other = walk(argument)
                top, below = (top * other + one * below if node.is_Add else top * one), below * other
            return top, below
        if node.is_Pow and node.exp.is_Integer:
            top, below = walk(node.base)
            power = abs(int(node.exp))
            if node.exp < 0 and top == 0:
                raise InputError("expression divides by zero")
            return (top**power, below**power) if node.exp > 0 else (below**power, top**power)
        raise InputError(f"expression must be a rational function of {range.name} over Q, it contains {node}")

    return walk(goal)


def _sign_witness(goal: Any, range: Real, table: SignTable, relation: str, top: fmpq_poly) -> Witness:
    zero = sympy.Integer(0)
    for at, sign in zip(table.points, table.signs, strict=True):
        if sign and sign not in ALLOWED[relation]:
            at = at if range.contains(at) else _nudge(at, of_axis(range))
            return balls.witness(goal, zero, {range.name: at}, sign, f"the expression is not {relation}")
    for root in table.roots:
        if root.exact:
            return _touching(goal, {range.name: root.lo})
    return _algebraic_witness(range.name, table.roots[0], top)


def _nudge(at: Fraction, span: Span) -> Fraction:
    raise AssertionError(f"sample {at} lies outside {span}")


def _algebraic_witness(name: str, root: Root, top: fmpq_poly) -> Witness:
    polynomial = [str(coefficient) for coefficient in top.coeffs()]
    data = {"variable": name, "polynomial": polynomial, "root_between": [str(root.lo), str(root.hi)]}
    return Witness("polynomial_root", data, "0", "0", "==", "the numerator has a root between the two ends")


# -- linear combinations ----------------------------------------------------------------------------


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
    terms, findings, reasons = [], [], []
    for number, part in enumerate(parts):
        if len(part) not in (3, 4) or (len(part) == 4 and part[3] not in (">=", "==")):
            raise InputError(
                f"part {number} must be (coefficient, left, right) with an optional '>=' or '==', got {part!r}"
            )
        coefficient, one, other = (expression(value, domain, f"part {number}") for value in part[:3])
        terms.append(coefficient * (one - other))
        if len(part) == 3 or part[3] == ">=":
            sign = prove_nonnegative(coefficient, domain, positive=positive)
            findings.append(sign)
            if sign.verdict is not Verdict.HOLDS:
                where = f" (at {sign.witness.data['point']})" if sign.witness else ""
                reasons.append(f"coefficient {number}, {coefficient}, is not proved nonnegative{where}: {sign.reason}")
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
