"""Witness programs of worst cases: standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import mpf

Formulas = Mapping[str, Callable[..., Any]]


def constant_step_play(
    data: Mapping[str, Any], step: Any = None, number: Callable[[Any], Any] = Fraction
) -> tuple[Any, Any]:
    """(regret, sum of squared differences) on the line from x_1 = 0, with the hint a multiple of the last slope."""
    eta, hint = (number(data["eta"]) if step is None else step), number(data["hint"])
    lazy = regret = variation = last = number(0)
    u = number(data["u"])
    for text in data["slopes"]:
        g = number(text)
        x = lazy - eta * hint * last
        regret += g * (x - u)
        variation += (g - last) ** 2
        lazy, last = lazy - eta * g, g
    return regret, variation


def constant_step_regret(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: regret against u of a path with |u| <= D and variation at most V. Right: the stated bound."""
    regret, variation = constant_step_play(data)
    assert abs(Fraction(data["u"])) <= Fraction(data["D"]) and variation <= Fraction(data["V"])
    at = {name: Fraction(data[name]) for name in data["at"]}
    return regret, formulas["bound"](**at)


def real(x: Any) -> Any:
    """A rational, as a number or as text, as a number of the working precision."""
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator


def tuned_step_regret(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: regret at the stated step of a path with |u| <= D and variation at most V. Right: the stated value."""
    at = {name: Fraction(data[name]) for name in ("D", "V")}
    exact = constant_step_play({**data, "eta": "1"})
    assert abs(Fraction(data["u"])) <= at["D"] and exact[1] <= at["V"]
    step = formulas["step"](**at) * mpf(1)
    return constant_step_play(data, step, real)[0], formulas["bound"](**at)


def constant_step_at(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the regret of a path with |u| <= 1 and variation at most 1. Right: the listed value and its tolerance."""
    regret, variation = constant_step_play(data)
    assert abs(Fraction(data["u"])) <= 1 and variation <= 1
    return regret, Fraction(data["value"]) + Fraction(data["tolerance"])


def slack_of_step(data: Mapping[str, Any]) -> list[list[Fraction]]:
    """tau_1 |u|^2 + tau_2 sum |g_t - g_{t-1}|^2 - sum <g_t, x_t - u> as a form in (u, g_1, ..., g_T)."""
    eta, rounds = Fraction(data["eta"]), data["rounds"]
    hint = Fraction(data["hint"])
    one, two = (Fraction(value) for value in data["multipliers"])
    rows = [[Fraction(0)] * (rounds + 1) for _ in range(rounds + 1)]
    rows[0][0] = one
    for t in range(1, rounds + 1):
        rows[t][t] += two if t == rounds else 2 * two
        rows[0][t] = rows[t][0] = Fraction(1, 2)
        for s in range(1, t):
            share = eta * (1 + hint) / 2 if s == t - 1 else eta / 2
            share -= two if s == t - 1 else 0
            rows[s][t] = rows[t][s] = share
    return rows


def semidefinite(rows: list[list[Fraction]]) -> bool:
    """Whether a symmetric rational matrix is positive semidefinite, by elimination."""
    rest, size = [row[:] for row in rows], len(rows)
    for k in range(size):
        if rest[k][k] < 0 or (rest[k][k] == 0 and any(rest[i][k] for i in range(k, size))):
            return False
        for i in range(k + 1, size):
            factor = rest[i][k] / rest[k][k] if rest[k][k] else Fraction(0)
            for j in range(k + 1, size):
                rest[i][j] -= factor * rest[k][j]
    return True


def constant_step_dual(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: what the multipliers prove for D = V = 1. Right: the listed value less its tolerance."""
    multipliers = [Fraction(value) for value in data["multipliers"]]
    assert min(multipliers) >= 0 and semidefinite(slack_of_step(data))
    return sum(multipliers, Fraction(0)), Fraction(data["value"]) - Fraction(data["tolerance"])
