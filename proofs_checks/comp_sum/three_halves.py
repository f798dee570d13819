"""The exact transformation for tau <= 3/2: no number of classes helps an adversary beyond two.

Averaging the pair (j, k) in p gives regret >= F(N, u, beta/2) with u = (p_j + p_k)/2, N = sum of p_i^r over the
other labels, r = 1/(2 - tau), q = tau - 1:

    F(N, u, t) = ((N + A(u, t))^(1/r) - (N + A(u, 0))^(1/r))/q,   A(u, t) = (u + t)^r + (u - t)^r.

dF/dt = B(u, t) X with B = ((u + t)^(r-1) - (u - t)^(r-1))/q and X = (N + A)^(1/r - 1). For r <= 2 B falls as u
grows, and by Karamata X is least at N = 0, u = 1/2. So F is at least its value there, the two-class transformation.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum import expansions
from proofs_checks.comp_sum.bounded import in_a_box, incomplete
from proofs_checks.comp_sum.h_consistency import pointwise_logistic
from proofs_checks.comp_sum.samples import Conditional, conditionals
from proofs_checks.comp_sum.tightness import two_class_derivation, two_classes
from proofs_checks.comp_sum.transformations import attack
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Sample, convexity, derive
from theory import lemmas
from theory.comp_sum import bounds
from theory.comp_sum import sharp_claims as claims
from theory.comp_sum.witnesses import bayes_risk, loss, real, risk

_DIGITS = 60
_ONE = Real("tau", 1, 1, latex=r"\tau")
_PIECES = {"below_one": bounds.TAU_BELOW_ONE, "above_one": bounds.TAU_TO_THREE_HALVES}
_EXACT = {"below_one": bounds.transform_below_one, "above_one": bounds.transform_two_class_exact}
_TAUS = {
    "below_one": (Fraction(0), Fraction(1, 2), Fraction(4, 5)),
    "above_one": (Fraction(6, 5), Fraction(7, 5), Fraction(3, 2)),
}


def _areas(u: Any, t: Any, r: Any) -> Any:
    return (u + t) ** r + (u - t) ** r


def _sample(c: Conditional, tau: Fraction) -> Sample:
    with mpmath.workdps(_DIGITS):
        r, q = real(1 / (2 - tau)), real(tau - 1)
        mean = (c.p[c.j] + c.p[c.k]) / 2
        d = (c.p[c.j] - c.p[c.k]) / 2
        law = [real(mean if i in (c.j, c.k) else value) for i, value in enumerate(c.p)]
        scores = [real(value) for value in c.s]
        rest = sum((real(v) ** r for i, v in enumerate(c.p) if i not in (c.j, c.k) and v > 0), mpmath.mpf(0))
        u, t = real(mean), real(d) / 2  # a point of the segment [0, d) where the slopes are tried
        half = mpmath.mpf(1) / 2
        values = {
            "n": Fraction(c.n),
            "tau": tau,
            "beta": 2 * d,
            "u": mean,
            "y": d / 2 / mean,
            "N": rest,
            "F": ((rest + _areas(u, real(d), r)) ** (1 / r) - (rest + 2 * u**r) ** (1 / r)) / q,
            "order": real(d) * (loss(scores[c.j], tau) - loss(scores[c.k], tau)),
            "excess": max(risk(law, scores, tau) - bayes_risk(law, tau), mpmath.mpf(0)),
            "B": ((u + t) ** (r - 1) - (u - t) ** (r - 1)) / q,
            "B_half": ((half + t) ** (r - 1) - (half - t) ** (r - 1)) / q,
            "X": (rest + _areas(u, t, r)) ** (1 / r - 1),
            "X_half": _areas(half, t, r) ** (1 / r - 1),
        }
        return Sample(values, c.regret(tau), {})


def _numbers(piece: str) -> Derivation:
    nonnegative = [Real(name, 0, None) for name in ("N", "F", "order", "excess", "B", "B_half", "X", "X_half")]
    variables = Domain(
        Integer("n", 2, None),
        _PIECES[piece],
        bounds.BETA,
        Real("u", 0, "1/2", open_lo=True),
        Real("y", 0, 1, open_hi=True),
        *nonnegative,
    )
    made = [_sample(c, _TAUS[piece][i % 3]) for i, c in enumerate(conditionals(24))]
    return Derivation(variables, made)


def _slopes(d: Derivation) -> list[Any]:
    """dF/dt >= dG/dt for G = F(0, 1/2, .): the integrands compared factor by factor."""
    tau, u, y, N = (d[name] for name in ("tau", "u", "y", "N"))
    q, r = tau - 1, 1 / (2 - tau)
    half, v, t = sympy.Rational(1, 2), sympy.Symbol("v", real=True), u * y
    slope = ((u + t) ** (r - 1) - (u - t) ** (r - 1)) / q
    slope_half = ((half + t) ** (r - 1) - (half - t) ** (r - 1)) / q
    area, area_half = N + _areas(u, t, r), _areas(half, t, r)
    facts = [
        d.identity(
            "dF/dy = u B X with t = u y",
            sympy.diff(area ** (2 - tau) / q, y),
            u * slope * area ** (1 - tau),
        ),
        d.identity(
            "dG/dy = u B X at N = 0, u = 1/2",
            sympy.diff(area_half ** (2 - tau) / q, y),
            u * slope_half * area_half ** (1 - tau),
        ),
    ]
    at = ((v + t) ** (r - 1) - (v - t) ** (r - 1)) / q
    falls = d.identity(
        "dB/du = r ((u+t)^(r-2) - (u-t)^(r-2))",
        sympy.diff(at, v).subs(v, u),
        r * ((u + t) ** (r - 2) - (u - t) ** (r - 2)),
    )
    order = d.lemma(
        "(u-t)^(r-2) >= (u+t)^(r-2), as r <= 2",
        lemmas.EXPONENTIAL_MONOTONE,
        (u - t) ** (r - 2),
        (u + t) ** (r - 2),
    )
    rises = d.lemma("B >= 0: v^(r-1)/q is increasing", lemmas.EXPONENTIAL_MONOTONE, slope_half, sympy.Integer(0))
    smaller = d.lemma(
        "B(u, t) >= B(1/2, t): B falls on [u, 1/2]", lemmas.MEAN_VALUE, d["B"], d["B_half"], requires=[falls, order]
    )
    karamata = d.lemma(
        "X(N, u, t) >= X(0, 1/2, t): (z, u+t, u-t) is majorised by (1/2+t, 1/2-t, 0, ..), as z_i <= 1/2",
        lemmas.KARAMATA,
        d["X"],
        d["X_half"],
    )
    product = d.combine(
        "B X >= B(1/2) X(1/2)",
        d["B"] * d["X"],
        d["B_half"] * d["X_half"],
        [(d["X"], smaller), (d["B_half"], karamata)],
    )
    return [*facts, rises, product]


def _lower(subject: Subject, piece: str) -> Finding:
    scope = claims.le_three_halves.domain.restrict(_PIECES[piece])
    statement = f"regret >= two-class value, {_PIECES[piece].describe()}, every n"
    exact = _EXACT[piece]

    def proof() -> Finding:
        d = _numbers(piece)
        tau, beta, u, N = (d[name] for name in ("tau", "beta", "u", "N"))
        q, r = tau - 1, 1 / (2 - tau)
        t, half = beta / 2, sympy.Rational(1, 2)
        F = ((N + _areas(u, t, r)) ** (2 - tau) - (N + 2 * u**r) ** (2 - tau)) / q
        left = d.expands(
            "order of the scores + excess at the averaged law + F",
            d["order"] + d["excess"] + d["F"],
            sizes=[expansions.averaged(n, _PIECES[piece]) for n in expansions.SIZES],
        )
        named = d.by_definition("F = F(N, u, beta/2)", d["F"], F)
        ordered = d.lemma("(p_j - p_k)(l(s_j) - l(s_k)) >= 0", lemmas.CHEBYSHEV_SUM, d["order"], sympy.Integer(0))
        excess = d.by_definition("a risk is at least the least risk", d["excess"], sympy.Integer(0))
        facts = _slopes(d)
        two = (_areas(half, t, r) ** (2 - tau) - (2 * half**r) ** (2 - tau)) / q
        integral = d.lemma(
            "F >= G: both vanish at beta = 0, and the slopes are ordered",
            lemmas.MONOTONE_INTEGRAL,
            d["F"],
            two,
            requires=[named, *facts],
        )
        final = d.combine("regret >= G", left, two, [(1, ordered), (1, excess), (1, integral)])
        reached = d.reaches("G is the two-class transformation", final, exact, subject[piece], beta=beta, tau=tau)
        return d.conclude([final, reached], scope, statement)

    return derive(proof, scope, statement)


def _logistic_lower(subject: Subject) -> Finding:
    scope = claims.le_three_halves.domain.restrict(_ONE)
    return pointwise_logistic(subject["logistic"], scope)


def _convex(claimed: Formula, exact: Formula, tau_axis: Real) -> Finding:
    """Convexity of the transformation: it is its own envelope."""
    scope = claims.le_three_halves.domain.restrict(tau_axis)
    statement = f"the transformation is convex in beta, {tau_axis.describe()}"

    def proof() -> Finding:
        convex = convexity(claimed)
        assert tau_axis.lo is not None and tau_axis.hi is not None
        tau = (tau_axis.lo + tau_axis.hi) / 2
        fixed: dict[str, Any] = {"tau": tau} if "tau" in exact.symbols else {}
        made = [
            Sample(
                {"beta": Fraction(i, 4), "tau": tau},
                exact.mpmath(beta=Fraction(i, 4), **fixed),
                {"n": (2, 5, 11)[i % 3]},
            )
            for i, b in enumerate(Fraction(step, 4) for step in range(5))
        ]
        d = Derivation(Domain(bounds.BETA, tau_axis), made)
        arguments = {name: d[name] for name in claimed.symbols}
        d.expands("the claimed transformation has the exact values", d.claimed(claimed, **arguments))
        envelope = d.deduce("a convex function is its own convex envelope", lemmas.CONVEX_CHORD, requires=[convex])
        return d.conclude([convex, envelope], scope, statement)

    return derive(proof, scope, statement)


def _attacks(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Two-class instances for equality, then a search on three and five labels."""
    formulas = {piece: emit_standalone(subject[piece]) for piece in (*_PIECES, "logistic")}

    def data(piece: str, n: int, tau: Fraction, beta: Fraction) -> dict[str, Any]:
        p, s = two_classes(n, beta)
        exact = {"p": [str(x) for x in p], "s": [str(x) for x in s], "predicted": 1, "tau": str(tau)}
        parameters = {} if piece == "logistic" else {"tau": str(tau)}
        return {**exact, "parameters": parameters, "formulas": {"T": formulas[piece]}}

    cases = [
        data(piece, n, tau, beta)
        for piece, taus in {**_TAUS, "logistic": (Fraction(1),)}.items()
        for tau in taus
        for beta in (Fraction(3, 10), Fraction(1, 2), Fraction(9, 10), Fraction(1))
        for n in (2, 3)
    ]
    yield instances.compare(
        cases,
        lambda entry: witness.make("comp_sum", "transformation", entry, "regret of the two-class law against T(beta)"),
        wanted=("==",),
        statement="regret of the two-class law = T(beta)",
        description="two-class laws, n = 2 and 3, seven values of tau",
    ).for_part("attained")
    for n, tau, piece in ((3, Fraction(1, 2), "below_one"), (4, Fraction(3, 2), "above_one")):
        scope = claims.le_three_halves.domain.restrict(Integer("n", n, n), Real("tau", tau, tau))
        found = attack(subject[piece], tau, n, effort, scope, f"regret >= T(beta), n = {n}, tau = {tau}", {"tau": tau})
        yield found.for_part("lower")


@check("comp_sum.sharp.le_three_halves", timeout=60)
def le_three_halves(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attacks; then the lower bound, its attainment and convexity on every piece of the tau axis, for all n."""
    if incomplete(subject):
        yield in_a_box(subject["logistic"], 1, {"beta": 1}, part="lower")
        return
    yield from _attacks(subject, effort)
    for piece in _PIECES:
        yield _lower(subject, piece).for_part("lower")
        yield _convex(subject[piece], _EXACT[piece], _PIECES[piece]).for_part("convex")
    yield _logistic_lower(subject).for_part("lower")
    yield _convex(subject["logistic"], bounds.transform_logistic, _ONE).for_part("convex")
    domain = claims.le_three_halves.domain
    for role, axis in (*_PIECES.items(), ("logistic", _ONE)):
        yield from (found.for_part("attained") for found in two_class_derivation(subject[role], axis, domain))
