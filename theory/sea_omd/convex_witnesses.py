"""Witness programs of the convex smooth case: standard library and mpmath only.

A sequence of slopes is written as blocks: [["1", "-1"], 50] is the pair +1, -1 played fifty times. A game is a list of
rounds, each a list of [probability, curvature, slope] (see ``finite_games``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf

from theory.sea_omd.adaptive_witnesses import path_totals

Formulas = Mapping[str, Callable[..., Any]]


def real(x: Any) -> Any:
    """A rational, as a number or as text, as a number of the working precision."""
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator


def unrolled(blocks: list[Any]) -> list[Any]:
    """The slopes that the blocks stand for."""
    return [real(slope) for pattern, count in blocks for _ in range(count) for slope in pattern]


def step_size(data: Mapping[str, Any], variation: Any, energy: Any) -> Any:
    """eta_t of the learner, from Vbar_{t-1} and the sum of squared slopes before the round."""
    D, G, delta, c = (real(data[name]) for name in ("D", "G", "delta", "c"))
    seen = G * G + energy if data["learner"] == "no hints" else 4 * G * G + variation
    return c * D / mpmath.sqrt(delta + seen)


def play(data: Mapping[str, Any]) -> dict[str, Any]:
    """Plays, loss, Vbar, movement and slope sum of the learner on the sequence of slopes."""
    lo, hi = (real(end) for end in data["domain"])
    leader = loss = variation = energy = movement = total = hint = mpf(0)
    plays: list[Any] = []
    for g in unrolled(data["slopes"]):
        jump = (g - hint) ** 2
        eta = step_size(data, variation + jump if data["learner"] == "clairvoyant" else variation, energy)
        x = leader if data["learner"] == "no hints" else min(max(leader - eta * hint, lo), hi)
        leader = min(max(leader - eta * g, lo), hi)
        movement += (x - plays[-1]) ** 2 if plays else 0
        plays.append(x)
        variation, energy, loss, total, hint = variation + jump, energy + g * g, loss + g * x, total + g, g
    return {"plays": plays, "loss": loss, "V": variation, "X": movement, "total": total}


def hindsight(data: Mapping[str, Any], found: Mapping[str, Any]) -> Any:
    """max over u of sum g_t (x_t - u)."""
    return found["loss"] - min(real(end) * found["total"] for end in data["domain"])


def pathwise(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: hindsight regret of the learner on the slopes. Right: the stated bound."""
    found = play(data)
    at = {name: Fraction(data[name]) for name in ("D", "G", "delta", "c")}
    return hindsight(data, found), formulas["bound"](V=found["V"], **at)


def pathwise_movement(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: hindsight regret of the learner on the slopes. Right: the stated bound with its movement term."""
    found = play(data)
    at = {name: Fraction(data[name]) for name in ("D", "G", "delta", "c", "theta")}
    return hindsight(data, found), formulas["bound"](V=found["V"], X=found["X"], **at)


def pathwise_rectangle(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: regret of the long path in a rectangle that wastes hints at a wall. Right: the bound, D = G = 1."""
    found = path_totals(data)
    at = {"D": Fraction(1), "G": Fraction(1), "delta": Fraction(data["delta"]), "c": Fraction(data["c"])}
    if "theta" in data:
        at |= {"theta": Fraction(data["theta"]), "X": Fraction(0)}
    return found["cycles"] + found["run"], formulas["bound"](V=found["V"], **at)


def causality(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """The last play on two sequences that differ in their last slope only."""
    first, second = (play({**data, "slopes": data[name]}) for name in ("slopes", "others"))
    return first["plays"][-1], second["plays"][-1]


def least_total(rounds: list[Any], ends: list[Fraction]) -> Fraction:
    """min over u of the sum of expected losses."""
    curvature = sum((Fraction(p) * Fraction(a) for atoms in rounds for p, a, _ in atoms), Fraction(0))
    slope = sum((Fraction(p) * Fraction(b) for atoms in rounds for p, _, b in atoms), Fraction(0))
    inner = [-slope / curvature] if curvature else []
    points = [*ends, *(x for x in inner if ends[0] <= x <= ends[1])]
    return min(curvature * x * x / 2 + slope * x for x in points)


def game_numbers(rounds: list[Any], ends: list[Fraction]) -> dict[str, Fraction]:
    """L, G, sigma^2_{1:T}, Sigma^2_{1:T} and Sigma^2_{2:T} of a game, exactly."""
    means = [
        [sum((Fraction(atom[0]) * Fraction(atom[k]) for atom in atoms), Fraction(0)) for k in (1, 2)]
        for atoms in rounds
    ]
    noise = Fraction(0)
    for atoms, (a, b) in zip(rounds, means, strict=True):
        noise += max(
            sum((Fraction(p) * ((Fraction(k) - a) * x + Fraction(m) - b) ** 2 for p, k, m in atoms), Fraction(0))
            for x in ends
        )
    pairs = zip([[Fraction(0)] * 2, *means], means, strict=False)
    shifts = [max(((c - a) * x + d - b) ** 2 for x in ends) for (a, b), (c, d) in pairs]
    slopes = [abs(Fraction(k) * x + Fraction(m)) for atoms in rounds for _, k, m in atoms for x in ends]
    return {
        "L": max(a for a, _ in means),
        "G": max(slopes),
        "noise": noise,
        "all": sum(shifts, Fraction(0)),
        "later": sum(shifts[1:], Fraction(0)),
    }


def expected_regret(data: Mapping[str, Any]) -> Any:
    """E sum f_t(x_t) - min_u sum F_t(u), over all outcomes; the learner knows D, G and delta of ``data``."""
    ends = [Fraction(end) for end in data["domain"]]
    lo, hi = (real(end) for end in ends)
    total = mpf(0)
    waiting = [(mpf(1), mpf(0), mpf(0), mpf(0), mpf(0), 0)]
    while waiting:
        weight, leader, hint, variation, loss, t = waiting.pop()
        if t == len(data["game"]):
            total += weight * loss
            continue
        eta = step_size(data, variation, mpf(0))
        x = min(max(leader - eta * hint, lo), hi)
        for p, k, m in data["game"][t]:
            g = real(k) * x + real(m)
            onward = min(max(leader - eta * g, lo), hi)
            now = loss + real(k) * x * x / 2 + real(m) * x
            waiting.append((weight * real(p), onward, g, variation + (g - hint) ** 2, now, t + 1))
    return total - real(least_total(data["game"], ends))


def sea_bound(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: expected pseudo-regret by enumeration. Right: the stated bound at the game's own numbers.

    ``data["reads"]`` maps the bound's variables to D, G, L, delta, theta, noise, all, later.
    """
    ends = [Fraction(end) for end in data["domain"]]
    known = game_numbers(data["game"], ends)
    known |= {name: Fraction(data[name]) for name in ("D", "G", "L", "delta", "theta") if name in data}
    return expected_regret(data), formulas["bound"](**{name: known[key] for name, key in data["reads"].items()})


def wrong_majorities(T: int, bias: Fraction) -> Fraction:
    """Sum over t < T of P[the majority of t signs of mean ``bias`` is negative, a tie counting half], in integers."""
    whole = 2 * bias.denominator
    up, down = bias.denominator + bias.numerator, bias.denominator - bias.numerator
    twice, scale, law = 0, 1, [1]
    for t in range(T):
        wrong = 2 * sum(law[: (t + 1) // 2]) + (law[t // 2] if t % 2 == 0 else 0)
        twice += wrong * whole ** (T - t)
        law = [(law[k] * down if k <= t else 0) + (law[k - 1] * up if k else 0) for k in range(t + 2)]
        scale *= whole
    return Fraction(twice, 2 * scale)


def sea_lower_bound(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the least worst-case pseudo-regret of any learner on signs of mean +-bias. Right: the stated bound there.

    Slopes +-G on [-D/2, D/2], L = 0, variance G^2 (1 - bias^2) in each round, no drift after the first.
    """
    T, bias = data["T"], Fraction(data["bias"])
    D, G = Fraction(data["D"]), Fraction(data["G"])
    known = {"D": D, "G": G, "L": Fraction(0), "noise": T * G**2 * (1 - bias**2), "later": Fraction(0)}
    known["all"] = G**2 * bias**2
    known |= {name: Fraction(data[name]) for name in ("theta", "nu") if name in data}
    right = formulas["bound"](**{name: known[key] for name, key in data["reads"].items()})
    return G * D * bias * wrong_majorities(T, bias), right


_SPLITS = {"sharp": (5, 4, 3, 3), "sharper": (5, 4, 3, 3), "published": (5, 8, 4, 4)}


def proof_maximum(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the greatest value over the movement X of what the proof bounds the regret by. Right: the stated bound.

    A (sqrt(delta) + sqrt(k) G + sqrt(l noise) + sqrt(m drift) + sqrt(n) L sqrt(X)) - w X is greatest at
    sqrt(X) = A sqrt(n) L/(2 w), w = theta sqrt(delta)/((1 + theta) 2 D); the term is 0 for L = 0, delta = 0. In
    the split "sharper" the roots of delta and of k G^2 count D/2 times, and G itself (1 + theta) D times.
    """
    at = {name: Fraction(value) for name, value in data["point"].items()}
    theta, delta = Fraction(data["theta"]), Fraction(data["delta"])
    first, noise, drift, smooth = map(Fraction, _SPLITS[data["split"]])
    A = (real(theta) + mpf(3) / 2) * real(at["D"])
    root = mpmath.sqrt(real(delta))
    rest = [first * at["G"] ** 2, noise * at["noise"], drift * at["drift"]]
    greatest = A * (root + sum(mpmath.sqrt(real(part)) for part in rest))
    if data["split"] == "sharper":
        more = (1 + real(theta)) * real(at["D"])
        greatest -= more * (root + mpmath.sqrt(real(rest[0])) - real(at["G"]))
    if delta:
        weight = real(theta / (1 + theta)) * root / (2 * real(at["D"]))
        slope = A * mpmath.sqrt(real(smooth)) * real(at["L"])
        stride = slope / (2 * weight)
        greatest += slope * stride - weight * stride**2
    known = {**at, "theta": theta, "delta": delta}
    return greatest, formulas["bound"](**{name: known[name] for name in data["variables"]})


def attained(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the objective at the stated minimiser. Right: the stated minimum.

    A minimiser that is not positive is no point of the domain: then the sides are the minimiser and 1.
    """
    point = {name: Fraction(value) for name, value in data["point"].items()}
    best = formulas["at"](**{name: point[name] for name in data["reads"]["at"]})
    if best <= 0:
        return best, mpf(1)
    right = formulas["least"](**{name: point[name] for name in data["reads"]["least"]})
    return formulas["objective"](**{**point, data["variable"]: best}), right


def no_less(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the objective at the point. Right: the stated minimum."""
    point = {name: Fraction(value) for name, value in data["point"].items()}
    right = formulas["least"](**{name: point[name] for name in data["reads"]["least"]})
    return formulas["objective"](**point), right


def first_round(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: Sigma^2_{1:T} - Sigma^2_{2:T} of a game. Right: the stated difference, at the largest slope of F_1."""
    ends = [Fraction(end) for end in data["domain"]]
    known = game_numbers(data["game"], ends)
    slopes = [
        abs(sum((Fraction(p) * (Fraction(k) * x + Fraction(m)) for p, k, m in data["game"][0]), Fraction(0)))
        for x in ends
    ]
    return known["all"] - known["later"], formulas["excess"](g1=max(slopes))
