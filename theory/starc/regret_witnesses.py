"""Witnesses about worst-case regret, by enumerating every deterministic policy: exact, without any optimiser.

The occupancy polytope is the hull of the occupancies of deterministic policies. With one point (J1, J2) per such
policy, worst-case regret is a linear programme in the plane, solved by looking at all its edges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mpmath import mpf, sqrt

Numbers = list[Fraction]
MDP = tuple[Any, Numbers, Fraction]
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


def environment(data: Mapping[str, Any]) -> MDP:
    """(transitions, initial law, discount) from exact data; rewards go with them as expected ones (S, A)."""
    tau, mu0, gamma = nested(data["transitions"]), nested(data["initial"]), Fraction(data["discount"])
    assert sum(mu0) == 1 and all(sum(row) == 1 and min(row) >= 0 for block in tau for row in block)
    assert 0 <= gamma < 1
    return tau, mu0, gamma


def occupancy(mdp: MDP, policy: Sequence[int]) -> Numbers:
    """Discounted visits of each state under a deterministic policy."""
    tau, mu0, gamma = mdp
    n = len(mu0)
    return solve([[Fraction(int(s == t)) - gamma * tau[t][policy[t]][s] for t in range(n)] for s in range(n)], mu0)


def policies(mdp: MDP) -> list[tuple[int, ...]]:
    """Every deterministic policy."""
    found: list[tuple[int, ...]] = [()]
    for block in mdp[0]:
        found = [(*policy, action) for policy in found for action in range(len(block))]
    return found


def returns(mdp: MDP, r: list[Numbers]) -> Numbers:
    """J_r of every deterministic policy."""
    return [
        sum((v * r[s][policy[s]] for s, v in enumerate(occupancy(mdp, policy))), Fraction(0))
        for policy in policies(mdp)
    ]


def least_visits(mdp: MDP) -> Fraction:
    """min over states and policies of the discounted visits."""
    return min(v for policy in policies(mdp) for v in occupancy(mdp, policy))


def levelled(mdp: MDP, r: list[Numbers]) -> list[Numbers]:
    """Value-adjusted levelling: the advantage of the uniform policy."""
    tau, mu0, gamma = mdp
    n, share = len(mu0), Fraction(1, len(tau[0]))
    chain = [[share * sum(row[t] for row in block) for t in range(n)] for block in tau]
    system = [[Fraction(int(s == t)) - gamma * chain[s][t] for t in range(n)] for s in range(n)]
    values = solve(system, [share * sum(row) for row in r])
    return [[x - values[s] + gamma * dot(tau[s][a], values) for a, x in enumerate(row)] for s, row in enumerate(r)]


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
    kinks = [(a - c) / (b - d) for a, b in lines for c, d in lines if b < d]
    inside = [x for x in kinks if (low is None or x >= low) and (high is None or x <= high)]
    tried = [*ends, *inside] or [Fraction(0)]
    return min(spread([a - lam * b for a, b in lines]) for lam in tried)


def unit(j: Numbers) -> Numbers:
    """Returns of the reward divided by its range; zeros for a trivial one."""
    return [x / spread(j) if spread(j) else Fraction(0) for x in j]


def range_distance(j1: Numbers, j2: Numbers) -> Fraction:
    return spread([x - y for x, y in zip(unit(j1), unit(j2), strict=True)])


def levelled_distance(mdp: MDP, r1: list[Numbers], r2: list[Numbers]) -> Fraction:
    """Levelled, divided by the largest entry, measured by the largest entry."""
    parts = []
    for r in (r1, r2):
        flat = [x for row in levelled(mdp, r) for x in row]
        size = max(abs(x) for x in flat)
        parts.append([x / size if size else Fraction(0) for x in flat])
    return max(abs(x - y) for x, y in zip(*parts, strict=True))


def _read(data: Mapping[str, Any]) -> tuple[MDP, list[Numbers], list[Numbers]]:
    mdp = environment(data["mdp"])
    return mdp, nested(data["r1"]), nested(data["r2"])


def _returns(data: Mapping[str, Any]) -> tuple[Numbers, Numbers]:
    mdp, r1, r2 = _read(data)
    return returns(mdp, r1), returns(mdp, r2)


def ray_identity(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: h(R1) W(R1, R2). Right: the least h(R1 - lam R2) over the stated multipliers."""
    j1, j2 = _returns(data)
    low, high = (Fraction(end) if end else None for end in data["multipliers"])
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


def joined(how: str, there: Fraction, back: Fraction) -> Fraction:
    """One direction, the larger of the two, or their mean."""
    return there if how == "one_way" else max(there, back) if how == "largest" else (there + back) / 2


def regret_triangle(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W13 - W12 - W23, joined with the other direction as stated. Right: the stated violation."""
    mdp = environment(data["mdp"])
    j1, j2, j3 = (returns(mdp, nested(data[name])) for name in ("r1", "r2", "r3"))
    gaps = [joined(data["join"], regret(x, y), regret(y, x)) for x, y in ((j1, j3), (j1, j2), (j2, j3))]
    return gaps[0] - gaps[1] - gaps[2], formulas["violation"]()


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
    at = {"gamma": mdp[2], "v": least_visits(mdp), "A": len(r1[0])}
    return regret(returns(mdp, r1), returns(mdp, r2)), formulas["constant"](**at) * real(levelled_distance(mdp, r1, r2))


def bilipschitz(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: x times the range metric. Right: the stated constant times y times the range metric cut off at 1.

    W <= min(d, 1) <= d, so both are sound and complete: with 1/x and 1/(2 x), with 1/y and 1/(2 y).
    """
    j1, j2 = _returns(data)
    d, x, y = range_distance(j1, j2), Fraction(data["x"]), Fraction(data["y"])
    constants = {"U1": 1 / x, "L1": 1 / (2 * x), "U2": 1 / y, "L2": 1 / (2 * y)}
    return x * d, formulas["constant"](**constants) * real(y * min(d, Fraction(1)))


def trivial_pairs(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the range metric with distinct trivial rewards at distance 1. Right: the constant times the range metric.

    Both are pseudometrics (a trivial reward is at distance 1 of every other) and have d/2 <= W <= d wherever R1 is
    not trivial; the regret of a trivial R1 is 0.
    """
    j1, j2 = _returns(data)
    distance = range_distance(j1, j2)
    apart = Fraction(1) if not spread(j1) and not spread(j2) and data["r1"] != data["r2"] else distance
    half = Fraction(1, 2)
    return apart, formulas["constant"](U1=Fraction(1), L1=half, U2=Fraction(1), L2=half) * real(distance)


def exogenous_range(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: h(R) by enumeration. Right: the sum of the stated terms over states."""
    mdp = environment(data["mdp"])
    r = nested(data["r1"])
    visits = occupancy(mdp, [0] * len(mdp[1]))
    total = sum((formulas["term"](D=v, delta=row[1] - row[0]) for v, row in zip(visits, r, strict=True)), mpf(0))
    return spread(returns(mdp, r)), total


def exogenous_rollout(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: J1(pi1) - J1(pi2) of optimal policies, the worst for R1 among those of R2. Right: the stated sum."""
    mdp, r1, r2 = _read(data)
    visits = occupancy(mdp, [0] * len(mdp[1]))
    j1, j2, total = returns(mdp, r1), returns(mdp, r2), mpf(0)
    for v, x, y in zip(visits, r1, r2, strict=True):
        total += formulas["term"](D=v, delta1=x[1] - x[0], delta2=y[1] - y[0])
    return max(j1) - min(x for x, y in zip(j1, j2, strict=True) if y == max(j2)), total


def chain_visits(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the visits of state ``state`` of a chain, by a linear solve. Right: the stated closed form."""
    mdp = environment(data["mdp"])
    at = {"eps": Fraction(data["eps"]), "gamma": mdp[2]}
    visits = occupancy(mdp, [0] * len(mdp[1]))
    right = formulas["start"](**at)
    return visits[data["state"]], right * formulas["ratio"](**at) if data["state"] else right


def chain_condition(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the greatest h/n times the greatest n/h, at the differences where both are met, n = L2.

    h/n is greatest at Delta = D (Cauchy-Schwarz) and least at the unit vector of the least visited state.
    Right: the stated condition number.
    """
    mdp = environment(data["mdp"])
    visits = occupancy(mdp, [0] * len(mdp[1]))

    def share(delta: Numbers) -> Fraction:
        h = spread(returns(mdp, [[Fraction(0), x] for x in delta]))
        n2 = sum((x * x for row in levelled(mdp, [[Fraction(0), x] for x in delta]) for x in row), Fraction(0))
        return h * h / n2

    rarest = [Fraction(int(v == min(visits))) for v in visits]
    if sum(rarest) > 1:
        rarest = [Fraction(int(i == 0)) for i in range(len(visits))]
    return sqrt(real(share(visits) / share(rarest))), formulas["condition"](rho=visits[1] / visits[0])
