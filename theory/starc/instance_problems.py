"""Problem programs for relations on concrete environments: each is derived again by enumerating all policies.

Certificates hold the environments (transitions, initial law, discount, expected rewards); any environment will do, as
no claim rests on these alone. Standard library and witness programs only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from theory.starc.regret_witnesses import (
    MDP,
    environment,
    least_visits,
    levelled_distance,
    nested,
    occupancy,
    range_distance,
    ray_minimum,
    regret,
    returns,
    spread,
)

Problem = dict[str, Any]
Numbers = list[Fraction]
Relations = list[tuple[Fraction, str, Fraction]]


class Case:
    """An environment with two expected rewards, and the returns of all deterministic policies."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.mdp: MDP = environment(data["mdp"])
        self.r1, self.r2 = nested(data["r1"]), nested(data["r2"])
        self.j1, self.j2 = returns(self.mdp, self.r1), returns(self.mdp, self.r2)

    @property
    def regret(self) -> Fraction:
        return regret(self.j1, self.j2)

    @property
    def differences(self) -> tuple[Numbers, Numbers]:
        """What the second action pays more, state by state."""
        return [row[1] - row[0] for row in self.r1], [row[1] - row[0] for row in self.r2]


def on_instances(statement: str, derive: Callable[[Case], Relations], **more: Any) -> Problem:
    """Relations of each stored environment."""

    def instances(stored: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [(entry["instance"], derive(Case(entry["instance"]))) for entry in stored]

    return {"kind": "relations", "statement": statement, "instances": instances, **more}


def levelling(sign: str) -> Callable[[Any], Iterator[Problem]]:
    """W against the claimed constant, at the environment's own numbers, times the levelled distance."""

    def problems(claim: Any) -> Iterator[Problem]:
        def derive(case: Case) -> Relations:
            at = {"gamma": case.mdp[2], "v": least_visits(case.mdp), "A": Fraction(len(case.r1[0]))}
            bound = claim.value("levelling", **at) * levelled_distance(case.mdp, case.r1, case.r2)
            return [(case.regret, sign, bound)]

        yield on_instances(f"W {sign} the claimed constant times the levelled distance", derive)

    return problems


def bilipschitz(claim: Any) -> Iterator[Problem]:
    """Levelling against the range metric both ways: sound with U and complete with L, or with 1 and 1/2."""

    def derive(case: Case) -> Relations:
        share = Fraction(len(case.r1[0]), len(case.r1[0]) - 1) * (1 - case.mdp[2]) * least_visits(case.mdp)
        levelled = {"U": 2 / share, "L": share / 4}
        ranged = {"U": Fraction(1), "L": Fraction(1, 2)}
        d1, d2 = range_distance(case.j1, case.j2), levelled_distance(case.mdp, case.r1, case.r2)
        constants = [
            claim.value("constant", **{f"{name}{i}": x for i, one in ((1, a), (2, b)) for name, x in one.items()})
            for a, b in ((ranged, levelled), (levelled, ranged))
        ]
        return [(d1, "<=", constants[0] * d2), (d2, "<=", constants[1] * d1)]

    yield on_instances("d1 <= the claimed constant times d2, and exchanged", derive)


def sandwich(claim: Any) -> Iterator[Problem]:
    """W against the claimed bounds in the range metric, and in the regret of the exchanged rewards."""
    for part, sign in (("upper", "<="), ("lower", ">="), ("reversed", "<=")):

        def derive(case: Case, part: str = part, sign: str = sign) -> Relations:
            at = {"w": regret(case.j2, case.j1)} if part == "reversed" else {"d": range_distance(case.j1, case.j2)}
            return [(case.regret, sign, claim.value(part, **at))]

        yield on_instances(f"W {sign} the claimed bound", derive, part=part)


def ray(claim: Any) -> Iterator[Problem]:
    """h(R1) W is the least range of R1 - lam R2 over the claimed multipliers."""
    low, high = claim.objects["multipliers"].lo, claim.objects["multipliers"].hi

    def derive(case: Case) -> Relations:
        return [(case.regret * spread(case.j1), "==", ray_minimum(case.j1, case.j2, low, high))]

    yield on_instances("h(R1) W = min over multipliers of h(R1 - lam R2)", derive)


def exogenous(claim: Any) -> Iterator[Problem]:
    """Range, regret and loss of the optimal policy as sums of the claimed terms over states."""

    def total(case: Case, deltas: Numbers) -> Fraction:
        visits = occupancy(case.mdp, [0] * len(deltas))
        return sum((claim.value("term", D=D, delta=x) for D, x in zip(visits, deltas, strict=True)), Fraction(0))

    def ranges(case: Case) -> Relations:
        first, second = case.differences
        h1, h2 = spread(case.j1), spread(case.j2)
        apart = [x / h1 - y / h2 for x, y in zip(first, second, strict=True)]
        distance = range_distance(case.j1, case.j2)
        return [(h1, "==", total(case, first)), (distance, "==", total(case, apart))]

    def regrets(case: Case) -> Relations:
        first, second = case.differences
        kinks = [Fraction(0), *(x / y for x, y in zip(first, second, strict=True) if x / y > 0)]
        sums = [total(case, [x - lam * y for x, y in zip(first, second, strict=True)]) for lam in kinks]
        return [(case.regret * spread(case.j1), "==", min(sums))]

    def losses(case: Case) -> Relations:
        visits = occupancy(case.mdp, [0] * len(case.r1))
        terms = zip(visits, *case.differences, strict=True)
        lost = sum((claim.value("rollout", D=D, delta1=x, delta2=y) for D, x, y in terms), Fraction(0))
        return [(max(case.j1) - case.j1[case.j2.index(max(case.j2))], "==", lost)]

    for part, derive in (("range", ranges), ("regret", regrets), ("rollout", losses)):
        yield on_instances(f"closed form ({part})", derive, part=part)


PROBLEMS = {
    "starc.metric.sound": levelling("<="),
    "starc.metric.complete": levelling(">="),
    "starc.metric.bilipschitz": bilipschitz,
    "starc.regret.range_metric": sandwich,
    "starc.regret.ray_identity": ray,
    "starc.regret.exogenous": exogenous,
}
