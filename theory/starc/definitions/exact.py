"""The same quantities over Q: policies, range norm, worst-case regret, and a certificate that proves it.

Linear systems are solved by python-flint; all numbers are Fractions. A certificate is checked without any
optimisation: two value functions bound the range from above, a mixture of two policy pairs meets the bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from plumbline.errors import PlumblineError
from theory.starc.definitions.mdp import RationalMDP

Rates = list[list[Fraction]]


def _solve(system: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    from flint import fmpq, fmpq_mat

    n = len(right)
    a = fmpq_mat(n, n, [fmpq(x.numerator, x.denominator) for row in system for x in row])
    b = fmpq_mat(n, 1, [fmpq(x.numerator, x.denominator) for x in right])
    x = a.solve(b)
    return [Fraction(int(x[i, 0].p), int(x[i, 0].q)) for i in range(n)]


def values_of(mdp: RationalMDP, r: Rates, actions: Sequence[int]) -> list[Fraction]:
    """V^pi of a deterministic policy, exactly."""
    n = mdp.n_states
    system = [
        [Fraction(int(s == t)) - mdp.discount * mdp.transitions[s][actions[s]][t] for t in range(n)] for s in range(n)
    ]
    return _solve(system, [r[s][actions[s]] for s in range(n)])


def return_of(mdp: RationalMDP, r: Rates, actions: Sequence[int]) -> Fraction:
    """J_r(pi) of a deterministic policy, exactly."""
    return sum((m * v for m, v in zip(mdp.initial, values_of(mdp, r, actions), strict=True)), Fraction(0))


def occupancy_of(mdp: RationalMDP, actions: Sequence[int]) -> Rates:
    """Discounted state-action occupancy (S, A) of a deterministic policy, exactly."""
    n = mdp.n_states
    system = [
        [Fraction(int(s == t)) - mdp.discount * mdp.transitions[t][actions[t]][s] for t in range(n)] for s in range(n)
    ]
    visits = _solve(system, list(mdp.initial))
    return [[visits[s] if a == actions[s] else Fraction(0) for a in range(mdp.n_actions)] for s in range(n)]


def optimal_policy(mdp: RationalMDP, r: Rates) -> tuple[list[int], list[Fraction]]:
    """An optimal deterministic policy and its values by exact policy iteration."""
    actions = [max(range(mdp.n_actions), key=lambda a, s=s: r[s][a]) for s in range(mdp.n_states)]  # type: ignore[misc]
    while True:
        values = values_of(mdp, r, actions)
        changed = False
        for s in range(mdp.n_states):
            q = [
                r[s][a]
                + mdp.discount * sum((p * v for p, v in zip(mdp.transitions[s][a], values, strict=True)), Fraction(0))
                for a in range(mdp.n_actions)
            ]
            best = max(range(mdp.n_actions), key=q.__getitem__)
            if q[best] > q[actions[s]]:
                actions[s], changed = best, True
        if not changed:
            return actions, values


def combine(r1: Rates, r2: Rates, factor: Fraction) -> Rates:
    """r1 - factor r2."""
    return [[x - factor * y for x, y in zip(a, b, strict=True)] for a, b in zip(r1, r2, strict=True)]


@dataclass(frozen=True)
class Line:
    """A supporting line a - lambda b of h(R1 - lambda R2): a best and a worst policy with value functions."""

    a: Fraction
    b: Fraction
    best: list[int]
    worst: list[int]
    upper: list[Fraction]
    lower: list[Fraction]


def line(mdp: RationalMDP, r1: Rates, r2: Rates, factor: Fraction) -> Line:
    q = combine(r1, r2, factor)
    best, upper = optimal_policy(mdp, q)
    worst, negated = optimal_policy(mdp, [[-x for x in row] for row in q])
    a = return_of(mdp, r1, best) - return_of(mdp, r1, worst)
    b = return_of(mdp, r2, best) - return_of(mdp, r2, worst)
    return Line(a, b, best, worst, upper, [-v for v in negated])


def range_norm(mdp: RationalMDP, r: Rates) -> Fraction:
    """h(r) = max_pi J - min_pi J, exactly."""
    zero = [[Fraction(0)] * mdp.n_actions for _ in range(mdp.n_states)]
    return line(mdp, r, zero, Fraction(0)).a


@dataclass(frozen=True)
class RegretCertificate:
    """A proof of W(R1, R2) = ``regret`` / ``h1``.

    Upper bound: M V >= r1 - multiplier r2 >= M U entrywise, multiplier >= 0, so regret <= mu0.(V - U). Lower bound: the
    mixture of the two policy pairs, weight ``theta`` on the left one, has J2 gap <= 0 and J1 gap = regret.
    """

    regret: Fraction
    h1: Fraction
    multiplier: Fraction
    upper: list[Fraction]
    lower: list[Fraction]
    left: tuple[list[int], list[int]]
    right: tuple[list[int], list[int]]
    theta: Fraction

    @property
    def value(self) -> Fraction:
        """W(R1, R2)."""
        return self.regret / self.h1 if self.h1 else Fraction(0)


def _gap(mdp: RationalMDP, r: Rates, pair: tuple[list[int], list[int]]) -> Fraction:
    return return_of(mdp, r, pair[0]) - return_of(mdp, r, pair[1])


def verify(certificate: RegretCertificate, mdp: RationalMDP, r1: Rates, r2: Rates) -> bool:
    """Whether the certificate proves its regret for these rewards, checked in Fractions without optimisation."""
    c = certificate
    if c.multiplier < 0 or not 0 <= c.theta <= 1:
        return False
    q = combine(r1, r2, c.multiplier)
    for s in range(mdp.n_states):
        for a in range(mdp.n_actions):
            row = mdp.transitions[s][a]
            high = c.upper[s] - mdp.discount * sum((p * v for p, v in zip(row, c.upper, strict=True)), Fraction(0))
            low = c.lower[s] - mdp.discount * sum((p * v for p, v in zip(row, c.lower, strict=True)), Fraction(0))
            if high < q[s][a] or low > q[s][a]:
                return False
    bound = sum((m * (v - u) for m, v, u in zip(mdp.initial, c.upper, c.lower, strict=True)), Fraction(0))
    gap1 = c.theta * _gap(mdp, r1, c.left) + (1 - c.theta) * _gap(mdp, r1, c.right)
    gap2 = c.theta * _gap(mdp, r2, c.left) + (1 - c.theta) * _gap(mdp, r2, c.right)
    return gap2 <= 0 and gap1 == bound == c.regret and c.h1 == range_norm(mdp, r1)


def worst_case_regret(mdp: RationalMDP, r1: Rates, r2: Rates) -> RegretCertificate:
    """W(R1, R2) by exact Newton steps, with its certificate; r1, r2 are expected rewards (S, A)."""
    left = line(mdp, r1, r2, Fraction(0))
    h1, h2 = left.a, range_norm(mdp, r2)
    pair = (left.best, left.worst)
    if h1 == 0 or h2 == 0 or left.b <= 0:
        return RegretCertificate(h1, h1, Fraction(0), left.upper, left.lower, pair, pair, Fraction(1))
    right = line(mdp, r1, r2, 2 * h1 / h2)
    while True:
        if right.b > 0:
            raise PlumblineError("the right line must have slope >= 0")
        factor = (left.a - right.a) / (left.b - right.b)
        height = left.a - factor * left.b
        here = line(mdp, r1, r2, factor)
        if here.a - factor * here.b == height:
            theta = -right.b / (left.b - right.b)
            low, high = (left.best, left.worst), (right.best, right.worst)
            return RegretCertificate(height, h1, factor, here.upper, here.lower, low, high, theta)
        if here.b > 0:
            left = here
        else:
            right = here
