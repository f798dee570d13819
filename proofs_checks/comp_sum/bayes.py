"""The least conditional risk: lower bounds by Hoelder and Gibbs, attained at the stated point; all n, all tau."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy
import torch

from plumbline import witness
from plumbline.domain import Domain, Instances, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum import expansions
from proofs_checks.comp_sum.bounded import in_a_box, incomplete
from proofs_checks.comp_sum.samples import Conditional, conditionals
from proofs_checks.comp_sum.transformations import dirichlet
from proofs_checks.engines import search
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.comp_sum import bounds, claims, definitions
from theory.comp_sum.witnesses import real, risk

_DIGITS = 60
_ONE = Real("tau", 1, 1)
_TAUS = {
    "below_one": (Fraction(0), Fraction(1, 3), Fraction(4, 5)),
    "one_to_two": (Fraction(6, 5), Fraction(3, 2), Fraction(9, 5)),
    "from_two": (Fraction(2), Fraction(5, 2), Fraction(4)),
}
_PIECES = {
    "below_one": bounds.TAU_BELOW_ONE,
    "one_to_two": bounds.TAU_ONE_TO_TWO,
    "from_two": bounds.TAU_FROM_TWO,
}
_LAWS = [[0.25] * 4, [0.5, 0.3, 0.2, 0.0], [1.0, 0.0, 0.0, 0.0], [0.7, 0.1, 0.1, 0.1], [0.5, 0.5, 0.0, 0.0]]
_TRIES = search.Effort(samples=4000, parents=6, rounds=6, children=8, confirmations=4)


def _exponent_power(p: Any, exponent: Formula, tau: Fraction) -> Any:
    """sum_y p_y^r with r the claimed exponent, over the last axis; 0^r = 0."""
    r = float(exponent.mpmath(tau=tau))
    return torch.where(p > 0, torch.where(p > 0, p, 1.0) ** r, 0.0).sum(-1)


def _claimed_value(subject: Subject, piece: str, p: Any, tau: Fraction) -> Any:
    claimed = subject[piece]
    if piece == "from_two":
        return claimed.torch(p_max=p.amax(-1), tau=float(tau))
    Z = _exponent_power(p, subject["exponent"], tau)
    axis = claimed.domain["Z"]
    return claimed.torch(Z=Z.clamp(float(axis.lo or 0), float(axis.hi or 1e300)), tau=float(tau))


def _attack(subject: Subject, piece: str, tau: Fraction, effort: Effort) -> Finding:
    """Compare the least risk from the definition with the closed form on laws over four labels."""
    sources = {"value": emit_standalone(subject[piece])}
    if piece != "from_two":
        sources["exponent"] = emit_standalone(subject["exponent"])

    def confirm(instance: Any) -> Witness | None:
        law = search.exact_distribution(instance, 50)
        data = {"p": [str(entry) for entry in law], "tau": str(tau), "formulas": sources}
        found = witness.make("comp_sum", "least_risk", data, "least risk from the definition against the closed form")
        return None if found.relation == "==" else found

    problem = search.Problem(
        sample=lambda generator, count: dirichlet(4, generator, count),
        candidates=lambda: torch.tensor(_LAWS, dtype=torch.float64),
        slack=lambda p: -(definitions.bayes_risk(p, float(tau)) - _claimed_value(subject, piece, p, tau)).abs(),
        confirm=confirm,
        project=search.simplex,
    )
    scope = Instances(1, f"tau = {tau}, laws on 4 labels")
    return search.attack(
        problem, effort=_TRIES, seed=effort.seed, scope=scope, statement=f"least risk = closed form at tau = {tau}"
    )


def _samples(piece: str, attained: bool) -> list[Sample]:
    """Laws and scores with the aggregates that the derivations use; ``left`` is the conditional risk."""
    made = []
    with mpmath.workdps(_DIGITS):
        for index, c in enumerate(conditionals(18)):
            tau = _TAUS[piece][index % 3]
            made.append(_sample(c, tau, piece, attained))
    return made


def _sample(c: Conditional, tau: Fraction, piece: str, attained: bool) -> Sample:
    law = [real(x) for x in c.p]
    if piece == "from_two":
        s = [mpmath.mpf(index == c.j) for index in range(c.n)] if attained else [real(x) for x in c.s]
        values = {"tau": tau, "p_max": max(c.p), "W": sum(a * b ** real(tau - 1) for a, b in zip(law, s, strict=True))}
        values["x"] = max(law)
    else:
        r = real(1 / (2 - tau))
        weights = [x**r if x > 0 else mpmath.mpf(0) for x in law]
        Z = sum(weights)
        s = [w / Z for w in weights] if attained else [real(x) for x in c.s]
        W = sum(a * b ** real(tau - 1) for a, b in zip(law, s, strict=True) if a > 0)
        values = {"tau": tau, "Z": Z, "W": W, "x": max(law)}
    return Sample(values, risk(law, s, tau), {"n": c.n})


def _powers(piece: str, attained: bool) -> tuple[Derivation, Any, Any, Any]:
    """The derivation about tau, W = sum p s^(tau-1) and Z = sum p^r (or p_max), with the risk expanded in them."""
    tau_axis = _PIECES[piece]
    aggregate = Real("p_max", 0, 1, open_lo=True) if piece == "from_two" else _power_sum_axis(piece)
    variables = Domain(tau_axis, aggregate, Real("W", 0, None), Real("x", 0, 1, open_lo=True))
    d = Derivation(variables, _samples(piece, attained))
    tau, W, value = d["tau"], d["W"], d[aggregate.name]
    left = d.expands("Phi_tau(1/s - 1) = (1 - s^(tau-1))/(tau-1)", (1 - W) / (tau - 1), sizes=_sizes(piece, attained))
    return d, tau, value, left


def _sizes(piece: str, attained: bool) -> list[expansions.Expansion]:
    """The risk for a few labels at any scores, or at the stated ones."""
    stated = expansions.vertex if piece == "from_two" else expansions.stationary
    written = stated if attained else expansions.any_scores
    return [written(n, _PIECES[piece]) for n in expansions.SIZES]


def _power_sum_axis(piece: str) -> Real:
    """The range of Z = sum p^r: at least 1 for r <= 1, at most 1 for r > 1."""
    axis = (bounds.bayes_value_below_one if piece == "below_one" else bounds.bayes_value_one_to_two).domain["Z"]
    assert isinstance(axis, Real)
    return axis


def _same_as_claimed(d: Derivation, subject: Subject, piece: str) -> list[Fact]:
    """The claimed formulas are the derived ones."""
    exact: dict[str, Formula] = {
        "below_one": bounds.bayes_value_below_one,
        "one_to_two": bounds.bayes_value_one_to_two,
        "from_two": bounds.bayes_value_from_two,
    }
    facts = [d.equal("the claimed value is the derived one", exact[piece], subject[piece])]
    if piece != "from_two":
        facts.append(d.equal("the claimed exponent is 1/(2 - tau)", bounds.bayes_exponent, subject["exponent"]))
    return facts


def _lower(subject: Subject, piece: str) -> Finding:
    scope = claims.bayes_risk.domain.restrict(_PIECES[piece])
    statement = "C(p, s) >= closed form for every s"

    def proof() -> Finding:
        d, tau, value, left = _powers(piece, attained=False)
        W = d["W"]
        if piece == "below_one":
            bound = d.lemma("sum p s^q >= Z^(1-q), q < 0", lemmas.REVERSE_HOELDER, W, value ** (2 - tau))
            right, weight = (value ** (2 - tau) - 1) / (1 - tau), 1 / (1 - tau)
        elif piece == "one_to_two":
            bound = d.lemma("sum p s^q <= Z^(1-q), 0 < q < 1", lemmas.HOELDER, value ** (2 - tau), W)
            right, weight = (1 - value ** (2 - tau)) / (tau - 1), 1 / (tau - 1)
        else:
            bound = d.lemma("sum p s^q <= p_max sum s, q >= 1", lemmas.EXPONENTIAL_MONOTONE, value, W)
            right, weight = (1 - value) / (tau - 1), 1 / (tau - 1)
        fact = d.combine("insert the bound on W", left, right, [(weight, bound)])
        return d.conclude([fact, *_same_as_claimed(d, subject, piece)], scope, statement)

    return derive(proof, scope, statement)


def _attained(subject: Subject, piece: str) -> Finding:
    scope = claims.bayes_risk.domain.restrict(_PIECES[piece])
    statement = "C(p, s) = closed form at the stated s"

    def proof() -> Finding:
        d, tau, value, _ = _powers(piece, attained=True)
        facts = []
        if piece == "from_two":
            sizes = _sizes(piece, attained=True)
            d.expands("at the vertex sum p s^(tau-1) = p_max", (1 - value) / (tau - 1), sizes=sizes)
        else:
            r, x = 1 / (2 - tau), d["x"]
            term = d.identity("x (x^r/Z)^q = x^r Z^(-q)", x * (x**r / value) ** (tau - 1), x**r * value ** (1 - tau))
            total = d.identity("summed over y: Z Z^(-q) = Z^(1-q)", value * value ** (1 - tau), value ** (2 - tau))
            sizes = _sizes(piece, attained=True)
            d.expands("insert the sum", (1 - value ** (2 - tau)) / (tau - 1), sizes=sizes)
            facts = [term, total]
        return d.conclude([*facts, *_same_as_claimed(d, subject, piece)], scope, statement)

    return derive(proof, scope, statement)


def _entropy(attained: bool) -> Finding:
    """tau = 1: the risk is H(p) + KL(p || s), and the divergence is >= 0, 0 at s = p."""
    scope = claims.bayes_risk.domain.restrict(_ONE)
    statement = "C(p, p) = entropy of p" if attained else "C(p, s) >= entropy of p for every s"

    def sample(c: Conditional) -> Sample:
        law = [real(x) for x in c.p]
        s = law if attained else [real(x) for x in c.s]
        entropy = -sum(x * mpmath.log(x) for x in law if x > 0)
        divergence = sum((a * mpmath.log(a / b) for a, b in zip(law, s, strict=True) if a > 0), mpmath.mpf(0))
        return Sample({"tau": Fraction(1), "E": entropy, "K": divergence}, risk(law, s, Fraction(1)), {"n": c.n})

    def proof() -> Finding:
        with mpmath.workdps(_DIGITS):
            variables = Domain(_ONE, Real("E", 0, None), Real("K", 0, None))
            d = Derivation(variables, [sample(c) for c in conditionals(18)])
        E, K = d["E"], d["K"]
        sizes = [expansions.entropy(n, attained) for n in expansions.SIZES]
        left = d.expands("cross-entropy = entropy + divergence", E + K, sizes=sizes)
        if attained:
            none = d.by_definition("s = p leaves no divergence", sympy.Integer(0), K)
            return d.conclude([d.combine("C(p, p) <= entropy", E, left, [(1, none)])], scope, statement)
        gibbs = d.lemma("KL(p || s) >= 0", lemmas.GIBBS, K, sympy.Integer(0))
        return d.conclude([d.combine("drop the divergence", left, E, [(1, gibbs)])], scope, statement)

    return derive(proof, scope, statement)


@check("comp_sum.bayes_risk.complete", timeout=60)
def bayes_risk(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Compare with the definition at several tau; then derive both parts on every piece of the tau axis."""
    if incomplete(subject):
        sure = {"p_max": 1, "tau": 2}
        yield in_a_box(subject["from_two"], 2, sure, wanted=("==",), program="bounded_risk", part="lower")
        return
    for piece, taus in _TAUS.items():
        for tau in taus if effort.full else taus[:2]:
            yield _attack(subject, piece, tau, effort).for_part("lower")
    for piece in _PIECES:
        yield _lower(subject, piece).for_part("lower")
        yield _attained(subject, piece).for_part("attained")
    yield _entropy(attained=False).for_part("lower")
    yield _entropy(attained=True).for_part("attained")
