"""Scalar lemmas of sea_omd: reference values, other ways to compute both sides, claims with their partners."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest

from plumbline import runner, standing, witness_script
from plumbline.evidence import Coverage, Strength, Verdict
from plumbline.formula import Formula, log
from plumbline.nouns import Check, Claim, Effort
from proofs_checks.sea_omd import expconcave, harmonic, hedge, logdet
from theory.sea_omd import scalar_bounds, scalar_claims, scalar_witnesses

CLAIMS = [claim for claim in vars(scalar_claims).values() if isinstance(claim, Claim)]
CHECKS = {
    entry.claim: entry
    for room in (expconcave, harmonic, hedge, logdet)
    for entry in vars(room).values()
    if isinstance(entry, Check)
}
Z = "-1.6237727561063439574649038065"


# Reference values


def test_root_of_the_scalar_inequality() -> None:
    with mpmath.workdps(40):
        root = mpmath.findroot(lambda z: mpmath.log(1 - z) + z + z**2 / 4, -1.62)
        assert abs(root - mpmath.mpf(Z)) < mpmath.mpf(10) ** -27
        stated = scalar_bounds.quadratic_threshold.mpmath(dps=40)
        assert 0 < stated - root < mpmath.mpf(10) ** -19
        assert 2 * mpmath.mpf("0.8118863780531719787") == -stated
        gap = -mpmath.log(mpmath.mpf("2.7")) + mpmath.mpf("1.7") - mpmath.mpf("1.7") ** 2 / 4
        assert mpmath.nstr(gap, 3) == "-0.0158"


def test_published_rate_is_smaller() -> None:
    """By a factor of at most 2 x 0.8118.../(1/4) = 6.495."""
    draw, ratios = random.Random(0), []
    for _ in range(200):
        at = {name: math.exp(draw.uniform(-6, 6)) for name in ("alpha", "G", "D")}
        ratios.append(scalar_bounds.quadratic_rate.numpy(**at) / scalar_bounds.published_rate.numpy(**at))
    assert min(ratios) >= 1 and 6.49 < max(ratios) < 6.4951


def test_harmonic_number() -> None:
    assert float(scalar_witnesses.harmonic_number(16)) == pytest.approx(3.38072899322899, abs=1e-14)


def test_the_log_form_fails_for_a_cap_above_the_sum() -> None:
    s, cap = 1.0, 3.0
    assert s > cap * (1 + math.log(s / cap))
    assert s == scalar_bounds.capped_log.numpy(y=s / cap, Y=cap) < scalar_bounds.smooth_log.numpy(y=s / cap, Y=cap)


# Both sides by other means


def test_elliptical_sums_against_numpy() -> None:
    for data in logdet.drawn_vectors(6, 11):
        vectors = np.array([[float(Fraction(x)) for x in vector] for vector in data["vectors"]])
        matrix, total = float(Fraction(data["eps"])) * np.eye(vectors.shape[1]), 0.0
        for v in vectors:
            matrix = matrix + np.outer(v, v)
            total += v @ np.linalg.solve(matrix, v)
        found, determinant, squares = scalar_witnesses.elliptical_sums(data)
        scaled = np.linalg.slogdet(matrix / float(Fraction(data["eps"])))[1]
        assert float(found) == pytest.approx(total, abs=1e-9)
        assert math.log(determinant) == pytest.approx(scaled, abs=1e-9)
        assert float(squares) == pytest.approx((vectors**2).sum())


@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_hedge_regret_is_what_its_divergences_say(rounds: int) -> None:
    """The exact identity behind the bound, in floats, from the laws themselves."""
    draw = np.random.default_rng(rounds)
    eps, losses, hints = 0.7, draw.normal(size=(rounds, 3)), draw.normal(size=(rounds, 3))

    def law(height: np.ndarray) -> np.ndarray:
        weights = np.exp(-eps * height)
        return weights / weights.sum()

    total, regret, right, q = np.zeros(3), 0.0, math.log(3) / eps, law(np.zeros(3))
    for loss, hint in zip(losses, hints, strict=True):
        p = law(total + hint)
        total = total + loss
        after = law(total)
        regret += loss @ p - loss[1]
        divergences = p @ np.log(p / q) + after @ np.log(after / p)
        right += (loss - hint) @ (p - after) - divergences / eps
        q = after
    assert regret == pytest.approx(right + math.log(q[1]) / eps, abs=1e-12)


def test_repeated_rounds_are_those_played_one_by_one() -> None:
    game = hedge.alternating_hints("1/2", "3/4", 4)
    long = {"eps": game["eps"], "rounds": game["rounds"] * 4}
    for one, other in zip(scalar_witnesses.hedge_run(game), scalar_witnesses.hedge_run(long), strict=True):
        assert float(abs(one - other)) < 1e-14


def test_half_of_the_movement_term_is_too_much() -> None:
    """Two experts, ten rounds, eps = 1, zero losses and the hints +-1/2: 1/(2 eps) fails, 1/(4 eps) holds."""
    regret, variation, movement = scalar_witnesses.hedge_run(hedge.alternating_hints("1", "1/2", 5))
    assert (regret, variation) == (0, 2.5)
    assert float(movement) == pytest.approx(36 * math.tanh(0.5) ** 2)
    assert math.log(2) + 2.5 - float(movement) / 2 < -0.65 < 0 < math.log(2) + 2.5 - float(movement) / 4


# Claims and partners


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claims_hold_everywhere(claim: Claim) -> None:
    judgement, _, _ = runner.run_check(claim, CHECKS[claim.id], claim.subject, Effort())
    wanted = Strength.CERTIFIED if claim.id.endswith("expconcave") else Strength.SYMBOLIC
    assert (judgement.verdict, judgement.coverage) == (Verdict.HOLDS, Coverage.WHOLE), judgement.reason
    assert judgement.strength is wanted


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_partners_are_rejected(claim: Claim) -> None:
    for partner in claim.refutations:
        outcome = runner.try_refutation(claim, CHECKS[claim.id], partner, Effort())
        assert outcome["rejected"], (partner.name, outcome["reason"])


def test_derivations_alone_do_not_accept_what_is_too_strong() -> None:
    """Without its attacks a check of a slightly stronger bound is undecided, never holds."""
    stronger = [
        (scalar_claims.logdet, {"trace": scalar_bounds.log_trace.scaled(Fraction(999, 1000))}),
        (scalar_claims.harmonic, {"bound": scalar_bounds.harmonic_log.scaled(Fraction(999, 1000))}),
        (scalar_claims.expconcave, {"rate": scalar_bounds.quadratic_rate.scaled(Fraction(1001, 1000))}),
        (scalar_claims.hedge_rvu, {"gained": scalar_bounds.hedge_gained.scaled(Fraction(1001, 1000))}),
    ]
    for claim, replaced in stronger:
        findings = list(CHECKS[claim.id].function(claim.subject.replace(**replaced), Effort()))
        derived = [finding for finding in findings if finding.engine == "derivation"]
        assert any(finding.verdict is Verdict.INCONCLUSIVE for finding in derived), claim.id
        kept = [finding for finding in findings if finding.verdict is not Verdict.VIOLATED]
        assert standing.judge(claim, kept).coverage is not Coverage.WHOLE


def test_a_looser_bound_is_accepted() -> None:
    looser = Formula(
        "looser", list(scalar_bounds.log_trace.variables), lambda d, q, eps: 2 * d * log(1 + q / (d * eps))
    )
    subject = scalar_claims.logdet.subject.replace(trace=looser)
    judgement, _, _ = runner.run_check(scalar_claims.logdet, logdet.logdet, subject, Effort())
    assert judgement.verdict is Verdict.HOLDS


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_witnesses_run_by_themselves(claim: Claim, tmp_path: Path) -> None:
    outcome = runner.try_refutation(claim, CHECKS[claim.id], claim.refutations[0], Effort())
    script = tmp_path / "witness.py"
    script.write_text(witness_script.script(claim, outcome))
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "shown: left" in done.stdout
