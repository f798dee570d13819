"""Dynamics, exact gcds and enclosures: reference values, twins, drawn arrays, bad input."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.errors import InputError
from proofs_checks.pcf.census import classified
from simulations.pcf import dynamics, dynamics_torch
from simulations.pcf.enclosures import enclose_keys, tail_starts
from simulations.pcf.gcds import convergents_at, log_gcds, nilpotent_primes
from simulations.pcf.growth import growth
from theory.pcf import census
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import blind_delta, convergents
from theory.pcf.enclosures import decimal_digits, enclose, tail_start
from theory.pcf.exponents import exponents
from theory.pcf.rational_limits import rational_limit
from theory.pcf.regimes import Regime

REFERENCE: dict[tuple[int, ...], tuple[float, ...]] = {
    (-3, 4, -4, -1, -4, 2): (12913.841371787, 399.505245397, -13981.232517889, 0.0826548132, 0.1172172760),
    (0, 2, 1, 1, 0, 0): (6796.944252011, 4586.179638449, -1763.763612476, -0.7405063883, -0.2021929419),
    (1, 1, 1, 0, 1, 1): (11832.266989365, 173.979942321, -17752.405801241, 0.5003385080, 0.5227284874),
    (0, 0, 1, 1, 0, 0): (5918.671140355, 4922.356021020, -7.564353177, -0.9987219508, -0.9924076700),
    (0, 1, 3, 0, -1, 0): (5925.945688047, 2.833213344, -5939.764199095, 0.0023318660, 0.0028113132),
    (2, -3, -3, 4, -4, -3): (12504.922728965, 6601.248991466, -11806.652828945, -0.0558396013, 0.9998823366),
    (0, 2, 3, 1, 1, -1): (6802.473388333, 723.660761326, -1769.126999712, -0.7399288614, -0.7089683285),
}
DIGITS: dict[tuple[int, ...], str] = {
    (0, 1, 0, 0, 0, 1): "0.69777465796400798200679059255175259948665826299802",
    (0, 2, 1, 1, 0, 0): "1.2732395447351626861510701069801148962756771659237",
    (0, 1, 3, 0, -1, 0): "2.7182818284590452353602874713526624977572470937",
    (0, 2, 1, 0, 0, -1): "0.64209261593433070300641998659426562023027811391817",
    (0, 4, 2, -1, 0, 0): "1.8204784532536747872284803314722140012252721145104",
    (1, 1, -1, -1, -2, 0): "1.2690996955122641804370899765508820737631799934312",
    (2, -3, -3, 4, -4, -3): "1.2384534159000498504161920468994617597865555024408",
    (1, 0, 1, 0, 0, 1): "1.45535249087129275327315386839368004396349435162223",
    (1, 1, 1, 0, 1, 1): "1.5863667399088496545038089394166104580272772825694",
}
KEYS = st.tuples(*[st.integers(-5, 5)] * 6).filter(lambda key: any(key[:3]) and any(key[3:]))


def convergent(count: int, seed: int, regime: Regime | None = None) -> np.ndarray:
    keys, codes = classified()
    wanted = [regime] if regime else [r for r in Regime if r.converges and r is not Regime.TERMINATING]
    keys = keys[np.isin(codes, [census.CODE[r] for r in wanted])]
    return keys[np.random.default_rng(seed).choice(len(keys), min(count, len(keys)), replace=False)]


@pytest.mark.parametrize("key", REFERENCE)
def test_dynamics_and_gcds_at_depth_1000(key: tuple[int, ...]) -> None:
    log_q, log_g, log_error, naive, reduced = REFERENCE[key]
    row = np.array([key])
    found = dynamics.dynamics(row, 2000, [1000])
    g, q = log_gcds(row, [200, 1000])
    assert found.log_q[0, 0] == pytest.approx(log_q, abs=1e-8)
    assert q[0, 1] == pytest.approx(log_q, abs=1e-8)
    assert g[0, 1] == pytest.approx(log_g, abs=1e-8)
    assert found.log_error[0, 0] == pytest.approx(log_error, abs=1e-8)
    assert -found.log_error[0, 0] / found.log_q[0, 0] - 1 == pytest.approx(naive, abs=1e-9)
    assert -found.log_error[0, 0] / (found.log_q[0, 0] - g[0, 1]) - 1 == pytest.approx(reduced, abs=1e-9)


def test_dynamics_against_exact_integers() -> None:
    keys = convergent(60, 1)
    keys = np.array([key for key in keys.tolist() if _finite(key)])
    found = dynamics.dynamics(keys, 200, [100])
    for key, log_q, log_error, sign in zip(
        keys.tolist(), found.log_q[:, 0], found.log_error[:, 0], found.sign[:, 0], strict=True
    ):
        exact = blind_delta(ContinuedFraction.of_key(key), 100, 200)
        assert log_q == pytest.approx(exact.log_q, abs=1e-10)
        assert log_error == pytest.approx(exact.log_error, abs=1e-9)
        (p, q), (x, y) = convergents_at(key, [100, 200])
        assert sign == np.sign(int((x * q - p * y) * np.sign(q) * np.sign(y)))


def _finite(key: list[int]) -> bool:
    formula = ContinuedFraction.of_key(key)
    if formula.degrees not in ((1, 1), (2, 2)):
        return True
    limit = rational_limit(formula)
    return limit is None or limit.value is not None


def test_float_dynamics_fail_where_the_limit_is_infinite() -> None:
    key = (5, 0, -3, -5, -5, -1)
    assert rational_limit(ContinuedFraction.of_key(key)).value is None  # type: ignore[union-attr]
    exact = log_gcds(np.array([key]), [1000])[1][0, 0]
    assert exact == pytest.approx(math.log(1001), abs=1e-12)
    assert dynamics.dynamics(np.array([key]), 2000, [1000]).log_q[0, 0] > 1000


def test_torch_twin() -> None:
    keys = np.array([key for key in convergent(400, 2).tolist() if _finite(key)])
    one, two = dynamics.dynamics(keys, 300, [50, 150]), dynamics_torch.dynamics(keys, 300, [50, 150], lanes=128)
    for name in ("limit", "log_q", "log_error", "sign"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-9, atol=1e-9)


@given(KEYS, st.lists(st.integers(1, 130), min_size=1, max_size=3, unique=True))
@settings(max_examples=40, deadline=None)
def test_product_trees_are_the_recurrence(key: tuple[int, ...], depths: list[int]) -> None:
    rows = list(convergents(ContinuedFraction.of_key(key), max(depths)))
    assert convergents_at(key, sorted(depths)) == [(rows[n].p, rows[n].q) for n in sorted(depths)]


def test_reduction_test_finds_the_known_numbers() -> None:
    keys = convergent(4000, 3, Regime.FACTORIAL)
    assert nilpotent_primes(np.array([(1, 1, -1, -1, -2, 0)]))[0] == 12
    assert 0 < nilpotent_primes(np.array([(2, -3, 1, -4, 0, -1)]))[0] < 12
    counts = nilpotent_primes(keys[keys[:, 0] == 0])
    assert not counts.any()  # linear or constant b


@pytest.mark.parametrize("key", DIGITS)
def test_certified_digits(key: tuple[int, ...]) -> None:
    wanted = DIGITS[key]
    digits = len(wanted) - wanted.index(".") - 3
    text = decimal_digits(ContinuedFraction.of_key(key), digits)
    assert abs(Fraction(text) - Fraction(wanted)) <= Fraction(2, 10**digits)


def test_batches_agree_with_single_enclosures_and_reach_the_bits() -> None:
    keys = np.array([key for key in convergent(300, 4, Regime.FACTORIAL).tolist() if _finite(key)])
    balls = enclose_keys(keys)
    assert balls.bits.min() >= 128
    for i, key in enumerate(keys[:60].tolist()):
        alone = enclose(ContinuedFraction.of_key(key))
        assert abs(balls.centre[i] - alone.centre) <= balls.radius[i] + alone.radius
        assert tail_start(ContinuedFraction.of_key(key)) == (int(tail_starts(keys[i : i + 1])[0][0]), "worpitzky")


def test_balls_hold_rational_limits_and_shrink_with_the_tail() -> None:
    formula = ContinuedFraction.of_key((1, -3, 4, -1, -4, 2))
    limit = rational_limit(formula)
    assert limit is not None and limit.value == Fraction(-116, 459)
    ball = enclose(formula, 200)
    assert ball.bits >= 200 and ball.contains(limit.value)
    assert not ball.contains(limit.value + Fraction(1, 10**50))


def test_balls_hold_later_convergents_in_every_regime() -> None:
    for regime in (Regime.HYPERBOLIC, Regime.SUB1, Regime.SUB2, Regime.PARABOLIC_PLUS):
        keys = convergent(6, 5, regime)
        balls = enclose_keys(keys, 60, 200, 200)
        for key, c, r in zip(keys.tolist(), balls.centre, balls.radius, strict=True):
            later = convergents_at(key, [5000, 5001])
            assert r > 0
            values = [Fraction(int(p), int(q)) * 2**balls.scale for p, q in later]
            assert min(values) <= c + r and max(values) >= c - r, key


def test_more_digits_than_the_budget_reaches() -> None:
    slow = ContinuedFraction.of_key((0, 0, 1, 1, 0, 0))  # 1/ln 2, error like 1/n
    with pytest.raises(InputError, match=r"digits must be at most \d for .* at depth 1000, got 30"):
        decimal_digits(slow, 30, budget=1000)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ((0, 0, 1, 0, 1, -2), "terminating"),
        ((0, 1, 1, -1, 0, 0), "elliptic"),
        ((5, 0, -3, -5, -5, -1), "L may be infinite"),
    ],
)
def test_nothing_to_enclose(key: tuple[int, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        enclose(ContinuedFraction.of_key(key), 64, budget=50)


def test_the_value_of_a_terminating_formula_is_named() -> None:
    with pytest.raises(InputError, match=r"terminating.* its value is exactly 4/3"):
        decimal_digits(ContinuedFraction((0, 1, 0), (0, -1, 3)), 10)
    with pytest.raises(InputError, match=r"terminating.* its value is exactly infinite"):
        enclose(ContinuedFraction((0, 1, -1), (0, 1, -2)))


@pytest.mark.parametrize(("digits", "budget"), [(10**9, 100), (2.5, 100), (True, 100), (5, 0), (5, 10**9)])
def test_digits_and_budgets_out_of_range(digits: int, budget: int) -> None:
    with pytest.raises(InputError, match="must be an integer from 1 to"):
        decimal_digits(ContinuedFraction.of_key((0, 1, 1, 0, 0, 1)), digits, budget)


def test_digits_reached_within_the_budget_are_named_and_then_given() -> None:
    """Asked for more than the budget reaches, the error names a number of digits that is reached."""
    for key, budget in (((0, 0, 1, 1, 0, 0), 300), ((0, 2, 1, 1, 0, 0), 20), ((1, 1, 1, 0, 1, 1), 8)):
        formula = ContinuedFraction.of_key(key)
        with pytest.raises(InputError, match="digits must be at most") as refused:
            decimal_digits(formula, 200, budget)
        reached = int(str(refused.value).split("at most ")[1].split()[0])
        assert reached >= 1
        text = decimal_digits(formula, reached, budget)
        later = convergents_at(list(key), [3000, 3001])
        near = [abs(Fraction(text) - Fraction(int(p), int(q))) for p, q in later]
        assert min(near) < Fraction(2, 10**reached)


def test_bad_input() -> None:
    row = np.array([(0, 1, 1, 0, 0, 1)])
    with pytest.raises(InputError, match="samples must increase"):
        dynamics.dynamics(row, 100, [100])
    with pytest.raises(InputError, match="depth must be an integer"):
        dynamics_torch.dynamics(row, 1, [1])
    with pytest.raises(InputError, match="depths must increase"):
        convergents_at(row[0].tolist(), [20, 10])
    with pytest.raises(InputError, match="shape"):
        dynamics.dynamics(row[:, :5], 100, [10])
    with pytest.raises(InputError, match="digits must be an integer from 1"):
        decimal_digits(ContinuedFraction.of_key((0, 1, 1, 0, 0, 1)), 0)


def test_growth_is_that_of_the_exact_exponents() -> None:
    keys = np.concatenate([convergent(60, 6), *(convergent(20, 7, r) for r in Regime if r.converges and r.value > "p")])
    found = growth(keys, census.classify_keys(keys))
    for i, key in enumerate(keys.tolist()):
        if found["u"][i] != found["u"][i]:
            continue
        exact = exponents(ContinuedFraction.of_key(key))
        for name, value in (
            ("u", exact.u), ("v", exact.v), ("w", exact.w), ("s", exact.denominator.stretch),
            ("eta", exact.eta), ("gamma", exact.gamma), ("beta", exact.beta), ("t", -exact.error.stretch),
        ):  # fmt: skip
            assert found[name][i] == pytest.approx(float(value), abs=1e-12), (key, name)
