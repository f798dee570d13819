"""Programs about minimizability gaps: risks of finite instances from the definition, least ones by minimisation."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import exp, log, mpf

from theory.comp_sum.witnesses import bayes_risk, loss, real, risk


def score_risk(p: list[Any], scores: list[Any], tau: Fraction) -> Any:
    """sum_y p_y Phi_tau(sum_{y' != y} exp(h_y' - h_y)) of finite scores."""
    softmax = [1 / sum(exp(other - own) for other in scores) for own in scores]
    return risk(p, softmax, tau)


def least_risk_of_scores(p: list[Any], tau: Fraction, bound: Fraction | None) -> Any:
    """The least conditional risk over R^n, or over [-bound, bound]^n for a sure label or two labels.

    For a sure label the loss falls with its own score and rises with the others: a corner is least, and all are tried.
    For two labels the risk depends on the difference of the scores; it has one stationary point, a minimum at
    log(p_1/p_2)/(2-tau) for tau < 2, a maximum or none for tau >= 2, where an end is least.
    """
    if bound is None:
        return bayes_risk(p, tau)
    if max(p) == 1:
        corners = itertools.product((-real(bound), real(bound)), repeat=len(p))
        return min(score_risk(p, list(corner), tau) for corner in corners)
    assert len(p) == 2
    ends = [-2 * real(bound), 2 * real(bound)]
    if tau < 2:
        ends = [max(ends[0], min(ends[1], log(p[0] / p[1]) * real(1 / (2 - tau))))]
    return min(score_risk(p, [difference / 2, -difference / 2], tau) for difference in ends)


def finite_instance(data: Mapping[str, Any]) -> tuple[list[Fraction], list[list[Fraction]], Fraction | None]:
    """Weights of the inputs, their conditional laws, and the bound of the scores (none: R^n)."""
    weights = [Fraction(weight) for weight in data["weights"]]
    laws = [[Fraction(x) for x in law] for law in data["laws"]]
    assert sum(weights) == 1 and min(weights) >= 0 and len(weights) == len(laws)
    assert all(sum(law) == 1 and min(law) >= 0 for law in laws)
    bound = data.get("bound")
    return weights, laws, None if bound is None else Fraction(bound)


def mean_law(weights: list[Fraction], laws: list[list[Fraction]]) -> list[Fraction]:
    return [
        sum((w * p for w, p in zip(weights, column, strict=True)), Fraction(0)) for column in zip(*laws, strict=True)
    ]


def best_in_class(data: Mapping[str, Any], tau: Fraction) -> Any:
    """R*_tau(H) of score vectors that do not depend on x: the least risk of the mean law."""
    weights, laws, bound = finite_instance(data)
    return least_risk_of_scores([real(x) for x in mean_law(weights, laws)], tau, bound)


def mean_least_risk(data: Mapping[str, Any], tau: Fraction, bound: Fraction | None) -> Any:
    """E[C*_tau(x)] where the scores at each x range over R^n or the box."""
    weights, laws, _ = finite_instance(data)
    least = [least_risk_of_scores([real(x) for x in law], tau, bound) for law in laws]
    return sum((real(w) * value for w, value in zip(weights, least, strict=True)), mpf(0))


def gap(data: Mapping[str, Any], tau: Fraction) -> Any:
    """M_tau(H) = R*_tau(H) - E[C*_tau(H, x)] of score vectors that do not depend on x."""
    return best_in_class(data, tau) - mean_least_risk(data, tau, finite_instance(data)[2])


def zero_one_gap(data: Mapping[str, Any]) -> Fraction:
    """M_01 of score vectors that do not depend on x: one label is predicted everywhere."""
    weights, laws, _ = finite_instance(data)
    errors = [1 - p for p in mean_law(weights, laws)]
    return min(errors) - sum((w * (1 - max(law)) for w, law in zip(weights, laws, strict=True)), Fraction(0))


def approximation_error(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: M_tau(H) from its definition. Right: the claimed value at A = R*_tau(H) - R*_tau(all functions)."""
    tau = Fraction(data["tau"])
    error = best_in_class(data, tau) - mean_least_risk(data, tau, None)
    return gap(data, tau), formulas["gap"](A=max(error, mpf(0)))


def loss_in_box(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the loss of the first label at scores in [-L, L]^n. Right: the claimed least loss."""
    scores, bound, tau = [Fraction(h) for h in data["scores"]], Fraction(data["bound"]), Fraction(data["tau"])
    assert all(-bound <= h <= bound for h in scores)
    left = loss(1 / sum(exp(real(h - scores[0])) for h in scores), tau)
    return left, formulas["least_loss"](n=len(scores), L=bound, tau=tau)


def least_loss(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the least loss of a sure label over the corners of [-L, L]^n. Right: the claimed one."""
    n, bound, tau = data["n"], Fraction(data["bound"]), Fraction(data["tau"])
    sure = [mpf(label == 0) for label in range(n)]
    return least_risk_of_scores(sure, tau, bound), formulas["least_loss"](n=n, L=bound, tau=tau)


def least_loss_elsewhere(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the least risk of any law, in the box or over all scores. Right: what is claimed of sure labels in it."""
    p, bound, tau = [real(value) for value in data["p"]], Fraction(data["bound"]), Fraction(data["tau"])
    least = least_risk_of_scores(p, tau, bound if data["in_the_box"] else None)
    return least, formulas["least_loss"](n=len(p), L=bound, tau=tau)


def gap_order(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the claimed multiple of M_tau. Right: M_tau' at a larger tau'; both from the definition."""
    low, high = Fraction(data["tau"]), Fraction(data["larger_tau"])
    assert low <= high
    return formulas["factor"](tau=low) * gap(data, low), gap(data, high)


def gap_pair(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """M at a smaller and at a larger tau, from the definition."""
    low, high = Fraction(data["tau"]), Fraction(data["larger_tau"])
    assert low < high
    return gap(data, low), gap(data, high)


def noisy_gap(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: M_tau at noise e from the definition. Right: its stated closed form."""
    e = Fraction(data["e"])
    instance = {"weights": ["1/2", "1/2"], "laws": [[1 - e, e], [e, 1 - e]]}
    return gap(instance, Fraction(data["tau"])), formulas["value"](e=e)


def claimed_norm(p: list[Fraction], formulas: Mapping[str, Callable[..., Any]], tau: Fraction) -> Any:
    """||p||_r with the stated exponent r."""
    r = formulas["exponent"](tau=tau)
    return sum((real(x) ** r for x in p if x > 0), mpf(0)) ** (1 / r)


def entropy(p: list[Fraction]) -> Any:
    return -sum((real(x) * log(real(x)) for x in p if x > 0), mpf(0))


def aggregates(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    """The numbers that the closed forms speak of: a functional of each law in the mean, and of the mean law."""
    weights, laws, _ = finite_instance(data)
    tau, kind = Fraction(data["tau"]), data["functional"]

    def of(p: list[Fraction]) -> Any:
        if kind == "N":
            return claimed_norm(p, formulas, tau)
        return entropy(p) if kind == "H" else max(p)

    mean = sum((w * of(law) if kind == "P" else real(w) * of(law) for w, law in zip(weights, laws, strict=True)), 0)
    return {f"{kind}_mean": mean, f"{kind}_bar": of(mean_law(weights, laws))}


def bias_only_gap(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: M_tau from the definition. Right: the claimed closed form."""
    numbers = aggregates(data, formulas)
    if data["functional"] != "H":
        numbers["tau"] = Fraction(data["tau"])
    return gap(data, Fraction(data["tau"])), formulas["value"](**numbers)


def bias_only_risk(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: R*_tau from the definition. Right: the claimed closed form."""
    tau, name = Fraction(data["tau"]), f"{data['functional']}_bar"
    return best_in_class(data, tau), formulas["value"](tau=tau, **{name: aggregates(data, formulas)[name]})


def bias_only_zero_one(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: M_01 from the definition. Right: the claimed closed form."""
    return zero_one_gap(data), formulas["value"](**aggregates(data, formulas))
