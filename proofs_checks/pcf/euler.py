"""Euler's continued fractions: convergents against partial sums in rationals, then the induction step as identities."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Sample, derive
from theory import lemmas
from theory.pcf import euler_claims
from theory.pcf.euler_witnesses import euler_formulas, top_degree
from theory.pcf.reduction_witnesses import fraction_of


def _sequences(seed: int, count: int, depth: int) -> list[dict[str, Any]]:
    """Nonzero integers of modulus at most 3: f from 0 to n + 1, h1 from 1 to n, h2 from 1 to n + 1."""
    draw, made = random.Random(seed), []
    for i in range(count):
        n = i % (depth + 1)
        entry: dict[str, Any] = {"n": str(n)}
        for name, size in (("f", n + 2), ("h1", n), ("h2", n + 1)):
            entry[name] = [str(draw.choice([-3, -2, -1, 1, 2, 3])) for _ in range(size)]
        made.append(entry)
    return made


def _attack(subject: Subject, effort: Effort) -> Finding:
    formulas = {role: emit_standalone(subject[role]) for role in subject}

    def evaluate(data: dict[str, Any]) -> Witness:
        return witness.make("pcf", "euler", {**data, "formulas": formulas}, "convergents against partial sums")

    return instances.compare(
        _sequences(effort.seed, 200 if effort.full else 24, 3),
        evaluate,
        wanted=("==",),
        statement="f(0) K_n S_n = f(1) h2(1) (1 - S_n)",
        description="sequences of integers, n <= 3",
    )


_NAMES = ("f_before", "f", "f_after", "h1", "h2", "h2_after", "v", "rho", "S", "first", "F1", "H2")


def _samples() -> list[Sample]:
    """Numbers for the step at drawn values, and (n = 1) F0 P_1 S_1 computed for the left side."""
    draw, made = random.Random(2), []
    for _ in range(6):
        values = {name: Fraction(draw.choice([-3, -2, -1, 1, 2, 3])) for name in _NAMES}
        f0, f1, f2, h1, h2, after = (values[name] for name in ("f_before", "f", "f_after", "h1", "h2", "h2_after"))
        S = 1 + f0 * h1 / (f2 * after)
        values |= {"F1": f1, "H2": h2, "first": S}
        a = (f0 * h1 + f2 * after) / f1
        made.append(Sample({**values, "n": 1}, -h1 * h2 / a * f0 * S, {}))
    return made


def _induction(subject: Subject) -> Finding:
    domain, statement = euler_claims.series.domain, "K_n = (f(1) h2(1)/f(0)) (1/S_n - 1) for every n"

    def proof() -> Finding:
        d = Derivation(Domain(*map(Real, _NAMES), Integer("n", 0)), _samples())
        before, f, after = d["f_before"], d["f"], d["f_after"]
        h1, h2, h2_after, v, rho, S = (d[name] for name in ("h1", "h2", "h2_after", "v", "rho", "S"))
        fa = d.claimed(subject["denominator"], f_before=before, f_after=after, h1=h1, h2_after=h2_after)
        b = d.claimed(subject["numerator"], h1=h1, h2=h2)
        d.expands("f(0) K_1 S_1, as at the samples", d.claimed(subject["value"], f1=d["F1"], h2=d["H2"], S=d["first"]))
        # u_(n-2), u_(n-1), u_n for u_n/u_(n-1) = f(n+1) h2(n+1)/f(n)
        u = (before * v, f * h2 * v, after * h2_after * h2 * v)
        first = d.identity("f(n) (u_n - a_n u_(n-1) - b_n u_(n-2)) = 0", f * u[2], fa * u[1] + b * f * u[0])
        later = d.claimed(subject["grows"], f_before=before, h1=h1) * rho
        sums = (S, S + after * h2_after * rho, S + after * h2_after * rho + later)
        second = d.identity(
            "and the same for u_n S_n, where f(n+1) h2(n+1) c_n = f(n-1) h1(n) c_(n-1)",
            f * u[2] * sums[2],
            fa * u[1] * sums[1] + b * f * u[0] * sums[0],
        )
        claimed = d.claimed(subject["value"], f1=d["F1"], h2=d["H2"], S=S)
        start = d.identity(
            "the numerator vanishes at S_0 = 1", d.claimed(subject["value"], f1=f, h2=h2, S=sympy.Integer(1)), 0 * f
        )
        line = d.identity("and is the multiple f(1) h2(1) of 1 - S", claimed, d["F1"] * d["H2"] * (1 - S))
        one = after * h2_after * rho
        first_sum = d.claimed(subject["value"], f1=f, h2=h2, S=1 + later)
        begins = [
            d.identity("P_1 = b_1, where f(2) h2(2) rho = 1", first_sum * after * h2_after, b * f * before * one),
            d.identity("Q_1 = a_1: f(1) u_1 S_1 = f(1) a_1 there", after * h2_after + before * h1, fa),
        ]
        last = d.deduce(
            "u_n S_n and u_n (1 - S_n) f(1) h2(1)/f(0) solve the recurrence and begin as Q_n (1, a_1) and P_n (0, "
            "b_1) do: so "
            "they are Q_n and P_n for every n",
            lemmas.INDUCTION,
            requires=[first, second, start, line, *begins],
        )
        return d.conclude([first, second, last], domain, statement)

    return derive(proof, domain, statement)


@check("pcf.euler.series", timeout=30)
def series(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Rationals, then the step of the induction."""
    yield _attack(subject, effort)
    yield _induction(subject)


_DEGREES = {"d22": (2, 2), "d12": (1, 2), "d11": (1, 1), "d02": (0, 2), "d00": (0, 0), "total": ()}


@cache
def euler_keys() -> frozenset[tuple[int, ...]]:
    """All formulas of the census that are Euler series with f = 1."""
    return frozenset(euler_formulas())


@check("pcf.euler.count", timeout=60)
def count(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Every splitting of every b, and the two scales that one coefficient of a allows."""

    def verify(role: str) -> rational.Relation:
        chosen = [
            key
            for key in euler_keys()
            if role == "total" or (top_degree(key[:3]), top_degree(key[3:])) == _DEGREES[role]
        ]
        return rational.Relation(len(chosen), "==", fraction_of(subject[role].mpmath()))

    def show(role: str) -> Witness:
        data = {"degrees": [str(x) for x in _DEGREES[role]], "formulas": {"count": emit_standalone(subject[role])}}
        return witness.make("pcf", "euler_count", data, "all splittings of b")

    yield rational.certify(
        list(_DEGREES),
        verify,
        "numbers of Euler series",
        "degrees",
        show=show,
        data=str,
        whole=euler_claims.count.domain,
    )
