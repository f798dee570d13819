"""Problem programs: what certificates of these claims must prove, stated again for ``plumbline verify``.

Standard library and the witness programs (enumeration of all deterministic policies) only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from theory.starc.regret_witnesses import joined, regret

Problem = dict[str, Any]
Numbers = list[Fraction]
ONE = Fraction(1)


def _arms(*values: int) -> Numbers:
    """Returns of the arms of a bandit at discount 0."""
    return [Fraction(value) for value in values]


def relations(statement: str, scope: str, derive: Callable[[], Any]) -> Problem:
    """Relations of one instance: [(left, relation, right)]."""
    return {
        "kind": "relations",
        "statement": statement,
        "scope": f"1 instances: {scope}",
        "instances": lambda stored: [(None, derive())],
    }


# starc.canon.minimal_lp


def least_norms(claim: Any) -> Iterator[Problem]:
    """min over k of ||v - k||: shaping of a bandit subtracts (1 - gamma) Phi from every arm; discount 9/10."""
    x, y = [0, 0, 1], [0, 1, 0]
    for part, bound in (("l1", ONE), ("linf", ONE / 2)):
        norm, single = claim.objects[part], claim.objects[part] != "1"
        for values in (x, y, [a + b for a, b in zip(x, y, strict=True)]):
            rows, right = [], []
            for arm, value in enumerate(values):
                z = [-ONE * (single or j == arm) for j in range(1 if single else 3)]
                rows += [[-ONE / 10, *z], [ONE / 10, *z]]
                right += [-ONE * value, ONE * value]
            yield {
                "kind": "linear",
                "statement": f"L{norm} norm of an equivalent reward >= {bound}",
                "scope": f"1 instances: three arms paying {[str(v) for v in values]}, every shaping",
                "data": {
                    "c": [0, *[ONE] * (1 if single else 3)],
                    "A_ub": rows,
                    "b_ub": right,
                    "A_eq": [],
                    "b_eq": [],
                    "bounds": [[None, None], *[[0, None]] * (1 if single else 3)],
                },
                "bound": bound,
            }


# starc.epic.upper_bound


def published(claim: Any) -> Iterator[Problem]:
    """The claimed constant is at least 2 sqrt(1 + gamma^2), which is derived, on the claimed discounts."""
    (axis,) = claim.axes

    def gap(m: Any, gamma: Any) -> Any:
        return claim.formulas["constant"](m, gamma=gamma) - 2 * m.power(1 + gamma * gamma, Fraction(1, 2))

    yield {
        "kind": "positive",
        "statement": "starc.epic.published_constant >= starc.epic.sharp_constant",
        "scope": "gamma in [0,1)",
        "axes": [axis],
        "function": gap,
        "strict": False,
    }


# starc.regret.optimal_ratio and starc.regret.regret_not_metric


def tight_pair(claim: Any) -> Iterator[Problem]:
    """Both regrets of (1,0,1,0) and (2,0,1,1)."""
    one, two = _arms(1, 0, 1, 0), _arms(2, 0, 1, 1)
    yield relations(
        "W(R1, R2) = 1 and W(R2, R1) = 1/2",
        "the pair on the bandit with 4 arms",
        lambda: [(regret(one, two), "==", ONE), (regret(two, one), "==", ONE / 2)],
    )


def triangle(claim: Any) -> Iterator[Problem]:
    """W13 - W12 - W23 on the claimed triple is the claimed violation, and positive."""
    r = (_arms(1, 1, 3, 3), _arms(1, 0, 5, 4), _arms(2, 0, 5, 2))
    for join in ("one_way", "largest", "mean"):

        def derive(join: str = join) -> Any:
            values = [joined(join, regret(r[i], r[j]), regret(r[j], r[i])) for i, j in ((0, 2), (0, 1), (1, 2))]
            excess = values[0] - values[1] - values[2]
            return [(excess, "==", claim.value(join)), (excess, ">", 0)]

        found = relations("the violation at discount 0", "the triple on the bandit with 4 arms", derive)
        yield {**found, "part": join}


PROBLEMS = {
    "starc.canon.minimal_lp": least_norms,
    "starc.epic.upper_bound": published,
    "starc.regret.optimal_ratio": tight_pair,
    "starc.regret.regret_not_metric": triangle,
}
