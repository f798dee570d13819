"""Witnesses about worst-case regret, by enumerating every deterministic policy: exact, without any optimiser.

The occupancy polytope is the hull of the occupancies of deterministic policies. With one point (J1, J2) per such
policy, worst-case regret is a linear programme in the plane, solved by looking at all its edges.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mpmath import mpf, sqrt

Numbers = list[Fraction]
Formulas = Mapping[str, Callable[..., Any]]


def nested(values: Any) -> Any:
    """Exact numbers given as text, in lists of any depth."""
    return [nested(entry) for entry in values] if isinstance(values, (list, tuple)) else Fraction(values)


def real(value: Fraction) -> Any:
    """A rational as a number of the working precision."""
    return mpf(value.numerator) / value.denominator


def solve(system: list[Numbers], right: Numbers) -> Numbers:
    """A regular linear system by Gaussian elimination over Q."""
    n = len(right)
    rows = [[*row, value] for row, value in zip(system, right, strict=True)]
    for column in range(n):
        pivot = next(i for i in range(column, n) if rows[i][column] != 0)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [x / head for x in rows[column]]
        for i in range(n):
            if i != column and rows[i][column] != 0:
                factor = rows[i][column]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[column], strict=True)]
    return [row[n] for row in rows]


def dot(x: Sequence[Any], y: Sequence[Any]) -> Any:
    return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))


class Environment:
    """An MDP from exact data ``{"transitions", "initial", "discount"}``; rewards are expected ones (S, A)."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.tau = nested(data["transitions"])
        self.mu0 = nested(data["initial"])
        self.gamma = Fraction(data["discount"])
        self.states, self.actions = len(self.mu0), len(self.tau[0])
        assert sum(self.mu0) == 1 and all(sum(row) == 1 and min(row) >= 0 for block in self.tau for row in block)

    def occupancy(self, policy: Sequence[int]) -> Numbers:
        """Discounted visits of each state."""
        n = self.states
        system = [[Fraction(int(s == t)) - self.gamma * self.tau[t][policy[t]][s] for t in range(n)] for s in range(n)]
        return solve(system, self.mu0)

    def policies(self) -> list[tuple[int, ...]]:
        return list(itertools.product(range(self.actions), repeat=self.states))

    def returns(self, r: list[Numbers]) -> Numbers:
        """J_r of every deterministic policy."""
        return [
            sum((v * r[s][policy[s]] for s, v in enumerate(self.occupancy(policy))), Fraction(0))
            for policy in self.policies()
        ]

    def least_visits(self) -> Fraction:
        """min over states and policies of the discounted visits."""
        return min(v for policy in self.policies() for v in self.occupancy(policy))

    def levelled(self, r: list[Numbers]) -> list[Numbers]:
        """Value-adjusted levelling: the advantage of the uniform policy."""
        n, share = self.states, Fraction(1, self.actions)
        chain = [[share * sum(self.tau[s][a][t] for a in range(self.actions)) for t in range(n)] for s in range(n)]
        system = [[Fraction(int(s == t)) - self.gamma * chain[s][t] for t in range(n)] for s in range(n)]
        values = solve(system, [share * sum(row) for row in r])
        return [
            [x - values[s] + self.gamma * dot(self.tau[s][a], values) for a, x in enumerate(row)]
            for s, row in enumerate(r)
        ]


def spread(values: Sequence[Fraction]) -> Fraction:
    return max(values) - min(values)


def greatest_gap(j1: Numbers, j2: Numbers) -> Fraction:
    """max of J1(pi1) - J1(pi2) over stochastic policies with J2(pi2) >= J2(pi1): vertices, then edges cut at 0."""
    points = {(x - u, y - v) for x, y in zip(j1, j2, strict=True) for u, v in zip(j1, j2, strict=True)}
    inside = [(a, b) for a, b in points if b <= 0]
    best = max(a for a, _ in inside)
    for a, b in points:
        if b > 0:
            for c, d in inside:
                best = max(best, (c * b - a * d) / (b - d))
    return best


def regret(j1: Numbers, j2: Numbers) -> Fraction:
    """Worst-case regret, 0 for a trivial first reward."""
    return greatest_gap(j1, j2) / spread(j1) if spread(j1) else Fraction(0)


def ray_minimum(j1: Numbers, j2: Numbers, low: Fraction | None, high: Fraction | None) -> Fraction:
    """min over low <= lam <= high of the range of J1 - lam J2: at an end or where two policies tie."""
    ends = [end for end in (low, high) if end is not None]
    lines = sorted(set(zip(j1, j2, strict=True)))
    kinks = [(a - c) / (b - d) for (a, b), (c, d) in itertools.combinations(lines, 2) if b != d]
    inside = [x for x in kinks if (low is None or x >= low) and (high is None or x <= high)]
    tried = [*ends, *inside] or [Fraction(0)]
    return min(spread([a - lam * b for a, b in lines]) for lam in tried)


def unit(j: Numbers) -> Numbers:
    """Returns of the reward divided by its range; zeros for a trivial one."""
    return [x / spread(j) if spread(j) else Fraction(0) for x in j]


def range_distance(j1: Numbers, j2: Numbers) -> Fraction:
    return spread([x - y for x, y in zip(unit(j1), unit(j2), strict=True)])


def levelled_distance(mdp: Environment, r1: list[Numbers], r2: list[Numbers]) -> Fraction:
    """Levelled, divided by the largest entry, measured by the largest entry."""
    parts = []
    for r in (r1, r2):
        flat = [x for row in mdp.levelled(r) for x in row]
        size = max(abs(x) for x in flat)
        parts.append([x / size if size else Fraction(0) for x in flat])
    return max(abs(x - y) for x, y in zip(*parts, strict=True))


def _read(data: Mapping[str, Any]) -> tuple[Environment, list[Numbers], list[Numbers]]:
    mdp = Environment(data["mdp"])
    return mdp, nested(data["r1"]), nested(data["r2"])


def _returns(data: Mapping[str, Any]) -> tuple[Numbers, Numbers]:
    mdp, r1, r2 = _read(data)
    return mdp.returns(r1), mdp.returns(r2)


def ray_identity(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: h(R1) W(R1, R2). Right: the least h(R1 - lam R2) over the stated multipliers."""
    j1, j2 = _returns(data)
    low, high = (None if end is None else Fraction(end) for end in data["multipliers"])
    return greatest_gap(j1, j2), ray_minimum(j1, j2, low, high)


def range_sandwich(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R1, R2). Right: the stated bound at the range metric's distance."""
    j1, j2 = _returns(data)
    return regret(j1, j2), formulas["bound"](d=range_distance(j1, j2))


def reversed_regret(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R1, R2). Right: the stated bound by W(R2, R1)."""
    j1, j2 = _returns(data)
    return regret(j1, j2), formulas["bound"](w=regret(j2, j1))


def optimal_ratio(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the least U for which the range metric is sound on both orders of a pair. Right: the stated least U.

    The right side is taken at the largest L for which it is complete on both orders.
    """
    j1, j2 = _returns(data)
    distance = range_distance(j1, j2)
    both = (regret(j1, j2) / distance, regret(j2, j1) / distance)
    return max(both), formulas["least"](L=min(both))


_JOIN: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "one_way": lambda x, y: x,
    "largest": max,
    "mean": lambda x, y: (x + y) / 2,
}


def regret_triangle(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W13 - W12 - W23, joined with the other direction as stated. Right: the stated violation."""
    mdp = Environment(data["mdp"])
    j1, j2, j3 = (mdp.returns(nested(data[name])) for name in ("r1", "r2", "r3"))
    join = _JOIN[data["join"]]

    def W(x: Numbers, y: Numbers) -> Fraction:
        return join(regret(x, y), regret(y, x))

    return W(j1, j3) - W(j1, j2) - W(j2, j3), formulas["violation"]()


def _scaled(data: Mapping[str, Any]) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """The distance with n = c h, p = h/k and m = t h, and the numbers c, k, t themselves."""
    j1, j2 = _returns(data)
    c, k, t = (Fraction(data[name]) for name in ("c", "k", "t"))
    return t * range_distance(j1, j2) / c, c, k, t


def sound_constant(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R1, R2). Right: the stated U times the distance, where n = c h, p = h/k, m = t h."""
    distance, c, k, t = _scaled(data)
    return regret(*_returns(data)), formulas["constant"](a=k, beta=c, l=t * k) * real(distance)


def complete_constant(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R1, R2). Right: the stated L times the distance, where n = c h, p = h/k, m = t h."""
    distance, c, k, t = _scaled(data)
    constant = formulas["constant"](u=t * k, b=1 / (k * c), alpha=1 / c, beta=c)
    return regret(*_returns(data)), constant * real(distance)


def levelling_constant(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R1, R2). Right: the stated constant, at the MDP's own numbers, times the levelled distance."""
    mdp, r1, r2 = _read(data)
    at = {"gamma": mdp.gamma, "v": mdp.least_visits(), "A": mdp.actions}
    return regret(mdp.returns(r1), mdp.returns(r2)), formulas["constant"](**at) * real(levelled_distance(mdp, r1, r2))


def bilipschitz(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: x times the range metric. Right: the stated constant times y times the range metric cut off at 1.

    W <= min(d, 1) <= d, so both are sound and complete: with 1/x and 1/(2 x), with 1/y and 1/(2 y).
    """
    j1, j2 = _returns(data)
    d, x, y = range_distance(j1, j2), Fraction(data["x"]), Fraction(data["y"])
    constants = {"U1": 1 / x, "L1": 1 / (2 * x), "U2": 1 / y, "L2": 1 / (2 * y)}
    return x * d, formulas["constant"](**constants) * real(y * min(d, Fraction(1)))


def exogenous_range(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: h(R) by enumeration. Right: the sum of the stated terms over states."""
    mdp = Environment(data["mdp"])
    r = nested(data["r1"])
    visits = mdp.occupancy([0] * mdp.states)
    total = sum((formulas["term"](D=v, delta=row[1] - row[0]) for v, row in zip(visits, r, strict=True)), mpf(0))
    return spread(mdp.returns(r)), total


def exogenous_rollout(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: J1(pi1) - J1(pi2) of the two optimal policies (no ties). Right: the sum of the stated terms."""
    mdp, r1, r2 = _read(data)
    visits = mdp.occupancy([0] * mdp.states)
    j1, j2, total = mdp.returns(r1), mdp.returns(r2), mpf(0)
    for v, x, y in zip(visits, r1, r2, strict=True):
        assert y[0] != y[1]
        total += formulas["term"](D=v, delta1=x[1] - x[0], delta2=y[1] - y[0])
    return max(j1) - j1[j2.index(max(j2))], total


def chain_visits(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the visits of state ``state`` of a chain, by a linear solve. Right: the stated closed form."""
    mdp = Environment(data["mdp"])
    at = {"eps": Fraction(data["eps"]), "gamma": mdp.gamma}
    visits = mdp.occupancy([0] * mdp.states)
    right = formulas["start"](**at)
    return visits[data["state"]], right * formulas["ratio"](**at) if data["state"] else right


def chain_condition(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the greatest h/n times the greatest n/h, at the differences where both are met, n = L2.

    h/n is greatest at Delta = D (Cauchy-Schwarz) and least at the unit vector of the least visited state.
    Right: the stated condition number.
    """
    mdp = Environment(data["mdp"])
    visits = mdp.occupancy([0] * mdp.states)

    def share(delta: Numbers) -> Fraction:
        h = spread(mdp.returns([[Fraction(0), x] for x in delta]))
        n2 = sum((x * x for row in mdp.levelled([[Fraction(0), x] for x in delta]) for x in row), Fraction(0))
        return h * h / n2

    rarest = [Fraction(int(v == min(visits))) for v in visits]
    if sum(rarest) > 1:
        rarest = [Fraction(int(i == 0)) for i in range(len(visits))]
    return sqrt(real(share(visits) / share(rarest))), formulas["condition"](rho=visits[1] / visits[0])
