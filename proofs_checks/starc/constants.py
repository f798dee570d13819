"""Constants of STARC metrics: tight pairs, certified instances for levelling, and the norm arguments for all.

Numbers of the derivations: norms of the standardised rewards s1, s2 and of their differences; alpha, beta, a, b,
l, u compare the norms n, p and the measure m with the range norm h.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.engines.rational import Relation
from proofs_checks.starc import certified
from proofs_checks.starc.certified import Pair
from proofs_checks.starc.pairs import (
    BOTH_TRIVIAL,
    M1_PAIR,
    ONE_TRIVIAL,
    OPPOSITE,
    TIGHT,
    at_discount,
    compared,
    drawn,
    nontrivial,
    rarely_left,
    value_at,
)
from theory import lemmas
from theory.starc import constants_claims, regret_bounds
from theory.starc.definitions import exact

_FAMILIES = ("dense", "deterministic", "exogenous", "bandit")
_SCALES = (("1", "1", "1"), ("3", "1", "1"), ("1/2", "1", "1"), ("1", "1", "2"), ("1", "5", "1"), ("2", "1/3", "3/5"))
_SIDES = {"sound": ("<=", ("<", "==")), "complete": (">=", (">", "=="))}
_SCOPES = {"sound": constants_claims.sound.domain, "complete": constants_claims.complete.domain}
_ONE = sympy.Integer(1)


def reachable_pairs(effort: Effort, count: int) -> list[Pair]:
    """Random pairs with a first reward that is not trivial, where every policy visits every state."""
    pairs = nontrivial(drawn(effort, count, families=_FAMILIES))
    return [pair for pair in pairs if certified.least_visits(pair.mdp) > 0]


def _scaled_attack(subject: Subject, side: str) -> Finding:
    """The range metric with n = c h, p = h/k, m = t h: constants known exactly, both of them attained."""
    source = {"constant": emit_standalone(subject["general"])}
    cases = [(pair, scale) for scale in _SCALES for pair in (TIGHT, TIGHT.reversed, OPPOSITE, ONE_TRIVIAL, M1_PAIR)]
    if side == "complete" and subject["first"] != "not trivial":
        cases.append((ONE_TRIVIAL.reversed, _SCALES[0]))
    statement = f"W {_SIDES[side][0]} the claimed constant times the distance"

    def show(case: tuple[Pair, tuple[str, str, str]]) -> Any:
        pair, scale = case
        data = {**pair.data(), **dict(zip(("c", "k", "t"), scale, strict=True)), "formulas": source}
        return witness.make("starc", f"{side}_constant", data, statement)

    return instances.compare(
        cases, show, wanted=_SIDES[side][1], statement=statement, description="scaled range metrics on tight pairs"
    )


def _levelling_attack(subject: Subject, side: str) -> Finding:
    more = {"formulas": {"constant": emit_standalone(subject["levelling"])}}
    statement = f"W {_SIDES[side][0]} the claimed constant times the levelled distance"
    late = [at_discount(pair, Fraction(999, 1000)) for pair in (ONE_TRIVIAL, OPPOSITE)]
    rare = [rarely_left(Fraction(eps), Fraction(9, 10)) for eps in ("1/1000", "1/100000")]
    pairs = [ONE_TRIVIAL, OPPOSITE, TIGHT, TIGHT.reversed, M1_PAIR, *late, *rare]
    return compared(pairs, "levelling_constant", more, _SIDES[side][1], statement)


def _levelling_at(formula: Formula, pair: Pair) -> Fraction:
    visits = certified.least_visits(pair.mdp)
    return value_at(formula, gamma=pair.mdp.discount, v=visits, A=pair.mdp.n_actions)


def _levelling_instances(subject: Subject, effort: Effort, side: str) -> Finding:
    def verify(pair: Pair) -> Relation:
        bound = _levelling_at(subject["levelling"], pair) * certified.levelled_distance(pair)
        return Relation(certified.regret(pair), _SIDES[side][0], bound)

    statement = f"W {_SIDES[side][0]} the claimed constant times the levelled distance"
    more = {"formulas": {"constant": emit_standalone(subject["levelling"])}}
    return rational.certify(
        reachable_pairs(effort, 24),
        verify,
        statement,
        "random MDPs over Q",
        show=lambda pair: witness.make("starc", "levelling_constant", {**pair.data(), **more}, statement),
        data=lambda pair: pair.data(),
    )


# Numbers of a pair under levelling, with n and p among L1 and Linf and valid constants of the norms


def numbers(pair: Pair, n: str, p: str, scale: Fraction) -> dict[str, Fraction]:
    """Norms and constants for s = levelled/n, m = scale p; l = scale/2 and u = 2 scale are admissible too."""
    mdp = pair.mdp
    size = Fraction(mdp.n_states * mdp.n_actions)
    s1, s2 = (certified.standardised(mdp, r, n) for r in (pair.r1, pair.r2))
    proof, h2 = certified.certificate(pair), certified.range_norm(mdp, s2)
    h1 = certified.range_norm(mdp, s1)
    lam = proof.multiplier * _ratio(pair, n)
    apart, least = exact.combine(s1, s2, Fraction(1)), exact.combine(s1, s2, lam)
    mass, inverse = 2 / (1 - mdp.discount), (mdp.n_actions - 1) / (mdp.n_actions * certified.least_visits(mdp))
    assert h2 > 0
    return {
        "w": proof.value,
        "h1": h1,
        "H": certified.range_norm(mdp, apart),
        "x": certified.range_norm(mdp, least),
        "p": certified.norm(apart, p),
        "n": certified.norm(apart, n),
        "N": certified.norm(least, n),
        "g": abs(lam - 1),
        "d": scale * certified.norm(apart, p),
        "a": mass,
        "alpha": mass,
        "beta": inverse * (size if n == "1" else 1),
        "b": size if (n, p) == ("inf", "1") else Fraction(1),
        "l": scale / 2,
        "u": 2 * scale,
    }


def _ratio(pair: Pair, n: str) -> Fraction:
    """n(c(R2))/n(c(R1)): the multiplier of the standardised rewards is this many times that of the rewards."""
    sizes = [certified.norm(certified.levelled(pair.mdp, r), n) for r in (pair.r1, pair.r2)]
    return sizes[1] / sizes[0]


def _derivation(left: str) -> Derivation:
    """Norm arguments are tried where neither reward is trivial; trivial ones are treated by themselves."""
    pairs = [pair for pair in reachable_pairs(Effort(seed=13), 16) if certified.range_norm(pair.mdp, pair.r2)]
    norms = [("inf", "inf"), ("1", "1"), ("inf", "1"), ("1", "inf")]
    made = []
    for index, pair in enumerate([M1_PAIR, TIGHT, OPPOSITE, *pairs[:9]]):
        values = numbers(pair, *norms[index % 4], Fraction(1 + index % 3, 2))
        made.append(Sample(values, values["w"] if left == "w" else -values["w"], {}))
    constants = ("a", "alpha", "beta", "b", "l", "u", "h1")
    others = ("H", "x", "p", "n", "N", "g", "d")
    axes = [Real(name, 0, None, open_lo=True) for name in constants] + [Real(name, 0, None) for name in others]
    return Derivation(Domain(Real("w", 0, 1), *axes), made)


def _sound_facts(d: Derivation, subject: Subject) -> list[Fact]:
    w, h1, H, p, distance = (d[name] for name in ("w", "h1", "H", "p", "d"))
    a, beta, low = d["a"], d["beta"], d["l"]
    left = d.expands("-W", -w)
    ray = d.by_definition("the ray identity at the multiplier 1: W h(s1) <= h(s1 - s2)", H, w * h1)
    above = d.by_definition("h <= a p", a * p, H)
    measured = d.by_definition("m >= l p", distance, low * p)
    unit = d.by_definition("1 = n(s1) <= beta h(s1)", beta * h1, _ONE)
    constant = a * beta / low
    claimed = d.claimed(regret_bounds.sound_constant, a=a, beta=beta, l=low)
    terms = [(a * beta / low, measured), (beta, above), (beta, ray), (w, unit)]
    return [
        d.combine("-W >= -(a beta/l) d", left, -constant * distance, terms),
        d.identity("a beta/l is the constant", constant, claimed),
        d.equal("the claimed constant", regret_bounds.sound_constant, subject["general"]),
    ]


def _complete_facts(d: Derivation, subject: Subject) -> list[Fact]:
    names = ("w", "h1", "x", "p", "n", "N", "g", "d", "alpha", "beta", "b", "u")
    w, h1, x, p, n, N, g, distance, alpha, beta, b, u = (d[name] for name in names)
    left = d.expands("W", w)
    chain = 1 / (2 * u * b * alpha * beta)
    facts = [
        d.by_definition("m <= u p", u * p, distance),
        d.by_definition("p <= b n", b * n, p),
        d.lemma("n(s1 - s2) <= n(s1 - lam s2) + |lam - 1| n(s2), n(s2) = 1", lemmas.SEMINORM, N + g, n),
        d.lemma("|lam - 1| = |n(lam s2) - n(s1)| <= n(s1 - lam s2)", lemmas.SEMINORM, N, g),
        d.by_definition("n <= beta h", beta * x, N),
        d.by_definition("the ray identity: W h(s1) = h(s1 - lam s2) at some lam >= 0", w * h1, x),
        d.by_definition("h(s1) <= alpha n(s1) = alpha", alpha, h1),
    ]
    weights = [_ONE, u, u * b, u * b, 2 * u * b, 2 * u * b * beta, 2 * u * b * beta * w]
    terms = [(chain * weight, fact) for weight, fact in zip(weights, facts, strict=True)]
    claimed = d.claimed(regret_bounds.complete_constant, u=u, b=b, alpha=alpha, beta=beta)
    return [
        d.combine("W >= d/(2 u b alpha beta)", left, chain * distance, terms),
        d.identity("1/(2 u b alpha beta) is the constant", chain, claimed),
        d.equal("the claimed constant", regret_bounds.complete_constant, subject["general"]),
        *_second_trivial(d),
    ]


def _second_trivial(d: Derivation) -> list[Fact]:
    """R2 trivial: W = 1 and d = m(s1, 0) <= u p(s1) <= u b, while n(s1) = 1 <= beta h(s1) <= alpha beta."""
    h1, alpha, beta, b, u = (d[name] for name in ("h1", "alpha", "beta", "b", "u"))
    unit = d.by_definition("1 = n(s1) <= beta h(s1)", beta * h1, _ONE)
    above = d.by_definition("h(s1) <= alpha n(s1) = alpha", alpha, h1)
    kappa = d.combine("kappa = alpha beta >= 1", alpha * beta, _ONE, [(beta, above), (_ONE, unit)])
    chain = 1 / (2 * u * b * alpha * beta)
    bounded = d.combine(
        "R2 trivial: 1 >= u b/(2 u b kappa)",
        _ONE,
        chain * u * b,
        [(sympy.Rational(1, 2) / (alpha * beta), kappa), (_ONE, d.nonnegative("1/2 >= 0", sympy.Rational(1, 2)))],
    )
    return [kappa, bounded]


def _general(subject: Subject, side: str) -> Finding:
    scope, statement = _SCOPES[side], f"W {_SIDES[side][0]} the claimed constant times d, for every STARC metric"

    def proof() -> Finding:
        if side == "complete" and subject["first"] != "not trivial":
            raise StepFailed(f"the regret of a trivial reward is 0 by convention; given: {subject['first']}")
        d = _derivation("w" if side == "complete" else "-w")
        facts = (_sound_facts if side == "sound" else _complete_facts)(d, subject)
        return d.conclude(facts, scope, statement, rests_on=("starc.regret.ray_identity",))

    return derive(proof, scope, statement)


# Levelling with n = m = Linf


def _extremes(pair: Pair) -> Mapping[str, Fraction]:
    """The largest levelled entry N, the opposite one of its state, and visits under the two deviations."""
    mdp = pair.mdp
    c = certified.levelled(mdp, pair.r1)
    h, size = certified.range_norm(mdp, c), certified.norm(c, "inf")
    state = next(s for s, row in enumerate(c) if max(abs(x) for x in row) == size)
    row = c[state] if max(c[state]) == size else [-x for x in c[state]]
    known = {"gamma": mdp.discount, "A": Fraction(mdp.n_actions), "v": certified.least_visits(mdp)}
    return {"h": h, "N": size, "o": -min(row), **known}


def _levelling(subject: Subject, side: str) -> Finding:
    scope, statement = _SCOPES[side], f"W {_SIDES[side][0]} the claimed constant times d, for levelling and Linf"

    def proof() -> Finding:
        pairs = [M1_PAIR, TIGHT, OPPOSITE, *reachable_pairs(Effort(seed=17), 14)]
        made = [
            Sample({**(values := _extremes(pair)), "A": Fraction(pair.mdp.n_actions)}, values["h"], {})
            for pair in pairs
        ]
        positive = [Real(name, 0, None, open_lo=True) for name in ("h", "N", "v")]
        d = Derivation(Domain(*positive, Real("o", 0, None), regret_bounds.DISCOUNT, regret_bounds.ACTIONS), made)
        return d.conclude(_levelling_facts(d, subject, side), scope, statement, rests_on=("starc.regret.ray_identity",))

    return derive(proof, scope, statement)


def _levelling_facts(d: Derivation, subject: Subject, side: str) -> list[Fact]:
    h, N, o, v, gamma, A = (d[name] for name in ("h", "N", "o", "v", "gamma", "A"))
    alpha, beta = 2 / (1 - gamma), (A - 1) / (A * v)
    left = d.expands("h, the range norm of the levelled reward", h)
    mass = d.lemma("J <= N/(1-gamma) either way: h <= alpha N", lemmas.OCCUPANCY, alpha * N, h)
    opposite = d.by_definition("entries of a state sum to 0: one is at most -N/(A-1)", o, N / (A - 1))
    deviate = d.lemma(
        "J of the levelled reward is 0 for the uniform policy, at least v N and at most -v o for those that deviate at "
        "one state",
        lemmas.PERFORMANCE_DIFFERENCE,
        left,
        v * N + v * o,
    )
    facts = [
        mass,
        d.combine("h >= v N A/(A-1)", left, v * N * A / (A - 1), [(_ONE, deviate), (v, opposite)]),
        d.identity("that is N <= beta h", beta * (v * N * A / (A - 1)), N),
    ]
    if side == "sound":
        general = d.claimed(regret_bounds.sound_constant, a=alpha, beta=beta, l=_ONE)
        exact_form = regret_bounds.levelling_sound
    else:
        general = d.claimed(regret_bounds.complete_constant, u=_ONE, b=_ONE, alpha=alpha, beta=beta)
        exact_form = regret_bounds.levelling_complete
    return [
        *facts,
        d.identity("the general constant at these", general, d.claimed(exact_form, gamma=gamma, v=v, A=A)),
        d.equal("the claimed constant", exact_form, subject["levelling"]),
    ]


def _judge(subject: Subject, effort: Effort, side: str) -> Iterator[Finding]:
    yield _scaled_attack(subject, side).for_part("general")
    yield _levelling_attack(subject, side).for_part("levelling")
    yield _levelling_instances(subject, effort, side).for_part("levelling")
    yield _general(subject, side).for_part("general")
    yield _levelling(subject, side).for_part("levelling")


@check("starc.metric.sound", timeout=30)
def sound(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Tight pairs for scaled range metrics and for levelling, certified instances, then the norm argument."""
    yield from _judge(subject, effort, "sound")


@check("starc.metric.complete", timeout=30)
def complete(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Tight pairs for scaled range metrics and for levelling, certified instances, then the norm argument."""
    yield from _judge(subject, effort, "complete")


# Two metrics


def _two_metrics(subject: Subject) -> Finding:
    scope, statement = constants_claims.bilipschitz.domain, "d1 <= the claimed constant times d2"

    def sample(pair: Pair) -> Sample:
        """d1 the range metric, d2 levelling with Linf."""
        values = {
            "d1": certified.range_distance(pair),
            "d2": certified.levelled_distance(pair),
            "w": certified.regret(pair),
            "U1": Fraction(1),
            "L1": Fraction(1, 2),
            "U2": _levelling_at(regret_bounds.levelling_sound, pair),
            "L2": _levelling_at(regret_bounds.levelling_complete, pair),
        }
        return Sample(values, -values["d1"], {})

    def proof() -> Finding:
        if subject["trivial_pairs"] != "at distance 0":
            raise StepFailed("nothing bounds the distance of two trivial rewards")
        pairs = [M1_PAIR, TIGHT, OPPOSITE, ONE_TRIVIAL, *reachable_pairs(Effort(seed=19), 14)]
        constants = [Real(name, 0, None, open_lo=True) for name in ("U1", "L1", "U2", "L2")]
        variables = Domain(Real("d1", 0, None), Real("d2", 0, None), Real("w", 0, 1), *constants)
        d = Derivation(variables, [sample(pair) for pair in pairs])
        d1, d2, w, low, high = (d[name] for name in ("d1", "d2", "w", "L1", "U2"))
        left = d.expands("-d1", -d1)
        complete = d.by_definition("d1 is complete and R1 not trivial: L1 d1 <= W", w, low * d1)
        sound = d.by_definition("d2 is sound: W <= U2 d2", high * d2, w)
        fact = d.combine("-d1 >= -(U2/L1) d2", left, -high / low * d2, [(1 / low, complete), (1 / low, sound)])
        claimed = {name: d[name] for name in ("U1", "L1", "U2", "L2")}
        none = d.nonnegative("both trivial: d1 = d2 = 0; only R1 trivial: exchange the rewards", high / low * 0)
        facts = [
            fact,
            none,
            d.identity("U2/L1 is the constant", high / low, d.claimed(regret_bounds.bilipschitz_constant, **claimed)),
            d.equal("the claimed constant", regret_bounds.bilipschitz_constant, subject["constant"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _two_metrics_attack(subject: Subject) -> Finding:
    """The range metric against its cut at 1, scaled: both sound and complete, with constants known exactly."""
    source = {"constant": emit_standalone(subject["constant"])}
    if subject["trivial_pairs"] != "at distance 0":
        return compared(
            [BOTH_TRIVIAL], "trivial_pairs", {"formulas": source}, ("<", "=="), "d1 <= the constant times d2"
        )
    scales = (("1", "1"), ("1", "1/4"), ("1/5", "1"), ("3", "7/2"), ("1", "2/5"))
    cases = [(pair, scale) for scale in scales for pair in (OPPOSITE, TIGHT, M1_PAIR, ONE_TRIVIAL)]
    statement = "d1 <= the claimed constant times d2"

    def show(case: tuple[Pair, tuple[str, str]]) -> Any:
        pair, (x, y) = case
        data = {**pair.data(), "x": x, "y": y, "formulas": source}
        return witness.make("starc", "bilipschitz", data, statement)

    return instances.compare(cases, show, wanted=("<", "=="), statement=statement, description="the range metric, cut")


def _two_metrics_instances(subject: Subject, effort: Effort) -> Finding:
    """Levelling with Linf against the range metric, both ways round."""

    def verify(pair: Pair) -> list[Relation]:
        d1, d2 = certified.range_distance(pair), certified.levelled_distance(pair)
        high, low = (
            _levelling_at(formula, pair)
            for formula in (regret_bounds.levelling_sound, regret_bounds.levelling_complete)
        )
        first = value_at(subject["constant"], U1=1, L1=Fraction(1, 2), U2=high, L2=low)
        second = value_at(subject["constant"], U1=high, L1=low, U2=1, L2=Fraction(1, 2))
        return [Relation(d1, "<=", first * d2), Relation(d2, "<=", second * d1)]

    statement = "d1 <= the claimed constant times d2, and exchanged"
    pairs = reachable_pairs(effort, 24)
    return rational.certify(pairs, verify, statement, "random MDPs over Q", data=lambda pair: pair.data())


@check("starc.metric.bilipschitz", timeout=30)
def bilipschitz(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The range metric against its cut, levelling against it on certified instances, then the two inequalities."""
    yield _two_metrics_attack(subject).for_part("ratio")
    yield _two_metrics_instances(subject, effort).for_part("ratio")
    yield _two_metrics(subject).for_part("ratio")
