"""Regimes and exponents: exact counts, arrays against scalars, formulas against logarithms of exact integers."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.errors import InputError
from proofs_checks.pcf import census as counted
from proofs_checks.pcf import formal
from theory.pcf import census, regime_bounds, regime_witnesses
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import blind_delta
from theory.pcf.exponents import exponents
from theory.pcf.quadratic import QuadraticNumber
from theory.pcf.regimes import Regime, classify, leading_terms


@pytest.fixture(scope="module")
def classified() -> tuple[Any, Any]:
    return counted.classified()


def test_counts_by_degrees(classified: tuple[Any, Any]) -> None:
    keys, codes = classified
    a, b = census.leading_arrays(keys[:, :3])[0], census.leading_arrays(keys[:, 3:])[0]
    table = np.bincount((codes * 9 + a * 3 + b).astype(np.int64), minlength=9 * len(census.REGIMES))
    found = {
        (census.REGIMES[place // 9].value, place // 3 % 3, place % 3): int(count)
        for place, count in enumerate(table)
        if count
    }
    factorial = {key[1:]: count for key, count in found.items() if key[0] == "factorial"}
    assert factorial == {(1, 0): 1100, (1, 1): 9900, (2, 0): 12100, (2, 1): 108900, (2, 2): 1326160}
    assert found["hyperbolic", 0, 0] == 70
    assert found["hyperbolic", 1, 2] == 83930
    assert sum(count for key, count in found.items() if key[0] == "elliptic") == 37856
    assert (found["sub1", 0, 1], found["sub2", 0, 2]) == (450, 5480)
    assert sum(count for key, count in found.items() if key[0] == "terminating") == 178220


def test_arrays_agree_with_scalars(classified: tuple[Any, Any]) -> None:
    keys, codes = classified
    draw = np.random.default_rng(0)
    rare = np.flatnonzero(codes > census.CODE[Regime.HYPERBOLIC])
    some = np.concatenate([draw.choice(len(keys), 6000, replace=False), draw.choice(rare, 6000, replace=False)])
    for formula, code in zip(census.formulas(keys[some]), codes[some], strict=True):
        assert classify(formula).regime is census.REGIMES[code]


def test_canonical_forms_and_components_count_the_same_classes() -> None:
    """Coefficients up to 2: canonical forms, also as arrays, against components joined by shifts of any length."""
    rows = census.keys(2)
    keys = [tuple(int(value) for value in row) for row in rows]
    forms = {ContinuedFraction.of_key(key).canonical() for key in keys}
    inside, classes = set(keys), 0
    while inside:
        classes += 1
        waiting = [ContinuedFraction.of_key(inside.pop())]
        while waiting:
            formula = waiting.pop()
            near = [formula.negated(), *(formula.shifted(k) for k in range(-4, 5)), formula.deflated()]
            for other in near:
                if other.key in inside:
                    inside.remove(other.key)
                    waiting.append(other)
    assert classes == len(forms) == counted.canonical_forms(rows)


def test_bad_arrays_are_refused() -> None:
    with pytest.raises(InputError, match="six columns"):
        census.classify_keys(np.ones((3, 5), dtype=np.int64))
    with pytest.raises(InputError, match="zero polynomial"):
        census.classify_keys(np.array([[0, 0, 0, 1, 2, 3]]))
    with pytest.raises(InputError, match="below 1000"):
        census.classify_keys(np.array([[1000, 0, 0, 1, 2, 3]]))


def test_second_discriminant_is_the_squared_difference_of_the_zeros_of_b(classified: tuple[Any, Any]) -> None:
    keys, codes = classified
    flat = [Regime.POWER, Regime.LOGARITHMIC, Regime.LOG_OSCILLATING]
    rows = keys[np.isin(codes, [census.CODE[regime] for regime in flat]) & (keys[:, 1] != 0)]
    assert len(rows) == 284
    for formula in census.formulas(rows):
        _, b1, b0 = formula.b
        assert classify(formula).d2 == Fraction(b1**2 - 4 * formula.b[0] * b0, formula.b[0] ** 2)


def test_released_test_of_oscillation(classified: tuple[Any, Any]) -> None:
    assert counted.passing(0) == {"all": 658, "parabolic_minus": 550, "log_oscillating": 108}
    assert counted.passing(1)["all"] == 0
    witness = ContinuedFraction((0, 4, 4), (-4, -5, -2))
    assert classify(witness).regime is Regime.PARABOLIC_MINUS
    assert classify(witness).d1 == Fraction(-1, 4)
    assert witness.a_at(10**9) ** 2 + 4 * witness.b_at(10**9) >= 0


EXAMPLES = {
    Regime.FACTORIAL: [(-3, 4, -4, -1, -4, 2), (1, 1, 1, 0, 1, 1), (0, 1, 3, 0, -1, 0), (5, 0, -4, 2, 5, 3)],
    Regime.HYPERBOLIC: [(0, 2, 1, 1, 0, 0), (0, 4, 2, -1, 0, 0), (0, -5, 1, 3, -3, 3), (0, 1, -5, 2, 0, 4)],
    Regime.SUB1: [(0, 0, -4, 0, 3, 1), (0, 0, 1, 0, 2, -5), (0, 0, 4, 0, 2, -1)],
    Regime.SUB2: [(0, 0, 1, 1, 0, 0), (0, 0, -4, 2, 2, 2), (0, 0, 3, 5, 1, 3)],
    Regime.PARABOLIC_PLUS: [(0, -4, 0, -4, 5, 4), (0, 4, 4, -4, 2, -2), (0, -2, -1, -1, 3, -3)],
    Regime.POWER: [(0, -4, -2, -4, 0, 3), (0, 2, 2, -1, -1, 1), (0, 2, 4, -1, -3, 2)],
    Regime.LOGARITHMIC: [(0, 2, 1, -1, 0, 0), (0, 2, 3, -1, -2, -1)],
}


@pytest.mark.parametrize("regime", EXAMPLES)
def test_exponents_against_exact_integers(regime: Regime) -> None:
    """Differences of logarithms from depth 500 to 1000: constants cancel, O(1/n) or O(n^-1/2) is left."""
    slow = 0.12 if regime in (Regime.SUB1, Regime.PARABOLIC_PLUS, Regime.LOGARITHMIC) else 0.05
    for key in EXAMPLES[regime]:
        formula = ContinuedFraction.of_key(key)
        own = exponents(formula)
        assert own.regime is regime
        near, far = blind_delta(formula, 500, 4000), blind_delta(formula, 1000, 8000)
        assert far.log_q - near.log_q == pytest.approx(own.denominator.log(1000) - own.denominator.log(500), abs=slow)
        assert far.log_error - near.log_error == pytest.approx(own.error.log(1000) - own.error.log(500), abs=slow)


def test_exponents_agree_with_the_claimed_formulas() -> None:
    draw = np.random.default_rng(3)
    seen: Counter[Regime] = Counter()
    for key in draw.integers(-5, 6, (600, 6)).tolist():
        key[0] *= int(draw.integers(0, 2))
        if not any(key[:3]) or not any(key[3:]):
            continue
        formula = ContinuedFraction.of_key(key)
        regime = classify(formula).regime
        if regime not in (Regime.FACTORIAL, Regime.HYPERBOLIC):
            continue
        own, a, b = exponents(formula), leading_terms(formula.a), leading_terms(formula.b)
        seen[regime] += 1
        if regime is Regime.FACTORIAL:
            e = b.degree - 2 * a.degree
            point = {"alpha1": a.first, "A": abs(a.top), "B": b.top, "k": int(e == -1)}
            assert float(own.w) == pytest.approx(float(regime_bounds.factorial_power.mpmath(**point)))
            more = {**point, "beta1": b.first, "d": a.degree, "e": e}
            assert float(own.beta) == pytest.approx(float(regime_bounds.factorial_error.mpmath(**more)))
        else:
            root = (a.top**2 + 4 * b.top) ** 0.5
            r = (abs(a.top) - root) / (abs(a.top) + root)
            values = {"alpha1": float(a.first), "beta1": float(b.first), "d": float(a.degree), "r": r}
            assert float(own.w) == pytest.approx(regime_bounds.hyperbolic_power.numpy(**values))
            assert float(own.beta) == pytest.approx(regime_bounds.hyperbolic_error.numpy(**values), abs=1e-12)
    assert min(seen.values()) > 5


def test_divergent_and_terminating_formulas_have_no_exponents() -> None:
    for key in ((0, 4, 4, -4, -5, -2), (0, 0, 1, 0, 0, -1), (0, 1, 1, 0, 1, -4)):
        with pytest.raises(InputError, match="only convergent"):
            exponents(ContinuedFraction.of_key(key))


def test_formal_solutions_in_symbols_and_in_rationals_agree() -> None:
    at = {name: Fraction(i + 2, 7) for i, name in enumerate(("alpha1", "alpha2", "beta2"))}
    at |= {"A": Fraction(2), "B": Fraction(-1), "d": Fraction(2), "e": Fraction(0)}
    at["beta1"] = 2 * at["alpha1"] - 2
    symbols = {formal.ALPHA1: at["alpha1"], formal.ALPHA2: at["alpha2"], formal.BETA2: at["beta2"], formal.D: 2}
    assert formal.required("d2").subs(symbols) == regime_witnesses.matched("d2", at)


RATIONAL = st.fractions(-20, 20, max_denominator=12)


@settings(max_examples=150, deadline=None)
@given(RATIONAL, RATIONAL, RATIONAL, RATIONAL, st.fractions(0, 30, max_denominator=6))
def test_quadratic_numbers(x: Fraction, y: Fraction, z: Fraction, t: Fraction, r: Fraction) -> None:
    one, other = QuadraticNumber(x, y, r), QuadraticNumber(z, t, r)
    value, second = float(x) + float(y) * float(r) ** 0.5, float(z) + float(t) * float(r) ** 0.5
    assert float(one + other) == pytest.approx(value + second, abs=1e-9)
    assert float(one * other) == pytest.approx(value * second, abs=1e-9)
    assert float(one) == pytest.approx(value, abs=1e-9)
    assert one.arb().contains(one.arb().mid())
    if abs(value) > 1e-9:
        assert one.sign == (1 if value > 0 else -1)
    if abs(second) > 1e-3:
        assert float(one / other * other) == pytest.approx(value, abs=1e-9)
    assert (one - one).sign == 0


def test_quadratic_numbers_refuse_nonsense() -> None:
    with pytest.raises(InputError, match="radicand"):
        QuadraticNumber(1, 1, -2)
    with pytest.raises(InputError, match="same radicand"):
        QuadraticNumber(1, 1, 2) + QuadraticNumber(1, 1, 3)
    with pytest.raises(InputError, match="division"):
        QuadraticNumber(1) / QuadraticNumber(0)
