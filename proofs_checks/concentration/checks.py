"""Chernoff's exponent against its lower bounds: both sides and their slopes meet at q = p, curvatures are ordered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Sample, derive
from theory import lemmas
from theory.concentration import claims, witnesses
from theory.concentration.definitions import relative_entropy

_P = [Fraction(value) for value in ("1/10000", "1/100", "1/3", "1/2", "7/8")]
_NEAR = [Fraction(value) for value in ("1/10000", "1/2000", "1/50", "1/3", "9/10")]
_DIGITS = 60


def _tangent(subject: Subject, scope: Domain, moving: str, points: Sequence[dict[str, Fraction]]) -> Iterator[Finding]:
    """``kl >= exponent`` by a tangent of their difference in ``moving``: q itself, or s with q = p + s(1 - p)."""
    formulas = {"exponent": emit_standalone(subject["exponent"])}
    statement = "relative entropy >= exponent"
    yield instances.compare(
        [{name: str(value) for name, value in point.items()} | {"formulas": formulas} for point in points],
        lambda data: witness.make("concentration", "exponent", data, "relative entropy against the claimed exponent"),
        wanted=(">", "=="),
        statement=statement,
        description=f"values of p and {moving}",
    )

    def proof() -> Finding:
        def place(point: Any) -> Any:
            return point["q"] if moving == "q" else point["p"] + point["s"] * (1 - point["p"])

        with mpmath.workdps(_DIGITS):
            samples = [
                Sample(point, relative_entropy(_real(place(point)), _real(point["p"]), mpmath.log), {})
                for point in points
            ]
        d = Derivation(scope, samples)
        p, x = d["p"], d[moving]
        q = place({"p": p, moving: x})
        left = d.expands("sum over two outcomes", relative_entropy(q, p, sympy.log))
        right = d.claimed(subject["exponent"], **{"p": p, moving: x})
        slack, start = left - right, p if moving == "q" else sympy.Integer(0)
        facts = [
            d.identity("both sides meet at q = p", slack.subs(x, start), 0),
            d.identity("their slopes meet there", slack.diff(x).subs(x, start), 0),
            d.nonnegative("the curvatures are ordered", sympy.factor(sympy.together(slack.diff(x, 2)))),
        ]
        above = d.lemma("the difference is convex", lemmas.TANGENT, left, right, requires=facts, smooth=[slack])
        return d.conclude([above], scope, statement)

    yield derive(proof, scope, statement)


def _real(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


_LAWS: list[tuple[Fraction, Fraction, int, bool]] = [
    (Fraction(p), Fraction(s), n, halves)
    for p, s, n, halves in (
        *(("1/2", "9999999/10000000", 1, False), ("1/100", "999999/1000000", 1, False)),
        *(("1/10", "1/2", 6, False), ("1/3", "1/4", 9, True), ("1/2", "1/2", 12, True)),
        *(("1/2", "4/5", 3000, False), ("1/10", "2/3", 3000, False), ("1/50", "1/2", 3000, False)),
        *(("9/10", "9/10", 8000, False), ("3/10", "1/3", 6000, False)),
    )
]


def _law_sample(law: tuple[Fraction, Fraction, int, bool]) -> Sample:
    """Rates of one law: L of its tail, K of its exponential moment at the best multiplier of the bound."""
    p, s, n, halves = law
    q = p + s * (1 - p)
    multiplier = mpmath.log(_real(q * (1 - p) / (p * (1 - q))))
    half = 1 - _real(p) + _real(p) * mpmath.exp(multiplier / (2 if halves else 1))
    chance = witnesses.tail(p, halves, n, q)
    rate = (mpmath.log(chance.denominator) - mpmath.log(chance.numerator)) / n
    return Sample({"p": p, "s": s, "L": rate, "K": mpmath.log(half) * (2 if halves else 1)}, rate, {"n": n})


@check("concentration.chernoff.tail", timeout=30)
def chernoff(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact tails of laws, then Markov's inequality at the multiplier log(q(1-p)/(p(1-q)))."""
    statement, formulas = "-log(tail)/n >= exponent", {"exponent": emit_standalone(subject["exponent"])}
    yield instances.compare(
        [{"p": str(p), "s": str(s), "n": n, "halves": halves, "formulas": formulas} for p, s, n, halves in _LAWS],
        lambda data: witness.make("concentration", "chernoff", data, "rate of an exact tail against the exponent"),
        wanted=(">", "=="),
        statement=statement,
        description="laws, n and s",
    )
    scope = claims.chernoff.domain

    def proof() -> Finding:
        with mpmath.workdps(_DIGITS):
            samples = [_law_sample(law) for law in _LAWS]
        rates = (Real("L", 0, None), Real("K", 0, None))
        d = Derivation(Domain(scope["p"], scope["s"], *rates), samples)
        p, q, L, K = d["p"], d["p"] + d["s"] * (1 - d["p"]), d["L"], d["K"]
        multiplier = sympy.log(q * (1 - p) / (p * (1 - q)))
        left = d.expands("L = -log(tail)/n", L)
        upward = d.nonnegative("the multiplier is nonnegative", q * (1 - p) - p * (1 - q))
        markov = d.lemma("at this multiplier", lemmas.CHERNOFF_METHOD, left, multiplier * q - K, requires=[upward])
        largest = sympy.log(1 - p + p * q * (1 - p) / (p * (1 - q)))
        moment = d.lemma("the moment", lemmas.BOUNDED_MOMENT, largest, K, requires=[upward])
        rate = d.combine("together", left, multiplier * q - largest, [(1, markov), (1, moment)])
        exact = d.identity("this is the exponent", rate.right, d.claimed(subject["exponent"], p=p, s=d["s"]))
        return d.conclude([rate, exact], scope, statement)

    yield derive(proof, scope, statement)


@check("concentration.exponent.hoeffding", timeout=30)
def hoeffding(subject: Subject, effort: Effort) -> Iterator[Finding]:
    points = [{"p": p, "q": p + t * (1 - p)} for p in _P for t in _NEAR]
    yield from _tangent(subject, claims.hoeffding.domain, "q", points)


@check("concentration.exponent.bernstein", timeout=30)
def bernstein(subject: Subject, effort: Effort) -> Iterator[Finding]:
    yield from _tangent(
        subject, claims.bernstein.domain, "s", [{"p": p, "s": s * size} for p in _P for s in _NEAR for size in (p, 1)]
    )
