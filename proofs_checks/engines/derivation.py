"""Derivations: chains of inequalities whose steps engines check and whose joints are cited lemmas.

A derivation speaks of finitely many real numbers: the parameters of an instance and *aggregates*, sums over an
index set of any size. It starts from the definition of the claim's left side in these numbers, collects facts
``left >= right`` (proved by an engine on the whole declared range of the numbers, or read off a cited lemma) and joins them by
linear combination, which the symbolic engine checks as an identity.

Every step is also evaluated at samples: concrete instances whose numbers were computed from the definitions,
independently of the derivation. A sample that contradicts a step breaks the derivation. So a wrong
expansion, a misquoted lemma or numbers outside their declared range cannot go unnoticed where samples reach.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline.domain import Domain, Every, Integer, Real, covers
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Scope, Strength, Verdict
from plumbline.formula import Formula
from plumbline.nouns import Lemma
from proofs_checks.engines import interval, symbolic

ENGINE = Engine("derivation", Strength.SYMBOLIC)

_DIGITS = 50
_SLACK = 30
_SPREAD = 3


def _exact(value: Any) -> Fraction:
    """A rational or a finite mpf as the rational number that it is."""
    return value if isinstance(value, (int, Fraction)) else Fraction(*mpmath.libmp.to_rational(value._mpf_))


class StepFailed(Exception):
    """A step of a derivation that was not established."""


@dataclass(frozen=True)
class Sample:
    """One concrete instance: its numbers by name, the claim's left side, and the axes that it stands for.

    ``values`` and ``left`` come from the definitions. ``axes`` holds values of those declared axes of the claim
    that are no numbers of the derivation (the number of classes, say).
    """

    values: Mapping[str, Any]
    left: Any
    axes: Mapping[str, int]


@dataclass(frozen=True)
class Fact:
    """``left >= right`` (or ``==``) on the whole range of the derivation's numbers."""

    left: Any
    right: Any
    relation: str
    premises: tuple[Finding, ...]
    rests_on: tuple[str, ...]


class Derivation:
    """A chain of facts about the numbers ``variables``, tried at ``samples`` as it grows."""

    def __init__(self, variables: Domain, samples: Sequence[Sample]) -> None:
        if not samples:
            raise InputError("a derivation needs at least one sample to be tried at")
        self.variables = variables
        self.samples = samples
        self.steps: list[dict[str, str]] = []
        for sample in samples:
            self._require_inside(sample)

    def __getitem__(self, name: str) -> Any:
        """The symbol of a number; the number itself where its range is one point."""
        axis = self.variables[name]
        if isinstance(axis, (Real, Integer)) and axis.lo is not None and axis.lo == axis.hi:
            return sympy.Rational(axis.lo.numerator, axis.lo.denominator)
        return sympy.Symbol(name, integer=True) if isinstance(axis, Integer) else sympy.Symbol(name, real=True)

    def _require_inside(self, sample: Sample) -> None:
        for axis in self.variables.ranges:
            value = sample.values[axis.name]
            if not axis.contains(_exact(value)):
                raise StepFailed(f"a sample has {axis.name}={mpmath.nstr(value, 10)} outside {axis.describe()}")

    def _domain_of(self, *expressions: Any) -> Domain:
        names = {symbol.name for item in expressions for symbol in sympy.sympify(item).free_symbols}
        return Domain(*(axis for axis in self.variables.ranges if axis.name in names))

    def value(self, expression: Any, sample: Sample) -> Any:
        """The expression at a sample, to 50 digits."""
        expression = sympy.sympify(expression)
        axes = list(self._domain_of(expression).ranges)
        formula = Formula("step", axes, lambda *_: expression)
        return formula.mpmath(dps=_DIGITS, **{axis.name: sample.values[axis.name] for axis in axes})

    def _try(self, label: str, left: Any, right: Any, relation: str) -> None:
        with mpmath.workdps(_DIGITS):
            for sample in self.samples:
                a, b = self.value(left, sample), self.value(right, sample)
                slack = mpmath.mpf(10) ** -_SLACK * max(1, abs(a), abs(b))
                if not (abs(a - b) <= slack if relation == "==" else a - b >= -slack):
                    point = {name: mpmath.nstr(value, 8) for name, value in sample.values.items()}
                    raise StepFailed(f"{label}: {mpmath.nstr(a, 12)} {relation} {mpmath.nstr(b, 12)} fails at {point}")

    def _record(self, label: str, by: str, left: Any, right: Any, relation: str) -> None:
        self.steps.append({"step": label, "by": by, "left": str(left), "relation": relation, "right": str(right)})

    def _established(self, label: str, finding: Finding) -> None:
        if finding.verdict is not Verdict.HOLDS:
            raise StepFailed(f"{label}: {finding.engine} says {finding.verdict} ({finding.reason})")

    def expands(self, label: str, expression: Any) -> Any:
        """State that the claim's left side equals ``expression``; tried at every sample."""
        with mpmath.workdps(_DIGITS):
            for sample in self.samples:
                value = self.value(expression, sample)
                if abs(value - sample.left) > mpmath.mpf(10) ** -_SLACK * max(1, abs(sample.left)):
                    raise StepFailed(
                        f"{label}: expansion gives {mpmath.nstr(value, 15)}, "
                        f"the definition {mpmath.nstr(sample.left, 15)}"
                    )
        self._record(label, "definition", "left side", expression, "==")
        return expression

    def lemma(self, label: str, lemma: Lemma, left: Any, right: Any, *, requires: Sequence[Fact] = ()) -> Fact:
        """A fact read off a cited lemma, whose hypotheses are the facts ``requires``."""
        self._try(label, left, right, ">=")
        self._record(label, f"lemma: {lemma.title}", left, right, ">=")
        premises = tuple(item for fact in requires for item in fact.premises)
        rests = tuple(name for fact in requires for name in fact.rests_on)
        return Fact(left, right, ">=", premises, (*rests, f"lemma:{lemma.name}"))

    def deduce(self, conclusion: str, lemma: Lemma, *, requires: Sequence[Fact]) -> Fact:
        """A conclusion in words that a cited lemma draws from established facts (no inequality of numbers)."""
        self.steps.append({"step": conclusion, "by": f"lemma: {lemma.title}", "left": "", "relation": "", "right": ""})
        premises = tuple(item for fact in requires for item in fact.premises)
        rests = tuple(name for fact in requires for name in fact.rests_on)
        return Fact(sympy.Integer(0), sympy.Integer(0), "==", premises, (*rests, f"lemma:{lemma.name}"))

    def by_definition(self, label: str, left: Any, right: Any) -> Fact:
        """``left >= right`` because of what an aggregate is (a maximum is at least each of its terms)."""
        self._try(label, left, right, ">=")
        self._record(label, "definition", left, right, ">=")
        return Fact(left, right, ">=", (), ())

    def identity(self, label: str, left: Any, right: Any, *, positive: Sequence[Any] = ()) -> Fact:
        """``left == right`` by the symbolic engine."""
        self._try(label, left, right, "==")
        finding = symbolic.prove_identity(left, right, self._domain_of(left, right), positive=positive)
        self._established(label, finding)
        self._record(label, finding.engine, left, right, "==")
        return Fact(left, right, "==", (finding,), ())

    def nonnegative(self, label: str, expression: Any) -> Fact:
        """``expression >= 0`` by the sign rules of the symbolic engine."""
        self._try(label, expression, 0, ">=")
        finding = symbolic.prove_nonnegative(expression, self._domain_of(expression))
        self._established(label, finding)
        self._record(label, finding.engine, expression, 0, ">=")
        return Fact(expression, sympy.Integer(0), ">=", (finding,), ())

    def positive(self, label: str, expression: Any) -> Fact:
        """``expression > 0`` by the sign rules of the symbolic engine."""
        self._try(label, expression, 0, ">=")
        finding = symbolic.prove_nonnegative(expression, self._domain_of(expression), strict=True)
        self._established(label, finding)
        self._record(label, finding.engine, expression, 0, ">")
        return Fact(expression, sympy.Integer(0), ">", (finding,), ())

    def enclosed(self, label: str, left: Any, right: Any, **options: Any) -> Fact:
        """``left >= right`` by ball arithmetic on the whole range (``options`` as for the interval engine)."""
        self._try(label, left, right, ">=")
        axes = list(self._domain_of(left, right).ranges)
        finding = interval.prove_at_least(
            Formula("left", axes, lambda *_: sympy.sympify(left)),
            Formula("right", axes, lambda *_: sympy.sympify(right)),
            **options,
        )
        self._established(label, finding)
        self._record(label, finding.engine, left, right, ">=")
        return Fact(left, right, ">=", (finding,), ())

    def combine(self, label: str, left: Any, right: Any, terms: Sequence[tuple[Any, Fact]]) -> Fact:
        """``left >= right`` because ``left - right`` is a nonnegative combination of facts' slacks."""
        self._try(label, left, right, ">=")
        triples = [(coefficient, fact.left, fact.right) for coefficient, fact in terms]
        everything = [left, right, *(part for triple in triples for part in triple)]
        finding = symbolic.prove_linear_combination(left, right, triples, self._domain_of(*everything))
        self._established(label, finding)
        self._record(label, f"{finding.engine}: linear combination", left, right, ">=")
        premises = (finding, *(item for _, fact in terms for item in fact.premises))
        rests = tuple(name for _, fact in terms for name in fact.rests_on)
        return Fact(left, right, ">=", premises, rests)

    def at_least(self, label: str, exact: Formula, claimed: Formula) -> Fact:
        """``exact >= claimed`` as formulas on the range of ``exact``: identical, or apart by ball arithmetic."""
        finding = formula_at_least(exact, claimed)
        self._established(label, finding)
        self._record(label, finding.engine, exact.name, claimed.name, ">=")
        return Fact(exact.expr, claimed.expr, ">=", (finding,), ())

    def equal(self, label: str, exact: Formula, claimed: Formula) -> Fact:
        """``exact == claimed`` as formulas on the range of ``exact``, by the symbolic engine."""
        if not covers(exact.domain, [claimed.domain]):
            raise StepFailed(f"{label}: the claimed formula is declared on {claimed.domain.describe()} only")
        finding = symbolic.prove_identity(exact, claimed, exact.domain)
        self._established(label, finding)
        self._record(label, finding.engine, exact.name, claimed.name, "==")
        return Fact(exact.expr, claimed.expr, "==", (finding,), ())

    def conclude(
        self, facts: Sequence[Fact], scope: Domain, statement: str, *, rests_on: Sequence[str] = ()
    ) -> Finding:
        """The finding on ``scope``, whose ranges must be covered by the numbers or spread over by the samples."""
        for axis in scope.axes:
            if not isinstance(axis, Every):
                self._require_covered(axis)
        return ENGINE.finding(
            Verdict.HOLDS,
            scope,
            statement,
            certificate={"kind": "derivation", "variables": self.variables.describe(), "steps": self.steps},
            premises=[item for fact in facts for item in fact.premises],
            rests_on=[*rests_on, *(name for fact in facts for name in fact.rests_on)],
            effort={"steps": len(self.steps), "samples": len(self.samples)},
        )

    def _require_covered(self, axis: Real | Integer) -> None:
        from plumbline.domain import covers

        names = {own.name for own in self.variables.ranges}
        if axis.name in names:
            own = self.variables[axis.name]
            if not covers(Domain(axis), [Domain(own)]):
                raise StepFailed(f"the derivation treats {own.describe()}, the claim says {axis.describe()}")
            return
        seen = {sample.axes.get(axis.name) for sample in self.samples}
        if None in seen or axis.lo not in seen or len(seen) < _SPREAD:
            raise StepFailed(f"samples do not spread over {axis.describe()}: {sorted(map(str, seen))}")


def formula_at_least(left: Formula, right: Formula) -> Finding:
    """``left >= right`` on the range of ``left``: by identity if they agree, else by ball arithmetic."""
    if not covers(left.domain, [right.domain]):
        return ENGINE.finding(
            Verdict.INCONCLUSIVE,
            left.domain,
            f"{left.name} >= {right.name}",
            reason=f"the claimed formula is declared on {right.domain.describe()} only",
        )
    same = symbolic.prove_identity(left, right, left.domain)
    if same.verdict is Verdict.HOLDS:
        return same
    return interval.prove_at_least(left, right, domain=left.domain)


def convexity(formula: Formula, variable: str = "beta") -> Fact:
    """``T'' >= 0`` inside the range of one variable of a formula: a hypothesis of convexity lemmas.

    The other variables range over all of their axes. Where there are none, the formula must be finite at the ends
    of the range, which its evaluation tries (it is continuous there by the primitives that it is made of).
    """
    axis = formula.domain[variable]
    assert isinstance(axis, Real)
    for end in (axis.lo, axis.hi):
        alone = len(formula.domain.axes) == 1 and end is not None and axis.contains(end)
        if alone and not mpmath.isfinite(formula.mpmath(dps=_DIGITS, **{variable: end})):
            raise StepFailed(f"{formula.name} is not finite at {variable} = {end}")
    inside = Real(axis.name, axis.lo, axis.hi, open_lo=True, open_hi=True)
    second = formula.expr.diff(formula.symbols[axis.name], 2)
    finding = symbolic.prove_nonnegative(second, formula.domain.restrict(inside), statement=f"{formula.name}'' >= 0")
    if finding.verdict is not Verdict.HOLDS:
        raise StepFailed(f"convexity of {formula.name}: {finding.reason}")
    return Fact(second, sympy.Integer(0), ">=", (finding,), ())


def derive(proof: Callable[[], Finding], scope: Scope, statement: str) -> Finding:
    """Run a derivation; a failed step makes it inconclusive, with the step as the reason."""
    start = time.perf_counter()
    try:
        return dataclasses.replace(proof(), seconds=time.perf_counter() - start)
    except StepFailed as failure:
        return ENGINE.finding(
            Verdict.INCONCLUSIVE, scope, statement, reason=str(failure), seconds=time.perf_counter() - start
        )
