"""The exact families on which EPIC and DARD are far from worst-case regret, both ways.

The closed forms are obtained by running the definitions on symbols; regret follows from what the expected rewards
are: opposite ones order every pair oppositely (W = 1), equal ones order it alike (W = 0), whatever the policies.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, symbolic
from proofs_checks.engines.derivation import Derivation, Sample, derive
from proofs_checks.engines.facts import declared, exact_rational
from proofs_checks.starc.certified import text
from proofs_checks.starc.epic import law
from theory import lemmas
from theory.starc import dard_claims, epic_claims
from theory.starc import epic_bounds as bounds
from theory.starc import epic_witnesses as definitions

_HALF = Fraction(1, 2)
UNIFORM = [[[_HALF, _HALF] for _ in range(2)] for _ in range(2)]
RETURNING = [[[1, 0], [0, 1]], [[1, 0], [1, 0]]]
_STARTS = ([_HALF, _HALF], [Fraction(1), Fraction(0)], [Fraction(1, 5), Fraction(4, 5)])
_GAMMAS = (Fraction(0), Fraction(1, 2), Fraction(9, 10))
_TRIPLES = [(s, a, t) for s in range(2) for a in range(2) for t in range(2)]


def resting_on(premises: Sequence[Finding], finding: Finding) -> Iterator[Finding]:
    """The finding, or the premise that a witness refutes in its place."""
    yield next((premise for premise in premises if premise.verdict is Verdict.VIOLATED), finding)


def _reward(entry: Callable[[int, int, int], Any]) -> Any:
    return [[[entry(s, a, t) for t in range(2)] for a in range(2)] for s in range(2)]


def opposed(eps: Any, gamma: Any) -> tuple[Any, Any]:
    """eps r + N and -eps r + N."""
    one, two = (_reward(lambda s, a, t, e=e: e * (a - _HALF) + (-1) ** t) for e in (eps, -eps))  # type: ignore[misc]
    return one, two


def redistributed(t: Any, gamma: Any) -> tuple[Any, Any]:
    """r and r + t N."""
    return _reward(lambda s, a, j: a - _HALF), _reward(lambda s, a, j: a - _HALF + t * (-1) ** j)


def on_impossible(x: Any, gamma: Any) -> tuple[Any, Any]:
    """eps a + I and -eps a + I with eps = x gamma and I = 1 at the impossible (1, 1, 1)."""
    one, two = (_reward(lambda s, a, t, e=e: e * a + int((s, a, t) == (1, 1, 1))) for e in (x * gamma, -x * gamma))  # type: ignore[misc]
    return one, two


@dataclass(frozen=True)
class Family:
    """Two rewards on a 2 x 2 MDP by one parameter; ``opposite`` says how their expected rewards are related."""

    parameter: str
    transitions: Any
    rewards: Callable[[Any, Any], tuple[Any, Any]]
    coverage: list[Any]
    opposite: bool
    values: Sequence[str]
    gammas: Sequence[Fraction] = _GAMMAS

    def data(self, kind: str, value: Fraction, gamma: Fraction, start: Sequence[Fraction]) -> dict[str, Any]:
        one, two = self.rewards(value, gamma)
        return {
            "transitions": text(self.transitions),
            "initial": text(list(start)),
            "discount": str(gamma),
            "canonical": kind,
            "coverage": text(self.coverage),
            "R1": text(one),
            "R2": text(two),
            "parameters": {self.parameter: str(value)},
        }

    def cases(self, kind: str) -> list[dict[str, Any]]:
        """Every value, with the discounts and initial laws in turn."""
        return [
            self.data(kind, Fraction(value), self.gammas[k % len(self.gammas)], _STARTS[k % 3])
            for k, value in enumerate(self.values)
        ]

    def expected(self, value: Any, gamma: Any) -> tuple[list[Any], list[Any]]:
        """Expected rewards of both, flat."""
        one, two = (definitions.flat(definitions.expected(self.transitions, R)) for R in self.rewards(value, gamma))
        return one, two


_EVEN = [Fraction(1, 8)] * 8
OPPOSED = Family("eps", UNIFORM, opposed, _EVEN, True, ("1/10", "1/100", "1", "3", "1/10000000", "10"))
REDISTRIBUTED = Family("t", UNIFORM, redistributed, _EVEN, False, ("1", "10", "1/3", "100", "10000000", "1/50"))
IMPOSSIBLE = Family(
    "x",
    RETURNING,
    on_impossible,
    [Fraction(RETURNING[s][a][t], 4) for s, a, t in _TRIPLES],
    True,
    ("1/9", "1/90", "1/900", "1/4", "1/5", "1/10000000"),
    (Fraction(9, 10), Fraction(1, 2)),
)


def _attack_distance(family: Family, kind: str, subject: Subject) -> Finding:
    formulas = {"distance": emit_standalone(subject["distance"])}
    return instances.compare(
        [{**entry, "formulas": formulas} for entry in family.cases(kind)],
        lambda data: witness.make("starc", "stated_distance", data, "distance from the definition, closed form"),
        wanted=("==",),
        statement="distance of R1 and R2 = closed form",
        description=f"values of {family.parameter} and gamma",
    )


def _attack_regret(family: Family, kind: str) -> Finding:
    return instances.compare(
        [{**entry, "regret": str(int(family.opposite))} for entry in family.cases(kind)],
        lambda data: witness.make("starc", "stated_regret", data, "exact worst-case regret"),
        wanted=("==",),
        statement=f"W(R1, R2) = {int(family.opposite)}",
        description=f"values of {family.parameter} and gamma, exactly",
    )


def _attack_constant(
    family: Family, kind: str, constants: Callable[[Fraction], Any], wanted: tuple[str, ...]
) -> Finding:
    """W against a constant (a rational next to the stated one) times the distance."""
    entries = [
        {**entry, "constant": str(constants(Fraction(entry["parameters"][family.parameter])))}
        for entry in family.cases(kind)
    ]
    return instances.compare(
        entries,
        lambda data: witness.make(
            "starc", "regret_against_distance", data, "W against the constant times the distance"
        ),
        wanted=wanted,
        statement="W against the stated multiple of the distance",
        description=f"values of {family.parameter} and gamma",
    )


def _rational_of(formula: Formula, **at: Fraction) -> Fraction:
    """The value where it is rational, else the rational next to it at 50 digits."""
    exact = sympy.nsimplify(formula.at(**{name: sympy.Rational(*v.as_integer_ratio()) for name, v in at.items()}))
    if exact.is_Rational:
        return Fraction(int(exact.p), int(exact.q))
    return exact_rational(formula.mpmath(dps=50, **at))


def _symbols(family: Family) -> tuple[Any, Any]:
    return sympy.Symbol(family.parameter, real=True), sympy.Symbol("gamma", real=True)


def _square_of_distance(family: Family, kind: str) -> Any:
    """(1 - rho)/2 of the canonical forms, by running the definition on symbols."""
    value, gamma = _symbols(family)
    forms = []
    for R in family.rewards(value, gamma):
        entries = definitions.entries(definitions.canonical(kind, family.transitions, gamma, R))
        forms.append([sympy.expand(x) for x in entries])
    covariance, first, second = (
        sympy.expand(moment) for moment in definitions.moments(forms[0], forms[1], family.coverage)
    )
    return (1 - covariance / sympy.sqrt(sympy.expand(first * second))) / 2


def _distance(family: Family, kind: str, subject: Subject, domain: Domain) -> Iterator[Finding]:
    """The stated distance is nonnegative and its square is (1 - rho)/2, for every parameter and discount."""
    claimed = declared(subject["distance"], domain)
    square = _square_of_distance(family, kind)
    sign = symbolic.prove_nonnegative(claimed, domain, statement="the stated distance is >= 0")
    statement = "the stated distance squared = (1 - rho)/2"
    yield from resting_on(
        [sign], symbolic.prove_identity(claimed**2, square, domain, statement=statement, premises=[sign])
    )


def _policy_samples(family: Family, seed: int) -> list[Sample]:
    """Random policies and initial laws; left is J1 + J2 (opposite rewards) or J2 - J1 (equal ones)."""
    draw, made = random.Random(seed), []
    for k in range(12):
        value = Fraction(family.values[k % len(family.values)])
        gamma = family.gammas[k % len(family.gammas)]
        policy = [law(draw, 2) for _ in range(2)]
        met = definitions.occupancy_under(family.transitions, law(draw, 2), gamma, policy)
        returns = [definitions.dot(r, met) for r in family.expected(value, gamma)]
        left = returns[1] + returns[0] * (1 if family.opposite else -1)
        values = {f"m{i}": m for i, m in enumerate(met)} | {family.parameter: value, "gamma": gamma}
        made.append(Sample(values, left, {}))
    return made


def _regret(family: Family, domain: Domain) -> Finding:
    """W = 1 from J1 + J2 = 0 and a policy pair with a gap; W = 0 from J1 = J2."""
    statement = f"W(R1, R2) = {int(family.opposite)}"
    ranges = {axis.name: axis for axis in domain.ranges}

    def proof() -> Finding:
        met = [Real(f"m{i}", 0, None) for i in range(4)]
        d = Derivation(Domain(*met, *ranges.values()), _policy_samples(family, 7))
        value, gamma = d[family.parameter], d["gamma"]
        one, two = family.expected(value, gamma)
        sign = 1 if family.opposite else -1
        left = d.expands(
            "J2 +- J1 = <r2 +- r1, m>, r the expected rewards",
            sum((d[f"m{i}"] * (y + sign * x) for i, (x, y) in enumerate(zip(one, two, strict=True))), sympy.Integer(0)),
        )
        zero = d.identity("it vanishes for every policy", left, sympy.Integer(0))
        facts = [zero]
        words = "J1 = J2: whoever has the larger J2 has the larger J1, so W = 0"
        if family.opposite:
            words = (
                "J2 = -J1: every pair with the larger J1 first is allowed, and one has a gap, so W = h(R1)/h(R1) = 1"
            )
            facts.append(
                d.positive(
                    "at state 1, visited by some policy, action 1 pays more than action 0 and leads on alike: a gap",
                    one[3] - one[2],
                )
            )
            if sympy.expand(one[1] - one[0] - (one[3] - one[2])) == 0:
                facts.append(d.positive("at state 0 as well, should no policy visit state 1", one[1] - one[0]))
        facts.append(d.deduce(words, lemmas.OCCUPANCY, requires=facts))
        return d.conclude(facts, domain, statement)

    return derive(proof, domain, statement)


def _opposite_advantages(family: Family, domain: Domain) -> Iterator[Finding]:
    """The advantage forms under the uniform policy: opposite, so that unit forms are 2 apart in any norm; or equal."""
    value, gamma = _symbols(family)
    one, two = (
        definitions.entries(definitions.canonical("VAL", family.transitions, gamma, R))
        for R in family.rewards(value, gamma)
    )
    sign = 1 if family.opposite else -1
    words = "opposite: STARC distances with n = m are 2" if family.opposite else "equal: STARC distances are 0"
    total = sum(sympy.expand(sympy.together(y + sign * x)) ** 2 for x, y in zip(one, two, strict=True))
    yield symbolic.prove_identity(total, sympy.Integer(0), domain, statement=f"the advantage forms are {words}")


def _unsound(family: Family, domain: Domain, kind: str, subject: Subject) -> Iterator[Finding]:
    wanted = ("<", "==") if subject["sound"] else (">",)
    expression = subject["constant"]

    def constant(value: Fraction) -> Fraction:
        return _rational_of(expression, **{family.parameter: value})

    yield _attack_constant(family, kind, constant, wanted).for_part("unbounded")
    yield _attack_distance(family, kind, subject).for_part("distance")
    yield _attack_regret(family, kind).for_part("regret")
    for found in _distance(family, kind, subject, domain):
        yield found.for_part("distance")
    yield _regret(family, domain).for_part("regret")
    for found in _unbounded(family, domain, subject):
        yield found.for_part("unbounded")


def _unbounded(family: Family, domain: Domain, subject: Subject) -> Iterator[Finding]:
    """The constant times the distance stays below 1 = W, and the constant is at least a share of 1/parameter."""
    constant, claimed = declared(subject["constant"], domain), declared(subject["distance"], domain)
    value, _ = _symbols(family)
    premises = [
        symbolic.prove_nonnegative(
            value * constant - sympy.Rational(1, 8), domain, statement="the constant is unbounded"
        ),
        symbolic.prove_nonnegative(constant * claimed, domain),
    ]
    gap = 1 - (constant * claimed) ** 2
    if family is IMPOSSIBLE:
        gap, steps = _gap_on_impossible(constant, domain)
        premises += steps
    statement = "the stated constant times the distance is below 1 = W"
    yield from resting_on(
        premises, symbolic.prove_nonnegative(gap, domain, strict=True, statement=statement, premises=premises)
    )


def _gap_on_impossible(constant: Any, domain: Domain) -> tuple[Any, list[Finding]]:
    """1 - (U D)^2 at U = 3 sqrt(2)/(8x) as a quotient whose sign is plain, and U at least the stated constant.

    (U D)^2 = 18/(w (w + c)) with c = 3 - 16 x^2, and w (w + c) - 18 = ((w c)^2 - (18 - w^2)^2)/(w c + 18 - w^2).
    """
    x = sympy.Symbol("x", real=True)
    square, c = (16 * x**2 + 3) ** 2 - 64 * x**2, 3 - 16 * x**2
    w, exact = sympy.sqrt(square), bounds.refuted_share.expr
    quotient = sympy.expand(square * c**2 - (18 - square) ** 2) / ((w * c + 18 - square) * w * (w + c))
    steps = [
        symbolic.prove_identity(1 - (exact * bounds.rewards_on_impossible.expr) ** 2, quotient, domain),
        symbolic.prove_nonnegative(exact - constant, domain, statement="the stated constant is no larger"),
    ]
    return quotient, steps


def _incomplete(family: Family, domain: Domain, kind: str, subject: Subject) -> Iterator[Finding]:
    wanted = (">", "==") if subject["complete"] else ("<",)
    yield _attack_constant(family, kind, lambda value: Fraction(1, 1000), wanted).for_part("far")
    yield _attack_distance(family, kind, subject).for_part("distance")
    yield _attack_regret(family, kind).for_part("regret")
    yield _attack_least(family, kind, subject).for_part("far")
    for found in _distance(family, kind, subject, domain):
        yield found.for_part("distance")
    yield _regret(family, domain).for_part("regret")
    for found in _far(subject, domain):
        yield found.for_part("far")


def _attack_least(family: Family, kind: str, subject: Subject) -> Finding:
    formulas = {"least": emit_standalone(subject["least_square"])}
    return instances.compare(
        [{**entry, "formulas": formulas} for entry in family.cases(kind)],
        lambda data: witness.make("starc", "square_of_distance", data, "squared distance against its lower bound"),
        wanted=(">", "=="),
        statement="D^2 >= 1/2 - 1/(4t)",
        description=f"values of {family.parameter} and gamma",
    )


def _far(subject: Subject, domain: Domain) -> Iterator[Finding]:
    """D > 0 and D^2 >= 1/2 - 1/(4t): 1/2 - D^2 = 1/(2w) with w = sqrt(1 + 4 t^2) > 2t."""
    t = sympy.Symbol("t", real=True)
    w = sympy.sqrt(1 + 4 * t**2)
    distance = declared(subject["distance"], domain)
    square = distance**2
    premises = [
        symbolic.prove_nonnegative(distance, domain, strict=True),
        symbolic.prove_identity(sympy.Rational(1, 2) - square, 1 / (2 * w), domain),
        symbolic.prove_nonnegative(1 / (4 * t * w * (w + 2 * t)), domain),
        symbolic.prove_nonnegative(bounds.least_square.expr - declared(subject["least_square"], domain), domain),
    ]
    final = symbolic.prove_identity(
        1 / (4 * t) - 1 / (2 * w),
        1 / (4 * t * w * (w + 2 * t)),
        domain,
        statement="D > 0 = W and D^2 >= 1/2 - 1/(4t)",
        premises=premises,
    )
    yield from resting_on(premises, final)


def _until_violated(findings: Iterator[Finding]) -> Iterator[Finding]:
    for found in findings:
        yield found
        if found.verdict is Verdict.VIOLATED:
            return


@check("starc.epic.not_sound", timeout=30)
def epic_not_sound(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact instances, then closed forms in eps and gamma from the definition run on symbols."""
    domain = epic_claims.not_sound.domain
    yield from _until_violated(_unsound(OPPOSED, domain, subject["canonical"], subject))
    yield from (found.for_part("starc") for found in _opposite_advantages(OPPOSED, domain))


@check("starc.dard.not_sound", timeout=30)
def dard_not_sound(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact instances, then closed forms in eps and gamma from the definition run on symbols."""
    domain = dard_claims.not_sound.domain
    yield from _until_violated(_unsound(OPPOSED, domain, subject["canonical"], subject))
    yield from (found.for_part("starc") for found in _opposite_advantages(OPPOSED, domain))


@check("starc.dard.not_sound_deterministic", timeout=30)
def dard_not_sound_deterministic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact instances, then the closed form in x = eps/gamma from the definition run on symbols."""
    yield from _until_violated(_unsound(IMPOSSIBLE, dard_claims.not_sound_deterministic.domain, "DARD", subject))


@check("starc.epic.not_complete", timeout=30)
def epic_not_complete(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact instances, then closed forms in t and gamma from the definition run on symbols."""
    domain = epic_claims.not_complete.domain
    yield from _until_violated(_incomplete(REDISTRIBUTED, domain, subject["canonical"], subject))
    yield from (found.for_part("starc") for found in _opposite_advantages(REDISTRIBUTED, domain))


@check("starc.dard.not_complete", timeout=30)
def dard_not_complete(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact instances, then closed forms in t and gamma from the definition run on symbols."""
    domain = dard_claims.not_complete.domain
    yield from _until_violated(_incomplete(REDISTRIBUTED, domain, subject["canonical"], subject))
    yield from (found.for_part("starc") for found in _opposite_advantages(REDISTRIBUTED, domain))
