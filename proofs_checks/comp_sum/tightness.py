"""Where the published transformations are attained (tau = 0, 1) and where they are not (tau > 1, n >= 3)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone, power, xlogx
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum.bounded import in_a_box, incomplete
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Sample, derive
from theory import lemmas
from theory.comp_sum import bounds, claims
from theory.comp_sum.witnesses import real, regret

_DIGITS = 60
_BETAS = [Fraction(step, 10) for step in range(11)]
_INSIDE = Real("beta", 0, 1, open_hi=True, latex=r"\beta")
_ENDPOINT = Real("beta", 1, 1, latex=r"\beta")
_HALF = Fraction(1, 2)


def two_classes(n: int, beta: Fraction) -> tuple[list[Fraction], list[Fraction]]:
    """The law ((1+beta)/2, (1-beta)/2, 0, ..) and the softmax (1/2, 1/2, 0, ..)."""
    rest = [Fraction(0)] * (n - 2)
    return [(1 + beta) / 2, (1 - beta) / 2, *rest], [_HALF, _HALF, *rest]


def _attack(transform: Formula, taus: tuple[Fraction, ...]) -> Finding:
    formulas = {"T": emit_standalone(transform)}
    own = "tau" in transform.symbols

    def data(n: int, beta: Fraction, tau: Fraction) -> dict[str, Any]:
        p, s = two_classes(n, beta)
        exact = {"p": [str(x) for x in p], "s": [str(x) for x in s], "predicted": 1, "tau": str(tau)}
        return {**exact, "parameters": {"tau": str(tau)} if own else {}, "formulas": formulas}

    return instances.compare(
        [data(n, beta, tau) for tau in taus for beta in (Fraction(3, 10), *_BETAS) for n in (2, 3)],
        lambda entry: witness.make("comp_sum", "transformation", entry, "regret of the two-class law against T(beta)"),
        wanted=("==",),
        statement="regret of the two-class law = T(beta)",
        description="two-class laws, n = 2 and 3",
    )


def two_class_derivation(transform: Formula, tau_axis: Real, domain: Domain) -> Iterator[Finding]:
    """The two-class law attains ``transform(beta[, tau])`` for every beta in [0, 1] and tau on the axis."""
    for piece in (_INSIDE, _ENDPOINT):
        scope = domain.restrict(piece, tau_axis)
        statement = f"regret of the two-class law = T(beta), {tau_axis.describe()}"
        yield derive(
            functools.partial(_two_class_proof, transform, tau_axis, piece, scope, statement), scope, statement
        )


def _two_class_proof(transform: Formula, tau_axis: Real, piece: Real, scope: Domain, statement: str) -> Finding:
    def sample(n: int, beta: Fraction, tau: Fraction) -> Sample:
        p, s = two_classes(n, beta)
        left = regret([real(x) for x in p], [real(x) for x in s], tau)
        return Sample({"beta": beta, "tau": tau}, left, {"n": n})

    taus = [Fraction(step, 10) for step in range(16) if tau_axis.contains(Fraction(step, 10))]
    with mpmath.workdps(_DIGITS):
        made = [
            sample((2, 3, 11)[i % 3], beta, taus[i % len(taus)])
            for i, beta in enumerate(b for b in _BETAS * 3 if piece.contains(b))
        ]
    d = Derivation(Domain(piece, tau_axis), made)
    beta, tau = d["beta"], d["tau"]
    high, low = (1 + beta) / 2, (1 - beta) / 2
    if tau_axis.lo == tau_axis.hi == 1:
        risk, least = sympy.log(2), -(xlogx(high) + xlogx(low))
    else:
        masses = power(high, 1 / (2 - tau)) + power(low, 1 / (2 - tau))
        risk, least = (1 - 2 ** (1 - tau)) / (tau - 1), (1 - masses ** (2 - tau)) / (tau - 1)
    left = d.expands("risk at s = (1/2, 1/2) minus the least risk", risk - least)
    arguments = {"beta": beta, "tau": tau}
    claimed = d.claimed(transform, **{name: arguments[name] for name in transform.symbols})
    same = d.identity("this is the transformation", left, claimed)
    return d.conclude([same], scope, statement, rests_on=("comp_sum.bayes_risk.complete",))


@check("comp_sum.tightness", timeout=30)
def tightness(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Evaluate the two-class laws from the definition; then the identity for every beta and tau <= 1."""
    if incomplete(subject):
        yield in_a_box(subject["logistic"], 1, {"beta": 1}, wanted=("==",))
        return
    cases = (
        ("below_one", bounds.TAU_BELOW_ONE, (Fraction(0), Fraction(1, 2))),
        ("logistic", Real("tau", 1, 1, latex=r"\tau"), (Fraction(1),)),
    )
    for role, tau_axis, taus in cases:
        yield _attack(subject[role], taus)
        yield from two_class_derivation(subject[role], tau_axis, claims.tightness.domain)


def _gap_attack(subject: Subject) -> Finding:
    """At beta = 1 the best score vector splits evenly: its regret against the published T(1)."""

    def data(role: str, n: int, tau: Fraction) -> dict[str, Any]:
        p, s = two_classes(n, Fraction(1))
        exact = {"p": [str(x) for x in p], "s": [str(x) for x in s], "predicted": 1, "tau": str(tau)}
        formulas = {"T": emit_standalone(subject[role])}
        return {**exact, "parameters": {"n": str(n), "tau": str(tau)}, "formulas": formulas}

    cases = [("linear", 3, Fraction(2)), ("linear", 10, Fraction(3)), ("linear", 4, Fraction(5, 2))]
    cases += [("gce", 10, Fraction(3, 2)), ("gce", 3, Fraction(11, 10)), ("gce", 100, Fraction(19, 10))]
    cases += [("gce", 3, Fraction(1001, 1000)), ("gce", 3, Fraction(1999, 1000)), ("gce", 100, Fraction(1001, 1000))]
    cases += [("linear", 100, Fraction(2)), ("linear", 3, Fraction(2))]
    return instances.compare(
        [data(*case) for case in cases],
        lambda entry: witness.make(
            "comp_sum", "transformation", entry, "the least regret of a sure label exceeds the published T(1)"
        ),
        wanted=(">",),
        statement="least regret at beta = 1 > published T(1)",
        description="values of n and tau",
    )


def _sure_label(tau_axis: Real) -> Derivation:
    """p is a vertex; the predicted label ties it, so its softmax value sigma is at most 1/2."""
    taus = [Fraction(value) for value in ("11/10", "3/2", "19/10", "2", "5/2", "4")]
    made = []
    with mpmath.workdps(_DIGITS):
        for n in (3, 4, 10):
            for tau in (tau for tau in taus if tau_axis.contains(tau)):
                p, s = two_classes(n, Fraction(1))
                left = regret([real(x) for x in p], [real(x) for x in s], tau)
                made.append(Sample({"n": Fraction(n), "tau": tau, "beta": Fraction(1)}, left, {}))
    return Derivation(Domain(Integer("n", 3, None), tau_axis, _ENDPOINT), made)


def _gap(subject: Subject, role: str, tau_axis: Real) -> Finding:
    scope = claims.not_tight.domain.restrict(tau_axis)
    statement = "least regret at beta = 1 minus the published T(1) is positive"

    def proof() -> Finding:
        d = _sure_label(tau_axis)
        n, tau = d["n"], d["tau"]
        q = tau - 1
        least = (1 - 2 ** (1 - tau)) / q
        d.expands("(1 - sigma^q)/q at sigma = 1/2", least)
        smallest = d.deduce(
            "sigma <= 1/2 (the predicted label has s_k >= sigma), and (1 - sigma^q)/q falls with sigma",
            lemmas.EXPONENTIAL_MONOTONE,
            requires=[],
        )
        published = d.claimed(subject[role], beta=1, n=n, tau=tau)
        if role == "gce":
            value = (1 - 2 ** (1 - tau)) * (1 - (2 / n) ** (tau - 1)) / q
        else:
            value = (1 - 2 ** (1 - tau) - n ** (1 - tau)) / q
        gap = d.identity("the gap in a form whose sign is plain", least - published, value)
        below = d.positive("it is positive for n >= 3", value)
        return d.conclude([smallest, gap, below], scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement)


@check("comp_sum.tightness.tau_gt_1", timeout=30)
def not_tight(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Evaluate the sure label from the definition; then the gap for all n >= 3 and tau > 1."""
    if incomplete(subject):
        yield in_a_box(subject["linear"], 2, {"beta": 1, "n": 3, "tau": 2}, n=3, wanted=(">",))
        return
    yield _gap_attack(subject)
    yield _gap(subject, "gce", bounds.TAU_ONE_TO_TWO)
    yield _gap(subject, "linear", bounds.TAU_FROM_TWO)
