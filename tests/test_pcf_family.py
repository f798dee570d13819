"""Constant a and b = (n + r)(n + s): claims, counts of the census, reference values."""

from __future__ import annotations

from collections import Counter

import mpmath
import pytest

from plumbline import catalogue, runner
from plumbline.evidence import Coverage, Strength, Verdict
from plumbline.nouns import Effort
from theory.pcf.family_witnesses import limit_by_steps, rule_says_rational, steps
from theory.pcf.gamma_witnesses import limit_from_above

CLAIMS = ("pcf.family.squares", "pcf.family.checkerboard", "pcf.family.gauss_lemniscate", "pcf.euler.series")


@pytest.mark.parametrize("name", CLAIMS)
def test_claim_holds_on_its_whole_domain_and_partners_fail(name: str) -> None:
    claim, check = catalogue.claim(name), catalogue.checks("pcf")[name]
    judgement, _, _ = runner.run_check(claim, check, claim.subject, Effort())
    assert judgement.verdict is Verdict.HOLDS, judgement.reason
    assert (judgement.coverage, judgement.strength) == (Coverage.WHOLE, Strength.SYMBOLIC)
    for partner in claim.refutations:
        assert runner.try_refutation(claim, check, partner, Effort())["rejected"], partner.name


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
