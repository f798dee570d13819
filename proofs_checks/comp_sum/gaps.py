"""Minimizability gaps under completeness, and for sure labels with bounded scores: every n, every tau."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy
import torch

from plumbline import witness
from plumbline.domain import Axis, Domain, Instances, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum.gap_samples import finite_instances
from proofs_checks.engines import instances, search
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from theory import lemmas
from theory.comp_sum import bounds, definitions, gap_bounds, gap_claims, gap_witnesses
from theory.comp_sum.witnesses import loss, real

_DIGITS = 60
_PAPER = "comp_sum"
_TWO_INPUTS = {"weights": ["1/2", "1/2"], "laws": [["7/10", "1/5", "1/10"], ["1/10", "3/10", "3/5"]]}
_SURE_AND_NOT = {"weights": ["1/3", "2/3"], "laws": [["1", "0"], ["1/4", "3/4"]]}
_SCORES = {"complete": None, "bounded": "1"}
_PLAN = search.Effort(samples=2000, parents=6, rounds=8, children=8, confirmations=4)
_FALLING_PAIRS = [
    (Fraction(a), Fraction(b))
    for a, b in (
        *(("1", "1"), ("0", "1/2"), ("1/2", "1"), ("1", "3/2"), ("6/5", "5/4")),
        *(("3/2", "7/4"), ("7/4", "19/10"), ("1/2", "5/2"), ("2", "3")),
    )
]


# The gap is the approximation error


def _attack_error(subject: Subject) -> Finding:
    """Compare gap and approximation error of score vectors that do not depend on x, free or bounded."""
    bound = _SCORES[subject["scores"]]
    taus = ["0", "1/2", "1", "3/2", "2", "3"]
    laws = [{"weights": ["1"], "laws": [["1", "0"]]}, _SURE_AND_NOT] + ([] if bound else [_TWO_INPUTS])
    formulas = {"gap": emit_standalone(subject["gap"])}
    return instances.compare(
        [{**entry, "bound": bound, "tau": tau, "formulas": formulas} for entry in laws for tau in taus],
        lambda data: witness.make(_PAPER, "approximation_error", data, "gap against approximation error"),
        wanted=("==",),
        statement="gap = approximation error",
        description="finite inputs, the same scores at every input",
    )


def _error_samples(zero_one: bool) -> list[Sample]:
    made = []
    taus = [Fraction(value) for value in ("0", "1/2", "1", "3/2", "2", "3")]
    for index, data in enumerate(finite_instances(12)):
        tau = taus[index % len(taus)]
        if zero_one:
            gap = real(gap_witnesses.zero_one_gap(data))
            everywhere = [1 - x for x in gap_witnesses.mean_law(*gap_witnesses.finite_instance(data)[:2])]
            best = real(min(everywhere))
        else:
            gap, best = gap_witnesses.gap(data, tau), gap_witnesses.best_in_class(data, tau)
        least = best - gap
        numbers = {"R_star": best, "R_all": least, "E_least": least, "tau": tau}
        made.append(Sample(numbers, gap, {"n": len(data["laws"][0])}))
    return made


def _error(subject: Subject, part: str) -> Finding:
    scope = gap_claims.approximation_error.domain
    statement = f"gap = approximation error of the {part.replace('_', '-')} loss"

    def proof() -> Finding:
        if subject["scores"] != "complete":
            raise StepFailed(f"the scores must range over R^n at each x, given: {subject['scores']}")
        with mpmath.workdps(_DIGITS):
            samples = _error_samples(part == "zero_one")
            numbers = [Real(name, 0, None) for name in ("R_star", "R_all", "E_least")]
            d = Derivation(Domain(*numbers, bounds.TAU), samples)
        R_star, R_all, E_least = d["R_star"], d["R_all"], d["E_least"]
        same = d.deduce(
            "H and the set of all functions offer the same scores at x (for the zero-one loss the same predictions): "
            "C*(H,x) = C*(H_all,x)",
            lemmas.INFIMUM,
            requires=[],
        )
        left = d.expands("the gap is R*(H) - E[C*(x)]", R_star - E_least)
        above = d.lemma("R(h) = E[C(h,x)] >= E[C*(x)]: R*(H_all) >= E[C*]", lemmas.MONOTONE_INTEGRAL, R_all, E_least)
        below = d.lemma("scores chosen at each x: E[C*] >= R*(H_all)", lemmas.INTERCHANGE, E_least, R_all)
        stated = d.equal("the claimed gap is the approximation error", gap_bounds.same_gap, subject["gap"])
        claimed = gap_bounds.same_gap.at(A=R_star - R_all)
        least = d.combine("gap >= claimed value", left, claimed, [(1, above)])
        most = d.combine("claimed value >= gap", claimed, left, [(1, below)])
        return d.conclude([same, stated, least, most], scope, statement)

    return derive(proof, scope, statement)


@check("comp_sum.gap_is_approx_error", timeout=30)
def approximation_error(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Compare both on finite instances; then the identity for every distribution and complete set."""
    if subject["scores"] not in _SCORES:
        raise InputError(f"scores must be one of {sorted(_SCORES)}, got {subject['scores']!r}")
    found = _attack_error(subject)
    yield found.for_part("surrogate")
    if found.verdict is not Verdict.VIOLATED:
        yield _error(subject, "surrogate").for_part("surrogate")
        yield _error(subject, "zero_one").for_part("zero_one")


# Sure labels, scores in a box


def _attack_corner(least_loss: Formula) -> Finding:
    """The least loss over the corners of the box against the claimed one."""
    formulas = {"least_loss": emit_standalone(least_loss)}
    cases = itertools.product((2, 3, 5), ("1/4", "1", "3"), ("0", "1/2", "1", "3/2", "2", "3"))
    return instances.compare(
        [{"n": n, "bound": bound, "tau": tau, "formulas": formulas} for n, bound, tau in cases],
        lambda data: witness.make(_PAPER, "least_loss", data, "least loss over the corners against the stated one"),
        wanted=("==",),
        statement="least loss = claimed loss",
        description="values of n, L and tau",
    )


def _attack_box(least_loss: Formula, n: int, bound: Fraction, tau: Fraction, effort: Effort) -> Finding:
    """Search the box for scores whose loss falls below the claimed least one."""
    value = float(least_loss.mpmath(n=n, L=bound, tau=tau))
    formulas = {"least_loss": emit_standalone(least_loss)}
    size = float(bound)

    def confirm(scores: torch.Tensor) -> Witness | None:
        inside = [max(-bound, min(bound, Fraction(h).limit_denominator(1000))) for h in scores.tolist()]
        exact = {"scores": [str(h) for h in inside], "bound": str(bound), "tau": str(tau), "formulas": formulas}
        found = witness.make(_PAPER, "loss_in_box", exact, "scores in the box with a smaller loss")
        return found if found.relation == "<" else None

    problem = search.Problem(
        sample=lambda generator, count: size * (2 * torch.rand(count, n, generator=generator, dtype=torch.float64) - 1),
        candidates=lambda: torch.tensor(list(itertools.product((-size, size), repeat=n)), dtype=torch.float64),
        slack=lambda scores: definitions.comp_sum_loss(scores, float(tau))[..., 0] - value,
        confirm=confirm,
        project=search.box(-size, size),
    )
    scope = Instances(1, f"n = {n}, L = {bound}, tau = {tau}, all scores in the box")
    statement = f"loss >= least loss for n = {n}, L = {bound}, tau = {tau}"
    return search.attack(problem, effort=_PLAN, seed=effort.seed, scope=scope, statement=statement)


class _SureLabels:
    """A derivation about the sum u over the other labels, for scores in [-L, L]^n, and the loss Phi(u)."""

    def __init__(self, tau: Real, *, corner: bool) -> None:
        draw = random.Random(1)
        taus = [value for value in map(Fraction, ("0", "1/2", "1", "6/5", "3/2", "2", "3")) if tau.contains(value)]
        with mpmath.workdps(_DIGITS):
            samples = [self._sample(draw, index, taus[index % len(taus)], corner) for index in range(14)]
        axes: list[Axis] = [
            bounds.CLASSES,
            gap_bounds.BOUND,
            tau,
            Real("u", 0, None),
            Real("R_star", 0, None),
            Real("m"),
        ]
        self.d = Derivation(Domain(*axes), samples)
        self.n, self.L, self.tau, self.u = (self.d[name] for name in ("n", "L", "tau", "u"))
        self.u_least = (self.n - 1) * sympy.exp(-2 * self.L)

    @staticmethod
    def _sample(draw: random.Random, index: int, tau: Fraction, corner: bool) -> Sample:
        n, L = (2, 3, 5, 8)[index % 4], Fraction(draw.randint(1, 12), 4)
        scores = [Fraction(draw.randint(-20, 20), 20) * L for _ in range(n)]
        if corner:
            scores = [L] + [-L] * (n - 1)
        u = sum(mpmath.exp(real(h - scores[0])) for h in scores[1:])
        smallest = min(real(h - scores[0]) for h in scores[1:])
        risk = loss(1 / (1 + u), tau) + draw.randint(0, 3)
        values = {"n": Fraction(n), "L": L, "tau": tau, "u": u, "m": smallest, "R_star": risk}
        return Sample(values, loss(1 / (1 + u), tau), {})

    def phi(self, u: Any, tau: Any = None) -> Any:
        return bounds.phi.at(u=u, tau=self.tau if tau is None else tau)

    def sum_at_least(self) -> Fact:
        """u >= (n-1) exp(-2L)."""
        d, m = self.d, self.d["m"]
        terms = d.lemma(
            "u >= (n-1) exp(m), m the least difference of scores", lemmas.SUM_BOUND, self.u, (self.n - 1) * sympy.exp(m)
        )
        range_ = d.by_definition("scores in [-L,L] differ by at most 2 L: m >= -2 L", m, -2 * self.L)
        rise = d.lemma(
            "exp(m) >= exp(-2 L)",
            lemmas.EXPONENTIAL_MONOTONE,
            sympy.exp(m),
            sympy.exp(-2 * self.L),
            requires=[range_],
        )
        return d.combine("u >= (n-1) exp(-2 L)", self.u, self.u_least, [(1, terms), (self.n - 1, rise)])

    def rising(self) -> Fact:
        """Phi' = (1+u)^(-tau) >= 0."""
        slope = (1 + self.u) ** (-self.tau)
        same = self.d.identity("Phi' = (1+u)^(-tau)", sympy.diff(self.phi(self.u), self.u), slope)
        sign = self.d.nonnegative("Phi' >= 0", slope)
        return self.d.deduce("Phi rises with u", lemmas.MEAN_VALUE, requires=[same, sign], smooth=[self.phi(self.u)])


_TAU_PIECES = (
    bounds.TAU_BELOW_ONE,
    Real("tau", 1, 1, latex=r"\tau"),
    Real("tau", 1, None, open_lo=True, latex=r"\tau"),
)


def _lower(subject: Subject, tau: Real) -> Finding:
    scope, statement = gap_claims.deterministic.domain.restrict(tau), "loss >= Phi((n-1) exp(-2L)) in the box"

    def proof() -> Finding:
        free = _SureLabels(tau, corner=False)
        d = free.d
        left, least = d.expands("the loss at scores in the box", free.phi(free.u)), free.phi(free.u_least)
        rising = [free.sum_at_least(), free.rising()]
        lower = d.lemma("Phi(u) >= Phi((n-1) exp(-2L))", lemmas.MEAN_VALUE, left, least, requires=rising, smooth=[left])
        claimed = d.claimed(subject["least_loss"], n=free.n, L=free.L, tau=free.tau)
        value = d.identity("this is the claimed least loss", least, claimed)
        return d.conclude([lower, value], scope, statement)

    return derive(proof, scope, statement)


def _attained(subject: Subject, tau: Real, part: str) -> Finding:
    """At the corner that prefers the label: the least loss, hence the gap, and its limit for wide boxes."""
    scope = gap_claims.deterministic.domain.restrict(tau)
    statement = {"attained": "C* = Phi((n-1) exp(-2L)), M = R* - C*", "limit": "0 <= C* = R* - M <= (n-1) exp(-2L)"}

    def proof() -> Finding:
        corner = _SureLabels(tau, corner=True)
        d, u, claimed = (
            corner.d,
            corner.u,
            corner.d.claimed(subject["least_loss"], n=corner.n, L=corner.L, tau=corner.tau),
        )
        reached = d.expands("at h_y = L, all others -L", corner.phi(corner.u_least))
        value = d.identity("this is the claimed least loss", reached, claimed)
        if part == "attained":
            constant = d.deduce(
                "C*(x) is this number at every x, whichever label is sure: M = R* - E[C*] = R* - C*",
                lemmas.MONOTONE_INTEGRAL,
                requires=[value],
            )
            return d.conclude([value, constant], scope, statement[part])
        zero = d.identity("Phi(0) = 0", corner.phi(0), sympy.Integer(0))
        power = d.lemma("(1+u)^(-tau) <= 1", lemmas.EXPONENTIAL_MONOTONE, sympy.Integer(1), (1 + u) ** (-corner.tau))
        facts, phi = [value, zero, corner.rising()], [corner.phi(u)]
        low = d.lemma("Phi(u0) >= Phi(0) = 0", lemmas.MEAN_VALUE, reached, sympy.Integer(0), requires=facts, smooth=phi)
        bound = [*facts, power]
        high = d.lemma("Phi(u0) <= u0", lemmas.MEAN_VALUE, corner.u_least, reached, requires=bound, smooth=phi)
        return d.conclude([low, high], scope, statement[part], rests_on=("comp_sum.phi.properties",))

    return derive(proof, scope, statement[part])


def _attack_elsewhere(subject: Subject) -> Finding:
    """Noisy labels, or scores without bound, against what is claimed of sure labels and a box."""
    p = {"sure": ["1", "0"], "noisy": ["9/10", "1/10"]}[subject["labels"]]
    inside = {"in the box": True, "all": False}[subject["scores"]]
    formulas = {"least_loss": emit_standalone(subject["least_loss"])}
    return instances.compare(
        [{"p": p, "bound": "2", "tau": tau, "in_the_box": inside, "formulas": formulas} for tau in ("1", "0", "3/2")],
        lambda data: witness.make(_PAPER, "least_loss_elsewhere", data, "least risk against the claimed least loss"),
        wanted=("==",),
        statement="the least risk is the claimed one",
        description="two labels",
    )


@check("comp_sum.gap.deterministic", timeout=60)
def deterministic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Corners and a search over the box; then the least loss for every n, L and tau."""
    if (subject["labels"], subject["scores"]) != ("sure", "in the box"):
        yield _attack_elsewhere(subject).for_part("attained")
        return
    found = _attack_corner(subject["least_loss"])
    yield found.for_part("attained")
    for n, bound, tau in (
        (2, Fraction(1), Fraction(1)),
        (3, Fraction(1, 2), Fraction(3, 2)),
        (5, Fraction(2), Fraction(0)),
    ):
        found = _attack_box(subject["least_loss"], n, bound, tau, effort)
        yield found.for_part("lower")
    for tau_axis in _TAU_PIECES:
        yield _lower(subject, tau_axis).for_part("lower")
        yield _attained(subject, tau_axis, "attained").for_part("attained")
        yield _attained(subject, tau_axis, "limit").for_part("limit")


def _attack_order(subject: Subject) -> Finding:
    """Gaps at tau and at a larger tau' of score vectors that do not depend on x, from the definition."""
    e = subject["noise"]
    formulas = {"factor": emit_standalone(subject["factor"])}
    laws = [[str(1 - e), str(e)], [str(e), str(1 - e)]]
    entries: list[dict[str, Any]] = []
    for weight in ("1/2", "1/5"):
        for bound in ("1/2", "3"):
            shape = {"weights": [weight, str(1 - Fraction(weight))], "laws": laws, "bound": bound}
            entries += [
                {**shape, "tau": str(low), "larger_tau": str(high), "formulas": formulas}
                for low, high in _FALLING_PAIRS
            ]
    return instances.compare(
        entries,
        lambda data: witness.make(_PAPER, "gap_order", data, "the gap at tau against the gap at a larger tau"),
        wanted=(">", "=="),
        statement="M at tau' <= M at tau",
        description="two inputs, pairs of tau",
    )


def _monotone_sample(draw: random.Random, index: int) -> Sample:
    """The excess of the loss over the least one, at tau; the same at tau + delta is what it is compared with."""
    base = _SureLabels._sample(
        draw, index, (Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2))[index % 5], False
    )
    numbers = dict(base.values)
    delta = Fraction(draw.randint(0, 8), 4)
    least = loss(1 / (1 + (base.values["n"] - 1) * mpmath.exp(-2 * real(base.values["L"]))), base.values["tau"])
    return Sample({**numbers, "delta": delta}, base.left - least, {})


def _monotone(subject: Subject) -> Finding:
    scope = gap_claims.monotone.domain
    statement = "M at tau + delta <= M at tau"

    def proof() -> Finding:
        if subject["noise"] != 0:
            raise StepFailed(f"the labels must be sure, given: noise {subject['noise']}")
        free = _SureLabels(bounds.TAU, corner=False)
        draw = random.Random(2)
        with mpmath.workdps(_DIGITS):
            samples = [_monotone_sample(draw, index) for index in range(15)]
        d = free.d = Derivation(Domain(*free.d.variables.axes, gap_bounds.MORE_TAU), samples)
        u, tau, later = free.u, free.tau, free.tau + d["delta"]
        excess, after = (free.phi(u, t) - free.phi(free.u_least, t) for t in (tau, later))
        left = d.expands("excess of the loss over the least one", excess)
        slopes = [
            d.identity(f"Phi' = (1+u)^(-{t})", sympy.diff(free.phi(u, t), u), (1 + u) ** (-t)) for t in (tau, later)
        ]
        factor = d.nonnegative(
            "-d/dtau (1+u)^(-tau) = log(1+u) (1+u)^(-tau) >= 0", sympy.log(1 + u) * (1 + u) ** (-tau)
        )
        falls = d.lemma(
            "the slope falls with tau", lemmas.MEAN_VALUE, (1 + u) ** (-tau), (1 + u) ** (-later), requires=[factor]
        )
        integral = d.lemma(
            "integrated over [u0, u], u0 = (n-1) exp(-2L) <= u",
            lemmas.MONOTONE_INTEGRAL,
            left,
            after,
            requires=[*slopes, falls, free.sum_at_least()],
        )
        mean = d.deduce(
            "in the mean over D: R(h) - C* falls with tau for every h", lemmas.MONOTONE_INTEGRAL, requires=[integral]
        )
        least = d.deduce("so does its infimum over h, which is the gap", lemmas.INFIMUM, requires=[mean])
        one = d.identity("the claimed factor is 1", d.claimed(subject["factor"], tau=tau), sympy.Integer(1))
        return d.conclude([integral, mean, least, one], scope, statement, rests_on=("comp_sum.gap.deterministic",))

    return derive(proof, scope, statement)


@check("comp_sum.gap.monotone_tau", timeout=30)
def monotone(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Pairs of tau on two inputs, with the labels' noise; then the derivation for sure labels."""
    found = _attack_order(subject)
    yield found
    if found.verdict is not Verdict.VIOLATED:
        yield _monotone(subject)
