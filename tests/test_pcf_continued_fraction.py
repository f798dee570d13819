"""Polynomial continued fractions: convergents in exact integers, equivalences, reading of a user's text."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.errors import InputError
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import (
    blind_delta,
    convergents,
    convergents_at,
    terminating_value,
)
from theory.pcf.definitions.polynomials import evaluate, integer_roots, read_polynomial, taylor_shift

COEFFICIENT = st.integers(-5, 5)
POLYNOMIAL = st.tuples(COEFFICIENT, COEFFICIENT, COEFFICIENT).filter(any)
FORMULA = st.builds(ContinuedFraction, POLYNOMIAL, POLYNOMIAL)

EXACT = [
    ((1, 1, 1, 0, 1, 1), 5, 343588, 216588, 4),
    ((1, 1, 1, 0, 1, 1), 10, 629201675808664, 396630652912464, 8),
    ((0, 2, 1, 1, 0, 0), 5, 29520, 23184, 144),
    ((0, 2, 1, 1, 0, 0), 10, 100370793600, 78831037440, 5760),
    ((-3, 4, -4, -1, -4, 2), 5, 852757, -410149, 1),
    ((-3, 4, -4, -1, -4, 2), 10, -81907824313775520, 39395114499162240, 1440),
    ((0, 0, 1, 1, 0, 0), 10, 39916800, 29400480, 1440),
]

DYNAMICS = [
    ((-3, 4, -4, -1, -4, 2), 12913.841371787, 399.505245397, -13981.232517889, 0.0826548132, 0.1172172760),
    ((0, 2, 1, 1, 0, 0), 6796.944252011, 4586.179638449, -1763.763612476, -0.7405063883, -0.2021929419),
    ((1, 1, 1, 0, 1, 1), 11832.266989365, 173.979942321, -17752.405801241, 0.5003385080, 0.5227284874),
    ((0, 0, 1, 1, 0, 0), 5918.671140355, 4922.356021020, -7.564353177, -0.9987219508, -0.9924076700),
    ((0, 1, 3, 0, -1, 0), 5925.945688047, 2.833213344, -5939.764199095, 0.0023318660, 0.0028113132),
    ((2, -3, -3, 4, -4, -3), 12504.922728965, 6601.248991466, -11806.652828945, -0.0558396013, 0.9998823366),
    ((0, 2, 3, 1, 1, -1), 6802.473388333, 723.660761326, -1769.126999712, -0.7399288614, -0.7089683285),
]

VALUES = [
    ((0, 1, 0, 0, 0, 1), "0.69777465796400798200679059255175259948665826299802"),
    ((0, 2, 1, 1, 0, 0), "1.2732395447351626861510701069801148962756771659237"),
    ((0, 1, 3, 0, -1, 0), "2.7182818284590452353602874713526624977572470937"),
    ((0, 2, 1, 0, 0, -1), "0.64209261593433070300641998659426562023027811391817"),
    ((0, 4, 2, -1, 0, 0), "1.8204784532536747872284803314722140012252721145104"),
    ((1, 1, -1, -1, -2, 0), "1.2690996955122641804370899765508820737631799934312"),
    ((2, -3, -3, 4, -4, -3), "1.2384534159000498504161920468994617597865555024408"),
    ((1, 0, 1, 0, 0, 1), "1.4553524908712927532731538683936800439634943516222"),
    ((1, 1, 1, 0, 1, 1), "1.5863667399088496545038089394166104580272772825694"),
]


@pytest.mark.parametrize(("key", "n", "p", "q", "g"), EXACT)
def test_exact_integers(key: tuple[int, ...], n: int, p: int, q: int, g: int) -> None:
    formula = ContinuedFraction.of_key(key)
    plain = list(convergents(formula, n))[-1]
    (tree,) = convergents_at(formula, [n])
    assert plain == tree
    assert (plain.p, plain.q, plain.g) == (p, q, g)
    assert plain.reduced_denominator == abs(q) // g


@pytest.mark.parametrize(("key", "log_q", "log_g", "log_error", "naive", "reduced"), DYNAMICS)
def test_dynamics_at_depth_1000(
    key: tuple[int, ...], log_q: float, log_g: float, log_error: float, naive: float, reduced: float
) -> None:
    found = blind_delta(ContinuedFraction.of_key(key), 1000)
    assert (found.log_q, found.log_g, found.log_error) == pytest.approx((log_q, log_g, log_error), rel=0, abs=1e-8)
    assert (found.naive, found.reduced) == pytest.approx((naive, reduced), rel=0, abs=1e-9)


def test_released_code_measures_one_index_earlier() -> None:
    found = blind_delta(ContinuedFraction.of_key((-3, 4, -4, -1, -4, 2)), 999, 1999)
    assert found.naive == pytest.approx(0.0826656140, abs=1e-9)
    assert found.reduced == pytest.approx(0.1169494342, abs=1e-9)


@pytest.mark.parametrize(("key", "value"), VALUES)
def test_reference_values(key: tuple[int, ...], value: str) -> None:
    (last,) = convergents_at(ContinuedFraction.of_key(key), [300])
    digits = len(value.split(".")[1])
    assert abs(last.value - Fraction(value)) < Fraction(1, 10 ** (digits - 2))


@settings(max_examples=60, deadline=None)
@given(FORMULA, st.integers(0, 60))
def test_product_tree_is_the_recurrence(formula: ContinuedFraction, n: int) -> None:
    assert convergents_at(formula, [n])[0] == list(convergents(formula, n))[-1]


@settings(max_examples=100, deadline=None)
@given(POLYNOMIAL, st.integers(-7, 7), st.integers(-20, 20))
def test_taylor_shift(polynomial: tuple[int, ...], by: int, n: int) -> None:
    assert evaluate(taylor_shift(polynomial, by), n) == evaluate(polynomial, n + by)


@settings(max_examples=200, deadline=None)
@given(POLYNOMIAL)
def test_integer_roots_are_all_zeros(polynomial: tuple[int, ...]) -> None:
    scanned = tuple(n for n in range(-12, 13) if evaluate(polynomial, n) == 0)
    constant = not any(polynomial[:2])
    assert constant or integer_roots(polynomial) == scanned


def test_integer_roots_beyond_degree_two() -> None:
    assert integer_roots((1, -6, 11, -6)) == (1, 2, 3)
    assert integer_roots((2, 0, -2, 0)) == (-1, 0, 1)
    assert integer_roots((1, 0, 0, 2)) == ()


# equivalences


@settings(max_examples=60, deadline=None)
@given(FORMULA)
def test_sign_changes_the_sign_of_each_convergent(formula: ContinuedFraction) -> None:
    for one, other in zip(convergents(formula, 12), convergents(formula.negated(), 12), strict=True):
        assert one.p * other.q == -other.p * one.q


@settings(max_examples=60, deadline=None)
@given(FORMULA)
def test_shift_is_the_first_step_of_the_fraction(formula: ContinuedFraction) -> None:
    later = list(convergents(formula.shifted(), 10))
    for n, convergent in enumerate(convergents(formula, 11)):
        if n:
            inner = later[n - 1]
            p, q = formula.a_at(0) * inner.p + formula.b_at(1) * inner.q, inner.p
            assert convergent.p * q == p * convergent.q


@settings(max_examples=60, deadline=None)
@given(FORMULA, st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_inflation_multiplies_by_its_value_at_zero(formula: ContinuedFraction, c: tuple[int, int]) -> None:
    inflated = formula.inflated(c)
    for one, other in zip(convergents(formula, 10), convergents(inflated, 10), strict=True):
        assert other.p * one.q == c[1] * one.p * other.q


@settings(max_examples=200, deadline=None)
@given(FORMULA, st.integers(-4, 4), st.sampled_from([-3, -2, -1, 1, 2, 3]))
def test_canonical_form_is_one_for_each_class(formula: ContinuedFraction, by: int, scale: int) -> None:
    canonical = formula.canonical()
    assert formula.shifted(by).inflated([scale]).canonical() == canonical
    assert canonical.canonical() == canonical


# terminating formulas


def test_a_zero_in_the_middle_gives_an_exact_rational() -> None:
    formula = ContinuedFraction((0, 1, 1), (0, 1, -4))
    assert formula.terminates_at == 4
    value = terminating_value(formula)
    assert (value.n, value.value) == (3, Fraction(1) + Fraction(-3) / (2 + Fraction(-2) / (3 + Fraction(-1, 4))))
    later = list(convergents(formula, 12))[4:]
    assert all(convergent.value == value.value for convergent in later if not convergent.is_infinite)


def test_the_value_at_zero_does_not_terminate() -> None:
    assert ContinuedFraction((0, 2, 1), (1, 0, 0)).terminates_at is None
    with pytest.raises(InputError, match="does not terminate"):
        terminating_value(ContinuedFraction((0, 2, 1), (1, 0, 0)))


def test_infinite_values_are_said_to_be_infinite() -> None:
    formula = ContinuedFraction((0, 1, -1), (0, 1, -2))  # -1 + (-1)/0
    value = terminating_value(formula)
    assert value.is_infinite
    with pytest.raises(InputError, match="infinite"):
        _ = value.value


def test_no_convergent_at_a_common_zero() -> None:
    """a(3) = b(3) = 0: p_3 = q_3 = 0, and all later convergents are the value again."""
    formula = ContinuedFraction((0, 1, -3), (0, 1, -3))
    found, value = list(convergents(formula, 6)), terminating_value(formula)
    assert (value.n, [c.value for c in found[4:]]) == (2, [value.value] * 3)
    assert (found[3].p, found[3].q, found[3].is_infinite) == (0, 0, False)
    for read in ("value", "reduced_denominator"):
        with pytest.raises(InputError, match=r"convergent 3 is undefined: p = q = 0, as a\(3\) = b\(3\) = 0"):
            getattr(found[3], read)
    with pytest.raises(InputError, match="undefined"):
        blind_delta(formula, 2, 3)


def test_oscillation_and_infinite_convergents_are_refused() -> None:
    turning = ContinuedFraction((0, 0, 1), (0, 0, -1))  # period 6 with a convergent at infinity
    assert any(convergent.is_infinite for convergent in convergents(turning, 6))
    with pytest.raises(InputError, match="infinite"):
        blind_delta(turning, 2)
    with pytest.raises(InputError, match="equal"):
        blind_delta(turning, 3, 6)
    divergent = ContinuedFraction((0, 4, 4), (-4, -5, -2))
    values = [float(c.value) for c in convergents_at(divergent, [500, 1000, 2000, 4000, 8000])]
    assert values == pytest.approx([-1.491, -0.526, -19.75, -1.686, 2.930], abs=6e-3)
    assert max(abs(y - x) for x, y in pairwise(values)) > 4


# bad input


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("n/2", "integer coefficients"),
        ("1/n", "polynomial"),
        ("n^0.5", "polynomial"),
        ("sqrt(n)", "polynomial"),
        ("log(n)", "polynomial"),
        ("n^n", "polynomial"),
        ("n-n", "zero polynomial"),
        ("0", "zero polynomial"),
        ("2n", "operator"),
        ("x+1", "unknown name"),
        ("n+", "expected"),
        ("", "expected"),
        ("__import__('os')", "not allowed"),
        ("(n+1)^100", "degree"),
        ("((n^20+1)^50*1+1)^90", "degree"),
        ("9^9^9", "exponent"),
    ],
)
def test_malformed_polynomials(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_polynomial(text)


def test_polynomials_are_read() -> None:
    assert read_polynomial("(n+1)^3 - n^3") == (3, 3, 1)
    assert read_polynomial("-n^2+4*n") == (-1, 4, 0)
    assert read_polynomial("n^3") == (1, 0, 0, 0)
    assert ContinuedFraction.read("2*n+1", "n^2").key == (0, 2, 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("a", "b", "complaint"),
    [
        ((0, 0, 0), (1, 0, 0), "a must not be the zero"),
        ((1, 0, 0), (0, 0, 0), "b must not be the zero"),
        ((1.0, 0, 0), (1, 0, 0), "integers"),
        ((True, 0, 0), (1, 0, 0), "integers"),
        ((Fraction(1, 2), 0, 0), (1, 0, 0), "integers"),
        ("n", (1, 0, 0), "sequence"),
        ((1, 0), (), "b must not be the zero"),
    ],
)
def test_bad_coefficients(a: object, b: object, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        ContinuedFraction(a, b)  # type: ignore[arg-type]


def test_bad_depths() -> None:
    formula = ContinuedFraction((0, 2, 1), (1, 0, 0))
    with pytest.raises(InputError, match="increase"):
        convergents_at(formula, [5, 5])
    with pytest.raises(InputError, match="m must exceed"):
        blind_delta(formula, 5, 5)
    with pytest.raises(InputError, match="last"):
        list(convergents(formula, -1))
    with pytest.raises(InputError, match="no zero"):
        formula.inflated([1, -3])
    with pytest.raises(InputError, match="six numbers"):
        ContinuedFraction.of_key((1, 2, 3))
