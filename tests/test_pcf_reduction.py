"""Periods modulo a prime, the density of nilpotent ones, and the reference values of both."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from plumbline import catalogue, runner
from plumbline.errors import InputError
from plumbline.evidence import Coverage, Strength
from plumbline.nouns import Effort
from proofs_checks.engines.derivation import StepFailed
from proofs_checks.pcf import reduction_trace
from theory.pcf import reduction
from theory.pcf.reduction_periods import PRIMES, formulas_linear_a, periods, values_modulo
from theory.pcf.reduction_witnesses import case_by, legendre, period


@pytest.mark.parametrize(
    ("key", "prime", "expected"),
    [
        ((0, 2, 1, 1, 1, -1), 101, (99, 0)),
        ((0, 0, 3, 2, 1, 1), 103, (0, 48)),
        ((0, 4, 1, -4, 3, 2), 107, (54, 0)),
        ((0, 3, 1, 0, 2, 5), 101, (33, 0)),
    ],
)
def test_reference_traces_and_determinants(key: tuple[int, ...], prime: int, expected: tuple[int, int]) -> None:
    assert period(list(key[:3]), list(key[3:]), prime) == expected
    found = periods(np.array([key[:3]]), np.array([key[3:]]), prime)
    assert tuple(int(x[0]) for x in found) == expected


def test_arrays_agree_with_single_periods() -> None:
    draw = random.Random(3)
    keys = np.array([[draw.randint(-9, 9) for _ in range(6)] for _ in range(40)])
    for prime in (3, 5, 7, 157, 1009):
        traces, determinants = periods(keys[:, :3], keys[:, 3:], prime)
        for key, found in zip(keys.tolist(), zip(traces, determinants, strict=True), strict=True):
            assert period(key[:3], key[3:], prime) == found


def test_primes_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="prime"):
        periods(np.zeros((1, 3), dtype=int), np.zeros((1, 3), dtype=int), 2)
    assert values_modulo(np.array([[1, 2, 3]]), 4, 7).tolist() == [27 % 7]


def _legendre(values: np.ndarray, prime: int) -> np.ndarray:
    return np.array([legendre(x, prime) for x in range(prime)])[values % prime]


def test_trace_formula_on_the_complete_census() -> None:
    """789,120 pairs of formula and prime: no failure."""
    keys, checked = formulas_linear_a(), 0
    _, e, d, c, b1, b0 = keys.T
    delta, t, disc = e * e + 4 * c, 2 * c * d - e * (b1 + c), b1 * b1 - 4 * c * b0
    for prime in PRIMES:
        traces, determinants = periods(keys[:, :3], keys[:, 3:], prime)
        assert not np.any((2 * c * traces - t * (1 - _legendre(delta, prime))) % prime)
        assert not np.any((c * determinants - np.where(_legendre(disc, prime) == -1, disc, 0)) % prime)
        checked += len(keys)
    assert checked == 789_120


@pytest.mark.parametrize("prime", [3, 5, 7])
def test_trace_formula_on_all_residues(prime: int) -> None:
    side = np.arange(prime)
    e, d, c, b1, b0 = (x.ravel() for x in np.meshgrid(side, side, side, side, side, indexing="ij"))
    zero = 0 * e
    traces, determinants = periods(np.stack([zero, e, d], 1), np.stack([c, b1, b0], 1), prime)
    t, disc = 2 * c * d - e * (b1 + c), b1 * b1 - 4 * c * b0
    assert not np.any((2 * c * traces - t * (1 - _legendre(e * e + 4 * c, prime))) % prime)
    quadratic = c != 0
    expected = np.where(_legendre(disc, prime) == -1, disc, 0)
    assert not np.any(((c * determinants - expected) % prime)[quadratic])
    linear = (c == 0) & (b1 != 0)
    assert not np.any(determinants[linear])
    assert not np.any(((e * traces + b1) % prime)[linear & (e != 0)])
    assert not np.any((traces - d)[linear & (e == 0)] % prime)


def test_without_a_step_of_the_derivation_only_instances_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    claim, check = catalogue.claim("pcf.fr.trace"), catalogue.checks("pcf")["pcf.fr.trace"]

    def broken(d: object) -> object:
        raise StepFailed("broken on purpose")

    monkeypatch.setattr(reduction_trace, "_triangle", broken)
    judgement, _, _ = runner.run_check(claim, check, claim.subject, Effort())
    assert judgement.coverage is Coverage.INSTANCES
    assert judgement.strength is Strength.SEARCHED


def test_cluster_is_square_c_and_square_disc() -> None:
    keys = formulas_linear_a()
    sub2 = [key[1:] for key in keys.tolist() if key[1] == 0 and key[3] > 0]
    full = [key for key in sub2 if reduction.case_of(*key) == "both"]
    assert 2 * len(full) == 310
    assert {key[2] for key in full} == {1, 4}


def test_cases_agree_with_the_witness_program() -> None:
    for key in formulas_linear_a()[::37].tolist():
        at = dict(zip(("e", "d", "c", "b1", "b0"), key[1:], strict=True))
        assert reduction.case_of(*key[1:]) == case_by("stated", at)


def test_density_constants() -> None:
    values = {case: Fraction(int(formula.mpmath() * 4), 4) for case, formula in reduction.density_of.items()}
    assert values == {
        "both": 1,
        "one": Fraction(1, 2),
        "same": Fraction(1, 2),
        "neither": Fraction(1, 4),
        "degenerate": 0,
    }
