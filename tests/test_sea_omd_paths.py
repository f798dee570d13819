"""Exact one-dimensional paths: reference values, and the same path in every arithmetic."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb

from plumbline.errors import InputError
from theory.sea_omd.definitions import paths
from theory.sea_omd.definitions.paths import Interval, adaptive_step, centred, constant_step, slopes_of

ONE, TWO = Fraction(1), Fraction(2)
R3_SLOPES = (1, -1, 1, 1, -1, -1, -1, 1)


def fractions(text: str) -> list[Fraction]:
    return [Fraction(entry) for entry in text.split()]


def constant(eta: Fraction, slopes: list[int]) -> paths.Path:
    exact = [Fraction(g) for g in slopes]
    return paths.optimistic_mirror_descent(slopes_of(exact), len(exact), constant_step(eta), centred(TWO))


def test_constant_step_first_reference() -> None:
    path = constant(ONE / 2, [1, -1, 1, 1, -1])
    assert path.plays == fractions("0 -1 1/2 -1 -1")
    assert path.leaders[1:] == fractions("-1/2 0 -1/2 -1 -1/2")
    assert path.loss + abs(path.slope_sum) == path.hindsight_regret == Fraction(5, 2)
    assert path.variation == 13


def test_constant_step_second_reference() -> None:
    path = constant(Fraction(3, 4), [1, 1, 1, -1, -1, 1])
    assert path.plays == fractions("0 -1 -1 -1 1/2 1")
    assert (path.hindsight_regret, path.variation) == (Fraction(3, 2), 9)


R3_PLAYS = "0 -1 0.451226808390651 -0.917983665902633 -1 -0.099349962915044 0.292882307361324 0.685114577637692"


@pytest.mark.parametrize("number", [float, mpmath.mpf, arb], ids=["float", "mpmath", "ball"])
def test_adaptive_step_reference(number: type) -> None:
    slopes = [number(g) for g in R3_SLOPES]
    step = adaptive_step(number(2), number(1), number(9))
    path = paths.optimistic_mirror_descent(slopes_of(slopes), 8, step, centred(number(2)))
    assert [float(x) for x in path.plays] == pytest.approx([float(x) for x in R3_PLAYS.split()], abs=1e-13)
    assert float(path.leaders[-1]) == pytest.approx(-0.099349962915044, abs=1e-13)
    assert float(path.hindsight_regret) == pytest.approx(2.02482537567943, abs=1e-13)
    assert float(path.variation) == 17


def test_oftrl_reference() -> None:
    slopes = [Fraction(g) for g in R3_SLOPES]
    path = paths.optimistic_ftrl(slopes_of(slopes), 8, Fraction(4), centred(TWO))
    wanted = "0 -0.8 0.24390243902439 -0.39404132628544 -0.59106198942816 0 0.170541005616474 0.341082011232948"
    assert [float(x) for x in path.plays] == pytest.approx([float(x) for x in wanted.split()], abs=1e-13)
    assert float(path.hindsight_regret) == pytest.approx(1.41146410778358, abs=1e-13)
    differences = [slopes[0], *(b - a for a, b in itertools.pairwise(slopes))]
    spent = sum(eta * d * d for eta, d in zip(path.steps, differences, strict=True))
    assert float(spent) == pytest.approx(9.09171286226867, abs=1e-13)


def test_harmonic_step_reference() -> None:
    centres = fractions("1/2 -1/2 1/2 1/2 -1/2")
    path = paths.optimistic_mirror_descent(
        lambda t, x: x - centres[t - 1], 5, paths.harmonic_step(ONE), Interval(-ONE, ONE)
    )
    assert path.plays == fractions("0 1 -1 1 1/20")
    losses = sum((x - c) ** 2 / 2 for x, c in zip(path.plays, centres, strict=True))
    best = sum(centres) / 5
    assert losses - sum((best - c) ** 2 / 2 for c in centres) == Fraction(1641, 800)


def test_without_hints_it_is_gradient_descent() -> None:
    step = paths.adaptive_step_without_hint(2.0, 1.0, 0.0)
    path = paths.optimistic_mirror_descent(slopes_of([1.0, 1.0, -1.0]), 3, step, centred(2.0), hints=False)
    assert path.plays == path.leaders[:3] == [0, -1.0, -1.0]
    assert path.steps == pytest.approx([2, 2 / 2**0.5, 2 / 3**0.5])


def test_balls_enclose_the_exact_path() -> None:
    exact = constant(Fraction(1, 3), [1, -1, 1, 1, -1])
    slopes = [arb(g) for g in (1, -1, 1, 1, -1)]
    balls = paths.optimistic_mirror_descent(slopes_of(slopes), 5, constant_step(arb(1) / 3), centred(arb(2)))
    for x, ball in zip(exact.plays, balls.plays, strict=True):
        assert arb(x.numerator) / x.denominator in arb(ball)
        assert arb(ball).rad() < 1e-12


def test_bad_input() -> None:
    with pytest.raises(InputError, match="contains the start 0"):
        Interval(Fraction(1), Fraction(2))
    with pytest.raises(InputError, match="rounds must be at least 1"):
        paths.optimistic_mirror_descent(slopes_of([]), 0, constant_step(1), centred(TWO))
    with pytest.raises(InputError, match="not rational"):
        paths.square_root(Fraction(2))
    assert paths.square_root(Fraction(9, 4)) == Fraction(3, 2)


def expected_regret(a: Fraction, rounds: int) -> Fraction:
    """E R_T of the step a/t on (x - 1/2)^2/2 with fair signs as noise, unconstrained, over all outcomes."""
    wide, target = paths.Interval(-Fraction(10**6), Fraction(10**6)), ONE / 2
    total = Fraction(0)
    for signs in itertools.product((-1, 1), repeat=rounds - 1):
        path = paths.start(wide)
        noise = [Fraction(sign) for sign in (*signs, 1)]

        def gradient(t: int, x: Any, noise: list[Fraction] = noise) -> Any:
            return x - target + noise[t - 1]

        for _ in noise:
            paths.mirror_descent_round(path, gradient, lambda t, variation, energy: a / t)
        total += sum(((x - target) ** 2 / 2 for x in path.plays), Fraction(0))
    return total / 2 ** (rounds - 1)


def test_unconstrained_quadratic_reference() -> None:
    """Only the noise's variance matters, so fair signs give the values for every noise of variance 1."""
    wanted = fractions("1/8 41/8 421/36 42293/2592 4658617/259200")
    assert [expected_regret(TWO, T) for T in range(1, 6)] == wanted
    assert expected_regret(ONE, 3) == Fraction(1937, 1152)
    assert float(expected_regret(TWO, 10)) == pytest.approx(19.26207625137073, abs=1e-12)
    assert float(expected_regret(ONE, 10)) == pytest.approx(2.465811504926405, abs=1e-13)
