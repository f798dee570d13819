"""Worst-case regret as the distance to a ray, and the sandwich of the range metric.

Instances in exact rationals first; then LP duality and two triangle inequalities for every MDP.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real, covers
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.engines.rational import Relation
from proofs_checks.starc import certified
from proofs_checks.starc.certified import Pair
from proofs_checks.starc.pairs import M1_PAIR, ONE_TRIVIAL, OPPOSITE, TIGHT, compared, drawn, nontrivial, value_at
from theory import lemmas
from theory.starc import regret_bounds, regret_claims
from theory.starc.definitions import exact

_DIRECTIONS = {"upper": ("<=", ("<", "==")), "lower": (">=", (">", "==")), "reversed": ("<=", ("<", "=="))}


# The ray identity


def _ends(multipliers: Real) -> list[str]:
    """Both ends as text, empty where there is none."""
    return ["" if end is None else str(end) for end in (multipliers.lo, multipliers.hi)]


def _ray_instances(subject: Subject, effort: Effort) -> Finding:
    ends = _ends(subject["multipliers"])

    def show(pair: Pair) -> Witness:
        note = "h(R1) W against the least range on the ray"
        return witness.make("starc", "ray_identity", {**pair.data(), "multipliers": ends}, note)

    def verify(pair: Pair) -> Relation:
        _, right = witness.evaluate("starc", "ray_identity", {**pair.data(), "multipliers": ends})
        return Relation(certified.certificate(pair).regret, "==", right)

    extreme = [M1_PAIR, M1_PAIR.reversed, OPPOSITE, TIGHT, TIGHT.reversed, ONE_TRIVIAL, ONE_TRIVIAL.reversed]
    return rational.certify(
        [*extreme, *drawn(effort, 30)],
        verify,
        "h(R1) W = min over multipliers of h(R1 - lam R2)",
        "random MDPs over Q",
        show=show,
        data=lambda pair: pair.data(),
    )


def _ray_samples(multipliers: Real) -> list[Sample]:
    """z is the mixture of two policy pairs in the certificate; F the range of R1 - lam R2 at a drawn multiplier."""
    draw, made = random.Random(1), []
    for pair in [M1_PAIR, OPPOSITE, TIGHT.reversed, *drawn(Effort(seed=7), 9)]:
        proof = certified.certificate(pair)
        low = Fraction(0) if multipliers.lo is None else multipliers.lo
        high = low + 5 if multipliers.hi is None else multipliers.hi
        lam = low + (high - low) * Fraction(draw.randint(0, 8), 8)
        gaps = [
            [exact.return_of(pair.mdp, r, best) - exact.return_of(pair.mdp, r, worst) for r in (pair.r1, pair.r2)]
            for best, worst in (proof.left, proof.right)
        ]
        a, b = (proof.theta * x + (1 - proof.theta) * y for x, y in zip(*gaps, strict=True))
        height = certified.range_norm(pair.mdp, exact.combine(pair.r1, pair.r2, lam))
        least = certified.range_norm(pair.mdp, exact.combine(pair.r1, pair.r2, proof.multiplier))
        made.append(Sample({"lam": lam, "a": a, "b": b, "F": height, "P": proof.regret, "G": least}, height, {}))
    return made


def _ray_upper(subject: Subject) -> Finding:
    multipliers: Real = subject["multipliers"]
    scope, statement = regret_claims.ray_identity.domain, "h(R1 - lam R2) >= h(R1) W for every multiplier"

    def proof() -> Finding:
        axis = Real("lam", multipliers.lo, multipliers.hi)
        d = Derivation(Domain(axis, Real("a"), Real("b", None, 0), Real("F", 0, None)), _ray_samples(multipliers))
        lam, a, b, F = (d[name] for name in ("lam", "a", "b", "F"))
        polytope = d.deduce(
            "W h(R1) = a = <r1, z> at some z in D, the differences of occupancies, with b = <r2, z> <= 0",
            lemmas.OCCUPANCY,
            requires=[],
        )
        left = d.expands("F = h(R1 - lam R2)", F)
        greatest = d.by_definition("F is the greatest <r1 - lam r2, z> over D", F, a - lam * b)
        sign = d.nonnegative("-lam b >= 0", -lam * b)
        fact = d.combine("F >= a = h(R1) W", left, a, [(sympy.Integer(1), greatest), (sympy.Integer(1), sign)])
        return d.conclude([polytope, fact], scope, statement)

    return derive(proof, scope, statement)


def _ray_lower(subject: Subject) -> Finding:
    multipliers: Real = subject["multipliers"]
    scope, statement = regret_claims.ray_identity.domain, "some multiplier reaches h(R1 - lam R2) = h(R1) W"

    def proof() -> Finding:
        if not covers(Domain(Real("lam", 0, None)), [Domain(Real("lam", multipliers.lo, multipliers.hi))]):
            raise StepFailed(f"duality needs every multiplier >= 0; given: {multipliers.describe()}")
        made = [Sample({"P": s.values["P"], "G": s.values["G"]}, s.values["P"], {}) for s in _ray_samples(multipliers)]
        d = Derivation(Domain(Real("P", 0, None), Real("G", 0, None)), made)
        P, G = d["P"], d["G"]
        left = d.expands("P = max of <r1, z> over z in D with <r2, z> <= 0", P)
        feasible = d.by_definition("z = 0 is feasible", P, sympy.Integer(0))
        dual = d.lemma(
            "at an optimal multiplier G = h(R1 - lam R2) is the greatest feasible <r1, z>",
            lemmas.LP_DUALITY,
            left,
            G,
            requires=[feasible],
        )
        return d.conclude([dual], scope, statement)

    return derive(proof, scope, statement)


@check("starc.regret.ray_identity", timeout=30)
def ray_identity(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Certified regret against the enumerated ray on random MDPs; then weak and strong duality for all of them."""
    found = _ray_instances(subject, effort)
    yield from (found.for_part(part) for part in ("upper", "lower"))
    yield _ray_upper(subject).for_part("upper")
    yield _ray_lower(subject).for_part("lower")


# The sandwich of the range metric


_PROGRAMS = {"upper": "range_sandwich", "lower": "range_sandwich", "reversed": "reversed_regret"}


def _bound(subject: Subject, part: str) -> dict[str, Any]:
    return {"formulas": {"bound": emit_standalone(subject[part])}}


def _sandwich_attack(subject: Subject, part: str) -> Finding:
    extreme = [TIGHT, TIGHT.reversed, OPPOSITE, ONE_TRIVIAL, M1_PAIR]
    if part == "reversed":
        extreme = [TIGHT, TIGHT.reversed, OPPOSITE, M1_PAIR]
        if subject["second"] != "not trivial":
            extreme.append(ONE_TRIVIAL)
    elif subject["first"] != "not trivial":
        extreme.append(ONE_TRIVIAL.reversed)
    return compared(
        extreme,
        _PROGRAMS[part],
        _bound(subject, part),
        _DIRECTIONS[part][1],
        f"W {_DIRECTIONS[part][0]} the claimed bound",
    )


def _sandwich_instances(subject: Subject, effort: Effort, part: str) -> Finding:
    pairs = nontrivial(drawn(effort, 24))
    if part == "reversed":
        pairs = [pair for pair in pairs if certified.range_norm(pair.mdp, pair.r2)]

    def verify(pair: Pair) -> Relation:
        if part == "reversed":
            bound = value_at(subject[part], w=certified.regret(pair.reversed))
        else:
            bound = value_at(subject[part], d=certified.range_distance(pair))
        return Relation(certified.regret(pair), _DIRECTIONS[part][0], bound)

    statement, more = f"W {_DIRECTIONS[part][0]} the claimed bound", _bound(subject, part)
    return rational.certify(
        pairs,
        verify,
        statement,
        "random MDPs over Q",
        show=lambda pair: witness.make("starc", _PROGRAMS[part], {**pair.data(), **more}, statement),
        data=lambda pair: pair.data(),
    )


def sandwich_sample(pair: Pair, left: str) -> Sample:
    """Numbers of the sandwich for unit rewards: x = h(s1 - lam s2) at the least point of the ray, g = |lam - 1|."""
    proof, h2 = certified.certificate(pair), certified.range_norm(pair.mdp, pair.r2)
    s1, s2 = certified.unit(pair.r1, proof.h1), certified.unit(pair.r2, h2)
    lam = proof.multiplier * h2 / proof.h1
    values = {
        "w": proof.value,
        "v": certified.regret(pair.reversed),
        "d": certified.range_distance(pair),
        "x": certified.range_norm(pair.mdp, exact.combine(s1, s2, lam)),
        "g": abs(lam - 1),
    }
    return Sample(values, values["w"] if left == "w" else -values["w"], {})


def _sandwich_derivation(left: str) -> Derivation:
    pairs = [M1_PAIR, TIGHT, TIGHT.reversed, OPPOSITE, *nontrivial(drawn(Effort(seed=11), 9))]
    pairs = [pair for pair in pairs if certified.range_norm(pair.mdp, pair.r2)]
    variables = Domain(Real("w", 0, 1), Real("v", 0, 1), Real("d", 0, 2), Real("x", 0, None), Real("g", 0, None))
    return Derivation(variables, [sandwich_sample(pair, left) for pair in pairs])


def _sandwich(subject: Subject, part: str) -> Finding:
    scope, statement = regret_claims.range_metric.domain, f"W {_DIRECTIONS[part][0]} the claimed bound"
    proofs = {"upper": _upper, "lower": _lower, "reversed": _reversed}

    def proof() -> Finding:
        if subject["first"] != "not trivial":
            raise StepFailed(f"the regret of a trivial reward is 0 by convention; given: {subject['first']}")
        if part == "reversed" and subject["second"] != "not trivial":
            raise StepFailed(f"h(R2) > 0 is needed to bound W(R2, R1) from below; given: {subject['second']}")
        d = _sandwich_derivation("w" if part == "lower" else "-w")
        return d.conclude(proofs[part](d, subject), scope, statement, rests_on=("starc.regret.ray_identity",))

    return derive(proof, scope, statement)


def _upper(d: Derivation, subject: Subject) -> list[Fact]:
    w, distance = d["w"], d["d"]
    left = d.expands("-W", -w)
    ray = d.by_definition("the ray identity at the multiplier 1: W <= h(s1 - s2) = d", distance, w)
    return [
        d.combine("-W >= -d", left, -distance, [(sympy.Integer(1), ray)]),
        d.identity("d is the bound", distance, d.claimed(regret_bounds.range_upper, d=distance)),
        d.at_most("the claimed bound is no smaller", regret_bounds.range_upper, subject["upper"]),
        d.nonnegative("R2 trivial: W = 1 = d", d.claimed(subject["upper"], d=sympy.Integer(1)) - 1),
    ]


def _half(d: Derivation) -> Fact:
    """x >= d/2 for unit rewards, at every multiplier."""
    distance, x, g = d["d"], d["x"], d["g"]
    there = d.lemma("h(s1 - s2) <= h(s1 - lam s2) + |lam - 1| h(s2), h(s2) = 1", lemmas.SEMINORM, x + g, distance)
    back = d.lemma("|lam - 1| = |h(lam s2) - h(s1)| <= h(s1 - lam s2)", lemmas.SEMINORM, x, g)
    half = sympy.Rational(1, 2)
    return d.combine("h(s1 - lam s2) >= d/2", x, distance / 2, [(half, there), (half, back)])


def _lower(d: Derivation, subject: Subject) -> list[Fact]:
    left = d.expands("W", d["w"])
    ray = d.by_definition("the ray identity: W = h(s1 - lam s2) at some lam >= 0", left, d["x"])
    fact = d.combine("W >= d/2", left, d["d"] / 2, [(sympy.Integer(1), ray), (sympy.Integer(1), _half(d))])
    return [
        fact,
        d.reaches("W >= d/2", fact, regret_bounds.range_lower, subject["lower"], d=d["d"]),
        d.nonnegative("R2 trivial: W = 1 = d", 1 - d.claimed(subject["lower"], d=sympy.Integer(1))),
    ]


def _reversed(d: Derivation, subject: Subject) -> list[Fact]:
    w, v, distance = d["w"], d["v"], d["d"]
    left = d.expands("-W(R1, R2)", -w)
    first = d.by_definition("W(R1, R2) <= d, as derived above", distance, w)
    second = d.by_definition("W(R2, R1) >= d/2, as derived above, d being symmetric", v, distance / 2)
    return [
        _half(d),
        d.combine("-W(R1,R2) >= -2 W(R2,R1)", left, -2 * v, [(sympy.Integer(1), first), (sympy.Integer(2), second)]),
        d.identity("2 W(R2,R1) is the bound", 2 * v, d.claimed(regret_bounds.reversed_regret, w=v)),
        d.at_most("the claimed bound is no smaller", regret_bounds.reversed_regret, subject["reversed"]),
    ]


@check("starc.regret.range_metric", timeout=30)
def range_metric(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Tight pairs, certified instances, then two triangle inequalities for every MDP."""
    for part in ("upper", "lower", "reversed"):
        yield _sandwich_attack(subject, part).for_part(part)
    for part in ("upper", "lower", "reversed"):
        yield _sandwich_instances(subject, effort, part).for_part(part)
        yield _sandwich(subject, part).for_part(part)
