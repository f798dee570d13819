"""Order of policies: every transformed reward keeps it, and equal orders leave no other difference."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational, symbolic
from proofs_checks.engines.derivation import Derivation, Sample, StepFailed, derive
from proofs_checks.starc.instances import (
    M1,
    M1_R1,
    M1_R2,
    equivalent_reward,
    random_reward,
    with_unreachable_state,
)
from proofs_checks.starc.reachable import Pair, mdp_data, random_policy, reached_mdps, shapings, unreachable_pair
from theory import lemmas
from theory.starc import exact_canon, order_claims
from theory.starc.definitions import exact
from theory.starc.definitions.mdp import RationalMDP
from theory.starc.order_witnesses import dot, expected, flat, occupancy_under
from theory.starc.ranges import DISCOUNT, FACTOR


def _new_return(case: dict[str, Any]) -> Fraction:
    """J of c (R + N + gamma Phi(s') - Phi(s)), exactly."""
    mdp, phi, c = case["mdp"], case["potential"], case["factor"]
    met = occupancy_under(mdp.transitions, mdp.initial, mdp.discount, case["policy"])
    new = [
        [
            [c * (x + e + mdp.discount * phi[t] - phi[s]) for t, (x, e) in enumerate(zip(row, extra, strict=True))]
            for row, extra in zip(block, more, strict=True)
        ]
        for s, (block, more) in enumerate(zip(case["R"], case["noise"], strict=True))
    ]
    return dot(flat(expected(mdp.transitions, new)), met)


def _shaping_sample(case: dict[str, Any]) -> Sample:
    mdp, phi = case["mdp"], case["potential"]
    met = occupancy_under(mdp.transitions, mdp.initial, mdp.discount, case["policy"])
    rows = [row for block in mdp.transitions for row in block]
    values = {
        "J": dot(flat(mdp.expected_reward(case["R"])), met),
        "N": dot(flat(mdp.expected_reward(case["noise"])), met),
        "X": dot([dot(row, phi) for row in rows], met),
        "Y": sum((m * phi[k // mdp.n_actions] for k, m in enumerate(met)), Fraction(0)),
        "Z": dot(mdp.initial, phi),
        "c": case["factor"],
        "gamma": mdp.discount,
    }
    other = {"J2": values["J"] - 3, "X2": values["X"] + 1, "Y2": Fraction(2), "k": Fraction(-3, 2)}
    return Sample({**values, **other}, _new_return(case), {})


def _invariance(subject: Subject) -> Finding:
    """c <r + N + gamma P Phi - E Phi, m> = c (J + 0 + gamma X - Y), Y - gamma X = mu0 . Phi by the flow equations."""
    domain, statement = order_claims.invariance.domain, "J of the transformed reward is c (J - E Phi)"

    def proof() -> Finding:
        names = ("J", "N", "X", "Y", "Z", "J2", "X2", "Y2", "k")
        variables = Domain(*map(Real, names), FACTOR, DISCOUNT)
        d = Derivation(variables, [_shaping_sample(case) for case in shapings(3, 12)])
        J, N, X, Y, Z, J2, X2, Y2, k = (d[name] for name in names)
        c, gamma = d["c"], d["gamma"]
        shaped, shift = subject["shaped"], subject["shift"]

        def entry(R: Any, here: Any, ahead: Any) -> Any:
            return d.claimed(shaped, R=R, here=here, ahead=ahead, c=c, gamma=gamma)

        additive = d.identity("shaping is additive", entry(J + J2, Y + Y2, X + X2), entry(J, Y, X) + entry(J2, Y2, X2))
        scaled = d.identity("and homogeneous", entry(k * J, k * Y, k * X), k * entry(J, Y, X))
        left = d.expands("so J' is shaping of the aggregates J + N, Y, X under the occupancy", entry(J + N, Y, X))
        nothing = d.by_definition("N has mean 0 at every (s, a), so none under m", N, 0)
        nor_less = d.by_definition("nor less", -N, 0)
        flow = d.lemma("<E Phi - gamma P Phi, m> is mu0 . Phi", lemmas.OCCUPANCY_FLOW, Z, Y - gamma * X)
        back = d.lemma("and not more", lemmas.OCCUPANCY_FLOW, Y - gamma * X, Z)
        right = d.claimed(shift, J=J, offset=Z, c=c)
        above = d.combine("J' >= c (J - Z)", left, right, [(c, nothing), (c, flow)])
        below = d.combine("J' <= c (J - Z)", right, left, [(c, nor_less), (c, back)])
        order = d.identity(
            "differences of returns are multiplied by c > 0",
            right - d.claimed(shift, J=J2, offset=Z, c=c),
            c * (J - J2),
        )
        return d.conclude([additive, scaled, above, below, order], domain, statement)

    return derive(proof, domain, statement)


def _generic() -> Finding:
    """Two states, two actions, every transition law and policy: the occupancy solved for satisfies M^T m = mu0.

    Visits are the adjugate of I - gamma P_pi^T times mu0, over its determinant: a polynomial identity.
    """
    import sympy

    names = ("t0", "t1", "t2", "t3", "p0", "p1", "mu", "gamma")
    axes = [Real(name, 0, 1) for name in names[:-1]]
    symbols = {name: sympy.Symbol(name, real=True) for name in names}
    tau = [[symbols["t0"], symbols["t1"]], [symbols["t2"], symbols["t3"]]]
    p, gamma, mu = (symbols["p0"], symbols["p1"]), symbols["gamma"], symbols["mu"]
    policy = [[1 - q, q] for q in p]
    into = [sum(policy[s][a] * tau[s][a] for a in range(2)) for s in range(2)]
    chain = [[1 - into[s], into[s]] for s in range(2)]
    m = [[int(s == t) - gamma * chain[s][t] for t in range(2)] for s in range(2)]
    start = (1 - mu, mu)
    visits = (start[0] * m[1][1] - start[1] * m[1][0], start[1] * m[0][0] - start[0] * m[0][1])
    determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0]
    left = sum(policy[1][a] * visits[1] for a in range(2)) - gamma * sum(
        tau[s][a] * policy[s][a] * visits[s] for s in range(2) for a in range(2)
    )
    statement = "S = A = 2: det (M^T m - mu0)(1) = 0 for every transition law, policy, start and discount"
    domain = Domain(*axes, DISCOUNT)
    return symbolic.prove_identity(sympy.expand(left), sympy.expand(determinant * mu), domain, statement=statement)


@check("starc.order.invariance", timeout=30)
def invariance(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack exact instances, the instances in rationals, then the derivation for all of them."""
    formulas = {role: emit_standalone(subject[role]) for role in ("shaped", "shift")}
    cases = shapings(effort.seed, 200 if effort.full else 10)
    yield instances.compare(
        cases,
        lambda case: witness.make(
            "starc", "shaped_return", {**mdp_data(**case), "formulas": formulas}, "J of the transformed reward"
        ),
        wanted=("==",),
        statement="J of the transformed reward is as claimed",
        description="MDPs, rewards, potentials, redistributions and policies",
    )
    yield rational.certify(
        shapings(effort.seed + 1, 200 if effort.full else 20),
        _moves_alike,
        "J' - c J is - c mu0 . Phi for every deterministic policy",
        "MDPs over Q with all their deterministic policies",
    )
    yield _generic()
    yield _invariance(subject)


def _moves_alike(case: dict[str, Any]) -> list[rational.Relation]:
    mdp, c = case["mdp"], case["factor"]
    offset = c * dot(mdp.initial, case["potential"])
    found = []
    for chosen in itertools.islice(itertools.product(range(mdp.n_actions), repeat=mdp.n_states), 8):
        policy = [[Fraction(int(a == b)) for b in range(mdp.n_actions)] for a in chosen]
        before = exact.return_of(mdp, mdp.expected_reward(case["R"]), chosen)
        found.append(rational.Relation(_new_return({**case, "policy": policy}), "==", c * before - offset))
    return found


# Equal orders


def _pairs(seed: int, count: int, states: str) -> list[Pair]:
    """M1, opposite, trivial, equivalent and unrelated rewards; with ``states="any"`` an unreachable state too."""
    draw = random.Random(seed)
    negative = [[[-x for x in row] for row in block] for block in M1_R1]
    zero = [[[Fraction(0)] * 2] * 2] * 2
    pairs: list[Pair] = [(M1, M1_R1, M1_R2), (M1, M1_R1, negative), (M1, zero, M1_R1), (M1, zero, zero)]
    if states == "any":
        pairs.append(unreachable_pair())
    for mdp in reached_mdps(seed, count):
        R = random_reward(draw, mdp)
        pairs += [(mdp, R, equivalent_reward(draw, mdp, R)), (mdp, R, random_reward(draw, mdp))]
    return pairs


def _alike(mdp: RationalMDP, r1: exact.Rates, r2: exact.Rates, policies: str) -> bool:
    """Equal orders: of all stationary policies iff no certified regret either way; else pair by pair."""
    if policies == "stochastic":
        certificates = (exact.worst_case_regret(mdp, r1, r2), exact.worst_case_regret(mdp, r2, r1))
        if not (exact.verify(certificates[0], mdp, r1, r2) and exact.verify(certificates[1], mdp, r2, r1)):
            raise InputError("a certificate of regret is rejected")
        return all(certificate.value == 0 for certificate in certificates)
    chosen = list(itertools.product(range(mdp.n_actions), repeat=mdp.n_states))
    returns = [(exact.return_of(mdp, r1, c), exact.return_of(mdp, r2, c)) for c in chosen]
    gaps = [(x[0] - y[0], x[1] - y[1]) for x in returns for y in returns]
    return all((x > 0) == (y > 0) and (x < 0) == (y < 0) for x, y in gaps)


def _order_instances(subject: Subject, effort: Effort) -> Finding:
    policies = subject["policies"]

    def verify(pair: Pair) -> rational.Relation:
        mdp, R1, R2 = pair
        r1, r2 = mdp.expected_reward(R1), mdp.expected_reward(R2)
        return rational.Relation(int(_alike(mdp, r1, r2, policies)), "==", int(exact_canon.equivalent(mdp, r1, r2)))

    def show(pair: Pair) -> Witness:
        data = mdp_data(pair[0], R1=pair[1], R2=pair[2], policies=policies)
        return witness.make("starc", "order_and_transformations", data, "equal orders, and equal up to transformations")

    return rational.certify(
        _pairs(effort.seed, 60 if effort.full else 10, subject["states"]),
        verify,
        "policies are ordered alike iff the rewards differ by the three transformations",
        "pairs of rewards over Q, by certified regret and by rank",
        show=show,
    ).for_part("order")


def _dimension_instances(subject: Subject, effort: Effort) -> Finding:
    mdps: Sequence[RationalMDP] = [M1, *reached_mdps(effort.seed, 60 if effort.full else 10)]
    if subject["states"] == "any":
        mdps = [*mdps, with_unreachable_state(M1, 0)]
    formulas = {"rank": emit_standalone(subject["rank"])}
    return instances.compare(
        mdps,
        lambda mdp: witness.make(
            "starc", "occupancy_rank", {**mdp_data(mdp), "formulas": formulas}, "rank of the occupancy differences"
        ),
        wanted=("==",),
        statement="rank of the differences of deterministic occupancies = S (A - 1)",
        description="MDPs over Q",
    ).for_part("dimension")


def _direction(draw: random.Random, mdp: RationalMDP) -> list[Fraction]:
    """A random z with M^T z = 0: a combination of occupancy differences."""
    base = occupancy_under(mdp.transitions, mdp.initial, mdp.discount, exact_canon.uniform_policy(mdp))
    z = [Fraction(0)] * len(base)
    for _ in range(3):
        met = occupancy_under(mdp.transitions, mdp.initial, mdp.discount, random_policy(draw, mdp))
        weight = Fraction(draw.randint(-5, 5))
        z = [x + weight * (m - b) for x, m, b in zip(z, met, base, strict=True)]
    return z


def _order_samples() -> list[Sample]:
    """Equivalent rewards on reachable MDPs, with directions z and z0 of occupancy and a potential."""
    draw, made = random.Random(5), list[Sample]()
    for mdp in reached_mdps(5, 16):
        R2 = random_reward(draw, mdp)
        r1, r2 = (flat(mdp.expected_reward(R)) for R in (equivalent_reward(draw, mdp, R2), R2))
        z, z0 = _direction(draw, mdp), _direction(draw, mdp)
        g1, g2 = dot(r1, z0), dot(r2, z0)
        if g2 == 0:
            continue
        sign = 1 if g2 > 0 else -1
        phi = [Fraction(draw.randint(-5, 5)) for _ in range(mdp.n_states)]
        image = [dot(row, phi) for row in exact_canon.shaping_matrix(mdp)]
        met = occupancy_under(mdp.transitions, mdp.initial, mdp.discount, exact_canon.uniform_policy(mdp))
        top = max(range(mdp.n_states), key=lambda s: abs(phi[s]))
        values = {
            "f1": dot(r1, z),
            "f2": dot(r2, z),
            "g1": sign * g1,
            "g2": sign * g2,
            "gamma": mdp.discount,
            "top": abs(phi[top]),
            "ahead": abs(dot(mdp.transitions[top][0], phi)),
            "image": max(map(abs, image)),
            "low": min(met),
            "high": max(map(abs, z)),
            "S": Fraction(mdp.n_states),
            "A": Fraction(mdp.n_actions),
        }
        made.append(Sample(values, dot(r1, z), {}))
    return made


def _numbers() -> Domain:
    return Domain(
        Real("f1"),
        Real("f2"),
        Real("g1", 0, None, open_lo=True),
        Real("g2", 0, None, open_lo=True),
        DISCOUNT,
        *(Real(name, 0, None) for name in ("top", "ahead", "image", "high")),
        Real("low", 0, None, open_lo=True),
        Integer("S", 1, None),
        Integer("A", 1, None),
    )


def _require_assumptions(subject: Subject) -> None:
    if subject["states"] != "reachable":
        raise StepFailed("the occupancy of the uniform policy is positive at every state only where all are reachable")
    if subject["policies"] != "stochastic":
        raise StepFailed("directions between occupancies of deterministic policies are finitely many")


def _all_directions(d: Derivation) -> list[Any]:
    """M is injective, and every z with M^T z = 0 is, up to a positive factor, a difference of occupancies."""
    top, ahead, image, gamma, low, high = (d[name] for name in ("top", "ahead", "image", "gamma", "low", "high"))
    at = d.by_definition("|M Phi| where |Phi| is largest, by the triangle inequality", image, top - gamma * ahead)
    mean = d.by_definition("a mean of Phi is at most the largest |Phi|", top, ahead)
    injective = d.combine("|M Phi| >= (1 - gamma) max |Phi|", image, (1 - gamma) * top, [(1, at), (gamma, mean)])
    room = d.positive("m + e z stays positive for e = low/(1 + high)", low - low / (1 + high) * high)
    inside = d.deduce(
        "the uniform policy visits every reachable state, so m > 0 and m + e z is an occupancy if M^T z = 0",
        lemmas.OCCUPANCY_FLOW,
        requires=[room],
    )
    return [injective, room, inside]


def _order(subject: Subject) -> Finding:
    domain, statement = order_claims.iff.domain, "equal orders iff r1 = c r2 - M Phi with c > 0"

    def proof() -> Finding:
        _require_assumptions(subject)
        d = Derivation(_numbers(), _order_samples())
        facts = _all_directions(d)
        f1, f2, g1, g2 = (d[name] for name in ("f1", "f2", "g1", "g2"))
        left = d.expands("J1 changes by f1 = <r1, z> along z", f1)
        still = d.identity("along z - (f2/g2) z0 the return J2 stays", f2 - f2 / g2 * g2, 0 * f2)
        forth = d.by_definition("so by the equal order J1 stays: f1 >= (f2/g2) g1", f1, f2 / g2 * g1)
        back = d.by_definition("and f1 <= (f2/g2) g1", f2 / g2 * g1, f1)
        above = d.combine("f1 >= c f2, c = g1/g2", left, g1 / g2 * f2, [(1, forth)])
        below = d.combine("f1 <= c f2", g1 / g2 * f2, left, [(1, back)])
        factor = d.positive("c > 0, as J1 and J2 both grow along z0", g1 / g2)
        only = d.deduce(
            "r1 - c r2 vanishes where M^T z = 0, so it is M Phi; if no g2 > 0 is found, r1 and r2 are both M Phi",
            lemmas.FREDHOLM,
            requires=[*facts, still, above, below, factor],
        )
        rests = ("starc.order.invariance",)
        return d.conclude([*facts, above, below, factor, only], domain, statement, rests_on=rests)

    return derive(proof, domain, statement).for_part("order")


def _dimension(subject: Subject) -> Finding:
    domain, statement = order_claims.iff.domain, "the occupancy polytope has dimension S (A - 1)"

    def proof() -> Finding:
        _require_assumptions(subject)
        d = Derivation(_numbers(), _order_samples())
        facts = _all_directions(d)
        S, A = d["S"], d["A"]
        d.expands("f1 = <r1, z>", d["f1"])
        kernel = d.deduce("dim {z : M^T z = 0} = S A - S, as M is injective", lemmas.FREDHOLM, requires=facts)
        count = d.identity("which is the claimed dimension", S * A - S, d.claimed(subject["rank"], S=S, A=A))
        return d.conclude([*facts, kernel, count], domain, statement)

    return derive(proof, domain, statement).for_part("dimension")


@check("starc.order.iff", timeout=30)
def iff(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Pairs of rewards by certified regret against rank, ranks of occupancy, then both derivations."""
    if subject["states"] not in ("reachable", "any") or subject["policies"] not in ("stochastic", "deterministic"):
        raise InputError("states must be 'reachable' or 'any', policies 'stochastic' or 'deterministic'")
    yield _order_instances(subject, effort)
    yield _dimension_instances(subject, effort)
    yield _order(subject)
    yield _dimension(subject)
