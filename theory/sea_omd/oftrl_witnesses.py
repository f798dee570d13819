"""Witness programs of optimistic follow-the-regularised-leader: standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf

from theory.sea_omd.convex_witnesses import game_numbers, least_total, real, unrolled

Formulas = Mapping[str, Callable[..., Any]]


def lead(data: Mapping[str, Any]) -> dict[str, Any]:
    """Loss, Vbar, movement, slope sum and the sum of eta_t a_t on the slopes."""
    lo, hi = (real(end) for end in data["domain"])
    D, nu = real(data["D"]), real(data["nu"])
    loss = variation = movement = total = hint = spent = last = mpf(0)
    for t, g in enumerate(unrolled(data["slopes"])):
        eta = D * D / (nu + spent)
        x = min(max(-eta * (total + hint) / 2, lo), hi)
        movement += (x - last) ** 2 if t else 0
        spent += eta * (g - hint) ** 2
        variation, loss, total, hint, last = variation + (g - hint) ** 2, loss + g * x, total + g, g, x
    return {"loss": loss, "V": variation, "X": movement, "total": total, "spent": spent}


def ftrl_steps(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 3/2 times the sum of eta_t a_t. Right: the stated bound."""
    found = lead(data)
    at = {name: Fraction(data[name]) for name in ("D", "G", "nu")}
    return 3 * found["spent"] / 2, formulas["bound"](V=found["V"], **at)


def ftrl_steps_far(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: no more than 3/2 times the sum of eta_t a_t of a long sequence. Right: the stated bound.

    "jump": n equal parts from 0 to -G, whose steps sum to at most D^2 G^2/(n nu), then +G, with a = 4 G^2.
    "alternating": n slopes +G, -G, ...: (nu + S)^2 grows by 2 D^2 a_t at least, so S >= sqrt(nu^2 + 2 D^2 V) - nu.
    """
    n, (D, G, nu) = data["n"], (Fraction(data[name]) for name in ("D", "G", "nu"))
    if data["kind"] == "jump":
        V, least = G**2 / n + 4 * G**2, real(4 * D**2 * G**2 / (nu + D**2 * G**2 / (n * nu)))
    else:
        V = G**2 * (4 * n - 3)
        least = mpmath.sqrt(real(nu**2 + 2 * D**2 * V)) - real(nu)
    return 3 * least / 2, formulas["bound"](D=D, G=G, nu=nu, V=V)


def ftrl_regret(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: hindsight regret of the learner on the slopes. Right: the bound; ``data["reads"]`` names its numbers."""
    found = lead(data)
    known = {name: Fraction(data[name]) for name in ("D", "G", "nu")}
    known |= {"V": found["V"], "X": found["X"], "S": found["spent"]}
    known["T"] = sum(len(pattern) * count for pattern, count in data["slopes"])
    regret = found["loss"] - min(real(end) * found["total"] for end in data["domain"])
    return regret, formulas["bound"](**{name: known[name] for name in data["reads"]})


def ftrl_rectangle(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: no more than the regret of a long path in a rectangle. Right: the stated bound, D = G = 1.

    Edges w = (1 + 1/n)/(2 nu) along z and L along q, start in the corner 0. A cycle along z: n slopes -1/n, one +1,
    then 1 - j/n for j = 1..n, then n(n-1)/2 slopes -1/n that bring their sum back to 0 (not after the last). In the
    k-th of the first rounds x_t is at most eta k/(2n), at the kick eta (1 + 1/n)/2, with one eta, afterwards 0: a gain
    of eta (n+1)/(4n) or more, on a variation of alpha. Then slope -1 along q, where x_t = eta i/2: at least
    L^2/eta - 3L/2 against its end. With r = nu + S, r^2 grows by 2a + (eta a)^2 in a round, so that
    sqrt(nu^2 + 2V) <= r <= that + a/nu for the largest a.
    """
    n, N, nu = data["n"], data["N"], real(data["nu"])
    share, w = 1 + mpf(1) / n, (1 + mpf(1) / n) / (2 * nu)
    alpha = share**2 + mpf(1) / n + mpf(1) / n**2
    least = mpmath.sqrt(nu**2 + 2 * N * alpha)
    most = least + share**2 / nu + 1 / least
    cycles = (n + 1) / (4 * n * alpha) * (least - nu - 1 / (n * n * nu))
    left = cycles + (1 - w * w) * least - mpf(3) / 2
    return left, max(formulas["bound"](nu=nu, S=r - nu) for r in (least, most))


def ftrl_sum(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: nu, plus ``share`` of the bound on the steps' sum, less nu X/(2 D^2). Right: the stated bound.

    The sum of the eta_t a_t is at most D sqrt(2V) + 4 D^2 G^2/nu; V = 4 G^2 T and nu = sqrt(factor) D G if not given.
    """
    at = {name: Fraction(value) for name, value in data["point"].items()}
    D, G, nu = (real(at[name]) if name in at else mpf(0) for name in ("D", "G", "nu"))
    if "factor" in data:
        nu = mpmath.sqrt(real(data["factor"])) * D * G
    V = real(at["V"]) if "V" in at else 4 * G**2 * real(at["T"])
    moved = nu * real(at["X"]) / (2 * D**2) if "X" in at else 0
    steps = D * mpmath.sqrt(2 * V) + 4 * D**2 * G**2 / nu
    return nu + real(data["share"]) * steps - moved, formulas["bound"](**{name: at[name] for name in data["reads"]})


def ftrl_game(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: expected pseudo-regret over all outcomes. Right: the stated bound at the game's own numbers."""
    ends = [Fraction(end) for end in data["domain"]]
    lo, hi = (real(end) for end in ends)
    known = game_numbers(data["game"], ends)
    known |= {name: Fraction(data[name]) for name in ("D", "G", "L", "nu")}
    D, nu, value = real(data["D"]), real(data["nu"]), mpf(0)
    waiting = [(mpf(1), mpf(0), mpf(0), mpf(0), mpf(0), 0)]
    while waiting:
        weight, total, hint, spent, loss, t = waiting.pop()
        if t == len(data["game"]):
            value += weight * loss
            continue
        eta = D * D / (nu + spent)
        x = min(max(-eta * (total + hint) / 2, lo), hi)
        for p, k, m in data["game"][t]:
            g = real(k) * x + real(m)
            now = loss + real(k) * x * x / 2 + real(m) * x
            waiting.append((weight * real(p), total + g, g, spent + eta * (g - hint) ** 2, now, t + 1))
    at = {name: known[key] for name, key in data["reads"].items()}
    return value - real(least_total(data["game"], ends)), formulas["bound"](**at)


def ftrl_maximum(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the greatest value over the movement of what the proof bounds the regret by. Right: the stated bound."""
    at = {name: Fraction(value) for name, value in data["point"].items()}
    D, G, L, nu, noise, drift = (real(at[name]) for name in ("D", "G", "L", "nu", "noise", "drift"))
    front, weight = 3 * mpmath.sqrt(2) / 2 * D, nu / (2 * D**2)
    stride = front * 2 * L / (2 * weight)
    rest = nu + front * (G + mpmath.sqrt(8 * noise) + 2 * mpmath.sqrt(drift)) + 3 * D**2 / (2 * nu) * 4 * G**2
    return rest + front * 2 * L * stride - weight * stride**2, formulas["bound"](**at)
