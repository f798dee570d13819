"""Exponents of formal solutions against what the recurrence asks for, and convergence by Pincherle's theorem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, rational, symbolic
from proofs_checks.engines.facts import exact_rational, formula_equal
from proofs_checks.engines.rational import Relation
from proofs_checks.pcf import formal
from theory.pcf import regime_bounds, regime_claims, regime_witnesses
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.product_limits import product_limit
from theory.pcf.rational_limits import rational_limit

Point = dict[str, Fraction]

_LEADING = ("A", "B", "alpha1", "alpha2", "beta1", "beta2", "d", "e")
_FAMILY = {
    "dominant": "factorial",
    "minimal": "factorial",
    "factorial error": "factorial",
    "larger": "hyperbolic",
    "smaller": "hyperbolic",
    "hyperbolic error": "hyperbolic",
    "stretch": "sub1",
    "sub1": "sub1",
    "sub2": "sub2",
    "sub2 minimal": "sub2",
    "sub2 error": "sub2",
    "d1": "parabolic",
    "parabolic": "parabolic",
    "d2": "flat",
    "mean": "flat",
}


def _fraction(draw: np.random.Generator, low: int, high: int) -> Fraction:
    return Fraction(int(draw.integers(low, high + 1)), int(draw.integers(1, 8)))


def drawn_point(draw: np.random.Generator, family: str) -> Point:
    """Leading coefficients of a family in the normalisation of the witness programs, and its own parameters."""
    at = {name: _fraction(draw, -9, 9) for name in ("alpha1", "alpha2", "beta1", "beta2")}
    at |= {"d": Fraction(int(draw.integers(0, 4))), "e": Fraction(0)}
    size = Fraction(int(draw.integers(1, 9)), int(draw.integers(1, 9)))
    if family == "factorial":
        e = -int(draw.integers(1, 4))
        at |= {"A": size, "B": _fraction(draw, 1, 9) * int(draw.choice([-1, 1])), "e": Fraction(e)}
        return {**at, "k": Fraction(int(e == -1))}
    if family == "hyperbolic":
        r = Fraction(int(draw.choice([-1, 1])) * int(draw.integers(1, 7)), 7 + int(draw.integers(0, 5)))
        return {**at, "A": 1 + r, "B": -r, "r": r}
    if family in ("sub1", "sub2"):
        return {**at, "A": size, "B": Fraction(1), "e": Fraction(int(family[-1])), "c": size}
    at |= {"A": Fraction(2), "B": Fraction(-1)}
    if family == "parabolic":
        return {**at, "s": size, "beta1": 2 * at["alpha1"] - at["d"] - size**2 / 4}
    return {**at, "beta1": 2 * at["alpha1"] - at["d"]}


def _attack_value(formula: Formula, point: Mapping[str, Fraction]) -> Fraction:
    """The formula at rationals, exactly where it is rational there."""
    arguments = {axis.name: sympy.Rational(*point[axis.name].as_integer_ratio()) for axis in formula.variables}
    value = formula.at(**arguments)
    if value.is_Rational:
        return Fraction(int(value.p), int(value.q))
    values: dict[str, Any] = {axis.name: point[axis.name] for axis in formula.variables}
    return exact_rational(formula.mpmath(**values))


def matched(formula: Formula, case: str, effort: Effort, count: int = 12) -> Finding:
    """The claimed exponent at drawn leading coefficients against the recurrence, expanded in rationals."""
    draw = np.random.default_rng([effort.seed, *case.encode()])
    points = [drawn_point(draw, _FAMILY[case]) for _ in range(count * (8 if effort.full else 1))]
    inside = [point for point in points if all(axis.contains(point[axis.name]) for axis in formula.variables)]

    def verify(point: Point) -> Relation:
        return Relation(_attack_value(formula, point), "==", regime_witnesses.matched(case, point))

    def show(point: Point) -> Witness:
        data = {
            "case": case,
            "at": {name: str(value) for name, value in point.items()},
            "point": {axis.name: str(point[axis.name]) for axis in formula.variables},
            "formulas": {"claimed": emit_standalone(formula)},
        }
        return witness.make("pcf", "formal_exponent", data, "left: claimed exponent; right: what the recurrence needs")

    statement = f"{formula.name} makes the next coefficient of the recurrence vanish ({case})"
    return rational.certify(inside, verify, statement, "drawn leading coefficients", show=show)


def _identity(formula: Formula, name: str, **at: int) -> Finding:
    """The claimed exponent equals what the recurrence asks for, as rational functions, for all leading coefficients."""
    needed = formal.required(name).subs(
        {getattr(formal, key.upper()): value for key, value in at.items() if key != "k"}
    )
    return formula_equal(formula, needed, formal.NUMBERS, at=at, statement=f"{formula.name} == {needed} ({name})")


def _with_k(formula: Formula, name: str) -> list[Finding]:
    """Both cases of a factorial exponent: e = -1 with k = 1, and smaller e with k = 0."""
    at_minus_one = {"e": -1} if any(axis.name == "e" for axis in formula.variables) else {}
    return [_identity(formula, f"{name} 1", k=1, **at_minus_one), _identity(formula, f"{name} 0", k=0)]


_HYPERGEOMETRIC = {
    "factorial": ((5, 0, -3, -5, -5, -1), (5, 0, 2, -5, -5, -1), (1, -3, 4, -1, -4, 2)),
    "hyperbolic": ((0, 1, -5, 2, -1, 0), (0, 1, -5, 2, -1, -3)),
}
"""Formulas with a hypergeometric minimal solution f; the first of each has q_n as a multiple of it."""


def _denominators(limits: str, regime: str) -> Finding:
    """Whether q_n is dominant for formulas with finite limits, or all: not a multiple of f, as f_(-1) is not 0.

    Compared are exponents of n! for d_a = d_b (that of f is 0), else the bases |lambda| (that of f is the smaller).
    """
    made = [(key, _minimal_solution(key)) for key in _HYPERGEOMETRIC[regime]]
    chosen = [(key, f) for key, f in made if limits == "all" or f.value is not None]

    def verify(instance: tuple[tuple[int, ...], Any]) -> Relation:
        key, f = instance
        of_f, dominant = (0, 2) if key[0] else (abs(f.z), abs(key[1] - f.z))
        return Relation(dominant if f.coefficients[0] else of_f, "==", dominant)

    def show(instance: tuple[tuple[int, ...], Any]) -> Witness:
        key, f = instance
        z, r = (Fraction(-key[3], key[0]), Fraction(0)) if key[0] else (f.z, f.r)
        data = {"key": [str(x) for x in key], "z": str(z), "r": str(r), "C": [str(c) for c in f.coefficients]}
        return witness.make("pcf", "denominator_growth", data, "left: growth of q_n in closed form; right: claimed")

    statement = "q_n grows like the dominant solution"
    return rational.certify(chosen, verify, statement, "formulas with a hypergeometric minimal solution", show=show)


def _minimal_solution(key: tuple[int, ...]) -> Any:
    formula = ContinuedFraction.of_key(key)
    return rational_limit(formula) if key[0] else product_limit(formula)


def exponents_follow(
    subject: Subject, effort: Effort, domain: Domain, table: Mapping[str, str], *, with_k: bool = False
) -> Iterator[Finding]:
    """For each role: drawn instances, then the identity and the theorem on formal solutions."""
    for role, case in table.items():
        yield matched(subject[role], case, effort).for_part(role)
    for role, case in table.items():
        needed = _with_k(subject[role], case) if with_k else [_identity(subject[role], case)]
        statement = f"{subject[role].name} is the exponent of a solution ({case})"
        yield derivation.by_lemma("birkhoff_trjitzinsky", needed, domain, statement).for_part(role)


@check("pcf.asymptotics.factorial", timeout=30)
def factorial(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Both solutions and the rate of convergence for d_b < 2 d_a."""
    yield _denominators(str(subject["limits"]), "factorial").for_part("power")
    table = {"power": "dominant", "minimal": "minimal", "error": "factorial error"}
    yield from exponents_follow(subject, effort, regime_claims.factorial.domain, table, with_k=True)


@check("pcf.asymptotics.hyperbolic", timeout=30)
def hyperbolic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Both solutions and the rate of convergence for d_b = 2 d_a, positive discriminant."""
    yield _denominators(str(subject["limits"]), "hyperbolic").for_part("power")
    table = {"power": "larger", "minimal": "smaller", "error": "hyperbolic error"}
    yield from exponents_follow(subject, effort, regime_claims.hyperbolic.domain, table)


@check("pcf.asymptotics.subexponential", timeout=30)
def subexponential(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """d_b = 2 d_a + 1 and 2 d_a + 2 with B > 0."""
    table = {
        "stretch": "stretch",
        "sub1": "sub1",
        "sub2": "sub2",
        "sub2_minimal": "sub2 minimal",
        "sub2_error": "sub2 error",
    }
    yield from exponents_follow(subject, effort, regime_claims.subexponential.domain, table)


@check("pcf.asymptotics.parabolic", timeout=30)
def parabolic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """d_b = 2 d_a, discriminant 0."""
    table = {"d1": "d1", "parabolic": "parabolic", "d2": "d2", "mean": "mean"}
    yield from exponents_follow(subject, effort, regime_claims.parabolic.domain, table)


def _characteristic(discriminant: Formula, effort: Effort) -> Finding:
    """The claimed discriminant at drawn zeros l, m of x^2 = A x + B."""
    draw = np.random.default_rng(effort.seed)
    points = [(_fraction(draw, 1, 9), _fraction(draw, -9, 9)) for _ in range(12)]
    pairs = [(one, other) for one, other in points if one + other > 0 and one != other]

    def verify(pair: tuple[Fraction, Fraction]) -> Relation:
        at = {"A": pair[0] + pair[1], "B": -pair[0] * pair[1]}
        return Relation(_attack_value(discriminant, at), "==", (pair[0] - pair[1]) ** 2)

    def show(pair: tuple[Fraction, Fraction]) -> Witness:
        data = {"l": str(pair[0]), "m": str(pair[1]), "formulas": {"claimed": emit_standalone(discriminant)}}
        return witness.make("pcf", "characteristic", data, "left: claimed discriminant; right: (l - m)^2")

    return rational.certify(pairs, verify, "the discriminant is (l - m)^2", "drawn zeros", show=show)


def _discriminant(discriminant: Formula) -> list[Finding]:
    """It is A^2 + 4B, for all A > 0 and B; with A = l + m, B = -l m that is (l - m)^2."""
    zeros = Domain(Real("l"), Real("m"))
    one, other = sympy.Symbol("l", real=True), sympy.Symbol("m", real=True)
    square = formal.A**2 + 4 * formal.B
    at_zeros = square.subs({formal.A: one + other, formal.B: -one * other})
    statement = "the discriminant of x^2 = A x + B is (l - m)^2 for its zeros l, m"
    return [
        formula_equal(discriminant, square, formal.NUMBERS, statement="the claimed discriminant is A^2 + 4B"),
        symbolic.prove_identity(at_zeros, (one - other) ** 2, zeros, statement=statement),
    ]


def _decay(expression: Any, axis: Any, statement: str) -> Finding:
    return symbolic.prove_nonnegative(expression, Domain(axis), strict=True, statement=statement)


def factorial_exponents() -> list[Finding]:
    """Both exponents for d_b < 2 d_a, as claimed by pcf.asymptotics.factorial."""
    return [
        *_with_k(regime_bounds.factorial_power, "dominant"),
        *_with_k(regime_bounds.factorial_minimal, "minimal"),
    ]


def _cases(subject: Subject) -> Iterator[tuple[str, Sequence[Finding], str]]:
    """Each part of the classification: what is proved of the two formal solutions, and what follows for their ratio."""
    delta = _discriminant(subject["discriminant"])
    d1, d2 = _identity(subject["d1"], "d1"), _identity(subject["d2"], "d2")
    e, r, c = formal.E, formal.R, formal.C
    factorial = [*factorial_exponents(), _decay(-e, regime_bounds.E, "n!^e tends to 0: e < 0")]
    yield "factorial", factorial, "the ratio of the solutions is n!^e times powers: it tends to 0, converges"
    powers = [
        _identity(regime_bounds.hyperbolic_power, "larger"),
        _identity(regime_bounds.hyperbolic_minimal, "smaller"),
    ]
    small = _decay(1 - r**2, regime_bounds.R, "|lambda_-/lambda_+| < 1 as A > 0 and the zeros are real and different")
    yield "hyperbolic", [*delta, *powers, small], "the ratio is r^n n^beta with |r| < 1: it tends to 0, converges"
    conjugate = "conjugate solutions of equal modulus; their ratio turns by a fixed angle that is no multiple of 2 pi"
    yield "elliptic", [*delta, *powers], f"{conjugate}, so that no solution is minimal: diverges"
    stretch, both = _identity(regime_bounds.sub1_stretch, "stretch"), _identity(regime_bounds.sub2_power, "sub2")
    other = _identity(regime_bounds.sub2_minimal, "sub2 minimal")
    falls = _decay(c, regime_bounds.C, "exp(-2 c sqrt n) and n^(-c) tend to 0: c > 0")
    above = [stretch, both, other, falls]
    yield "above", above, "the ratio is (-1)^n exp(-2 c sqrt n) or (-1)^n n^(-c): it tends to 0, converges"
    yield (
        "above elliptic",
        [stretch, both, other],
        f"lambda^2 = B < 0: {conjugate} (it is -1 times a slow one): diverges",
    )
    yield "parabolic+", [*delta, d1], "the ratio is exp(-4 sqrt(D1 n)): it tends to 0, converges"
    turning = "the modulus of the ratio is bounded below and its argument unbounded with steps tending to 0"
    yield "parabolic-", [*delta, d1], f"exp(4 i sqrt(-D1 n)): {turning}, so that no solution is minimal: diverges"
    mean = _identity(regime_bounds.parabolic_mean, "mean")
    yield "power", [*delta, d1, d2, mean], "the ratio is n^(-sqrt D2): it tends to 0, converges"
    yield "logarithmic", [*delta, d1, d2, mean], "equal exponents: the ratio is 1/ln n, it tends to 0, converges"
    yield "oscillating", [*delta, d1, d2, mean], f"n^(i sqrt(-D2)): {turning}, so that no solution is minimal: diverges"


@check("pcf.regimes.convergence", timeout=30)
def convergence(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The discriminants at drawn coefficients; then the ratio of the two solutions of each class."""
    domain = regime_claims.convergence.domain
    yield _characteristic(subject["discriminant"], effort).for_part("hyperbolic")
    for role, part in (("d1", "parabolic+"), ("d2", "power")):
        yield matched(subject[role], role, effort).for_part(part)
    for part, proved, follows in _cases(subject):
        solutions = derivation.by_lemma("birkhoff_trjitzinsky", proved, domain, f"two solutions, {part}")
        yield derivation.by_lemma("pincherle", [solutions], domain, f"{part}: {follows}").for_part(part)
