"""Range norms, worst-case regret and distances over Q, each optimum verified by its certificate."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plumbline.errors import PlumblineError
from proofs_checks.starc.instances import Reward
from theory.starc.definitions import exact
from theory.starc.definitions.exact import Rates
from theory.starc.definitions.mdp import RationalMDP

ZERO = Fraction(0)


@dataclass(frozen=True)
class Pair:
    """An MDP and two rewards."""

    mdp: RationalMDP
    R1: Reward
    R2: Reward

    @property
    def r1(self) -> Rates:
        return self.mdp.expected_reward(self.R1)

    @property
    def r2(self) -> Rates:
        return self.mdp.expected_reward(self.R2)

    @property
    def reversed(self) -> Pair:
        return Pair(self.mdp, self.R2, self.R1)

    def data(self) -> dict[str, Any]:
        """Exact data for a witness: the MDP and the expected rewards."""
        return {"mdp": mdp_data(self.mdp), "r1": text(self.r1), "r2": text(self.r2)}


def text(values: Any) -> Any:
    """Nested lists of rationals as text."""
    return [text(entry) for entry in values] if isinstance(values, list) else str(values)


def mdp_data(mdp: RationalMDP) -> dict[str, Any]:
    return {
        "transitions": text(mdp.transitions),
        "initial": text(mdp.initial),
        "discount": str(mdp.discount),
    }


def _ahead(mdp: RationalMDP, s: int, a: int, values: Sequence[Fraction]) -> Fraction:
    return mdp.discount * sum((p * v for p, v in zip(mdp.transitions[s][a], values, strict=True)), ZERO)


def range_norm(mdp: RationalMDP, r: Rates) -> Fraction:
    """h(r): two policies reach it, and values V, U with M V >= r >= M U bound it by mu0.(V - U)."""
    none = [[ZERO] * mdp.n_actions for _ in range(mdp.n_states)]
    found = exact.line(mdp, r, none, ZERO)
    bounded = all(
        found.lower[s] - _ahead(mdp, s, a, found.lower) <= r[s][a] <= found.upper[s] - _ahead(mdp, s, a, found.upper)
        for s, a in itertools.product(range(mdp.n_states), range(mdp.n_actions))
    )
    bound = sum((m * (v - u) for m, v, u in zip(mdp.initial, found.upper, found.lower, strict=True)), ZERO)
    if not bounded or bound != found.a:
        raise PlumblineError("the bounds of a range norm do not meet")
    return found.a


def certificate(pair: Pair) -> exact.RegretCertificate:
    """The verified certificate of W(R1, R2)."""
    found = exact.worst_case_regret(pair.mdp, pair.r1, pair.r2)
    if not exact.verify(found, pair.mdp, pair.r1, pair.r2) or found.h1 != range_norm(pair.mdp, pair.r1):
        raise PlumblineError("a certificate of worst-case regret is rejected")
    return found


def regret(pair: Pair) -> Fraction:
    """W(R1, R2), certified."""
    return certificate(pair).value


def unit(r: Rates, size: Fraction) -> Rates:
    return [[x / size if size else ZERO for x in row] for row in r]


def range_distance(pair: Pair) -> Fraction:
    """d_Omega(R1, R2), certified."""
    units = [unit(r, range_norm(pair.mdp, r)) for r in (pair.r1, pair.r2)]
    return range_norm(pair.mdp, exact.combine(units[0], units[1], Fraction(1)))


def levelled(mdp: RationalMDP, r: Rates) -> Rates:
    """Value-adjusted levelling with the uniform policy: its advantage."""
    n, share = mdp.n_states, Fraction(1, mdp.n_actions)
    mean = [[sum((share * row[t] for row in mdp.transitions[s]), ZERO) for t in range(n)] for s in range(n)]
    chain = RationalMDP([[row] for row in mean], mdp.initial, mdp.discount)
    values = exact.values_of(chain, [[share * sum(row, ZERO)] for row in r], [0] * n)
    return [[x - values[s] + _ahead(mdp, s, a, values) for a, x in enumerate(row)] for s, row in enumerate(r)]


def norm(values: Rates, p: str) -> Fraction:
    """L1 ("1") or Linf ("inf") of the flat array."""
    flat = [abs(x) for row in values for x in row]
    return sum(flat, ZERO) if p == "1" else max(flat)


def difference(x: Rates, y: Rates, factor: Fraction = Fraction(1)) -> Rates:
    return exact.combine(x, y, factor)


def standardised(mdp: RationalMDP, r: Rates, p: str) -> Rates:
    """s(R) = c(R)/n(c(R)) for value-adjusted levelling."""
    c = levelled(mdp, r)
    return unit(c, norm(c, p))


def levelled_distance(pair: Pair, n: str = "inf", m: str = "inf") -> Fraction:
    """VAL with the uniform policy, normalised by L_n, measured by L_m."""
    s1, s2 = (standardised(pair.mdp, r, n) for r in (pair.r1, pair.r2))
    return norm(difference(s1, s2), m)


def least_visits(mdp: RationalMDP) -> Fraction:
    """d_min: the least discounted visits of a state under any policy."""
    least = []
    for state in range(mdp.n_states):
        here = [[Fraction(-int(s == state))] * mdp.n_actions for s in range(mdp.n_states)]
        _, values = exact.optimal_policy(mdp, here)
        least.append(-sum((m * v for m, v in zip(mdp.initial, values, strict=True)), ZERO))
    return min(least)
