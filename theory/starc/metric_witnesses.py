"""Programs that evaluate distances between rewards of finite MDPs; standard library and mpmath only.

Beside the data of :mod:`theory.starc.order_witnesses`: rewards, the canonical ``form``, the ``norm`` and ``metric``.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mpmath import mpf, sqrt

from theory.starc.order_witnesses import (
    Formulas,
    deterministic,
    dot,
    exact,
    expected,
    flat,
    gaps_of,
    occupancy_under,
    real,
    same_order,
    values_under,
)


def entries(R: Any) -> list[Any]:
    """All entries of nested lists."""
    return [x for part in R for x in entries(part)] if isinstance(R, list) else [R]


def length(x: list[Any], norm: str) -> Any:
    """The L1, L2 or Linf norm."""
    if norm == "2":
        return sqrt(sum((real(v) ** 2 for v in x), mpf(0)))
    return max(map(abs, x)) if norm == "inf" else sum(map(abs, x), Fraction(0))


def levelled_form(tau: Any, gamma: Any, R: Any) -> Any:
    """The advantage of the uniform policy, [s][a][t]."""
    r, actions = expected(tau, R), len(tau[0])
    values = values_under(tau, gamma, r, [[Fraction(1, actions)] * actions for _ in tau])
    return [
        [[r[s][a] - values[s] + gamma * dot(row, values)] * len(tau) for a, row in enumerate(block)]
        for s, block in enumerate(tau)
    ]


def epic_form(tau: Any, gamma: Any, R: Any) -> Any:
    """R + E[gamma R(s', A, S') - R(s, A, S') - gamma R(S, A, S')], all uniform."""
    n = len(tau)
    mean = [sum(entries(block), Fraction(0)) / len(entries(block)) for block in R]
    constant = gamma * sum(mean, Fraction(0)) / n
    return [
        [[x + gamma * mean[t] - mean[s] - constant for t, x in enumerate(row)] for row in block]
        for s, block in enumerate(R)
    ]


def dard_form(tau: Any, gamma: Any, R: Any) -> Any:
    """R + E[gamma R(s', A, S'') - R(s, A, S') - gamma R(S', A, S'')], S' ~ tau(s, A), S'' ~ tau(s', A), A uniform."""
    n, actions = len(tau), len(tau[0])
    mean = [sum(row, Fraction(0)) / actions for row in expected(tau, R)]

    def coupled(s: int, t: int) -> Any:
        return sum((dot(tau[s][a], [dot(tau[t][a], R[u][a]) for u in range(n)]) for a in range(actions)), Fraction(0))

    ahead = [[coupled(s, t) / actions for t in range(n)] for s in range(n)]
    return [
        [[x + gamma * mean[t] - mean[s] - gamma * ahead[s][t] for t, x in enumerate(row)] for row in block]
        for s, block in enumerate(R)
    ]


def form_of(name: str, tau: Any, gamma: Any, R: Any) -> Any:
    """The form by its name: ``val``, ``epic``, ``dard`` or ``none``."""
    if name == "none":
        return R
    return {"val": levelled_form, "epic": epic_form, "dard": dard_form}[name](tau, gamma, R)


def unit(data: Mapping[str, Any], R: Any) -> list[Any]:
    """c(R)/n(c(R)), zeros where n(c(R)) = 0."""
    tau, gamma = exact(data["transitions"]), Fraction(data["discount"])
    form = entries(form_of(data["form"], tau, gamma, R))
    size = length(form, data["norm"])
    return [real(x) / real(size) for x in form] if size else [mpf(0)] * len(form)


def distance(data: Mapping[str, Any], R1: Any, R2: Any) -> Any:
    """m(s(R1), s(R2)); the metric ``cosine`` stands for 1 - cos."""
    x, y = unit(data, R1), unit(data, R2)
    if data["metric"] == "cosine":
        sizes = length(x, "2") * length(y, "2")
        return 1 - sum((a * b for a, b in zip(x, y, strict=True)), mpf(0)) / sizes if sizes else mpf(1)
    return length([a - b for a, b in zip(x, y, strict=True)], data["metric"])


def range_distance(data: Mapping[str, Any], R1: Any, R2: Any) -> Fraction:
    """h(R1/h(R1) - R2/h(R2)), h the largest minus the least return."""
    tau, initial, gamma = exact(data["transitions"]), exact(data["initial"]), Fraction(data["discount"])
    met = [occupancy_under(tau, initial, gamma, policy) for policy in deterministic(len(tau), len(tau[0]))]
    scaled = []
    for R in (R1, R2):
        returns = [dot(flat(expected(tau, R)), m) for m in met]
        h = max(returns) - min(returns)
        scaled.append([x / h if h else Fraction(0) for x in returns])
    gaps = [x - y for x, y in zip(*scaled, strict=True)]
    return max(gaps) - min(gaps)


def triangle(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: d(R1, R2) + d(R2, R3). Right: d(R1, R3)."""
    R = [exact(data[name]) for name in ("R1", "R2", "R3")]
    return distance(data, R[0], R[1]) + distance(data, R[1], R[2]), distance(data, R[0], R[2])


def between(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the distance of two rewards. Right: the value that is claimed for such a pair."""
    return distance(data, exact(data["R1"]), exact(data["R2"])), formulas["value"]()


def zero_and_order(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 1 if the distance is 0. Right: 1 if both rewards order all stationary policies alike."""
    measure = range_distance if data["form"] == "range" else distance
    found = measure(data, exact(data["R1"]), exact(data["R2"]))
    alike = same_order(gaps_of(data), mixed=True)
    return Fraction(int(abs(real(found)) <= mpf(10) ** -35)), Fraction(int(alike))


def _returns(data: Mapping[str, Any], environment: str) -> tuple[list[Fraction], Fraction]:
    """Returns of the deterministic policies of a two-state environment with two actions, and their range."""
    initial, gamma, one = exact(data["initial"]), Fraction(data["discount"]), Fraction(1)
    rows = {"uniform": [[one / 2, one / 2]] * 2, "chosen": [[one, 0 * one], [0 * one, one]]}
    tau = [rows[environment], rows[environment]]
    target = data["reward"]
    R = [[[one * (t if target == "successor" else a) for t in range(2)] for a in range(2)] for _ in range(2)]
    r = flat(expected(tau, R))
    found = [dot(r, occupancy_under(tau, initial, gamma, policy)) for policy in deterministic(2, 2)]
    return found, max(found) - min(found)


def range_in_environment(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the range of returns of R in the environment. Right: the claimed one, 0 where none is given."""
    claimed = formulas["range"](gamma=Fraction(data["discount"])) if "range" in formulas else Fraction(0)
    return _returns(data, data["environment"])[1], claimed


def regret_of_opposites(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: W(R, -R) in the environment, over pairs with -J(pi2) >= -J(pi1). Right: the claimed one."""
    found, h = _returns(data, data["environment"])
    gaps = [x - y for x in found for y in found if -y >= -x]
    worst = max((gap for gap in gaps), default=Fraction(0))
    return worst / h if h else Fraction(0), formulas["regret"]()


def largest(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the claimed largest distance. Right: the distance of two rewards."""
    return formulas["value"](), distance(data, exact(data["R1"]), exact(data["R2"]))
