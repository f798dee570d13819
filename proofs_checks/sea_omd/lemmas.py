"""One round of optimistic mirror descent: three-point inequality, stability of the half-steps, regret of the round.

Concrete rounds in exact rationals first (all of space, boxes, half-spaces, balls, with several norms); then
derivations whose numbers are inner products, for every dimension, norm and convex set.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.errors import PlumblineError
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from proofs_checks.sea_omd.gram import Gram, bilinear, combined
from theory import lemmas
from theory.sea_omd import lemma_bounds, lemma_claims, lemma_witnesses

ETA = Real("eta", 0, None, open_lo=True)
STEPS = [Fraction(1, 3), Fraction(1), Fraction(5, 2)]
THETAS = [Fraction(0), Fraction(1, 2), Fraction(1)]
_ONE = sympy.Integer(1)


def square(name: str) -> Real:
    """A number that is a squared norm or a mean of one."""
    return Real(name, 0, None)


def text(values: Any) -> Any:
    """Nested lists of rationals as text."""
    return [text(entry) for entry in values] if isinstance(values, list) else str(values)


def value_at(formula: Formula, **at: Fraction) -> Fraction:
    """A formula at rationals, where its value is rational."""
    exact = {formula.symbols[name]: sympy.Rational(x.numerator, x.denominator) for name, x in at.items()}
    value = formula.expr.xreplace(exact)
    if not value.is_Rational:
        raise PlumblineError(f"{formula.name} is not rational there: {value}")
    return Fraction(int(value.p), int(value.q))


def identity_matrix(n: int) -> list[list[Fraction]]:
    return [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]


# Concrete rounds

_BOX = {"kind": "box", "lo": ["-1", "-1"], "hi": ["1", "1"]}
_HALF = {"kind": "halfspace", "normal": ["1", "2"], "offset": "1"}
_BALL = {"kind": "ball", "radius": "1"}
_SPACE = {"kind": "space"}
_POINTS = {"kind": "points", "points": [["-1"], ["1"]]}
_FULL = [[Fraction(2), Fraction(1)], [Fraction(1), Fraction(3)]]
_DIAGONAL = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(4)]]


def _entry(domain: Mapping[str, Any], H: list[list[Fraction]], eta: Fraction, **vectors: Any) -> dict[str, Any]:
    return {"domain": dict(domain), "H": text(H), "eta": str(eta), **{name: text(v) for name, v in vectors.items()}}


def unconstrained(count: int = 6) -> list[dict[str, Any]]:
    """Rounds in all of space: dimensions 1 to 4, three norms, steps below and above 1, small and large slopes."""
    draw, made = random.Random(3), []
    for index in range(count):
        n = 2 if index < 3 else 1 + index % 4
        H = (identity_matrix(2), _FULL, _DIAGONAL)[index] if index < 3 else identity_matrix(n)
        scale = Fraction(1, 4) if index % 2 else Fraction(2)
        vectors = {
            name: [scale * Fraction(draw.randint(-9, 9), 4) + Fraction(1, 7) for _ in range(n)] for name in "zugM"
        }
        made.append(_entry(_SPACE, H, STEPS[index % 3], **vectors))
    first = {name: [Fraction(value)] for name, value in zip("zugM", (0, -2, 3, 1), strict=True)}
    return [_entry(_SPACE, identity_matrix(1), Fraction(1, 2), **first), *made]


def constrained(count: int = 12) -> list[dict[str, Any]]:
    """Rounds in boxes, half-spaces and balls, with norms in which the projection is rational."""
    draw, made = random.Random(5), []
    cases = [(_BOX, _DIAGONAL), (_HALF, _FULL), (_BOX, identity_matrix(2)), (_HALF, identity_matrix(2))]
    inside = [[Fraction(0), Fraction(0)], [Fraction(1, 2), Fraction(-1, 3)], [Fraction(-1), Fraction(1)]]
    for index in range(count):
        domain, H = cases[index % 4]
        slopes = {name: [Fraction(draw.randint(-12, 12), 2) for _ in range(2)] for name in "gM"}
        z, u = inside[index % 3], inside[(index // 3 + 1) % 3]
        made.append(_entry(domain, H, STEPS[index % 3], z=z, u=u, **slopes))
    ball = {"z": [0, 0], "u": [Fraction(3, 5), Fraction(-4, 5)], "g": [-3, -4], "M": [5, 12]}
    outside = {"z": [2, -3], "u": [0, Fraction(1, 2)], "g": [1, 2], "M": [-1, 3]}
    made.append(_entry(_BOX, _DIAGONAL, Fraction(1), **outside))
    return [*made, _entry(_BALL, identity_matrix(2), Fraction(1), **ball)]


def not_convex() -> list[dict[str, Any]]:
    """A round in {-1, 1} whose half-steps end at different points."""
    slopes = {"g": [-Fraction(5, 4)], "M": [-Fraction(3, 4)]}
    return [_entry(_POINTS, identity_matrix(1), Fraction(1), z=[-1], u=[-1], **slopes)]


def against(
    entries: Sequence[dict[str, Any]], program: str, formula: Formula, wanted: Sequence[str], description: str
) -> Finding:
    """Concrete instances, evaluated by a witness program, against a claimed expression."""
    more = {"formulas": {program: emit_standalone(formula)}}
    return instances.compare(
        [{**entry, **more} for entry in entries],
        lambda entry: witness.make("sea_omd", program, entry, "the definition against the claimed expression"),
        wanted=wanted,
        statement=f"{program}: the definition {' or '.join(wanted)} the claimed expression",
        description=description,
    )


def samples(
    terms: Callable[[dict[str, Any]], dict[str, Any]],
    names: Sequence[str],
    left: Callable[[Mapping[str, Any]], Any],
    *,
    free: bool = False,
) -> list[Sample]:
    """Concrete rounds as samples: their numbers by name, and the left side of the derivation."""
    entries = unconstrained() if free else [*unconstrained(), *constrained()]
    found = [terms(entry) for entry in entries]
    return [Sample({name: values[name] for name in names}, left(values), {}) for values in found]


# The three-point inequality


def _cosines(d: Derivation) -> list[Fact]:
    """||u-z||^2 = ||u-y||^2 + ||y-z||^2 + 2 <y-z, u-y>."""
    gram = Gram("y_z", "u_y")
    w, v = gram["y_z"], gram["u_y"]
    values = {
        "A": gram.square(combined((1, v), (1, w))),
        "B": gram.square(v),
        "C": gram.square(w),
        "W": gram.inner(w, v),
    }
    A, B, C, W = (d[name] for name in "ABCW")
    return bilinear(d, "||u-z||^2 - ||u-y||^2 - ||y-z||^2 = 2 <y-z, u-y>", A - B - C, 2 * W, gram, values)


def _prox(subject: Subject, equality: bool) -> Finding:
    statement = f"<g, y-u> {'=' if equality else '<='} the claimed bound"
    scope = lemma_claims.prox.domain

    def proof() -> Finding:
        names = ("A", "B", "C", "W", "eta")
        made = samples(lemma_witnesses.prox_terms, names, lambda values: -values["left"], free=equality)
        made = [Sample({**s.values, "P": s.left}, s.left, {}) for s in made]
        d = Derivation(Domain(ETA, square("A"), square("B"), square("C"), Real("W"), Real("P")), made)
        eta, A, B, C, W, P = (d[name] for name in ("eta", "A", "B", "C", "W", "P"))
        left = d.expands("P = <g, u-y>", P)
        at = d.lemma(
            "the objective has the H-gradient H^{-1} g + (y-z)/eta at y: P + <y-z, u-y>_H/eta >= 0",
            lemmas.VARIATIONAL_INEQUALITY,
            P + W / eta,
            sympy.Integer(0),
        )
        more, less, proved = _cosines(d)
        bound = (A - B - C) / (2 * eta)
        facts = [proved, d.combine("<g, u-y> >= -bound", left, -bound, [(_ONE, at), (1 / (2 * eta), more)])]
        if equality:
            zero = d.lemma(
                "without constraints the gradient vanishes: P + <y-z, u-y>_H/eta <= 0",
                lemmas.VARIATIONAL_INEQUALITY,
                -P - W / eta,
                sympy.Integer(0),
            )
            facts.append(d.combine("<g, u-y> <= -bound", -bound, left, [(_ONE, zero), (1 / (2 * eta), less)]))
        facts.append(d.identity("the bound", bound, d.claimed(lemma_bounds.prox, A=A, B=B, C=C, eta=eta)))
        compare = d.equal if equality else d.at_most
        facts.append(compare("the claimed bound is this one", lemma_bounds.prox, subject["prox"]))
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.prox", timeout=30)
def prox(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Rounds without constraints (equality) and with them; then the variational inequality of the minimiser."""
    free, bounded = unconstrained(40 if effort.full else 6), constrained(60 if effort.full else 12)
    formula = subject["prox"]
    if subject["sets"] != "convex":
        yield against(not_convex(), "prox", formula, ("<", "=="), "steps in two points").for_part("inequality")
        return
    yield against(free, "prox", formula, ("==",), "steps in all of space").for_part("equality")
    yield against(bounded, "prox", formula, ("<", "=="), "projected steps").for_part("inequality")
    yield _prox(subject, equality=False).for_part("inequality")
    yield _prox(subject, equality=True).for_part("equality")


# Stability


def _stability(subject: Subject) -> Finding:
    statement, scope = "||x_t - xhat_{t+1}||_H^2 <= the claimed bound", lemma_claims.stability.domain

    def proof() -> Finding:
        names = ("eta", "a", "b", "I", "J", "K")
        made = samples(lemma_witnesses.round_terms, names, lambda values: -values["b"])
        d = Derivation(Domain(ETA, square("a"), square("b"), Real("I"), Real("J"), square("K")), made)
        eta, a, b, first, second, K = (d[name] for name in names)
        left = d.expands("-||x - x'||^2, x and x' the projections of v and v'", -b)
        one = d.lemma("<x - v, x' - x> >= 0", lemmas.VARIATIONAL_INEQUALITY, first, sympy.Integer(0))
        other = d.lemma("<x' - v', x - x'> >= 0", lemmas.VARIATIONAL_INEQUALITY, second, sympy.Integer(0))
        gram = Gram("w", "apart", "off", scalars=[ETA])
        gap = combined((eta, gram["w"]))  # v - v' = eta H^{-1} (g - M) = eta w
        back = combined((1, gram["off"]), (-1, gram["apart"]), (1, gap))  # x' - v' from off = x - v
        values = {
            "a": gram.square(gram["w"]),
            "b": gram.square(gram["apart"]),
            "I": -gram.inner(gram["off"], gram["apart"]),
            "J": gram.inner(back, gram["apart"]),
            "K": gram.square(combined((1, gap), (-1, gram["apart"]))),
        }
        label = "||v-v'||^2 - ||x-x'||^2 = ||(v-v') - (x-x')||^2 + 2 <x-v, x'-x> + 2 <x'-v', x-x'>"
        more, _, proved = bilinear(d, label, eta**2 * a - b, K + 2 * first + 2 * second, gram, values)
        rest = d.nonnegative("the square", K)
        bound = eta**2 * a
        two = sympy.Integer(2)
        fact = d.combine("firmly nonexpansive", left, -bound, [(_ONE, more), (_ONE, rest), (two, one), (two, other)])
        same = d.identity("the bound", bound, d.claimed(lemma_bounds.movement, eta=eta, a=a))
        larger = d.at_most("the claimed bound is no smaller", lemma_bounds.movement, subject["movement"])
        return d.conclude([proved, fact, same, larger], scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.stability", timeout=30)
def stability(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Rounds without constraints, where there is equality, and with them; then firm nonexpansiveness."""
    if subject["sets"] != "convex":
        yield against(not_convex(), "movement", subject["movement"], ("<", "=="), "rounds in two points")
        return
    rounds = [*unconstrained(40 if effort.full else 6), *constrained(60 if effort.full else 12)]
    yield against(rounds, "movement", subject["movement"], ("<", "=="), "rounds in all of space and projected ones")
    yield _stability(subject)


# The regret of one round


def _round_numbers() -> tuple[Domain, list[Sample]]:
    numbers = Domain(
        Real("theta", 0, 1),
        ETA,
        *(square(name) for name in ("s", "l", "before", "after", "e", "c")),
        *(Real(name) for name in ("left", "Pg", "PM", "Pd")),
    )
    names = ("eta", "a", "b", "before", "after", "e", "c", "left", "Pg", "PM", "Pd")
    made = []
    for index, sample in enumerate(samples(lemma_witnesses.round_terms, names, lambda values: -values["left"])):
        values = dict(sample.values)
        with mpmath.workdps(60):
            roots = {
                new: mpmath.sqrt(mpmath.mpf(values[old].numerator) / values[old].denominator)
                for new, old in (("s", "a"), ("l", "b"))
            }
        kept = {name: value for name, value in values.items() if name not in ("a", "b")}
        made.append(Sample({**kept, **roots, "theta": THETAS[index % 3]}, sample.left, {}))
    return numbers, made


def _whole_product(d: Derivation) -> list[Fact]:
    """<g, x-u> = <g, xhat'-u> + <M, x-xhat'> + <g-M, x-xhat'>."""
    gram = Gram("g", "M", "rest", "apart")  # rest = xhat' - u, apart = x - xhat'; slopes as H^{-1} g
    values = {
        "left": gram.inner(gram["g"], combined((1, gram["rest"]), (1, gram["apart"]))),
        "Pg": gram.inner(gram["g"], gram["rest"]),
        "PM": gram.inner(gram["M"], gram["apart"]),
        "Pd": gram.inner(combined((1, gram["g"]), (-1, gram["M"])), gram["apart"]),
    }
    whole, Pg, PM, Pd = (d[name] for name in ("left", "Pg", "PM", "Pd"))
    label = "<g, x-u> = <g, xhat'-u> + <M, x-xhat'> + <g-M, x-xhat'>"
    return bilinear(d, label, Pg + PM + Pd, whole, gram, values)


def _one_step(subject: Subject) -> Finding:
    statement, scope = "<g_t, x_t - u> <= the claimed bound, for every theta", lemma_claims.one_step.domain

    def proof() -> Finding:
        d = Derivation(*_round_numbers())
        theta, eta, s, length, before, after, e, c = (
            d[name] for name in ("theta", "eta", "s", "l", "before", "after", "e", "c")
        )
        whole, Pg, PM, Pd = (d[name] for name in ("left", "Pg", "PM", "Pd"))
        left = d.expands("-<g, x-u>", -whole)
        more, _, proved = _whole_product(d)
        after_g = d.by_definition("prox at xhat' with u", (before - after - e) / (2 * eta), Pg)
        after_m = d.by_definition("prox at x with xhat'", (e - length**2 - c) / (2 * eta), PM)
        cauchy = d.lemma("<g-M, x-xhat'> <= s l", lemmas.INNER_PRODUCT, s * length, Pd)
        stable = d.by_definition("stability: l <= eta s", eta * s, length)
        peak = d.nonnegative("the parabola in l below its value at l = eta s", (eta * s - length) ** 2)
        bound = (before - after) / (2 * eta) + (1 + theta) / 2 * eta * s**2 - (theta * length**2 + c) / (2 * eta)
        parts = [(_ONE, fact) for fact in (after_g, after_m, cauchy, more)]
        parts += [(theta * s, stable), ((1 - theta) / (2 * eta), peak)]
        fact = d.combine("-<g, x-u> >= -bound", left, -bound, parts)
        at = {"theta": theta, "eta": eta, "a": s**2, "before": before, "after": after, "b": length**2, "c": c}
        same = d.identity("the bound", bound, d.claimed(lemma_bounds.one_step, **at))
        larger = d.at_most("the claimed bound is no smaller", lemma_bounds.one_step, subject["one_step"])
        foundations = ("sea_omd.lemma.prox", "sea_omd.lemma.stability")
        return d.conclude([proved, fact, same, larger], scope, statement, rests_on=foundations)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.one_step", timeout=30)
def one_step(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Rounds without constraints, where there is equality for every theta, and with them; then the two lemmas."""
    if subject["sets"] != "convex":
        made = [{**entry, "theta": "0"} for entry in not_convex()]
        yield against(made, "one_step", subject["one_step"], ("<", "=="), "rounds in two points")
        return
    rounds = [*unconstrained(40 if effort.full else 6), *constrained(60 if effort.full else 12)]
    entries = [{**entry, "theta": str(theta)} for entry in rounds for theta in THETAS]
    yield against(entries, "one_step", subject["one_step"], ("<", "=="), "rounds with theta 0, 1/2 and 1")
    yield _one_step(subject)
