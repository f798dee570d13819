"""The determinant identity by induction, and its consequence for common factors; exact convergents first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, rational, symbolic
from proofs_checks.engines.facts import declared, exact_rational
from proofs_checks.engines.rational import Relation
from theory.pcf import determinant_claims
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import convergents

KNOWN = ((0, 2, 1, 1, 0, 0), (-3, 4, -4, -1, -4, 2), (0, 0, 1, 1, 0, 0), (1, 1, 1, 0, 1, 1))
"""Formulas with much cancellation."""


@lru_cache(maxsize=4)
def drawn(seed: int, count: int) -> tuple[tuple[int, ...], ...]:
    """The known formulas and random keys of the census that do not terminate."""
    draw = np.random.default_rng(seed)
    found: list[tuple[int, ...]] = list(KNOWN)
    while len(found) < count:
        key = tuple(int(value) for value in draw.integers(-5, 6, 6))
        if any(key[:3]) and any(key[3:]) and ContinuedFraction.of_key(key).terminates_at is None:
            found.append(key)
    return tuple(found)


@lru_cache(maxsize=4)
def rows(seed: int, count: int, depth: int) -> tuple[tuple[tuple[int, ...], tuple[Any, ...], tuple[int, ...]], ...]:
    """For each drawn formula its convergents up to a depth and the products b_1 ... b_n."""
    found = []
    for key in drawn(seed, count):
        formula = ContinuedFraction.of_key(key)
        products = [1]
        for n in range(1, depth + 1):
            products.append(products[-1] * formula.b_at(n))
        found.append((key, tuple(convergents(formula, depth)), tuple(products)))
    return tuple(found)


def _attack_value(formula: Formula, **at: int) -> Fraction:
    """The formula at integers, exactly."""
    value = formula.at(**at)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else exact_rational(formula.mpmath(**at))


def _signs(subject: Subject, effort: Effort) -> Finding:
    """Determinants of drawn formulas against the claimed sign, in integers."""
    sign, depth = subject["sign"], 60 if effort.full else 30
    made = [(row, n) for row in rows(effort.seed, 40, depth) for n in (1, 2, 3, 4, 5, depth - 1, depth)]
    values = {n: _attack_value(sign, n=n) for n in {n for _, n in made}}

    def verify(instance: Any) -> Relation:
        (_, found, products), n = instance
        return Relation(found[n].p * found[n - 1].q - found[n - 1].p * found[n].q, "==", values[n] * products[n])

    def show(instance: Any) -> Witness:
        (key, _, _), n = instance
        data = {"key": [str(value) for value in key], "n": str(n), "formulas": {"sign": emit_standalone(sign)}}
        return witness.make("pcf", "determinant", data, "left: determinant over product, right: claimed sign")

    return rational.certify(made, verify, "determinants of drawn formulas", "drawn formulas", show=show)


def _divisors(subject: Subject, effort: Effort) -> Finding:
    """Remainders of b_1 ... b_n on division by g_n g_(n-lag)."""
    depth, back = 200 if effort.full else 40, int(subject["lag"])
    statement = f"g_n g_(n-{back}) divides b_1 ... b_n for drawn formulas"
    made = [(row, n) for row in rows(effort.seed, 40, depth) for n in range(2, depth + 1)]

    def verify(instance: Any) -> Relation:
        (_, found, products), n = instance
        return Relation(products[n] % (found[n].g * found[n - back].g), "==", 0)

    def show(instance: Any) -> Witness:
        (key, _, _), n = instance
        data = {"key": [str(value) for value in key], "n": str(n), "lag": str(back)}
        return witness.make("pcf", "remainder", data, "the remainder is not 0")

    return rational.certify(made, verify, statement, "drawn formulas", show=show)


def _symbols(names: str) -> tuple[list[Any], Domain]:
    symbols = [sympy.Symbol(name, real=True) for name in names.split()]
    return symbols, Domain(*(Real(name) for name in names.split()))


@lru_cache(maxsize=1)
def _step() -> Finding:
    """The determinant of one step is -b_n times the one before: p_n = a p + b p', q_n = a q + b q'."""
    (a, b, p, p_before, q, q_before), numbers = _symbols("a b p p_before q q_before")
    following = (a * p + b * p_before) * q - p * (a * q + b * q_before)
    return symbolic.prove_identity(
        following, -b * (p * q_before - p_before * q), numbers, statement="det_(n+1) = -b_(n+1) det_n"
    )


@lru_cache(maxsize=1)
def _base() -> Finding:
    """n = 1: p_1 q_0 - p_0 q_1 = b_1, from p_(-1) = 1, p_0 = a_0, q_(-1) = 0, q_0 = 1."""
    (a0, a1, b1), numbers = _symbols("a0 a1 b1")
    p1, q1 = a1 * a0 + b1 * 1, a1 * 1 + b1 * 0
    return symbolic.prove_identity(p1 * 1 - a0 * q1, b1, numbers, statement="det_1 = b_1")


@lru_cache(maxsize=1)
def _cofactor() -> Finding:
    """With p_n = g x, q_n = g y, p_(n-1) = h z, q_(n-1) = h t the determinant is g h (x t - z y)."""
    (g, h, x, y, z, t), numbers = _symbols("g h x y z t")
    return symbolic.prove_identity(
        g * x * (h * t) - h * z * (g * y), g * h * (x * t - z * y), numbers, statement="det_n = g_n g_(n-1) (integer)"
    )


def _sign_findings(sign: Formula) -> list[Finding]:
    """The claimed sign is 1 at n = 1 and changes at every step; it must be declared for all n >= 1."""
    axis = Integer("n", 1)
    declared(sign, Domain(axis))
    following = sign.substitute({"n": lambda n: n + 1}, [axis])
    return [
        symbolic.prove_identity(sign.substitute({"n": 1}), sympy.Integer(1), Domain(), statement="sign(1) = 1"),
        symbolic.prove_identity(following, sign.scaled(-1), Domain(axis), statement="sign(n+1) = -sign(n)"),
    ]


@check("pcf.identity.det", timeout=30)
def determinant(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact convergents of drawn formulas; then the induction, for all sequences and all n."""
    domain = determinant_claims.determinant.domain
    yield _signs(subject, effort).for_part("determinant")
    yield _divisors(subject, effort).for_part("divisor")
    statement = "p_n q_(n-1) - p_(n-1) q_n = sign(n) b_1 ... b_n"

    def induction() -> Finding:
        signs = _sign_findings(subject["sign"])
        return derivation.by_lemma("induction", [_base(), _step(), *signs], domain, statement)

    proved = derivation.derive(induction, domain, statement)
    yield proved.for_part("determinant")
    lag = symbolic.prove_identity(sympy.Integer(subject["lag"]), sympy.Integer(1), Domain(), statement="the lag is 1")
    divides = derivation.by_lemma(
        "common_divisor", [proved, _cofactor(), lag], domain, "g_n g_(n-1) divides b_1 ... b_n"
    )
    yield divides.for_part("divisor")
