"""The family itself: its Tsallis form, and the shape of Phi_tau."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.comp_sum import bounds, claims
from theory.comp_sum.witnesses import loss, real

_DIGITS = 60
_TAU_PIECES = (
    bounds.TAU_BELOW_ONE,
    Real("tau", 1, 1, latex=r"\tau"),
    Real("tau", 1, None, open_lo=True, latex=r"\tau"),
)
_S_PIECES = (Real("s", 0, 1, open_lo=True, open_hi=True), Real("s", 1, 1))
_TAUS = [Fraction(value) for value in ("0", "1/2", "9/10", "1", "11/10", "3/2", "2", "3")]
_LEVELS = [Fraction(value) for value in ("1/100", "1/7", "1/2", "4/5", "1")]
_SUMS = [Fraction(value) for value in ("0", "1/10", "1", "3", "20")]


def _grid(piece: Real, values: Iterable[Fraction]) -> Iterator[tuple[Fraction, Fraction]]:
    taus = [tau for tau in _TAUS if piece.contains(tau)]
    for value in values:
        for tau in taus:
            yield value, tau


def _attack_tsallis(subject: Subject, part: str) -> Finding:
    """Compare with the loss from its definition (power form), or with numerical quadrature (integral form)."""
    formulas = {"value": emit_standalone(subject[part])}
    points = [{"s": str(s), "tau": str(tau), "formulas": formulas} for s in _LEVELS for tau in _TAUS]
    note = "the loss from its definition against the stated form"
    return instances.compare(
        points,
        lambda data: witness.make("comp_sum", f"tsallis_{part}", data, note),
        wanted=("==",),
        statement=f"loss = {part} form",
        description="values of s and tau",
    )


def _tsallis_power(subject: Subject, piece: Real) -> Finding:
    scope = claims.tsallis.domain.restrict(piece)
    statement = "Phi_tau(1/s - 1) = (1 - s^(tau-1))/(tau-1)"

    def proof() -> Finding:
        with mpmath.workdps(_DIGITS):
            samples = [Sample({"s": s, "tau": tau}, loss(real(s), tau), {}) for s, tau in _grid(piece, _LEVELS)]
        d = Derivation(scope, samples)
        s, tau = d["s"], d["tau"]
        defined = bounds.phi.expr.subs({bounds.phi.symbols["u"]: 1 / s - 1, bounds.phi.symbols["tau"]: tau})
        left = d.expands("the definition at u = 1/s - 1", defined)
        claimed = subject["power"]
        right = claimed.expr.subs({claimed.symbols["s"]: s, claimed.symbols["tau"]: tau})
        return d.conclude([d.identity("both forms agree", left, right)], scope, statement)

    return derive(proof, scope, statement)


def _tsallis_integral(subject: Subject, piece: Real, level: Real) -> Finding:
    scope = claims.tsallis.domain.restrict(piece, level)
    statement = "the integral of exp(-(tau-1) w) over [0, -log s] is the loss"

    def proof() -> Finding:
        with mpmath.workdps(_DIGITS):
            samples = [
                Sample({"v": -mpmath.log(real(s)), "s": s, "tau": tau}, loss(real(s), tau), {})
                for s, tau in _grid(piece, _LEVELS)
                if level.contains(s)
            ]
        d = Derivation(Domain(Real("v", 0, None), *scope.ranges), samples)
        v, s, tau = d["v"], d["s"], d["tau"]
        claimed = subject["integral"]
        primitive = claimed.expr.subs({claimed.symbols["v"]: v, claimed.symbols["tau"]: tau})
        d.expands("the claimed primitive at v = -log s", primitive)
        slope = d.identity("its derivative is exp(-(tau-1) v)", sympy.diff(primitive, v), sympy.exp((1 - tau) * v))
        start = d.identity("it vanishes at v = 0", primitive.subs(v, 0), sympy.Integer(0))
        value = d.deduce("so it is the integral", lemmas.FUNDAMENTAL_THEOREM, requires=[slope, start])
        form = bounds.softmax_power
        power = form.expr.subs({form.symbols["s"]: s, form.symbols["tau"]: tau})
        same = d.identity("at v = -log s it is the power form", primitive.subs(v, -sympy.log(s)), power)
        return d.conclude([value, same], scope, statement)

    return derive(proof, scope, statement)


@check("comp_sum.def.tsallis", timeout=60)
def tsallis(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Compare with the definition on a grid; then prove both forms on every piece of the tau axis."""
    for part in ("power", "integral"):
        yield _attack_tsallis(subject, part).for_part(part)
    for piece in _TAU_PIECES:
        yield _tsallis_power(subject, piece).for_part("power")
        for level in _S_PIECES:
            yield _tsallis_integral(subject, piece, level).for_part("integral")


def _attack_phi(subject: Subject) -> Iterator[Finding]:
    slope = {"value": emit_standalone(subject["derivative"])}
    yield instances.compare(
        [{"u": str(u), "tau": str(tau), "formulas": slope} for u in _SUMS for tau in _TAUS],
        lambda data: witness.make("comp_sum", "phi_slope", data, "numerical derivative of Phi against its formula"),
        wanted=("==",),
        statement="Phi' = (1+u)^(-tau)",
        description="values of u and tau",
    ).for_part("slope")
    constant = {"value": emit_standalone(subject["at_one"])}
    yield instances.compare(
        [{"u": str(u), "tau": str(tau), "formulas": constant} for u in _SUMS if u >= 1 for tau in _TAUS],
        lambda data: witness.make("comp_sum", "phi_zero_one", data, "a wrong prediction, u >= 1: Phi(u) and Phi(1)"),
        wanted=(">", "=="),
        statement="Phi(u) >= Phi(1) for u >= 1",
        description="values of u >= 1 and tau",
    ).for_part("zero_one")


class _Shape:
    """Derivations about Phi on one piece of the tau axis."""

    def __init__(self, subject: Subject, piece: Real) -> None:
        self.scope = claims.phi_properties.domain.restrict(piece)
        with mpmath.workdps(_DIGITS):
            samples = [Sample({"u": u, "tau": tau}, loss(1 / (1 + real(u)), tau), {}) for u, tau in _grid(piece, _SUMS)]
        self.d = Derivation(self.scope, samples)
        self.u, self.tau = self.d["u"], self.d["tau"]
        self.phi = self._at(subject["phi"])
        self.slope = self._at(subject["derivative"])
        slope = subject["derivative"]
        self.falling = (
            -slope.expr.diff(slope.symbols["tau"])
            .subs({slope.symbols["u"]: self.u})
            .subs({slope.symbols["tau"]: self.tau})
        )
        self.at_one = subject["at_one"].expr.subs({subject["at_one"].symbols["tau"]: self.tau})

    def _at(self, formula: Formula) -> Any:
        return formula.expr.subs({formula.symbols["u"]: self.u, formula.symbols["tau"]: self.tau})

    def facts_of_slope(self) -> list[Fact]:
        d = self.d
        d.expands("the loss at u", self.phi)
        start = d.identity("Phi(0) = 0", self.phi.subs(self.u, 0), sympy.Integer(0))
        derivative = d.identity("Phi' = (1+u)^(-tau)", sympy.diff(self.phi, self.u), self.slope)
        positive = d.nonnegative("Phi' >= 0", self.slope)
        lemma = d.lemma("(1+u)^(-tau) <= 1", lemmas.EXPONENTIAL_MONOTONE, sympy.Integer(1), (1 + self.u) ** (-self.tau))
        known = d.identity("the slope is that power", self.slope, (1 + self.u) ** (-self.tau))
        return [start, derivative, positive, lemma, known]

    def slope_finding(self) -> Finding:
        statement = "Phi(0) = 0 and 0 < Phi' = (1+u)^(-tau) <= 1"
        return self.d.conclude(self.facts_of_slope(), self.scope, statement)

    def concave_finding(self) -> Finding:
        second = -sympy.diff(self.slope, self.u)
        facts = [*self.facts_of_slope(), self.d.nonnegative("-Phi'' >= 0", second)]
        return self.d.conclude(facts, self.scope, "Phi'' <= 0")

    def tau_finding(self) -> Finding:
        d, facts = self.d, self.facts_of_slope()
        integrand = d.nonnegative("-d/dtau Phi'(w) >= 0", self.falling)
        integral = d.deduce(
            "Phi(u) is the integral of Phi'(w) over [0, u], so it falls with tau",
            lemmas.MONOTONE_INTEGRAL,
            requires=[*facts, integrand],
        )
        return d.conclude([*facts, integrand, integral], self.scope, "Phi is nonincreasing in tau")

    def zero_one_finding(self) -> Finding:
        d, facts = self.d, self.facts_of_slope()
        constant = d.identity("the constant is Phi(1)", self.phi.subs(self.u, 1), self.at_one)
        rises = d.deduce(
            "Phi rises with u, and a wrong prediction has u >= exp(h_k - h_y) >= 1: Phi(u) >= Phi(1)",
            lemmas.MEAN_VALUE,
            requires=facts,
        )
        return d.conclude([*facts, constant, rises], self.scope, "1[wrong] <= Phi(u)/Phi(1)")


@check("comp_sum.phi.properties", timeout=60)
def phi_properties(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Compare with the definition on a grid; then prove the four properties on every piece of the tau axis."""
    yield from _attack_phi(subject)
    for piece in _TAU_PIECES:
        scope = claims.phi_properties.domain.restrict(piece)
        for part, method in (
            ("slope", _Shape.slope_finding),
            ("concave", _Shape.concave_finding),
            ("tau", _Shape.tau_finding),
            ("zero_one", _Shape.zero_one_finding),
        ):
            yield derive(functools.partial(_shape, subject, piece, method), scope, f"{part} of Phi").for_part(part)


def _shape(subject: Subject, piece: Real, method: Callable[[_Shape], Finding]) -> Finding:
    return method(_Shape(subject, piece))
