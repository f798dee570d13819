"""Limits by two ways that share no code: closed forms as balls, and enclosures from tails; laws at large depths."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import ctx

from proofs_checks.pcf.census import classified
from theory.pcf import census, closed_forms
from theory.pcf.closed_forms import value
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import convergents, convergents_at
from theory.pcf.enclosures import Enclosure, enclose, tail_start
from theory.pcf.irrationality import certificates
from theory.pcf.rational_limits import rational_limit
from theory.pcf.regimes import Regime

Interval = tuple[Fraction, Fraction]


@pytest.fixture(autouse=True)
def bits() -> Iterator[None]:
    before, ctx.prec = ctx.prec, 256
    yield
    ctx.prec = before


def _exact(end: Any) -> Fraction:
    man, exp = end.man_exp()
    return Fraction(int(man)) * Fraction(2) ** int(exp)


def ball_of(found: Any) -> Interval:
    """Both ends of an arb ball, exactly."""
    return _exact(found.lower()), _exact(found.upper())


def ends_of(found: Enclosure) -> Interval:
    return tuple(Fraction(found.centre + s * found.radius, 2**found.scale) for s in (-1, 1))  # type: ignore[return-value]


def meet(one: Interval, other: Interval) -> bool:
    return max(one[0], other[0]) <= min(one[1], other[1])


def linear_formulas(regimes: list[Regime], count: int, seed: int) -> list[ContinuedFraction]:
    keys, codes = classified()
    keys = keys[(keys[:, 0] == 0) & np.isin(codes, [census.CODE[regime] for regime in regimes])]
    chosen = np.random.default_rng(seed).choice(len(keys), count, replace=False)
    return [ContinuedFraction.of_key(key) for key in keys[chosen].tolist()]


def pairs(regimes: list[Regime], count: int, seed: int, budget: int) -> list[tuple[ContinuedFraction, Enclosure]]:
    """Formulas with linear a and finite limit, and their enclosures."""
    found = []
    for formula in linear_formulas(regimes, count, seed):
        start = tail_start(formula)
        limit = rational_limit(formula) if formula.degrees == (1, 1) else None
        if start is not None and start[0] <= budget and (limit is None or limit.value is not None):
            found.append((formula, enclose(formula, 128, budget)))
    return found


def test_closed_forms_meet_enclosures_of_factorial_formulas() -> None:
    """All kinds with factorial convergence: both balls are narrower than 2^-120, and meet."""
    made = pairs([Regime.FACTORIAL], 400, 21, 400)
    assert len(made) > 380
    for formula, enclosed in made:
        closed = ball_of(value(formula))
        assert enclosed.bits >= 128 and closed[1] - closed[0] < Fraction(1, 2**120), formula
        assert meet(closed, ends_of(enclosed)), formula


def test_closed_forms_meet_enclosures_in_every_other_regime() -> None:
    """Slow formulas give wide enclosures: the closed form lies inside all the same."""
    regimes = [Regime.HYPERBOLIC, Regime.SUB1, Regime.SUB2, Regime.PARABOLIC_PLUS, Regime.POWER]
    seen: Counter[str] = Counter()
    for regime in regimes:
        for formula, enclosed in pairs([regime], 120, 22, 300):
            try:
                closed = ball_of(value(formula))
            except ValueError:  # the ball of an infinite limit has no ends
                continue
            assert meet(closed, ends_of(enclosed)), formula
            seen[str(regime)] += enclosed.bits > 4
    assert seen["hyperbolic"] > 60 and seen["sub1"] > 60 and seen["sub2"] > 20, seen


@pytest.mark.parametrize("wrong", ["c left out of beta", "roots of b(-x)"])
def test_wrong_closed_forms_miss_the_enclosures(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ball of Gauss' form with a wrong parameter is disjoint from nearly every enclosure."""
    made = [pair for pair in pairs([Regime.HYPERBOLIC], 60, 23, 200) if pair[0].b[-3] and pair[1].bits > 20]
    assert len(made) > 20
    assert all(meet(ball_of(value(formula)), ends_of(enclosed)) for formula, enclosed in made)
    right = closed_forms._gauss

    def gauss(ball: Any, e: int, d: int, c: int, b1: int, b0: int) -> Any:
        if wrong == "roots of b(-x)":
            return right(ball, e, d, c, -b1, b0)
        delta = e * e + 4 * c
        s, (r1, r2) = ball(delta).sqrt(), closed_forms._roots(ball, c, b1, b0)
        z = (1 - ball(e) / s) / 2
        beta = ball(Fraction(b1, c)) * z + ball(d) / s
        top = z.hypgeom_2f1(r1, r2, beta, regularized=True)
        return s * top / z.hypgeom_2f1(r1 + 1, r2 + 1, beta + 1, regularized=True)

    monkeypatch.setattr(closed_forms, "_gauss", gauss)
    missed = 0
    for formula, enclosed in made:
        found = value(formula)
        missed += not found.is_finite() or not meet(ball_of(found), ends_of(enclosed))
    assert missed > 0.8 * len(made)


def test_certified_irrational_limits_are_no_simple_fractions() -> None:
    """An enclosure of 2^-128 that holds a rational of denominator up to 1000 would be a strange accident."""
    keys = census.keys()[::7919]
    chosen = keys[certificates(keys) > 0]
    for key in chosen[:60].tolist():
        formula = ContinuedFraction.of_key(key)
        enclosed = enclose(formula)
        centre = Fraction(enclosed.centre, 2**enclosed.scale)
        near = centre.limit_denominator(1000)
        assert not enclosed.contains(near), (key, near)


# Laws of gcds and reduced denominators at large depths


def _logs(key: tuple[int, ...], depths: list[int]) -> list[tuple[float, float]]:
    """ln|q_n| and ln g_n."""
    found = convergents_at(ContinuedFraction.of_key(key), depths)
    return [(math.log(abs(c.q)), math.log(c.g)) for c in found]


@pytest.mark.parametrize(
    ("key", "values", "limit"),
    [
        ((0, 2, 1, 1, 0, 0), (2.2108, 2.2200, 2.2282), math.log(1 + math.sqrt(2)) + 1 + math.log(2) / 2),
        ((0, 0, 1, 1, 0, 0), (0.9963, 0.9982, 1.0025), 1.0),
    ],
)
def test_reduced_denominators_grow_exponentially(key: tuple[int, ...], values: tuple[float, ...], limit: float) -> None:
    depths = [1000, 4000, 16000]
    for n, (log_q, log_g), expected in zip(depths, _logs(key, depths), values, strict=True):
        assert (log_q - log_g) / n == pytest.approx(expected, abs=5e-5)
        assert abs((log_q - log_g) / n - limit) < 0.02


def test_reduced_denominators_of_two_over_the_logarithm_of_three() -> None:
    ((log_q, log_g),) = _logs((0, 4, 2, -1, 0, 0), [16000])
    assert (log_q - log_g) / 16000 == pytest.approx(3.0093, abs=5e-5)
    assert math.log(2 + math.sqrt(3)) + 1 + math.log(2) == pytest.approx(3.01011, abs=5e-6)


@pytest.mark.parametrize(
    ("key", "rho", "rates"),
    [
        ((0, 2, 2, 1, 1, -1), 1 / 2, (-1.03, -1.06)),
        ((0, 1, 1, 3, 1, -1), 1 / 2, (-1.317, -1.300)),
        ((0, 2, 1, 1, 0, 1), 1 / 2, (-0.251, -0.251)),
        ((0, 1, 1, 3, 1, 1), 1 / 4, (-0.798, -0.820)),
    ],
)
def test_gcds_grow_by_the_density(key: tuple[int, ...], rho: float, rates: tuple[float, float]) -> None:
    """(ln g_n - rho ln n!)/n stays put; with rho + 1/4 it falls like ln(n)/4."""
    found = {}
    for share in (rho, rho + 0.25):
        logs = zip((1000, 4000), _logs(key, [1000, 4000]), strict=True)
        found[share] = [(log_g - share * math.lgamma(n + 1)) / n for n, (_, log_g) in logs]
    assert found[rho] == pytest.approx(rates, abs=6e-3)
    assert abs(found[rho][0] - found[rho][1]) < 0.1
    assert found[rho + 0.25][0] - found[rho + 0.25][1] > 0.25


@pytest.mark.parametrize(
    ("key", "first"), [((0, 2, 1, 1, 0, 0), 3), ((-3, 4, -4, -1, -4, 2), 1), ((0, 0, 1, 1, 0, 0), 14)]
)
def test_squares_of_gcds_first_fail_to_divide(key: tuple[int, ...], first: int) -> None:
    formula, product, failures = ContinuedFraction.of_key(key), 1, []
    before = 1
    for c in list(convergents(formula, 40))[1:]:
        product *= formula.b_at(c.n)
        assert product % (c.g * before) == 0
        before = c.g
        if product % c.g**2:
            failures.append(c.n)
    assert failures[0] == first
