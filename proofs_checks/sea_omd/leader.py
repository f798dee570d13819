r"""Optimistic follow-the-regularised-leader by the sum of its steps, and for convex losses without smoothness.

Attacks in balls and by long paths in closed form, then the induction of :mod:`proofs_checks.sea_omd.oftrl` with nothing
of :math:`\|x_t-y'\|^2` retained, where a round earns a quarter of :math:`\eta_ta_t`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone, rational, sqrt
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, derive
from proofs_checks.sea_omd.oftrl import ALTERNATING, CROSSING, RAMP, Case, attack, attack_sum, derivation, potential
from proofs_checks.sea_omd.oftrl_samples import path_samples
from proofs_checks.sea_omd.smaller import no_smaller
from theory import lemmas
from theory.sea_omd import oftrl_bounds as bounds
from theory.sea_omd import oftrl_claims
from theory.sea_omd.convex_bounds import DIAMETER, GRADIENTS

_ONE = sympy.Integer(1)
_BELOW = "regret <= the claimed bound"
_RECTANGLES = (
    {"n": 1000, "N": 10**13, "nu": "100000"},
    {"n": 2000, "N": 10**16, "nu": "1000"},
)


def _attack_rectangles(bound: Formula) -> Finding:
    """Long paths that gain a quarter of the steps' sum at a wall, then run along it."""
    source = {"bound": emit_standalone(bound)}
    return instances.compare(
        _RECTANGLES,
        lambda data: witness.make("sea_omd", "ftrl_rectangle", {**data, "formulas": source}, "regret and bound"),
        wanted=("<", "=="),
        statement=_BELOW,
        description="long paths in a thin rectangle",
    )


def _every_path(subject: Subject, domain: Domain) -> Finding:
    def proof() -> Finding:
        d = derivation(False)
        D, nu, Gu, uu = (d[name] for name in ("D", "nu", "Gu", "uu"))
        left = d.expands("minus the regret", Gu - (d["P0"] + d["hx"] + d["q"] + d["gy"]))
        always, inverse = potential(d, False)
        tau, before = d["a"] / inverse, D**2 * (d["j"] + d["k"])
        least = d.by_definition("y' minimises the new objective", Gu + uu * inverse, d["H1"])
        size = d.by_definition("||u|| <= D as 0 and u lie in the domain", D**2, uu)
        last = d.nonnegative("eta a >= 0", tau)
        bound = nu + sympy.Rational(5, 4) * (before + tau)
        fact = d.combine("the bound", left, -bound, [(_ONE, always), (_ONE, least), (inverse, size), (_ONE, last)])
        stated = d.claimed(bounds.path, nu=nu, S=before + tau)
        facts = [
            fact,
            d.identity("as stated", bound, stated),
            no_smaller(d, "the claimed bound is no smaller", bounds.path, subject["bound"]),
        ]
        return d.conclude(facts, domain, _BELOW)

    return derive(proof, domain, _BELOW)


@check("sea_omd.sachs.oftrl_path", timeout=30)
def path(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Crossings, alternation and a ramp in balls, long paths in closed form, then an induction over rounds."""
    yield attack(subject["bound"], (*CROSSING, *ALTERNATING, RAMP), "ftrl_regret", _BELOW)
    yield _attack_rectangles(subject["bound"])
    yield _every_path(subject, oftrl_claims.path.domain)


# Without smoothness


def _runs(nu: Fraction) -> tuple[Case, ...]:
    """Alternation at nu times DG on two intervals, and alternation with a run across the domain."""
    pair = (1, -1)
    made = [
        Case(((pair, half),), nu * D * G, D, G)
        for half, D, G in ((50, Fraction(2), Fraction(1)), (200, Fraction(1, 3), Fraction(5)))
    ]
    return (*made, Case(((pair, 1500), ((1,), 320)), nu, centred=False))


_FACTORS = {"bound": 4, "best": 5, "printed": 4}
_NEAR = {"bound": Fraction(2), "best": Fraction(2889, 1292), "printed": Fraction(2)}
_OWN = {"bound": bounds.adversarial, "best": bounds.adversarial_best}
_POINTS = tuple({"D": D, "G": G, "T": T} for D, G, T in (("1", "1", "1"), ("1/3", "7", "40"), ("5", "1/9", "9")))


def _printed(numbers: tuple[Fraction, Fraction]) -> Formula:
    """``p sqrt(2) D G sqrt(T) + q D G`` for the two printed numbers p, q."""
    p, q = numbers
    return Formula(
        "oftrl_adversarial_printed",
        list(bounds.adversarial.variables),
        lambda D, G, T: rational(p) * sqrt(rational(2)) * D * G * sqrt(T) + rational(q) * D * G,
    )


def _sum_at(d: Derivation, part: str) -> tuple[Fact, Any]:
    """-regret >= -(5/4 of the bound on the steps' sum, at Vbar_T <= 4 G^2 T, plus nu); that sum at the chosen nu."""
    D, G, T, V, S, nu = (d[name] for name in ("D", "G", "T", "V", "S", "nu"))
    left = d.expands("minus the regret", -d["R"])
    share = sympy.Rational(5, 4)
    general = d.by_definition("the regret by the sum of the steps", nu + share * S, d["R"])
    spent = d.claimed(bounds.steps, D=D, G=G, nu=nu, V=V)
    steps = d.by_definition("3/2 of the sum of the steps", spent, sympy.Rational(3, 2) * S)
    most = d.lemma("a_t <= 4 G^2 for every t", lemmas.TERMWISE, 2 * G * sympy.sqrt(T), sympy.sqrt(V))
    value = nu + share * (2 * sympy.sqrt(2) * D * G * sympy.sqrt(T) + 4 * D**2 * G**2 / nu)
    terms = [(_ONE, general), (share * sympy.Rational(2, 3), steps), (share * sympy.sqrt(2) * D, most)]
    fact = d.combine("for every nu", left, -value, terms)
    return fact, value.subs(nu, sympy.sqrt(_FACTORS[part]) * D * G)


def _printed_is_larger(d: Derivation, value: Any, numbers: tuple[Fraction, Fraction]) -> Fact:
    """The gap is DG (p - 5/2) sqrt(2) (sqrt(T) - 1) and its value at T = 1."""
    D, G, T = (d[name] for name in ("D", "G", "T"))
    p, q = (sympy.Rational(number.numerator, number.denominator) for number in numbers)
    slope = (p - sympy.Rational(5, 2)) * sympy.sqrt(2)
    first = d.nonnegative("at T = 1", slope + q - sympy.Rational(9, 2))
    later = d.nonnegative("T >= 1", T - 1)
    printed = d.claimed(_printed(numbers), D=D, G=G, T=T)
    terms = [(D * G, first), (D * G * slope / (sympy.sqrt(T) + 1), later)]
    return d.combine("the printed bound is no smaller", printed, value, terms)


def _without_smoothness(subject: Subject, part: str, domain: Domain) -> Finding:
    def proof() -> Finding:
        axes: list[Any] = [DIAMETER, GRADIENTS, bounds.REGULARISER, bounds.ROUNDS, Real("R")]
        d = Derivation(Domain(*axes, Real("V", 0, None), Real("S", 0, None)), path_samples(24))
        fact, value = _sum_at(d, part)
        if part == "printed":
            last = _printed_is_larger(d, value, subject["printed"])
        else:
            last = no_smaller(d, "the claimed bound is no smaller", _OWN[part], subject[part])
        own = d.claimed(_OWN["bound" if part == "printed" else part], **{name: d[name] for name in "DGT"})
        facts = [fact, d.identity("at this nu", value, own), last]
        return d.conclude(facts, domain, _BELOW, rests_on=("sea_omd.sachs.oftrl_path", "sea_omd.sachs.oftrl_steps"))

    return derive(proof, domain, _BELOW)


def _values(subject: Subject, domain: Domain) -> Finding:
    """Both stated bounds are the sums, as identities."""
    statement = "the bound is nu plus the steps' share"

    def proof() -> Finding:
        axes: list[Any] = [DIAMETER, GRADIENTS, bounds.REGULARISER, bounds.ROUNDS, Real("R")]
        d = Derivation(Domain(*axes, Real("V", 0, None), Real("S", 0, None)), path_samples(24))
        facts = []
        for part in ("bound", "best"):
            _, value = _sum_at(d, part)
            facts.append(d.identity("the sum", value, d.claimed(subject[part], **{name: d[name] for name in "DGT"})))
        return d.conclude(facts, domain, statement)

    return derive(proof, domain, statement)


@check("sea_omd.sachs.oftrl_adversarial", timeout=30)
def adversarial(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Alternation and runs in balls (near sqrt(5) for the second), then the general bound at the chosen nu."""
    domain = oftrl_claims.adversarial.domain
    for part, nu in _NEAR.items():
        bound = _printed(subject["printed"]) if part == "printed" else subject[part]
        yield attack(bound, _runs(nu), "ftrl_regret", _BELOW).for_part(part)
    for part, factor in _FACTORS.items():
        if part != "printed":
            yield attack_sum(subject[part], _POINTS, share="5/4", factor=str(factor)).for_part("value")
    for part in _NEAR:
        yield _without_smoothness(subject, part, domain).for_part(part)
    yield _values(subject, domain).for_part("value")
