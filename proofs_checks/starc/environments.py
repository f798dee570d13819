"""Sound and complete pseudometrics: what distance 0 means, and that none of them can ignore the transitions."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.starc.metric import pairs, zeros
from proofs_checks.starc.reachable import mdp_data
from theory import lemmas
from theory.starc import metric_claims
from theory.starc.definitions import exact
from theory.starc.metric_witnesses import range_distance
from theory.starc.ranges import DISCOUNT


def _sound_samples() -> list[Sample]:
    """The range metric, with U = 1 and L = 1/2, and certified worst-case regret."""
    made = []
    for mdp, R1, R2 in pairs(19, 3):
        r1, r2 = mdp.expected_reward(R1), mdp.expected_reward(R2)
        worst = [exact.worst_case_regret(mdp, r1, r2), exact.worst_case_regret(mdp, r2, r1)]
        if not (worst[0].h1 and worst[1].h1):
            continue
        d = range_distance(mdp_data(mdp), R1, R2)
        values = {"d": d, "W": worst[0].value, "V": worst[1].value, "U": Fraction(1), "L": Fraction(1, 2)}
        made.append(Sample(values, d, {}))
    return made


@check("starc.metric.zero_iff_order", timeout=30)
def zero_iff_order(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Pairs over Q for a distance that is said to be sound and complete, then the derivation for all that are."""
    if subject["form"] not in ("range", "val", "epic", "dard", "none"):
        raise InputError(f"form must be range, val, epic, dard or none, got {subject['form']!r}")
    options = {"form": subject["form"], "norm": "2", "metric": "2"}
    yield zeros(pairs(effort.seed, 60 if effort.full else 6), options)
    domain, statement = metric_claims.zero_iff_order.domain, "d = 0 iff all policies are ordered alike"

    def proof() -> Finding:
        positive = [Real(name, 0, None, open_lo=True) for name in ("U", "L")]
        d = Derivation(Domain(*(Real(name, 0, None) for name in ("d", "W", "V")), *positive), _sound_samples())
        left, W, V, U, L = (d[name] for name in ("d", "W", "V", "U", "L"))
        d.expands("d(R1, R2), with W = W(R1, R2) and V = W(R2, R1)", left)
        sound = d.by_definition("sound: W <= U d", U * left, W)
        swapped = d.by_definition("and V <= U d(R2, R1) = U d", U * left, V)
        regret = d.nonnegative("W >= 0: the pair (pi, pi) is allowed", W)
        complete = d.by_definition("complete: L d <= W", W, L * left)
        both = d.combine("so d = 0 gives W + V = 0", 2 * U * left, W + V, [(1, sound), (1, swapped)])
        small = d.combine("and W = 0 gives d = 0", W / L, left, [(1 / L, complete)])
        alike = d.deduce(
            "W = V = 0 says that J2(pi2) >= J2(pi1) implies J1(pi2) >= J1(pi1) and the reverse: equal orders; a "
            "trivial reward has W = 1 to a nontrivial one before it; two trivial rewards have equal orders and d = 0",
            lemmas.OCCUPANCY_FLOW,
            requires=[both, small, regret],
        )
        return d.conclude([sound, swapped, complete, both, small, alike], domain, statement)

    yield derive(proof, domain, statement)


# Transitions matter


def _environments(subject: Subject) -> Iterator[Finding]:
    formulas = {
        "complete": dict[str, str](),
        "sound": {"range": emit_standalone(subject["range"])},
        "regret": {"regret": emit_standalone(subject["regret"])},
    }
    setting = [
        {"initial": initial, "discount": gamma, "reward": subject["reward"]}
        for initial in (["1/2", "1/2"], ["1", "0"], ["1/5", "4/5"])
        for gamma in ("0", "1/2", "9/10", "99/100")
    ]
    for part, program, place, key in (
        ("complete", "range_in_environment", "first", "complete"),
        ("sound", "range_in_environment", "second", "sound"),
        ("sound", "regret_of_opposites", "second", "regret"),
    ):
        yield instances.compare(
            [{**entry, "environment": subject[place], "formulas": formulas[key]} for entry in setting],
            lambda data, program=program: witness.make("starc", program, data, "in the environment"),  # type: ignore[misc]
            wanted=("==",),
            statement=f"{program} of the {place} environment",
            description="initial laws and discounts",
        ).for_part(part)


def _transition_samples() -> list[Sample]:
    made = []
    for gamma in (Fraction(0), Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)):
        mass = 1 / (1 - gamma)
        values = {
            "T": mass,
            "J": mass / 2,
            "K": mass / 2,
            "gamma": gamma,
            "h": mass,
            "U": Fraction(1),
            "d": Fraction(2),
        }
        made.append(Sample({**values, "W": Fraction(1)}, Fraction(2), {}))
    return made


def _no_distance(subject: Subject, part: str) -> Finding:
    domain, statement = metric_claims.env_dependence.domain, f"the environment where d must be {part}"

    def proof() -> Finding:
        if (subject["first"], subject["second"], subject["reward"]) != ("uniform", "chosen", "successor"):
            raise StepFailed("derived for the uniform and the chosen transitions and the reward of the successor only")
        numbers = [Real(name) for name in ("T", "J", "K", "h", "d", "W")]
        d = Derivation(Domain(*numbers, Real("U", 0, None, open_lo=True), DISCOUNT), _transition_samples())
        T, gamma = d["T"], d["gamma"]
        left = d.expands("d(R, -R), the same number in both environments", d["d"])
        mass = [
            d.lemma("occupancy has mass T = 1 + gamma T", lemmas.OCCUPANCY_FLOW, T - gamma * T, 1 + 0 * T),
            d.lemma("and no more", lemmas.OCCUPANCY_FLOW, 1 + 0 * T, T - gamma * T),
        ]
        facts = _uniform(d, mass) if part == "complete" else _chosen(d, mass, subject, left)
        return d.conclude(facts, domain, statement)

    return derive(proof, domain, statement).for_part(part)


def _uniform(d: Derivation, mass: list[Fact]) -> list[Fact]:
    J, K, T = d["J"], d["K"], d["T"]
    high = [d.by_definition("r = 1/2 at every (s, a): J = T/2", J, T / 2), d.by_definition("J <= T/2", T / 2, J)]
    low = [d.by_definition("of every other policy too: K = T/2", K, T / 2), d.by_definition("K <= T/2", T / 2, K)]
    same = d.combine("so no two returns differ: J >= K", J, K, [(1, high[0]), (1, low[1])])
    back = d.combine("and K >= J", K, J, [(1, low[0]), (1, high[1])])
    zero = d.deduce(
        "R and -R are trivial: completeness demands d(R, -R) = 0", lemmas.OCCUPANCY_FLOW, requires=[same, back]
    )
    return [*mass, same, back, zero]


def _chosen(d: Derivation, mass: list[Fact], subject: Subject, left: Any) -> list[Fact]:
    T, h, W, U, gamma = (d[name] for name in ("T", "h", "W", "U", "gamma"))
    span = d.claimed(subject["range"], gamma=gamma)
    regret = d.claimed(subject["regret"])
    reach = [
        d.by_definition("always action 1 earns T, always action 0 earns 0: h >= T", h, T),
        d.by_definition("every return lies in [0, T]: h <= T", T, h),
    ]
    up = d.combine("h >= 1/(1 - gamma)", h, span, [(1, reach[0]), (1 / (1 - gamma), mass[0])])
    down = d.combine("h <= 1/(1 - gamma)", span, h, [(1, reach[1]), (1 / (1 - gamma), mass[1])])
    positive = d.positive("so R is not trivial", span)
    full = d.by_definition("under -R the worst policy of R is the best: W(R, -R) = h/h", W, 1 + 0 * W)
    least = d.by_definition("a regret is at most the range: W <= 1", 1 + 0 * W, W)
    stated = [
        d.combine("W is the claimed regret", W, regret + 0 * W, [(1, full)]),
        d.combine("and no more", regret + 0 * W, W, [(1, least)]),
    ]
    sound = d.by_definition("sound: W <= U d", U * left, W)
    apart = d.combine("d(R, -R) >= 1/U", left, 1 / U, [(1 / U, sound), (1 / U, full)])
    never = d.positive("1/U > 0, and yet d(R, -R) = 0 by completeness in the other environment", 1 / U)
    return [*mass, up, down, positive, *stated, sound, apart, never]


@check("starc.metric.env_dependence", timeout=20)
def env_dependence(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The pair in both environments over Q, then for every discount and initial law."""
    yield from _environments(subject)
    yield _no_distance(subject, "complete")
    yield _no_distance(subject, "sound")
