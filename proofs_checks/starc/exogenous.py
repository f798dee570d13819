"""Environments that ignore actions: what each state contributes, and the chain that is left with probability eps."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone, sqrt
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.engines.rational import Relation
from proofs_checks.starc import certified
from proofs_checks.starc.certified import Pair
from proofs_checks.starc.instances import leaving_chain, random_pairs
from proofs_checks.starc.pairs import value_at
from theory import lemmas
from theory.starc import regret_bounds, regret_claims
from theory.starc.definitions import exact
from theory.starc.regret_witnesses import real

_CHAINS = tuple(
    (Fraction(eps), Fraction(gamma))
    for eps, gamma in (("1/10", "9/10"), ("1/100", "9/10"), ("1/1000", "99/100"), ("1/2", "1/2"), ("1", "19/20"))
)
_ZERO = Fraction(0)


def exogenous_pairs(effort: Effort, count: int) -> list[Pair]:
    """Random MDPs with two actions that do not move the transitions, and rewards without ties."""
    number = 5 * count if effort.full else count
    pairs = [Pair(*triple) for triple in random_pairs(effort.seed, number, families=("exogenous", "chain"))]
    return [pair for pair in pairs if all(row[0] != row[1] for row in (*pair.r1, *pair.r2))]


def shrunk(pair: Pair) -> Pair:
    """The same rewards a thousand times smaller: differences whose products are tiny."""
    small = [[[[x / 1000 for x in row] for row in block] for block in R] for R in (pair.R1, pair.R2)]
    return Pair(pair.mdp, *small)


def visits(pair: Pair) -> list[Fraction]:
    """D_s, the same under every policy."""
    return [sum(row, _ZERO) for row in exact.occupancy_of(pair.mdp, [0] * pair.mdp.n_states)]


def differences(r: list[list[Fraction]]) -> list[Fraction]:
    return [row[1] - row[0] for row in r]


def _total(term: Formula, pair: Pair, deltas: list[Fraction]) -> Fraction:
    return sum((value_at(term, D=D, delta=x) for D, x in zip(visits(pair), deltas, strict=True)), _ZERO)


def rollout_loss(pair: Pair) -> Fraction:
    """J1(pi1) - J1(pi2) of the optimal policies."""
    best = [exact.optimal_policy(pair.mdp, r)[0] for r in (pair.r1, pair.r2)]
    first, second = (exact.return_of(pair.mdp, pair.r1, policy) for policy in best)
    return first - second


def tied(pair: Pair) -> Pair:
    """The same with an R2 that does not care for the action in the first state."""
    return Pair(pair.mdp, pair.R1, [[pair.R2[0][0]] * 2, *pair.R2[1:]])


def _attack(
    effort: Effort, program: str, formulas: dict[str, Formula], statement: str, ties: str = "excluded"
) -> Finding:
    sources = {role: emit_standalone(formula) for role, formula in formulas.items()}
    pairs = exogenous_pairs(effort, 8)
    if ties != "excluded":
        pairs = [tied(pair) for pair in pairs]
    return instances.compare(
        [*pairs, *(shrunk(pair) for pair in pairs)],
        lambda pair: witness.make("starc", program, {**pair.data(), "formulas": sources}, statement),
        wanted=("==",),
        statement=statement,
        description="random MDPs whose transitions ignore the actions",
    )


def _chain_attack(program: str, formulas: dict[str, Formula], more: list[dict[str, Any]], statement: str) -> Finding:
    sources = {role: emit_standalone(formula) for role, formula in formulas.items()}

    def show(entry: tuple[Fraction, Fraction, dict[str, Any]]) -> Any:
        eps, gamma, rest = entry
        data = {"mdp": certified.mdp_data(leaving_chain(eps, gamma)), "eps": str(eps), "formulas": sources, **rest}
        return witness.make("starc", program, data, statement)

    return instances.compare(
        [(eps, gamma, rest) for eps, gamma in _CHAINS for rest in more],
        show,
        wanted=("==",),
        statement=statement,
        description="chains",
    )


def _sums(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Sums over states against certified range norms, regrets, distances and losses."""
    term = subject["term"]

    def ranges(pair: Pair) -> list[Relation]:
        h = [certified.range_norm(pair.mdp, r) for r in (pair.r1, pair.r2)]
        first, second = differences(pair.r1), differences(pair.r2)
        apart = [x / h[0] - y / h[1] for x, y in zip(first, second, strict=True)]
        return [
            Relation(h[0], "==", _total(term, pair, first)),
            Relation(certified.range_distance(pair), "==", _total(term, pair, apart)),
        ]

    def regrets(pair: Pair) -> Relation:
        first, second = differences(pair.r1), differences(pair.r2)
        kinks = [_ZERO, *(x / y for x, y in zip(first, second, strict=True) if x / y > 0)]
        sums = [_total(term, pair, [x - lam * y for x, y in zip(first, second, strict=True)]) for lam in kinks]
        return Relation(certified.certificate(pair).regret, "==", min(sums))

    def losses(pair: Pair) -> Relation:
        deltas = zip(visits(pair), differences(pair.r1), differences(pair.r2), strict=True)
        total = sum((value_at(subject["rollout"], D=D, delta1=x, delta2=y) for D, x, y in deltas), _ZERO)
        return Relation(rollout_loss(pair), "==", total)

    pairs, where = exogenous_pairs(effort, 20), "random MDPs whose transitions ignore the actions"
    for part, verify in (("range", ranges), ("regret", regrets), ("rollout", losses)):
        found = rational.certify(pairs, verify, f"closed form ({part})", where, data=lambda pair: pair.data())
        yield found.for_part(part)


def _state_samples(kind: str) -> list[Sample]:
    """What the choice at one state is worth, by returns of policies that differ there alone."""
    draw, made = random.Random(3), []
    for pair in exogenous_pairs(Effort(seed=5), 14):
        lam = Fraction(draw.randint(0, 12), 4) if kind == "regret" else _ZERO
        r = exact.combine(pair.r1, pair.r2, lam)
        state, other = draw.randrange(pair.mdp.n_states), [draw.randint(0, 1) for _ in range(pair.mdp.n_states)]
        policies = [[action if s == state else other[s] for s in range(pair.mdp.n_states)] for action in (0, 1)]
        low, high = (exact.return_of(pair.mdp, r, policy) for policy in policies)
        first, second = differences(pair.r1)[state], differences(pair.r2)[state]
        values = {"D": visits(pair)[state], "delta1": first, "delta2": second, "x": abs(first - lam * second)}
        if kind == "rollout":
            of_action = [exact.return_of(pair.mdp, pair.r1, policy) for policy in policies]
            made.append(Sample(values, of_action[int(first > 0)] - of_action[int(second > 0)], {}))
        else:
            made.append(Sample(values, abs(high - low), {}))
    return made


def _state_derivation(kind: str) -> tuple[Derivation, Fact]:
    variables = Domain(Real("D", 0, None), Real("delta1"), Real("delta2"), Real("x", 0, None))
    d = Derivation(variables, _state_samples(kind))
    separate = d.deduce(
        "the visits D_s do not depend on the policy: J = sum_s D_s r(s, pi(s)), chosen state by state",
        lemmas.OCCUPANCY,
        requires=[],
    )
    return d, separate


def _by_states(subject: Subject, kind: str) -> Finding:
    scope, statement = regret_claims.exogenous.domain, f"closed form ({kind}) state by state"

    def proof() -> Finding:
        d, separate = _state_derivation(kind)
        D, x = d["D"], d["x"]
        if kind == "rollout":
            if subject["ties"] != "excluded":
                raise StepFailed("where Delta2 = 0 the optimal policy of R2 is not determined")
            d.expands("the loss at a state", regret_bounds.rollout_term.expr.subs(_named(d, "D", "delta1", "delta2")))
            same = d.equal("the claimed term", regret_bounds.rollout_term, subject["rollout"])
            return d.conclude([separate, same], scope, statement)
        left = d.expands("the better action minus the worse one at a state, x = |Delta1 - lam Delta2|", D * x)
        facts = [
            separate,
            d.identity("the term at x", left, d.claimed(regret_bounds.exogenous_term, D=D, delta=x)),
            d.identity("the term at -x", left, d.claimed(regret_bounds.exogenous_term, D=D, delta=-x)),
            d.equal("the claimed term", regret_bounds.exogenous_term, subject["term"]),
        ]
        if kind == "regret":
            kinks = d.deduce(
                "h(R1 - lam R2) = sum_s D_s |Delta1 - lam Delta2| is least at 0 or where a term vanishes",
                lemmas.KINK_MINIMUM,
                requires=facts,
            )
            facts.append(kinks)
        return d.conclude(facts, scope, statement, rests_on=("starc.regret.ray_identity",) if kind == "regret" else ())

    return derive(proof, scope, statement)


def _named(d: Derivation, *names: str) -> dict[Any, Any]:
    return {sympy.Symbol(name, real=True): d[name] for name in names}


def _chain(subject: Subject) -> Finding:
    scope, statement = regret_claims.exogenous.domain, "visits of the two states of a chain"

    def proof() -> Finding:
        made = []
        for eps, gamma in _CHAINS:
            start, end = (sum(row, _ZERO) for row in exact.occupancy_of(leaving_chain(eps, gamma), [0, 0]))
            made.append(Sample({"eps": eps, "gamma": gamma, "E": end}, start, {}))
        variables = Domain(Real("eps", 0, 1, open_lo=True), regret_bounds.DISCOUNT, Real("E", 0, None))
        d = Derivation(variables, made)
        eps, gamma = d["eps"], d["gamma"]
        start = d.expands("D0", 1 / (1 - gamma * (1 - eps)))
        ratio = gamma * eps / (1 - gamma)
        facts = [
            d.positive("1 - gamma (1 - eps) > 0", 1 - gamma + gamma * eps),
            d.identity("flow into state 0: D0 = 1 + gamma (1 - eps) D0", start, 1 + gamma * (1 - eps) * start),
            d.identity(
                "flow into state 1: D1 = gamma eps D0 + gamma D1",
                ratio * start,
                gamma * eps * start + gamma * ratio * start,
            ),
            d.by_definition("D1 is that number", d["E"], ratio * start),
            d.equal("the claimed start", regret_bounds.chain_start_visits, subject["start"]),
            d.equal("the claimed ratio", regret_bounds.chain_visit_ratio, subject["ratio"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _condition(subject: Subject) -> Finding:
    scope, statement = regret_claims.exogenous.domain, "the condition number of L2 against the range norm on a chain"

    def proof() -> Finding:
        made = []
        with mpmath.workdps(60):
            for eps, gamma in _CHAINS:
                ends = [sum(row, _ZERO) for row in exact.occupancy_of(leaving_chain(eps, gamma), [0, 0])]
                norm = mpmath.sqrt(real(ends[0]) ** 2 + real(ends[1]) ** 2)
                made.append(Sample({"rho": ends[1] / ends[0]}, norm / real(min(ends)), {}))
        d = Derivation(Domain(Real("rho", 0, None, open_lo=True)), made)
        rho = d["rho"]
        d.expands("||D|| / min D with D proportional to (1, rho)", sqrt(1 + rho**2) / sympy.Min(1, rho))
        facts = [
            d.deduce(
                "levelled rewards are +-Delta/2, n = ||Delta||/sqrt(2); h = sum D |Delta| <= ||D|| ||Delta||, met at D",
                lemmas.CAUCHY_SCHWARZ,
                requires=[],
            ),
            d.deduce(
                "h >= min D sum |Delta| >= min D ||Delta||, met at the rarest state alone",
                lemmas.POWER_MEAN,
                requires=[],
            ),
            d.equal("the claimed condition number", regret_bounds.chain_condition, subject["condition"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("starc.regret.exogenous", timeout=30)
def exogenous(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Sums over states against enumeration and certificates; then state by state, and the chain's flow equations."""
    term, rollout = {"term": subject["term"]}, {"term": subject["rollout"]}
    yield _attack(effort, "exogenous_range", term, "h(R) = the sum of the terms").for_part("range")
    yield _attack(effort, "exogenous_rollout", rollout, "loss = the sum of the terms", subject["ties"]).for_part(
        "rollout"
    )
    chain = {role: subject[role] for role in ("start", "ratio")}
    states: list[dict[str, Any]] = [{"state": 0}, {"state": 1}]
    yield _chain_attack("chain_visits", chain, states, "visits of a chain").for_part("chain")
    condition = {"condition": subject["condition"]}
    yield _chain_attack("chain_condition", condition, [{}], "condition number").for_part("condition")
    yield from _sums(subject, effort)
    for kind in ("range", "regret", "rollout"):
        yield _by_states(subject, kind).for_part(kind)
    yield _chain(subject).for_part("chain")
    yield _condition(subject).for_part("condition")
