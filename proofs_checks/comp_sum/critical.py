"""The critical tau: enclosed between a proof that T_3 >= T_2 up to it and one law at which T_3 < T_2 beyond it.

By Hoelder every law on three labels with p_j - p_k = beta has, for every slope e >= 0,

    (||p||_r - 3^(-q))/q >= L(e) := ((1 + e beta)/(1 + c(e))^q - 3^(-q))/q,  c(e) = (1+e)^(1/q) + max(1-e, 0)^(1/q).

So T_3 >= T_2 wherever some explicit e gives L(e) >= T_2: e proportional to beta near 0, constants in between, and
1 + e = (beta/(1-beta))^(r-1) where that is at least 2, which makes L(e) the value of the law (beta, 1-beta, 0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real, covers
from plumbline.evidence import Finding, Verdict
from plumbline.formula import emit_standalone, power
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum import real_pools
from proofs_checks.comp_sum.real_pools import apart
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from theory import lemmas
from theory.comp_sum import bounds, middle_bounds
from theory.comp_sum import middle_claims as claims
from theory.comp_sum.witnesses import real, regret

_GOLDEN = middle_bounds.GOLDEN
_SWITCH = Fraction("1.655")
_CONTACTS = [Fraction(step, 50) for step in range(1, 51)]
_NEAR = Fraction(1, 10)
_SLOPES = (
    ("1/10", "3/25", "3/10"),
    ("3/25", "4/25", "19/50"),
    ("4/25", "1/5", "9/20"),
    ("1/5", "1/4", "11/20"),
    ("1/4", "1/3", "7/10"),
    ("1/3", "1/2", "9/10"),
)
"""(from, to, e): constant slopes on ranges of beta."""


def _two_class(beta: Any, q: Any) -> Any:
    """q T_2, with r = 1/(1 - q)."""
    r = 1 / (1 - q)
    return 2**-q * (power((power(1 + beta, r) + power(1 - beta, r)) / 2, 1 - q) - 1)


def _line(beta: Any, q: Any, e: Any) -> Any:
    """q L(e) for 0 <= e <= 1."""
    last = power(1 - e, 1 / q) if e != 1 else 0
    return (1 + e * beta) * (1 + (1 + e) ** (1 / q) + last) ** -q - 3**-q


def _face(beta: Any, q: Any) -> Any:
    """q times the regret of (beta, 1 - beta, 0) with tied scores."""
    r = 1 / (1 - q)
    return power(power(beta, r) + power(1 - beta, r), 1 - q) - 3**-q


@dataclass(frozen=True)
class Region:
    """A box in (beta, tau) and a function of (beta, q) that is positive there."""

    label: str
    beta: tuple[Fraction, Fraction]
    tau: tuple[Fraction, Fraction]
    left: Callable[[Any, Any], Any]
    bounds: bool = True

    @property
    def box(self) -> Domain:
        """The box, for the exact cover check."""
        return Domain(Real("beta", *self.beta), Real("tau", *self.tau))

    def fact(self) -> Fact:
        beta, q = sympy.Symbol("beta", real=True), sympy.Symbol("q", real=True)
        axes = [Real("beta", *self.beta), Real("q", self.tau[0] - 1, self.tau[1] - 1)]
        return apart(f"{self.label} on beta in {self.beta[0]}..{self.beta[1]}", self.left(beta, q), axes)


def regions(low: Fraction) -> list[Region]:
    """Boxes that cover [1/10, 1] x [1.618, low], with a slope e for each."""
    made = []
    for start, stop, slope in _SLOPES:
        e = sympy.Rational(slope)
        made.append(_constant_slope(e, (Fraction(start), Fraction(stop)), (_GOLDEN, low)))
    for joint, tau in (("0.606", (_GOLDEN, min(low, _SWITCH))), ("0.591", (_SWITCH, low))):
        if tau[0] >= tau[1]:
            continue
        edge = Fraction(joint)
        made.append(_constant_slope(sympy.Integer(1), (Fraction(1, 2), edge), tau))
        made.append(
            Region("the face law minus T_2", (edge, Fraction(1)), tau, lambda b, q: _face(b, q) - _two_class(b, q))
        )
        made.append(
            Region(
                "the face law's slope e exceeds 1",
                (edge, Fraction(1)),
                tau,
                lambda b, q: power(b, q / (1 - q)) - 2 * power(1 - b, q / (1 - q)),
                bounds=False,
            )
        )
    return made


def _regions_facts(low: Fraction) -> list[Fact]:
    """The facts of all regions, after an exact check that they cover [1/10, 1] x [1.618, low]."""
    boxes = regions(low)
    strip = Domain(Real("beta", _NEAR, 1), Real("tau", _GOLDEN, low))
    if not covers(strip, [region.box for region in boxes if region.bounds]):
        raise StepFailed(f"the regions do not cover {strip.describe()}")
    return [region.fact() for region in boxes]


def _constant_slope(e: Any, beta: tuple[Fraction, Fraction], tau: tuple[Fraction, Fraction]) -> Region:
    return Region(f"L({e}) - T_2", beta, tau, lambda b, q: _line(b, q, e) - _two_class(b, q))


def _near_zero(d: Derivation, low: Fraction) -> list[Fact]:
    """b <= 1/10: with C = 2^(1/q) - 2, e = kappa b, kappa = 3/(2 q C), both sides against multiples of b^2."""
    strip = Real("q", _GOLDEN - 1, low - 1)
    b, q = d["b"], d["q"]
    C = 2 ** (1 / q) - 2
    kappa, x = 3 / (2 * q * C), b**2
    e, r = kappa * b, 1 / (1 - q)
    total = (1 + e) ** (1 / q) + (1 - e) ** (1 / q)
    return [
        apart("1 - kappa/10, so that e <= 1", 1 - kappa / 10, [strip]),
        d.lemma("c(e) <= 2 + C e^2: convex in e^2, below its chord", lemmas.BINOMIAL_SERIES, 2 + C * e**2, total),
        d.lemma(
            "(1 + C e^2/3)^(-q) >= 1 - q C e^2/3", lemmas.BERNOULLI, (1 + C * e**2 / 3) ** -q, 1 - q * C * e**2 / 3
        ),
        d.identity(
            "(1 + e b)(1 - q C e^2/3) - 1 = kappa x (1 - kappa x)/2",
            (1 + kappa * x) * (1 - q * C * kappa**2 * x / 3) - 1,
            kappa * x * (1 - kappa * x) / 2,
        ),
        d.lemma(
            "M_r - 1 <= (r - 1) x/2: M_r'' = (r-1) M_r^(1-2r) (1-x)^(r-2) <= r - 1 for r >= 2, M_r >= 1",
            lemmas.TAYLOR,
            (r - 1) * x / 2,
            _two_class(b, q) * 2**q,
        ),
        apart(
            "3^(-q) kappa (1 - kappa/100)/2 - 2^(-q) (r-1)/2",
            3**-q * kappa * (1 - kappa / 100) / 2 - 2**-q * (r - 1) / 2,
            [strip],
        ),
    ]


def _equalities(d: Derivation) -> list[Fact]:
    """T_2 in terms of q, and L(e) at the slope of the face law."""
    b, q, h = d["b"], d["q"], d["h"]
    e = (h / (1 - h)) ** (q / (1 - q)) - 1
    return [
        d.identity("T_2 in terms of q", _two_class(b, q) / q, d.claimed(bounds.transform_two_class, beta=b, tau=q + 1)),
        d.lemma(
            "1 + e = (beta/(1-beta))^(r-1) >= 2: Hoelder's equality case, L(e) is the face value",
            lemmas.HOELDER,
            (1 + e * h) * (1 + (1 + e) ** (1 / q)) ** -q - 3**-q,
            _face(h, q),
        ),
    ]


def _samples(low: Fraction) -> list[Sample]:
    """Laws (x, z, y) with x = y + beta and tied scores; the numbers of both arguments beside them."""
    made = []
    pairs = [("1/2", "1/20"), ("3/5", "0"), ("2/5", "1/5"), ("9/20", "1/10"), ("7/10", "1/10"), ("1/2", "1/4")]
    with mpmath.workdps(real_pools.DIGITS):
        for index, (top, bottom) in enumerate(pairs):
            x, y = Fraction(top), Fraction(bottom)
            sigma = (_GOLDEN, Fraction("1.64"), low)[index % 3]
            tau = (Fraction(8, 5), Fraction(31, 20))[index % 2]
            law = [x, 1 - x - y, y]
            left = regret([real(value) for value in law], [real(Fraction(1, 3))] * 3, sigma)
            values = {"sigma": sigma, "x": x, "y": y, "z": 1 - x - y, "beta": x - y, "tau": tau, "q": sigma - 1}
            e = Fraction(index, 3)
            values |= {"b": (x - y) / 10, "h": Fraction(60 + 6 * index, 100), "e": e}
            values["c"] = real_pools.support_sum(real(e), real(sigma - 1))
            made.append(Sample(values | real_pools.growth_values(x - y, tau, index), left, {}))
    return made


def _below(subject: Subject) -> Finding:
    scope = claims.critical.domain
    statement = f"T_3 >= T_2 on [0,1] for 3/2 < tau <= {subject['low']}"

    def proof() -> Finding:
        low = subject["low"]
        if not _GOLDEN < low < 2:
            raise StepFailed(f"low must lie in ({_GOLDEN}, 2), got {low}")
        law = [Real(name, 0, 1) for name in ("x", "y", "z")]
        extra = [
            Real("b", 0, _NEAR),
            Real("h", Fraction("0.591"), 1, open_hi=True),
            Real("q", _GOLDEN - 1, low - 1),
            Real("e", 0, None),
            Real("c", 2, None),
        ]
        sigma = Real("sigma", Fraction(3, 2), low, open_lo=True)
        variables = Domain(sigma, *law, bounds.BETA, real_pools.TAU, *real_pools.GROWTH, *extra)
        d = Derivation(variables, _samples(low))
        x, y, z, t, e, c = (d[name] for name in ("x", "y", "z", "sigma", "e", "c"))
        left = d.claimed(middle_bounds.tied_regret, x=x, y=y, z=z, m=sympy.Integer(3), tau=t)
        d.expands("(||(x, z, y)||_r - 3^(-q))/q", left)
        dual = d.lemma(
            "Hoelder with weights 1+e, 1, max(1-e, 0): L(e) bounds the regret for every e >= 0",
            lemmas.HOELDER,
            left,
            ((1 + e * (x - y)) / (1 + c) ** (t - 1) - 3 ** (1 - t)) / (t - 1),
        )
        growth = real_pools.growth(d)
        early = d.deduce("tau <= 1.618: T_3 = max_e G(3, e) >= max_e G(2, e) = T_2", lemmas.MEAN_VALUE, requires=growth)
        later = [*_near_zero(d, low), *_equalities(d), *_regions_facts(low)]
        same = d.equal("the claimed two-class value", bounds.transform_two_class, subject["two_class"])
        facts = [dual, *growth, early, *later, same]
        return d.conclude(facts, scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement).for_part("below")


def _instances(subject: Subject) -> Iterator[Finding]:
    """Face laws (beta, 1 - beta, 0) at tau = low: none below T_2; the one of the claim at tau = high: below T_2."""
    formulas = {"two_class": emit_standalone(subject["two_class"])}

    def data(beta: Fraction, tau: Fraction) -> dict[str, Any]:
        return {"p": [str(beta), str(1 - beta), "0"], "tau": str(tau), "formulas": formulas}

    betas = [subject["beta"], *(beta for beta in _CONTACTS if beta > Fraction(1, 2))]
    yield instances.compare(
        [data(beta, subject["low"]) for beta in betas],
        lambda entry: witness.make("comp_sum", "touching", entry, "three tied labels against two classes"),
        wanted=(">", "=="),
        statement="T_3 >= T_2 at tau = low",
        description="laws (beta, 1 - beta, 0)",
    ).for_part("below")
    yield instances.compare(
        [data(subject["beta"], subject["high"])],
        lambda entry: witness.make("comp_sum", "touching", entry, "three tied labels against two classes"),
        wanted=("<",),
        statement="T_3 < T_2 at tau = high and the stated beta",
        description="the law (beta, 1 - beta, 0) of the claim",
    ).for_part("above")


def _above(subject: Subject) -> Finding:
    """At tau = high and the stated beta the two-class value exceeds the regret of the face law, in balls."""
    scope = claims.critical.domain
    statement = f"T_3 < T_2 at tau = {subject['high']}, beta = {subject['beta']}"

    def proof() -> Finding:
        beta, tau = subject["beta"], subject["high"]
        point = [Real("beta", beta, beta), Real("tau", tau, tau)]
        with mpmath.workdps(real_pools.DIGITS):
            left = regret([real(beta), real(1 - beta), mpmath.mpf(0)], [real(Fraction(1, 3))] * 3, tau)
        d = Derivation(Domain(*point), [Sample({"beta": beta, "tau": tau}, left, {})])
        value = d.claimed(
            middle_bounds.tied_regret,
            x=d["beta"],
            y=sympy.Integer(0),
            z=1 - d["beta"],
            m=sympy.Integer(3),
            tau=d["tau"],
        )
        d.expands("regret of (beta, 1 - beta, 0) with tied scores", value)
        two, b, t = subject["two_class"], sympy.Symbol("beta", real=True), sympy.Symbol("tau", real=True)
        claimed = two.expr.xreplace({two.symbols["beta"]: b, two.symbols["tau"]: t})
        gap = apart("T_2 minus the regret of the face law", claimed - _face(b, t - 1) / (t - 1), point)
        law = d.deduce("T_3 is at most the regret of this law", lemmas.INFIMUM, requires=[gap])
        return d.conclude([law], scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement).for_part("above")


@check("comp_sum.sharp.tau_c", timeout=60)
def critical(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Face laws at both ends of the enclosure; then T_3 >= T_2 below it and the exact point above it."""
    for found in _instances(subject):
        yield found
        if found.verdict is Verdict.VIOLATED:
            return
    yield _below(subject)
    yield _above(subject)
