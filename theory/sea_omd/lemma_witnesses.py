"""Programs that show the lemmas on concrete vectors and finite games: exact rationals, the standard library and mpmath.

Vectors are lists of rationals. A *domain* is all of space, a box, a half-space, a ball or a few points; projections
onto it are in the norm of a positive definite matrix H (a box needs a diagonal H, a ball the identity).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import mpf, sqrt

Vector = list[Fraction]
Matrix = list[Vector]
Formulas = Mapping[str, Callable[..., Any]]


def exact(values: Any) -> Any:
    """Exact numbers given as text, in lists of any depth."""
    return [exact(entry) for entry in values] if isinstance(values, (list, tuple)) else Fraction(values)


def real(value: Fraction) -> Any:
    """A rational as a number of the working precision."""
    return mpf(value.numerator) / value.denominator


def rational_root(value: Fraction) -> Fraction:
    """The square root of the square of a rational."""
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    assert root * root == value, f"{value} is no square of a rational"
    return root


def dot(x: Vector, y: Vector) -> Fraction:
    return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))


def plus(x: Vector, y: Vector, factor: Fraction | int = 1) -> Vector:
    """x + factor y."""
    return [a + factor * b for a, b in zip(x, y, strict=True)]


def applied(H: Matrix, x: Vector) -> Vector:
    return [dot(row, x) for row in H]


def solved(H: Matrix, right: Vector) -> Vector:
    """H^{-1} right by Gaussian elimination, for H positive definite."""
    n = len(right)
    rows = [[*row, value] for row, value in zip(H, right, strict=True)]
    for column in range(n):
        head = rows[column][column]
        assert head > 0, "H must be positive definite"
        rows[column] = [entry / head for entry in rows[column]]
        for i in range(n):
            if i != column:
                rows[i] = plus(rows[i], rows[column], -rows[i][column])
    return [row[n] for row in rows]


def squared(H: Matrix, x: Vector) -> Fraction:
    """||x||_H^2."""
    return dot(x, applied(H, x))


def squared_dual(H: Matrix, g: Vector) -> Fraction:
    """||g||_{H^{-1}}^2."""
    return dot(g, solved(H, g))


def contains(domain: Mapping[str, Any], x: Vector) -> bool:
    kind = domain["kind"]
    if kind == "box":
        return all(a <= b <= c for a, b, c in zip(exact(domain["lo"]), x, exact(domain["hi"]), strict=True))
    if kind == "halfspace":
        return dot(exact(domain["normal"]), x) <= exact(domain["offset"])
    if kind == "ball":
        return dot(x, x) <= exact(domain["radius"]) ** 2
    if kind == "points":
        return x in exact(domain["points"])
    assert kind == "space"
    return True


def projected(domain: Mapping[str, Any], H: Matrix, v: Vector) -> Vector:
    """The point of the domain nearest to v in the norm of H."""
    if contains(domain, v):
        return v
    if domain["kind"] == "box":
        assert all(H[i][j] == 0 for i in range(len(v)) for j in range(len(v)) if i != j)
        return [min(max(b, a), c) for a, b, c in zip(exact(domain["lo"]), v, exact(domain["hi"]), strict=True)]
    if domain["kind"] == "halfspace":
        normal = exact(domain["normal"])
        inward = solved(H, normal)
        return plus(v, inward, -(dot(normal, v) - exact(domain["offset"])) / dot(normal, inward))
    if domain["kind"] == "points":
        return min(exact(domain["points"]), key=lambda point: squared(H, plus(point, v, -1)))
    assert all(H[i][j] == int(i == j) for i in range(len(v)) for j in range(len(v)))
    return [entry * exact(domain["radius"]) / rational_root(dot(v, v)) for entry in v]


def stepped(domain: Mapping[str, Any], H: Matrix, z: Vector, eta: Fraction, g: Vector) -> Vector:
    """argmin over the domain of <g, x> + ||x - z||_H^2/(2 eta)."""
    return projected(domain, H, plus(z, solved(H, g), -eta))


def prox_terms(data: Mapping[str, Any]) -> dict[str, Fraction]:
    """<g, y-u>, the three squared distances and <y-z, u-y>_H at y = argmin <g, x> + ||x-z||_H^2/(2 eta)."""
    H, z, u, g, eta = (exact(data[name]) for name in ("H", "z", "u", "g", "eta"))
    y = stepped(data["domain"], H, z, eta, g)
    assert contains(data["domain"], u)
    return {
        "left": dot(g, plus(y, u, -1)),
        "A": squared(H, plus(u, z, -1)),
        "B": squared(H, plus(u, y, -1)),
        "C": squared(H, plus(y, z, -1)),
        "W": dot(plus(y, z, -1), applied(H, plus(u, y, -1))),
        "eta": eta,
    }


def prox(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: <g, y-u> at the minimiser y. Right: the claimed bound."""
    terms = prox_terms(data)
    return terms["left"], formulas["prox"](**{name: terms[name] for name in ("A", "B", "C", "eta")})


def round_terms(data: Mapping[str, Any]) -> dict[str, Fraction]:
    """One round of optimistic mirror descent from ``z`` with hint ``M`` and gradient ``g``: products and distances."""
    H, z, u, g, M, eta = (exact(data[name]) for name in ("H", "z", "u", "g", "M", "eta"))
    x, after = (stepped(data["domain"], H, z, eta, slope) for slope in (M, g))
    assert contains(data["domain"], u)
    free, moved = plus(z, solved(H, M), -eta), plus(z, solved(H, g), -eta)
    apart, gap = plus(x, after, -1), plus(free, moved, -1)
    return {
        "left": dot(g, plus(x, u, -1)),
        "Pg": dot(g, plus(after, u, -1)),
        "PM": dot(M, plus(x, after, -1)),
        "Pd": dot(plus(g, M, -1), plus(x, after, -1)),
        "a": squared_dual(H, plus(g, M, -1)),
        "before": squared(H, plus(u, z, -1)),
        "after": squared(H, plus(u, after, -1)),
        "e": squared(H, plus(after, z, -1)),
        "b": squared(H, apart),
        "c": squared(H, plus(x, z, -1)),
        "I": -dot(plus(x, free, -1), applied(H, apart)),
        "J": dot(plus(after, moved, -1), applied(H, apart)),
        "K": squared(H, plus(gap, apart, -1)),
        "eta": eta,
    }


def movement(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: ||x_t - xhat_{t+1}||_H^2 after both half-steps. Right: its claimed bound."""
    terms = round_terms(data)
    return terms["b"], formulas["movement"](eta=terms["eta"], a=terms["a"])


def one_step(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: <g_t, x_t - u>. Right: the claimed bound with retention theta."""
    terms = round_terms(data)
    names = ("eta", "a", "before", "after", "b", "c")
    return terms["left"], formulas["one_step"](theta=exact(data["theta"]), **{name: terms[name] for name in names})


def unconstrained_terms(data: Mapping[str, Any]) -> dict[str, Fraction]:
    """The learner x_t = xhat_t - eta g_{t-1}, xhat_{t+1} = xhat_t - eta g_t in all of space, from x_1 = xhat_1."""
    eta, start, u, slopes = (exact(data[name]) for name in ("eta", "start", "u", "slopes"))
    zero = Fraction(0)
    leader, last = start, [zero] * len(start)
    regret = variation = energy = zero
    for g in slopes:
        regret += dot(g, plus(plus(leader, last, -eta), u, -1))
        change = plus(g, last, -1)
        variation, energy = variation + dot(change, change), energy + dot(last, last)
        leader, last = plus(leader, g, -eta), g
    first, rest = plus(u, start, -1), plus(u, leader, -1)
    terms = {"left": regret, "before": dot(first, first), "after": dot(rest, rest)}
    return {**terms, "variation": variation, "energy": energy, "eta": eta}


def identity(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the regret summed round by round. Right: the claimed closed form."""
    terms = unconstrained_terms(data)
    left = terms.pop("left")
    return left, formulas["identity"](**terms)


def constant_step(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the regret. Right: the claimed bound from ||u - x_1|| <= D and variation at most V."""
    terms, D, V = unconstrained_terms(data), exact(data["D"]), exact(data["V"])
    assert terms["before"] <= D**2 and terms["variation"] <= V
    return terms["left"], formulas["constant_step"](D=D, V=V, eta=terms["eta"])


def tuned(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the regret with the step D/sqrt(V). Right: the claimed worst case."""
    terms, D, V = unconstrained_terms(data), exact(data["D"]), exact(data["V"])
    assert terms["before"] <= D**2 and terms["variation"] <= V and terms["eta"] ** 2 * V == D**2
    return terms["left"], formulas["tuned"](D=D, V=V)


def increments(data: Mapping[str, Any]) -> tuple[Fraction, Vector]:
    """d and a_1..a_T: as listed, or such that sqrt(d + V_t) runs through first, first + 1, ..., last."""
    if "roots" in data:
        first, last = (int(entry) for entry in data["roots"])
        return Fraction(first**2), [Fraction(2 * k - 1) for k in range(first + 1, last + 1)]
    return exact(data["d"]), exact(data["terms"])


def selfconf(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: sum of a_t/sqrt(d + V_t), where 0/0 is 0. Right: the claimed bound."""
    d, terms = increments(data)
    total, left = d, mpf(0)
    for a in terms:
        total += a
        left += real(a) / sqrt(real(total)) if a else 0
    return left, formulas["selfconf"](d=d, S=total - d)


def split4(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: ||g_t - g_{t-1}||^2 for F_t(x) = L|x|^2/2 - <c_t, x> with noise. Right: the claimed bound."""
    terms = split_terms(data)
    return terms["left"], formulas["split4"](**{name: terms[name] for name in ("n", "m", "x", "S", "L")})


def split_terms(data: Mapping[str, Any]) -> dict[str, Fraction]:
    """Squared norms of the noises, the movement, the drift, and of the four parts of g_t - g_{t-1}."""
    L, c, x, n = (exact(data[name]) for name in ("L", "c", "x", "n"))
    before, now = (plus(plus([L * e for e in x[i]], c[i], -1), n[i]) for i in (0, 1))
    change, move, drift = plus(now, before, -1), plus(x[1], x[0], -1), plus(c[0], c[1], -1)
    bent = [L * e for e in move]
    parts = [n[1], [-e for e in n[0]], bent, drift]
    pairs = [plus(parts[i], parts[j], -1) for i in range(4) for j in range(i)]
    return {
        "left": dot(change, change),
        "n": dot(n[1], n[1]),
        "m": dot(n[0], n[0]),
        "x": dot(move, move),
        "S": dot(drift, drift),
        "R": dot(bent, bent),
        "Q": dot(drift, drift),
        "K": sum((dot(pair, pair) for pair in pairs), Fraction(0)),
        "L": L,
    }
