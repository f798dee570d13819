"""The left sides of derivations written out from the definition, for a few labels with every mass a symbol.

Label 1 is a likeliest one and label 2 the predicted one. The law is p_i = y_i/(y_1 + .. + y_n) with y_1 = 1 and
0 <= y_i <= 1, the softmax vector s_i = z_i/(z_1 + .. + z_n) with z_2 = 1 and z_i > 0: up to the names of the labels
these are all laws and all softmax vectors. The order of the scores is left free, no identity needs it.

Left sides are sums of p_i Phi_tau(1/s_i - 1), less the least risk in its closed form (comp_sum.bayes_risk.complete).
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from plumbline.domain import Domain, Real
from plumbline.formula import Max, xlogx
from proofs_checks.engines.derivation import Expansion
from theory.comp_sum import bounds

SIZES = (2, 3, 4)
"""Numbers of labels that are written out."""
_TAU = sympy.Symbol("tau", real=True)


@dataclass(frozen=True)
class Labels:
    """A law ``p`` and a softmax vector ``s`` in free parameters on a box."""

    p: tuple[Any, ...]
    s: tuple[Any, ...]
    domain: Domain


def _shares(weights: Sequence[Any]) -> tuple[Any, ...]:
    total = sympy.Add(*weights)
    return tuple(weight / total for weight in weights)


def labels(n: int, *axes: Real, massive: Collection[int] = (), absent: Collection[int] = ()) -> Labels:
    """All laws whose label 1 is a likeliest one, and all softmax vectors.

    Labels in ``massive`` have positive mass, labels in ``absent`` have none.
    """
    y = {i: Real(f"y_{i}", 0, 1, open_lo=i in massive) for i in range(2, n + 1) if i not in absent}
    z = {i: Real(f"z_{i}", 0, None, open_lo=True) for i in range(1, n + 1) if i != 2}
    masses = [_symbol(y[i]) if i in y else sympy.Integer(i == 1) for i in range(1, n + 1)]
    weights = [_symbol(z[i]) if i in z else sympy.Integer(1) for i in range(1, n + 1)]
    return Labels(_shares(masses), _shares(weights), Domain(*axes, *y.values(), *z.values()))


def _symbol(axis: Real) -> Any:
    return sympy.Symbol(axis.name, real=True)


def loss(s: Any, tau: Any) -> Any:
    """Phi_tau(u) at u = 1/s - 1, which is ((1 + u)^(1-tau) - 1)/(1 - tau); its limit at s = 0 for tau > 1."""
    if s == 0:
        return 1 / (tau - 1)
    u = 1 / s - 1
    return sympy.log(1 + u) if tau == 1 else ((1 + u) ** (1 - tau) - 1) / (1 - tau)


def risk(p: Sequence[Any], s: Sequence[Any], tau: Any) -> Any:
    """The conditional risk."""
    return sympy.Add(*(mass * loss(share, tau) for mass, share in zip(p, s, strict=True)))


def power_sum(p: Sequence[Any], tau: Any) -> Any:
    """Z = sum p_i^r with r = 1/(2 - tau), of nonnegative masses."""
    return sympy.Add(*(mass ** (1 / (2 - tau)) for mass in p))


def least_risk(p: Sequence[Any], tau: Any, axis: Real) -> Any:
    """The least conditional risk by its closed form on a range of tau below 1, within (1, 2), from 2, or {1}."""
    if tau == 1:
        return -sympy.Add(*(xlogx(mass) for mass in p))
    if axis.lo is not None and axis.lo >= 2:
        return bounds.bayes_value_from_two.at(p_max=Max(*p), tau=tau)
    value = bounds.bayes_value_one_to_two if axis.lo == 1 else bounds.bayes_value_below_one
    return value.at(Z=power_sum(p, tau), tau=tau)


def _at(axis: Real) -> Any:
    """tau as a symbol, or as the number that its range is."""
    return _number(axis.lo) if axis.lo is not None and axis.lo == axis.hi else _TAU


def _number(value: Any) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


def _tied(values: Sequence[Any]) -> list[Any]:
    mean = (values[0] + values[1]) / 2
    return [mean, mean, *values[2:]]


def _pair(law: Labels) -> dict[str, Any]:
    mass, total = law.p[0] + law.p[1], law.s[0] + law.s[1]
    return {
        "P": mass,
        "x": (law.p[0] - law.p[1]) / mass,
        "w": (law.s[1] - law.s[0]) / total,
        "sigma": total,
    }


@functools.cache
def sumexp(n: int) -> Expansion:
    """The regret at tau = 0 in the numbers of the pointwise bound."""
    law, axis = labels(n), Real("tau", 0, 0)
    p, s = _tied(law.p), _tied(law.s)
    roots = [sympy.sqrt(mass) for mass in p]
    values = {
        **_pair(law),
        "R": sympy.Add(*roots[2:]),
        "C": sympy.Add(*(a / b for a, b in zip(p, s, strict=True))) - sympy.Add(*roots) ** 2,
    }
    return Expansion(n, law.domain, risk(law.p, law.s, 0) - least_risk(law.p, sympy.Integer(0), axis), values)


@functools.cache
def logistic(n: int) -> Expansion:
    """The regret at tau = 1 in the numbers of the pointwise bound."""
    law, axis = labels(n), Real("tau", 1, 1)
    p, s = _tied(law.p), _tied(law.s)
    values = {name: value for name, value in _pair(law).items() if name != "sigma"}
    values["G"] = _divergence(p, s)
    return Expansion(n, law.domain, risk(law.p, law.s, 1) - least_risk(law.p, 1, axis), values)


def _divergence(p: Sequence[Any], s: Sequence[Any]) -> Any:
    return sympy.Add(*(xlogx(a) - a * sympy.log(b) for a, b in zip(p, s, strict=True)))


@functools.cache
def any_scores(n: int, axis: Real) -> Expansion:
    """The risk at any scores in W = sum p s^(tau-1)."""
    law = labels(n, axis)
    return Expansion(n, law.domain, risk(law.p, law.s, _TAU), {"W": _mean_power(law.p, law.s)})


def _mean_power(p: Sequence[Any], s: Sequence[Any]) -> Any:
    return sympy.Add(*(a * b ** (_TAU - 1) for a, b in zip(p, s, strict=True)))


@functools.cache
def stationary(n: int, axis: Real) -> Expansion:
    """The risk at s proportional to p^r in W and in Z = sum p^r; labels without mass drop out."""
    law = labels(n, axis, massive=range(2, n + 1))
    weights = [mass ** (1 / (2 - _TAU)) for mass in law.p]
    Z = sympy.Add(*weights)
    s = [weight / Z for weight in weights]
    return Expansion(n, law.domain, risk(law.p, s, _TAU), {"Z": Z, "W": _mean_power(law.p, s)})


@functools.cache
def vertex(n: int, axis: Real) -> Expansion:
    """The risk at the vertex of a likeliest label in its mass."""
    law = labels(n, axis)
    s = [sympy.Integer(1), *[sympy.Integer(0)] * (n - 1)]
    return Expansion(n, law.domain, risk(law.p, s, _TAU), {"p_max": Max(*law.p), "W": _mean_power(law.p, s)})


@functools.cache
def entropy(n: int, attained: bool) -> Expansion:
    """The cross-entropy in the entropy and the divergence; attained at s = p, where all masses are positive."""
    law = labels(n, massive=range(2, n + 1) if attained else ())
    s = law.p if attained else law.s
    values = {"E": least_risk(law.p, 1, Real("tau", 1, 1)), "K": _divergence(law.p, s)}
    return Expansion(n, law.domain, risk(law.p, s, 1), values)


@functools.cache
def gce(n: int, axis: Real) -> tuple[Expansion, ...]:
    """The regret for 1 < tau < 2 with the best division of the pair's softmax mass, for p_2 > 0 and for p_2 = 0."""
    return _division(n, axis, sure=False), _division(n, axis, sure=True)


def _division(n: int, axis: Real, sure: bool) -> Expansion:
    """``sure``: the predicted label has no mass, all of the pair's softmax mass is best given to label 1."""
    law = labels(n, axis, absent=(2,)) if sure else labels(n, axis, massive=(2,))
    r, mass, pair = 1 / (2 - _TAU), law.p[0] + law.p[1], law.s[0] + law.s[1]
    shares = [sympy.Integer(1), sympy.Integer(0)] if sure else [law.p[0] ** r, law.p[1] ** r]
    best = [*(pair * share / sympy.Add(*shares) for share in shares), *law.s[2:]]
    x = (law.p[0] - law.p[1]) / mass
    least = least_risk(law.p, _TAU, axis)
    values = {
        "P": mass,
        "x": x,
        "w": law.s[0] / law.s[1],
        "k": law.s[1],
        "M": (((1 + x) ** r + (1 - x) ** r) / 2) ** (2 - _TAU),
        "G": risk(law.p, best, _TAU) - least,
    }
    return Expansion(n, law.domain, risk(law.p, law.s, _TAU) - least, values)


@functools.cache
def linear(n: int, axis: Real) -> Expansion:
    """The regret for tau >= 2 in the largest mass and W = sum p s^(tau-1)."""
    law = labels(n, axis)
    left = risk(law.p, law.s, _TAU) - least_risk(law.p, _TAU, axis)
    return Expansion(n, law.domain, left, {"p": law.p[0], "W": _mean_power(law.p, law.s)})


@functools.cache
def averaged(n: int, axis: Real) -> Expansion:
    """The regret as order of the scores, excess at the law averaged over the pair, and difference of least risks."""
    law = labels(n, axis)
    mean, d = (law.p[0] + law.p[1]) / 2, (law.p[0] - law.p[1]) / 2
    p = _tied(law.p)
    r = 1 / (2 - _TAU)
    N = sympy.Add(*(mass**r for mass in law.p[2:]))
    full = (N + (mean + d) ** r + (mean - d) ** r) ** (2 - _TAU)
    values = {
        "order": d * (loss(law.s[0], _TAU) - loss(law.s[1], _TAU)),
        "excess": risk(p, law.s, _TAU) - least_risk(p, _TAU, axis),
        "F": (full - (N + 2 * mean**r) ** (2 - _TAU)) / (_TAU - 1),
    }
    return Expansion(n, law.domain, risk(law.p, law.s, _TAU) - least_risk(law.p, _TAU, axis), values)


@functools.cache
def pools(n: int, axis: Real) -> tuple[Expansion, ...]:
    """The regret of scores uniform on m labels with the predicted one, the likeliest one among them or not."""
    return tuple(_pool(n, axis, chosen) for chosen in _pools_of(n))


def _pools_of(n: int) -> Iterator[tuple[int, ...]]:
    """Sets of labels (from 0) that contain label 1, up to the names of the others than 0."""
    for m in range(1, n + 1):
        if m < n:
            yield (1, *range(2, m + 1))
        if m > 1:
            yield (0, 1, *range(2, m))


def _pool(n: int, axis: Real, chosen: tuple[int, ...]) -> Expansion:
    law, tau, m = labels(n), _at(axis), len(chosen)
    s = [sympy.Rational(int(i in chosen), m) for i in range(n)]
    values = {
        "beta": law.p[0] - law.p[1],
        "y": law.p[1],
        "m": sympy.Integer(m),
        "A": sympy.Add(*(law.p[i] for i in chosen)),
    }
    masses = Domain(*(axis for axis in law.domain.ranges if axis.name.startswith("y_")))
    domain = masses if axis.lo == axis.hi else Domain(axis, *masses.axes)
    return Expansion(n, domain, risk(law.p, s, tau) - least_risk(law.p, tau, axis), values)
