r"""Regret bounds between stochastic and adversarial, from the pathwise bound with its movement term.

Attacks: games enumerated in balls, exact lower bounds for signs of unknown mean, and the maximum of the proof itself at
exact points. Then one derivation for every game. Its numbers: ER the expected regret, W the expected linearised one,
Q :math:`=\mathbb E\sqrt{\delta+4G^2+\bar V_T}`, EV :math:`=\mathbb E\bar V_T`, EX the expected movement,
h :math:`=\sqrt{\delta+4G^2+\mathbb E\bar V_T}`, P and p the same without :math:`4G^2`, ``noise``
:math:`\sigma^2_{1:T}`, ``drift`` and ``later`` :math:`\Sigma^2` from the first and from the second round on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import enumeration, instances
from proofs_checks.engines.derivation import Derivation, Fact, derive
from proofs_checks.sea_omd import convex_games as games
from proofs_checks.sea_omd.convex_games import HALF, ONE, Setting
from proofs_checks.sea_omd.smaller import no_smaller
from theory import lemmas
from theory.sea_omd import convex_bounds as bounds
from theory.sea_omd import convex_claims, lemma_bounds, sharper_claims

_UNIT = sympy.Integer(1)
_STATEMENT = "E R_T <= the claimed bound"
_NINE = Fraction(9)


# Attacks


def settings(kind: str, effort: Effort, tuned: Fraction = _NINE) -> list[Setting]:
    """Games with the delta of the kind; those that some term of the bounds is needed for come first."""
    factor = {"general": tuned, "tuned": tuned, "published": Fraction(10), "linear": Fraction(0)}[kind]
    still = [games.crossing_game(5), games.alternating_slopes(100)]
    made = [Setting(game, Fraction(0), Fraction(0)) for game in still] if kind != "general" else []
    if kind == "linear":
        drawn = games.random_games(effort.seed + 1, 6, 5, False)
        return [*made, *(Setting(game, Fraction(0), Fraction(0)) for game in drawn)]
    made.append(Setting(games.crossing_game(40), factor * 100, Fraction(10)))
    rounds = 12 if effort.full else 8
    curved = [make(rounds) for make in (games.iid_signs, games.alternating_signs, games.not_convex)]
    for game in (*curved, *games.random_games(effort.seed, 6, 5, True)):
        made.append(Setting(game, factor * game.diameter**2 * game.smoothness**2, game.smoothness))
    if kind == "general":
        extra = [Setting(s.game, s.delta, s.L, theta) for s in made[:3] for theta in (Fraction(1, 10), ONE)]
        extra += [Setting(s.game, s.delta * share, s.L) for s in made[:3] for share in (Fraction(1, 9), Fraction(4))]
        made += extra
    return made


def _attack_games(bound: Formula, made: Sequence[Setting], drift: str) -> Finding:
    """Expected pseudo-regret by enumeration against the bound, in balls."""
    source = {"bound": emit_standalone(bound)}

    def show(setting: Setting) -> Witness:
        data = setting.data(reads=games.reads(bound, drift), formulas=source)
        return witness.make("sea_omd", "sea_bound", data, "expected regret, all outcomes enumerated")

    return enumeration.compare(
        made,
        lambda setting: games.sides(bound, setting, drift),
        wanted=("<", "=="),
        statement=_STATEMENT,
        description="finite games, all outcomes enumerated",
        show=show,
    )


_BIASED = (("320", "7/100"), ("700", "1/20"))


def _attack_signs(bound: Formula, drift: str) -> Finding:
    """The least worst-case regret of any learner on signs of mean +-bias, an exact rational, against the bound."""
    source = {"bound": emit_standalone(bound)}

    def show(entry: tuple[str, str]) -> Witness:
        data = {"T": int(entry[0]), "bias": entry[1], "D": "1", "G": "1", "theta": "1/2"}
        data |= {"reads": games.reads(bound, drift), "formulas": source}
        return witness.make("sea_omd", "sea_lower_bound", data, "what every learner pays on one of two laws of signs")

    return instances.compare(
        _BIASED, show, wanted=("<", "=="), statement=_STATEMENT, description="signs of unknown mean"
    )


_POINTS = (
    {"D": "2", "G": "1", "L": "1", "noise": "5", "drift": "3"},
    {"D": "1/3", "G": "7", "L": "1/5", "noise": "1/4", "drift": "1/9"},
    {"D": "5", "G": "1/9", "L": "1/8", "noise": "1/1000", "drift": "40"},
    {"D": "1", "G": "1/50", "L": "1/70", "noise": "60", "drift": "1/700"},
    {"D": "1/4", "G": "1/3", "L": "30", "noise": "1/50", "drift": "1/60"},
)


def _attack_maximum(bound: Formula, kind: str, split: str = "sharp", tuned: Fraction = _NINE) -> Finding:
    """The maximum over the movement that the proof ends with, at exact points, against the stated closed form."""
    names = [axis.name for axis in bound.variables]
    cases = []
    for index, point in enumerate(_POINTS):
        D, L = Fraction(point["D"]), Fraction(point["L"])
        theta = {"tuned": HALF, "published": ONE}.get(kind, Fraction(index + 1, 5))
        delta = {"tuned": tuned * D**2 * L**2, "published": 10 * D**2 * L**2, "linear": Fraction(0)}.get(
            kind, Fraction(index + 1, 3) ** 3
        )
        cases.append({"point": point, "theta": str(theta), "delta": str(delta), "split": split, "variables": names})

    def show(case: Mapping[str, Any]) -> Witness:
        data = {**case, "formulas": {"bound": emit_standalone(bound)}}
        return witness.make("sea_omd", "proof_maximum", data, "the proof's maximum over the movement")

    return instances.compare(
        cases, show, wanted=("==",), statement="the bound is the proof's maximum", description="exact points"
    )


# The derivation


@dataclass(frozen=True)
class Route:
    """Which theta, which split of E Vbar_T (weights of G^2, noise, drift and L^2 EX), and which delta."""

    kind: str
    split: tuple[int, int, int, int]
    drift: str
    lemma: str
    sharper: bool = False

    @property
    def samples(self) -> str:
        return "tuned 36" if self.sharper and self.kind == "tuned" else self.kind


_SHARP = {kind: Route(kind, (1, 4, 3, 3), "later", "split_orth") for kind in ("general", "tuned", "linear")}
_SHARPER = {kind: Route(kind, (1, 4, 3, 3), "later", "split_orth", sharper=True) for kind in _SHARP}
_PUBLISHED = Route("published", (1, 8, 4, 4), "drift", "split4")


def _numbers(route: Route, flat: bool) -> Derivation:
    smooth = bounds.SMOOTHNESS if route.kind == "general" else bounds.POSITIVE_SMOOTHNESS
    smooth = Real("L", 0, 0) if flat else smooth
    axes: list[Any] = [bounds.DIAMETER, bounds.GRADIENTS, smooth, bounds.POSITIVE_RETENTION]
    axes += [bounds.POSITIVE_DELTA] if route.kind == "general" else []
    axes += [Real(name) for name in ("ER", "W")] + [Real("h", 0, None, open_lo=True)]
    axes += [Real(name, 0, None) for name in ("Q", "P", "p", "EV", "EX", "noise", "drift", "later")]
    return Derivation(Domain(*axes), games.samples("linear" if flat else route.samples))


def _tuning(d: Derivation, route: Route, flat: bool) -> tuple[Any, Any]:
    """theta and sqrt(delta) of a route."""
    theta = {"tuned": sympy.Rational(1, 2), "published": _UNIT}.get(route.kind, d["theta"])
    if flat:
        return theta, sympy.Integer(0)
    root = {"tuned": (6 if route.sharper else 3) * d["D"] * d["L"], "published": sympy.sqrt(10) * d["D"] * d["L"]}
    return theta, root.get(route.kind) or sympy.sqrt(d["delta"])


@dataclass(frozen=True)
class Parts:
    """The expressions of a route: E of the root <= z + wide + last, without 4 G^2 z + narrow + last."""

    z: Any
    A: Any
    front: Any
    weight: Any
    wide: list[Any]
    narrow: list[Any]
    last: Any
    stride: Any
    maximum: Any


def _parts(d: Derivation, route: Route, flat: bool) -> Parts:
    """With the greatest value over EX of the bound; ``stride`` is the root of the EX that has it."""
    D, G, L = (d[name] for name in ("D", "G", "L"))
    theta, z = _tuning(d, route, flat)
    A, front = (sympy.Rational(3, 2) + theta) * D, (1 + theta) * D
    first, noise, drift, smooth = route.split
    weight = theta / (1 + theta) * z / (2 * D)
    terms = [sympy.sqrt(noise * d["noise"]), sympy.sqrt(drift * d[route.drift])]
    wide, narrow = [sympy.sqrt(4 + first) * G, *terms], [sympy.sqrt(first) * G, *terms]
    stride = sympy.Integer(0) if flat else A * sympy.sqrt(smooth) * L / (2 * weight)
    whole = D / 2 * (z + sum(wide)) + front * sum(narrow) if route.sharper else A * (z + sum(wide))
    last = sympy.sqrt(smooth) * L * sympy.sqrt(d["EX"])
    return Parts(z, A, front, weight, wide, narrow, last, stride, whole + weight * stride**2)


def _chain(d: Derivation, route: Route, flat: bool) -> tuple[Fact, Any]:
    """-ER >= -(the maximum of the proof), and that maximum."""
    D, G, L, EX = (d[name] for name in ("D", "G", "L", "EX"))
    at = _parts(d, route, flat)
    first, noise, drift, smooth = route.split
    left = d.expands("minus the expected regret", -d["ER"])
    tangent = d.deduce("F_t lies above its tangent at x_t", lemmas.SUPPORTING_LINE, requires=[])
    convex = d.lemma(
        "E f_t(x_t) - f_t(u) = E F_t(x_t) - F_t(u) <= E <grad F_t(x_t), x_t - u> = E <g_t, x_t - u>, F_t convex",
        lemmas.TOWER,
        d["W"],
        d["ER"],
        requires=[tangent],
    )
    inner = first * G**2 + noise * d["noise"] + drift * d[route.drift] + smooth * L**2 * EX
    if route.lemma == "split_orth":
        stated = {"G": G, "sigma": d["noise"], "Sigma": d[route.drift], "X": EX, "L": L}
        d.identity("as the lemma states it", d.claimed(lemma_bounds.total_variation, **stated), inner)
    split = d.by_definition(f"E Vbar_T by {route.lemma}", inner, d["EV"])
    mean, roots = _roots(d, split, (d["Q"], d["h"]), [at.z, *at.wide, at.last], at.z**2 + 4 * G**2)
    label = "the pathwise bound with movement term, in expectation"
    if route.sharper:
        other, less = _roots(d, split, (d["P"], d["p"]), [at.z, *at.narrow, at.last], at.z**2)
        pathwise = D / 2 * d["Q"] + at.front * (d["P"] - at.z) - at.weight * EX
        used = [(D / 2, mean), (D / 2, roots), (at.front, other), (at.front, less)]
    else:
        pathwise = at.A * d["Q"] - at.weight * EX
        used = [(at.A, mean), (at.A, roots)]
    used += [(_UNIT, convex), (_UNIT, d.by_definition(label, pathwise, d["W"]))]
    if not flat:
        peak = d.nonnegative("(sqrt(EX) - its maximiser)^2", (sympy.sqrt(EX) - at.stride) ** 2)
        used.append((at.weight, peak))
    fact = d.combine("the bound, maximised over the movement", left, -at.maximum, used)
    return fact, at.maximum


def _roots(d: Derivation, split: Fact, names: tuple[Any, Any], parts: Sequence[Any], shift: Any) -> tuple[Fact, Fact]:
    """E of the root <= root of E <= the sum of the roots of its parts."""
    mean, root = names
    jensen = d.lemma("E of the root <= root of E", lemmas.JENSEN, root, mean)
    square = d.by_definition(f"{root}^2 = delta + E Vbar and what G adds", shift + d["EV"], root**2)
    total = sum(parts)
    cross = [a * b for index, a in enumerate(parts) for b in parts[index + 1 :] if a != 0 and b != 0]
    mixed = d.nonnegative("the products of the roots", 2 * sum(cross))
    quotient = 1 / (total + root)
    terms = [(quotient, mixed), (quotient, split), (quotient, square)]
    return jensen, d.combine("the root of a sum is at most the sum of roots", total, root, terms)


def _own(route: Route) -> Formula:
    if route.sharper:
        return {"general": bounds.sharper, "linear": bounds.sharper_linear, "tuned": bounds.sharper_tuned}[route.kind]
    return {
        "general": bounds.sharp,
        "linear": bounds.sharp_linear,
        "tuned": bounds.sharp_tuned,
        "published": bounds.published,
    }[route.kind]


def _facts(d: Derivation, route: Route, flat: bool, claimed: Formula) -> list[Fact]:
    fact, maximum = _chain(d, route, flat)
    own = _own(route)
    known = {name: d[name] for name in ("D", "G", "L", "theta", "noise")} | {"drift": d[route.drift]}
    if route.kind == "general":
        known["delta"] = d["delta"]
    at = {axis.name: known[axis.name] for axis in own.variables}
    return [
        fact,
        d.identity("as stated", maximum, d.claimed(own, **at)),
        no_smaller(d, "the claimed bound is no smaller", own, claimed),
    ]


def _every_game(role: str, subject: Subject, route: Route, domain: Domain) -> Finding:
    """For L > 0, and for L = 0 where the learner's delta is 0 too."""
    rests = ("sea_omd.convex.movement", f"sea_omd.lemma.{route.lemma}")

    def proof(flat: bool) -> Finding:
        d = _numbers(route, flat)
        facts = _facts(d, route, flat, subject[role])
        if route.kind in ("tuned", "published") and not flat:
            linear = derive(lambda: proof(True), domain, f"{_STATEMENT}, L = 0")
            facts.append(d.premise("the same for L = 0, delta = 0", linear))
        return d.conclude(facts, domain, _STATEMENT, rests_on=rests)

    return derive(lambda: proof(route.kind == "linear"), domain, _STATEMENT)


def _maximum_everywhere(subject: Subject, roles: Mapping[str, Route], domain: Domain) -> Finding:
    """The stated bounds are the proof's maxima, as identities."""
    statement = "the bound is the proof's maximum over the movement"

    def proof() -> Finding:
        findings = [_identity(subject, role, route) for role, route in roles.items()]
        last = findings.pop()
        d, facts = last
        facts = [*facts, *(d.premise("another of the bounds", _alone(*other, domain)) for other in findings)]
        return d.conclude(facts, domain, statement)

    return derive(proof, domain, statement)


def _identity(subject: Subject, role: str, route: Route) -> tuple[Derivation, list[Fact]]:
    flat = route.kind == "linear"
    d = _numbers(route, flat)
    d.expands("minus the expected regret", -d["ER"])
    maximum = _parts(d, route, flat).maximum
    known = {name: d[name] for name in ("D", "G", "L", "theta", "noise")} | {"drift": d[route.drift]}
    if route.kind == "general":
        known["delta"] = d["delta"]
    formula: Formula = subject[role]
    at = {axis.name: known[axis.name] for axis in formula.variables}
    return d, [d.identity("the maximum", maximum, d.claimed(formula, **at))]


def _alone(d: Derivation, facts: list[Fact], domain: Domain) -> Finding:
    return d.conclude(facts, domain, "the bound is the proof's maximum")


def _judge(
    subject: Subject, effort: Effort, routes: Mapping[str, Route], split: str, tuned: Fraction, domain: Domain
) -> Iterator[Finding]:
    for part in ("linear", "tuned", "general"):
        yield _attack_games(subject[part], settings(part, effort, tuned), "later").for_part(part)
        if part != "general":
            yield _attack_signs(subject[part], "later").for_part(part)
    for part in routes:
        yield _attack_maximum(subject[part], part, split, tuned).for_part("maximum")
    for part, route in routes.items():
        yield _every_game(part, subject, route, domain).for_part(part)
    yield _maximum_everywhere(subject, routes, domain).for_part("maximum")


@check("sea_omd.convex.sharp", timeout=40)
def sharp(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Games and signs against every form, the proof's maximum at points, then one derivation for each form."""
    yield from _judge(subject, effort, _SHARP, "sharp", _NINE, convex_claims.sharp.domain)


@check("sea_omd.convex.sharper", timeout=40)
def sharper(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The same with what the movement bound keeps of delta."""
    yield from _judge(subject, effort, _SHARPER, "sharper", Fraction(36), sharper_claims.sharper.domain)


@check("sea_omd.convex.published", timeout=40)
def published(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Games and signs, the proof's maximum at points, then the derivation with theta = 1."""
    domain = convex_claims.published.domain
    yield _attack_games(subject["bound"], settings("published", effort), "all").for_part("regret")
    yield _attack_signs(subject["bound"], "all").for_part("regret")
    yield _attack_maximum(subject["bound"], "published", "published").for_part("maximum")
    yield _every_game("bound", subject, _PUBLISHED, domain).for_part("regret")
    yield _maximum_everywhere(subject, {"bound": _PUBLISHED}, domain).for_part("maximum")
