"""Worst-case regret: reference values, three ways to compute it, certificates that can fail, claims and partners."""

from __future__ import annotations

import dataclasses
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import linprog

from plumbline import runner, witness_script
from plumbline.domain import Real
from plumbline.evidence import Coverage, Finding, Strength, Verdict
from plumbline.nouns import Check, Claim, Effort, Subject
from proofs_checks.starc import bandits, certified, constants, exogenous, regret
from proofs_checks.starc.certified import Pair
from proofs_checks.starc.instances import (
    FAMILIES,
    M1,
    bandit,
    equivalent_reward,
    leaving_chain,
    random_mdp,
    random_pairs,
    random_reward,
)
from proofs_checks.starc.pairs import M1_PAIR, ONE_TRIVIAL, OPPOSITE, TIGHT, nontrivial
from theory.starc import constants_claims, regret_claims, regret_witnesses
from theory.starc.definitions import exact, metrics
from theory.starc.definitions import regret as newton
from theory.starc.definitions.mdp import RationalMDP, TabularMDP

CLAIMS = [
    claim for module in (regret_claims, constants_claims) for claim in vars(module).values() if isinstance(claim, Claim)
]
CHECKS = {
    entry.claim: entry
    for room in (regret, bandits, exogenous, constants)
    for entry in vars(room).values()
    if isinstance(entry, Check)
}
TOY = Pair(
    RationalMDP([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], ["1/2", "1/2"], Fraction(9, 10)),  # type: ignore[list-item]
    [[[Fraction(0)] * 2, [Fraction(0), Fraction(1)]], [[Fraction(0)] * 2, [Fraction(0)] * 2]],
    [[[Fraction(0)] * 2, [Fraction(0), Fraction(1)]], [[Fraction(2), Fraction(2)], [Fraction(0)] * 2]],
)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Batches of small matrices: more threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def fractions(text: str) -> list[Fraction]:
    return [Fraction(entry) for entry in text.split()]


def batch(pairs: list[Pair]) -> tuple[torch.Tensor, ...]:
    """tau, mu0, gamma, r1, r2 of pairs of the same sizes, in float64."""
    floats = [pair.mdp.as_float() for pair in pairs]
    tau, mu0 = (torch.from_numpy(np.stack([getattr(f, n) for f in floats])) for n in ("transitions", "initial"))
    gamma = torch.tensor([f.discount for f in floats], dtype=torch.float64)
    r1, r2 = (
        torch.tensor([[[float(x) for x in row] for row in r] for r in rates], dtype=torch.float64)
        for rates in ([pair.r1 for pair in pairs], [pair.r2 for pair in pairs])
    )
    return tau, mu0, gamma, r1, r2


def by_linear_program(mdp: TabularMDP, r1: np.ndarray, r2: np.ndarray) -> float:
    """max <r1, m1 - m2> over two occupancies with <r2, m1 - m2> <= 0, divided by the range of r1."""
    M, none = mdp.shaping_matrix().T, np.zeros_like(mdp.shaping_matrix().T)
    flow = np.block([[M, none], [none, M]])
    start = np.concatenate([mdp.initial, mdp.initial])
    objective, other = (np.concatenate([r.ravel(), -r.ravel()]) for r in (r1, r2))
    free = linprog(-objective, A_eq=flow, b_eq=start)
    bound = linprog(-objective, A_ub=other[None], b_ub=[0.0], A_eq=flow, b_eq=start)
    return float(bound.fun / free.fun)


# Reference values


def test_returns_and_ranges_of_m1() -> None:
    assert [x for row in M1_PAIR.r1 for x in row] == fractions("1/2 3/2 4/5 3")
    assert [x for row in M1_PAIR.r2 for x in row] == fractions("1/2 1 2/5 1")
    policies = [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [exact.return_of(M1, M1_PAIR.r1, p) for p in policies] == fractions("515/73 395/29 1850/191 1440/67")
    assert [exact.return_of(M1, M1_PAIR.r2, p) for p in policies] == fractions("315/73 195/29 1040/191 10")
    assert certified.range_norm(M1, M1_PAIR.r1) == Fraction(70615, 4891)
    assert certified.range_norm(M1, M1_PAIR.r2) == Fraction(415, 73)


def test_regret_and_range_distance_of_m1() -> None:
    there, back = certified.certificate(M1_PAIR), certified.certificate(M1_PAIR.reversed)
    assert (there.value, there.multiplier) == (Fraction(52706, 1228701), Fraction(521, 201))
    assert (back.value, back.multiplier) == (Fraction(52706, 1254047), Fraction(201, 521))
    assert certified.range_distance(M1_PAIR) == Fraction(308651884, 6492865651)


def test_certificate_of_m1() -> None:
    found = certified.certificate(M1_PAIR)
    assert found.upper == fractions("-24620/5829 -19780/5829")
    assert found.lower == fractions("-980/201 -800/201")
    assert found.regret == Fraction(3610, 5829)
    assert {(tuple(a), tuple(b)) for a, b in (found.left, found.right)} == {((0, 1), (1, 0)), ((0, 1), (1, 1))}
    gaps = [
        tuple(exact.return_of(M1, r, pair[0]) - exact.return_of(M1, r, pair[1]) for r in (M1_PAIR.r1, M1_PAIR.r2))
        for pair in (found.left, found.right)
    ]
    assert gaps == [tuple(fractions("21795/5539 7085/5539")), tuple(fractions("-15295/1943 -95/29"))]


def test_deterministic_policies_alone_show_no_regret_on_m1() -> None:
    """The two rewards order the four deterministic policies alike; a mixture of pairs breaks the order."""
    j1, j2 = regret_witnesses._returns(M1_PAIR.data())
    pairs = [(x - u, y - v) for x, y in zip(j1, j2, strict=True) for u, v in zip(j1, j2, strict=True)]
    assert max(a for a, b in pairs if b <= 0) == 0
    assert exogenous.rollout_loss(M1_PAIR) == exogenous.rollout_loss(M1_PAIR.reversed) == 0
    assert certified.regret(M1_PAIR) > 0


def test_levelling_constants_of_m1() -> None:
    assert certified.least_visits(M1) == Fraction(460, 191)
    sound, complete = (
        constants._levelling_at(c.subject["levelling"], M1_PAIR)
        for c in (constants_claims.sound, constants_claims.complete)
    )
    assert float(2 * sound) == pytest.approx(8.304347826, abs=1e-9)
    assert float(complete / 2) == pytest.approx(0.0602094241, abs=1e-9)
    assert certified.levelled_distance(M1_PAIR) == Fraction(18278, 242097)
    assert certified.levelled_distance(M1_PAIR, "1", "1") == Fraction(36556, 733579)


def test_toy() -> None:
    there, back = certified.certificate(TOY), certified.certificate(TOY.reversed)
    assert (there.value, there.multiplier, back.value) == (1, 0, Fraction(38, 39))
    assert certified.range_distance(TOY) == Fraction(641, 390)
    assert certified.levelled_distance(TOY, "1", "1") == Fraction(49, 39)
    assert certified.levelled_distance(TOY) == Fraction(20, 11)
    losses = [exogenous.rollout_loss(pair) / certified.range_norm(pair.mdp, pair.r1) for pair in (TOY, TOY.reversed)]
    assert losses == fractions("9/10 29/39")


def test_tight_pair_and_triple() -> None:
    assert [certified.regret(pair) for pair in (TIGHT, TIGHT.reversed)] == fractions("1 1/2")
    assert certified.range_distance(TIGHT) == 1
    gaps = [bandits.excess(join, gamma) for join in ("one_way", "largest", "mean") for gamma in fractions("0 9/10")]
    assert gaps == fractions("3/20 3/20 3/20 3/20 1/20 1/20")


@pytest.mark.parametrize(
    ("eps", "gamma", "value"),
    [
        ("1/10", "9/10", 1.494847116),
        ("1/100", "9/10", 11.15602035),
        ("1/1000", "99/100", 10.15038940),
        ("1/2", "1/2", 5**0.5),
    ],
)
def test_condition_number_of_chains(eps: str, gamma: str, value: float) -> None:
    chain = leaving_chain(Fraction(eps), Fraction(gamma))
    start, end = (float(sum(row)) for row in exact.occupancy_of(chain, [0, 0]))
    assert (start**2 + end**2) ** 0.5 / min(start, end) == pytest.approx(value, rel=1e-8)
    formula = regret_claims.exogenous.subject["condition"]
    assert formula.numpy(rho=end / start) == pytest.approx(value, rel=1e-8)


# Three ways to worst-case regret


def test_enumeration_agrees_with_certificates() -> None:
    for triple in random_pairs(5, 60):
        pair = Pair(*triple)
        mdp, r1, r2 = regret_witnesses._read(pair.data())
        j1, j2 = (regret_witnesses.returns(mdp, r) for r in (r1, r2))
        assert regret_witnesses.regret(j1, j2) == certified.regret(pair)
        assert regret_witnesses.range_distance(j1, j2) == certified.range_distance(pair)
        assert regret_witnesses.ray_minimum(j1, j2, Fraction(0), None) == certified.certificate(pair).regret
        assert regret_witnesses.least_visits(mdp) == certified.least_visits(pair.mdp)
        assert regret_witnesses.levelled_distance(mdp, r1, r2) == certified.levelled_distance(pair)


def test_newton_agrees_with_rationals_and_linear_programs() -> None:
    draw = random.Random(2)
    pairs = []
    for index in range(30):
        mdp = random_mdp(draw, ("dense", "deterministic", "exogenous")[index % 3], 4, 3)
        pairs.append(Pair(mdp, random_reward(draw, mdp), random_reward(draw, mdp)))
    tau, mu0, gamma, r1, r2 = batch(pairs)
    found = newton.worst_case_regret(tau, mu0, gamma, r1, r2).value.tolist()
    distances = metrics.range_distance(tau, mu0, gamma, r1, r2).tolist()
    for pair, value, distance in zip(pairs, found, distances, strict=True):
        proof = certified.certificate(pair)
        assert value == pytest.approx(float(proof.value), rel=1e-9, abs=1e-9)
        assert distance == pytest.approx(float(certified.range_distance(pair)), abs=1e-9)
        if proof.h1:
            r = [np.array([[float(x) for x in row] for row in rates]) for rates in (pair.r1, pair.r2)]
            assert value == pytest.approx(by_linear_program(pair.mdp.as_float(), *r), abs=1e-7)


# The sandwich


def test_sandwich_on_5000_random_pairs() -> None:
    """Dense, sparse and exogenous MDPs of several sizes, rewards equal, opposite, near and independent."""
    generator, lowest, highest, count = torch.Generator().manual_seed(0), 2.0, 0.0, 0
    for states, actions, kind in ((1, 4, 0), (2, 2, 1), (3, 2, 2), (4, 3, 0), (6, 2, 1)):
        size = 1000
        tau = torch.rand(size, states, actions, states, generator=generator, dtype=torch.float64)
        if kind == 1:
            tau = torch.where(tau < 0.5, torch.zeros_like(tau), tau) + 1e-3 * torch.eye(states)[:, None, :]
        if kind == 2:
            tau = tau[:, :, :1].expand(-1, -1, actions, -1)
        tau = tau / tau.sum(-1, keepdim=True)
        mu0 = torch.eye(states, dtype=torch.float64)[torch.randint(states, (size,), generator=generator)]
        gamma = torch.tensor([0.5, 0.8, 0.9, 0.95], dtype=torch.float64)[torch.arange(size) % 4]
        r1, noise = torch.randn(2, size, states, actions, generator=generator, dtype=torch.float64)
        near = 10.0 ** torch.linspace(-4, 1, size, dtype=torch.float64)[:, None, None]
        r2 = torch.where((torch.arange(size) % 5 == 0)[:, None, None], -r1, r1) + near * noise
        r2 = torch.where((torch.arange(size) % 7 == 0)[:, None, None], r2.round(), r2)
        value = newton.worst_case_regret(tau, mu0, gamma, r1, r2).value
        distance = metrics.range_distance(tau, mu0, gamma, r1, r2)
        assert bool((value <= distance + 1e-9).all()), f"W > d by {float((value - distance).max())}"
        assert bool((value >= distance / 2 - 1e-9).all()), f"W < d/2 by {float((distance / 2 - value).max())}"
        ratio = (value / distance)[distance > 1e-6]
        lowest, highest, count = min(lowest, float(ratio.min())), max(highest, float(ratio.max())), count + size
    assert count == 5000
    assert lowest < 0.51 and highest > 0.99  # both ends are reached: the bounds are tested where they bite


def test_sandwich_on_200_pairs_in_exact_rationals() -> None:
    pairs = [Pair(*triple) for triple in random_pairs(0, 230)]
    pairs = nontrivial(pairs)[:200]
    assert len(pairs) == 200
    for pair in pairs:
        value, distance = certified.regret(pair), certified.range_distance(pair)
        assert distance / 2 <= value <= distance


def test_equivalent_rewards_have_no_regret_and_no_distance() -> None:
    draw = random.Random(4)
    for family in FAMILIES:
        mdp = random_mdp(draw, family, 3, 2)
        R = random_reward(draw, mdp)
        pair = Pair(mdp, R, equivalent_reward(draw, mdp, R))
        assert certified.regret(pair) == certified.regret(pair.reversed) == certified.range_distance(pair) == 0


# Certificates that must be rejected


def mutants(proof: exact.RegretCertificate) -> dict[str, exact.RegretCertificate]:
    def replace(**changes: Any) -> exact.RegretCertificate:
        return dataclasses.replace(proof, **changes)

    return {
        "multiplier up 1 per cent": replace(multiplier=proof.multiplier * Fraction(101, 100)),
        "multiplier down 1 per cent": replace(multiplier=proof.multiplier * Fraction(99, 100)),
        "left pair dropped": replace(left=proof.right),
        "right pair dropped": replace(right=proof.left),
        "all weight on the left": replace(theta=Fraction(1)),
        "all weight on the right": replace(theta=Fraction(0)),
        "weight outside [0, 1]": replace(theta=Fraction(3, 2)),
        "more regret": replace(regret=proof.regret * Fraction(1001, 1000)),
        "less regret": replace(regret=proof.regret * Fraction(999, 1000)),
        "smaller range": replace(h1=proof.h1 * Fraction(999, 1000)),
        "lower upper bound": replace(upper=[v - Fraction(1, 1000) for v in proof.upper]),
        "higher lower bound": replace(lower=[v + Fraction(1, 1000) for v in proof.lower]),
        "negative multiplier": replace(multiplier=-proof.multiplier),
    }


@pytest.mark.parametrize("name", mutants(certified.certificate(M1_PAIR)))
def test_changed_certificates_are_rejected(name: str) -> None:
    proof = certified.certificate(M1_PAIR)
    assert exact.verify(proof, M1, M1_PAIR.r1, M1_PAIR.r2)
    assert not exact.verify(mutants(proof)[name], M1, M1_PAIR.r1, M1_PAIR.r2)


def test_certificate_of_another_pair_is_rejected() -> None:
    proof = certified.certificate(M1_PAIR)
    assert not exact.verify(proof, M1, M1_PAIR.r2, M1_PAIR.r1)


def test_trivial_rewards() -> None:
    """No regret for a trivial first reward, all of it for a trivial second one; distance 1 in both cases."""
    assert certified.regret(ONE_TRIVIAL) == 1
    assert certified.regret(ONE_TRIVIAL.reversed) == 0
    assert certified.range_distance(ONE_TRIVIAL) == certified.range_distance(ONE_TRIVIAL.reversed) == 1
    assert certified.regret(OPPOSITE) == 1 and certified.range_distance(OPPOSITE) == 2


# Claims


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claims_hold_and_partners_are_rejected(claim: Claim) -> None:
    judged, findings, _ = runner.run_check(claim, CHECKS[claim.id], claim.subject, Effort())
    assert judged.verdict is Verdict.HOLDS, judged.reason
    assert judged.coverage is Coverage.WHOLE
    certain = claim.id in ("starc.regret.optimal_ratio", "starc.regret.regret_not_metric")
    assert judged.strength is (Strength.CERTIFIED if certain else Strength.SYMBOLIC)
    assert all(finding.verdict is Verdict.HOLDS for finding in findings)
    for partner in claim.refutations:
        outcome = runner.try_refutation(claim, CHECKS[claim.id], partner, Effort())
        assert outcome["rejected"], f"{partner.name}: {outcome['reason']}"


def test_derivations_refuse_what_they_do_not_show() -> None:
    """With the attacks left aside, the proofs themselves break on wrong partners."""
    ray = regret_claims.ray_identity
    for bad in (Real("lam", 0, 1), Real("lam", 1, 1), Real("lam", "1/2", None)):
        assert regret._ray_lower(ray.subject.replace(multipliers=bad)).verdict is Verdict.INCONCLUSIVE
    assert regret._ray_upper(ray.subject.replace(multipliers=Real("lam"))).verdict is Verdict.INCONCLUSIVE
    proofs: dict[str, Callable[[Subject], list[Finding]]] = {
        "range_metric": lambda subject: [regret._sandwich(subject, part) for part in ("upper", "lower", "reversed")],
        "optimal_ratio": lambda subject: [bandits._ratio(subject)],
        "sound": lambda subject: [prove(subject, "sound") for prove in (constants._general, constants._levelling)],
        "complete": lambda subject: [
            prove(subject, "complete") for prove in (constants._general, constants._levelling)
        ],
        "bilipschitz": lambda subject: [constants._two_metrics(subject)],
    }
    for claim in CLAIMS:
        prove = proofs.get(claim.id.rsplit(".", 1)[1])
        for partner in claim.refutations if prove else ():
            assert prove is not None
            verdicts = {finding.verdict for finding in prove(claim.partner(partner))}
            assert verdicts != {Verdict.HOLDS}, f"{claim.id}: {partner.name}"


def test_symmetric_function_on_three_arms_needs_no_factor_of_two() -> None:
    """With three arms regret is symmetric (the range norm's unit ball is a hexagon): the factor 2 needs a fourth."""
    draw = random.Random(6)
    for _ in range(60):
        mdp = bandit(3)
        pair = Pair(mdp, random_reward(draw, mdp, 3), random_reward(draw, mdp, 3))
        if nontrivial([pair]) and nontrivial([pair.reversed]):
            assert certified.regret(pair) == certified.regret(pair.reversed)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_witnesses_run_by_themselves(claim: Claim, tmp_path: Path) -> None:
    """The script of a partner's witness needs Python and mpmath only, and shows what it claims."""
    outcome = runner.try_refutation(claim, CHECKS[claim.id], claim.refutations[-1], Effort())
    script = tmp_path / "witness.py"
    script.write_text(witness_script.script(claim, outcome))
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "shown: left" in done.stdout
