"""Programs on finite MDPs in exact rationals: returns, occupancy, orders of policies. Standard library and mpmath.

Data: ``transitions[s][a][t]``, ``initial[s]``, ``discount``; rewards ``[s][a][t]``; policies ``[s][a]``; all numbers
are text such as ``"3/10"``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import mpf

Formulas = Mapping[str, Callable[..., Any]]


def exact(values: Any) -> Any:
    """Nested lists of text as nested lists of Fractions."""
    return [exact(entry) for entry in values] if isinstance(values, list) else Fraction(values)


def real(value: Any) -> Any:
    """A rational as a number of the working precision; such numbers as they are."""
    return mpf(value.numerator) / value.denominator if isinstance(value, (int, Fraction)) else value


def reals(values: Any) -> Any:
    """Nested lists of rationals as numbers of the working precision."""
    return [reals(entry) for entry in values] if isinstance(values, list) else real(values)


def dot(x: Any, y: Any) -> Any:
    """sum_i x_i y_i."""
    return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))


def reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """The nonzero rows of the reduced echelon form, by exact elimination."""
    rows, done = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((k for k in range(done, len(rows)) if rows[k][column] != 0), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [x / rows[done][column] for x in rows[done]]
        for k, row in enumerate(rows):
            if k != done and row[column] != 0:
                rows[k] = [x - row[column] * y for x, y in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]


def solve(system: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """The solution of a regular linear system."""
    return [row[-1] for row in reduced([[*row, b] for row, b in zip(system, right, strict=True)])]


def expected(tau: Any, R: Any) -> list[list[Fraction]]:
    """r(s, a) = sum_t tau(t|s, a) R(s, a, t)."""
    return [[dot(p, x) for p, x in zip(t, v, strict=True)] for t, v in zip(tau, R, strict=True)]


def values_under(tau: Any, gamma: Any, r: Any, policy: Any) -> list[Fraction]:
    """V^pi: the solution of V(s) = sum_a pi(a|s) (r(s, a) + gamma sum_t tau(t|s, a) V(t))."""
    n = len(tau)
    system = [
        [Fraction(int(s == t)) - gamma * dot(policy[s], [row[t] for row in tau[s]]) for t in range(n)] for s in range(n)
    ]
    return solve(system, [dot(policy[s], r[s]) for s in range(n)])


def occupancy_under(tau: Any, initial: Any, gamma: Any, policy: Any) -> list[Fraction]:
    """m(s, a) = sum_k gamma^k Pr(s_k = s, a_k = a), flat: visits solve d(t) - gamma sum_s d(s) P_pi(t|s) = mu0(t)."""
    n = len(tau)
    system = [
        [Fraction(int(s == t)) - gamma * dot(policy[s], [row[t] for row in tau[s]]) for s in range(n)] for t in range(n)
    ]
    visits = solve(system, list(initial))
    return [visits[s] * p for s in range(n) for p in policy[s]]


def deterministic(states: int, actions: int) -> list[list[list[Fraction]]]:
    """All deterministic policies."""
    rows = [[Fraction(int(a == b)) for b in range(actions)] for a in range(actions)]
    found: list[list[list[Fraction]]] = [[]]
    for _ in range(states):
        found = [[*policy, row] for policy in found for row in rows]
    return found


def shaping_matrix(tau: Any, gamma: Any) -> list[list[Fraction]]:
    """M = E - gamma P, rows (s, a)."""
    return [
        [Fraction(int(s == t)) - gamma * p for t, p in enumerate(row)] for s, block in enumerate(tau) for row in block
    ]


def flat(r: Any) -> list[Fraction]:
    return [x for row in r for x in row]


def residual(matrix: list[list[Fraction]], vector: list[Fraction]) -> Fraction:
    """The squared distance of a vector from the span of a matrix's columns (its columns independent)."""
    columns = [list(column) for column in zip(*matrix, strict=True)]
    weights = solve([[dot(x, y) for y in columns] for x in columns], [dot(x, vector) for x in columns])
    rest = [v - dot(weights, row) for v, row in zip(vector, matrix, strict=True)]
    return dot(rest, rest)


def differ_by_transformations(tau: Any, gamma: Any, r1: Any, r2: Any) -> bool:
    """Whether r1 = c r2 - M Phi with some c > 0 and Phi, where r1 and r2 are expected rewards."""
    matrix, x, y = shaping_matrix(tau, gamma), flat(r1), flat(r2)
    trivial1, trivial2 = residual(matrix, x) == 0, residual(matrix, y) == 0
    if trivial1 or trivial2:
        return trivial1 and trivial2
    joined = [[*row, v] for row, v in zip(matrix, y, strict=True)]
    columns = [list(column) for column in zip(*joined, strict=True)]
    weights = solve([[dot(a, b) for b in columns] for a in columns], [dot(a, x) for a in columns])
    return residual(joined, x) == 0 and weights[-1] > 0


def gaps_of(data: Mapping[str, Any]) -> list[tuple[Fraction, Fraction]]:
    """(J1, J2) differences over ordered pairs of deterministic policies."""
    tau, initial, gamma = exact(data["transitions"]), exact(data["initial"]), Fraction(data["discount"])
    rates = [flat(expected(tau, exact(data[name]))) for name in ("R1", "R2")]
    met = [occupancy_under(tau, initial, gamma, policy) for policy in deterministic(len(tau), len(tau[0]))]
    returns = [(dot(rates[0], m), dot(rates[1], m)) for m in met]
    return [(x[0] - y[0], x[1] - y[1]) for x in returns for y in returns]


def same_order(gaps: list[tuple[Fraction, Fraction]], mixed: bool) -> bool:
    """Whether both returns order the policies alike: deterministic ones, or (``mixed``) all stationary ones.

    Stationary policies are the mixtures of deterministic occupancies. Two differences (x, y), (x', y') with
    x y' != x' y have a mixture, up to sign, with J2 difference 0 and J1 difference not 0, or with signs apart.
    """
    if any((x > 0) != (y > 0) or (x < 0) != (y < 0) for x, y in gaps):
        return False
    if not mixed:
        return True
    first = next((gap for gap in gaps if gap != (0, 0)), (Fraction(0), Fraction(0)))
    return all(first[0] * y == first[1] * x for x, y in gaps)


def shaped_return(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: J of the shaped, redistributed, scaled reward, from the definition. Right: what is claimed of it."""
    tau, initial, gamma = exact(data["transitions"]), exact(data["initial"]), Fraction(data["discount"])
    R, potential, noise, c = (exact(data[name]) for name in ("R", "potential", "noise", "factor"))
    shaped, states, actions = formulas["shaped"], range(len(tau)), range(len(tau[0]))
    met = occupancy_under(tau, initial, gamma, exact(data["policy"]))
    weights = reals([[p * m for p in row] for row, m in zip((row for block in tau for row in block), met, strict=True)])
    after = mpf(0)
    for k, (s, a) in enumerate([(s, a) for s in states for a in actions]):
        for t in states:
            here, ahead = potential[s], potential[t]
            after += weights[k][t] * shaped(R=R[s][a][t] + noise[s][a][t], here=here, ahead=ahead, c=c, gamma=gamma)
    before = dot(flat(expected(tau, R)), met)
    return after, formulas["shift"](J=before, offset=dot(initial, potential), c=c)


def order_and_transformations(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 1 if the policies (``data["policies"]``) are ordered alike. Right: 1 if the rewards differ by shaping,
    S'-redistribution and positive scaling only."""
    tau, gamma = exact(data["transitions"]), Fraction(data["discount"])
    rates = [expected(tau, exact(data[name])) for name in ("R1", "R2")]
    alike = same_order(gaps_of(data), data["policies"] == "stochastic")
    return Fraction(int(alike)), Fraction(int(differ_by_transformations(tau, gamma, *rates)))


def occupancy_rank(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the rank of the differences of deterministic occupancies. Right: the claimed dimension."""
    tau, initial, gamma = exact(data["transitions"]), exact(data["initial"]), Fraction(data["discount"])
    n, actions = len(tau), len(tau[0])
    met = [occupancy_under(tau, initial, gamma, policy) for policy in deterministic(n, actions)]
    rows = reduced([[x - y for x, y in zip(m, met[0], strict=True)] for m in met[1:]])
    return Fraction(len(rows)), formulas["rank"](S=Fraction(n), A=Fraction(actions))
