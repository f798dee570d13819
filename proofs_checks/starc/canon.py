"""Value-adjusted levelling: equivalent to the reward, invariant, linear, of policy mean zero."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational, symbolic
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.starc.instances import M1, M1_R1, Reward, random_mdp, random_reward, redistribution, shaped
from proofs_checks.starc.reachable import mdp_data, random_policy
from theory import lemmas
from theory.starc import canon_claims, exact_canon
from theory.starc.canon_witnesses import moved
from theory.starc.definitions.mdp import RationalMDP
from theory.starc.order_witnesses import dot
from theory.starc.ranges import DISCOUNT

_FAMILIES = ("dense", "deterministic", "exogenous", "bandit", "chain", "unreachable")


@dataclass(frozen=True)
class Case:
    """A reward R, one that differs from it by shaping with Phi and redistribution N, another reward, a policy."""

    mdp: RationalMDP
    R: Reward
    potential: list[Fraction]
    noise: Reward
    other: Reward
    policy: list[list[Fraction]]

    @property
    def moved(self) -> Reward:
        found: Reward = moved(shaped(self.mdp, self.R, self.potential), self.noise, Fraction(1))
        return found


def cases(seed: int, count: int, states: int = 3) -> list[Case]:
    """M1 with pure redistribution (1, -1) at its first pair, then random MDPs of all families."""
    draw = random.Random(seed)
    noise = [[[Fraction(1), Fraction(-1)], [Fraction(0)] * 2], [[Fraction(0)] * 2] * 2]
    half = [[Fraction(1, 2)] * 2] * 2
    peak = [[[Fraction(0)] * 2, [Fraction(7)] * 2], [[Fraction(-2)] * 2, [Fraction(0)] * 2]]
    made = [Case(M1, M1_R1, [Fraction(0)] * 2, noise, peak, half)]
    for index in range(count):
        mdp = random_mdp(draw, _FAMILIES[index % len(_FAMILIES)], draw.randint(2, states), draw.choice((2, 3)))
        potential = [Fraction(draw.randint(-6, 6), draw.randint(1, 3)) for _ in range(mdp.n_states)]
        rewards = random_reward(draw, mdp), redistribution(draw, mdp), random_reward(draw, mdp)
        made.append(Case(mdp, rewards[0], potential, rewards[1], rewards[2], random_policy(draw, mdp)))
    return made


def compared(
    program: str, made: Sequence[Case], formulas: dict[str, str], part: str, statement: str, **more: str
) -> Finding:
    """Every case by a witness program whose two sides must be equal."""

    def evaluate(case: Case) -> Any:
        second = case.other if program.endswith("linear") else case.moved
        data = mdp_data(case.mdp, R1=case.R, R2=second, policy=case.policy, **more)
        return witness.make("starc", program, {**data, "formulas": formulas}, statement)

    description = "MDPs over Q of all families, rewards, potentials, redistributions and policies"
    return instances.compare(made, evaluate, wanted=("==",), statement=statement, description=description).for_part(
        part
    )


def _attack(subject: Subject, effort: Effort) -> Iterator[Finding]:
    formulas = {"canonical": emit_standalone(subject["canonical"])}
    made = cases(effort.seed, 120 if effort.full else 8)
    options = {"successors": subject["successors"], "valued": subject["valued"]}
    for part, program, statement in (
        ("equivalent", "levelled_equivalent", "R - c(R) is shaping and S'-redistribution"),
        ("invariant", "levelled_invariant", "c(R) = c(R') for R' shaped and redistributed"),
        ("linear", "levelled_linear", "c(R1 - 2 R2) = c(R1) - 2 c(R2)"),
        ("levelled", "levelled_mean", "sum_a pi(a|s) c(R)(s, a) = 0"),
    ):
        yield compared(program, made, formulas, part, statement, **options)


def exact_equalities(seed: int, count: int, states: int) -> Iterator[tuple[str, Finding]]:
    """The same four statements of value-adjusted levelling in rationals, by flint; up to 16 states."""
    made = cases(seed, count, states)
    level = exact_canon.value_adjusted_levelling

    def spread(case: Case, form: Any) -> Any:
        return [[[x] * case.mdp.n_states for x in row] for row in form]

    def apart(x: Any, y: Any) -> rational.Relation:
        return rational.Relation(exact_canon.squared_norm(moved(x, y, Fraction(-1))), "==", 0)

    def equivalent(case: Case) -> bool:
        form = level(case.mdp, case.R, case.policy)
        return exact_canon.equivalent(case.mdp, case.mdp.expected_reward(case.R), form)

    def invariant(case: Case) -> rational.Relation:
        return apart(level(case.mdp, case.R, case.policy), level(case.mdp, case.moved, case.policy))

    def linear(case: Case) -> rational.Relation:
        form = [level(case.mdp, R, case.policy) for R in (moved(case.R, case.other, Fraction(3)), case.R, case.other)]
        return apart(form[0], moved(form[1], form[2], Fraction(3)))

    def levelled(case: Case) -> list[rational.Relation]:
        form = level(case.mdp, case.R, case.policy)
        again = level(case.mdp, spread(case, form), case.policy)
        means = [dot(p, x) for p, x in zip(case.policy, form, strict=True)]
        return [apart(again, form), *(rational.Relation(mean, "==", 0) for mean in means)]

    checks: dict[str, Callable[[Case], Any]] = {
        "equivalent": equivalent,
        "invariant": invariant,
        "linear": linear,
        "levelled": levelled,
    }
    for part, verify in checks.items():
        yield part, rational.certify(made, verify, f"value-adjusted levelling: {part}", f"MDPs over Q, S <= {states}")


def _generic(subject: Subject) -> Iterator[Finding]:
    """Two states and actions, every law, policy and discount: invariance and mean zero, times det(I - gamma P_pi)."""
    names = ("t0", "t1", "t2", "t3", "p0", "p1")
    free = ("r0", "r1", "r2", "r3", "f0", "f1")
    domain = Domain(*(Real(name, 0, 1) for name in names), *map(Real, free), DISCOUNT)
    x = {name: sympy.Symbol(name, real=True) for name in (*names, *free, "gamma")}
    gamma, f = x["gamma"], [x["f0"], x["f1"]]
    tau = [[[1 - x[f"t{2 * s + a}"], x[f"t{2 * s + a}"]] for a in range(2)] for s in range(2)]
    policy = [[1 - x[f"p{s}"], x[f"p{s}"]] for s in range(2)]
    r = [[x[f"r{2 * s + a}"] for a in range(2)] for s in range(2)]
    after = [[r[s][a] - f[s] + gamma * sum(map(sympy.Mul, tau[s][a], f)) for a in range(2)] for s in range(2)]

    def scaled(rates: Any) -> tuple[Any, Any]:
        """det(I - gamma P_pi) and its product with V^pi."""
        m = [
            [int(s == t) - gamma * sum(policy[s][a] * tau[s][a][t] for a in range(2)) for t in range(2)]
            for s in range(2)
        ]
        b = [sum(map(sympy.Mul, policy[s], rates[s])) for s in range(2)]
        determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0]
        return determinant, [b[0] * m[1][1] - b[1] * m[0][1], b[1] * m[0][0] - b[0] * m[1][0]]

    def form(rates: Any, s: int, a: int) -> Any:
        determinant, v = scaled(rates)
        ahead = sum(map(sympy.Mul, tau[s][a], v))
        rule = subject["canonical"]
        at = {"r": determinant * rates[s][a], "here": v[s], "ahead": ahead, "gamma": gamma}
        return sympy.expand(rule.expr.subs({rule.symbols[k]: e for k, e in at.items()}, simultaneous=True))

    statement = "S = A = 2: det c(R)(0, 0) is invariant under shaping, for every law, policy and discount"
    one, other = form(r, 0, 0), form(after, 0, 0)
    yield symbolic.prove_identity(one, other, domain, statement=statement).for_part("invariant")
    mean = sympy.expand(policy[0][0] * one + policy[0][1] * form(r, 0, 1))
    statement = "S = A = 2: det sum_a pi(a|0) c(R)(0, a) = 0"
    yield symbolic.prove_identity(mean, sympy.Integer(0), domain, statement=statement).for_part("levelled")


# For every MDP


_NAMES = ("r", "v", "w", "rm", "wm", "p", "q", "qm", "n", "vs", "ws", "r2", "v2", "w2", "vc", "wc", "k")


def _sample(case: Case, s: int, a: int, factor: Fraction) -> Sample:
    mdp, policy = case.mdp, case.policy
    row = mdp.transitions[s][a]
    rates = [mdp.expected_reward(R) for R in (case.R, case.moved, case.other, moved(case.R, case.other, factor))]
    values = [exact_canon.policy_values(mdp, rate, policy) for rate in rates]
    ahead = [dot(row, v) for v in values]
    phi = case.potential
    numbers = {
        "r": rates[0][s][a],
        "v": values[0][s],
        "w": ahead[0],
        "rm": dot(policy[s], rates[0][s]),
        "wm": dot(policy[s], [dot(t, values[0]) for t in mdp.transitions[s]]),
        "p": phi[s],
        "q": dot(row, phi),
        "qm": dot(policy[s], [dot(t, phi) for t in mdp.transitions[s]]),
        "n": dot(row, case.noise[s][a]),
        "vs": values[1][s],
        "ws": ahead[1],
        "r2": rates[2][s][a],
        "v2": values[2][s],
        "w2": ahead[2],
        "vc": values[3][s],
        "wc": ahead[3],
        "k": factor,
        "gamma": mdp.discount,
    }
    return Sample(numbers, exact_canon.value_adjusted_levelling(mdp, case.R, policy)[s][a], {})


def _samples() -> list[Sample]:
    draw = random.Random(11)
    return [
        _sample(
            case, draw.randrange(case.mdp.n_states), draw.randrange(case.mdp.n_actions), Fraction(draw.randint(-4, 4))
        )
        for case in cases(11, 14)
    ]


def _both(d: Derivation, label: str, lemma: Any, left: Any, right: Any, requires: Sequence[Fact] = ()) -> list[Fact]:
    """An equality read off a lemma, as two inequalities."""
    return [
        d.lemma(label, lemma, left, right, requires=requires),
        d.lemma(f"{label} (other side)", lemma, right, left, requires=requires),
    ]


def _equal(d: Derivation, label: str, left: Any, right: Any, terms: Sequence[tuple[Any, Sequence[Fact]]]) -> list[Fact]:
    """``left == right`` by the nonnegative combination of equalities, used forwards and backwards."""
    return [
        d.combine(label, left, right, [(c, pair[0]) for c, pair in terms]),
        d.combine(f"{label} (other side)", right, left, [(c, pair[1]) for c, pair in terms]),
    ]


def _derivation(subject: Subject, part: str, statement: str) -> Finding:
    domain = canon_claims.val.domain

    def proof() -> Finding:
        if subject["successors"] != "mean":
            raise StepFailed("without the mean over successors the form depends on R(s, a, s') itself")
        d = Derivation(Domain(*map(Real, _NAMES), DISCOUNT), _samples())
        gamma, rule = d["gamma"], subject["canonical"]

        def form(r: Any, here: Any, ahead: Any) -> Any:
            return d.claimed(rule, r=r, here=here, ahead=ahead, gamma=gamma)

        d.expands("c(R)(s, a) from r, V(s) = v and E V(S') = w", form(d["r"], d["v"], d["w"]))
        facts = {"equivalent": _equivalent, "invariant": _invariant, "linear": _linear, "levelled": _levelled}[part](
            d, form, subject["valued"]
        )
        return d.conclude(facts, domain, statement)

    return derive(proof, domain, statement).for_part(part)


def _equivalent(d: Derivation, form: Any, valued: str) -> list[Fact]:
    r, v, w, gamma, zero = d["r"], d["v"], d["w"], d["gamma"], d["r"] * 0
    gap = d.identity(
        "r - c(R) is v - gamma w, the shaping (M V)(s, a) with the potential V", r - form(r, v, w), v - gamma * w
    )
    rest = d.identity(
        "what differs beyond has mean 0 over successors: S'-redistribution", r - form(r, v, w) - v + gamma * w, zero
    )
    return [gap, rest]


def _invariant(d: Derivation, form: Any, valued: str) -> list[Fact]:
    r, v, w, rm, wm, p, q, qm, n = (d[name] for name in _NAMES[:9])
    vs, ws, gamma = d["vs"], d["ws"], d["gamma"]
    evaluation = lemmas.BELLMAN_EVALUATION
    bellman = _both(d, "V is the mean over pi of r + gamma E V(S')", evaluation, v, rm + gamma * wm)
    solves = _equal(
        d,
        "V - Phi solves the equation of the shaped reward",
        v - p,
        rm + gamma * qm - p + gamma * (wm - qm),
        [(1, bellman)],
    )
    here = _both(d, "so it is the value of the shaped reward, at s", evaluation, vs, v - p, solves)
    ahead = _both(d, "and on average at S'", evaluation, ws, w - q, solves)
    none = [d.by_definition("N has mean 0 over S'", n, 0), d.by_definition("N has mean 0 (other side)", 0 * n, n)]
    same = _equal(
        d,
        "the shaped, redistributed reward has the same form",
        form(r + gamma * q - p + n, vs, ws),
        form(r, v, w),
        [(1, none), (1, here[::-1]), (gamma, ahead)],
    )
    back = d.deduce(
        "conversely, rewards of one form differ from it, so from each other, by shaping and redistribution",
        evaluation,
        requires=_equivalent(d, form, valued),
    )
    return [*same, back]


def _linear(d: Derivation, form: Any, valued: str) -> list[Fact]:
    if valued != "fixed":
        raise StepFailed("values of a policy that changes with the reward are not linear in it")
    r, v, w, k = d["r"], d["v"], d["w"], d["k"]
    r2, v2, w2, vc, wc, gamma = (d[name] for name in ("r2", "v2", "w2", "vc", "wc", "gamma"))
    here = _both(d, "V^pi of R1 + k R2 at s", lemmas.BELLMAN_EVALUATION, vc, v + k * v2)
    ahead = _both(d, "and on average at S'", lemmas.BELLMAN_EVALUATION, wc, w + k * w2)
    return _equal(
        d,
        "c(R1 + k R2) = c(R1) + k c(R2)",
        form(r + k * r2, vc, wc),
        form(r, v, w) + k * form(r2, v2, w2),
        [(1, here[::-1]), (gamma, ahead)],
    )


def _levelled(d: Derivation, form: Any, valued: str) -> list[Fact]:
    r, v, w, rm, wm, gamma, k = (d[name] for name in ("r", "v", "w", "rm", "wm", "gamma", "k"))
    zero = 0 * r
    bellman = _both(d, "V is the mean over pi of r + gamma E V(S')", lemmas.BELLMAN_EVALUATION, v, rm + gamma * wm)
    additive = d.identity(
        "the form is linear, so its mean is the form of means", form(k * r, k * v, k * w), k * form(r, v, w)
    )
    added = d.identity("and additive", form(r + rm, v + v, w + wm), form(r, v, w) + form(rm, v, wm))
    mean = _equal(d, "the mean over pi is 0", form(rm, v, wm), zero, [(1, bellman[::-1])])
    again = d.identity("the form of a reward whose values are 0 is that reward", form(r, zero, zero), r)
    once = d.deduce(
        "V = 0 solves the evaluation equation of c(R), so c(c(R)) = c(R)",
        lemmas.BELLMAN_EVALUATION,
        requires=[*mean, again],
    )
    return [additive, added, *mean, again, once]


@check("starc.canon.val", timeout=30)
def val(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack on exact instances; rationals; generic two-state identities; the derivations."""
    if subject["successors"] not in ("mean", "none") or subject["valued"] not in ("fixed", "optimal"):
        raise InputError("successors must be 'mean' or 'none', valued 'fixed' or 'optimal'")
    yield from _attack(subject, effort)
    for part, finding in exact_equalities(effort.seed + 1, 12, 16 if effort.full else 5):
        yield finding.for_part(part)
    yield from _generic(subject)
    yield _derivation(subject, "equivalent", "c(R) and R differ by shaping and S'-redistribution")
    yield _derivation(subject, "invariant", "c(R1) = c(R2) iff R1 and R2 differ by shaping and S'-redistribution")
    yield _derivation(subject, "linear", "c is linear")
    yield _derivation(subject, "levelled", "c(R) has mean 0 under pi, so c is a projection")
