"""Witness programs of the scalar lemmas: the standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import exp, harmonic, log, mpf

Formulas = Mapping[str, Callable[..., Any]]


def number(value: Any) -> Any:
    """A rational given as text as a number of the working precision."""
    exact = Fraction(value)
    return mpf(exact.numerator) / exact.denominator


# Log-determinant


def solved(matrix: list[list[Fraction]], right: list[Fraction]) -> tuple[Fraction, list[Fraction]]:
    """(determinant, solution) of a positive definite system by elimination; no pivot of such a matrix vanishes."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size, determinant = len(rows), Fraction(1)
    for i in range(size):
        determinant *= rows[i][i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for j in range(size):
            if j != i:
                factor = rows[j][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return determinant, [row[-1] for row in rows]


def elliptical_sums(data: Mapping[str, Any]) -> tuple[Fraction, Fraction, Fraction]:
    """(sum v' A^{-1} v, det(A_T/eps), sum |v|^2) of the vectors, exactly."""
    eps = Fraction(data["eps"])
    vectors = [[Fraction(x) for x in vector] for vector in data["vectors"]]
    size = len(vectors[0])
    matrix = [[eps * (i == j) for j in range(size)] for i in range(size)]
    total = determinant = Fraction(0)
    for v in vectors:
        matrix = [[entry + v[i] * v[j] for j, entry in enumerate(row)] for i, row in enumerate(matrix)]
        determinant, solution = solved(matrix, v)
        total += sum(a * b for a, b in zip(v, solution, strict=True))
    return total, determinant / eps**size, sum((x * x for v in vectors for x in v), Fraction(0))


def elliptical_potential(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: sum v_t' A_t^{-1} v_t. Right: the stated bound at det(A_T/eps)."""
    total, determinant, _ = elliptical_sums(data)
    return total, formulas["bound"](x=determinant)


def determinant_by_trace(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: ln det(A_T/eps). Right: the stated bound by the sum of squared norms."""
    _, determinant, squares = elliptical_sums(data)
    size = len(data["vectors"][0])
    return log(number(determinant)), formulas["bound"](d=size, q=squares, eps=Fraction(data["eps"]))


# Harmonic sums


def harmonic_number(k: int) -> Any:
    """H_k, exactly up to 2000."""
    return sum((Fraction(1, t) for t in range(1, k + 1)), Fraction(0)) if k <= 2000 else harmonic(mpf(k))


def run_sum(data: Mapping[str, Any]) -> tuple[Any, Fraction]:
    """(sum s_t/t, sum s_t / Y) of s = (Y, ..., Y, f Y) with k entries Y."""
    k, f, cap = int(data["k"]), Fraction(data["f"]), Fraction(data["Y"])
    h, last = harmonic_number(k), f / (k + 1)
    if isinstance(h, Fraction):
        return cap * (h + last), k + f
    return number(cap) * (h + number(last)), k + f


def greedy_run(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: sum s_t/t of the run over its cap. Right: the stated optimum."""
    value, total = run_sum(data)
    k = int(data["k"])
    return value / Fraction(data["Y"]), formulas["bound"](k=k, f=total - k, h=harmonic_number(k))


def sequence_sum(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: sum s_t/t of the sequence over its cap. Right: the stated optimum at its sum."""
    terms, cap = [Fraction(x) for x in data["s"]], Fraction(data["Y"])
    assert min(terms) >= 0 and max(terms) <= cap
    total = sum(terms) / cap
    k = int(total)
    value = sum((x / t for t, x in enumerate(terms, 1)), Fraction(0)) / cap
    return value, formulas["bound"](k=k, f=total - k, h=harmonic_number(k))


def harmonic_run(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: sum s_t/t of the run. Right: the stated bound by its sum and a cap on its terms."""
    value, total = run_sum(data)
    return value, formulas["bound"](y=total, Y=Fraction(data["Y"]))


# Exp-concavity


def quadratic_at_threshold(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: -ln(1-z). Right: z + z^2/4, at the stated threshold or by ``below`` under it."""
    z = formulas["threshold"]() - number(data["below"])
    return -log(1 - z), z + z**2 / 4


def threshold_below_zero(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the stated threshold. Right: 0."""
    return formulas["threshold"](), mpf(0)


def log_linear(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """f(x) = -ln(1 + alpha G x)/alpha on [0, D]. Left: f(D) - f(0). Right: the stated lower bound from x = 0."""
    alpha, slope, diameter = (Fraction(data[name]) for name in ("alpha", "G", "D"))
    step = -slope * diameter
    b = formulas["rate"](alpha=alpha, G=slope, D=diameter)
    return -log(1 - number(alpha * step)) / number(alpha), number(step) + b / 2 * number(step) ** 2


def log_linear_fall(alpha: Fraction, slope: Fraction, x: Fraction, u: Fraction) -> tuple[Any, Any]:
    """(f(u) - f(x), <f'(x), u-x>) of f(x) = -ln(1 + alpha G x)/alpha."""
    at = 1 + alpha * slope * x
    return -log(number((1 + alpha * slope * u) / at)) / number(alpha), number(-slope / at * (u - x))


# Optimistic Hedge


def hedge_play(eps: Any, total: list[Any], hint: list[Any]) -> list[Any]:
    """The law proportional to exp(-eps (total + hint))."""
    height = [-eps * (a + b) for a, b in zip(total, hint, strict=True)]
    top = max(height)
    weights = [exp(value - top) for value in height]
    return [weight / sum(weights) for weight in weights]


def hedge_run(data: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """(regret against the best expert, sum |l-m|_inf^2, sum |p_t - p_{t-1}|_1^2) of rounds that are repeated.

    Where the losses of one pass are the same for all experts the play repeats itself: two passes are played, and
    the second is counted ``repeat - 1`` times.
    """
    eps = number(data["eps"])
    rounds = [([number(x) for x in loss], [number(x) for x in hint]) for loss, hint in data["rounds"]]
    repeat, size = int(data.get("repeat", 1)), len(rounds[0][0])
    drift = [sum(loss[i] for loss, _ in rounds) for i in range(size)]
    periodic = all(value == drift[0] for value in drift)
    total, before = [mpf(0)] * size, None
    played = variation = movement = mpf(0)
    for lap in range(min(repeat, 2) if periodic else repeat):
        times = repeat - 1 if periodic and lap == 1 else 1
        for loss, hint in rounds:
            p = hedge_play(eps, total, hint)
            played += times * sum(a * b for a, b in zip(p, loss, strict=True))
            variation += times * max(abs(a - b) for a, b in zip(loss, hint, strict=True)) ** 2
            if before is not None:
                movement += times * sum(abs(a - b) for a, b in zip(p, before, strict=True)) ** 2
            total, before = [a + b for a, b in zip(total, loss, strict=True)], p
    best = min(repeat * value for value in drift)
    return played - best, variation, movement


def optimistic_hedge(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the regret of optimistic Hedge against the best expert. Right: what is paid less what is gained."""
    regret, variation, movement = hedge_run(data)
    size, eps = len(data["rounds"][0][0]), Fraction(data["eps"])
    return regret, formulas["paid"](N=size, eps=eps, A=variation) - formulas["gained"](eps=eps, V=movement)
