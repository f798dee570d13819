r"""Pathwise bounds of optimistic mirror descent, and the tuning of their constants.

Attacks first: sequences of slopes played in balls. Then one derivation for every path, as an induction over rounds.
Its numbers at round t: R0 the regret before it and ``gain`` :math:`\langle g_t,x_t-u\rangle`; A, B the squared
distances of u to the leaders :math:`\hat x_t` and :math:`\hat x_{t+1}`; p and p + e the roots of :math:`\delta+\bar
V_{t-1}` and :math:`\delta+\bar V_t`; sqrt(delta) + y and that + f the roots of :math:`\delta+4G^2+\bar V_{t-1}` and
:math:`\delta+4G^2+\bar V_t`; X0 the movement before; m, b, b0 the distances of :math:`x_t` to :math:`\hat x_t`, of
:math:`\hat x_{t+1}` to :math:`x_t` and of the round before; s the stride from :math:`x_{t-1}` to :math:`x_t`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import enumeration, instances
from proofs_checks.engines.derivation import Derivation, Fact, StepFailed, derive
from proofs_checks.sea_omd.convex_paths import LONG_BLOCKS, TWICE, WEAVING, Case, close_cases, sides
from proofs_checks.sea_omd.convex_samples import path_samples
from proofs_checks.sea_omd.smaller import no_smaller
from theory import lemmas
from theory.sea_omd import convex_bounds as bounds
from theory.sea_omd import convex_claims, lemma_bounds

_ONE = sympy.Integer(1)
_POSITIVE = ("y",)
_NONNEGATIVE = ("V", "A", "B", "p", "e", "f", "X0", "b0", "b", "m", "s")
_LEMMAS = ("sea_omd.lemma.one_step", "sea_omd.lemma.selfconf")


# Attacks


def _attack_causality(learner: str) -> Finding:
    """The play of a round must not depend on that round's slope."""
    data = Case((((1,), 1),), c=Fraction(1, 10)).data(learner)
    first, second = ([["1"], 1], [["1"], 1]), ([["1"], 1], [["-1"], 1])

    def show(entry: Any) -> Witness:
        both = {**data, "slopes": list(entry[0]), "others": list(entry[1])}
        return witness.make("sea_omd", "causality", both, "the last play on two sequences that differ after it")

    return instances.compare(
        [(first, second), ((*first, *second), (*first, *first))],
        show,
        wanted=("==",),
        statement="the play of a round does not depend on its slope",
        description="pairs of sequences that differ in their last slope",
    )


def _attack_paths(subject: Subject, cases: Sequence[tuple[Case, Fraction | None]], program: str) -> Finding:
    """Hindsight regret against the claimed bound on given sequences of slopes, in balls."""
    learner, bound = subject["learner"], subject["bound"]
    source = {"bound": emit_standalone(bound)}

    def both(entry: tuple[Case, Fraction | None]) -> tuple[Any, Any]:
        case, theta = entry
        return sides(bound, case, learner, **({} if theta is None else {"theta": theta}))

    def show(entry: tuple[Case, Fraction | None]) -> Witness:
        case, theta = entry
        data = case.data(learner, formulas=source, **({} if theta is None else {"theta": str(theta)}))
        return witness.make("sea_omd", program, data, "hindsight regret of the path against the claimed bound")

    return enumeration.compare(
        list(cases),
        both,
        wanted=("<", "=="),
        statement="regret <= the claimed bound",
        description="sequences of slopes on an interval",
        show=show,
    )


_RECTANGLES: tuple[dict[str, Any], ...] = (
    {"n": 2000, "c": "1", "delta": "0", "beta": "1/500", "N": 10**20},
    {"n": 4000, "c": "2", "delta": "2", "beta": "1/500", "N": 10**20},
)


def _attack_rectangles(subject: Subject, **more: str) -> Finding:
    """The paths that make the factor best possible, of some 10^23 rounds, summed in closed form."""
    source = {"bound": emit_standalone(subject["bound"])}
    return instances.compare(
        _RECTANGLES,
        lambda data: witness.make(
            "sea_omd", "pathwise_rectangle", {**data, **more, "formulas": source}, "regret and bound"
        ),
        wanted=("<", "=="),
        statement="regret <= the claimed bound",
        description="long paths in a thin rectangle",
    )


# The derivation


def _derivation(retained: bool) -> Derivation:
    positive = [Real(name, 0, None, open_lo=True) for name in _POSITIVE]
    theta = bounds.RETENTION if retained else Real("theta", 0, 0)
    axes = [bounds.DIAMETER, bounds.GRADIENTS, bounds.STEP, bounds.DELTA, theta, Real("R0"), Real("gain")]
    rest = [Real(name, 0, None) for name in _NONNEGATIVE]
    return Derivation(Domain(*axes, *positive, *rest), path_samples(24, retained))


def _round(d: Derivation) -> tuple[Fact, list[Fact], Any]:
    """The potential after a round, from the potential before it; with it the movement term's coefficient."""
    c, D, theta, p, e, f = (d[name] for name in ("c", "D", "theta", "p", "e", "f"))
    A, B, b, b0, m, s = (d[name] for name in ("A", "B", "b", "b0", "m", "s"))
    z = sympy.sqrt(d["delta"])
    r = z + d["y"]
    after = r + f
    kappa, share = z / (2 * c * D), theta / (1 + theta)
    weight = kappa * share
    left = d.expands("minus the regret after the round", -(d["R0"] + d["gain"]))
    hypothesis = d.by_definition(
        "hypothesis: the potential before the round",
        D * r / (2 * c) + (1 + theta) * c * D * (p - z),
        d["R0"] + A * r / (2 * c * D) + theta * kappa * b0**2 + weight * d["X0"],
    )
    at = {"theta": theta, "eta": c * D / r, "a": e * (2 * p + e), "before": A, "after": B, "b": b**2, "c": m**2}
    step = d.by_definition(
        "one step with retention theta, eta = c D/r and a = e (2 p + e)",
        d.claimed(lemma_bounds.one_step, **at),
        d["gain"],
    )
    wide = d.by_definition("||u - xhat||^2 <= D^2", D**2, B)
    room = d.by_definition("a <= 4 G^2, so delta + 4 G^2 + Vbar before the round >= delta + Vbar after it", r, p + e)
    triangle = d.lemma("the stride is at most m + b0", lemmas.SEMINORM, m + b0, s)
    signs = [
        d.nonnegative("e^2 >= 0", e**2),
        d.nonnegative("b^2 >= 0", b**2),
        d.nonnegative("m^2 >= 0", m**2),
        d.nonnegative("(m - theta b0)^2 >= 0", (m - theta * b0) ** 2),
    ]
    terms = [
        (_ONE, hypothesis),
        (_ONE, step),
        (f / (2 * c * D), wide),
        ((1 + theta) * c * D * e / r, room),
        ((1 + theta) * c * D / (2 * r), signs[0]),
        (theta * d["y"] / (2 * c * D), signs[1]),
        (d["y"] / (2 * c * D), signs[2]),
        (kappa / (1 + theta), signs[3]),
        (weight * (m + b0 + s), triangle),
    ]
    bound = D * after / (2 * c) + (1 + theta) * c * D * (p + e - z)
    kept = B * after / (2 * c * D) + theta * kappa * b**2 + weight * (d["X0"] + s**2)
    found = d.combine("the potential after the round", left, kept - bound, terms)
    first = d.by_definition("before the first round: ||u - xhat_1||^2 <= D^2, all else 0", D**2, A)
    always = d.lemma("the potential after every round", lemmas.INDUCTION, left, kept - bound, requires=[first, found])
    return always, [room], weight


def _conclusion(d: Derivation, subject: Subject, own: Formula) -> list[Fact]:
    """From the potential to the stated bound."""
    c, D, G, theta, f = (d[name] for name in ("c", "D", "G", "theta", "f"))
    z = sympy.sqrt(d["delta"])
    after = z + d["y"] + f
    always, (room,), weight = _round(d)
    root, inner = sympy.sqrt(d["delta"] + 4 * G**2 + d["V"]), sympy.sqrt(d["delta"] + d["V"])
    larger = d.by_definition("the root after the round", root, after)
    whole = d.by_definition("the root of delta + Vbar after the round", inner, d["p"] + d["e"])
    movement = d["X0"] + d["s"] ** 2
    names = {"D": D, "G": G, "delta": d["delta"], "c": c, "V": d["V"]}
    if own is bounds.movement:
        names |= {"theta": theta, "X": movement}
        stated = D / (2 * c) * root + (1 + theta) * c * D * (inner - z) - weight * movement
        last = [(D / (2 * c), larger), ((1 + theta) * c * D, whole)]
    else:
        stated = (1 / (2 * c) + c) * D * root
        rest = [room, d.nonnegative("f >= 0", f), d.nonnegative("sqrt(delta) >= 0", z)]
        last = [((1 / (2 * c) + c) * D, larger), *((c * D, fact) for fact in rest)]
    signs = [d.nonnegative("B >= 0", d["B"]), d.nonnegative("b^2 >= 0", d["b"] ** 2)]
    terms = [(_ONE, always), (after / (2 * c * D), signs[0]), (theta * z / (2 * c * D), signs[1]), *last]
    total = d.combine("the bound", d.left, -stated, terms)
    return [
        total,
        d.identity("as stated", stated, d.claimed(own, **names)),
        no_smaller(d, "the claimed bound is no smaller", own, subject["bound"]),
    ]


def _every_path(subject: Subject, own: Formula, domain: Domain) -> Finding:
    statement = "regret <= the claimed bound on every path"

    def proof() -> Finding:
        if subject["learner"] != "optimistic":
            raise StepFailed(f"one step of optimistic mirror descent says nothing of the learner: {subject['learner']}")
        d = _derivation(own is bounds.movement)
        return d.conclude(_conclusion(d, subject, own), domain, statement, rests_on=_LEMMAS)

    return derive(proof, domain, statement)


@check("sea_omd.convex.pathwise", timeout=30)
def pathwise(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Causality, sequences of slopes in balls, then the induction over rounds with theta = 0."""
    yield _attack_causality(subject["learner"])
    yield _attack_paths(subject, [(case, None) for case in close_cases(effort.full)], "pathwise")
    if subject["learner"] == "optimistic":
        yield _attack_rectangles(subject)
    yield _every_path(subject, bounds.pathwise, convex_claims.pathwise.domain)


@check("sea_omd.convex.movement", timeout=30)
def movement(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Sequences of slopes in balls for several theta, then the induction over rounds."""
    shares = (Fraction(0), Fraction(1, 2), Fraction(1))
    entries = [(case, theta) for case in (*TWICE, *close_cases(effort.full), WEAVING, LONG_BLOCKS) for theta in shares]
    yield _attack_causality(subject["learner"])
    yield _attack_paths(subject, entries, "pathwise_movement")
    if subject["learner"] == "optimistic":
        yield _attack_rectangles(subject, theta="0")
    yield _every_path(subject, bounds.movement, convex_claims.movement.domain)
