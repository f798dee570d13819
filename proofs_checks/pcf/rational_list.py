"""Hypergeometric minimal solutions: the solution and the limit attacked on the whole list, then counted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, rational, symbolic
from proofs_checks.engines.facts import exact_rational, formula_equal
from proofs_checks.engines.rational import Relation
from proofs_checks.pcf.census import counted
from proofs_checks.pcf.irrational import listed
from theory.pcf import certificate_claims
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.polynomials import leading
from theory.pcf.enclosures import Enclosure, enclose
from theory.pcf.rational_limits import RationalLimit, residual

_TRIED = 40
_FULL_TRIED = 400
_BITS = 64

Row = tuple[tuple[int, ...], RationalLimit]


@lru_cache(maxsize=1)
def counts() -> Mapping[str, int]:
    """Formulas by degree of a and by limit, both signs of a."""
    found = {f"{degree}{kind}": 0 for degree in ("quadratic", "linear") for kind in ("", "_zero", "_infinite")}
    for key, limit in listed():
        degree = "quadratic" if key[0] else "linear"
        found[degree] += 2
        if limit.value is None:
            found[f"{degree}_infinite"] += 2
        elif limit.value == 0:
            found[f"{degree}_zero"] += 2
    return found


def _attack_at(formula: Formula, **at: Any) -> Fraction:
    value = formula.at(**at)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else exact_rational(formula.mpmath(**at))


@lru_cache(maxsize=4)
def _spread(count: int) -> tuple[Row, ...]:
    rows = listed()
    return rows[:: max(1, len(rows) // count)]


@lru_cache(maxsize=4)
def _enclosed(count: int) -> tuple[tuple[Row, Enclosure], ...]:
    """Formulas with a finite limit and their enclosures by the tail, which know nothing of C."""
    finite = [row for row in _spread(count) if row[1].value is not None]
    return tuple((row, enclose(ContinuedFraction.of_key(row[0]), _BITS)) for row in finite)


def _value(C: tuple[Fraction, ...], n: int) -> Fraction:
    return sum((c * Fraction(n) ** k for k, c in enumerate(C)), Fraction(0))


def _solutions(subject: Subject, count: int) -> Finding:
    """zeta^n C(n+1) in the recurrence, with the claimed zeta."""
    zeta = subject["zeta"]
    emitted = emit_standalone(zeta)
    ratios = {(A, B): _attack_at(zeta, A=A, B=B) for A, B in {_tops(row[0]) for row in _spread(count)}}
    made = [(row, n) for row in _spread(count) for n in (1, 2, 5)]

    def verify(instance: Any) -> Relation:
        (key, limit), n = instance
        z = ratios[_tops(key)]
        formula = ContinuedFraction.of_key(key)
        u = [z**k * _value(limit.coefficients, n - 1 + k) for k in range(3)]
        return Relation(u[2] - formula.a_at(n) * u[1] - formula.b_at(n) * u[0], "==", 0)

    def show(instance: Any) -> Witness:
        (key, limit), n = instance
        data = {"key": [str(x) for x in key], "C": [str(c) for c in limit.coefficients], "n": str(n)}
        return witness.make("pcf", "solution_residual", {**data, "formulas": {"zeta": emitted}}, "left: residual")

    return rational.certify(
        made,
        verify,
        "zeta^n C(n+1) solves the recurrence",
        "listed formulas",
        show=show,
        data=lambda instance: {"formula": list(instance[0][0]), "n": instance[1]},
    )


def _tops(key: tuple[int, ...]) -> tuple[int, int]:
    return leading(key[:3]), leading(key[3:])


def _limits(subject: Subject, count: int) -> Finding:
    """The claimed limit against the interval of the tail."""
    limit = subject["limit"]
    emitted = emit_standalone(limit)

    def verify(instance: Any) -> Relation:
        (key, found), ball = instance
        A, B = _tops(key)
        ratio = _value(found.coefficients, 1) / _value(found.coefficients, 0)
        claimed = _attack_at(limit, a0=Fraction(key[2]), zeta=Fraction(-B, A), ratio=ratio)
        return Relation(abs(claimed * 2**ball.scale - ball.centre), "<=", ball.radius)

    def show(instance: Any) -> Witness:
        (key, found), ball = instance
        data = {"key": [str(x) for x in key], "C": [str(c) for c in found.coefficients], "N": str(ball.depth)}
        return witness.make("pcf", "distance_from_limit", {**data, "formulas": {"limit": emitted}}, "right: radius")

    return rational.certify(
        _enclosed(count),
        verify,
        "the limit lies in its enclosure",
        "listed formulas",
        show=show,
        data=lambda instance: instance[1].data(instance[0][0]),
    )


@lru_cache(maxsize=1)
def _every_residual() -> Finding:
    """The polynomial identity for C, expanded, for all listed formulas."""
    return rational.certify(
        listed(),
        lambda row: [Relation(x, "==", 0) for x in residual(row[0], row[1].coefficients)],
        "A B a(n) C(n) - A^2 b(n) C(n-1) + B^2 C(n+1) = 0 for every listed formula",
        "listed formulas",
        data=lambda row: {"formula": list(row[0]), "C": [str(c) for c in row[1].coefficients]},
    )


_SIGNS = {name: (Real(name, 0, open_lo=True), Real(name, None, 0, open_hi=True)) for name in ("A", "B")}


def _ratio(zeta: Formula) -> list[Finding]:
    """The claimed zeta is -B/A for all A != 0 and B != 0."""
    import sympy

    A, B = sympy.symbols("A B", real=True)
    quadrants = itertools.product(_SIGNS["A"], _SIGNS["B"])
    return [formula_equal(zeta, -B / A, Domain(*axes), statement="the claimed zeta is -B/A") for axes in quadrants]


def _first(limit: Formula) -> Finding:
    """The claimed limit is a_0 - zeta C(1)/C(0) for all numbers."""
    import sympy

    a0, zeta, ratio = sympy.symbols("a0 zeta ratio", real=True)
    numbers = Domain(Real("a0"), Real("zeta"), Real("ratio"))
    return formula_equal(limit, a0 - zeta * ratio, numbers, statement="the claimed limit is a_0 - zeta C(1)/C(0)")


@lru_cache(maxsize=1)
def _multiplied() -> Finding:
    """a C = -b C'/zeta + zeta C'' with zeta = -B/A, times A B, is the identity in integers."""
    import sympy

    names = "a b A B C0 C1 C2"
    a, b, A, B, before, now, after = sympy.symbols(names, real=True)
    axes = [Real(name) for name in ["a", "b", "C0", "C1", "C2"]]
    zeta = -B / A
    left = A * B * (a * now + b * before / zeta - zeta * after)
    right = A * B * a * now - A**2 * b * before + B**2 * after
    quadrants = itertools.product(_SIGNS["A"], _SIGNS["B"])
    found = [symbolic.prove_identity(left, right, Domain(*axes, *signs)) for signs in quadrants]
    return derivation.by_lemma("petkovsek", found, Domain(), "the equation for C in integers, for all signs of A, B")


@check("pcf.rational.list", timeout=40)
def rational_list(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Recurrence and enclosure on listed formulas; all counts; then the theorem."""
    domain = certificate_claims.rational.domain
    count = _FULL_TRIED if effort.full else _TRIED
    solving = _solutions(subject, count)
    yield solving.for_part("solution")
    limiting = _limits(subject, count)
    yield limiting.for_part("limit")
    for role, number in counts().items():
        yield counted(subject, role, number, f"formulas: {role}", "listed_formulas", {"count": role}, domain).for_part(
            role
        )
    identity = derivation.by_lemma(
        "petkovsek",
        [_multiplied(), *_ratio(subject["zeta"]), _every_residual(), solving],
        domain,
        "u_n/u_(n-1) = z A(n) C(n+1)/C(n) with A | b tends to -B/A for the minimal solution, so A = 1, z = zeta; the "
        "top coefficient of the equation gives deg C = rho, the others C from the top down or a contradiction",
    )
    yield identity.for_part("solution")
    yield identity.for_part("complete")
    value = derivation.by_lemma(
        "pincherle",
        [identity, _first(subject["limit"]), limiting],
        domain,
        "L = a_0 - f_0/f_(-1) with f_n = zeta^n C(n+1)",
    )
    yield value.for_part("limit")
