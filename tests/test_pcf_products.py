"""Hypergeometric minimal solutions for d_a <= 1, d_b = 2, and infinite limits: recurrences, known limits, counts."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.errors import InputError
from plumbline.evidence import Verdict
from plumbline.nouns import Effort
from plumbline.runner import run_check
from proofs_checks.pcf import infinite, products
from theory.pcf import census, product_claims, product_witnesses
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import convergents
from theory.pcf.enclosures import enclose
from theory.pcf.product_claims import PRODUCTS
from theory.pcf.product_limits import ProductLimit, degree, product_limit, product_limits
from theory.pcf.quadratic import QuadraticNumber
from theory.pcf.reduction import is_square

MIRROR = [-1, -1, -1, 1, 1, 1]


def limit_of(*key: int) -> ProductLimit | None:
    return product_limit(ContinuedFraction.of_key(key))


def at(product: ProductLimit, n: int) -> Fraction:
    """C(n), for rational z."""
    return sum((c * Fraction(n) ** k for k, c in enumerate(product.coefficients)), Fraction(0))


def test_counts() -> None:
    assert dict(products.counts()) == PRODUCTS
    degrees = [len(found.coefficients) - 1 for key, found in products.listed() if key[1] and found.value is not None]
    assert max(degrees) == 11
    constant = [key for key, found in products.listed() if key[1] and len(found.coefficients) == 1]
    rational = [key for key in constant if limit_of(*key).value.is_rational]  # type: ignore[union-attr]
    assert 2 * len(rational) == 218


@pytest.mark.parametrize(
    "key", [key for key, found in products.listed() if found.value is None], ids=lambda key: ",".join(map(str, key))
)
def test_infinite_limits_have_q_as_minimal_solution(key: tuple[int, ...]) -> None:
    """The solution from the closed formula has the initial values of q_n up to a factor, and is q_n from then on."""
    formula, found = ContinuedFraction.of_key(key), limit_of(*key)
    assert found is not None and found.value is None and at(found, 0) == 0
    product, computed = Fraction(1), []
    for n in range(31):
        product *= found.z * (n + 1 + found.r)
        computed.append(product * at(found, n + 1))
    expected = [Fraction(c.q, 1) for c in convergents(formula, 30)]
    assert [value / computed[0] for value in computed] == expected


def test_the_family_with_factorials() -> None:
    """q_n = (-1)^n (n+1) (n+1)!."""
    factorials = [
        key
        for key, product in products.listed()
        if product.value is None and (product.z, product.r, product.coefficients) == (-1, 0, (0, 1))
    ]
    assert factorials
    for key in factorials:
        assert [c.q for c in convergents(ContinuedFraction.of_key(key), 4)] == [1, -4, 18, -96, 600]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ((0, 0, 1, 1, 2, 0), QuadraticNumber(2)),
        ((0, 1, 1, 1, 1, 0), QuadraticNumber(Fraction(1, 2), Fraction(1, 2), 5)),
        ((0, 1, 2, 1, 3, 2), QuadraticNumber(1, 1, 5)),
    ],
)
def test_known_limits(key: tuple[int, ...], value: QuadraticNumber) -> None:
    assert limit_of(*key).value == value  # type: ignore[union-attr]


def test_inputs_are_refused() -> None:
    assert limit_of(0, 1, 1, 1, 0, 1) is None
    for key in ((1, 1, 1, 1, 1, 1), (0, 1, 1, 0, 1, 1), (0, 1, 1, 1, 0, -1), (0, 1, 1, -3, 0, 1)):
        with pytest.raises(InputError, match="Delta"):
            limit_of(*key)
    with pytest.raises(InputError, match="at most 100"):
        product_limits(np.array([[0, 1, 1, 101, 0, 1]]))


def test_no_degree_is_overlooked() -> None:
    """rho in float64, with complex w, is near an integer >= 0 only where it is one: about 45,000 formulas."""
    keys = census.keys()
    keys = keys[(keys[:, 0] == 0) & (keys[:, 3] != 0) & (census.leading_arrays(keys[:, :3])[1] > 0)]
    keys = keys[(census.first_zero(keys[:, 3:]) == 0) & (keys[:, 1] ** 2 + 4 * keys[:, 3] > 0)]
    _, e, d, c, b1, b0 = keys.T
    w, s = np.sqrt((b1 * b1 - 4 * c * b0).astype(complex)), np.sqrt((e * e + 4 * c).astype(float))
    seen = np.zeros(len(keys), dtype=bool)
    for sign in (1, -1):
        rho = -((2 * c * d - e * (b1 + c)) / s + sign * w + c) / (2 * c)
        seen |= (np.abs(rho - np.round(rho.real)) < 1e-9) & (rho.real > -0.5)
    exact = [_degrees(tuple(key)) for key in keys.tolist()]
    assert seen.tolist() == exact and sum(exact) == len(products.listed()) == 385


def _degrees(key: tuple[int, ...]) -> bool:
    disc = key[4] ** 2 - 4 * key[3] * key[5]
    found = [degree(key, w) for w in (math.isqrt(disc), -math.isqrt(disc))] if is_square(disc) else []
    return any(rho is not None and rho.denominator == 1 and rho >= 0 for rho in found)


def test_mirror_images_have_opposite_limits() -> None:
    keys = np.array([key for key, _ in products.listed()][::5])
    other = product_limits(keys * MIRROR)
    for row, found in product_limits(keys).items():
        value = found.value
        assert other[row].value == (None if value is None else -value)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_limits_lie_in_enclosures(pick: int) -> None:
    finite = [(key, found.value) for key, found in products.listed() if found.value is not None and key[1]]
    key, value = finite[pick % len(finite)]
    ball = enclose(ContinuedFraction.of_key(key), 30, 1000)
    assert (abs(value - Fraction(ball.centre, 2**ball.scale)) - Fraction(ball.radius, 2**ball.scale)).sign <= 0


def test_infinite_limits_are_all_that_have_a_pole() -> None:
    found = infinite.counts()
    assert (found["finite"], found["both"], found["open"]) == (1549560, 0, 0)
    assert sum(found[name] for name in ("quadratic", "linear", "mixed")) == 1549766 - 1549560 == 206


def test_intervals_without_pole_are_those_of_the_definition() -> None:
    keys = np.array([(1, 1, 1, 5, 1, 1), (0, 1, -5, 2, -1, 0), (0, 0, 3, 0, 2, 1), (2, -3, -3, 4, -4, -3)])
    assert infinite.without_pole(keys).tolist() == [True, False, True, True]


def test_counts_in_plain_python() -> None:
    """A sample of the witness program's solutions solves the recurrence of its formula."""
    for key, r, C in product_witnesses.all_solutions()[::40]:
        assert product_witnesses.solves(key, r, C)
        assert not product_witnesses.solves(key, r + 1, C)


def test_a_wrong_number_of_finite_limits_does_not_hold() -> None:
    claim = product_claims.infinite
    judgement, _, _ = run_check(claim, infinite.infinite, claim.subject.replace(finite=1549562), Effort())
    assert judgement.verdict is not Verdict.HOLDS
