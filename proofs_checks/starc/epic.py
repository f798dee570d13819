"""EPIC's canonical form and its distance: identities in the means that the form takes, tried at random MDPs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Verdict
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.starc.certified import mdp_data, text
from proofs_checks.starc.instances import Reward, random_mdp, random_reward, shaped
from theory import lemmas
from theory.starc import epic_bounds as bounds
from theory.starc import epic_claims as claims
from theory.starc import epic_witnesses as definitions
from theory.starc import exact_epic
from theory.starc.definitions.mdp import RationalMDP

_DIGITS = 60
_REALS = ("R", "here", "ahead", "mean", "P", "Q", "B", "R_", "here_", "ahead_", "mean_", "x", "y")


def law(draw: random.Random, n: int) -> list[Fraction]:
    """A law on n points, positive everywhere."""
    weights = [draw.randint(1, 5) for _ in range(n)]
    return [Fraction(w, sum(weights)) for w in weights]


def environments(
    count: int, seed: int = 0
) -> Iterator[tuple[random.Random, RationalMDP, list[Fraction], list[Fraction]]]:
    """A generator, an MDP of 1 to 3 states and 1 to 3 actions, and laws D_S and D_A on them."""
    draw = random.Random(seed)
    for index in range(count):
        family = ("dense", "deterministic")[index % 2]
        mdp = random_mdp(draw, family, 1 + index % 3, 1 + index // 3 % 3)
        yield draw, mdp, law(draw, mdp.n_states), law(draw, mdp.n_actions)


def potential(draw: random.Random, mdp: RationalMDP) -> list[Fraction]:
    return [Fraction(draw.randint(-6, 6), draw.randint(1, 3)) for _ in range(mdp.n_states)]


def triple(draw: random.Random, mdp: RationalMDP) -> tuple[int, int, int]:
    return draw.randrange(mdp.n_states), draw.randrange(mdp.n_actions), draw.randrange(mdp.n_states)


def entry_data(kind: str, count: int) -> list[dict[str, Any]]:
    """Random rewards, potentials and laws for the programs that read one canonical entry."""
    return [
        {
            **mdp_data(mdp),
            "canonical": kind,
            "R": text(random_reward(draw, mdp)),
            "potential": text(potential(draw, mdp)),
            "states": text(states),
            "actions": text(actions),
            "at": list(triple(draw, mdp)),
        }
        for draw, mdp, states, actions in environments(count)
    ]


def attack_entries(subject: Subject, kind: str) -> Finding:
    """Canonical entries of shaped rewards, from the expectation, against the stated entry."""
    formulas = {"entry": emit_standalone(subject["entry"])}
    return instances.compare(
        [{**entry, "formulas": formulas} for entry in entry_data(kind, 18)],
        lambda data: witness.make("starc", "canonical_entry", data, "canonical entry of a shaped reward"),
        wanted=("==",),
        statement="canonical entry of R + shaping = stated entry of R",
        description="random MDPs, rewards and potentials",
    )


def _samples(count: int = 18) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Entries with the means of two rewards and a potential; left is C(R + shaping) from the expectation."""
    made = []
    for draw, mdp, states, actions in environments(count, seed=1):
        R, other, phi = random_reward(draw, mdp), random_reward(draw, mdp), potential(draw, mdp)
        s, a, t = triple(draw, mdp)
        here, ahead, mean = definitions.epic_means(R, states, actions, s, t)
        here_, ahead_, mean_ = definitions.epic_means(other, states, actions, s, t)
        x, y = Fraction(draw.randint(-3, 3)), Fraction(draw.randint(-3, 3), 2)
        values = dict(
            zip(
                _REALS,
                (R[s][a][t], here, ahead, mean, phi[s], phi[t], definitions.dot(states, phi)),
                strict=False,
            )
        )
        values |= {"R_": other[s][a][t], "here_": here_, "ahead_": ahead_, "mean_": mean_, "x": x, "y": y}
        values["gamma"] = mdp.discount
        moved = shaped(mdp, R, phi)
        mixed = [
            [[x * p + y * q for p, q in zip(*rows, strict=True)] for rows in zip(*blocks, strict=True)]
            for blocks in zip(R, other, strict=True)
        ]
        lefts = {
            name: definitions.epic_canonical(mdp.discount, reward, states, actions)[s][a][t]
            for name, reward in (("invariant", moved), ("linear", mixed), ("shaping", R))
        }
        lefts["shaping"] -= R[s][a][t]
        made.append((values, lefts))
    return made


def _numbers(part: str) -> Derivation:
    made = [Sample(values, lefts[part], {}) for values, lefts in _samples()]
    return Derivation(Domain(*(Real(name) for name in _REALS), bounds.GAMMA), made)


def _entry_of(d: Derivation, subject: Subject, R: Any, here: Any, ahead: Any, mean: Any) -> Any:
    return d.claimed(subject["entry"], R=R, here=here, ahead=ahead, mean=mean, gamma=d["gamma"])


def _canon(subject: Subject, part: str) -> Finding:
    statement = {
        "invariant": "C(R + gamma Phi(s') - Phi(s)) = C(R)",
        "linear": "C(x R + y R') = x C(R) + y C(R')",
        "shaping": "C(R) - R = gamma Psi(s') - Psi(s)",
    }[part]
    scope = claims.canon.domain

    def proof() -> Finding:
        d = _numbers(part)
        R, here, ahead, mean, P, Q, B, R_, here_, ahead_, mean_, x, y = (d[name] for name in _REALS)
        gamma = d["gamma"]
        exact = bounds.epic_entry.at
        same = d.equal("the stated entry is the one of the definition", bounds.epic_entry, subject["entry"])
        if part == "invariant":
            moved = gamma * B
            left = d.expands(
                "shaping moves phi(s) by gamma E Phi - Phi(s), as D_S sums to 1, and its mean by (gamma - 1) E Phi",
                exact(
                    R=R + gamma * Q - P,
                    here=here + moved - P,
                    ahead=ahead + moved - Q,
                    mean=mean + moved - B,
                    gamma=gamma,
                ),
            )
            step = d.identity("that is the entry of R", left, _entry_of(d, subject, R, here, ahead, mean))
        elif part == "linear":
            pairs = ((R, R_), (here, here_), (ahead, ahead_), (mean, mean_))
            names = ("R", "here", "ahead", "mean")
            mixed = {name: x * one + y * two for name, (one, two) in zip(names, pairs, strict=True)}
            left = d.expands("means are linear", exact(**mixed, gamma=gamma))
            two = _entry_of(d, subject, R_, here_, ahead_, mean_)
            step = d.identity("so is the entry", left, x * _entry_of(d, subject, R, here, ahead, mean) + y * two)
        else:
            left = d.expands("C(R) - R", exact(R=R, here=here, ahead=ahead, mean=mean, gamma=gamma) - R)
            psi = [d.claimed(subject["potential"], here=at, mean=mean, gamma=gamma) for at in (here, ahead)]
            step = d.identity("that is a shaping by Psi", left, gamma * psi[1] - psi[0])
        return d.conclude([same, step], scope, statement)

    return derive(proof, scope, statement)


def _both_forms(draw: random.Random, mdp: RationalMDP, states: Any, actions: Any) -> list[rational.Relation]:
    R, phi = random_reward(draw, mdp), potential(draw, mdp)
    fast = exact_epic.epic(mdp, R, states, actions)
    brute = definitions.epic_canonical(mdp.discount, R, states, actions)
    again = exact_epic.epic(mdp, fast, states, actions)
    moved = exact_epic.epic(mdp, shaped(mdp, R, phi), states, actions)
    pairs = [*zip(*(exact_epic.flat(form) for form in (fast, brute)), strict=True)]
    pairs += [*zip(*(exact_epic.flat(form) for form in (fast, again)), strict=True)]
    pairs += [*zip(*(exact_epic.flat(form) for form in (fast, moved)), strict=True)]
    return [rational.Relation(one, "==", two) for one, two in pairs]


@check("starc.epic.canon", timeout=30)
def canon(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Entries from the expectation against the stated ones; then identities in the means, for every size."""
    yield attack_entries(subject, "EPIC").for_part("invariant")
    formulas = {"potential": emit_standalone(subject["potential"])}
    yield instances.compare(
        [{**entry, "formulas": formulas} for entry in entry_data("EPIC", 18)],
        lambda data: witness.make("starc", "epic_shaping", data, "C(R) - R against the shaping by Psi"),
        wanted=("==",),
        statement="C(R) - R = gamma Psi(s') - Psi(s)",
        description="random rewards",
    ).for_part("shaping")
    yield rational.certify(
        list(environments(60 if effort.full else 12, effort.seed + 5)),
        lambda instance: _both_forms(*instance),
        "the expectation agrees with the fast form, which is idempotent and blind to shaping",
        "random MDPs, exactly",
    ).for_part("invariant")
    for part in ("invariant", "linear", "shaping"):
        yield _canon(subject, part).for_part(part)


# The distance as half an L2 distance


def _coverage(kind: str, mdp: RationalMDP) -> list[Fraction]:
    """The uniform product law, or the law of (s, a) uniform and s' ~ tau."""
    n, m = mdp.n_states, mdp.n_actions
    if kind == "product":
        return definitions.product_coverage(definitions.uniform(n), definitions.uniform(m))
    return [p / (n * m) for block in mdp.transitions for row in block for p in row]


def _pairs(count: int, seed: int = 2) -> Iterator[tuple[RationalMDP, Reward, Reward]]:
    """Rewards on 2 or 3 states, none of them a potential."""
    draw = random.Random(seed)
    for index in range(count):
        mdp = random_mdp(draw, "dense", 2 + index % 2, 2)
        yield mdp, random_reward(draw, mdp), random_reward(draw, mdp)


def _attack_half(subject: Subject) -> Finding:
    formulas = {"half": emit_standalone(subject["half"])}
    return instances.compare(
        [
            {
                **mdp_data(mdp),
                "canonical": subject["canonical"],
                "coverage": text(_coverage(subject["coverage"], mdp)),
                "R1": text(R1),
                "R2": text(R2),
                "formulas": formulas,
            }
            for mdp, R1, R2 in _pairs(8)
        ],
        lambda data: witness.make("starc", "half_of_norm", data, "Pearson distance against half the L2 distance"),
        wanted=("==",),
        statement="D = stated function of ||s1 - s2||",
        description="random pairs of rewards",
    )


def _half_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(_DIGITS):
        for mdp, R1, R2 in _pairs(12, seed=3):
            draw = random.Random(str(R1))
            states, actions = law(draw, mdp.n_states), law(draw, mdp.n_actions)
            weights = definitions.product_coverage(states, actions)
            one, two = (
                definitions.entries(definitions.epic_canonical(mdp.discount, R, states, actions)) for R in (R1, R2)
            )
            phi = [definitions.epic_means(R1, states, actions, s, s)[0] for s in range(mdp.n_states)]
            values = {
                "gamma": mdp.discount,
                "all": definitions.dot(weights, definitions.entries(R1)),
                "here": definitions.dot(states, phi),
                "mean1": definitions.dot(weights, one),
                "mean2": definitions.dot(weights, two),
                "inner": definitions.dot(weights, [x * y for x, y in zip(one, two, strict=True)]),
                "square1": definitions.dot(weights, [x * x for x in one]),
                "square2": definitions.dot(weights, [x * x for x in two]),
                "Z": definitions._between_units(one, two, weights),
            }
            values["Delta"] = definitions.pearson(one, two, weights)
            made.append(Sample(values, values["Delta"], {}))
    return made


def _centred(d: Derivation) -> list[Fact]:
    """E_D C = E R + gamma m - m - gamma m = 0, with E R = E phi = m under the product law."""
    gamma, every, here = d["gamma"], d["all"], d["here"]
    form = every + gamma * here - here - gamma * here
    facts = [
        d.by_definition("E_D R = E phi, as D is a product", every, here),
        d.by_definition("E phi = E_D R", here, every),
        d.by_definition("E_D C = E R + gamma m - m - gamma m", d["mean1"], form),
        d.by_definition("and not less", form, d["mean1"]),
    ]
    facts.append(d.combine("E_D C >= 0", d["mean1"], 0, [(1, facts[2]), (1, facts[0])]))
    facts.append(d.combine("E_D C <= 0", 0, d["mean1"], [(1, facts[3]), (1, facts[1])]))
    return facts


def _half(subject: Subject) -> Finding:
    scope, statement = claims.half_l2.domain, "D_EPIC = ||s1 - s2||/2 in L2(D)"

    def proof() -> Finding:
        if (subject["canonical"], subject["coverage"]) != ("EPIC", "product"):
            raise StepFailed("the canonical form is centred for EPIC under its product law only")
        names = [Real(name) for name in ("all", "here", "mean1", "mean2", "inner")]
        positive = [Real(name, 0, None, open_lo=True) for name in ("square1", "square2")]
        d = Derivation(
            Domain(*names, *positive, Real("Z", 0, None), Real("Delta", 0, None), bounds.GAMMA), _half_samples()
        )
        inner, one, two, Z, Delta = (d[name] for name in ("inner", "square1", "square2", "Z", "Delta"))
        centred = _centred(d)
        left = d.expands("the Pearson distance Delta", Delta)
        rho = inner / (one ** Fraction(1, 2) * two ** Fraction(1, 2))
        norms = one / one + two / two - 2 * rho
        facts = [
            d.by_definition(
                "Delta^2 = (1 - rho)/2, rho = <C1, C2>/(||C1|| ||C2||) as both means are 0", Delta**2, (1 - rho) / 2
            ),
            d.by_definition("and not more", (1 - rho) / 2, Delta**2),
            d.by_definition("Z^2 = <s1 - s2, s1 - s2>", Z**2, norms),
            d.by_definition("and not more", norms, Z**2),
        ]
        quarter = Fraction(1, 4)
        low = d.combine("Delta^2 >= (Z/2)^2", Delta**2, (Z / 2) ** 2, [(1, facts[0]), (quarter, facts[3])])
        high = d.combine("Delta^2 <= (Z/2)^2", (Z / 2) ** 2, Delta**2, [(1, facts[1]), (quarter, facts[2])])
        claimed = d.claimed(subject["half"], N=Z)
        least = d.lemma(
            "squares rise on [0, inf): Delta >= Z/2", lemmas.MEAN_VALUE, left, Z / 2, requires=[low, *centred]
        )
        most = d.lemma("and Delta <= Z/2", lemmas.MEAN_VALUE, Z / 2, left, requires=[high, *centred])
        facts = [least, most, d.identity("this is the stated function", Z / 2, claimed)]
        return d.conclude(facts, scope, statement, rests_on=("starc.epic.canon",))

    return derive(proof, scope, statement)


@check("starc.epic.half_l2", timeout=30)
def half_l2(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Pairs of rewards from the definitions; then the identity of squares for every size and law."""
    found = _attack_half(subject)
    yield found
    if found.verdict is not Verdict.VIOLATED:
        yield _half(subject)
