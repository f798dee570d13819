"""Derivations: chains of inequalities whose steps engines check and whose joints are cited lemmas.

A derivation speaks of finitely many real numbers: the parameters of an instance and *aggregates*, sums over an
index set of any size. It starts from the definition of the claim's left side in these numbers, collects facts
``left >= right`` (proved by an engine on the whole declared range of the numbers, or read off a cited lemma) and
joins them by linear combination, which the symbolic engine checks as an identity.

Every step is also evaluated at samples: concrete instances whose numbers were computed from the definitions,
independently of the derivation. A sample that contradicts a step breaks the derivation. So a wrong
expansion, a misquoted lemma or numbers outside their declared range cannot go unnoticed where samples reach.

The expansion of the left side is moreover proved as an identity at small sizes of the index set, from the definition
with every term of a sum a symbol, where a derivation supplies such an :class:`Expansion`.

What is trusted, and said in the evidence: that the expansion of the left side and the reading of a lemma hold for
every size of the index set, as they do at the samples (which must spread over sizes) and at the sizes where the
expansion was proved, and the lemmas themselves.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
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
from proofs_checks.engines.facts import (
    WORDS,
    Expansion,
    Fact,
    Sample,
    StepFailed,
    convexity,
    exact_rational,
    formula_at_least,
    renamed,
    require_smooth,
)

__all__ = [
    "ENGINE",
    "Derivation",
    "Expansion",
    "Fact",
    "Sample",
    "StepFailed",
    "convexity",
    "derive",
    "formula_at_least",
]

ENGINE = Engine("derivation", Strength.SYMBOLIC)

_DIGITS = 50
_SLACK = 30
_SPREAD = 8


class Derivation:
    """A chain of facts about the numbers ``variables``, tried at ``samples`` as it grows."""

    def __init__(self, variables: Domain, samples: Sequence[Sample]) -> None:
        if not samples:
            raise InputError("a derivation needs at least one sample to be tried at")
        self.variables = variables
        self.samples = samples
        self.steps: list[dict[str, str]] = []
        self.left: Any = None
        self.expanded: list[tuple[int, Finding]] = []
        self.read: dict[str, None] = {}
        self._formulas: dict[Any, Formula] = {}
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
            if not axis.contains(exact_rational(value)):
                raise StepFailed(f"a sample has {axis.name}={mpmath.nstr(value, 10)} outside {axis.describe()}")

    def _domain_of(self, *expressions: Any) -> Domain:
        names = {symbol.name for item in expressions for symbol in sympy.sympify(item).free_symbols}
        return Domain(*(axis for axis in self.variables.ranges if axis.name in names))

    def value(self, expression: Any, sample: Sample) -> Any:
        """The expression at a sample, to 50 digits."""
        expression = sympy.sympify(expression)
        if expression not in self._formulas:
            axes = list(self._domain_of(expression).ranges)
            self._formulas[expression] = Formula("step", axes, lambda *_: expression)
        formula = self._formulas[expression]
        return formula.mpmath(dps=_DIGITS, **{axis.name: sample.values[axis.name] for axis in formula.variables})

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

    def expands(self, label: str, expression: Any, *, sizes: Sequence[Expansion] = ()) -> Any:
        """State that the claim's left side equals ``expression``; tried at every sample, proved at the ``sizes``."""
        with mpmath.workdps(_DIGITS):
            for sample in self.samples:
                value = self.value(expression, sample)
                if abs(value - sample.left) > mpmath.mpf(10) ** -_SLACK * max(1, abs(sample.left)):
                    raise StepFailed(
                        f"{label}: expansion gives {mpmath.nstr(value, 15)}, "
                        f"the definition {mpmath.nstr(sample.left, 15)}"
                    )
        for expansion in sizes:
            finding = expansion.finding(expression, self.variables)
            self._established(f"{label}, n = {expansion.size}", finding)
            self.expanded.append((expansion.size, finding))
        proved = ", ".join(map(str, sorted({expansion.size for expansion in sizes})))
        tried = f"tried at {len(self.samples)} samples"
        by = f"definition, identity at n = {proved}; {tried}" if proved else f"definition, {tried} only"
        self._record(label, by, "left side", expression, "==")
        self.left = expression
        return expression

    def lemma(
        self,
        label: str,
        lemma: Lemma,
        left: Any,
        right: Any,
        *,
        requires: Sequence[Fact] = (),
        smooth: Sequence[Any] = (),
    ) -> Fact:
        """A fact read off a cited lemma, whose hypotheses are the facts ``requires``.

        ``smooth`` lists functions that the lemma needs continuous or differentiable: none may be defined by cases.
        """
        self._require_own(label, requires)
        require_smooth(label, smooth)
        self._try(label, left, right, ">=")
        self._record(label, f"lemma: {lemma.title}", left, right, ">=")
        premises = tuple(item for fact in requires for item in fact.premises)
        rests = tuple(name for fact in requires for name in fact.rests_on)
        return Fact(left, right, ">=", premises, (*rests, f"lemma:{lemma.name}"), self)

    def deduce(self, conclusion: str, lemma: Lemma, *, requires: Sequence[Fact], smooth: Sequence[Any] = ()) -> Fact:
        """A conclusion in words that a cited lemma draws from established facts (no inequality of numbers)."""
        self._require_own(conclusion, requires)
        require_smooth(conclusion, smooth)
        self.steps.append({"step": conclusion, "by": f"lemma: {lemma.title}", "left": "", "relation": "", "right": ""})
        premises = tuple(item for fact in requires for item in fact.premises)
        rests = tuple(name for fact in requires for name in fact.rests_on)
        return Fact(WORDS, WORDS, "==", premises, (*rests, f"lemma:{lemma.name}"), self)

    def premise(self, label: str, finding: Finding) -> Fact:
        """What an engine found elsewhere, as a fact in words; it must hold."""
        self._established(label, finding)
        self._record(label, finding.engine, finding.statement, "", "")
        return Fact(WORDS, WORDS, "==", (finding,), (), self)

    def by_definition(self, label: str, left: Any, right: Any) -> Fact:
        """``left >= right`` because of what an aggregate is (a maximum is at least each of its terms)."""
        self._try(label, left, right, ">=")
        self._record(label, "definition", left, right, ">=")
        return Fact(left, right, ">=", (), (), self)

    def identity(self, label: str, left: Any, right: Any, *, positive: Sequence[Any] = ()) -> Fact:
        """``left == right`` by the symbolic engine."""
        self._try(label, left, right, "==")
        finding = symbolic.prove_identity(left, right, self._domain_of(left, right), positive=positive)
        self._established(label, finding)
        self._record(label, finding.engine, left, right, "==")
        return Fact(left, right, "==", (finding,), (), self)

    def nonnegative(self, label: str, expression: Any) -> Fact:
        """``expression >= 0`` by the sign rules of the symbolic engine."""
        self._try(label, expression, 0, ">=")
        finding = symbolic.prove_nonnegative(expression, self._domain_of(expression))
        self._established(label, finding)
        self._record(label, finding.engine, expression, 0, ">=")
        return Fact(expression, sympy.Integer(0), ">=", (finding,), (), self)

    def positive(self, label: str, expression: Any) -> Fact:
        """``expression > 0`` by the sign rules of the symbolic engine."""
        self._try(label, expression, 0, ">=")
        finding = symbolic.prove_nonnegative(expression, self._domain_of(expression), strict=True)
        self._established(label, finding)
        self._record(label, finding.engine, expression, 0, ">")
        return Fact(expression, sympy.Integer(0), ">", (finding,), (), self)

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
        return Fact(left, right, ">=", (finding,), (), self)

    def combine(self, label: str, left: Any, right: Any, terms: Sequence[tuple[Any, Fact]]) -> Fact:
        """``left >= right`` because ``left - right`` is a nonnegative combination of facts' slacks."""
        self._require_own(label, [fact for _, fact in terms])
        if any(fact.owner is None and (fact.left, fact.right) != (WORDS, WORDS) for _, fact in terms):
            raise StepFailed(f"{label}: uses a fact that was not proved on the numbers of this derivation")
        self._try(label, left, right, ">=")
        triples = [(coefficient, fact.left, fact.right) for coefficient, fact in terms]
        everything = [left, right, *(part for triple in triples for part in triple)]
        finding = symbolic.prove_linear_combination(left, right, triples, self._domain_of(*everything))
        self._established(label, finding)
        self._record(label, f"{finding.engine}: linear combination", left, right, ">=")
        premises = (finding, *(item for _, fact in terms for item in fact.premises))
        rests = tuple(name for _, fact in terms for name in fact.rests_on)
        return Fact(left, right, ">=", premises, rests, self)

    def _require_own(self, label: str, facts: Sequence[Fact]) -> None:
        """Facts of another derivation were proved on other ranges; facts about whole formulas belong to none."""
        if any(fact.owner not in (None, self) for fact in facts):
            raise StepFailed(f"{label}: uses a fact of another derivation")

    def claimed(self, formula: Formula, **at: Any) -> Any:
        """The formula at rationals, numbers or expressions in them, which must stay in its declared ranges."""
        for axis in formula.variables:
            self._require_in_range(formula.name, axis, sympy.sympify(at[axis.name]))
        self.read[formula.name] = None
        return formula.expr.subs({formula.symbols[name]: value for name, value in at.items()}, simultaneous=True)

    def _require_in_range(self, name: str, axis: Real | Integer, value: Any) -> None:
        own = {number.name: number for number in self.variables.ranges}
        label = f"the argument {value} of {name} stays in {axis.describe()}"
        if value.is_Rational:
            if not axis.contains(Fraction(int(value.p), int(value.q))):
                raise StepFailed(f"failed: {label}")
        elif value.is_Symbol and value.name in own:
            if not covers(Domain(renamed(own[value.name], axis.name)), [Domain(axis)]):
                raise StepFailed(f"{name} is declared on {axis.describe()}, used on {own[value.name].describe()}")
        elif isinstance(axis, Integer):
            raise StepFailed(f"failed: {label}")
        else:
            for end, sign, is_open in ((axis.lo, 1, axis.open_lo), (axis.hi, -1, axis.open_hi)):
                if end is not None:
                    gap = sign * (value - sympy.Rational(end.numerator, end.denominator))
                    self.positive(label, gap) if is_open else self.nonnegative(label, gap)

    def at_least(self, label: str, exact: Formula, claimed: Formula) -> Fact:
        """``exact >= claimed`` as formulas on the range of ``exact``: identical, or apart by ball arithmetic."""
        self.read |= {exact.name: None, claimed.name: None}
        finding = formula_at_least(exact, claimed)
        self._established(label, finding)
        self._record(label, finding.engine, exact.name, claimed.name, ">=")
        return Fact(WORDS, WORDS, "==", (finding,), (), self)

    def at_most(self, label: str, exact: Formula, claimed: Formula) -> Fact:
        """``exact <= claimed`` as formulas on the range of ``exact``: identical, or apart by ball arithmetic."""
        self.read |= {exact.name: None, claimed.name: None}
        finding = formula_at_least(claimed, exact, exact.domain)
        self._established(label, finding)
        self._record(label, finding.engine, claimed.name, exact.name, ">=")
        return Fact(WORDS, WORDS, "==", (finding,), (), self)

    def reaches(self, label: str, fact: Fact, exact: Formula, claimed: Formula, **at: Any) -> Fact:
        """``fact`` bounds the claim's left side by ``exact`` at the given arguments, and ``exact >= claimed``.

        The arguments are proved to stay in the formula's ranges; the fact must start from the expanded left side.
        """
        if fact.owner is not self or fact.left != self.left:
            raise StepFailed(f"{label}: the fact does not start from the claim's left side")
        self.identity(f"{label}: the bound", fact.right, self.claimed(exact, **at))
        larger = self.at_least(label, exact, claimed)
        return dataclasses.replace(larger, premises=(*fact.premises, *larger.premises), rests_on=fact.rests_on)

    def equal(self, label: str, exact: Formula, claimed: Formula) -> Fact:
        """``exact == claimed`` as formulas on the range of ``exact``, by the symbolic engine."""
        if not covers(exact.domain, [claimed.domain]):
            raise StepFailed(f"{label}: the claimed formula is declared on {claimed.domain.describe()} only")
        self.read |= {exact.name: None, claimed.name: None}
        finding = symbolic.prove_identity(exact, claimed, exact.domain)
        self._established(label, finding)
        self._record(label, finding.engine, exact.name, claimed.name, "==")
        return Fact(WORDS, WORDS, "==", (finding,), (), self)

    def conclude(
        self, facts: Sequence[Fact], scope: Domain, statement: str, *, rests_on: Sequence[str] = ()
    ) -> Finding:
        """The finding on ``scope``, whose ranges must be covered by the numbers or spread over by the samples.

        The left side must have been expanded, and at least one fact of this derivation be concluded from.
        """
        if self.left is None:
            raise StepFailed("the claim's left side was never expanded")
        if not any(fact.owner is self for fact in facts):
            raise StepFailed("a conclusion needs a fact of its derivation")
        self._require_own("conclusion", facts)
        for axis in scope.axes:
            if not isinstance(axis, Every):
                self._require_covered(axis)
        return ENGINE.finding(
            Verdict.HOLDS,
            scope,
            statement,
            certificate={
                "kind": "derivation",
                "variables": self.variables.describe(),
                "steps": self.steps,
                "formulas": list(self.read),
                "expansions": [{"n": size, **(finding.certificate or {})} for size, finding in self.expanded],
            },
            premises=[*(finding for _, finding in self.expanded), *(item for fact in facts for item in fact.premises)],
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
        if isinstance(axis, Real) or axis.lo is None:
            raise StepFailed(f"samples do not cover {axis.describe()}: make it a number of the derivation")
        seen = {sample.axes.get(axis.name, -1) for sample in self.samples}
        if min(seen) != axis.lo or max(seen) < axis.lo + _SPREAD:
            raise StepFailed(f"samples do not spread over {axis.describe()}: {sorted(seen)}")


def by_lemma(
    lemma: str, hypotheses: Sequence[Finding], scope: Scope, statement: str, *, steps: Sequence[str] = ()
) -> Finding:
    """A statement read off a named lemma whose hypotheses are findings; it holds only if all of them do."""
    listed = [*steps, *(finding.statement for finding in hypotheses)]
    return ENGINE.finding(
        Verdict.HOLDS,
        scope,
        statement,
        certificate={"kind": "derivation", "steps": listed},
        premises=hypotheses,
        rests_on=[f"lemma:{lemma}"],
        effort={"steps": len(listed)},
    )


def undecided(scope: Scope, statement: str, reason: str) -> Finding:
    """Nothing was established, for the reason given."""
    return ENGINE.finding(Verdict.INCONCLUSIVE, scope, statement, reason=reason)


def derive(proof: Callable[[], Finding], scope: Scope, statement: str) -> Finding:
    """Run a derivation; a failed step makes it inconclusive, with the step as the reason."""
    start = time.perf_counter()
    try:
        return dataclasses.replace(proof(), seconds=time.perf_counter() - start)
    except StepFailed as failure:
        return ENGINE.finding(
            Verdict.INCONCLUSIVE, scope, statement, reason=str(failure), seconds=time.perf_counter() - start
        )
