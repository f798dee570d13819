"""Irrational, rational and enclosed limits: reference counts, the census table."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline import simulate
from plumbline.errors import InputError
from plumbline.evidence import Verdict
from plumbline.nouns import Effort
from plumbline.runner import resolution, run_check
from proofs_checks.pcf import enclosure, irrational
from simulations.pcf.census import CENSUS, Settings, study
from theory.pcf import census, certificate_claims, irrationality
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import convergents
from theory.pcf.rational_limits import rational_limit, rational_limits

COEFFICIENT = st.integers(-5, 5)


def test_worpitzky_constant_is_sharp() -> None:
    claim, check = certificate_claims.worpitzky, enclosure.worpitzky
    reached = run_check(claim, check, claim.subject, Effort())[0]
    holds, rejected = resolution(claim, check, Effort(), reached)
    assert holds == 1.0 and rejected is not None and rejected > 0.999


def test_counts_of_certificates() -> None:
    """178,970 is an exact enumeration; one more is not accepted, though no plain recount is made of it."""
    found = irrational.counts()
    assert found == {"by_size": 755642, "by_gcd": 178970, "by_gcd_linear": 466}
    assert (irrational.by_size(), irrational.by_gcd_linear()) == (755642, 466)
    keys, kinds = irrational.keys(), irrational.kinds()
    (da, *_), (db, *_) = census.leading_arrays(keys[:, :3]), census.leading_arrays(keys[:, 3:])
    by_size = {
        degrees: 2 * int(((da == degrees[0]) & (db == degrees[1]) & (kinds == irrationality.BY_SIZE)).sum())
        for degrees in ((1, 0), (1, 1), (2, 0), (2, 1), (2, 2))
    }
    assert by_size == {(1, 0): 1100, (1, 1): 4342, (2, 0): 12100, (2, 1): 108900, (2, 2): 629200}
    claim = certificate_claims.irrational
    judgement, _, _ = run_check(claim, irrational.irrational, claim.subject.replace(by_gcd=178971), Effort())
    assert judgement.verdict is not Verdict.HOLDS


@given(st.tuples(*[COEFFICIENT] * 6), st.sampled_from([(2, 4, 1), (2, 4, 3), (3, 3, 2), (5, 2, 1), (7, 2, 2)]))
@settings(max_examples=40, deadline=None)
def test_compiled_blocks_are_the_definition(key: tuple[int, ...], plan: tuple[int, int, int]) -> None:
    p, w, longest = plan
    if not (any(key[:3]) and any(key[3:])):
        return
    formula = ContinuedFraction.of_key(key)
    wanted = max(Fraction(irrationality.block_valuation(formula, p, w, p * j), p * j) for j in range(1, longest + 1))
    v, length = irrationality.gcd_rates(np.array([key]), (plan,))[p][0]
    assert Fraction(int(v), int(length)) == wanted


def test_certified_powers_divide_exact_gcds() -> None:
    for key in ((-3, 4, -4, -1, -4, 2), (1, 0, -5, 5, 1, 2), (2, 1, 1, 4, 2, 1)):
        found = list(convergents(ContinuedFraction.of_key(key), 60))
        for p, ((v, length),) in irrationality.gcd_rates(np.array([key])).items():
            assert all(c.g % p ** (int(v) * (c.n // int(length))) == 0 for c in found[1:])


@pytest.mark.parametrize(
    ("A", "B", "rates", "positive"),
    [
        (1, 1, {}, False),
        (1, 1, {2: Fraction(1, 12)}, True),
        (1, 2, {2: Fraction(1)}, False),
        (2, 3, {3: Fraction(1)}, True),
        (4, 5, {2: Fraction(1, 4)}, False),
        (4, 5, {2: Fraction(1, 3)}, True),
        (1, 5, {2: Fraction(3, 4), 3: Fraction(1)}, True),
        (1, 5, {2: Fraction(3, 4), 3: Fraction(98, 100)}, False),
    ],
)
def test_slopes(A: int, B: int, rates: dict[int, Fraction], positive: bool) -> None:
    assert irrationality.slope_is_positive(A, B, rates) is positive


def test_known_limits() -> None:
    assert rational_limit(ContinuedFraction.of_key((5, 0, 2, -5, -5, -1))).value == 0  # type: ignore[union-attr]
    assert rational_limit(ContinuedFraction.of_key((5, 0, -3, -5, -5, -1))).value is None  # type: ignore[union-attr]
    assert rational_limit(ContinuedFraction.of_key((1, 1, 1, 1, 1, 1))) is None
    with pytest.raises(InputError, match="degrees"):
        rational_limit(ContinuedFraction.of_key((0, 1, 1, 1, 0, 1)))
    with pytest.raises(InputError, match="terminate"):
        rational_limit(ContinuedFraction.of_key((1, 1, 1, 1, 0, -1)))


def test_list_of_rational_limits() -> None:
    """A > 0 stands for both signs of a; neither sign of any of them has a certificate."""
    limits = irrational.listed()
    assert 2 * len(limits) == 3276 + 856
    degrees = [len(x.coefficients) - 1 for key, x in limits if key[0]]
    assert (2 * np.bincount(degrees)).tolist() == [2222, 752, 184, 44, 60, 8, 4, 2]
    rows = np.array([key for key, _ in limits])
    other = rows * [-1, -1, -1, 1, 1, 1]
    assert not irrationality.certificates(np.vstack([rows, other])).any()
    for row, found in rational_limits(other[::7]).items():
        value, opposite = found.value, limits[7 * row][1].value
        assert (value is None and opposite is None) or (value is not None and value == -(opposite or 0))
    assert len(rational_limits(other[::7])) == len(other[::7])


def test_deeper_certificates_prove_more_and_never_a_rational_limit() -> None:
    rows = irrational.keys()[:: 2 * 331]
    deeper = irrationality.certificates(rows, irrationality.DEEPER) > 0
    standard = irrationality.certificates(rows) > 0
    assert (standard <= deeper).all() and deeper.sum() > standard.sum()
    known = np.array([key for key, _ in irrational.listed()])[::10]
    assert not irrationality.certificates(known, irrationality.DEEPER).any()


def test_census_table() -> None:
    settings_ = Settings(shards=2, largest=2, rows=None, depth=200, sample=50, gcd_rows=40, bits=64)
    parts = [study(settings_, shard, np.random.SeedSequence(shard), "cpu") for shard in range(2)]
    frames = [simulate.check_columns(CENSUS, part, "test") for part in parts]
    assert sum(map(len, frames)) == 124**2
    for frame in frames:
        labels = frame["label"].astype(str)
        assert ((labels == "RATIONAL") <= (frame["exact"] != "")).all()
        assert ((labels == "ENCLOSED") <= (frame["centre"] != "")).all()
        assert ((labels == "IRRATIONAL") <= (frame["irrational"].astype(str) != "")).all()
        assert frame.loc[labels == "DIVERGENT", ["value", "log_q", "delta"]].isna().all().all()
        both = (frame["exact"] != "") & (frame["centre"] != "")
        for exact, centre, radius in frame.loc[both, ["exact", "centre", "radius"]].itertuples(index=False):
            assert abs(Fraction(exact) * 2**68 - int(centre)) <= int(radius)
        assert (frame["log_g"].notna().sum()) == 80
