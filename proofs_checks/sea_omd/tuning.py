"""What the constants of the convex case are at best: the step's factor, and delta against the smoothness."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory.sea_omd import convex_claims

Point = Mapping[str, Fraction]
_STATEMENTS = {"least": "the objective is never below the claimed minimum", "attained": "and attains it"}


def _attack_minimum(subject: Subject, objective: str, variable: str, points: Sequence[Point]) -> Iterator[Finding]:
    """The objective at the claimed minimiser, and at points on both sides of the true one."""
    roles = {"objective": objective, "least": "least", "at": "at"}
    formulas: dict[str, Formula] = {name: subject[role] for name, role in roles.items()}
    data = {
        "formulas": {name: emit_standalone(formula) for name, formula in formulas.items()},
        "reads": {name: [axis.name for axis in formulas[name].variables] for name in ("least", "at")},
        "variable": variable,
    }

    def show(program: str) -> Callable[[Point], Witness]:
        def make(point: Point) -> Witness:
            text = {name: str(value) for name, value in point.items()}
            return witness.make("sea_omd", program, {**data, "point": text}, "the objective against its minimum")

        return make

    for part, program, wanted in (("attained", "attained", ("==",)), ("least", "no_less", (">", "=="))):
        yield instances.compare(
            list(points), show(program), wanted=wanted, statement=_STATEMENTS[part], description="points"
        ).for_part(part)


Value = Callable[[Point], Any]


def _derivation(domain: Domain, points: Sequence[Point], value: Value) -> Derivation:
    return Derivation(domain, [Sample(dict(point), value(point), {}) for point in points])


def _minimum(
    subject: Subject, roles: tuple[str, str], domain: Domain, points: Sequence[Point], value: Value
) -> Iterator[Finding]:
    """objective = least + weight (root - root of the minimiser)^2; the weight is 1/c, or A/sqrt(delta)."""
    objective, variable = roles

    def proof(part: str) -> Finding:
        d = _derivation(domain, points, value)
        own = {axis.name: d[axis.name] for axis in domain.ranges}
        rest = {name: symbol for name, symbol in own.items() if name != variable}
        formulas: dict[str, Formula] = {name: subject[name] for name in (objective, "least", "at")}
        claimed = d.claimed(formulas[objective], **own)
        d.expands("the objective", claimed)
        at = d.claimed(formulas["at"], **rest)
        least = d.claimed(formulas["least"], **rest)
        facts = _facts(d, part, variable, claimed, at, least)
        return d.conclude(facts, domain, _STATEMENTS[part])

    for part in ("least", "attained"):
        yield derive(functools.partial(proof, part), domain, _STATEMENTS[part]).for_part(part)


def _facts(d: Derivation, part: str, variable: str, claimed: Any, at: Any, least: Any) -> list[Fact]:
    own = d[variable]
    if part == "attained":
        return [d.identity("the objective at the minimiser", claimed.subs(own, at), least)]
    if variable == "c":
        weight, one, other = 1 / own, own, at
    else:
        weight = (sympy.Rational(3, 2) + d["theta"]) * d["D"] / sympy.sqrt(own)
        one, other = sympy.sqrt(own), sympy.sqrt(at)
    square = d.nonnegative("a square", (one - other) ** 2)
    return [d.combine("objective >= minimum", claimed, least, [(weight, square)])]


_STEPS: tuple[Point, ...] = tuple({"c": Fraction(c)} for c in ("1/10", "7071/10000", "1", "3"))


@check("sea_omd.convex.step_factor", timeout=20)
def step_factor(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Points on both sides, then a square."""
    yield from _attack_minimum(subject, "factor", "c", _STEPS)
    domain = convex_claims.step_factor.domain
    yield from _minimum(subject, ("factor", "c"), domain, _STEPS, lambda at: 1 / (2 * at["c"]) + at["c"])


def _smooth_points() -> tuple[Point, ...]:
    made = []
    for D, L, theta, share in (
        ("2", "1", "1/2", "1"),
        ("1/3", "5", "1", "1000001/1000000"),
        ("7", "1/4", "1/5", "4"),
        ("3", "2", "1/10", "1/9"),
    ):
        d, s, t = Fraction(D), Fraction(L), Fraction(theta)
        best = Fraction(3, 2) * (Fraction(3, 2) + t) * (1 + t) / t * d**2 * s**2
        made.append({"D": d, "delta": best * Fraction(share), "L": s, "theta": t})
    return tuple(made)


def _smooth_terms(at: Point) -> Any:
    """A sqrt(delta) + max over s of (A sqrt(3) L s - theta sqrt(delta)/((1 + theta) 2 D) s^2), by its vertex."""
    import mpmath

    with mpmath.workdps(60):
        D, delta, L, theta = (mpmath.mpf(at[k].numerator) / at[k].denominator for k in ("D", "delta", "L", "theta"))
        A, root = (mpmath.mpf(3) / 2 + theta) * D, mpmath.sqrt(delta)
        slope, weight = A * mpmath.sqrt(3) * L, theta / (1 + theta) * root / (2 * D)
        best = slope / (2 * weight)
        return A * root + slope * best - weight * best**2


@check("sea_omd.convex.tuning", timeout=20)
def tuning(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Points on both sides, then a square."""
    points = _smooth_points()
    yield from _attack_minimum(subject, "terms", "delta", points)
    yield from _minimum(subject, ("terms", "delta"), convex_claims.tuning.domain, points, _smooth_terms)
