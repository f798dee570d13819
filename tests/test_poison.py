"""Poisoned formulas: what is wrong only where no grid and no sample looks must not pass the check of its claim.

Each formula that a claim is about is replaced by itself with a low step on a short interval, with another value at
one point, or declared on a part of its range only. The attacks of the check are switched off, so that its proofs
alone decide: a check that accepts the poisoned formula has not proved the claim about the formula that it was given.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import FunctionType
from typing import Any

import pytest
import sympy

from plumbline import catalogue, ledger, runner
from plumbline.audit import direction_of
from plumbline.domain import Domain, Instances, Integer, Real
from plumbline.evidence import Coverage, Finding, Verdict
from plumbline.formula import Formula, piecewise
from plumbline.nouns import Claim, Effort, Expects, Subject
from plumbline.standing import Judgement, judge
from proofs_checks.engines import enumeration, facts, instances, interval, search, symbolic
from proofs_checks.engines.derivation import Derivation, Sample
from proofs_checks.engines.interval import plain
from theory.starc import epic_bounds

_EXPECTED = ledger.read()
CLAIMS = [
    claim
    for claim in catalogue.all_claims()
    if any(formula.variables for formula in claim.subject.formulas.values())
    and claim.expects is not Expects.VIOLATED
    and (_EXPECTED.get(claim.id, {}).get("coverage") == "whole" or claim.expects is Expects.OPEN)
]
OFF_GRID = Fraction(5, 13)
WIDTH = Fraction(1, 1000)
HEIGHT = Fraction(1, 10)
SECONDS = 3.0


# Poisons


def _first(formula: Formula) -> Real | Integer:
    return next((axis for axis in formula.variables if isinstance(axis, Real)), formula.variables[0])


def _end(axis: Real | Integer) -> tuple[Fraction, int]:
    """An end of the range, and in which direction the range goes on from there; 0 upwards where it has no end."""
    if axis.lo is None and axis.hi is not None:
        return axis.hi, -1
    return Fraction(0) if axis.lo is None else axis.lo, 1


def _place(axis: Real | Integer) -> Fraction:
    """A point inside the range that no grid has."""
    end, sign = _end(axis)
    if isinstance(axis, Integer):
        return end + 35 * sign
    width = Fraction(1) if axis.lo is None or axis.hi is None else axis.hi - axis.lo
    return end + OFF_GRID * width * sign


def _exact(value: Fraction) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


@dataclass(frozen=True)
class Poison:
    """A formula in the place of a claimed one, and by how much it is larger, as a formula of one variable."""

    formula: Formula
    change: Formula | None = None


def _poisoned(formula: Formula, height: Fraction, where: Callable[[Any], Any]) -> Poison:
    """``height`` more where the first variable fulfils a condition, on the formula's own variables."""
    axis = _first(formula)
    condition = where(formula.symbols[axis.name])
    branches = (formula.expr + _exact(height), condition), (formula.expr, True)
    return Poison(
        Formula(f"{formula.name}.poisoned", list(formula.variables), lambda *_: piecewise(*branches)),
        Formula("change", [axis], lambda *_: piecewise((_exact(height), condition), (sympy.Integer(0), True))),
    )


def step(formula: Formula, height: Fraction) -> Poison:
    """Another value on [a, a + 1/1000); at one number where the variable is an integer."""
    low = _place(_first(formula))
    return _poisoned(formula, height, lambda x: sympy.And(x >= _exact(low), x < _exact(low + WIDTH)))


def point(formula: Formula, height: Fraction) -> Poison:
    """Another value at a single rational point."""
    return _poisoned(formula, height, lambda x: sympy.Eq(x, _exact(_place(_first(formula)))))


def part(formula: Formula) -> Poison:
    """The same formula, declared on half of its first axis."""
    axis = _first(formula)
    end, sign = _end(axis)
    if isinstance(axis, Integer):
        low, high = sorted((int(end), int(end) + 40 * sign))
        return Poison(formula.restrict(Integer(axis.name, low, high)))
    if sign < 0:
        return Poison(formula.restrict(Real(axis.name, end - 1, end, open_hi=axis.open_hi)))
    middle = end + (Fraction(1) if axis.hi is None else (axis.hi - end) / 2)
    return Poison(formula.restrict(Real(axis.name, axis.lo, middle, open_lo=axis.open_lo and axis.lo is not None)))


POISONS: dict[str, Callable[[Formula], Poison]] = {
    "step up": lambda formula: step(formula, HEIGHT),
    "step down": lambda formula: step(formula, -HEIGHT),
    "point up": lambda formula: point(formula, Fraction(1)),
    "point down": lambda formula: point(formula, Fraction(-1)),
    "part": part,
}


# Accepted with right: a poisoned formula that states less, or what the claim does not speak of


def states_no_more(claim: Claim, role: str, poison: Poison) -> bool:
    """An engine finds the poison nowhere stronger, by the direction that the claim declares for the role.

    No claim says more where its formula is declared on less: a part of the range never states less.
    """
    direction = direction_of(claim, role)
    if direction is None or poison.change is None:
        return False
    less = poison.change.expr if direction == "down" else -poison.change.expr
    return symbolic.prove_nonnegative(less, poison.change.domain).verdict is Verdict.HOLDS


Decision = Callable[[Formula, Formula], bool]


def _same_at(**arguments: int) -> Decision:
    """The claim speaks of the formula at these arguments only, where an engine finds nothing changed."""

    def decided(original: Formula, poisoned: Formula) -> bool:
        rest = [axis for axis in original.variables if axis.name not in arguments]
        one, other = (formula.substitute(arguments, rest) for formula in (original, poisoned))
        return symbolic.prove_identity(one, other, Domain(*rest)).verdict is Verdict.HOLDS

    return decided


def _still_above_the_sharp_one(original: Formula, poisoned: Formula) -> bool:
    """The recalled constant is far too large: an engine finds the poisoned one above the sharp one."""
    return facts.formula_at_least(poisoned, epic_bounds.sharp_constant, original.domain).verdict is Verdict.HOLDS


RIGHTLY: dict[tuple[str, str], Decision] = {
    ("comp_sum.tightness.tau_gt_1", "gce"): _same_at(beta=1),
    ("comp_sum.tightness.tau_gt_1", "linear"): _same_at(beta=1),
    ("starc.epic.upper_bound", "constant"): _still_above_the_sharp_one,
}
"""Decisions beyond the declared directions."""


OWED: dict[str, list[str]] = {}
"""Known gaps: these checks read a formula beyond its declared range. An entry that no longer passes must go."""


# Checks without attacks, and each step proved once


def _no_attack(problem: Any, *, scope: Any, statement: str, **_: Any) -> Finding:
    return search.ENGINE.finding(Verdict.INCONCLUSIVE, scope, statement, reason="switched off")


def _no_instances(cases: Any, evaluate: Any, *, statement: str, description: str, **_: Any) -> Finding:
    return instances.ENGINE.finding(Verdict.INCONCLUSIVE, Instances(0, description), statement, reason="switched off")


def _no_enumeration(cases: Any, sides: Any, *, whole: Domain | None = None, **options: Any) -> Finding:
    if whole is not None:  # the claim is about these instances
        return _enumerated(cases, sides, whole=whole, **options)
    scope = Instances(0, options["description"])
    return enumeration.ENGINE.finding(Verdict.INCONCLUSIVE, scope, options["statement"], reason="switched off")


_enumerated = enumeration.compare


def _key(value: Any) -> Any:
    if isinstance(value, Formula):
        return value.name, value.fingerprint
    if isinstance(value, (list, tuple)):
        return tuple(_key(item) for item in value)
    if isinstance(value, dict):
        return tuple((name, _key(item)) for name, item in sorted(value.items()))
    return ("found", id(value)) if isinstance(value, Finding) else value


def _remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[Any, Any] = {}

    def once(*arguments: Any, **options: Any) -> Any:
        key = _key(arguments), _key(options)
        if key not in known:
            known[key] = arguments, options, function(*arguments, **options)  # kept, so that no identity is used twice
        return known[key][-1]

    return once


_PROVERS = {
    prover: _remembered(prover)
    for prover in (
        symbolic.prove_identity,
        symbolic.prove_nonnegative,
        symbolic.prove_linear_combination,
        interval.prove_at_least,
        plain.prove_apart,
    )
}
_VALUES: dict[Any, Any] = {}
_value = Derivation.value


def _value_once(derivation: Derivation, expression: Any, sample: Sample) -> Any:
    expression = sympy.sympify(expression)
    axes = derivation._domain_of(expression).ranges
    key = expression, axes, tuple(sample.values[axis.name] for axis in axes)
    if key not in _VALUES:
        _VALUES[key] = _value(derivation, expression, sample)
    return _VALUES[key]


@pytest.fixture(autouse=True)
def proofs_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(search, "attack", _no_attack)
    monkeypatch.setattr(instances, "compare", _no_instances)
    monkeypatch.setattr(enumeration, "compare", _no_enumeration)
    for paper in catalogue.paper_names():
        catalogue.checks(paper)
    for module in [module for name, module in sys.modules.items() if name.startswith("proofs_checks")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value in _PROVERS:
                monkeypatch.setattr(module, name, _PROVERS[value])
    monkeypatch.setattr(Derivation, "value", _value_once)
    yield


def judged(claim: Claim) -> tuple[Judgement, list[Finding]]:
    """The claim itself by its own check, and the findings."""
    check = catalogue.checks(claim.paper)[claim.id]
    if claim.expects is Expects.OPEN:
        check = dataclasses.replace(check, timeout=SECONDS)
    return runner.run_check(claim, check, claim.subject, Effort())[:2]


def judged_poisoned(claim: Claim, subject: Subject, sound: Sequence[Finding]) -> Judgement:
    """The same check on a poisoned subject, as far as it can still settle the whole claim.

    It yields findings on the scopes on which it yields them for the claim. One that is undecided, and without which
    the sound findings would not make up the whole, ends it; so does its time, which leaves it undecided.
    """
    check = catalogue.checks(claim.paper)[claim.id]

    def function(subject: Subject, effort: Effort) -> Iterator[Finding]:
        for number, finding in enumerate(check.function(subject, effort)):
            yield finding
            same = number < len(sound) and (finding.scope, finding.part) == (sound[number].scope, sound[number].part)
            rest = [*sound[:number], *sound[number + 1 :]]
            if finding.verdict is Verdict.INCONCLUSIVE and same and not _whole(judge(claim, rest)):
                return

    shorter = dataclasses.replace(check, function=function, timeout=SECONDS)
    return runner.run_check(claim, shorter, subject, Effort())[0]


def _whole(judgement: Judgement) -> bool:
    return judgement.verdict is Verdict.HOLDS and judgement.coverage is Coverage.WHOLE


def _poisons(claim: Claim) -> Iterator[tuple[str, str, Poison]]:
    """Every role at one point and on a part of its range; steps for the first role, where an interval costs more.

    Left out is what states no more than the claim. A point is moved upwards where every change states more.
    """
    functions = {role: formula for role, formula in claim.subject.formulas.items() if formula.variables}
    for number, (role, formula) in enumerate(functions.items()):
        for name, make in POISONS.items():
            if ("step" in name and number > 0) or (name == "point down" and direction_of(claim, role) is None):
                continue
            poison = make(formula)
            if not states_no_more(claim, role, poison):
                yield role, name, poison


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_no_poisoned_formula_passes(claim: Claim) -> None:
    before, sound = judged(claim)
    if not _whole(before):
        assert claim.expects is Expects.OPEN, (before.verdict, before.coverage, before.reason)
        return
    passed = []
    for role, name, poison in _poisons(claim):
        if _whole(judged_poisoned(claim, claim.subject.replace(**{role: poison.formula}), sound)):
            decided = RIGHTLY.get((claim.id, role))
            if poison.change is None or decided is None or not decided(claim.subject[role], poison.formula):
                passed.append(f"{role}: {name}")
    assert passed == OWED.get(claim.id, [])
