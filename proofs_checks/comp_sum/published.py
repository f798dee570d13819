"""The published bounds for tau > 1 and the simplified forms of all of them, for every number of classes.

For 1 < tau < 2 the pair (j, k) of a likeliest and the predicted label is compared with the best division of its
softmax mass. The difference is s_k^q P h(w)/q with w = s_j/s_k, and h falls to h(1) = M_r(x) - 1 on (0, 1].
For tau >= 2, p_i <= p_j and p_k = p_j - beta bound the regret by beta s_k^q/q. In both cases s_k >= 1/n.
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
from proofs_checks.comp_sum.samples import Conditional, conditionals
from proofs_checks.comp_sum.transformations import attack
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, convexity, derive
from theory import lemmas
from theory.comp_sum import bounds
from theory.comp_sum import sharp_claims as claims
from theory.comp_sum.witnesses import bayes_risk, real, risk

_DIGITS = 60
_TAUS_GCE = (Fraction(6, 5), Fraction(3, 2), Fraction(19, 10))
_TAUS_LINEAR = (Fraction(2), Fraction(5, 2), Fraction(4))


def _power_mean(x: Any, tau: Any) -> Any:
    r = 1 / (2 - tau)
    return (((1 + x) ** r + (1 - x) ** r) / 2) ** (2 - tau)


def _gce_sample(c: Conditional, tau: Fraction) -> Sample:
    with mpmath.workdps(_DIGITS):
        mass, r = c.p[c.j] + c.p[c.k], real(1 / (2 - tau))
        law = [real(value) for value in c.p]
        shares = [law[i] ** r if law[i] > 0 else mpmath.mpf(0) for i in (c.j, c.k)]
        pair = real(c.s[c.j] + c.s[c.k])
        best = [real(value) for value in c.s]
        best[c.j], best[c.k] = (pair * share / sum(shares) for share in shares)
        x = (c.p[c.j] - c.p[c.k]) / mass
        values = {
            "n": Fraction(c.n),
            "tau": tau,
            "P": mass,
            "x": x,
            "w": c.s[c.j] / c.s[c.k],
            "k": c.s[c.k],
            "M": (((1 + real(x)) ** r + (1 - real(x)) ** r) / 2) ** real(2 - tau),
            "G": max(risk(law, best, tau) - bayes_risk(law, tau), mpmath.mpf(0)),
        }
        return Sample(values, c.regret(tau), {})


def _gce_numbers() -> Derivation:
    variables = Domain(
        Integer("n", 2, None),
        bounds.TAU_ONE_TO_TWO,
        Real("P", 0, 1, open_lo=True),
        Real("x", 0, 1),
        Real("w", 0, 1, open_lo=True),
        Real("k", 0, 1, open_lo=True),
        Real("M", 1, 2),
        Real("G", 0, None),
    )
    return Derivation(variables, [_gce_sample(c, _TAUS_GCE[i % 3]) for i, c in enumerate(conditionals(24))])


def _falling(d: Derivation) -> Fact:
    """h(w) >= M - 1 on (0, 1]: h falls to its value at w = 1."""
    tau, x, w, M = (d[name] for name in ("tau", "x", "w", "M"))
    q = tau - 1
    h = ((1 + w) / 2) ** q * M - (1 + x) / 2 * w**q - (1 - x) / 2
    flatter = d.lemma(
        "w^(q-1) >= ((1+w)/2)^(q-1): w <= (1+w)/2 and q < 1",
        lemmas.EXPONENTIAL_MONOTONE,
        w ** (q - 1),
        ((1 + w) / 2) ** (q - 1),
    )
    largest = d.lemma("M_r(x) <= 1 + x", lemmas.POWER_MEAN, 1 + x, M)
    slope = d.combine(
        "-h'(w) >= 0",
        -sympy.diff(h, w),
        sympy.Integer(0),
        [(q / 2 * (1 + x), flatter), (q / 2 * ((1 + w) / 2) ** (q - 1), largest)],
    )
    end = d.identity("h(1) = M - 1", h.subs(w, 1), M - 1)
    return d.lemma("h(w) >= h(1)", lemmas.MEAN_VALUE, h, M - 1, requires=[slope, end, flatter, largest], smooth=[h])


def _gce_derivation(claimed: Formula) -> Finding:
    scope, statement = claims.gce.domain, "regret >= published T(zero-one regret) and its expectation"

    def proof() -> Finding:
        exact = bounds.transform_gce
        convex = convexity(exact)
        d = _gce_numbers()
        n, tau, P, x, w, k, M, G = (d[name] for name in ("n", "tau", "P", "x", "w", "k", "M", "G"))
        q, mean = tau - 1, _power_mean(x, tau)
        h = ((1 + w) / 2) ** q * M - (1 + x) / 2 * w**q - (1 - x) / 2
        left = d.expands(
            "divide the pair's softmax mass best; what is left is a regret",
            k**q * P / q * h + G,
            sizes=[entry for size in expansions.SIZES for entry in expansions.gce(size, bounds.TAU_ONE_TO_TWO)],
        )
        rest = d.by_definition("a risk is at least the least risk", G, sympy.Integer(0))
        largest = d.lemma("s_k >= 1/n is the largest entry", lemmas.EXPONENTIAL_MONOTONE, k**q, n ** (-q))
        fact = d.combine(
            "regret >= P (M - 1)/(q n^q)",
            left,
            P * (M - 1) / (q * n**q),
            [(1, rest), (k**q * P / q, _falling(d)), (P * (M - 1) / q, largest)],
        )
        mean_fact = d.by_definition("M is the power mean of 1 + x and 1 - x", M, mean)
        inner = exact.at(beta=x, n=n, tau=tau)
        scaled = exact.at(beta=P * x, n=n, tau=tau)
        pair = d.identity("the pair's value is P T(x)", P * (mean - 1) / (q * n**q), P * inner)
        zero = d.identity("T(0) = 0", exact.at(beta=0, n=n, tau=tau), sympy.Integer(0))
        chord = d.lemma(
            "P T(x) + (1 - P) T(0) >= T(P x)", lemmas.CONVEX_CHORD, P * inner, scaled, requires=[convex, zero]
        )
        final = d.combine(
            "regret >= T(beta), beta = P x",
            left,
            scaled,
            [(1, fact), (P / (q * n**q), mean_fact), (1, pair), (1, chord)],
        )
        reached = d.reaches("regret >= T(beta)", final, exact, claimed, beta=P * x, n=n, tau=tau)
        return d.conclude([final, reached], scope, statement, rests_on=("comp_sum.jensen_lift",))

    return derive(proof, scope, statement)


@check("comp_sum.h_consistency.gce", timeout=60)
def gce(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack by search for several (tau, n), then the derivation over all n and 1 < tau < 2."""
    if incomplete(subject):
        yield in_a_box(subject["T"], Fraction(3, 2), {"beta": 1, "n": 2, "tau": Fraction(3, 2)})
        return
    cases = [(2, Fraction(3, 2)), (3, Fraction(9, 5))]
    yield from _attacks(subject["T"], cases, claims.gce.domain, effort)
    yield _gce_derivation(subject["T"])


def _attacks(claimed: Formula, cases: list[tuple[int, Fraction]], domain: Domain, effort: Effort) -> Iterator[Finding]:
    for n, tau in cases:
        scope = domain.restrict(Integer("n", n, n), Real("tau", tau, tau))
        statement = f"regret >= T(beta) for n = {n}, tau = {tau}"
        yield attack(claimed, tau, n, effort, scope, statement, {"n": n, "tau": tau})


def _linear_sample(c: Conditional, tau: Fraction) -> Sample:
    with mpmath.workdps(_DIGITS):
        q = real(tau - 1)
        powers = [real(value) ** q for value in c.s]
        values = {
            "n": Fraction(c.n),
            "tau": tau,
            "p": c.p[c.j],
            "beta": c.p[c.j] - c.p[c.k],
            "k": c.s[c.k],
            "S": sum(powers),
            "W": sum(real(a) * b for a, b in zip(c.p, powers, strict=True)),
        }
        return Sample(values, c.regret(tau), {})


def _linear_derivation(claimed: Formula) -> Finding:
    scope, statement = claims.mae.domain, "regret >= beta/((tau-1) n^(tau-1)) and its expectation"

    def proof() -> Finding:
        variables = Domain(
            Integer("n", 2, None),
            bounds.TAU_FROM_TWO,
            *(Real(name, 0, 1) for name in ("p", "beta")),
            Real("k", 0, 1, open_lo=True),
            *(Real(name, 0, 1) for name in ("S", "W")),
        )
        made = [_linear_sample(c, _TAUS_LINEAR[i % 3]) for i, c in enumerate(conditionals(24))]
        d = Derivation(variables, made)
        n, tau, p, beta, k, S, W = (d[name] for name in ("n", "tau", "p", "beta", "k", "S", "W"))
        q = tau - 1
        sizes = [expansions.linear(size, bounds.TAU_FROM_TWO) for size in expansions.SIZES]
        left = d.expands("risk (1 - sum p s^q)/q minus (1 - p_j)/q", (p - W) / q, sizes=sizes)
        masses = d.lemma("sum p s^q <= p_j sum s^q - beta s_k^q", lemmas.SUM_BOUND, p * S - beta * k**q, W)
        total = d.nonnegative("sum s^q <= sum s = 1", 1 - S)
        largest = d.lemma("s_k >= 1/n is the largest entry", lemmas.EXPONENTIAL_MONOTONE, k**q, n ** (-q))
        fact = d.combine(
            "regret >= beta/(q n^q)",
            left,
            beta / (q * n**q),
            [(1 / q, masses), (p / q, total), (beta / q, largest)],
        )
        reached = d.reaches("regret >= T(beta)", fact, bounds.transform_linear, claimed, beta=beta, n=n, tau=tau)
        return d.conclude([fact, reached], scope, statement, rests_on=("comp_sum.jensen_lift",))

    return derive(proof, scope, statement)


@check("comp_sum.h_consistency.mae", timeout=60)
def mae(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack by search for several (tau, n), then the derivation over all n and tau >= 2."""
    if incomplete(subject):
        yield in_a_box(subject["T"], 2, {"beta": 1, "n": 2, "tau": 2})
        return
    cases = [(3, Fraction(2)), (4, Fraction(5, 2))]
    yield from _attacks(subject["T"], cases, claims.mae.domain, effort)
    yield _linear_derivation(subject["T"])


def _ratio(name: str, variables: list[Any], power: int, constant: Formula) -> Formula:
    """beta^power / c as a formula on the variables of the transformation that it is compared with."""

    def build(**symbols: Any) -> Any:
        known = {symbol: symbols[role] for role, symbol in constant.symbols.items() if role in symbols}
        return symbols["beta"] ** power / constant.expr.subs(known)

    names = [axis.name for axis in variables]
    return Formula(name, variables, lambda *symbols: build(**dict(zip(names, symbols, strict=True))))


def _attack_simplified(subject: Subject) -> Finding:
    """Both sides at 50 digits on a grid that reaches down to small beta."""
    betas = [Fraction(value) for value in ("1/20", "1/10", "1/10000", "1/2", "9/10", "1")]

    def data(transform: Formula, right: Formula, **point: Fraction) -> dict[str, Any]:
        formulas = {"left": emit_standalone(transform), "right": emit_standalone(right)}
        return {"point": {name: str(value) for name, value in point.items()}, "formulas": formulas}

    cases = []
    below = _ratio("square", [bounds.BETA, bounds.TAU_BELOW_ONE], 2, subject["below_one"])
    gce_right = _ratio("square", [bounds.BETA, bounds.CLASSES, bounds.TAU_ONE_TO_TWO], 2, subject["from_one"])
    linear_right = _ratio("line", [bounds.BETA, bounds.CLASSES, bounds.TAU_FROM_TWO], 1, subject["from_two"])
    one = subject["from_one"].expr.subs({subject["from_one"].symbols["n"]: 2, subject["from_one"].symbols["tau"]: 1})
    logistic_right = Formula("square", [bounds.BETA], lambda beta: beta**2 / one)
    for beta in betas:
        cases += [
            data(bounds.transform_below_one, below, beta=beta, tau=tau)
            for tau in (Fraction(0), Fraction(1, 2), Fraction(9, 10))
        ]
        cases.append(data(bounds.transform_logistic, logistic_right, beta=beta))
        for n in (Fraction(2), Fraction(10)):
            cases += [data(bounds.transform_gce, gce_right, beta=beta, n=n, tau=tau) for tau in _TAUS_GCE]
            cases += [data(bounds.transform_linear, linear_right, beta=beta, n=n, tau=tau) for tau in _TAUS_LINEAR]
    return instances.compare(
        cases,
        lambda entry: witness.make(
            "comp_sum", "formula", entry, "the published transformation against its simple form"
        ),
        wanted=(">", "=="),
        statement="T(beta) >= beta^2/c, respectively beta/c",
        description="values of tau, n and beta",
    )


def _below_one(subject: Subject) -> Finding:
    """T'' >= 2^(1-tau)/(2-tau) on [0, 1), then Taylor."""
    scope = claims.simplified.domain.restrict(bounds.TAU_BELOW_ONE)
    statement = "T(beta) >= beta^2/(2^tau (2 - tau)) for tau < 1"
    exact = bounds.transform_below_one

    def proof() -> Finding:
        made = _curve_samples(exact, (Fraction(0), Fraction(1, 2), Fraction(9, 10)))
        d = Derivation(Domain(bounds.BETA, bounds.TAU_BELOW_ONE, _INNER), made)
        beta, tau, y = (d[name] for name in ("beta", "tau", "y"))
        r = 1 / (2 - tau)
        mean = ((1 + y) ** r + (1 - y) ** r) / 2
        at = {exact.symbols["beta"]: y}
        d.expands("the published transformation", exact.expr)
        low = 2 ** (1 - tau) / (2 - tau)
        second = d.identity("T''", sympy.diff(exact.expr.subs(at), y, 2), low * mean ** (-tau) * (1 - y**2) ** (r - 2))
        small = d.lemma("the mean of (1+-y)^r is at most 1, r < 1", lemmas.POWER_MEAN, mean ** (-tau), sympy.Integer(1))
        steep = d.lemma("(1-y^2)^(r-2) >= 1", lemmas.EXPONENTIAL_MONOTONE, (1 - y**2) ** (r - 2), sympy.Integer(1))
        curved = d.combine(
            "T'' >= 2^(1-tau)/(2-tau)",
            second.right,
            low,
            [(low * (1 - y**2) ** (r - 2), small), (low, steep)],
        )
        zero = d.identity("T(0) = 0", exact.expr.subs({exact.symbols["beta"]: 0}), sympy.Integer(0))
        flat = d.identity("T'(0) = 0", sympy.diff(exact.expr.subs(at), y).subs(y, 0), sympy.Integer(0))
        taylor = d.lemma(
            "T >= low beta^2/2",
            lemmas.TAYLOR,
            exact.expr,
            low * beta**2 / 2,
            requires=[second, curved, zero, flat],
            smooth=[exact.expr],
        )
        form = d.identity("low/2 = 1/c", low / 2, 1 / bounds.simplified_below_one.expr)
        wider = d.at_most("the claimed constant is no smaller", bounds.simplified_below_one, subject["below_one"])
        return d.conclude([taylor, form, wider], scope, statement)

    return derive(proof, scope, statement)


_INNER = Real("y", 0, 1, open_hi=True)


def _curve_samples(transform: Formula, taus: tuple[Fraction, ...]) -> list[Sample]:
    made = []
    for index, beta in enumerate([Fraction(0), *(Fraction(step, 8) for step in range(1, 9))]):
        tau = taus[index % len(taus)]
        n = (2, 3, 10)[index % 3]
        point = {"beta": beta, "tau": tau, "n": Fraction(n)}
        own = {axis.name: point[axis.name] for axis in transform.domain.ranges}
        values = {**point, "y": beta / 2}
        made.append(Sample(values, transform.mpmath(dps=_DIGITS, **own), {"n": n}))
    return made


def _from_one(subject: Subject, tau_axis: Real) -> Finding:
    """(M_r - 1)/(tau - 1) >= T_1 >= beta^2/2 (Lyapunov, Taylor)."""
    scope = claims.simplified.domain.restrict(tau_axis)
    statement = f"T(beta) >= beta^2/(2 n^(tau-1)) for {tau_axis.describe()}"
    logistic = bounds.transform_logistic
    single = tau_axis.lo == tau_axis.hi
    exact = logistic if single else bounds.transform_gce

    def proof() -> Finding:
        taus = (Fraction(1),) if single else _TAUS_GCE
        d = Derivation(Domain(bounds.BETA, bounds.CLASSES, tau_axis, _INNER), _curve_samples(exact, taus))
        beta, n, tau, y = (d[name] for name in ("beta", "n", "tau", "y"))
        d.expands("the published transformation", exact.expr)
        at = {logistic.symbols["beta"]: y}
        curved = d.nonnegative("T_1'' - 1 = y^2/(1-y^2) >= 0", y**2 / (1 - y**2))
        second = d.identity("T_1''", sympy.diff(logistic.expr.subs(at), y, 2) - 1, y**2 / (1 - y**2))
        square = d.lemma(
            "T_1 >= beta^2/2",
            lemmas.TAYLOR,
            logistic.expr,
            beta**2 / 2,
            requires=[curved, second],
            smooth=[logistic.expr],
        )
        facts: list[Fact] = [square]
        if not single:
            tangent = d.lemma(
                "(M_r - 1)/(tau - 1) >= T_1: the tangent at r = 1 of rho -> norm of order 1/rho, rho = 2 - tau",
                lemmas.LYAPUNOV,
                (_power_mean(beta, tau) - 1) / (tau - 1),
                logistic.expr,
            )
            facts.append(
                d.combine(
                    "T >= beta^2/(2 n^(tau-1))",
                    exact.expr,
                    beta**2 / (2 * n ** (tau - 1)),
                    [(n ** (1 - tau), tangent), (n ** (1 - tau), square)],
                )
            )
        wider = d.at_most("the claimed constant is no smaller", bounds.simplified_from_one, subject["from_one"])
        return d.conclude([*facts, wider], scope, statement)

    return derive(proof, scope, statement)


def _from_two(subject: Subject) -> Finding:
    scope = claims.simplified.domain.restrict(bounds.TAU_FROM_TWO)
    statement = "T(beta) = beta/c for tau >= 2"
    exact = bounds.transform_linear

    def proof() -> Finding:
        d = Derivation(Domain(bounds.BETA, bounds.CLASSES, bounds.TAU_FROM_TWO), _curve_samples(exact, _TAUS_LINEAR))
        d.expands("the published transformation", exact.expr)
        same = d.identity("T c = beta", exact.expr * bounds.simplified_from_two.expr, d["beta"])
        wider = d.at_most("the claimed constant is no smaller", bounds.simplified_from_two, subject["from_two"])
        return d.conclude([same, wider], scope, statement)

    return derive(proof, scope, statement)


@check("comp_sum.h_consistency.simplified", timeout=60)
def simplified(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Compare both sides on a grid; then derive the inequality on every piece of the tau axis."""
    yield _attack_simplified(subject)
    yield _below_one(subject)
    yield _from_one(subject, Real("tau", 1, 1, latex=r"\tau"))
    yield _from_one(subject, bounds.TAU_ONE_TO_TWO)
    yield _from_two(subject)
