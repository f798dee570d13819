"""The family itself: its Tsallis form, and the shape of Phi_tau."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
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
_MORE_SUMS = [Fraction(step, 7) for step in range(1, 70, 3)] + [Fraction(100), Fraction(10**6)]
_SUMS = [Fraction(value) for value in ("0", "1/10", "1", "3", "20")]


def _grid(values: Iterable[Fraction]) -> Iterator[tuple[Fraction, Fraction]]:
    return itertools.product(values, _TAUS)


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


def _tsallis_power(subject: Subject) -> Finding:
    scope, statement = claims.tsallis.domain, "Phi_tau(1/s - 1) = (1 - s^(tau-1))/(tau-1)"

    def proof() -> Finding:
        with mpmath.workdps(_DIGITS):
            samples = [Sample({"s": s, "tau": tau}, loss(real(s), tau), {}) for s, tau in _grid(_LEVELS)]
        d = Derivation(scope, samples)
        s, tau = d["s"], d["tau"]
        left = d.expands("the definition at u = 1/s - 1", bounds.phi.at(u=1 / s - 1, tau=tau))
        right = d.claimed(subject["power"], s=s, tau=tau)
        return d.conclude([d.identity("both forms agree", left, right)], scope, statement)

    return derive(proof, scope, statement)


def _tsallis_integral(subject: Subject, piece: Real, level: Real) -> Finding:
    scope = claims.tsallis.domain.restrict(piece, level)
    statement = "the integral of exp(-(tau-1) w) over [0, -log s] is the loss"

    def proof() -> Finding:
        with mpmath.workdps(_DIGITS):
            samples = [
                Sample({"v": -mpmath.log(real(s)), "s": s, "tau": tau}, loss(real(s), tau), {})
                for s, tau in _grid(_LEVELS)
                if level.contains(s) and piece.contains(tau)
            ]
        d = Derivation(Domain(Real("v", 0, None), *scope.ranges), samples)
        v, s, tau = d["v"], d["s"], d["tau"]
        primitive = d.claimed(subject["integral"], v=v, tau=tau)
        d.expands("the claimed primitive at v = -log s", primitive)
        slope = d.identity("its derivative is exp(-(tau-1) v)", sympy.diff(primitive, v), sympy.exp((1 - tau) * v))
        start = d.identity("it vanishes at v = 0", primitive.subs(v, 0), sympy.Integer(0))
        value = d.deduce(
            "so it is the integral", lemmas.FUNDAMENTAL_THEOREM, requires=[slope, start], smooth=[primitive]
        )
        power = bounds.softmax_power.at(s=s, tau=tau)
        same = d.identity("at v = -log s it is the power form", primitive.subs(v, -sympy.log(s)), power)
        return d.conclude([value, same], scope, statement)

    return derive(proof, scope, statement)


@check("comp_sum.def.tsallis", timeout=60)
def tsallis(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Compare with the definition on a grid; then prove both forms."""
    for part in ("power", "integral"):
        yield _attack_tsallis(subject, part).for_part(part)
    yield _tsallis_power(subject).for_part("power")
    for piece in _TAU_PIECES:
        for level in _S_PIECES:
            yield _tsallis_integral(subject, piece, level).for_part("integral")


def _attack_phi(subject: Subject) -> Iterator[Finding]:
    phi = {"value": emit_standalone(subject["phi"])}
    yield instances.compare(
        [{"u": str(u), "tau": str(tau), "formulas": phi} for u in (*_SUMS, *_MORE_SUMS) for tau in _TAUS],
        lambda data: witness.make("comp_sum", "phi_value", data, "Phi from the definition against its formula"),
        wanted=("==",),
        statement="the formula of Phi is the loss",
        description="values of u and tau",
    ).for_part("slope")
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
    """Derivations about Phi on the whole range of u and tau."""

    def __init__(self, subject: Subject) -> None:
        self.scope = claims.phi_properties.domain
        with mpmath.workdps(_DIGITS):
            samples = [Sample({"u": u, "tau": tau}, loss(1 / (1 + real(u)), tau), {}) for u, tau in _grid(_SUMS)]
        self.d = Derivation(self.scope, samples)
        self.u, self.tau = self.d["u"], self.d["tau"]
        self.phi = self.d.claimed(subject["phi"], u=self.u, tau=self.tau)
        self.slope = self.d.claimed(subject["derivative"], u=self.u, tau=self.tau)
        self.at_one = self.d.claimed(subject["at_one"], tau=self.tau)

    def facts_of_slope(self) -> list[Fact]:
        d = self.d
        d.expands("the loss at u", self.phi)
        family = d.identity("the claimed Phi is the family's", self.phi, bounds.phi.at(u=self.u, tau=self.tau))
        start = d.identity("Phi(0) = 0", self.phi.subs(self.u, 0), sympy.Integer(0))
        derivative = d.identity("Phi' = (1+u)^(-tau)", sympy.diff(self.phi, self.u), self.slope)
        positive = d.positive("Phi' > 0", self.slope)
        lemma = d.lemma("(1+u)^(-tau) <= 1", lemmas.EXPONENTIAL_MONOTONE, sympy.Integer(1), (1 + self.u) ** (-self.tau))
        known = d.identity("the slope is that power", self.slope, (1 + self.u) ** (-self.tau))
        return [family, start, derivative, positive, lemma, known]

    def slope_finding(self) -> Finding:
        statement = "Phi(0) = 0 and 0 < Phi' = (1+u)^(-tau) <= 1"
        return self.d.conclude(self.facts_of_slope(), self.scope, statement)

    def concave_finding(self) -> Finding:
        second = self.d.nonnegative("-Phi'' >= 0", -sympy.diff(self.slope, self.u))
        concave = self.d.deduce(
            "Phi'' <= 0: concave", lemmas.CONVEX_CHORD, requires=[*self.facts_of_slope(), second], smooth=[self.phi]
        )
        return self.d.conclude([second, concave], self.scope, "Phi'' <= 0")

    def tau_finding(self) -> Finding:
        d, facts = self.d, self.facts_of_slope()
        falling = d.nonnegative("-d/dtau Phi'(w) >= 0", -sympy.diff(self.slope, self.tau))
        integral = d.deduce(
            "Phi(u) is the integral of Phi'(w) over [0, u], so it falls with tau",
            lemmas.MONOTONE_INTEGRAL,
            requires=[*facts, falling],
            smooth=[self.phi, self.slope],
        )
        return d.conclude([*facts, falling, integral], self.scope, "Phi is nonincreasing in tau")

    def zero_one_finding(self) -> Finding:
        d, facts = self.d, self.facts_of_slope()
        constant = d.identity("the constant is Phi(1)", self.phi.subs(self.u, 1), self.at_one)
        rises = d.deduce(
            "Phi rises with u, and a wrong prediction has u >= exp(h_k - h_y) >= 1: Phi(u) >= Phi(1)",
            lemmas.MEAN_VALUE,
            requires=facts,
            smooth=[self.phi],
        )
        return d.conclude([*facts, constant, rises], self.scope, "1[wrong] <= Phi(u)/Phi(1)")


@check("comp_sum.phi.properties", timeout=60)
def phi_properties(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Compare with the definition on a grid; then prove the four properties for all u and tau."""
    yield from _attack_phi(subject)
    scope = claims.phi_properties.domain
    for part, method in (
        ("slope", _Shape.slope_finding),
        ("concave", _Shape.concave_finding),
        ("tau", _Shape.tau_finding),
        ("zero_one", _Shape.zero_one_finding),
    ):
        yield derive(functools.partial(_shape, subject, method), scope, f"{part} of Phi").for_part(part)


def _shape(subject: Subject, method: Callable[[_Shape], Finding]) -> Finding:
    return method(_Shape(subject))
