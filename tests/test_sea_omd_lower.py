"""Lower bounds of sea_omd: reference values, enumerated learners against them, claims with their partners."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from plumbline import runner, witness_script
from plumbline.evidence import Coverage, Strength, Verdict
from plumbline.nouns import Check, Claim, Effort
from proofs_checks.sea_omd import lower_bias, lower_quadratic, lower_signs
from theory.sea_omd import lower_bounds, lower_claims, lower_witnesses
from theory.sea_omd.definitions import paths

CLAIMS = [claim for claim in vars(lower_claims).values() if isinstance(claim, Claim)]
CHECKS = {
    entry.claim: entry
    for room in (lower_bias, lower_quadratic, lower_signs)
    for entry in vars(room).values()
    if isinstance(entry, Check)
}
CERTIFIED = {"sea_omd.lower.pseudo_limit"}

Learner = Callable[[list[float]], paths.Path]


# Reference values


def test_mean_of_a_walk() -> None:
    wanted = {1: "1", 2: "1", 3: "3/2", 4: "3/2", 10: "2.4609375"}
    for rounds, value in wanted.items():
        assert lower_bounds.mean_absolute_walk(rounds) == Fraction(value) == lower_witnesses.mean_absolute_sum(rounds)
    assert float(lower_bounds.mean_absolute_walk(100)) == pytest.approx(7.958923738717876, abs=1e-14)


def test_value_of_the_biased_game() -> None:
    wanted = {"1/4": Fraction(210445853, 268435456), "2/5": Fraction(110452033, 125000000)}
    for bias, value in wanted.items():
        exact = Fraction(bias)
        assert lower_bounds.pseudo_bound(10, exact) == value == exact * lower_witnesses.error_sum(10, exact)
        assert lower_bounds.pseudo_bound(10, float(exact)) == pytest.approx(float(value), abs=1e-14)


def test_gaussian_maximum() -> None:
    with mpmath.workdps(40):
        place = mpmath.mpf("1.246858674624610653077332")
        value = lower_bounds.gaussian_game.mpmath(dps=40, c=place)
        assert abs(value - mpmath.mpf("0.264894279761372360501328")) < mpmath.mpf(10) ** -24
        assert abs(value - lower_witnesses.gaussian_integral(place)) < mpmath.mpf(10) ** -35
        assert 0 < value - lower_bounds.best_value.mpmath(dps=40) < mpmath.mpf(10) ** -18
        assert 0 < place - lower_bounds.best_strength.mpmath(dps=40) < mpmath.mpf(10) ** -18


@pytest.mark.parametrize("c", [0.2, 1.0, 1.2468586746246107, 3.0])
def test_both_closed_forms_are_the_limit(c: float) -> None:
    tail, density = float(ndtr(-c)), math.exp(-(c**2) / 2) / math.sqrt(2 * math.pi)
    value = lower_bounds.gaussian_game.numpy(c=c)
    assert value == pytest.approx(lower_bounds.gaussian_value.numpy(c=c, P=tail, q=density), abs=1e-14)
    assert value == pytest.approx(c * quad(lambda s: ndtr(-c * math.sqrt(s)), 0, 1)[0], abs=1e-9)
    gaps = [lower_bounds.pseudo_bound(T, c / math.sqrt(T)) / math.sqrt(T) - value for T in (400, 40_000)]
    assert abs(gaps[1]) < 1e-4 and abs(gaps[1]) < abs(gaps[0]) / 5


def test_errors_of_the_majority() -> None:
    for bias in (Fraction(1, 4), Fraction(9, 10)):
        closed = list(lower_bounds.majority_errors(12, bias))
        assert closed == [lower_witnesses.majority_error(t, bias) for t in range(12)]


# Enumerated learners against the bounds


def _descent(slopes: list[float]) -> paths.Path:
    step = paths.adaptive_step(2.0, 1.0, 0.0)
    return paths.optimistic_mirror_descent(paths.slopes_of(slopes), len(slopes), step, paths.centred(2.0))


def _leader(slopes: list[float]) -> paths.Path:
    return paths.optimistic_ftrl(paths.slopes_of(slopes), len(slopes), 4.0, paths.centred(2.0))


@pytest.mark.parametrize("learner", [_descent, _leader])
@pytest.mark.parametrize("bias", [0.25, 0.4])
def test_learners_pay_the_biased_game(learner: Learner, bias: float) -> None:
    """D = 2, G = 1, ten rounds, all sign paths: the larger pseudo-regret exceeds 2 B(10, Delta)."""
    regrets = []
    for theta in (1, -1):
        total = 10 * bias
        for signs in itertools.product((1.0, -1.0), repeat=10):
            mass = math.prod((1 + theta * bias * sign) / 2 for sign in signs)
            total += mass * float(learner(list(signs)).loss)
        regrets.append(total)
    assert max(regrets) >= 2 * lower_bounds.pseudo_bound(10, bias)


@pytest.mark.parametrize("learner", [_descent, _leader])
def test_learners_pay_the_same_for_fair_signs(learner: Learner) -> None:
    """Hindsight regret (GD/2) E|S_10| = 2.4609375 whatever is played; pseudo-regret 0."""
    played = [learner(list(signs)) for signs in itertools.product((1.0, -1.0), repeat=10)]
    assert sum(float(path.hindsight_regret) for path in played) / 2**10 == pytest.approx(2.4609375, abs=1e-12)
    assert sum(float(path.loss) for path in played) / 2**10 == pytest.approx(0, abs=1e-12)


def test_noisy_quadratics_by_simulation_of_averaging() -> None:
    """Averaging's exact regret lies above the bound, and their ratio tends to 1."""
    for rounds, most in ((10**3, 1.9), (10**60, 1.04)):
        data = {"lam": "2", "s": "2", "D": "2", "T": str(rounds)}
        left, right = lower_witnesses.averaging_game(
            data, {"bound": lambda **at: lower_bounds.strong_regret.mpmath(dps=30, **at)}
        )
        assert 1 < left / right < most


# Claims and partners


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claims_hold_everywhere(claim: Claim) -> None:
    judgement, _, _ = runner.run_check(claim, CHECKS[claim.id], claim.subject, Effort())
    assert (judgement.verdict, judgement.coverage) == (Verdict.HOLDS, Coverage.WHOLE), judgement.reason
    assert judgement.strength is (Strength.CERTIFIED if claim.id in CERTIFIED else Strength.SYMBOLIC)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_partners_are_rejected(claim: Claim) -> None:
    for partner in claim.refutations:
        outcome = runner.try_refutation(claim, CHECKS[claim.id], partner, Effort())
        assert outcome["rejected"], (partner.name, outcome["reason"])


def test_derivations_alone_do_not_accept_what_is_too_strong() -> None:
    """Without its attacks a check of a slightly stronger bound is undecided, never holds."""
    more = Fraction(1001, 1000)
    stronger = [
        (lower_claims.hindsight, {"walk": lower_bounds.mean_absolute.scaled(more)}),
        (lower_claims.majority, {"drop": lower_bounds.majority_drop.scaled(more)}),
        (lower_claims.pseudo, {"bound": lower_bounds.pseudo_regret.scaled(more)}),
        (lower_claims.pseudo_limit, {"value": lower_bounds.best_value.scaled(1 + Fraction(1, 10**17))}),
        (lower_claims.strong, {"bound": lower_bounds.strong_regret.scaled(more)}),
        (lower_claims.sachs_lower_convex, {"bound": lower_bounds.sachs_convex.scaled(more)}),
    ]
    for claim, replaced in stronger:
        findings = list(CHECKS[claim.id].function(claim.subject.replace(**replaced), Effort()))
        derived = [finding for finding in findings if finding.engine == "derivation"]
        assert any(finding.verdict is not Verdict.HOLDS for finding in derived), claim.id


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_witnesses_run_by_themselves(claim: Claim, tmp_path: Path) -> None:
    outcome = runner.try_refutation(claim, CHECKS[claim.id], claim.refutations[0], Effort())
    script = tmp_path / "witness.py"
    script.write_text(witness_script.script(claim, outcome))
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "shown: left" in done.stdout
