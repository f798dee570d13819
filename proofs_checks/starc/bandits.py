"""One pair of rewards on a bandit shows that no ratio below 2 is possible, three that regret is no metric."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from proofs_checks.engines.rational import Relation
from proofs_checks.starc import certified
from proofs_checks.starc.certified import Pair
from proofs_checks.starc.instances import arm_rewards, bandit
from proofs_checks.starc.pairs import ONE, TIGHT, at_discount, compared, value_at
from theory.starc import regret_bounds, regret_claims

TRIPLE = tuple(arm_rewards(values) for values in ([1, 1, 3, 3], [1, 0, 5, 4], [2, 0, 5, 2]))


def _without_discount(d: Derivation) -> list[Fact]:
    """On a bandit the occupancies are the laws on arms over 1 - gamma: regret does not depend on gamma."""
    gamma, c, h = d["gamma"], d["c"], d["h"]
    scale = 1 / (1 - gamma)
    return [
        d.positive("the occupancies of a bandit have mass 1/(1 - gamma) > 0", scale),
        d.identity("W is the same at every discount", (c * scale) / (h * scale), c / h),
    ]


def _ratio(subject: Subject) -> Finding:
    scope, statement = regret_claims.optimal_ratio.domain, "U >= the claimed least constant"

    def sample(gamma: Fraction, scale: Fraction, slack: Fraction) -> Sample:
        """scale times the range metric, with constants that are slack times worse than its own."""
        pair = at_discount(TIGHT, gamma)
        distance = scale * certified.range_distance(pair)
        proof = certified.certificate(at_discount(TIGHT, Fraction(0)))
        values = {
            "gamma": gamma,
            "c": proof.regret,
            "h": proof.h1,
            "D": distance,
            "U": slack / scale,
            "L": 1 / (2 * scale * slack),
        }
        return Sample(values, slack / scale, {})

    def proof() -> Finding:
        exact_values = rational.certify(
            [TIGHT],
            lambda pair: [
                Relation(certified.regret(at_discount(pair, Fraction(0))), "==", 1),
                Relation(certified.regret(at_discount(pair.reversed, Fraction(0))), "==", Fraction(1, 2)),
            ],
            "W(R1, R2) = 1 and W(R2, R1) = 1/2",
            "the pair on the bandit with 4 arms",
        )
        positive = [Real(name, 0, None, open_lo=True) for name in ("c", "h", "D", "U", "L")]
        tried = [
            (ONE / 2, ONE, ONE),
            (Fraction(9, 10), Fraction(3), ONE),
            (Fraction(0), Fraction(1, 5), Fraction(7, 5)),
        ]
        d = Derivation(Domain(regret_bounds.DISCOUNT, *positive), [sample(*entry) for entry in tried])
        D, U, L = d["D"], d["U"], d["L"]
        facts = [d.premise("exact values of the pair", exact_values), *_without_discount(d)]
        left = d.expands("U", U)
        sound = d.by_definition("sound: W(R1, R2) = 1 <= U d", U * D, sympy.Integer(1))
        complete = d.by_definition("complete, d symmetric: L d <= W(R2, R1) = 1/2", sympy.Rational(1, 2), L * D)
        fact = d.combine("U >= 2 L", left, 2 * L, [(1 / D, sound), (2 / D, complete)])
        reached = d.reaches("U >= 2 L", fact, regret_bounds.least_upper_constant, subject["least"], L=L)
        return d.conclude([*facts, fact, reached], scope, statement)

    return derive(proof, scope, statement)


@check("starc.regret.optimal_ratio", timeout=20)
def optimal_ratio(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The range metric on the tight pair attains the ratio; the pair's exact regrets force it on all others."""
    more = {"formulas": {"least": emit_standalone(subject["least"])}}
    statement = "least U of the range metric against the claimed one"
    yield compared([TIGHT, TIGHT.reversed], "optimal_ratio", more, (">", "=="), statement).for_part("ratio")
    yield _ratio(subject).for_part("ratio")


def _triple_data(subject: Subject, join: str) -> dict[str, Any]:
    mdp = bandit(4)
    names = dict(zip(("r1", "r2", "r3"), (certified.text(mdp.expected_reward(R)) for R in TRIPLE), strict=True))
    formulas = {"violation": emit_standalone(subject[join])}
    return {"mdp": certified.mdp_data(mdp), **names, "join": join, "formulas": formulas}


def excess(join: str, gamma: Fraction = Fraction(0)) -> Fraction:
    """W13 - W12 - W23 on the triple, one way, by the larger direction or by the mean; certified."""

    def joined(i: int, j: int) -> Fraction:
        pair = Pair(bandit(4, gamma), TRIPLE[i], TRIPLE[j])
        there, back = certified.regret(pair), certified.regret(pair.reversed)
        return {"one_way": there, "largest": max(there, back), "mean": (there + back) / 2}[join]

    return joined(0, 2) - joined(0, 1) - joined(1, 2)


def _triple_derivation(subject: Subject, join: str) -> Finding:
    scope, statement = regret_claims.regret_not_metric.domain, f"the triangle inequality fails ({join})"

    def sample(gamma: Fraction, i: int, j: int) -> Sample:
        pair = Pair(bandit(4, gamma), TRIPLE[i], TRIPLE[j])
        proof = certified.certificate(at_discount(pair, Fraction(0)))
        return Sample({"gamma": gamma, "c": proof.regret, "h": proof.h1}, certified.regret(pair), {})

    def proof() -> Finding:
        found = rational.certify(
            [join],
            lambda name: [
                Relation(excess(name), "==", value_at(subject[name])),
                Relation(excess(name), ">", 0),
            ],
            "the violation at discount 0",
            "the triple on the bandit with 4 arms",
        )
        variables = Domain(regret_bounds.DISCOUNT, Real("c", 0, None), Real("h", 0, None, open_lo=True))
        pairs = [(0, 2), (0, 1), (1, 2), (2, 0), (1, 0), (2, 1)]
        gammas = [Fraction(0), Fraction(1, 2), Fraction(99, 100)]
        d = Derivation(variables, [sample(gammas[k % 3], i, j) for k, (i, j) in enumerate(pairs)])
        d.expands("W = (c/(1-gamma))/(h/(1-gamma))", (d["c"] / (1 - d["gamma"])) / (d["h"] / (1 - d["gamma"])))
        return d.conclude([d.premise("exact values of the triple", found), *_without_discount(d)], scope, statement)

    return derive(proof, scope, statement)


@check("starc.regret.regret_not_metric", timeout=20)
def regret_not_metric(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The triple by enumeration against the claimed violations; then exactly, at every discount."""
    for join in ("one_way", "largest", "mean"):
        yield instances.compare(
            [join],
            lambda name: witness.make(
                "starc", "regret_triangle", _triple_data(subject, name), "excess over the triangle"
            ),
            wanted=("==",),
            statement="W13 - W12 - W23 = the claimed violation",
            description="the triple",
        ).for_part(join)
    for join in ("one_way", "largest", "mean"):
        yield _triple_derivation(subject, join).for_part(join)
