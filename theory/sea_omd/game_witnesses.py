"""Finite stochastically extended adversarial games, enumerated in full: every sequence of noises with its probability.

F_t(x) = L|x|^2/2 - <c_t, x>; the noise n_t is drawn from finitely many centred atoms, whatever x is. Round t moves by
rules known before its draw: c_t = c_{t-1} + q_t + beta_t n_{t-1}, and x_t = x_{t-1} + p_t + alpha_t n_{t-1} or the
play of optimistic mirror descent with a constant step on a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from theory.sea_omd.lemma_witnesses import Formulas, Vector, dot, exact, plus

ZERO = Fraction(0)


def _square(x: Vector) -> Fraction:
    return dot(x, x)


def _clipped(x: Vector, radius: Fraction) -> Vector:
    return [min(max(entry, -radius), radius) for entry in x]


def _round(data: Mapping[str, Any], t: int) -> dict[str, Any]:
    entry = data["rounds"][t]
    names = ("play", "centre", "play_on_noise", "centre_on_noise")
    found: dict[str, Any] = {name: exact(entry[name]) for name in names}
    found["atoms"] = [(exact(value), exact(probability)) for value, probability in entry["atoms"]]
    mean = [sum((p * value[i] for value, p in found["atoms"]), ZERO) for i in range(len(found["centre"]))]
    assert sum(p for _, p in found["atoms"]) == 1 and not any(mean), "atoms must be centred"
    return found


def _moved(state: Mapping[str, Any], rules: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[Vector, Vector]:
    """x_t and c_t from what happened before round t."""
    centre = plus(plus(state["c"], rules["centre"]), state["n"], rules["centre_on_noise"])
    if "learner" in data:
        eta, radius = (exact(data["learner"][name]) for name in ("eta", "radius"))
        return _clipped(plus(state["leader"], state["g"], -eta), radius), centre
    return plus(plus(state["x"], rules["play"]), state["n"], rules["play_on_noise"]), centre


def moments(data: Mapping[str, Any]) -> list[dict[str, Fraction]]:
    """Per round the means of squared norms: a of g_t - g_{t-1}, N of n_t, H of h_t = g_t - g_{t-1} - n_t, R of L(x_t -
    x_{t-1}), Q of the drift, M of n_{t-1}, K of the sum of the squared differences of the parts of h_t; cross =
    E<n_t, h_t>; x, S, and sigma_t^2, sigma_{t-1}^2 as s, r. In the first round all before it is 0.
    """
    L, T = exact(data["L"]), len(data["rounds"])
    rounds = [_round(data, t) for t in range(T)]
    zero = [ZERO] * len(rounds[0]["centre"])
    sigmas = [sum((p * _square(value) for value, p in entry["atoms"]), ZERO) for entry in rounds]
    names = ("a", "N", "H", "cross", "R", "Q", "M", "K", "x", "S")
    sums = [{**dict.fromkeys(names, ZERO), "s": sigmas[t], "r": sigmas[t - 1] if t else ZERO} for t in range(T)]

    def visit(t: int, weight: Fraction, state: Mapping[str, Any]) -> None:
        if t == T:
            return
        rules, mean = rounds[t], sums[t]
        x, c = _moved(state, rules, data)
        bent, drift = [L * e for e in plus(x, state["x"], -1)], plus(state["c"], c, -1)
        parts = [bent, drift, [-e for e in state["n"]]]
        gradient = plus([L * e for e in x], c, -1)
        for n, probability in rules["atoms"]:
            share, g = weight * probability, plus(gradient, n)
            h = plus(plus(g, state["g"], -1), n, -1)
            found = {"a": plus(g, state["g"], -1), "N": n, "H": h, "R": bent, "Q": drift, "M": state["n"], "S": drift}
            for name, value in found.items():
                mean[name] += share * _square(value)
            mean["x"] += share * _square(plus(x, state["x"], -1))
            mean["cross"] += share * dot(n, h)
            mean["K"] += share * sum((_square(plus(parts[i], parts[j], -1)) for i, j in ((0, 1), (0, 2), (1, 2))), ZERO)
            following = {"x": x, "c": c, "n": n, "g": g, "leader": zero}
            if "learner" in data:
                eta, radius = (exact(data["learner"][name]) for name in ("eta", "radius"))
                following["leader"] = _clipped(plus(state["leader"], g, -eta), radius)
            visit(t + 1, share, following)

    visit(0, Fraction(1), {"x": zero, "c": zero, "n": zero, "g": zero, "leader": zero})
    return sums


def second_moment(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: E||g_t - g_{t-1}||^2 in the last round. Right: the claimed sum of two second moments."""
    last = moments(data)[-1]
    return last["a"], formulas["second_moment"](N=last["N"], H=last["H"])


def split_orth(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: E||g_t - g_{t-1}||^2 in the last round. Right: the claimed bound."""
    last = moments(data)[-1]
    names = ("s", "r", "x", "S")
    return last["a"], formulas["split_orth"](L=exact(data["L"]), **{name: last[name] for name in names})


def totals(data: Mapping[str, Any], rounds: Sequence[Mapping[str, Fraction]] = ()) -> dict[str, Fraction]:
    """E Vbar_T as left, E||g_1||^2 as first, the variances and drifts summed, and those of the first and last round."""
    rounds = rounds or moments(data)
    G, L = exact(data["G"]), exact(data["L"])
    assert rounds[0]["a"] <= G**2
    return {
        "left": sum((entry["a"] for entry in rounds), ZERO),
        "first": rounds[0]["a"],
        "sigma": sum((entry["s"] for entry in rounds), ZERO),
        "Sigma": sum((entry["S"] for entry in rounds[1:]), ZERO),
        "X": sum((entry["x"] for entry in rounds[1:]), ZERO),
        "sigma_1": rounds[0]["s"],
        "sigma_T": rounds[-1]["s"],
        "G": G,
        "L": L,
    }


def total_variation(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: E Vbar_T. Right: the claimed bound."""
    found = totals(data)
    return found["left"], formulas["total_variation"](
        **{name: found[name] for name in ("G", "sigma", "Sigma", "X", "L")}
    )
