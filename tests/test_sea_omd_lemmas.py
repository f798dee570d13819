"""Lemmas of sea_omd: claims and partners, reference values, and each inequality again on random instances in floats."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy

from plumbline import runner, witness_script
from plumbline.domain import Domain, Real
from plumbline.evidence import Coverage, Finding, Strength, Verdict
from plumbline.nouns import Check, Claim, Effort, Refutation, Subject
from proofs_checks.engines.derivation import Derivation, Sample, StepFailed
from proofs_checks.sea_omd import lemmas, telescoped, variance
from proofs_checks.sea_omd.gram import Gram, bilinear, combined
from theory.sea_omd import game_witnesses, lemma_bounds, lemma_claims, lemma_witnesses, variance_claims

CLAIMS = [
    claim for module in (lemma_claims, variance_claims) for claim in vars(module).values() if isinstance(claim, Claim)
]
CHECKS = {
    entry.claim: entry
    for module in (lemmas, telescoped, variance)
    for entry in vars(module).values()
    if isinstance(entry, Check)
}
PROOFS: dict[str, tuple[Callable[..., Finding], tuple[bool, ...]]] = {
    "prox": (lemmas._prox, (False,)),
    "movement": (lemmas._stability, ()),
    "selfconf": (telescoped._selfconf, ()),
    "identity": (telescoped._identity, ()),
    "constant_step": (telescoped._bound, ()),
    "tuned": (telescoped._tuned, ()),
    "second_moment": (variance._orthogonality, ()),
}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_holds_on_its_whole_domain(claim: Claim) -> None:
    judgement, findings, seconds = runner.run_check(claim, CHECKS[claim.id], claim.subject, Effort())
    assert (judgement.verdict, judgement.strength, judgement.coverage) == (
        Verdict.HOLDS,
        Strength.SYMBOLIC,
        Coverage.WHOLE,
    ), judgement.reason
    assert all(finding.verdict is Verdict.HOLDS for finding in findings)
    assert seconds < 8


@pytest.mark.parametrize(
    ("claim", "partner"),
    [(claim, partner) for claim in CLAIMS for partner in claim.refutations],
    ids=lambda entry: getattr(entry, "id", getattr(entry, "name", "")),
)
def test_partner_is_rejected(claim: Claim, partner: Refutation) -> None:
    outcome = runner.try_refutation(claim, CHECKS[claim.id], partner, Effort())
    assert outcome["rejected"], outcome["reason"]


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.scale], ids=lambda claim: claim.id)
def test_resolution_is_sharp(claim: Claim) -> None:
    """Each bound is met, or met in the limit: a factor of one part in a million less is rejected."""
    judgement = runner.run_check(claim, CHECKS[claim.id], claim.subject, Effort())[0]
    holds, rejected = runner.resolution(claim, CHECKS[claim.id], Effort(), judgement)
    assert holds == 1
    assert rejected == pytest.approx(1 - 1e-6, abs=1e-9)


@pytest.mark.parametrize("role", sorted(PROOFS))
def test_derivation_alone_does_not_reach_a_smaller_bound(role: str) -> None:
    claim = next(claim for claim in CLAIMS if role in claim.subject.formulas)
    proof, more = PROOFS[role]
    assert proof(claim.subject, *more).verdict is Verdict.HOLDS
    smaller = claim.subject[role].scaled(Fraction(999, 1000))
    found = proof(claim.subject.replace(**{role: smaller}), *more)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason


def test_derivation_of_the_splits_needs_every_smoothness() -> None:
    """Formulas declared for L <= 9 only reach nothing about all L."""
    claim = variance_claims.split_orth
    few = {role: claim.subject[role].restrict(Real("L", 0, 9)) for role in ("split_orth", "total")}
    split = Subject({"split4": lemma_bounds.split4.restrict(Real("L", 0, 9))})
    found = [variance._bound(claim.subject.replace(**few)), variance._total(claim.subject.replace(**few))]
    for finding in (*found, variance._split4(split)):
        assert finding.verdict is Verdict.INCONCLUSIVE
        assert "declared" in finding.reason


def test_derivation_of_one_step_needs_every_share_theta() -> None:
    half = lemma_bounds.one_step.restrict(Real("theta", 0, Fraction(1, 2)))
    found = lemmas._one_step(Subject({"one_step": half}))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "declared" in found.reason


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_witness_script_runs_by_itself(claim: Claim, tmp_path: Path) -> None:
    outcome = runner.try_refutation(claim, CHECKS[claim.id], claim.refutations[-1], Effort())
    script = tmp_path / "witness.py"
    script.write_text(witness_script.script(claim, outcome))
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "shown: left" in done.stdout


# Inner products


def _cosine_derivation() -> tuple[Derivation, Gram, dict[str, sympy.Expr]]:
    gram = Gram("p", "q")
    values = {
        "A": gram.square(combined((1, gram["p"]), (1, gram["q"]))),
        "B": gram.square(gram["p"]),
        "C": gram.square(gram["q"]),
        "W": gram.inner(gram["p"], gram["q"]),
    }
    numbers = Domain(*(Real(name) for name in "ABCW"))
    return Derivation(numbers, [Sample({"A": 13, "B": 4, "C": 5, "W": 2}, 13, {})]), gram, values


def test_bilinear_identity_is_proved_in_inner_products() -> None:
    d, gram, values = _cosine_derivation()
    more, less, _ = bilinear(d, "cosines", d["A"], d["B"] + d["C"] + 2 * d["W"], gram, values)
    assert (more.left, less.left) == (d["A"], d["B"] + d["C"] + 2 * d["W"])


def test_bilinear_identity_that_only_the_sample_meets_is_refused() -> None:
    d, gram, values = _cosine_derivation()
    with pytest.raises(StepFailed):
        bilinear(d, "true at 13, 4, 5, 2 only", d["A"], 2 * d["B"] + d["C"], gram, values)


# Reference values


@pytest.mark.parametrize(("T", "ratio"), [(10, 0.79389), (1000, 0.97716), (100_000, 0.99769)])
def test_equal_terms_approach_the_self_confident_bound(T: int, ratio: float) -> None:
    """a_t = 1 and d = 0: sum of 1/sqrt(t) against 2 sqrt(T)."""
    left = np.sum(1 / np.sqrt(np.arange(1, T + 1)))
    assert left / lemma_bounds.selfconf.numpy(d=0.0, S=float(T)) == pytest.approx(ratio, abs=6e-6)


def test_constant_one_point_nine_fails_at_a_thousand_rounds() -> None:
    left = mpmath.nsum(lambda t: 1 / mpmath.sqrt(t), [1, 1000])
    assert left > Fraction(19, 20) * lemma_bounds.selfconf.mpmath(d=0, S=1000)
    assert left < lemma_bounds.selfconf.mpmath(d=0, S=1000)


def test_terms_of_the_form_of_odd_numbers_come_closer() -> None:
    """a_t = 2t - 1: the ratio is 1 - H_T/(2T), 0.99626 at T = 1000."""
    terms = ["1/1"] + [str(2 * t - 1) for t in range(2, 1001)]
    left, right = lemma_witnesses.selfconf(
        {"d": "0", "terms": terms}, {"selfconf": lambda d, S: 2 * (mpmath.sqrt(S) - mpmath.sqrt(d))}
    )
    harmonic = sum(Fraction(1, t) for t in range(1, 1001))
    assert left / right == pytest.approx(float(1 - harmonic / 2000), rel=1e-12)


def test_paths_of_the_constant_step() -> None:
    """Slopes (1,-1,1,1,-1) with step 1/2: the variation is 13, and without constraints the identity is exact."""
    data = {"eta": "1/2", "start": ["0"], "u": ["-1"], "slopes": [["1"], ["-1"], ["1"], ["1"], ["-1"]]}
    terms = lemma_witnesses.unconstrained_terms(data)
    assert terms["variation"] == 13
    assert terms["energy"] == 4
    regret = terms.pop("left")
    assert lemmas.value_at(lemma_bounds.identity, **terms) == regret


@pytest.mark.parametrize("T", [1, 2, 7, 20])
def test_tuned_step_attains_its_bound_for_every_horizon(T: int) -> None:
    data = telescoped.attaining(Fraction(3), Fraction(1, 2), T)
    terms = lemma_witnesses.unconstrained_terms(data)
    assert (terms["left"], terms["variation"], terms["before"]) == (Fraction(3, 2), Fraction(1, 4), 9)


@pytest.mark.parametrize(
    ("alternating", "variation", "movement", "drift"),
    [(False, 8.795882537130208, 1.386862087270528, 0.0), (True, 29.94905756566194, 3.855201471657640, 9.0)],
)
def test_enumerated_game_of_ten_rounds(alternating: bool, variation: float, movement: float, drift: float) -> None:
    """L = 1, centres +-1/2, noise +-1/2, D = G = 2, delta = 36, adaptive step: all 1024 sign sequences.

    Means of the variation and the movement as in the reference; then orthogonality in every round and both bounds.
    """
    T, D, G, delta = 10, 2.0, 2.0, 36.0
    noise = np.array(list(itertools.product([0.5, -0.5], repeat=T))).T
    centre = [0.5 * (-1) ** t if alternating else 0.5 for t in range(T)]
    leader, hint, x, total = (np.zeros(2**T) for _ in range(4))
    moved = np.zeros(2**T)
    for t in range(T):
        eta = D / np.sqrt(delta + 4 * G**2 + total)
        before, x = x, np.clip(leader - eta * hint, -1, 1)
        moved += (x - before) ** 2 if t else 0
        g = x - centre[t] + noise[t]
        h = x - centre[t] - hint
        change = np.mean((g - hint) ** 2)
        assert change == pytest.approx(np.mean(noise[t] ** 2) + np.mean(h**2), rel=1e-13)
        if t:
            shift = (centre[t] - centre[t - 1]) ** 2
            bound = lemma_bounds.split_orth.numpy(s=0.25, r=0.25, x=np.mean((x - before) ** 2), S=shift, L=1.0)
            assert change <= bound
        total += (g - hint) ** 2
        leader, hint = np.clip(leader - eta * g, -1, 1), g
    assert np.mean(total) == pytest.approx(variation, rel=1e-12)
    assert np.mean(moved) == pytest.approx(movement, rel=1e-12)
    bound = lemma_bounds.total_variation.numpy(G=G, sigma=T / 4, Sigma=drift, X=np.mean(moved), L=1.0)
    assert np.mean(total) <= bound <= 2.2 * np.mean(total)


def test_a_game_meets_both_bounds() -> None:
    """Noise +-3 in the second of three rounds, answered by learner and adversary: 81 = 3*9 + 3*9 + 3*9, 94 in all."""
    data = variance.answered(Fraction(1, 2), Fraction(2), Fraction(3))
    last, sums = game_witnesses.moments(data)[-1], game_witnesses.totals(data)
    assert last["a"] == 81 == last["s"] + 3 * last["r"] + 3 * Fraction(1, 4) * last["x"] + 3 * last["S"]
    assert sums["left"] == 94 == 4 + 4 * sums["sigma"] + 3 * sums["Sigma"] + 3 * Fraction(1, 4) * sums["X"]


# Random instances, in floats, by code of its own


def _rounds(count: int = 4000, n: int = 5) -> dict[str, np.ndarray]:
    """Rounds on the unit ball in five dimensions with steps from 0.01 to 10."""
    draw = np.random.default_rng(23)
    z, u, g, M = (draw.standard_normal((count, n)) for _ in range(4))

    def onto(x: np.ndarray) -> np.ndarray:
        return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1)

    z, u, eta = onto(z), onto(u), 10 ** draw.uniform(-2, 1, (count, 1))
    x, after = onto(z - eta * M), onto(z - eta * g)
    return {"z": z, "u": u, "g": g, "M": M, "x": x, "after": after, "eta": eta[:, 0]}


def _square(x: np.ndarray) -> np.ndarray:
    return np.sum(x**2, axis=1)


def test_lemmas_of_one_round_on_the_ball() -> None:
    r = _rounds()
    product = np.sum(r["g"] * (r["after"] - r["u"]), axis=1)
    distances = {"A": r["u"] - r["z"], "B": r["u"] - r["after"], "C": r["after"] - r["z"]}
    at = {name: _square(value) for name, value in distances.items()}
    assert np.all(product <= lemma_bounds.prox.numpy(**at, eta=r["eta"]) + 1e-9 * (1 + 1 / r["eta"]))
    a, b = _square(r["g"] - r["M"]), _square(r["x"] - r["after"])
    assert np.all(b <= lemma_bounds.movement.numpy(eta=r["eta"], a=a) + 1e-12)
    regret = np.sum(r["g"] * (r["x"] - r["u"]), axis=1)
    for theta in (0.0, 0.3, 1.0):
        bound = lemma_bounds.one_step.numpy(
            theta=theta, eta=r["eta"], a=a, before=at["A"], after=at["B"], b=b, c=_square(r["x"] - r["z"])
        )
        assert np.all(regret <= bound + 1e-9 * (1 + 1 / r["eta"]))
        assert np.any(regret > bound - 1e-6)


@pytest.mark.parametrize("theta", lemmas.THETAS)
def test_rounds_without_constraints_meet_both_bounds(theta: Fraction) -> None:
    for entry in lemmas.unconstrained(12):
        terms = lemma_witnesses.round_terms(entry)
        assert terms["b"] == lemmas.value_at(lemma_bounds.movement, eta=terms["eta"], a=terms["a"])
        at = {name: terms[name] for name in ("eta", "a", "before", "after", "b", "c")}
        assert terms["left"] == lemmas.value_at(lemma_bounds.one_step, theta=theta, **at)


def test_equal_parts_meet_the_split_in_four() -> None:
    terms = lemma_witnesses.split_terms(variance.four_parts()[0])
    at = {name: terms[name] for name in ("n", "m", "x", "S", "L")}
    assert terms["left"] == lemmas.value_at(lemma_bounds.split4, **at) > 0


def test_h_norm_projection_of_the_witnesses_is_the_nearest_point() -> None:
    """In the norm of H = [[2,1],[1,3]] no point of the half-space is nearer than the stated projection."""
    H = [[Fraction(2), Fraction(1)], [Fraction(1), Fraction(3)]]
    domain = {"kind": "halfspace", "normal": ["1", "2"], "offset": "1"}
    v = [Fraction(3), Fraction(2)]
    y = lemma_witnesses.projected(domain, H, v)
    assert y[0] + 2 * y[1] == 1
    best = lemma_witnesses.squared(H, lemma_witnesses.plus(y, v, -1))
    for t in range(-20, 21):
        other = [1 - 2 * Fraction(t, 10), Fraction(t, 10)]
        assert lemma_witnesses.squared(H, lemma_witnesses.plus(other, v, -1)) >= best


def test_games_refuse_noise_that_is_not_centred() -> None:
    rules = variance._rules(atoms=[[["1"], "1/2"], [["0"], "1/2"]])
    with pytest.raises(AssertionError, match="centred"):
        game_witnesses.moments({"L": "1", "rounds": [rules]})


def test_certificates_of_games_read_the_claimed_bound() -> None:
    """Enumeration alone, without the attack by games that meet it, refuses a smaller bound."""
    claim = variance_claims.split_orth
    smaller: Subject = claim.subject.replace(split_orth=claim.subject["split_orth"].scaled(Fraction(999, 1000)))
    findings = list(variance._enumerated(smaller, Effort()))
    assert [finding.verdict for finding in findings] == [Verdict.HOLDS, Verdict.INCONCLUSIVE, Verdict.HOLDS]
