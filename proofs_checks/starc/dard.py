"""DARD's canonical form: its kernel on every MDP, and the order of policies that it reverses on one.

With x = R - sh(Phi), Phi = -e + gamma Pbar Phi, the coupled mean T gives x = C(R) + gamma T x at every triple, because
T sh(Phi) = sh(Pbar Phi) for the same action in both rows of transitions. T averages, so that
max|x| <= max|C(R)| + gamma max|x|.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Verdict
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational, symbolic
from proofs_checks.engines.derivation import Derivation, Sample, derive
from proofs_checks.engines.facts import declared, exact_rational
from proofs_checks.starc.certified import mdp_data, text
from proofs_checks.starc.epic import attack_entries, environments, potential, triple
from proofs_checks.starc.epic_families import RETURNING, resting_on
from proofs_checks.starc.instances import random_reward, shaped
from theory import lemmas
from theory.starc import dard_claims as claims
from theory.starc import epic_bounds as bounds
from theory.starc import epic_witnesses as definitions
from theory.starc import exact_epic
from theory.starc.definitions.mdp import RationalMDP

_NINE_TENTHS = Fraction(9, 10)
_HALF = Fraction(1, 2)
_POTENTIAL_NUMBERS = ("R", "here", "ahead", "coupled", "P", "Q", "P_mean", "Q_mean")


def deterministic_mdps(states: int, actions: int) -> Iterator[RationalMDP]:
    """Every deterministic MDP of that size, gamma = 9/10, uniform start."""
    rows = [[Fraction(int(s == t)) for t in range(states)] for s in range(states)]
    for chosen in itertools.product(rows, repeat=states * actions):
        tau = [list(chosen[s * actions : (s + 1) * actions]) for s in range(states)]
        yield RationalMDP(tau, [Fraction(1, states)] * states, _NINE_TENTHS)


# The kernel


def _attack_residual(subject: Subject) -> Finding:
    formulas = {"bound": emit_standalone(subject["bound"])}
    entries = []
    for draw, mdp, _, actions in environments(18, seed=4):
        for R in (random_reward(draw, mdp), _slowly_seen(mdp)):
            entries.append({**mdp_data(mdp), "R": text(R), "actions": text(actions), "formulas": formulas})
    return instances.compare(
        entries,
        lambda data: witness.make("starc", "dard_residual", data, "residual of a potential against max |C(R)|"),
        wanted=("<", "=="),
        statement="max |R - sh(Phi)| <= stated function of max |C(R)|",
        description="random MDPs and rewards",
    )


def _slowly_seen(mdp: RationalMDP) -> Any:
    """u(s, s') = [s = s']: what the coupled chain keeps on a chain that stays."""
    n, m = mdp.n_states, mdp.n_actions
    return [[[Fraction(int(s == t)) for t in range(n)] for _ in range(m)] for s in range(n)]


def _attack_rank(subject: Subject) -> Finding:
    formulas = {"rank": emit_standalone(subject["rank"])}
    half = ["1/2", "1/2"]
    uniform = {"transitions": [[half, half], [half, half]], "initial": half, "discount": "9/10"}
    random_ones = [{**mdp_data(mdp), "actions": text(actions)} for _, mdp, _, actions in environments(6, seed=6)]
    return instances.compare(
        [{**entry, "formulas": formulas} for entry in ({**uniform, "actions": half}, *random_ones)],
        lambda data: witness.make("starc", "dard_rank", data, "exact rank of the canonical form"),
        wanted=("==",),
        statement="rank of C_DARD = stated rank",
        description="uniform transitions, random MDPs",
    )


def _ranks(subject: Subject, effort: Effort) -> Finding:
    """Exact ranks of all deterministic 2 x 2 MDPs and of random ones (at full effort all 729 of 3 x 2 too)."""
    mdps: list[tuple[RationalMDP, Any]] = [(mdp, None) for mdp in deterministic_mdps(2, 2)]
    mdps += [(mdp, actions) for _, mdp, _, actions in environments(40 if effort.full else 9, effort.seed + 8)]
    if effort.full:
        mdps += [(mdp, None) for mdp in deterministic_mdps(3, 2)]

    def verify(instance: tuple[RationalMDP, Any]) -> rational.Relation:
        mdp, actions = instance
        stated = subject["rank"].mpmath(S=mdp.n_states, A=mdp.n_actions)
        return rational.Relation(exact_epic.dard_rank(mdp, actions), "==", exact_rational(stated))

    return rational.certify(mdps, verify, "rank of C_DARD = S^2 A - S", "all deterministic 2 x 2 MDPs, random MDPs")


def _potential_samples() -> list[Sample]:
    made = []
    for draw, mdp, _, actions in environments(18, seed=2):
        R, phi, (s, a, t) = random_reward(draw, mdp), potential(draw, mdp), triple(draw, mdp)
        here, ahead, coupled = definitions.dard_means(mdp.transitions, R, actions, s, t)
        mean = [definitions.dot(actions, [definitions.dot(row, phi) for row in block]) for block in mdp.transitions]
        values = dict(
            zip(_POTENTIAL_NUMBERS, (R[s][a][t], here, ahead, coupled, phi[s], phi[t], mean[s], mean[t]), strict=True)
        )
        left = definitions.dard_canonical(mdp.transitions, mdp.discount, shaped(mdp, R, phi), actions)[s][a][t]
        made.append(Sample({**values, "gamma": mdp.discount}, left, {}))
    return made


def _potentials(subject: Subject) -> Finding:
    scope, statement = claims.kernel.domain, "C(R + gamma Phi(s') - Phi(s)) = C(R); at R = 0: potentials vanish"

    def proof() -> Finding:
        d = Derivation(Domain(*(Real(name) for name in _POTENTIAL_NUMBERS), bounds.GAMMA), _potential_samples())
        R, here, ahead, coupled, P, Q, P_mean, Q_mean = (d[name] for name in _POTENTIAL_NUMBERS)
        gamma = d["gamma"]
        left = d.expands(
            "shaping moves e(s) by gamma (Pbar Phi)(s) - Phi(s), k by gamma (Pbar Phi)(s') - (Pbar Phi)(s)",
            bounds.dard_entry.at(
                R=R + gamma * Q - P,
                here=here + gamma * P_mean - P,
                ahead=ahead + gamma * Q_mean - Q,
                coupled=coupled + gamma * Q_mean - P_mean,
                gamma=gamma,
            ),
        )
        stated = d.claimed(subject["entry"], R=R, here=here, ahead=ahead, coupled=coupled, gamma=gamma)
        same = d.equal("the stated entry is the one of the definition", bounds.dard_entry, subject["entry"])
        return d.conclude([same, d.identity("that is the entry of R", left, stated)], scope, statement)

    return derive(proof, scope, statement)


def _residual_samples() -> list[Sample]:
    """At the triple where |R - sh(Phi)| is largest, with the sign that makes it positive."""
    made = []
    for draw, mdp, _, actions in environments(18, seed=3):
        rest, image = definitions.residual_of(mdp.transitions, mdp.discount, random_reward(draw, mdp), actions)
        n, m = mdp.n_states, mdp.n_actions
        at = max(range(len(rest)), key=lambda i: abs(rest[i]))
        sign = 1 if rest[at] >= 0 else -1
        x = [[[sign * rest[(s * m + a) * n + t] for t in range(n)] for a in range(m)] for s in range(n)]
        coupled = definitions.dard_means(mdp.transitions, x, actions, at // (m * n), at % n)[2]
        values = {
            "c": sign * image[at],
            "k": coupled,
            "X": abs(rest[at]),
            "Y": max(abs(v) for v in image),
            "gamma": mdp.discount,
        }
        made.append(Sample(values, abs(rest[at]), {}))
    return made


def _nothing_else(subject: Subject, part: str) -> Finding:
    scope = claims.kernel.domain
    statement = {
        "nothing_else": "max |R - sh(Phi)| <= max |C(R)|/(1 - gamma): C(R) = 0 for potentials only",
        "rank": "rank of C_DARD = S^2 A - S",
    }[part]

    def proof() -> Finding:
        variables = Domain(Real("c"), Real("k"), Real("X", 0, None), Real("Y", 0, None), bounds.GAMMA)
        d = Derivation(variables, _residual_samples())
        c, k, X, Y, gamma = (d[name] for name in ("c", "k", "X", "Y", "gamma"))
        left = d.expands(
            "x = C(R) + gamma T x at every triple, as T sh(Phi) = sh(Pbar Phi) and Phi = -e + gamma Pbar Phi",
            c + gamma * k,
        )
        largest = d.by_definition("at the triple of the largest |x|: x >= X", left, X)
        image = d.by_definition("C(R) there is at most its maximum Y", Y, c)
        mean = d.lemma("T x is an average of entries of x: at most X", lemmas.MONOTONE_INTEGRAL, X, k)
        exact = bounds.residual_bound
        share = 1 / (1 - gamma)
        value = exact.at(Y=Y, gamma=gamma)
        bound = d.combine("X <= Y/(1 - gamma)", value, X, [(share, largest), (share, image), (gamma * share, mean)])
        solvable = d.deduce(
            "Phi = -e + gamma Pbar Phi has a solution for every e", lemmas.BELLMAN_EVALUATION, requires=[]
        )
        facts = [bound, solvable]
        if part == "nothing_else":
            facts.append(d.at_most("the stated bound is no smaller", exact, subject["bound"]))
        else:
            facts.append(
                d.deduce(
                    "potentials are a kernel of dimension S, as gamma Phi(s') = Phi(s) for all s, s' forces Phi = 0: "
                    "the rank is S^2 A - S",
                    lemmas.FREDHOLM,
                    requires=[bound],
                )
            )
            facts.append(d.equal("the stated rank", bounds.potentials_rank, subject["rank"]))
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("starc.dard.kernel", timeout=30)
def kernel(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Entries, residuals and ranks on exact instances; then the two inclusions for every MDP."""
    yield attack_entries(subject, "DARD").for_part("potentials")
    yield _attack_residual(subject).for_part("nothing_else")
    found = _attack_rank(subject)
    yield found.for_part("rank")
    if found.verdict is Verdict.VIOLATED:
        return
    yield _ranks(subject, effort).for_part("rank")
    yield _potentials(subject).for_part("potentials")
    yield _nothing_else(subject, "nothing_else").for_part("nothing_else")
    yield _nothing_else(subject, "rank").for_part("rank")


# The reversal

_REWARD = [[[Fraction(v)] * 2 for v in row] for row in ((0, -1), (1, 1))]
_POLICIES = [[[1, 0], [1, 0]], [[0, 1], [1, 0]]]


def _reversal_data(gamma: Fraction, **more: Any) -> dict[str, Any]:
    return {
        "transitions": text(RETURNING),
        "initial": text([_HALF, _HALF]),
        "discount": str(gamma),
        "R": text(_REWARD),
        "policies": text(_POLICIES),
        **more,
    }


@functools.cache
def _golden(count: int = 30) -> tuple[Fraction, ...]:
    """Ratios of consecutive Fibonacci numbers, around (sqrt 5 - 1)/2 and ever closer, and discounts further off."""
    a, b, found = 1, 2, []
    for _ in range(count):
        a, b = b, a + b
        found.append(Fraction(a, b))
    others = ("63/100", "61/100", "123/200", "13/20", "3/5", "0", "1/2", "9/10", "99/100")
    return (*map(Fraction, others), *found)


def _attack_reversal(subject: Subject) -> Iterator[Finding]:
    at = {"at": emit_standalone(subject["threshold"])}
    yield instances.compare(
        [_reversal_data(gamma, formulas=at) for gamma in _golden()],
        lambda data: witness.make("starc", "dard_reversal", data, "order of two policies under R and C_DARD(R)"),
        wanted=("==",),
        statement="the order is reversed if and only if gamma exceeds the threshold",
        description="discounts around the threshold, exactly",
    ).for_part("threshold")
    for role, part in (("gain", "reward"), ("gain_canonical", "canonical")):
        formulas = {role: emit_standalone(subject[role])}
        yield instances.compare(
            [_reversal_data(gamma, under=role, formulas=formulas) for gamma in _golden()[:9]],
            lambda data: witness.make("starc", "dard_gain", data, "gain of staying over going"),
            wanted=("==",),
            statement="J(stay) - J(go) = stated gain",
            description="discounts, exactly",
        ).for_part(part)


def _return(r: Any, policy: Any, gamma: Any) -> Any:
    """J from the uniform start by Cramer's rule on the two states, with symbols."""
    P = [[sum(policy[s][a] * RETURNING[s][a][t] for a in range(2)) for t in range(2)] for s in range(2)]
    v = [sum(policy[s][a] * r[s][a] for a in range(2)) for s in range(2)]
    a, b, c, e = 1 - gamma * P[0][0], -gamma * P[0][1], -gamma * P[1][0], 1 - gamma * P[1][1]
    return ((v[0] * e - b * v[1]) + (a * v[1] - c * v[0])) / (2 * (a * e - b * c))


def _gains(gamma: Any) -> dict[str, Any]:
    image = definitions.dard_canonical(RETURNING, gamma, _REWARD, [_HALF, _HALF])
    gains = {}
    for role, R in (("gain", _REWARD), ("gain_canonical", image)):
        r = definitions.expected(RETURNING, R)
        stay, go = (_return(r, policy, gamma) for policy in _POLICIES)
        gains[role] = stay - go
    return gains


@check("starc.dard.not_equivalent", timeout=30)
def not_equivalent(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact returns around the threshold; then both gains with gamma a symbol, and the sign of the second."""
    violated = False
    for found in _attack_reversal(subject):
        yield found
        violated = violated or found.verdict is Verdict.VIOLATED
    if violated:
        return
    domain = claims.not_equivalent.domain
    gamma = sympy.Symbol("gamma", real=True)
    for (role, value), part in zip(_gains(gamma).items(), ("reward", "canonical"), strict=True):
        yield symbolic.prove_identity(
            value, declared(subject[role], domain), domain, statement=f"{role}: J(stay) - J(go) by Bellman's equation"
        ).for_part(part)
    for found in _threshold(subject, domain):
        yield found.for_part("threshold")


def _threshold(subject: Subject, domain: Domain) -> Iterator[Finding]:
    """gain_canonical = (g - gamma)(gamma + g + 1)/(2 (1 - gamma)): its sign is that of g - gamma, g the threshold."""
    gamma, g = sympy.Symbol("gamma", real=True), declared(subject["threshold"], domain)
    factor = (gamma + g + 1) / (2 * (1 - gamma))
    positive = symbolic.prove_nonnegative(factor, domain, strict=True)
    gain = symbolic.prove_nonnegative(
        declared(subject["gain"], domain), domain, strict=True, statement="staying gains under R"
    )
    sign = symbolic.prove_identity(
        declared(subject["gain_canonical"], domain),
        (g - gamma) * factor,
        domain,
        statement="the gain under C_DARD(R) is negative exactly for gamma beyond the threshold",
        premises=[positive, gain],
    )
    yield from resting_on([positive, gain], sign)
