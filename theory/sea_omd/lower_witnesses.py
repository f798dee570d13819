"""Witness programs of the lower bounds: the standard library and mpmath only."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mpmath import erfc, exp, harmonic, mpf, pi, quad, sqrt

Formulas = Mapping[str, Callable[..., Any]]


def real(value: Any) -> Any:
    """A rational given as text as a number of the working precision."""
    exact = Fraction(value)
    return mpf(exact.numerator) / exact.denominator


def walk_law(rounds: int, up: Fraction) -> dict[int, Fraction]:
    """The law of a sum of independent signs that are +1 with probability ``up``, by convolution."""
    law = {0: Fraction(1)}
    for _ in range(rounds):
        new: dict[int, Fraction] = {}
        for place, mass in law.items():
            for step, share in ((1, up), (-1, 1 - up)):
                new[place + step] = new.get(place + step, Fraction(0)) + mass * share
        law = new
    return law


def mean_absolute_sum(rounds: int) -> Fraction:
    """E|S_T| for fair signs."""
    return sum((abs(place) * mass for place, mass in walk_law(rounds, Fraction(1, 2)).items()), Fraction(0))


def fair_tie(k: int) -> Fraction:
    """Pr(S_{2k} = 0) for fair signs."""
    return walk_law(2 * k, Fraction(1, 2))[0]


def majority_error(rounds: int, bias: Fraction) -> Fraction:
    """How likely the majority of signs of mean ``bias`` >= 0 is wrong; a tie counts 1/2."""
    law = walk_law(rounds, (1 + bias) / 2)
    return sum((mass * (1 if place < 0 else Fraction(1, 2)) for place, mass in law.items() if place <= 0), Fraction(0))


# Algorithms on [-r, r] that see the slopes of linear losses


def clipped(x: Fraction, radius: Fraction) -> Fraction:
    return max(-radius, min(radius, x))


def played(name: str, slopes: Sequence[Fraction], radius: Fraction, bound: Fraction) -> Fraction:
    """The next point: ``still``, ``edge``, ``majority`` (against the sum), ``gradient`` and ``optimistic`` descent."""
    total = sum(slopes, Fraction(0))
    if name == "still":
        return Fraction(0)
    if name == "edge":
        return radius
    if name == "majority":
        return -radius * ((total > 0) - (total < 0))
    x, step = Fraction(0), radius / (2 * bound)
    for g in slopes:
        x = clipped(x - step * g, radius)
    return clipped(x - step * slopes[-1], radius) if name == "optimistic" and slopes else x


def sign_game(data: Mapping[str, Any], bias: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Signs of mean ``bias``, losses G eps_t x: E of (hindsight regret, sum G eps_t x_t, sum x_t), by enumeration."""
    slope, radius, rounds = Fraction(data["G"]), Fraction(data["D"]) / 2, int(data["T"])
    up = (1 + bias) / 2
    hindsight = loss = place = Fraction(0)
    for signs in itertools.product((1, -1), repeat=rounds):
        slopes = [slope * sign for sign in signs]
        mass = up ** signs.count(1) * (1 - up) ** signs.count(-1)
        points = [played(data["algorithm"], slopes[:t], radius, slope) for t in range(rounds)]
        paid = sum((g * x for g, x in zip(slopes, points, strict=True)), Fraction(0))
        loss += mass * paid
        place += mass * sum(points, Fraction(0))
        hindsight += mass * (paid + radius * abs(sum(slopes, Fraction(0))))
    return hindsight, loss, place


def hindsight_game(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the expected hindsight regret of the algorithm against fair signs. Right: the stated value."""
    found, _, _ = sign_game(data, Fraction(0))
    weight = mean_absolute_sum(int(data["T"]))
    return found, formulas["bound"](G=Fraction(data["G"]), D=Fraction(data["D"]), w=weight)


def walk_mean(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: E|S_T|. Right: the stated value, k = ceil(T/2)."""
    rounds = int(data["T"])
    k = (rounds + 1) // 2
    return mean_absolute_sum(rounds), formulas["bound"](k=k, u=fair_tie(k))


def tie_ratio(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: Pr(S_{2k+2} = 0)/Pr(S_{2k} = 0). Right: the stated ratio."""
    k = int(data["k"])
    return fair_tie(k + 1) / fair_tie(k), formulas["bound"](k=k)


def walk_against_limit(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """T even. Left: E|S_T|/sqrt T, times sqrt(1 + 1/T) from ``above``. Right: the stated limit."""
    rounds = int(data["T"])
    scale = sqrt(mpf(rounds + 1)) / rounds if data["side"] == "above" else 1 / sqrt(mpf(rounds))
    return real(mean_absolute_sum(rounds)) * scale, formulas["bound"]()


def biased_regrets(data: Mapping[str, Any]) -> tuple[Fraction, Fraction, Fraction]:
    """Pseudo-regrets for theta = 1 and -1, and sum E[theta x_t] over both, theta fair."""
    bias, slope, diameter, rounds = (Fraction(data[name]) for name in ("Delta", "G", "D", "T"))
    regrets, places = [], []
    for theta in (1, -1):
        _, loss, place = sign_game(data, theta * bias)
        regrets.append(loss + rounds * slope * bias * diameter / 2)
        places.append(theta * place)
    return regrets[0], regrets[1], sum(places, Fraction(0)) / 2


def error_sum(rounds: int, bias: Fraction) -> Fraction:
    """sum_{t<T} P_t from the law of the majority."""
    return sum((majority_error(t, bias) for t in range(rounds)), Fraction(0))


def biased_game(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the algorithm's larger pseudo-regret over both biases. Right: the stated lower bound."""
    bias = Fraction(data["Delta"])
    weight = error_sum(int(data["T"]), bias)
    right = formulas["bound"](G=Fraction(data["G"]), D=Fraction(data["D"]), Delta=bias, w=weight)
    return max(biased_regrets(data)[:2]), right


def majority_step(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: P_{2k} - P_{2k+1}. Right: the stated drop."""
    k, bias = int(data["k"]), Fraction(data["Delta"])
    drop = majority_error(2 * k, bias) - majority_error(2 * k + 1, bias)
    return drop, formulas["bound"](k=k, u=fair_tie(k), Delta=bias)


# The Gaussian limit


def normal_tail(c: Any) -> Any:
    """Phi(-c)."""
    return erfc(c / sqrt(mpf(2))) / 2


def normal_density(c: Any) -> Any:
    return exp(-(c**2) / 2) / sqrt(2 * pi)


def gaussian_integral(c: Any) -> Any:
    """c int_0^1 Phi(-c sqrt s) ds, with s = r^2."""
    return 2 * c * quad(lambda r: r * normal_tail(c * r), [0, 1])


def gaussian_limit(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: c int_0^1 Phi(-c sqrt s) ds by quadrature. Right: the stated closed form."""
    c = real(data["c"])
    return gaussian_integral(c), formulas["bound"](c=c, P=normal_tail(c), q=normal_density(c))


def gaussian_slope(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: c^2 K'(c) = c^2 Phi(-c) + c phi(c) - (1/2 - Phi(-c)) at the stated maximiser, ``beyond`` it. Right: 0."""
    c = formulas["argument"]() + real(data["beyond"])
    tail, density = normal_tail(c), normal_density(c)
    return c**2 * tail + c * density - (mpf(1) / 2 - tail), mpf(0)


def gaussian_maximum(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: how far K at the stated maximiser, by quadrature, is from the stated maximum. Right: the tolerance."""
    return abs(gaussian_integral(formulas["argument"]()) - formulas["value"]()), real(data["within"])


# Noisy quadratics


def averaging_regret(data: Mapping[str, Any]) -> Any:
    """The largest regret over |theta| <= D/2 of x_1 = 0, x_t = the mean of t-1 observations of variance (s/lam)^2."""
    lam, s, diameter, rounds = (Fraction(data[name]) for name in ("lam", "s", "D", "T"))
    return real(lam * diameter**2 / 8) + real(s**2 / (2 * lam)) * harmonic(real(rounds - 1))


def averaging_game(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the largest regret of averaging. Right: the stated lower bound."""
    lam, s, diameter = (Fraction(data[name]) for name in ("lam", "s", "D"))
    kappa = (2 * pi) ** 2 * real(s**2 / (lam * diameter) ** 2)
    return averaging_regret(data), formulas["bound"](T=int(Fraction(data["T"])), lam=lam, s=s, kappa=kappa)


# Noise and variation together


def mixed_game(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """f_t = (sigma a_t + Sigma/sqrt 2 b_t) x with fair signs. Left: E of the hindsight regret. Right: the bound."""
    sigma, swing, rounds = Fraction(data["sigma"]), Fraction(data["Sigma"]), int(data["T"])
    law = walk_law(rounds, Fraction(1, 2))
    mean = sum(
        real(m * n) * abs(real(sigma) * a + real(swing) / sqrt(mpf(2)) * b)
        for a, m in law.items()
        for b, n in law.items()
    )
    right = formulas["bound"](D=Fraction(data["D"]), sigma=sigma, Sigma=swing, T=rounds)
    return real(Fraction(data["D"]) / 2) * mean, right
