"""The quadratic lower bound of exp-concave functions: a scalar inequality down to its root, then a tangent.

g(z) = -ln(1-z) - z - z^2/4 has the derivative z(1+z)/(2(1-z)): it rises on [z_*, -1], falls on [-1, 0] to g(0) = 0 and
rises on [0, 1). With 2b <= alpha and 2bGD <= -z_* the concave function exp(-2bf) lies below its tangent.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.sea_omd import scalar_bounds, scalar_claims
from theory.sea_omd.scalar_witnesses import log_linear_fall, number

_ONE = sympy.Integer(1)
_CONSTANT = Fraction("0.8118863780531719787")
_DIGITS = Fraction(1, 10**19)
_SIZES = [("1", "1"), ("2", "3"), ("1/2", "1/3"), ("50", "3"), ("1/90", "2"), ("7", "1/80")]


def _at_the_root(subject: Subject) -> Iterator[Finding]:
    source = {"threshold": emit_standalone(subject["threshold"])}
    yield instances.compare(
        [{"formulas": source}],
        lambda data: witness.make("sea_omd", "threshold_below_zero", data, "the threshold beside 0"),
        wanted=("<",),
        statement="the threshold lies below 0",
        description="the threshold",
    )
    cases = (("0", (">",), "-ln(1-z) >= z + z^2/4 at the threshold"), (str(_DIGITS), ("<",), "and not just below it"))
    for below, wanted, text in cases:
        yield instances.compare(
            [{"below": below, "formulas": source}],
            lambda data: witness.make("sea_omd", "quadratic_at_threshold", data, "both sides at the threshold"),
            wanted=wanted,
            statement=text,
            description="the threshold",
        )


def _on_log_linear(subject: Subject) -> Finding:
    """f(x) = -ln(1 + alpha G x)/alpha on [0, D] around the alpha for which both terms of the rate meet."""
    source = {"rate": emit_standalone(subject["rate"])}
    text = "f(D) - f(0) >= the stated lower bound"
    cases = []
    for slope, diameter in _SIZES:
        meeting = 2 * _CONSTANT / (Fraction(slope) * Fraction(diameter))
        for step in range(-12, 13):
            alpha = meeting * (1 + Fraction(step, 800))
            cases.append({"alpha": str(alpha), "G": slope, "D": diameter, "formulas": source})
    return instances.compare(
        cases,
        lambda data: witness.make("sea_omd", "log_linear", data, text),
        wanted=(">", "=="),
        statement=text,
        description="logarithms of linear functions",
    )


def _rate(alpha: Fraction, slope: Fraction, diameter: Fraction) -> Fraction:
    return min(alpha / 2, _CONSTANT / (slope * diameter))


def _sample(alpha: Fraction, slope: Fraction, diameter: Fraction, fall: Any, along: Any) -> Sample:
    """One function at two points: F = f(u) - f(x) and z = 2b <grad f(x), u-x>."""
    b = _rate(alpha, slope, diameter)
    pieces = {"v": Fraction(-5, 4), "m": Fraction(-1, 3), "w": Fraction(2, 5)}
    known = {
        "alpha": alpha,
        "G": slope,
        "D": diameter,
        "b": b,
        "F": fall,
        "z": 2 * (b if isinstance(along, Fraction) else number(b)) * along,
    }
    return Sample({**known, **pieces}, fall, {})


def _samples() -> list[Sample]:
    """Logarithms of linear functions, squares and logistic losses, between several pairs of points."""
    made = []
    with mpmath.workdps(60):
        for slope, diameter in _SIZES:
            alpha, G, D = Fraction(9, 5) / (Fraction(slope) * Fraction(diameter)), Fraction(slope), Fraction(diameter)
            for x, u in ((Fraction(0), D / 2), (D, Fraction(0)), (D / 3, 2 * D / 3)):
                made.append(_sample(alpha, G, D, *log_linear_fall(alpha, G, x, u)))
        for r in (Fraction(1, 3), Fraction(2)):
            for x, u in ((r, -r), (r / 2, r), (-r, r / 4)):
                made.append(_sample(1 / r**2, r, 2 * r, number((u**2 - x**2) / 2), x * (u - x)))
        for start, end in ((1, -1), (-1, 1), (0, 1)):
            fall = mpmath.log(1 + mpmath.exp(-end)) - mpmath.log(1 + mpmath.exp(-start))
            slope_there = -1 / (1 + mpmath.exp(start))
            made.append(_sample(Fraction(1, 3), Fraction(1), Fraction(2), fall, slope_there * (end - start)))
    return made


def _numbers(low: Fraction) -> Derivation:
    """v, m, w run over the three pieces of the range of z."""
    pieces = [Real("v", low, -1), Real("m", -1, 0), Real("w", 0, 1, open_hi=True)]
    free = [Real("z", low, 1, open_hi=True), Real("F"), Real("b", 0, None, open_lo=True)]
    sizes = [scalar_bounds.EXP_CONCAVITY, scalar_bounds.SLOPE, scalar_bounds.DIAMETER]
    return Derivation(Domain(*pieces, *free, *sizes), _samples())


def _scalar_fact(d: Derivation, low: Fraction) -> Fact:
    """-ln(1-z) >= z + z^2/4 on [low, 1)."""
    z, start = d["z"], sympy.Rational(low.numerator, low.denominator)

    def gap(x: Any) -> Any:
        return -sympy.log(1 - x) - x - x**2 / 4

    def slope(x: Any) -> Any:
        return x * (1 + x) / (2 * (1 - x))

    needs = [
        d.identity("g' = z(1+z)/(2(1-z))", sympy.diff(gap(z), z), slope(z)),
        d.nonnegative("g rises up to -1", slope(d["v"])),
        d.nonnegative("g falls from -1 to 0", -slope(d["m"])),
        d.nonnegative("g rises from 0", slope(d["w"])),
        d.enclosed("g >= 0 where it starts", gap(start), sympy.Integer(0)),
        d.identity("g(0) = 0", gap(sympy.Integer(0)), sympy.Integer(0)),
    ]
    right = z + z**2 / 4
    return d.lemma(
        "-ln(1-z) >= z + z^2/4", lemmas.MEAN_VALUE, -sympy.log(1 - z), right, requires=needs, smooth=[gap(z)]
    )


def _rational(formula: Formula) -> Fraction:
    """The value of a formula without variables that is a decimal number of less than 30 digits."""
    return Fraction(mpmath.nstr(formula.mpmath(dps=50), 30))


def _scalar(subject: Subject) -> Finding:
    scope, statement = scalar_claims.expconcave.domain, "-ln(1-z) >= z + z^2/4 from the threshold on"

    def proof() -> Finding:
        low = _rational(subject["threshold"])
        d = _numbers(low)
        left = d.expands("f(u) - f(x)", d["F"])
        facts = [
            d.identity(
                "the threshold", sympy.Rational(low.numerator, low.denominator), d.claimed(subject["threshold"])
            ),
            _scalar_fact(d, low),
        ]
        assert left is not None
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _quadratic(subject: Subject) -> Finding:
    scope, statement = scalar_claims.expconcave.domain, "f(u) - f(x) >= p + (b/2) p^2, p = <grad f(x), u-x>"

    def proof() -> Finding:
        low = -2 * _CONSTANT
        d = _numbers(low)
        z, F, b = d["z"], d["F"], d["b"]
        alpha, G, D = d["alpha"], d["G"], d["D"]
        left = d.expands("f(u) - f(x)", F)
        stated = d.claimed(scalar_bounds.quadratic_rate, alpha=alpha, G=G, D=D)
        end = sympy.Rational(*_CONSTANT.as_integer_ratio())
        rate = [d.by_definition("b is the rate", b, stated), d.by_definition("and no more", stated, b)]
        half = d.by_definition("the least of two is at most the first: b <= alpha/2", alpha / 2, b)
        least = d.by_definition("and at most the second", end / (G * D), b)
        reach = d.combine("2 b G D <= -z_*", 2 * end, 2 * b * G * D, [(2 * G * D, least)])
        tangent = d.lemma(
            "exp(-2b(f(u) - f(x))) <= 1 - z, z = 2b <grad f(x), u-x> >= -2bGD",
            lemmas.SUPPORTING_LINE,
            1 - z,
            sympy.exp(-2 * b * F),
            requires=[half, reach, *rate],
        )
        above = d.lemma(
            "2b(f(u) - f(x)) >= -ln(1-z)",
            lemmas.EXPONENTIAL_MONOTONE,
            2 * b * F,
            -sympy.log(1 - z),
            requires=[tangent],
        )
        along = z / (2 * b)
        terms = [(1 / (2 * b), above), (1 / (2 * b), _scalar_fact(d, low))]
        facts = [
            d.combine("f(u) - f(x) >= p + (b/2) p^2 at p = z/(2b)", left, along + b / 2 * along**2, terms),
            d.at_least("the claimed rate is no larger", scalar_bounds.quadratic_rate, subject["rate"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.expconcave", timeout=30)
def expconcave(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The root from both sides and the extremal functions, then monotone pieces and a tangent."""
    for finding in _at_the_root(subject):
        yield finding.for_part("scalar")
    yield _on_log_linear(subject).for_part("quadratic")
    yield _scalar(subject).for_part("scalar")
    yield _quadratic(subject).for_part("quadratic")
