"""STARC metrics: triangle inequality, distance 0 and equal orders, extreme values."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.starc.instances import (
    M1,
    M1_R1,
    M1_R2,
    Reward,
    arm_rewards,
    bandit,
    equivalent_reward,
    random_reward,
    redistribution,
)
from proofs_checks.starc.reachable import Pair, mdp_data, reached_mdps, unreachable_pair
from theory import lemmas
from theory.starc import exact_canon, metric_claims
from theory.starc.canon_witnesses import moved
from theory.starc.definitions.mdp import RationalMDP

_NORMS = ("2", "1", "inf")


def negative(R: Reward) -> Reward:
    return [[[-x for x in row] for row in block] for block in R]


def _trivial(draw: random.Random, mdp: RationalMDP) -> Reward:
    zero: Reward = [[[Fraction(0)] * mdp.n_states] * mdp.n_actions] * mdp.n_states
    return equivalent_reward(draw, mdp, zero)


def _families(seed: int, count: int) -> Iterator[tuple[RationalMDP, Reward, Reward, Reward]]:
    """M1, arms at angles of 45 degrees, then reachable MDPs: three rewards each."""
    draw = random.Random(seed)
    yield M1, M1_R1, M1_R2, negative(M1_R1)
    yield bandit(3), arm_rewards([1, -1, 0]), arm_rewards([2, -1, -1]), arm_rewards([1, 1, -2])
    for mdp in reached_mdps(seed, count):
        yield mdp, random_reward(draw, mdp), random_reward(draw, mdp), random_reward(draw, mdp)


def pairs(seed: int, count: int) -> list[Pair]:
    """Pairs with equal orders (one by redistribution alone), opposite and unrelated ones, trivial ones."""
    draw, found = random.Random(seed), list[Pair]()
    for mdp, R, other, _ in _families(seed, count):
        noise = moved(R, redistribution(draw, mdp), Fraction(1))
        found += [(mdp, R, noise), (mdp, R, equivalent_reward(draw, mdp, R)), (mdp, R, other), (mdp, R, negative(R))]
        found += [(mdp, _trivial(draw, mdp), _trivial(draw, mdp)), (mdp, R, _trivial(draw, mdp))]
    return found


def _norms(subject: Subject, norm: str) -> dict[str, str]:
    metric = {"norm": norm, "cosine": "cosine"}[subject["metric"]]
    return {"form": subject["form"], "norm": norm, "metric": metric}


def _triangle(subject: Subject, effort: Effort) -> Finding:
    triples = [(triple, norm) for triple in _families(effort.seed, 60 if effort.full else 8) for norm in _NORMS]

    def evaluate(entry: Any) -> Witness:
        (mdp, R1, R2, R3), norm = entry
        data = mdp_data(mdp, R1=R1, R2=R2, R3=R3, **_norms(subject, norm))
        return witness.make("starc", "triangle", data, "d(R1, R2) + d(R2, R3) against d(R1, R3)")

    return instances.compare(
        triples,
        evaluate,
        wanted=(">", "=="),
        statement="d(R1, R2) + d(R2, R3) >= d(R1, R3)",
        description="triples of rewards over Q, three norms",
    ).for_part("triangle")


def zeros(made: Sequence[Pair], options: dict[str, str]) -> Finding:
    def evaluate(pair: Pair) -> Witness:
        data = mdp_data(pair[0], R1=pair[1], R2=pair[2], **options)
        return witness.make("starc", "zero_and_order", data, "distance 0, and equal orders of policies")

    return instances.compare(
        made,
        evaluate,
        wanted=("==",),
        statement="d = 0 iff all policies are ordered alike",
        description="pairs of rewards over Q",
    )


def _values(subject: Subject, effort: Effort) -> Iterator[Finding]:
    draw = random.Random(effort.seed)
    opposite, trivial = list[Any](), list[Any]()
    for mdp, R, *_ in _families(effort.seed, 60 if effort.full else 6):
        if not exact_canon.equivalent(mdp, mdp.expected_reward(R), mdp.expected_reward(_trivial(draw, mdp))):
            opposite += [(mdp, R, negative(R), norm) for norm in _NORMS]
            trivial += [(mdp, R, _trivial(draw, mdp), norm) for norm in _NORMS]
    for role, program, made, wanted in (
        ("opposite", "between", opposite, ("==",)),
        ("trivial", "between", trivial, ("==",)),
        ("opposite", "largest", [(m, R, S, n) for m, R, S in pairs(effort.seed, 4) for n in _NORMS], (">", "==")),
    ):
        formulas = {"value": emit_standalone(subject[role])}

        def evaluate(entry: Any, program: str = program, formulas: dict[str, str] = formulas) -> Witness:
            mdp, R1, R2, norm = entry
            data = {**mdp_data(mdp, R1=R1, R2=R2, **_norms(subject, norm)), "formulas": formulas}
            return witness.make("starc", program, data, "distance against the claimed value")

        yield instances.compare(
            made, evaluate, wanted=wanted, statement=f"distances: {role} ({program})", description="rewards over Q"
        ).for_part("values")


def unit_forms(mdp: RationalMDP, R: Reward) -> list[Fraction]:
    """c(R)/||c(R)||_1 of value-adjusted levelling on (s, a), exactly; zeros where c(R) = 0."""
    form = [x for row in exact_canon.value_adjusted_levelling(mdp, R) for x in row]
    size = sum(map(abs, form), Fraction(0))
    return [x / size if size else size for x in form]


def exact_zero(made: Sequence[Pair]) -> Finding:
    """d = 0 in rationals (L1) against equality up to the three transformations by rank."""

    def verify(pair: Pair) -> rational.Relation:
        mdp, R1, R2 = pair
        apart = sum((abs(x - y) for x, y in zip(unit_forms(mdp, R1), unit_forms(mdp, R2), strict=True)), Fraction(0))
        same = exact_canon.equivalent(mdp, mdp.expected_reward(R1), mdp.expected_reward(R2))
        return rational.Relation(int(apart == 0), "==", int(same))

    return rational.certify(made, verify, "d = 0 iff shaping, redistribution and scaling", "pairs of rewards over Q")


_NAMES = ("x", "y", "z", "d12", "d23", "d13", "c1", "c2")


def _samples() -> list[Sample]:
    """Equivalent rewards R1, R2 and a third: exact L1 distances, one entry of each form, and norms."""
    draw, made = random.Random(17), list[Sample]()
    for mdp, R, other, _ in _families(17, 14):
        twin = equivalent_reward(draw, mdp, R)
        units = [unit_forms(mdp, S) for S in (R, other, negative(R))]
        forms = [[x for row in exact_canon.value_adjusted_levelling(mdp, S) for x in row] for S in (R, twin)]
        sizes = [sum(map(abs, form), Fraction(0)) for form in forms]
        at = draw.randrange(len(forms[0]))
        if not all(sizes):
            continue

        def between(i: int, j: int, units: Any = units) -> Fraction:
            return sum((abs(x - y) for x, y in zip(units[i], units[j], strict=True)), Fraction(0))

        values = {
            "d12": between(0, 1),
            "d23": between(1, 2),
            "d13": between(0, 2),
            "c1": forms[0][at],
            "c2": forms[1][at],
            "k": sizes[1] / sizes[0],
            "n1": sizes[0],
            "n2": sizes[1],
            "x": sum(map(abs, units[0]), Fraction(0)),
            "y": sum(map(abs, units[1]), Fraction(0)),
            "z": Fraction(0),
        }
        made.append(Sample(values, values["d12"], {}))
    return made


def _start(subject: Subject) -> Derivation:
    if subject["metric"] != "norm":
        raise StepFailed("1 - cos obeys no triangle inequality")
    if subject["form"] != "val":
        raise StepFailed(f"{subject['form']} keeps S'-redistribution: it is no canonicalisation")
    if subject["states"] != "reachable":
        raise StepFailed("equal orders say nothing of rewards where no policy comes")
    positive = [Real(name, 0, None, open_lo=True) for name in ("k", "n1", "n2")]
    d = Derivation(Domain(*map(Real, _NAMES), *positive), _samples())
    d.expands("d(R1, R2) = m(s(R1), s(R2))", d["d12"])
    return d


def _pseudometric(subject: Subject, part: str, statement: str) -> Finding:
    domain = metric_claims.pseudometric.domain

    def proof() -> Finding:
        d = _start(subject)
        facts = {"triangle": _metric, "zero": _zero, "values": _extremes}[part](d, subject)
        rests = ("starc.order.iff",) if part == "zero" else ()
        return d.conclude(facts, domain, statement, rests_on=rests)

    return derive(proof, domain, statement).for_part(part)


def _metric(d: Derivation, subject: Subject) -> list[Fact]:
    d12, d23, d13 = d["d12"], d["d23"], d["d13"]
    triangle = d.lemma("m is a metric on the normalised forms", lemmas.SEMINORM, d12 + d23, d13)
    sign = d.lemma("and never negative", lemmas.SEMINORM, d12, 0 * d12)
    same = d.deduce(
        "symmetric, and 0 where s(R1) = s(R2), so on R1 = R2: pulled back along s it is a pseudometric",
        lemmas.SEMINORM,
        requires=[triangle, sign],
    )
    return [triangle, sign, same]


def _zero(d: Derivation, subject: Subject) -> list[Fact]:
    c1, c2, k, n1, n2 = (d[name] for name in ("c1", "c2", "k", "n1", "n2"))
    forth = [
        d.by_definition("orders alike, so R2 is k R1 up to shaping and redistribution: c(R2) = k c(R1)", c2, k * c1),
        d.by_definition("c(R2) = k c(R1) (other side)", k * c1, c2),
        d.by_definition("and n(c(R2)) = k n(c(R1))", n2, k * n1),
        d.by_definition("n(c(R2)) = k n(c(R1)) (other side)", k * n1, n2),
    ]
    scaled = d.identity("so s(R2) = s(R1), entry by entry", k * c1 / (k * n1), c1 / n1)
    back = d.identity(
        "s(R1) = s(R2) means c(R1) = (n1/n2) c(R2) = c((n1/n2) R2), c linear", n1 * (c2 / n2), n1 / n2 * c2
    )
    factor = d.positive("with n1/n2 > 0", n1 / n2)
    alike = d.deduce(
        "m(s1, s2) = 0 iff s1 = s2; equal forms are equal up to shaping and redistribution, which with scaling is "
        "equality of orders; c(R) = 0 for trivial rewards alone",
        lemmas.SEMINORM,
        requires=[*forth, scaled, back, factor],
    )
    return [*forth, scaled, back, factor, alike]


def _extremes(d: Derivation, subject: Subject) -> list[Fact]:
    x, y, d12 = d["x"], d["y"], d["d12"]
    opposite, trivial = d.claimed(subject["opposite"]), d.claimed(subject["trivial"])
    one = [
        d.by_definition("n(s(R1)) <= 1", 1 + 0 * x, x),
        d.by_definition("n(s(R2)) <= 1", 1 + 0 * y, y),
    ]
    sum_of = d.lemma("n(s1 - s2) <= n(s1) + n(s2)", lemmas.SEMINORM, x + y, d12)
    most = d.combine("d <= 2", opposite + 0 * x, d12, [(1, sum_of), (1, one[0]), (1, one[1])])
    unit = d.by_definition("n(s(R)) = 1 for every nontrivial R", x, 1 + 0 * x)
    away = d.combine("n(s(R) - 0) = 1", x, trivial + 0 * x, [(1, unit)])
    near = d.combine("and no more", trivial + 0 * x, x, [(1, one[0])])
    double = d.combine("n(s(R) - s(-R)) = 2 n(s(R)) = 2, as c is linear", 2 * x, opposite + 0 * x, [(2, unit)])
    not_more = d.combine("and no more (other side)", opposite + 0 * x, 2 * x, [(2, one[0])])
    return [most, away, near, double, not_more]


@check("starc.metric.pseudometric", timeout=40)
def pseudometric(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Triples, pairs and extreme pairs over Q, distance 0 in rationals, then the derivations."""
    made = pairs(effort.seed, 60 if effort.full else 6)
    if subject["states"] != "reachable":
        made.append(unreachable_pair())
    yield _triangle(subject, effort)
    yield zeros(made, _norms(subject, "2")).for_part("zero")
    yield from _values(subject, effort)
    yield exact_zero(made).for_part("zero")
    yield _pseudometric(subject, "triangle", "symmetric, nonnegative, triangle inequality")
    yield _pseudometric(subject, "zero", "d = 0 iff all policies are ordered alike")
    yield _pseudometric(subject, "values", "0 <= d <= 2; 1 from trivial to nontrivial; 2 between opposites")
