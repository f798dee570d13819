"""Biased signs: exact games, the posterior argument for every algorithm, and the Gaussian limit with its maximum.

The best play against a fair theta is the end against the sign of the posterior mean, which is the sign of the sum so
far; its error is that of the majority. For the limit: (c K)' = 2c Phi(-c), and c^2 K' = h rises from 0 and then falls.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy
from flint import arb, ctx, fmpq

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from proofs_checks.engines.rational import Relation
from proofs_checks.sea_omd.lower_signs import compared, games
from theory import lemmas
from theory.sea_omd import lower_bounds, lower_claims
from theory.sea_omd.lower_witnesses import (
    biased_regrets,
    error_sum,
    gaussian_integral,
    normal_density,
    normal_tail,
    real,
)

_ONE = sympy.Integer(1)
_HALF = sympy.Rational(1, 2)
_BIASES = ("1/4", "2/5", "9/10", "0")
_UNIT = Fraction(1, 10**18)


# Finitely many rounds


def _biased(longest: int) -> list[dict[str, Any]]:
    return [{**game, "Delta": _BIASES[index % 4]} for index, game in enumerate(games(longest))]


@functools.cache
def _samples() -> tuple[Sample, ...]:
    """A: the mean of both regrets, E: sum E[theta x_t], w: the sum of the majority's errors."""
    made = []
    for game in _biased(7):
        one, other, places = biased_regrets(game)
        known = {name: Fraction(game[name]) for name in ("G", "D", "Delta", "T")}
        rest = {"A": (one + other) / 2, "E": places, "w": error_sum(int(game["T"]), known["Delta"])}
        made.append(Sample({**known, **rest}, max(one, other), {}))
    return tuple(made)


def _posterior(subject: Subject) -> Finding:
    scope, statement = lower_claims.pseudo.domain, "the larger pseudo-regret >= G D B(T, Delta)"

    def proof() -> Finding:
        sizes = (lower_bounds.SLOPE, lower_bounds.DIAMETER, lower_bounds.BIAS, lower_bounds.HORIZON)
        axes = Domain(*sizes, Real("R"), Real("A"), Real("E"), Real("w", 0, None))
        made = [Sample({**s.values, "R": s.left}, s.left, s.axes) for s in _samples()]
        d = Derivation(axes, made)
        G, D, bias, T, R = (d[name] for name in ("G", "D", "Delta", "T", "R"))
        A, E, w = (d[name] for name in ("A", "E", "w"))
        left = d.expands("the larger of both regrets", R)
        mean = d.by_definition("the larger of two is at least their mean", left, A)
        paid = d.lemma(
            "E[G eps_t x_t | theta] = G theta Delta E[x_t | theta], and u = -theta D/2",
            lemmas.TOWER,
            A,
            G * bias * (E + T * D / 2),
        )
        order = d.nonnegative("(1+Delta) - (1-Delta) >= 0: the posterior follows the sign of the sum", 2 * bias)
        best = d.lemma(
            "E[theta x_t] >= -(D/2) E|E[theta|past]|, and E|E[theta|past]| = 1 - 2 P_{t-1}, summed",
            lemmas.TOWER,
            E,
            -D / 2 * (T - 2 * w),
            requires=[order],
        )
        value = G * D * bias * w
        facts = [
            d.combine("R >= G D Delta w", left, value, [(_ONE, mean), (_ONE, paid), (G * bias, best)]),
            d.identity("that is the bound", value, d.claimed(lower_bounds.pseudo_regret, G=G, D=D, Delta=bias, w=w)),
            d.at_least("the claimed bound is no larger", lower_bounds.pseudo_regret, subject["bound"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lower.pseudo", timeout=30)
def pseudo(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The majority attains the bound, other algorithms pay more; then the posterior argument."""
    attained = [
        {"algorithm": "majority", "T": t, "G": slope, "D": size, "Delta": bias}
        for t in (1, 2, 3, 6)
        for slope, size in (("1", "1"), ("3", "1/2"))
        for bias in _BIASES[:3]
    ]
    text = "the larger pseudo-regret is at least the bound"
    yield compared(subject, "bound", "biased_game", attained, (">", "=="), text)
    yield compared(subject, "bound", "biased_game", _biased(8 if effort.full else 6), (">", "=="), text)
    yield _posterior(subject)


# The limit


def _limit_sample(c: Fraction) -> Sample:
    with mpmath.workdps(60):
        x = real(c)
        value = gaussian_integral(x)
        return Sample({"c": c, "P": normal_tail(x), "q": normal_density(x), "I": value}, value, {})


@functools.cache
def _limit_samples() -> tuple[Sample, ...]:
    return tuple(_limit_sample(Fraction(text)) for text in ("1/10", "1/2", "1", "5/4", "3/2", "3", "9"))


def _limit_numbers() -> Derivation:
    """P = Phi(-c), q = phi(c), I = c int_0^1 Phi(-c sqrt s) ds."""
    axes = [lower_bounds.STRENGTH, Real("P", 0, "1/2"), Real("q", 0, "2/5"), Real("I", 0, None)]
    return Derivation(Domain(*axes), _limit_samples())


def _rate(d: Derivation, value: Any) -> Any:
    """d/dc of an expression in c, P and q: P' = -q, q' = -c q."""
    c, P, q = d["c"], d["P"], d["q"]
    return sympy.diff(value, c) - q * sympy.diff(value, P) - c * q * sympy.diff(value, q)


def _closed_form(d: Derivation) -> tuple[Fact, Fact]:
    """I >= K and K >= I."""
    c, P, q, integral = (d[name] for name in ("c", "P", "q", "I"))
    value = d.claimed(lower_bounds.gaussian_value, c=c, P=P, q=q)
    slope = d.identity("(c K)' = 2c Phi(-c)", _rate(d, sympy.expand(c * value)), 2 * c * P)
    start = d.identity("c K = 0 at c = 0", sympy.expand(c * value).subs({c: 0, P: _HALF}), sympy.Integer(0))
    text = "c I = c^2 int_0^1 Phi(-c sqrt s) ds = int_0^c 2v Phi(-v) dv, s = (v/c)^2"
    needs = [slope, start]
    return (
        d.lemma(text, lemmas.FUNDAMENTAL_THEOREM, integral, value, requires=needs),
        d.lemma(text, lemmas.FUNDAMENTAL_THEOREM, value, integral, requires=needs),
    )


def _limit(subject: Subject, part: str) -> Finding:
    scope = lower_claims.pseudo_limit.domain
    statement = {"limit": "B(T, c/sqrt T)/sqrt T -> c int_0^1 Phi(-c sqrt s) ds", "closed": "the closed form"}[part]

    def proof() -> Finding:
        d = _limit_numbers()
        d.expands("c int_0^1 Phi(-c sqrt s) ds", d["I"])
        more, less = _closed_form(d)
        facts = [more, less]
        if part == "limit":
            bounded = d.nonnegative("errors are at most 1/2", 1 - d["P"])
            normal = d.deduce(
                "t = sT, Delta = c/sqrt T: the majority's error tends to Phi(-c sqrt s)",
                lemmas.CENTRAL_LIMIT,
                requires=[],
            )
            sums = d.deduce(
                "B/sqrt T = c (1/T) sum_{t<T} P_t = c int_0^1 P_[sT] ds tends to I",
                lemmas.BOUNDED_CONVERGENCE,
                requires=[normal, bounded],
            )
            facts.append(sums)
        facts.append(d.equal("the claimed closed form", lower_bounds.gaussian_value, subject["K"]))
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


# The maximum


def _ends(ball: Any) -> tuple[Fraction, Fraction]:
    """Rational ends of a ball."""
    low, high = (Fraction(int(end.p), int(end.q)) for end in (ball.lower().fmpq(), ball.upper().fmpq()))
    return low, high


def _enclosed(function: Callable[[Any, Any, Any], Any], c: Fraction) -> tuple[Fraction, Fraction]:
    """Ends of a ball that contains ``function(c, Phi(-c), phi(c))``."""
    before, ctx.prec = ctx.prec, 200
    try:
        x = arb(fmpq(c.numerator, c.denominator))
        tail = (x / arb(2).sqrt()).erfc() / 2
        density = (-x * x / 2).exp() / (2 * arb.pi()).sqrt()
        return _ends(function(x, tail, density))
    finally:
        ctx.prec = before


def _value(c: Any, P: Any, q: Any) -> Any:
    return c * P + (1 - 2 * P) / (2 * c) - q


def _turn(c: Any, P: Any, q: Any) -> Any:
    """h = c^2 K'."""
    return c**2 * P + c * q - (1 - 2 * P) / 2


def _bend(c: Any, P: Any, q: Any) -> Any:
    """m = h'/(2c)."""
    return P - c * q


def _decimal(formula: Any) -> Fraction:
    """A formula without variables that is a decimal number of less than 30 digits."""
    return Fraction(mpmath.nstr(formula.mpmath(dps=50), 30))


def _enclosures(place: Fraction, value: Fraction) -> Finding:
    """h changes sign in the last digit of the place, and K there is the value in 18 decimals."""

    def verify(_: Any) -> list[Relation]:
        low, high = _enclosed(_value, place)
        turn, turned = _enclosed(_turn, place), _enclosed(_turn, place + _UNIT)
        return [
            Relation(turn[0], ">", 0),
            Relation(turned[1], "<", 0),
            Relation(_enclosed(_bend, place)[1], "<", 0),
            Relation(low, ">=", value),
            Relation(high + _UNIT * turn[1] / place**2, "<", value + _UNIT),
        ]

    text = "h > 0 at the place and h < 0 one unit on, h falls there; K and its rise stay within one unit of the value"
    return rational.certify([place], verify, text, "ends of balls")


def _maximum(subject: Subject) -> Finding:
    scope, statement = lower_claims.pseudo_limit.domain, "K <= K(c_*), in 18 decimals"

    def proof() -> Finding:
        d = _limit_numbers()
        c, P, q = d["c"], d["P"], d["q"]
        d.expands("K", d["I"])
        more, less = _closed_form(d)
        place, value = _decimal(subject["argument"]), _decimal(subject["value"])
        known = [
            d.identity("the place", sympy.Rational(place.numerator, place.denominator), d.claimed(subject["argument"])),
            d.identity("the value", sympy.Rational(value.numerator, value.denominator), d.claimed(subject["value"])),
            d.identity("c^2 K' = h", c**2 * _rate(d, _value(c, P, q)), _turn(c, P, q)),
            d.identity("h' = 2c m", _rate(d, _turn(c, P, q)), 2 * c * _bend(c, P, q)),
            d.identity("m' = (c^2 - 2) phi", _rate(d, _bend(c, P, q)), (c**2 - 2) * q),
            d.identity("h = 0 at c = 0", _turn(c, P, q).subs({c: 0, P: _HALF}), sympy.Integer(0)),
            d.premise("enclosures", _enclosures(place, value)),
        ]
        bend = d.deduce(
            "m falls from 1/2 on (0, sqrt 2) and rises to its limit 0 after: it changes sign once",
            lemmas.MEAN_VALUE,
            requires=known,
        )
        turn = d.deduce(
            "h rises from 0, then falls: it changes sign once, between the place and one unit on",
            lemmas.MEAN_VALUE,
            requires=[bend, *known],
        )
        most = d.lemma(
            "K rises up to the place, by less than h/c^2 units beyond, then falls",
            lemmas.MEAN_VALUE,
            d.claimed(subject["value"]) + sympy.Rational(1, 10**18),
            d.claimed(lower_bounds.gaussian_value, c=c, P=P, q=q),
            requires=[turn, *known],
        )
        facts = [more, less, most, d.equal("the claimed closed form", lower_bounds.gaussian_value, subject["K"])]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _attack_maximum(subject: Subject) -> Iterator[Finding]:
    roles = {role: emit_standalone(subject[role]) for role in ("argument", "value")}
    for beyond, wanted in (("0", (">",)), (str(_UNIT), ("<",))):
        yield instances.compare(
            [{"beyond": beyond, "formulas": {"argument": roles["argument"]}}],
            lambda data: witness.make("sea_omd", "gaussian_slope", data, "c^2 K'(c) beside 0"),
            wanted=wanted,
            statement=f"the sign of K' {beyond} beyond the place",
            description="the place of the maximum",
        )
    yield instances.compare(
        [{"within": str(_UNIT), "formulas": roles}],
        lambda data: witness.make("sea_omd", "gaussian_maximum", data, "the distance from the stated maximum"),
        wanted=("<",),
        statement="K at the place is the value",
        description="the maximum",
    )


@check("sea_omd.lower.pseudo_limit", timeout=30)
def pseudo_limit(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Quadrature and the place of the maximum at 50 digits; then limits, a derivative and two changes of sign."""
    cases = [{"c": c} for c in ("1/10", "3/5", "1", "5/4", "3")]
    yield compared(subject, "K", "gaussian_limit", cases, ("==",), "the integral is the closed form").for_part("closed")
    for finding in _attack_maximum(subject):
        yield finding.for_part("maximum")
    yield _limit(subject, "limit").for_part("limit")
    yield _limit(subject, "closed").for_part("closed")
    yield _maximum(subject).for_part("maximum")
