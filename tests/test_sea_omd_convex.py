"""The convex smooth case: reference values, claims with their partners, and attacks that must be seen to work."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from plumbline import runner
from plumbline.evidence import Coverage, Strength, Verdict
from plumbline.formula import Formula
from plumbline.nouns import Check, Claim, Effort, Expects, Subject
from proofs_checks.engines import enumeration
from proofs_checks.sea_omd import (
    cases,
    convex,
    convex_games,
    convex_paths,
    convex_samples,
    convex_sea,
    leader,
    oftrl,
    oftrl_sea,
    tuning,
)
from proofs_checks.sea_omd.convex_games import Setting
from theory.sea_omd import (
    case_claims,
    convex_bounds,
    convex_claims,
    convex_witnesses,
    oftrl_bounds,
    oftrl_claims,
    sharper_claims,
)
from theory.sea_omd.definitions import finite_games, paths

CLAIMS = list(
    {
        claim.id: claim
        for module in (convex_claims, sharper_claims, oftrl_claims, case_claims)
        for claim in vars(module).values()
        if isinstance(claim, Claim)
    }.values()
)
CHECKS = {
    entry.claim: entry
    for room in (convex, convex_sea, tuning, oftrl, leader, oftrl_sea, cases)
    for entry in vars(room).values()
    if isinstance(entry, Check)
}
ZERO, ONE, TWO = Fraction(0), Fraction(1), Fraction(2)


def ids(claim: Claim) -> str:
    return claim.id


@pytest.mark.parametrize("claim", CLAIMS, ids=ids)
def test_claim_as_expected_on_its_whole_domain(claim: Claim) -> None:
    judgement, _, _ = runner.run_check(claim, CHECKS[claim.id], claim.subject, Effort())
    if claim.expects is Expects.VIOLATED:
        assert (judgement.verdict, judgement.strength) == (Verdict.VIOLATED, Strength.CERTIFIED)
        return
    assert (judgement.verdict, judgement.coverage) == (Verdict.HOLDS, Coverage.WHOLE), judgement.reason
    assert judgement.strength is Strength.SYMBOLIC


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        pytest.param(claim, partner.name, id=f"{claim.id}: {partner.name}")
        for claim in CLAIMS
        for partner in claim.refutations
    ],
)
def test_partner_is_rejected_by_a_witness(claim: Claim, name: str) -> None:
    partner = next(partner for partner in claim.refutations if partner.name == name)
    found = runner.try_refutation(claim, CHECKS[claim.id], partner, Effort())
    assert found["rejected"], found["reason"]


# Paths


def regret(slopes: list[float], *, hints: bool = True) -> tuple[float, float]:
    """Hindsight regret and Vbar at D = 2, G = 1, delta = 0, c = 1 in floating point."""
    make = paths.adaptive_step if hints else paths.adaptive_step_without_hint
    path = paths.optimistic_mirror_descent(
        paths.slopes_of(slopes), len(slopes), make(2.0, 1.0, 0.0), paths.centred(2.0), hints=hints
    )
    return path.hindsight_regret, path.variation


def alternating(rounds: int) -> list[float]:
    return [1.0 - 2.0 * (t % 2) for t in range(rounds)]


@pytest.mark.parametrize(("rounds", "last", "wanted"), [(10_000, 147, 403.874621), (100_000, 466, 1287.491171)])
def test_alternation_with_a_last_run(rounds: int, last: int, wanted: float) -> None:
    found, variation = regret(alternating(rounds) + [-1.0] * last)
    assert found == pytest.approx(wanted, abs=1e-6)
    assert found > 2 * math.sqrt(4 + variation)


def test_lifted_alternation_is_certified_above_1_16() -> None:
    with enumeration.precision(128):
        found, V, _ = convex_paths.played(convex_paths.LIFTED, "optimistic")
        ratio = found / (2 * (4 + V).sqrt())
    assert ratio > enumeration.ball(Fraction("1.165"))
    assert float(ratio) == pytest.approx(1.165553, abs=1e-6)


@pytest.mark.parametrize(("rounds", "wanted"), [(100, 26.6365), (1000, 91.5476), (10_000, 296.6928)])
def test_alternation_needs_the_drift(rounds: int, wanted: float) -> None:
    found, _ = regret(alternating(rounds))
    assert found == pytest.approx(wanted, abs=1e-4)
    drift = 4.0 * (rounds - 1)
    bound = convex_bounds.sharp_tuned.numpy(D=2.0, G=1.0, L=0.0, noise=0.0, drift=drift)
    assert 2 * math.sqrt(5) * 2 < found < bound
    assert bound == pytest.approx({100: 146.8, 1000: 446.9, 10_000: 1394.5}[rounds], abs=0.06)


GROWING = {1024: (64.2, 21.1), 4096: (128.7, -26.7), 16384: (259.8, -197.3), 65536: (535.1, -732.7)}


@pytest.mark.parametrize("rounds", GROWING)
def test_growing_blocks_need_the_hint(rounds: int) -> None:
    case = convex_paths.growing_blocks(rounds, Fraction(4), 0)
    slopes = [float(s) for pattern, count in case.blocks for _ in range(count) for s in pattern]
    assert len(slopes) == rounds
    without, variation = regret(slopes, hints=False)
    assert without == pytest.approx(GROWING[rounds][0], abs=0.06)
    assert regret(slopes)[0] == pytest.approx(GROWING[rounds][1], abs=0.06)
    assert (without > 3 * math.sqrt(4 + variation)) == (rounds >= 16384)
    assert (without > 5 * math.sqrt(4 + variation)) == (rounds >= 65536)


def test_published_factor_fails_without_hints_in_balls() -> None:
    with enumeration.precision(128):
        found, V, _ = convex_paths.played(convex_paths.LONG_BLOCKS, "no hints")
        assert found > 5 * (4 + V).sqrt()


@pytest.mark.parametrize("power", [5, 6, 7])
def test_fixed_step_descent_pays_half_the_root(power: int) -> None:
    """eta = D/(G sqrt T), blocks of sqrt(T)/2 of one sign: regret exactly D G sqrt(T)/2."""
    T = 4**power
    block = 2**power // 2
    slopes = [Fraction((-1) ** (t // block)) for t in range(T)]
    step = paths.constant_step(Fraction(2, 2**power))
    path = paths.optimistic_mirror_descent(paths.slopes_of(slopes), T, step, paths.centred(TWO), hints=False)
    assert path.hindsight_regret == 2**power
    assert (path.hindsight_regret**2 > 9 * (4 + path.variation)) == (power >= 7)


# Games


REFERENCE = {
    "iid": (convex_games.iid_signs(10), 0.5633767287259253, 8.795882537130208, 1.386862087270528),
    "alternating": (convex_games.alternating_signs(10), 1.97799263211232, 29.94905756566194, 3.855201471657640),
}
BOUNDS = {"iid": (78.53765446067, 122.96691275336), "alternating": (99.3223, 141.5079)}


@pytest.mark.parametrize("name", REFERENCE)
def test_enumerated_expectations(name: str) -> None:
    game, *wanted = REFERENCE[name]
    setting = Setting(game, Fraction(36), ONE)
    assert (game.diameter, game.gradient_bound, game.smoothness) == (2, 2, 1)
    with enumeration.precision(128):
        found = convex_games.expected(setting)
    assert [float(value) for value in found] == pytest.approx(wanted, abs=1e-12)
    assert all(value.rad() < 1e-25 for value in found)
    known = setting.known()
    assert (known["noise"], known["later"], known["all"]) == {
        "iid": (Fraction(5, 2), 0, Fraction(9, 4)),
        "alternating": (Fraction(5, 2), 9, Fraction(45, 4)),
    }[name]
    for bound, drift, value in zip(
        (convex_bounds.sharp_tuned, convex_bounds.published), ("later", "all"), BOUNDS[name], strict=True
    ):
        at: dict[str, Any] = {variable: known[key] for variable, key in convex_games.reads(bound, drift).items()}
        assert float(bound.mpmath(**at)) == pytest.approx(value, abs=1e-4)
    if name == "iid":
        root, weight = math.sqrt(36), math.sqrt(36) / (4 * 2)
        rest = 5 * (root + math.sqrt(5) * 2 + math.sqrt(8 * 2.5) + 2 * math.sqrt(2.25))
        assert rest + (5 * 2) ** 2 / (4 * weight) == pytest.approx(123.0547, abs=1e-4)


def test_single_losses_need_not_be_convex() -> None:
    game = convex_games.not_convex(6)
    assert any(atom.curvature < 0 for atoms in game.rounds for atom in atoms)
    assert game.smoothness > 0


def test_lower_bound_of_signs() -> None:
    assert convex_witnesses.wrong_majorities(10, Fraction(1, 4)) / 4 == Fraction(210445853, 268435456)
    assert convex_witnesses.wrong_majorities(10, Fraction(2, 5)) * Fraction(2, 5) == Fraction(110452033, 125000000)


def test_table_of_theta() -> None:
    table = {
        "1": (5, 4.3301, 5.5902, 13.6931),
        "1/2": (4, 3.4641, 4.4721, 12),
        "1/5": (3.4, 2.9445, 3.8013, 13.2992),
        "1/10": (3.2, 2.7713, 3.5777, 16.4419),
    }
    for text, wanted in table.items():
        theta = Fraction(text)
        at: dict[str, Any] = {"D": ONE, "theta": theta, "L": ONE}
        smooth = convex_bounds.best_smooth_terms.mpmath(**at)
        parts = [
            convex_bounds.sharp_linear.mpmath(D=1, G=Fraction(1, 10**30), theta=theta, noise=noise, drift=drift)
            for noise, drift in ((1, 0), (0, 1))
        ]
        first = convex_bounds.sharp_linear.mpmath(D=1, G=1, theta=theta, noise=0, drift=0)
        assert [float(x) for x in (*parts, first, smooth)] == pytest.approx(wanted, abs=5e-5)


def test_every_published_constant_improves_at_its_own_delta() -> None:
    at: dict[str, Any] = {"D": ONE, "G": Fraction(1, 10**30), "delta": Fraction(10), "L": ONE, "theta": Fraction(1, 2)}
    sharper = convex_bounds.sharp.mpmath(**at, noise=0, drift=0)
    assert float(sharper) == pytest.approx(12.0167, abs=1e-4)
    assert float(convex_bounds.published.mpmath(D=1, G=at["G"], L=1, noise=0, drift=0)) == pytest.approx(
        15.811, abs=1e-3
    )


# FTRL


def test_slip_of_the_published_proof_at_its_long_drift() -> None:
    rounds = 100_000
    slopes = [-t / rounds for t in range(1, rounds + 1)] + [1.0]
    path = paths.optimistic_ftrl(paths.slopes_of(slopes), len(slopes), 0.1, paths.centred(1.0))
    left = 1.5 * path.spent
    printed, repaired = (
        formula.numpy(D=1.0, G=1.0, nu=0.1, V=path.variation)
        for formula in (oftrl_bounds.steps_printed, oftrl_bounds.steps)
    )
    assert (left, printed, repaired) == pytest.approx((59.940, 44.243, 64.243), abs=1e-3)


# Things that must be seen


def test_steps_three_times_as_long_break_the_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivation is tried at paths of the learner: those of another one contradict its steps."""
    played: Callable[..., Any] = convex_samples.last_round

    def longer(slopes: Any, u: Any, project: Any, step: Callable[[Any], Any]) -> Any:
        return played(slopes, u, project, lambda variation: 3 * step(variation))

    claim = convex_claims.pathwise
    convex_samples.path_samples.cache_clear()
    monkeypatch.setattr(convex_samples, "last_round", longer)
    found = convex._every_path(claim.subject, convex_bounds.pathwise, claim.domain)
    convex_samples.path_samples.cache_clear()
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "one step" in found.reason or "hypothesis" in found.reason


@pytest.mark.parametrize("claim", [convex_claims.pathwise, oftrl_claims.path, oftrl_claims.pathwise], ids=ids)
def test_smaller_bounds_are_not_derived(claim: Claim) -> None:
    smaller: Formula = claim.subject["bound"].scaled(Fraction(9999, 10_000))
    subject: Subject = claim.subject.replace(bound=smaller)
    judgement, _, _ = runner.run_check(claim, CHECKS[claim.id], subject, Effort())
    assert (judgement.verdict, judgement.coverage) != (Verdict.HOLDS, Coverage.WHOLE)


def test_games_are_refused_where_they_are_none() -> None:
    from plumbline.errors import InputError

    half = Fraction(1, 2)
    with pytest.raises(InputError, match="sum to 1"):
        finite_games.FiniteGame(((finite_games.Atom(half, ONE, ZERO),),), -ONE, ONE)
    with pytest.raises(InputError, match="not convex"):
        finite_games.FiniteGame(((finite_games.Atom(ONE, -ONE, ZERO),),), -ONE, ONE)
    with pytest.raises(InputError, match="contains 0"):
        finite_games.FiniteGame(((finite_games.Atom(ONE, ONE, ZERO),),), half, ONE)
