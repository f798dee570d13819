"""The regret that EPIC's distance does bound, with the constant 2 sqrt(1 + gamma^2), and a family that needs it.

Write s_i for the unit canonical rewards, delta = s_1 - s_2. As the optimal policy of R_2 is optimal for s_2, the regret
under s_1 is at most J_delta(pi_1) - J_delta(pi_2), a sum over k of gamma^k E_D[(f_k - g_k) delta] with densities
f_k, g_k in [0, K]: at most K E_D|delta|/(1 - gamma) <= 2 K D_EPIC/(1 - gamma). And ||C(R)|| <= sqrt(1 + gamma^2) ||R||,
because R - phi(s) is orthogonal to functions of s, and C = (R - phi(s)) + gamma (phi(s') - m).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Verdict
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, symbolic
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from proofs_checks.engines.facts import declared
from proofs_checks.starc.certified import mdp_data, text
from proofs_checks.starc.epic import law
from proofs_checks.starc.epic_families import UNIFORM, resting_on
from proofs_checks.starc.instances import arm_rewards, bandit, random_mdp, random_reward
from theory import lemmas
from theory.starc import epic_bounds as bounds
from theory.starc import epic_claims as claims
from theory.starc import epic_witnesses as definitions
from theory.starc.definitions.mdp import RationalMDP

_DIGITS = 60
_HALF = Fraction(1, 2)
_RESTS_ON = ("starc.epic.canon", "starc.epic.half_l2", "starc.order.invariance")
_NUMBERS = ("K", "N", "C", "Delta", "X", "Y", "Z", "a", "b", "m", "g")


def nearly_indifferent(h: Any, gamma: Any) -> tuple[Any, Any]:
    """u(s') + gamma u(s) + (2a - 1) h and u(s') + gamma u(s), u = (-1)^s: all but h leaves policies indifferent."""
    one, two = (
        [[[(-1) ** t + gamma * (-1) ** s + (2 * a - 1) * size for t in range(2)] for a in range(2)] for s in range(2)]
        for size in (h, 0 * h)
    )
    return one, two


def _uniform_data(gamma: Fraction, h: Fraction) -> dict[str, Any]:
    mdp = RationalMDP(UNIFORM, [_HALF, _HALF], gamma)
    R1, R2 = nearly_indifferent(h, gamma)
    half = text([_HALF, _HALF])
    return {
        **mdp_data(mdp),
        "R1": text(R1),
        "R2": text(R2),
        "states": half,
        "actions": half,
        "K": "2",
        "second": 0,
        "h": str(h),
    }


def _attacking_cases() -> list[dict[str, Any]]:
    """Two arms with opposite rewards; nearly indifferent rewards at several discounts."""
    opposite = arm_rewards([_HALF, -_HALF]), arm_rewards([-_HALF, _HALF])
    arms = {"R1": text(opposite[0]), "R2": text(opposite[1]), "states": ["1"], "actions": text([_HALF, _HALF])}
    found = [{**mdp_data(bandit(2)), **arms, "K": "2"}]
    for gamma in ("0", "1/2", "9/10", "99/100", "999999/1000000"):
        found += [_uniform_data(Fraction(gamma), Fraction(h)) for h in ("1", "1/10", "1/100000")]
    return found


def _random_cases(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Random MDPs with K = 1/min D, which no probability exceeds."""
    draw = random.Random(seed)
    for index in range(count):
        mdp = random_mdp(draw, ("dense", "deterministic", "bandit")[index % 3], 2, 2 + index % 2)
        states, actions = law(draw, mdp.n_states), law(draw, mdp.n_actions)
        weights = definitions.product_coverage(states, actions)
        R1, R2 = (random_reward(draw, mdp) for _ in range(2))
        forms = [definitions.epic_canonical(mdp.discount, R, states, actions) for R in (R1, R2)]
        if all(any(definitions.entries(form)) for form in forms):
            yield {
                **mdp_data(mdp),
                "R1": text(R1),
                "R2": text(R2),
                "states": text(states),
                "actions": text(actions),
                "K": str(1 / min(weights)),
            }


def _attack(subject: Subject, effort: Effort) -> Finding:
    formulas = {"constant": emit_standalone(subject["constant"])}
    entries = [*_attacking_cases(), *_random_cases(90 if effort.full else 18, effort.seed)]
    return instances.compare(
        [{**entry, "formulas": formulas} for entry in entries],
        lambda data: witness.make(
            "starc", "optimal_regret", data, "regret of the optimal policy of R2 against the bound"
        ),
        wanted=("<", "=="),
        statement="J1(pi1) - J1(pi2) <= constant K ||R1|| D/(1 - gamma)",
        description="nearly indifferent rewards, random MDPs",
    )


def _sample(data: dict[str, Any]) -> Sample:
    """The numbers of the derivation at one instance, each from its definition."""
    tau, initial, gamma = (definitions.exact(data[name]) for name in ("transitions", "initial", "discount"))
    R1, R2, states, actions = (definitions.exact(data[name]) for name in ("R1", "R2", "states", "actions"))
    weights, n, m = definitions.product_coverage(states, actions), len(tau), len(tau[0])
    phi = [definitions.epic_means(R1, states, actions, s, s)[0] for s in range(n)]
    mean = definitions.dot(states, phi)
    one, two = (definitions.epic_canonical(gamma, R, states, actions) for R in (R1, R2))
    (_, first), (_, second) = definitions.best_pair(tau, initial, gamma, R1, R2, data.get("second"))

    def norm(x: list[Any]) -> Any:
        return mpmath.sqrt(definitions.real(definitions.dot(weights, [v * v for v in x])))

    sizes = norm(definitions.entries(one)), norm(definitions.entries(two))
    delta = [
        definitions.real(x) / sizes[0] - definitions.real(y) / sizes[1]
        for x, y in zip(definitions.entries(one), definitions.entries(two), strict=True)
    ]
    spread = [p for block in tau for row in block for p in row]
    met = [[x for x in occupied for _ in range(n)] for occupied in (first, second)]
    moved = [(x - y) * t for x, y, t in zip(*met, spread, strict=True)]
    flat1 = definitions.entries(R1)
    gap = definitions.dot(moved, flat1)
    residual = [flat1[i] - phi[i // (m * n)] for i in range(len(flat1))]
    values = {
        "gamma": gamma,
        "K": Fraction(data["K"]),
        "N": norm(flat1),
        "C": sizes[0],
        "Delta": definitions.pearson(definitions.entries(one), definitions.entries(two), weights),
        "X": definitions.dot([definitions.real(v) for v in moved], delta),
        "Y": definitions.dot([definitions.real(w) for w in weights], [abs(v) for v in delta]),
        "Z": mpmath.sqrt(definitions.dot([definitions.real(w) for w in weights], [v * v for v in delta])),
        "a": norm(residual),
        "b": mpmath.sqrt(definitions.real(definitions.dot(states, [(v - mean) ** 2 for v in phi]))),
        "m": definitions.real(mean),
        "g": definitions.real(gap) / sizes[0],
    }
    return Sample(values, definitions.real(gap), {})


@functools.cache
def _samples() -> tuple[Sample, ...]:
    with mpmath.workdps(_DIGITS):
        return tuple(_sample(entry) for entry in (*_attacking_cases()[:12], *_random_cases(12, 3)))


def _size(d: Derivation) -> Fact:
    """||C|| <= sqrt(1 + gamma^2) ||R||."""
    gamma, N, C, a, b, m = (d[name] for name in ("gamma", "N", "C", "a", "b", "m"))
    split = d.lemma("C = (R - phi(s)) + gamma (phi(s') - m): ||C|| <= a + gamma b", lemmas.SEMINORM, a + gamma * b, C)
    whole = d.by_definition(
        "R - phi(s) is orthogonal to functions of s, phi - m to constants: ||R||^2 = a^2 + b^2 + m^2",
        N**2,
        a**2 + b**2 + m**2,
    )
    mean = d.nonnegative("(1 + gamma^2) m^2 >= 0", (1 + gamma**2) * m**2)
    rest = d.nonnegative("(gamma a - b)^2 >= 0", (gamma * a - b) ** 2)
    square = d.combine(
        "(1 + gamma^2)(a^2 + b^2) = (a + gamma b)^2 + (gamma a - b)^2",
        (1 + gamma**2) * N**2,
        C**2,
        [(1 + gamma**2, whole), (1, mean), (1, rest), (a + gamma * b + C, split)],
    )
    root = sympy.sqrt(1 + gamma**2) * N
    return d.combine("||C|| <= sqrt(1 + gamma^2) ||R||", root, C, [(1 / (root + C), square)])


@functools.cache
def _derived() -> tuple[Derivation, Fact]:
    """The derivation up to the bound with the constant 2 sqrt(1 + gamma^2), which no claimed constant enters."""
    positive = [Real(name, 0, None, open_lo=True) for name in ("K", "N", "C")]
    others = [Real(name, 0, None) for name in ("Delta", "Y", "Z", "a", "b", "g")]
    d = Derivation(Domain(*positive, *others, Real("X"), Real("m"), bounds.GAMMA), _samples())
    K, N, C, Delta, X, Y, Z, _, _, _, g = (d[name] for name in _NUMBERS)
    gamma = d["gamma"]
    left = d.expands("C1 differs from R1 by shaping: the regret is ||C1|| g, g the regret under s1", C * g)
    optimal = d.by_definition("pi2 is optimal for s2: g <= J_delta(pi1) - J_delta(pi2) = X", X, g)
    densities = d.lemma(
        "X sums gamma^k E_D[(f - g) delta] with densities in [0, K]: X <= K E|delta|/(1 - gamma)",
        lemmas.MONOTONE_INTEGRAL,
        K * Y / (1 - gamma),
        X,
    )
    mean = d.lemma("E|delta| <= ||delta||", lemmas.POWER_MEAN, Z, Y)
    half = d.by_definition("||delta|| = 2 D_EPIC", 2 * Delta, Z)
    share = K / (1 - gamma)
    unit = d.combine(
        "g <= 2 K D/(1 - gamma)",
        2 * share * Delta,
        g,
        [(1, optimal), (1, densities), (share, mean), (share, half)],
    )
    size = _size(d)
    exact = bounds.sharp_constant
    bound = d.claimed(exact, gamma=gamma) * share * N * Delta
    final = d.combine(
        "regret <= 2 sqrt(1 + gamma^2) K ||R1|| D/(1 - gamma)", bound, left, [(C, unit), (2 * share * Delta, size)]
    )
    return d, final


def _bound(subject: Subject, scope: Domain) -> Finding:
    statement = "regret <= constant K ||R1|| D/(1 - gamma) for every MDP"

    def proof() -> Finding:
        d, final = _derived()
        steps, read = list(d.steps), dict(d.read)
        try:
            stated = d.at_most("the stated constant is no smaller", bounds.sharp_constant, subject["constant"])
            return d.conclude([final, stated], scope, statement, rests_on=_RESTS_ON)
        finally:
            d.steps, d.read = steps, read

    return derive(proof, scope, statement)


@check("starc.epic.upper_bound", timeout=60)
def upper_bound(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact instances against the bound; then its derivation with a smaller constant."""
    found = _attack(subject, effort)
    yield found
    if found.verdict is not Verdict.VIOLATED:
        yield _bound(subject, claims.upper_bound.domain)


def _attack_attained(subject: Subject) -> Finding:
    formulas = {"attained": emit_standalone(subject["attained"])}
    return instances.compare(
        [{**entry, "formulas": formulas} for entry in _attacking_cases()[1:]],
        lambda data: witness.make("starc", "attained_constant", data, "regret over K ||R1|| D/(1 - gamma)"),
        wanted=("==",),
        statement="the family attains the stated factor",
        description="values of h and gamma",
    )


def _attained(subject: Subject) -> Iterator[Finding]:
    """The squared factor of the family by running the definitions on symbols, and how close it comes."""
    h, gamma = (sympy.Symbol(name, real=True) for name in ("h", "gamma"))
    law_, weights = [_HALF, _HALF], [Fraction(1, 8)] * 8
    R1, R2 = nearly_indifferent(h, gamma)
    forms = [
        [sympy.expand(x) for x in definitions.entries(definitions.epic_canonical(gamma, R, law_, law_))]
        for R in (R1, R2)
    ]
    covariance, first, second = (
        sympy.factor(sympy.expand(m)) for m in definitions.moments(forms[0], forms[1], weights)
    )
    square = sympy.expand(definitions.dot(weights, [x * x for x in definitions.entries(R1)]))
    distance = (1 - covariance / (sympy.sqrt(first) * sympy.sqrt(second))) / 2
    domain = claims.best_constant.domain
    factor = declared(subject["attained"], domain)
    best, w = 2 * sympy.sqrt(1 + gamma**2), sympy.sqrt(1 + h**2 / (1 + gamma**2) ** 2)
    exact = bounds.attained_constant.expr
    near = 2 * (w**2 + w - 2) * (1 + gamma**2) ** 2 + 4 * h**4
    premises = [
        symbolic.prove_nonnegative(factor, domain, strict=True),
        symbolic.prove_identity(w**2 + w - 2, (w**2 - 1) * (w + 2) / (w + 1), domain),
        symbolic.prove_nonnegative(h**2 / (1 + gamma**2) ** 2 * (w + 2) / (w + 1), domain),
        symbolic.prove_identity(exact**2 - (best**2 - 4 * h**2), near / (1 + gamma**2 + h**2), domain),
    ]
    yield from resting_on(
        premises,
        symbolic.prove_identity(
            (2 * h / (1 - gamma)) ** 2,
            factor**2 * 4 * square * distance / (1 - gamma) ** 2,
            domain,
            statement="the regret 2h/(1 - gamma) is the factor times K ||R1|| D/(1 - gamma)",
            premises=premises,
        ),
    )


@check("starc.epic.sharp_bound", timeout=60)
def sharp_bound(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact instances against the bound; then its derivation."""
    found = _attack(subject, effort)
    yield found
    if found.verdict is not Verdict.VIOLATED:
        yield _bound(subject, claims.sharp_bound.domain)


@check("starc.epic.best_constant", timeout=30)
def best_constant(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Instances from the definitions; then the factor by running the definitions on symbols."""
    found = _attack_attained(subject)
    yield found
    if found.verdict is not Verdict.VIOLATED:
        yield from _attained(subject)
