"""Bounds on delta and on its blind measurement: exact finite continued fractions, then derivations."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, instances, symbolic
from proofs_checks.engines.derivation import Derivation, Sample, derive
from proofs_checks.engines.facts import formula_equal
from proofs_checks.pcf import regimes
from theory import lemmas
from theory.pcf import delta_bounds, delta_claims, delta_witnesses

Data = dict[str, Any]


def _data(a: list[int], b: list[int], **at: int) -> Data:
    return {
        "a": [str(value) for value in a],
        "b": [str(value) for value in b],
        **{name: str(value) for name, value in at.items()},
    }


@lru_cache(maxsize=4)
def drawn(seed: int, count: int) -> tuple[tuple[list[int], list[int], list[Fraction]], ...]:
    """Finite continued fractions with their convergents, none of which is infinite.

    The value of the first ones is the mean of their first two convergents, with denominators M and M m + 1: both
    errors are exactly half the distance.
    """
    draw = np.random.default_rng(seed)
    found: list[tuple[list[int], list[int], list[Fraction]]] = []
    for size, m in ((2, 1), (2, 30), (1000, 1), (1000, 10**6)):
        a, b = [0, size, m, size], [1, 1, size * m + 1]
        found.append((a, b, delta_witnesses.finite_convergents(a, b)))
    while len(found) < count:
        a = [int(value) for value in draw.integers(1, 9, 8)]
        b = [int(value) for value in draw.choice([-3, -2, -1, 1, 2, 3], 7)]
        try:
            found.append((a, b, delta_witnesses.finite_convergents(a, b)))
        except ZeroDivisionError:
            continue
    return tuple(found)


@lru_cache(maxsize=4)
def neighbours(seed: int, count: int) -> tuple[tuple[Data, Fraction, Fraction, Fraction, Fraction], ...]:
    """(data, eps_n, eps_(n+1), 1/(q~_n q~_(n+1)), q~_n) for all n of the drawn fractions with decreasing errors."""
    found = []
    for a, b, x in drawn(seed, count):
        for n in range(1, len(x) - 2):
            one, two = abs(x[-1] - x[n]), abs(x[-1] - x[n + 1])
            if 0 < two <= one and x[n].denominator >= 2:
                step = Fraction(1, x[n].denominator * x[n + 1].denominator)
                found.append((_data(a, b, n=n), one, two, step, Fraction(x[n].denominator)))
    return tuple(found)


@lru_cache(maxsize=4)
def measured(seed: int, count: int) -> tuple[tuple[Data, Fraction], ...]:
    """(data, theta) for all n < m of the drawn fractions with 0 < eps_m < eps_n."""
    found = []
    for a, b, x in drawn(seed, count):
        for n in range(1, len(x) - 2):
            for m in range(n + 1, len(x) - 1):
                far, near = abs(x[-1] - x[n]), abs(x[-1] - x[m])
                if 0 < near < far and x[n].denominator >= 2 and x[n] != x[m]:
                    found.append((_data(a, b, n=n, m=m), near / far))
    return tuple(found)


def _tried(formula: Formula, role: str, program: str, tried: list[Data], wanted: tuple[str, ...], text: str) -> Finding:
    source = emit_standalone(formula)

    def evaluate(data: Data) -> Witness:
        return witness.make("pcf", program, {**data, "formulas": {role: source}}, text)

    return instances.compare(tried, evaluate, wanted=wanted, statement=text, description="finite continued fractions")


def _samples(seed: int) -> list[Sample]:
    made = []
    for data, one, two, step, _ in neighbours(seed, 24)[:24]:
        x = delta_witnesses.finite_convergents([int(v) for v in data["a"]], [int(v) for v in data["b"]])
        n = int(data["n"])
        values = {"eps": one, "eps_next": two, "distance": abs(x[n] - x[n + 1]), "least": step}
        made.append(Sample({name: _mpf(value) for name, value in values.items()}, _mpf(one), {}))
    return made


def _mpf(value: Fraction) -> Any:
    with mpmath.workdps(60):
        return mpmath.mpf(value.numerator) / value.denominator


def _distance(factor: Formula, effort: Effort) -> Finding:
    """The derivation for a claimed factor, from the triangle inequality."""
    domain, statement = delta_claims.upper.domain, "factor * eps_n >= 1/(q~_n q~_(n+1))"

    def proof() -> Finding:
        numbers = Domain(*(Real(name, 0) for name in ("eps", "eps_next", "distance", "least")))
        d = Derivation(numbers, _samples(effort.seed))
        eps, eps_next, distance, least = (d[name] for name in ("eps", "eps_next", "distance", "least"))
        d.expands("the error of the n-th convergent", eps)
        triangle = d.lemma("|x_n - x_(n+1)| <= eps_n + eps_(n+1)", lemmas.SEMINORM, eps + eps_next, distance)
        decreasing = d.by_definition("errors decrease", eps, eps_next)
        apart = d.lemma(
            "x_n and x_(n+1) differ, as b_1 ... b_(n+1) is not 0: by a nonzero integer over q~_n q~_(n+1)",
            lemmas.COMMON_DIVISOR,
            distance,
            least,
        )
        enough = d.combine("twice the error", 2 * eps, least, [(1, triangle), (1, decreasing), (1, apart)])
        claimed = d.claimed(factor)
        more = d.nonnegative("and the claimed multiple is no less", (claimed - 2) * eps)
        both = d.combine("the claim", claimed * eps, least, [(1, enough), (1, more)])
        return d.conclude([both], domain, statement)

    return derive(proof, domain, statement)


def _logarithm(bound: Formula) -> Finding:
    """-ln(1/(2 q q'))/ln q - 1 is at most the claimed bound."""
    axes = [delta_bounds.Q, delta_bounds.NEXT]
    exact = Formula("delta", axes, lambda q, q_next: -sympy.log(1 / (2 * q * q_next)) / sympy.log(q) - 1)
    statement = "-ln(1/(2 q~_n q~_(n+1)))/ln q~_n - 1 <= bound"
    return derive(lambda: derivation.formula_at_least(bound, exact, exact.domain), exact.domain, statement)


@check("pcf.delta.upper", timeout=30)
def upper(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact finite fractions; then the triangle inequality, and logarithms."""
    domain = delta_claims.upper.domain
    tried = [row[0] for row in neighbours(effort.seed, 400 if effort.full else 16)]
    statement = "factor * eps_n >= 1/(q~_n q~_(n+1))"
    yield _tried(subject["factor"], "factor", "half_distance", tried, (">", "=="), statement).for_part("distance")
    yield _tried(subject["bound"], "bound", "delta_bound", tried, (">", "=="), "bound >= delta_n").for_part("delta")
    yield _distance(subject["factor"], effort).for_part("distance")
    proved = [_distance(delta_bounds.factor, effort), _logarithm(subject["bound"])]
    delta = derivation.by_lemma("mean_value", proved, domain, "delta_n <= bound: -ln decreases, and ln q~_n > 0")
    yield delta.for_part("delta")
    limit = "ln 2/ln q~_n -> 0 and ln q~_(n+1)/ln q~_n -> 1, so that limsup delta_n <= 1"
    yield derivation.by_lemma("squeeze", [delta], domain, limit).for_part("limit")


def _blind_identity() -> Finding:
    """-ln(eps |1 - t|)/ln q - 1 less delta = -ln(eps)/ln q - 1 is -ln|1 - t|/ln q, for |1 - t| = y > 0."""
    names = ("eps", "y", "q")
    eps, y, q = (sympy.Symbol(name, real=True) for name in names)
    numbers = Domain(Real("eps", 0, open_lo=True), Real("y", 0, open_lo=True), Real("q", 1, open_lo=True))
    gap = (-sympy.log(eps * y) / sympy.log(q) - 1) - (-sympy.log(eps) / sympy.log(q) - 1)
    statement = "blind delta less delta is -ln|1 - t|/ln q~_n, t = (L - x_m)/(L - x_n)"
    return symbolic.prove_identity(gap, -sympy.log(y) / sympy.log(q), numbers, statement=statement)


def _sides(bound: Formula) -> list[Finding]:
    """The claimed bound at t = theta, and above |ln(1 - t)| at t = -theta."""
    q, theta = delta_bounds.Q, delta_bounds.THETA
    one = Formula("one_side", [q, theta], lambda q, theta: -sympy.log(1 - theta) / sympy.log(q))
    t = sympy.Symbol("theta", real=True)
    both = symbolic.prove_nonnegative(
        1 - (1 - t) * (1 + t), Domain(theta), statement="(1 - theta)(1 + theta) <= 1: ln(1 + theta) <= -ln(1 - theta)"
    )
    statement = "-ln(1 - theta)/ln q~_n <= bound"
    return [derive(lambda: derivation.formula_at_least(bound, one, one.domain), one.domain, statement), both]


@check("pcf.blind.error", timeout=30)
def blind(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact finite fractions; then the logarithm of the ratio of the errors."""
    domain = delta_claims.blind.domain
    tried = [row[0] for row in measured(effort.seed, 200 if effort.full else 8)]
    yield _tried(subject["bound"], "bound", "blind_gap", tried, (">", "=="), "bound >= |blind delta - delta|")
    proved = [_blind_identity(), *_sides(subject["bound"])]
    statement = "|ln|1 - t|| <= -ln(1 - theta) for |t| <= theta: ln increases, so that the ends t = +-theta decide"
    yield derivation.by_lemma("mean_value", proved, domain, statement)


def _eigenvalues() -> list[Finding]:
    """(1 + s)/(1 - s) = -((1 + s)/2)^2/t for s^2 = 1 + 4 t, t = b/a^2: the ratio is a^2/|b| times what tends to 1."""
    s = sympy.Symbol("s", real=True)
    ratio, shown = (1 + s) / (1 - s), -(((1 + s) / 2) ** 2) / ((s**2 - 1) / 4)
    ranges = [Real("s", 0, 1, open_lo=True, open_hi=True), Real("s", 1, open_lo=True)]
    statement = "lambda_1/lambda_2 = -((1 + s)/2)^2 a^2/b, s^2 = 1 + 4 b/a^2 -> 1"
    return [symbolic.prove_identity(ratio, shown, Domain(axis), statement=statement) for axis in ranges]


def _leading(excess: Formula) -> Finding:
    """-e N ln N + g N from the eigenvalues, e (N ln N - N) - g N from the error: the claimed excess times N."""
    e, N, g = sympy.Symbol("e", integer=True), sympy.Symbol("N", real=True), sympy.Symbol("g", real=True)
    eigenvalues = -e * N * sympy.log(N) + g * N
    error = e * (N * sympy.log(N) - N) - g * N
    numbers = Domain(delta_bounds.E, Real("N", 1, open_lo=True), Real("g"))
    statement = "the terms of order N ln N cancel, -e N is left"
    return formula_equal(excess, (eigenvalues + error) / N, numbers, statement=statement)


@check("pcf.predictor.bias", timeout=30)
def bias(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Two formulas with b = +-1 at one depth; then both logarithms by their leading terms."""
    domain = delta_claims.bias.domain
    keys = ((0, 2, 1, 0, 0, -1), (1, 0, 1, 0, 0, 1))
    tried = [{"key": [str(value) for value in key], "depth": str(60000 if effort.full else 6000)} for key in keys]
    statement = "|claimed - excess/N| < 6 ln(N)/N"
    yield _tried(subject["excess"], "excess", "predictor_excess", tried, ("<",), statement)
    rates = regimes.factorial_exponents()
    proved = [*_eigenvalues(), *rates, _leading(subject["excess"])]
    follows = "ln N! by Stirling; powers of N and constants are O(ln N)"
    solved = derivation.by_lemma("birkhoff_trjitzinsky", proved, domain, "ln eps_N = e ln N! + N ln(|B|/A^2) + O(ln N)")
    yield derivation.by_lemma("stirling", [solved], domain, follows)
