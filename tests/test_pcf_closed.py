"""Closed forms for deg a <= 1: reference values, and balls against backward recurrences."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import mpmath
import pytest
from flint import ctx

from plumbline.errors import InputError
from proofs_checks.pcf import coboundary
from theory.pcf.closed_forms import value
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.reduction_coboundary import coboundary as solved
from theory.pcf.reduction_coboundary import gap, inflation_root, solutions
from theory.pcf.regimes import Regime, classify


@pytest.fixture
def bits() -> Iterator[None]:
    before, ctx.prec = ctx.prec, 256
    yield
    ctx.prec = before


VALUES: dict[tuple[int, ...], str] = {
    (0, 1, 0, 0, 0, 1): "0.69777465796400798200679059255175259948665826299802",
    (0, 2, 1, 1, 0, 0): "1.2732395447351626861510701069801148962756771659237",
    (0, 1, 3, 0, -1, 0): "2.7182818284590452353602874713526624977572470937",
    (0, 0, 1, 1, 0, 0): "1.442695040888963407359924681001892137426645954153",
    (0, 0, 2, 1, 0, 0): "2.3298961831627438472393536346285348106623854736548",
    (0, 0, 4, 4, -4, 1): "4.1884396152264766388367699407044645432593727228256",
    (0, 0, 2, 4, -2, 0): "2.4942017128649841046729726857872147625478029994491",
    (0, 0, 2, 4, 2, 0): "3.2151365837457459933644995509174282207486542492685",
    (0, 0, 4, 4, -2, 0): "4.3543182944173436361860776977181111652383417220009",
    (0, 0, 1, 0, 1, 0): "1.5251352761609812090890905363905787133071163649206",
    (0, 2, 1, 0, 0, -1): "0.64209261593433070300641998659426562023027811391817",
    (0, 4, 2, -1, 0, 0): "1.8204784532536747872284803314722140012252721145104",
}


@pytest.mark.parametrize("key", VALUES)
def test_reference_values(key: tuple[int, ...], bits: None) -> None:
    """To 45 digits, and with the opposite sign of a."""
    formula = ContinuedFraction.of_key(key)
    with mpmath.workdps(60):
        for one, sign in ((formula, 1), (formula.negated(), -1)):
            found = mpmath.mpf(value(one).mid().str(60, radius=False))
            assert abs(sign * found - mpmath.mpf(VALUES[key])) < mpmath.mpf(10) ** -45


def _backward(formula: ContinuedFraction, depth: int) -> mpmath.mpf:
    found = mpmath.mpf(1) / 7
    for n in range(depth, 0, -1):
        below = formula.a_at(n) + found
        found = formula.b_at(n) / (below if below else mpmath.mpf(10) ** -25)
    return formula.a_at(0) + found


def test_balls_agree_with_backward_recurrences(bits: None) -> None:
    draw, seen = random.Random(11), dict[str, int]()
    while sum(seen.values()) < 400:
        key = (0, draw.randint(-5, 5), draw.randint(-5, 5), *(draw.choice([0, draw.randint(-5, 5)]) for _ in range(3)))
        if not any(key[:3]) or not any(key[3:]):
            continue
        formula = ContinuedFraction.of_key(key)
        regime = classify(formula).regime
        if regime not in (Regime.FACTORIAL, Regime.HYPERBOLIC, Regime.SUB1, Regime.PARABOLIC_PLUS):
            continue
        found = value(formula)
        with mpmath.workdps(30):
            expected = _backward(formula, 100 if regime is Regime.FACTORIAL else 1500)
            if not found.is_finite():
                assert abs(expected) > 1e8, key
                continue
            middle = mpmath.mpf(found.mid().str(40, radius=False))
            assert abs(middle - expected) <= 1e-9 * max(1, abs(expected)), key
        seen[str(regime)] = seen.get(str(regime), 0) + 1
    assert len(seen) == 4


def test_double_root(bits: None) -> None:
    """z' = 0: L = (e/2) max(r1, r2); a = 2n + 4, b = -(n + 1)(n + 2): L = 2."""
    assert value(ContinuedFraction((0, 2, 4), (-1, -3, -2))).contains(2)


@pytest.mark.parametrize("key", [(1, 0, 1, 0, 0, 1), (0, 0, 1, -1, 0, -1), (0, 1, 1, 1, -1, 0), (0, 0, 1, 0, 0, -1)])
def test_without_closed_form(key: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="closed forms"):
        value(ContinuedFraction.of_key(key))


def test_coboundaries_of_the_reference_formulas() -> None:
    first = solved((1, 1, -1, -1, -2, 0))
    assert first is not None
    assert (first.s, first.constant, first.r) == (0, -1, [2, 1])
    assert first.U == [[[0, 1], [0, -1]], [[1], [0, 1]]]
    degrees: dict[Any, set[int]] = {gap(key): set() for key in coboundary.nilpotent_keys()}
    for key in coboundary.nilpotent_keys():
        found = solved(key)
        assert found is not None
        degrees[gap(key)].add(found.degree)
    assert degrees == {1: {1}, 2: {1}, 3: {2}, 4: {3}}


def test_no_coboundary_of_smaller_degree() -> None:
    """Gap 4 needs entries of degree 3 for the s and r tried."""
    found = solved((1, 3, -1, 1, 4, 0))
    assert found is not None
    assert solutions(found.key, found.s, found.r, 2) == []


def test_numbers_of_nilpotent_formulas_up_to_sign() -> None:
    keys = coboundary.nilpotent_keys()
    roots = [root for key in keys if (root := inflation_root(key)) is not None]
    assert len(keys) == 481
    assert len(roots) == 444
    assert sum(root.denominator == 2 for root in roots) == 22
    assert max(root for root in roots if root.denominator == 1) == -1


def test_limit_of_the_neighbouring_integers() -> None:
    """(2,-3,-3;4,-4,-3) is [1; 4, 5, 6, ...], (1,1,-1;-1,-2,0) is -1 + (K-1)/(K+1) with K = -J1(2)/J0(2)."""
    with mpmath.workdps(50):
        found = _backward(ContinuedFraction((2, -3, -3), (4, -4, -3)), 60)
        assert mpmath.nstr(found, 49) == "1.238453415900049850416192046899461759786555502441"
        K = -mpmath.besselj(1, 2) / mpmath.besselj(0, 2)
        found = _backward(ContinuedFraction((1, 1, -1), (-1, -2, 0)), 60)
        assert abs(found - (-1 + (K - 1) / (K + 1))) < mpmath.mpf(10) ** -45
