"""The H-consistency bounds for tau = 0 and tau = 1, for every number of classes.

Pointwise: the pair (j, k) of a likeliest and the predicted label is tied. Writing p', s' for p and s with the
pair's entries replaced by their means, the regret splits into a term for the order of the scores, a term that a
classical inequality bounds below by 0, and the two-class value ``P T(beta/P)``, ``P = p_j + p_k``, which
convexity brings down to ``T(beta)``. The expected form is :mod:`proofs_checks.comp_sum.lift`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum import expansions
from proofs_checks.comp_sum.bounded import in_a_box, incomplete
from proofs_checks.comp_sum.samples import Conditional, conditionals
from proofs_checks.comp_sum.transformations import attack
from proofs_checks.engines.derivation import Derivation, Fact, Sample, convexity, derive
from theory import lemmas
from theory.comp_sum import bounds, claims
from theory.comp_sum.witnesses import real

_DIGITS = 60
_PAIR = (
    Real("P", 0, 1, open_lo=True),
    Real("x", 0, 1),
    Real("w", 0, 1, open_hi=True),
)


def _pair(c: Conditional) -> dict[str, Fraction]:
    """Mass P of the pair, relative gap x of its probabilities, relative gap w of its softmax values, sum sigma."""
    mass, total = c.p[c.j] + c.p[c.k], c.s[c.j] + c.s[c.k]
    return {
        "P": mass,
        "x": (c.p[c.j] - c.p[c.k]) / mass,
        "w": (c.s[c.k] - c.s[c.j]) / total,
        "sigma": total,
    }


def _tied(values: list[Fraction], j: int, k: int) -> list[Fraction]:
    mean = (values[j] + values[k]) / 2
    return [mean if index in (j, k) else value for index, value in enumerate(values)]


def _sumexp_sample(c: Conditional) -> Sample:
    with mpmath.workdps(_DIGITS):
        p, s = _tied(c.p, c.j, c.k), _tied(c.s, c.j, c.k)
        rest = sum((mpmath.sqrt(real(x)) for i, x in enumerate(c.p) if i not in (c.j, c.k)), mpmath.mpf(0))
        roots = sum(mpmath.sqrt(real(x)) for x in p)
        gap = sum(real(a / b) for a, b in zip(p, s, strict=True)) - roots**2
        return Sample({**_pair(c), "R": rest, "C": max(gap, mpmath.mpf(0))}, c.regret(0), {"n": c.n})


def _logistic_sample(c: Conditional) -> Sample:
    with mpmath.workdps(_DIGITS):
        p, s = _tied(c.p, c.j, c.k), _tied(c.s, c.j, c.k)
        divergence = sum((real(a) * mpmath.log(real(a / b)) for a, b in zip(p, s, strict=True) if a > 0), mpmath.mpf(0))
        values = {name: value for name, value in _pair(c).items() if name != "sigma"}
        values |= {"tau": Fraction(1), "beta": c.p[c.j] - c.p[c.k]}
        return Sample({**values, "G": max(divergence, mpmath.mpf(0))}, c.regret(1), {"n": c.n})


def _sumexp_pointwise() -> tuple[Derivation, Fact]:
    """regret >= P (1 - sqrt(1 - x^2)) for the sum-exponential loss."""
    variables = Domain(*_PAIR, Real("sigma", 0, 1, open_lo=True), Real("R", 0, None), Real("C", 0, None))
    d = Derivation(variables, [_sumexp_sample(c) for c in conditionals()])
    P, x, w, sigma, R, C = (d[name] for name in ("P", "x", "w", "sigma", "R", "C"))
    half = sympy.sqrt(P / 2)
    pair_roots = half * (sympy.sqrt(1 + x) + sympy.sqrt(1 - x))
    order = 2 * P / sigma * (x * w + w**2) / (1 - w**2)
    left = d.expands(
        "split off the order of the pair, tie it, and compare with the least risk",
        order + C + (R + 2 * half) ** 2 - (R + pair_roots) ** 2,
        sizes=[expansions.sumexp(n) for n in expansions.SIZES],
    )
    ordered = d.nonnegative("the predicted label has the larger softmax value", order)
    cauchy = d.lemma("sum p'/s' >= (sum sqrt p')^2", lemmas.CAUCHY_SCHWARZ, C, sympy.Integer(0))
    spread = ((1 - sympy.sqrt(1 + x)) ** 2 + (1 - sympy.sqrt(1 - x)) ** 2) / 2
    concave = d.nonnegative("2 - sqrt(1+x) - sqrt(1-x) is half a sum of squares", spread)
    value = P * (1 - sympy.sqrt((1 - x) * (1 + x)))
    fact = d.combine("drop the nonnegative terms", left, value, [(1, ordered), (1, cauchy), (2 * R * half, concave)])
    return d, fact


def _logistic_pointwise() -> tuple[Derivation, Fact]:
    """regret >= P T_1(x) for the logistic loss."""
    variables = Domain(*_PAIR, Real("G", 0, None), Real("tau", 1, 1), bounds.BETA)
    d = Derivation(variables, [_logistic_sample(c) for c in conditionals()])
    P, x, w, G = (d[name] for name in ("P", "x", "w", "G"))
    value = P * bounds.transform_logistic.at(beta=x)
    order = -P / 2 * ((1 + x) * sympy.log(1 - w) + (1 - x) * sympy.log(1 + w))
    left = d.expands(
        "split off the order of the pair and tie it: what is left is a divergence",
        order + value + G,
        sizes=[expansions.logistic(n) for n in expansions.SIZES],
    )
    ordered = d.nonnegative("-log(1 - w^2) >= 0", -sympy.log(1 - w**2))
    wider = d.nonnegative("log(1 + w) - log(1 - w) >= 0", sympy.log(1 + w) - sympy.log(1 - w))
    gibbs = d.lemma("the divergence KL(p' || s') is >= 0", lemmas.GIBBS, G, sympy.Integer(0))
    fact = d.combine("drop the nonnegative terms", left, value, [(P / 2, ordered), (P * x / 2, wider), (1, gibbs)])
    return d, fact


def _bring_down(d: Derivation, pointwise: Fact, exact: Formula, convex: Fact) -> Fact:
    """regret >= P T(x) >= T(P x): T is convex with T(0) = 0 and P <= 1; beta = P x."""
    P, x = d["P"], d["x"]
    at_zero = d.identity("T(0) = 0, which is all that k = j needs", exact.at(beta=0), sympy.Integer(0))
    scaled, inner = exact.at(beta=P * x), exact.at(beta=x)
    chord = d.lemma(
        "P T(x) + (1 - P) T(0) >= T(P x)", lemmas.CONVEX_CHORD, P * inner, scaled, requires=[convex, at_zero]
    )
    same = d.identity("the pair's value is P T(x)", pointwise.right, P * inner)
    return d.combine("regret >= T(beta)", pointwise.left, scaled, [(1, pointwise), (1, same), (1, chord)])


def _derivation(
    pointwise: Callable[[], tuple[Derivation, Fact]], exact: Formula, claimed: Formula, scope: Domain, lifted: bool
) -> Finding:
    expected = " and its expectation" if lifted else ""
    statement = f"regret >= {exact.name}(zero-one regret){expected}"

    def proof() -> Finding:
        convex = convexity(exact)
        d, fact = pointwise()
        final = _bring_down(d, fact, exact, convex)
        reached = d.reaches("regret >= T(beta) at beta = P x", final, exact, claimed, beta=d["P"] * d["x"])
        rests_on = ("comp_sum.jensen_lift",) if lifted else ()
        return d.conclude([final, reached], scope, statement, rests_on=rests_on)

    return derive(proof, scope, statement)


def _check(subject: Subject, effort: Effort, tau: int, proof: Any, exact: Formula) -> Iterator[Finding]:
    claimed = subject["T"]
    if incomplete(subject):
        yield in_a_box(claimed, tau, {"beta": 1})
        return
    for n in (2, 3, 5) if not effort.full else (2, 3, 4, 5, 10, 30):
        scope = claims.sumexp.domain.restrict(Integer("n", n, n))
        yield attack(claimed, Fraction(tau), n, effort, scope, f"regret >= T(beta) for n = {n}")
    yield _derivation(proof, exact, claimed, claims.sumexp.domain, lifted=True)


def pointwise_logistic(claimed: Formula, scope: Domain) -> Finding:
    """The pointwise logistic bound, on a scope that another claim declares."""
    return _derivation(_logistic_pointwise, bounds.transform_logistic, claimed, scope, lifted=False)


@check("comp_sum.h_consistency.sumexp", timeout=60)
def sumexp(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack by search for several n, then the derivation over all n."""
    return _check(subject, effort, 0, _sumexp_pointwise, bounds.transform_sumexp)


@check("comp_sum.h_consistency.logistic", timeout=60)
def logistic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack by search for several n, then the derivation over all n."""
    return _check(subject, effort, 1, _logistic_pointwise, bounds.transform_logistic)
