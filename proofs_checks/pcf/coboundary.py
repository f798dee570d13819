"""Formulas with deg a = deg b = 2 and nilpotent periods: counted, and turned into linear ones by exact matrices."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Sample, derive
from theory import lemmas
from theory.pcf import coboundary_claims
from theory.pcf.coboundary_witnesses import limit_by_convergents
from theory.pcf.reduction_coboundary import Coboundary, coboundary, gap, smaller_root
from theory.pcf.reduction_periods import PRIMES, non_terminating, pairs, periods, polynomials
from theory.pcf.reduction_witnesses import fraction_of

Key = tuple[int, ...]

_SLICES: dict[str, tuple[str, list[str]]] = {
    "gap1": ("1", ["1", "2"]),
    "integer": ("1", ["1"]),
    "half": ("1", ["2"]),
    "gap2": ("2", ["1", "2"]),
    "gap3": ("3", ["1", "2"]),
    "gap4": ("4", ["1", "2"]),
    "elsewhere": ("other", []),
}


@cache
def nilpotent_keys() -> tuple[Key, ...]:
    """All formulas with deg a = deg b = 2, leading coefficient of a positive, nilpotent at all twelve primes."""
    every = polynomials()
    b = every[(every[:, 0] != 0) & non_terminating(every)]
    disc = b[:, 1] ** 2 - 4 * b[:, 0] * b[:, 2]
    for prime in PRIMES:
        table = np.array([pow(x, (prime - 1) // 2, prime) != prime - 1 for x in range(prime)])
        b, disc = b[table[disc % prime]], disc[table[disc % prime]]
    keys = pairs(every[every[:, 0] > 0], b)
    for prime in PRIMES:
        traces, determinants = periods(keys[:, :3], keys[:, 3:], prime)
        keys = keys[(traces == 0) & (determinants == 0)]
    return tuple(tuple(int(x) for x in key) for key in keys)


def _slice(role: str) -> list[Key]:
    wanted, denominators = _SLICES[role]
    if wanted == "other":
        return [key for key in nilpotent_keys() if gap(key) not in (1, 2, 3, 4)]
    inside = [key for key in nilpotent_keys() if gap(key) == int(wanted)]
    return [key for key in inside if str(smaller_root(key).denominator) in denominators]


def _count(subject: Subject) -> Finding:
    def verify(role: str) -> rational.Relation:
        return rational.Relation(2 * len(_slice(role)), "==", fraction_of(subject[role].mpmath()))

    def show(role: str) -> Witness:
        wanted, denominators = _SLICES[role]
        primes = [str(prime) for prime in PRIMES]
        formulas = {"count": emit_standalone(subject[role])}
        data = {"gap": wanted, "denominators": denominators, "primes": primes, "formulas": formulas}
        return witness.make("pcf", "nilpotent_formulas", data, "counted formula by formula")

    return rational.certify(
        list(_SLICES),
        verify,
        "formulas of degrees (2,2) that are nilpotent at twelve primes, by the gap of the roots of b",
        "gaps",
        show=show,
        data=str,
        whole=coboundary_claims.degree2.domain,
    ).for_part("count")


def _solved(key: Key) -> Coboundary:
    found = coboundary(key)
    if found is None:
        raise ValueError(f"no coboundary found for {key}")
    return found


def _equivalence() -> Finding:
    """M U(n+1) - r U M' = 0 coefficient by coefficient, det U(1) != 0 and r(n) != 0 for n >= 1.

    Then b_n det U(n+1) = B r(n)^2 det U(n) keeps det U(n) away from 0 for all n >= 1.
    """

    def verify(key: Key) -> list[rational.Relation]:
        found = _solved(key)
        u = found.entries
        root = -found.r[0]
        natural = root.denominator == 1 and root >= 1
        return [
            rational.Relation(found.residual(), "==", 0),
            rational.Relation(u[0] * u[3] - u[1] * u[2], "!=", 0),
            rational.Relation(int(natural), "==", 0),
        ]

    def data(key: Key) -> dict[str, Any]:
        found = _solved(key)
        U = [[[str(x) for x in entry] for entry in row] for row in found.U]
        return {"formula": list(key), "s": str(found.s), "r": [str(x) for x in found.r], "U": U}

    return rational.certify(
        nilpotent_keys(),
        verify,
        "M_(a,b)(n) U(n+1) = r(n) U(n) M_(An+s,B)(n), det U(n) and r(n) not 0 for n >= 1",
        "formulas up to the sign of a",
        data=data,
        whole=coboundary_claims.degree2.domain,
    ).for_part("equivalence")


def _attack_value(subject: Subject, effort: Effort) -> Finding:
    formulas = {"value": emit_standalone(subject["value"])}
    keys = nilpotent_keys()
    apart = [key for key in keys if gap(key) != 1]
    made = apart[:: 1 if effort.full else 3] + list(keys[:: 5 if effort.full else 40])

    def evaluate(key: Key) -> Witness:
        found = _solved(key)
        data = {
            "a": list(key[:3]),
            "b": list(key[3:]),
            "linear": [str(found.top), str(found.s)],
            "constant": str(found.constant),
            "U": [str(x) for x in found.entries],
            "formulas": formulas,
        }
        return witness.make("pcf", "value_of_coboundary", data, "the limit against the image of the linear one's")

    return instances.compare(
        made,
        evaluate,
        wanted=("==",),
        statement="L = a_0 + (U11 K + U12)/(U21 K + U22)",
        description="formulas with nilpotent periods, convergents at depth 60",
    ).for_part("value")


def _samples() -> list[Sample]:
    made = []
    for key in nilpotent_keys()[::60]:
        found = _solved(key)
        K = limit_by_convergents([found.top, found.s], [found.constant], 60) - found.s
        limit = limit_by_convergents(list(key[:3]), list(key[3:]), 60)
        names = dict(zip(("u11", "u12", "u21", "u22"), found.entries, strict=True))
        made.append(Sample({"a0": Fraction(key[2]), **names, "K": K}, limit, {}))
    return made


def _value(subject: Subject, equivalent: Finding) -> Finding:
    domain, statement = coboundary_claims.degree2.domain, "L = a_0 + (U11(1) K + U12(1))/(U21(1) K + U22(1))"

    def proof() -> Finding:
        names = ("a0", "u11", "u12", "u21", "u22", "K")
        d = Derivation(Domain(*map(Real, names)), _samples())
        a0, u11, u12, u21, u22, K = (d[name] for name in names)
        left = d.expands(
            "L is a_0 and the tail U(1) K, a column up to a factor", a0 + (u11 * K + u12) / (u21 * K + u22)
        )
        same = d.premise("U, r and s for every formula", equivalent)
        minimal = d.deduce(
            "U(n) turns solutions of the linear recurrence into solutions, up to the factor r(1) ... r(n), one to one; "
            "its entries are polynomials, the ratio of minimal and dominant solutions decays like n!^-2: minimal "
            "solutions "
            "become minimal, and tails t_n = U(n) K_n",
            lemmas.PINCHERLE,
            requires=[same],
        )
        numbers = dict(zip(names, (a0, u11, u12, u21, u22, K), strict=True))
        top, low = u11 * K + u12, u21 * K + u22
        claimed = d.claimed(subject["value"], **numbers)
        value = d.identity("the claimed value times U21 K + U22", (claimed - a0) * low, top)
        del left
        return d.conclude([same, minimal, value], domain, statement)

    return derive(proof, domain, statement).for_part("value")


@check("pcf.fr.degree2", timeout=60)
def degree2(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Count by exact periods, attack the value, then verify every matrix and conclude."""
    yield _count(subject)
    yield _attack_value(subject, effort)
    equivalent = _equivalence()
    yield equivalent
    yield _value(subject, equivalent)
