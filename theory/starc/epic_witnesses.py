"""Programs on EPIC and DARD: canonical forms as the expectations that define them, and what they miss.

The standard library and mpmath only. Numbers of the canonical forms may be Fractions or symbols: only sums and
products are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import mpf, sqrt

from theory.starc.order_witnesses import deterministic, dot, exact, expected, flat, occupancy_under, reduced, solve

Formulas = Mapping[str, Callable[..., Any]]


def real(x: Any) -> Any:
    """A rational as a number of the working precision."""
    return mpf(x.numerator) / x.denominator if isinstance(x, (int, Fraction)) else x


def uniform(n: int) -> list[Fraction]:
    return [Fraction(1, n)] * n


def _over(R: Any) -> tuple[range, range]:
    return range(len(R)), range(len(R[0]))


def epic_canonical(gamma: Any, R: Any, states: Any, actions: Any) -> Any:
    """R(s,a,s') + E[gamma R(s',A,S') - R(s,A,S') - gamma R(S,A,S')], S, S' ~ states and A ~ actions independent."""
    S, A = _over(R)
    draws = [(states[u] * actions[b] * states[v], u, b, v) for u in S for b in A for v in S]

    def entry(s: int, a: int, t: int) -> Any:
        moved = sum((p * (gamma * R[t][b][v] - R[s][b][v] - gamma * R[u][b][v]) for p, u, b, v in draws), Fraction(0))
        return R[s][a][t] + moved

    return [[[entry(s, a, t) for t in S] for a in A] for s in S]


def dard_canonical(tau: Any, gamma: Any, R: Any, actions: Any) -> Any:
    """R(s,a,s') + E[gamma R(s',A,S'') - R(s,A,S') - gamma R(S',A,S'')], S' ~ tau(s,A), S'' ~ tau(s',A), one A."""
    S, A = _over(R)

    def entry(s: int, a: int, t: int) -> Any:
        moved = sum(
            (
                actions[b] * tau[s][b][u] * tau[t][b][v] * (gamma * R[t][b][v] - R[s][b][u] - gamma * R[u][b][v])
                for b in A
                for u in S
                for v in S
            ),
            Fraction(0),
        )
        return R[s][a][t] + moved

    return [[[entry(s, a, t) for t in S] for a in A] for s in S]


def canonical(kind: str, tau: Any, gamma: Any, R: Any) -> Any:
    """``"EPIC"`` or ``"DARD"`` with uniform laws, or ``"VAL"``: the advantage of the uniform policy."""
    n, m = len(tau), len(tau[0])
    if kind == "EPIC":
        return epic_canonical(gamma, R, uniform(n), uniform(m))
    if kind == "DARD":
        return dard_canonical(tau, gamma, R, uniform(m))
    assert kind == "VAL"
    r = expected(tau, R)
    chain = [[dot(uniform(m), [row[t] for row in tau[s]]) for t in range(n)] for s in range(n)]
    system = [[Fraction(int(s == t)) - gamma * chain[s][t] for t in range(n)] for s in range(n)]
    V = solve(system, [dot(uniform(m), row) for row in r])
    return [[[r[s][a] - V[s] + gamma * dot(tau[s][a], V)] * n for a in range(m)] for s in range(n)]


def entries(R: Any) -> list[Any]:
    return [x for block in R for x in flat(block)]


def product_coverage(states: Any, actions: Any) -> list[Any]:
    """D_S x D_A x D_S, flat."""
    return [p * q * w for p in states for q in actions for w in states]


def moments(x: list[Any], y: list[Any], weights: list[Any]) -> tuple[Any, Any, Any]:
    """(covariance, variance of x, variance of y) under the weights."""
    mean_x, mean_y = dot(weights, x), dot(weights, y)
    a, b = [v - mean_x for v in x], [v - mean_y for v in y]

    def average(u: list[Any], v: list[Any]) -> Any:
        return dot(weights, [p * q for p, q in zip(u, v, strict=True)])

    return average(a, b), average(a, a), average(b, b)


def pearson(x: list[Any], y: list[Any], weights: list[Any]) -> Any:
    """sqrt((1 - rho)/2)."""
    covariance, first, second = (real(v) for v in moments(x, y, weights))
    return sqrt((1 - covariance / sqrt(first * second)) / 2)


def coverage_of(data: Mapping[str, Any], n: int, m: int) -> list[Any]:
    """The stated coverage, flat; the uniform product law where none is stated."""
    return exact(data["coverage"]) if "coverage" in data else product_coverage(uniform(n), uniform(m))


def _environment(data: Mapping[str, Any]) -> tuple[Any, Any, Fraction]:
    tau, initial, gamma = exact(data["transitions"]), exact(data["initial"]), Fraction(data["discount"])
    assert sum(initial) == 1 and all(sum(row) == 1 and min(row) >= 0 for block in tau for row in block)
    return tau, initial, gamma


def distance(data: Mapping[str, Any]) -> Any:
    """The distance of R1 and R2: Pearson of the canonical forms, or for VAL the L2 distance of the unit forms."""
    tau, _, gamma = _environment(data)
    one, two = (entries(canonical(data["canonical"], tau, gamma, exact(data[name]))) for name in ("R1", "R2"))
    if data["canonical"] == "VAL":
        return _between_units(one, two, [Fraction(1)] * len(one))
    return pearson(one, two, coverage_of(data, len(tau), len(tau[0])))


def _between_units(x: list[Any], y: list[Any], weights: list[Any]) -> Any:
    """||x/||x|| - y/||y|| || in the weighted L2 norm; a vector of norm 0 stays 0."""

    def norm(v: list[Any]) -> Any:
        return sqrt(real(dot(weights, [p * p for p in v])))

    n, m = norm(x) or mpf(1), norm(y) or mpf(1)
    return norm([real(a) / n - real(b) / m for a, b in zip(x, y, strict=True)])


def regret_of(tau: Any, initial: Any, gamma: Fraction, R1: Any, R2: Any) -> Fraction:
    """W(R1, R2): the largest J1 gap of mixtures of policy pairs whose J2 gap is at most 0, over h(R1).

    A linear function on a polygon cut by a half-plane is largest at a vertex or where an edge meets the line:
    all pairs of vertices are tried.
    """
    met = [occupancy_under(tau, initial, gamma, policy) for policy in deterministic(len(tau), len(tau[0]))]
    returns = [tuple(dot(flat(expected(tau, R)), m) for R in (R1, R2)) for m in met]
    gaps = [(x[0] - y[0], x[1] - y[1]) for x in returns for y in returns]
    h = max(x for x, _ in gaps)
    if h == 0:
        return Fraction(0)
    inside = [(x, y) for x, y in gaps if y <= 0]
    cut = [(x * v - u * y) / (v - y) for x, y in inside for u, v in gaps if v > 0]
    return max(*(x for x, _ in inside), *(cut or [Fraction(0)])) / h


def canonical_entry(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the canonical form of the shaped reward at one triple. Right: the stated entry of the unshaped one."""
    tau, _, gamma = _environment(data)
    R, potential, states, actions = (exact(data[name]) for name in ("R", "potential", "states", "actions"))
    (s, a, t), n = data["at"], len(R)
    shaped = [
        [[R[i][b][j] + gamma * potential[j] - potential[i] for j in range(n)] for b in range(len(actions))]
        for i in range(n)
    ]
    if data["canonical"] == "EPIC":
        left = epic_canonical(gamma, shaped, states, actions)[s][a][t]
        here, ahead, mean = epic_means(R, states, actions, s, t)
        return left, formulas["entry"](R=R[s][a][t], here=here, ahead=ahead, mean=mean, gamma=gamma)
    left = dard_canonical(tau, gamma, shaped, actions)[s][a][t]
    here, ahead, coupled = dard_means(tau, R, actions, s, t)
    return left, formulas["entry"](R=R[s][a][t], here=here, ahead=ahead, coupled=coupled, gamma=gamma)


def epic_means(R: Any, states: Any, actions: Any, s: int, t: int) -> tuple[Any, Any, Any]:
    """phi(s), phi(t) and the mean of phi, where phi(s) = E R(s, A, S')."""
    phi = [dot(actions, [dot(states, row) for row in block]) for block in R]
    return phi[s], phi[t], dot(states, phi)


def dard_means(tau: Any, R: Any, actions: Any, s: int, t: int) -> tuple[Any, Any, Any]:
    """e(s), e(t) and k(s, t): e(s) = E R(s, A, S'), k = E R(S', A, S'') with S' ~ tau(s, A), S'' ~ tau(t, A)."""
    e = [dot(actions, row) for row in expected(tau, R)]
    n = range(len(R))
    coupled = sum(
        (p * tau[s][b][u] * tau[t][b][v] * R[u][b][v] for b, p in enumerate(actions) for u in n for v in n),
        Fraction(0),
    )
    return e[s], e[t], coupled


def epic_shaping(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: C_EPIC(R) - R at one triple. Right: gamma Phi(s') - Phi(s) of the stated potential."""
    _, _, gamma = _environment(data)
    R, states, actions = (exact(data[name]) for name in ("R", "states", "actions"))
    s, a, t = data["at"]
    here, ahead, mean = epic_means(R, states, actions, s, t)
    left = epic_canonical(gamma, R, states, actions)[s][a][t] - R[s][a][t]
    phi = [formulas["potential"](here=value, mean=mean, gamma=gamma) for value in (here, ahead)]
    return left, real(gamma) * phi[1] - phi[0]


def half_of_norm(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the Pearson distance under the coverage. Right: the stated function of ||s1 - s2|| in L2(coverage)."""
    tau, _, gamma = _environment(data)
    one, two = (entries(canonical(data["canonical"], tau, gamma, exact(data[name]))) for name in ("R1", "R2"))
    weights = coverage_of(data, len(tau), len(tau[0]))
    return pearson(one, two, weights), formulas["half"](N=_between_units(one, two, weights))


def stated_distance(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the distance of R1 and R2 from the definition. Right: the closed form at the stated parameters."""
    return distance(data), formulas["distance"](**{name: Fraction(v) for name, v in data["parameters"].items()})


def square_of_distance(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the squared distance of R1 and R2. Right: the stated lower bound at the stated parameters."""
    return distance(data) ** 2, formulas["least"](**{name: Fraction(v) for name, v in data["parameters"].items()})


def regret_against_distance(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R1, R2). Right: the stated constant times the distance."""
    tau, initial, gamma = _environment(data)
    regret = regret_of(tau, initial, gamma, exact(data["R1"]), exact(data["R2"]))
    return real(regret), real(Fraction(data["constant"])) * distance(data)


def stated_regret(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R1, R2), exactly. Right: the stated value."""
    tau, initial, gamma = _environment(data)
    return regret_of(tau, initial, gamma, exact(data["R1"]), exact(data["R2"])), Fraction(data["regret"])


def best_pair(
    tau: Any, initial: Any, gamma: Fraction, R1: Any, R2: Any, second: int | None = None
) -> list[tuple[Any, list[Any]]]:
    """An optimal policy of R1 and one of R2 (the deterministic one of that number, if given), with occupancies."""
    policies = deterministic(len(tau), len(tau[0]))
    met = [occupancy_under(tau, initial, gamma, policy) for policy in policies]
    returns = [[dot(flat(expected(tau, R)), x) for x in met] for R in (R1, R2)]
    one = returns[0].index(max(returns[0]))
    two = returns[1].index(max(returns[1])) if second is None else second
    assert returns[1][two] == max(returns[1])
    return [(policies[one], met[one]), (policies[two], met[two])]


def most_likely(tau: Any, initial: Any, policy: Any) -> list[Any]:
    """An upper bound of Pr(s_k = s, a_k = a, s_{k+1} = s') over all k, flat: exact where state laws soon repeat."""
    n, m = len(tau), len(tau[0])
    laws = [list(initial)]
    for _ in range(8):
        now = laws[-1]
        ahead = [
            sum((now[s] * policy[s][a] * tau[s][a][t] for s in range(n) for a in range(m)), Fraction(0))
            for t in range(n)
        ]
        if ahead in laws:
            break
        laws.append(ahead)
    else:
        laws = [[Fraction(1)] * n]
    highest = [max(law[s] for law in laws) for s in range(n)]
    return [highest[s] * policy[s][a] * tau[s][a][t] for s in range(n) for a in range(m) for t in range(n)]


def _regret_and_scale(data: Mapping[str, Any]) -> tuple[Any, Any]:
    """J1(pi1) - J1(pi2) for optimal policies, and K ||R1||_{L2(D)} D_EPIC/(1 - gamma)."""
    tau, initial, gamma = _environment(data)
    R1, R2, K = exact(data["R1"]), exact(data["R2"]), Fraction(data["K"])
    states, actions = exact(data["states"]), exact(data["actions"])
    weights = product_coverage(states, actions)
    pair = best_pair(tau, initial, gamma, R1, R2, data.get("second"))
    for policy, _ in pair:
        assert all(K * w >= p for w, p in zip(weights, most_likely(tau, initial, policy), strict=True))
    size = sqrt(real(dot(weights, [x * x for x in entries(R1)])))
    forms = [entries(epic_canonical(gamma, R, states, actions)) for R in (R1, R2)]
    gap = dot([x - y for x, y in zip(pair[0][1], pair[1][1], strict=True)], flat(expected(tau, R1)))
    return real(gap), real(K) * size * pearson(forms[0], forms[1], weights) / real(1 - gamma)


def optimal_regret(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: J1(pi1) - J1(pi2) for optimal policies. Right: constant K ||R1||_{L2(D)} D_EPIC/(1 - gamma)."""
    regret, scale = _regret_and_scale(data)
    return regret, formulas["constant"](gamma=Fraction(data["discount"])) * scale


def attained_constant(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the regret over K ||R1||_{L2(D)} D_EPIC/(1 - gamma). Right: the stated factor."""
    regret, scale = _regret_and_scale(data)
    return regret / scale, formulas["attained"](h=Fraction(data["h"]), gamma=Fraction(data["discount"]))


def dard_rows(tau: Any, gamma: Fraction, actions: Any) -> list[list[Fraction]]:
    """The images of the unit rewards under C_DARD, flat: rows of its transpose."""
    n, m = len(tau), len(tau[0])
    rows = []
    for s in range(n):
        for a in range(m):
            for t in range(n):
                unit = [[[Fraction(int((i, b, j) == (s, a, t))) for j in range(n)] for b in range(m)] for i in range(n)]
                rows.append(entries(dard_canonical(tau, gamma, unit, actions)))
    return rows


def dard_rank(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the rank of C_DARD. Right: the claimed one."""
    tau, _, gamma = _environment(data)
    rows = reduced(dard_rows(tau, gamma, exact(data["actions"])))
    return Fraction(len(rows)), formulas["rank"](S=Fraction(len(tau)), A=Fraction(len(tau[0])))


def residual_of(tau: Any, gamma: Fraction, R: Any, actions: Any) -> tuple[Any, Any]:
    """(R - sh(Phi), C_DARD(R)), flat, with Phi the solution of Phi = -e + gamma Pbar Phi."""
    n = len(R)
    e = [dot(actions, row) for row in expected(tau, R)]
    chain = [[dot(actions, [row[t] for row in tau[s]]) for t in range(n)] for s in range(n)]
    system = [[Fraction(int(s == t)) - gamma * chain[s][t] for t in range(n)] for s in range(n)]
    phi = solve(system, [-x for x in e])
    rest = [R[s][a][t] - gamma * phi[t] + phi[s] for s in range(n) for a in range(len(R[0])) for t in range(n)]
    return rest, entries(dard_canonical(tau, gamma, R, actions))


def dard_residual(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: max |R - sh(Phi)| for the potential built from R. Right: the stated function of max |C_DARD(R)|."""
    tau, _, gamma = _environment(data)
    rest, image = residual_of(tau, gamma, exact(data["R"]), exact(data["actions"]))
    return max(abs(x) for x in rest), formulas["bound"](Y=max(abs(x) for x in image), gamma=gamma)


def dard_reversal(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 1 where the better of two policies under R is the worse one under C_DARD(R), else 0. Right: 1 where
    gamma exceeds the stated threshold."""
    here, canonical_gain = dard_gains(data)
    return Fraction(int(here * canonical_gain < 0)), Fraction(int(real(Fraction(data["discount"])) > formulas["at"]()))


def dard_gains(data: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """J(first policy) - J(second policy) under R and under C_DARD(R)."""
    tau, initial, gamma = _environment(data)
    R = exact(data["R"])
    image = dard_canonical(tau, gamma, R, uniform(len(tau[0])))
    one, two = (occupancy_under(tau, initial, gamma, exact(policy)) for policy in data["policies"])
    difference = [x - y for x, y in zip(one, two, strict=True)]
    return dot(flat(expected(tau, R)), difference), dot(flat(expected(tau, image)), difference)


def dard_gain(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the gain of the first policy over the second, under R or (``data["under"]``) C_DARD(R). Right: stated."""
    gains = dict(zip(("gain", "gain_canonical"), dard_gains(data), strict=True))
    return gains[data["under"]], formulas[data["under"]](gamma=Fraction(data["discount"]))
