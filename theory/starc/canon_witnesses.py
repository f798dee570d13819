"""Programs that evaluate canonicalisations on finite MDPs; standard library and mpmath only.

Beside the data of :mod:`theory.starc.order_witnesses`: ``R1``, ``R2`` rewards and a ``policy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mpmath import mpf

from theory.starc.order_witnesses import (
    Formulas,
    deterministic,
    dot,
    exact,
    expected,
    flat,
    real,
    reals,
    residual,
    shaping_matrix,
    solve,
    values_under,
)


def moved(R: Any, S: Any, factor: Any) -> Any:
    """R + factor S, entry by entry."""
    return [moved(x, y, factor) for x, y in zip(R, S, strict=True)] if isinstance(R, list) else R + factor * S


def size(R: Any) -> Any:
    """The sum of absolute entries."""
    return sum((size(x) for x in R), mpf(0)) if isinstance(R, list) else abs(R)


def levelled(data: Mapping[str, Any], formulas: Formulas, R: Any) -> Any:
    """The claimed canonical form of R, [s][a][t]: of the mean over successors, or (``none``) entry by entry."""
    tau, gamma = exact(data["transitions"]), Fraction(data["discount"])
    r, rule, states = expected(tau, R), formulas["canonical"], range(len(tau))
    candidates = [exact(data["policy"])]
    if data["valued"] == "optimal":
        candidates = deterministic(len(tau), len(tau[0]))
    values = max((values_under(tau, gamma, r, policy) for policy in candidates), key=sum)
    out = []
    for s in states:
        block = []
        for a, row in enumerate(tau[s]):
            if data["successors"] == "mean":
                entry = rule(r=r[s][a], here=values[s], ahead=dot(row, values), gamma=gamma)
                block.append([entry for _ in states])
            else:
                block.append([rule(r=R[s][a][t], here=values[s], ahead=values[t], gamma=gamma) for t in states])
        out.append(block)
    return out


def distance_to_shapings(data: Mapping[str, Any], R: Any, C: Any) -> Any:
    """The squared distance of the expected values of R - C from the range of M; C in reals."""
    tau, gamma = exact(data["transitions"]), Fraction(data["discount"])
    gap = moved(reals(expected(tau, R)), expected(reals(tau), C), mpf(-1))
    return residual(reals(shaping_matrix(tau, gamma)), flat(gap))


def levelled_invariant(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the L1 distance of the forms of two rewards that differ by shaping and redistribution. Right: 0."""
    forms = [levelled(data, formulas, exact(data[name])) for name in ("R1", "R2")]
    return size(moved(forms[0], forms[1], mpf(-1))), mpf(0)


def levelled_linear(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the L1 norm of c(R1 - 2 R2) - c(R1) + 2 c(R2). Right: 0."""
    x, y = exact(data["R1"]), exact(data["R2"])
    forms = [levelled(data, formulas, R) for R in (moved(x, y, Fraction(-2)), x, y)]
    return size(moved(moved(forms[0], forms[1], mpf(-1)), forms[2], mpf(2))), mpf(0)


def levelled_equivalent(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: what of R - c(R) is neither shaping nor redistribution (squared). Right: 0."""
    R = exact(data["R1"])
    return distance_to_shapings(data, R, levelled(data, formulas, R)), mpf(0)


def levelled_mean(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: sum over s of |sum_a pi(a|s) E c(R)(s, a)|. Right: 0."""
    tau, policy = reals(exact(data["transitions"])), reals(exact(data["policy"]))
    form = expected(tau, levelled(data, formulas, exact(data["R1"])))
    return size([dot(row, values) for row, values in zip(policy, form, strict=True)]), mpf(0)


def minimal_form(data: Mapping[str, Any], formulas: Formulas, R: Any) -> Any:
    """The claimed representative of least L2 norm, [s][a][t], in reals.

    Phi solves the normal equations with the claimed weights; q = r - M Phi is spread over the successors, and
    the likeliest of them is solved for last, from q, the others' share and its probability.
    """
    tau, gamma = exact(data["transitions"]), Fraction(data["discount"])
    rows = [row for block in tau for row in block]
    matrix, r = reals(shaping_matrix(tau, gamma)), reals(flat(expected(tau, R)))
    squares = [dot(row, row) for row in rows]
    weights = [formulas["weight"](square=square) for square in squares]
    columns = [list(column) for column in zip(*matrix, strict=True)]
    weighted = [[w * x for w, x in zip(weights, column, strict=True)] for column in columns]
    potential = solve([[dot(x, y) for y in columns] for x in weighted], [dot(x, r) for x in weighted])
    entries = []
    for k, row in enumerate(rows):
        q = r[k] - dot(matrix[k], potential)
        entry = [formulas["spread"](q=q, p=p, square=squares[k]) for p in row]
        last = max(range(len(row)), key=row.__getitem__)
        rest = sum((real(p) * x for t, (p, x) in enumerate(zip(row, entry, strict=True)) if t != last), mpf(0))
        entry[last] = formulas["default"](q=q, rest=rest, p=row[last])
        entries.append(entry)
    actions = len(tau[0])
    return [entries[s * actions : (s + 1) * actions] for s in range(len(tau))]


def least_squared_norm(tau: Any, gamma: Any, R: Any) -> Fraction:
    """min ||R + gamma Phi(s') - Phi(s) + N||^2 over all Phi and all N of mean 0, by least squares in Phi and N."""
    n, columns = len(tau), []
    places = [(s, a, t) for s in range(n) for a in range(len(tau[0])) for t in range(n)]
    for u in range(n):
        columns.append([gamma * int(t == u) - int(s == u) for s, _, t in places])
    for s, block in enumerate(tau):
        for a, row in enumerate(block):
            last = max(range(n), key=row.__getitem__)
            for u in range(n):
                if u != last:
                    entry = {(s, a, u): Fraction(1), (s, a, last): -row[u] / row[last]}
                    columns.append([entry.get(place, Fraction(0)) for place in places])
    matrix = [list(row) for row in zip(*columns, strict=True)]
    return residual(matrix, [x for block in R for row in block for x in row])


def minimal_equivalent(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: what of R - c(R) is neither shaping nor redistribution (squared). Right: 0."""
    R = exact(data["R1"])
    return distance_to_shapings(data, R, minimal_form(data, formulas, R)), mpf(0)


def minimal_norm(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the squared L2 norm of the claimed form. Right: the least one, by least squares on the whole array."""
    R, tau, gamma = exact(data["R1"]), exact(data["transitions"]), Fraction(data["discount"])
    form = minimal_form(data, formulas, R)
    return sum((x * x for block in form for row in block for x in row), mpf(0)), least_squared_norm(tau, gamma, R)


def minimal_value(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the squared L2 norm of the claimed form. Right: <q, W q> W as claimed, q its expected values."""
    tau = exact(data["transitions"])
    form = minimal_form(data, formulas, exact(data["R1"]))
    q, rows = flat(expected(reals(tau), form)), [row for block in tau for row in block]
    claimed = [formulas["weight"](square=dot(row, row)) * x * x for row, x in zip(rows, q, strict=True)]
    return sum((x * x for block in form for row in block for x in row), mpf(0)), sum(claimed, mpf(0))


def minimal_invariant(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the L1 distance of the forms of two rewards that differ by shaping and redistribution. Right: 0."""
    forms = [minimal_form(data, formulas, exact(data[name])) for name in ("R1", "R2")]
    return size(moved(forms[0], forms[1], mpf(-1))), mpf(0)


def minimal_linear(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the L1 norm of c(R1 - 2 R2) - c(R1) + 2 c(R2). Right: 0."""
    x, y = exact(data["R1"]), exact(data["R2"])
    forms = [minimal_form(data, formulas, R) for R in (moved(x, y, Fraction(-2)), x, y)]
    return size(moved(moved(forms[0], forms[1], mpf(-1)), forms[2], mpf(2))), mpf(0)


def centre(values: list[Fraction], norm: str) -> Fraction:
    """The shift k that makes ||values - k|| least: midrange, mean, or (for an odd number) the median."""
    if norm == "inf":
        return (min(values) + max(values)) / 2
    if norm == "2":
        return sum(values, Fraction(0)) / len(values)
    return sorted(values)[len(values) // 2]


def bandit_defect(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: max |c(x) + c(y) - c(x + y)| of the representatives of least norm on a bandit. Right: 0."""
    x, y, norm = exact(data["x"]), exact(data["y"]), data["norm"]
    total = [a + b for a, b in zip(x, y, strict=True)]
    forms = [[v - centre(values, norm) for v in values] for values in (x, y, total)]
    return max(abs(a + b - c) for a, b, c in zip(*forms, strict=True)), Fraction(0)
