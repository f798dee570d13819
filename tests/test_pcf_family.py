"""Constant a and b = (n + r)(n + s): counts of the census, reference values."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import mpmath
import pytest

from proofs_checks.pcf import euler
from theory.pcf.euler_witnesses import scales, splits
from theory.pcf.family_witnesses import limit_by_steps, rule_says_rational, steps
from theory.pcf.gamma_witnesses import limit_from_above


def test_55_formulas_of_the_census() -> None:
    """d > 0, c = 1, integer roots: 27 pi, 20 ln 2, 8 rational; the parity decides between pi and ln 2."""
    found = Counter[str]()
    roots = [(low, high) for low in range(6) for high in range(low, 6) if low + high <= 5 and low * high <= 5]
    for d in range(1, 6):
        for r, s in roots:
            constant, (a, b, c, e) = steps(d, r, s)
            found[constant] += 1
            assert (constant == "1") == rule_says_rational("stated", d, r, s)
            assert constant == "1" or (a * e != b * c and (constant == "ln 2") == ((d + r + s) % 2 == 1))
    assert found == {"pi": 27, "ln 2": 20, "1": 8}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ((1, 0, 0), "1.442695040888963407359924681001892137426645954153"),
        ((2, 0, 0), "2.3298961831627438472393536346285"),
    ],
)
def test_reference_values(key: tuple[int, int, int], expected: str) -> None:
    constant, (a, b, c, e) = steps(*key)
    with mpmath.workdps(50):
        K = mpmath.log(2) if constant == "ln 2" else +mpmath.pi
        value = key[0] + (a.numerator * K + b.numerator) / (c.numerator * K + e.numerator)
        assert mpmath.nstr(value, 30) == mpmath.nstr(mpmath.mpf(expected), 30)


@pytest.mark.parametrize("case", [(15, 0, 3), (16, 4, 4), (15, 2, 20), (15, 0, 16), (20, 5, 1)])
def test_limits_agree_with_exact_steps(case: tuple[int, int, int]) -> None:
    left, right = limit_by_steps(dict(zip("drs", case, strict=True)), {})
    with mpmath.workdps(50):
        assert abs(left - right) < mpmath.mpf(10) ** -40


@pytest.mark.parametrize(
    ("d", "r", "s", "expected"),
    [
        (2, 0, -0.5, "2.4942017128649841046729726857872147625478029994491"),
        (2, 0, 0.5, "3.2151365837457459933644995509174282207486542492685"),
        (4, 0, -0.5, "4.3543182944173436361860776977181111652383417220009"),
        (4, -0.5, -0.5, "4.1884396152264766388367699407044645432593727228256"),
    ],
)
def test_gauss_and_lemniscate_reference_values(d: int, r: float, s: float, expected: str) -> None:
    with mpmath.workdps(60):
        found = 2 * limit_from_above(d // 2, mpmath.mpf(r), mpmath.mpf(s))
        assert abs(found - mpmath.mpf(expected)) < mpmath.mpf(10) ** -45


def test_euler_series_by_another_search() -> None:
    """Degrees (1,1) and below: every formula by itself, h1 and h2 with unknown coefficients solved for."""
    side = range(-5, 6)
    found = set()
    for e, d, b1, b0 in ((e, d, b1, b0) for e in side for d in side for b1 in side if b1 for b0 in side):
        if (e, d) == (0, 0) or any(b1 * n + b0 == 0 for n in range(1, 8)):
            continue
        # h1 = x (b1 n + b0), h2 = -1/x: a = x b1 n + x b0 - 1/x, or h2 = x (b1 n + b0), h1 = -1/x
        x = Fraction(e, b1)
        if x and d in (x * b0 - 1 / x, x * (b1 + b0) - 1 / x):
            found.add((0, e, d, 0, b1, b0))
    assert found == {key for key in euler.euler_keys() if key[0] == key[3] == 0 and key[4]}
    assert len(found) == 378


def test_every_euler_series_satisfies_its_equations() -> None:
    for key in sorted(euler.euler_keys())[::40]:
        a, b = list(key[:3]), key[3:]
        top, pairs = splits(b)
        good = False
        for p, q in pairs:
            ahead = (q[0], 2 * q[0] + q[1], q[0] + q[1] + q[2])
            place = next(i for i in range(3) if p[i] or ahead[i])
            for x in scales(p[place], top * ahead[place], a[place]):
                good |= [x * p[i] - top * ahead[i] / x for i in range(3)] == a
        assert good, key
