"""Hypergeometric minimal solutions for d_a <= 1, d_b = 2: degree and limit attacked on all of them, then counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, rational, symbolic
from proofs_checks.engines.facts import exact_rational, formula_equal
from proofs_checks.engines.rational import Relation
from proofs_checks.pcf.census import counted
from theory.pcf import census, product_claims
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.enclosures import Enclosure, enclose
from theory.pcf.product_limits import ProductLimit, product_limits, residual
from theory.pcf.quadratic import QuadraticNumber

_BITS = 64
_TRIED = 60

Row = tuple[tuple[int, ...], ProductLimit]


@lru_cache(maxsize=1)
def listed() -> tuple[Row, ...]:
    """All formulas of the census with such a minimal solution, the top coefficient of a positive."""
    keys = census.keys()
    keys = keys[(keys[:, 0] == 0) & (census.leading_arrays(keys[:, :3])[1] > 0)]
    return tuple((tuple(keys[row].tolist()), found) for row, found in product_limits(keys).items())


@lru_cache(maxsize=1)
def counts() -> Mapping[str, int]:
    """Formulas by degree of a and by limit, both signs of a."""
    found = dict.fromkeys(("linear", "zero", "infinite", "irrational", "constant"), 0)
    for key, product in listed():
        value = product.value
        if value is not None and not value.is_rational:
            found["irrational"] += 2
            continue
        found["linear" if key[1] else "constant"] += 2
        if value is None:
            found["infinite"] += 2
        elif key[1] and value.sign == 0:
            found["zero"] += 2
    return found


def _attack_at(formula: Formula, at: Mapping[str, Any]) -> Fraction:
    value = formula.at(**at)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else exact_rational(formula.mpmath(**at))


def _point(key: tuple[int, ...], found: ProductLimit) -> dict[str, Fraction | int]:
    _, e, d, c, b1, _ = key
    return {"t": 2 * c * d - e * (b1 + c), "s": math.isqrt(e * e + 4 * c), "w": 2 * c * found.r - b1, "c": c}


def _shown(row: Row, **more: Any) -> dict[str, Any]:
    key, found = row
    return {"key": [str(x) for x in key], "r": str(found.r), "C": [str(x) for x in found.coefficients], **more}


def _stored(row: Row) -> dict[str, Any]:
    """C by pairs (x, y) for x + y s."""
    numbers = ((c.x, c.y) if isinstance(c, QuadraticNumber) else (c, 0) for c in row[1].coefficients)
    return {"formula": list(row[0]), "r": str(row[1].r), "C": [[str(x), str(y)] for x, y in numbers]}


@lru_cache(maxsize=1)
def _rational() -> tuple[Row, ...]:
    """Those with rational z."""
    return tuple(row for row in listed() if isinstance(row[1].z, Fraction))


def _spread(rows: Sequence[Row]) -> Sequence[Row]:
    return rows[:: max(1, len(rows) // _TRIED)]


def _degrees(subject: Subject) -> Finding:
    """The claimed degree against the polynomials."""
    degree = subject["degree"]
    emitted = emit_standalone(degree)

    def verify(row: Row) -> Relation:
        return Relation(_attack_at(degree, _point(*row)), "==", len(row[1].coefficients) - 1)

    def show(row: Row) -> Witness:
        return witness.make("pcf", "product_degree", _shown(row, formulas={"degree": emitted}), "right: degree of C")

    return rational.certify(
        _spread(_rational()),
        verify,
        "C has the degree rho",
        "listed formulas",
        show=show,
        data=_stored,
    )


@lru_cache(maxsize=1)
def _enclosed() -> tuple[tuple[Row, Enclosure], ...]:
    """Formulas with a finite limit and enclosures by Worpitzky's tail (c < 0), which know nothing of C."""
    rows = [row for row in _rational() if row[1].value is not None and row[0][3] < 0]
    found = []
    for row in _spread(rows):
        try:
            ball = enclose(ContinuedFraction.of_key(row[0]), _BITS, 400)
        except InputError:
            continue
        if ball.hypothesis == "worpitzky":
            found.append((row, ball))
    return tuple(found)


def _limits(subject: Subject) -> Finding:
    """The claimed limit against the interval of the tail."""
    limit = subject["limit"]
    emitted = emit_standalone(limit)

    def verify(instance: tuple[Row, Enclosure]) -> Relation:
        (key, found), ball = instance
        C = found.coefficients
        claimed = _attack_at(limit, {"d": key[2], "z": found.z, "r": found.r, "ratio": sum(C, Fraction(0)) / C[0]})
        return Relation(abs(claimed * 2**ball.scale - ball.centre), "<=", ball.radius)

    def show(instance: tuple[Row, Enclosure]) -> Witness:
        row, ball = instance
        data = _shown(row, N=str(ball.depth), formulas={"limit": emitted})
        return witness.make("pcf", "product_distance", data, "right: half of the interval that holds L")

    return rational.certify(
        _enclosed(),
        verify,
        "the limit lies in its enclosure",
        "listed formulas",
        show=show,
        data=lambda instance: instance[1].data(instance[0][0]),
    )


@lru_cache(maxsize=1)
def _every_residual() -> Finding:
    """The polynomial identity for C, expanded, for all listed formulas; and which limits are irrational."""

    def verify(row: Row) -> list[Relation]:
        key, found = row
        rest = residual((key[1], key[2]), (key[3], key[4], key[5]), found.z, found.r, list(found.coefficients))
        value = found.value
        if value is None or isinstance(found.z, Fraction):
            return [Relation(x, "==", 0) for x in rest]
        zero = [Relation(part, "==", 0) for x in rest for part in (x.x, x.y)]
        return [*zero, Relation(abs(value.y), ">", 0)]

    statement = "the equation for C holds; L is irrational with z"
    return rational.certify(listed(), verify, statement, "listed formulas", data=_stored)


@lru_cache(maxsize=1)
def _top() -> list[Finding]:
    """The highest two coefficients of the equation for C = n^k + ..., with e = (z^2 - c)/z, s = -(z^2 + c)/z."""
    import sympy

    names = "z c d r q k"
    z, c, d, r, q, k = sympy.symbols(names, real=True)
    axes = Domain(*(Real(name) for name in names.split()))
    # multiplied by z: e z = z^2 - c
    vanishing = symbolic.prove_identity(
        z * z - (z * z - c) - c, sympy.Integer(0), axes, statement="the coefficient of n^(k+1) vanishes: z^2 = e z + c"
    )
    sz, ez = -(z * z + c), z * z - c
    t_z = 2 * c * d * z - ez * (c * (r + q) + c)
    next_one = symbolic.prove_identity(
        2 * c * z * (z * z * (k + 1 + r) - z * d - c * (q - k)),
        -sz * 2 * c * z * k - z * (t_z + (c * (r - q) + c) * sz),
        axes,
        statement="the coefficient of n^k is -s z (k - rho), rho = -(t/s + w + c)/(2c)",
    )
    return [vanishing, next_one]


def _degree(degree: Formula) -> list[Finding]:
    """The claimed degree is -(t/s + w + c)/(2c) for all t, w, all s > 0 and c != 0."""
    import sympy

    t, s, w, c = sympy.symbols("t s w c", real=True)
    statement = "the claimed degree is -(t/s + w + c)/(2c)"
    return [
        formula_equal(
            degree,
            -(t / s + w + c) / (2 * c),
            Domain(Real("t"), Real("s", 0, open_lo=True), Real("w"), half),
            statement=statement,
        )
        for half in (Real("c", 0, open_lo=True), Real("c", None, 0, open_hi=True))
    ]


def _first(limit: Formula) -> Finding:
    """The claimed limit is d - z (1 + r) C(1)/C(0) for all numbers."""
    import sympy

    d, z, r, ratio = sympy.symbols("d z r ratio", real=True)
    numbers = Domain(*map(Real, ("d", "z", "r", "ratio")))
    statement = "the claimed limit is d - z (1 + r) C(1)/C(0)"
    return formula_equal(limit, d - z * (1 + r) * ratio, numbers, statement=statement)


@check("pcf.rational.products", timeout=60)
def products(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Degrees and enclosures on listed formulas; all counts; then the theorem."""
    domain = product_claims.products.domain
    degrees, limiting = _degrees(subject), _limits(subject)
    yield degrees.for_part("degree")
    yield limiting.for_part("limit")
    for role, number in counts().items():
        data = {"count": role}
        yield counted(subject, role, number, f"formulas: {role}", "product_count", data, domain).for_part(role)
    identity = derivation.by_lemma(
        "petkovsek",
        [*_top(), *_degree(subject["degree"]), _every_residual(), degrees],
        domain,
        "u_n/u_(n-1) = z A(n) C(n+1)/C(n), A | b(n+1); the minimal solution grows like n! z^n, so A(n) = n + 1 + r; "
        "the coefficient of n^k gives deg C = rho, the others C from the top down or a contradiction; t/s + w is "
        "-c (2 rho + 1), rational and not 0, only if w is rational, and s is or t = 0",
    )
    for part in ("solution", "degree", "complete"):
        yield identity.for_part(part)
    value = derivation.by_lemma(
        "pincherle",
        [identity, _first(subject["limit"]), limiting],
        domain,
        "L = a_0 - f_0/f_(-1) with f_n = C(n+1) prod z (k+1+r)",
    )
    yield value.for_part("limit")
