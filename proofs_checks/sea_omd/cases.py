"""Special cases of the sharper bound: plugged in, and read off it for every game of the case."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import sympy
from flint import ctx

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import enumeration, instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from proofs_checks.sea_omd import convex_games as games
from proofs_checks.sea_omd.convex_games import Setting
from proofs_checks.sea_omd.smaller import no_smaller
from theory import lemmas
from theory.sea_omd import case_bounds, case_claims, convex_bounds
from theory.sea_omd.definitions.finite_games import FiniteGame, linear

_ONE = sympy.Integer(1)
_OWN: Mapping[str, Formula] = {
    "stochastic": case_bounds.stochastic_bound,
    "adversarial": case_bounds.adversarial_bound,
    "corrupted": case_bounds.corrupted_bound,
    "average_shift": case_bounds.shift_bound,
}
_POINTS = (
    {"D": "2", "G": "1", "L": "1", "s": "3", "T": "5", "W": "7", "C": "2", "eps": "1/3"},
    {"D": "1/3", "G": "7", "L": "1/50", "s": "1/4", "T": "40", "W": "1/9", "C": "1/5", "eps": "6"},
    {"D": "5", "G": "1/9", "L": "0", "s": "2", "T": "1", "W": "40", "C": "30", "eps": "1/70"},
)


def _largest(name: str, at: Mapping[str, Any]) -> tuple[Any, Any]:
    """The largest variance and variation of a case."""
    noise = 0 if name == "adversarial" else at["T"] * at["s"] ** 2
    if name == "corrupted":
        return noise, 4 * at["G"] * at["C"]
    if name == "average_shift":
        return noise, at["T"] * at["eps"]
    return noise, (at["W"] if name == "adversarial" else 0)


def _attack_value(bound: Formula, name: str) -> Finding:
    """The case's bound against the sharper one at the largest variance and variation, at exact points."""
    names = [axis.name for axis in bound.variables]

    def show(point: Mapping[str, str]) -> Witness:
        exact = {key: Fraction(value) for key, value in point.items()}
        noise, drift = _largest(name, exact)
        fixed = {"noise": Fraction(noise), "drift": Fraction(drift)}
        right = Formula(
            "plugged_in",
            list(bound.variables),
            lambda *symbols: convex_bounds.sharp_tuned.at(
                **{key: sympy.Rational(exact[key].numerator, exact[key].denominator) for key in ("D", "G", "L")},
                **{key: sympy.Rational(value.numerator, value.denominator) for key, value in fixed.items()},
            ),
        )
        data = {
            "point": {key: point[key] for key in names},
            "formulas": {"left": emit_standalone(bound), "right": emit_standalone(right)},
        }
        return witness.make("sea_omd", "formula", data, "the case against the bound it comes from")

    return instances.compare(
        _POINTS, show, wanted=("==",), statement="the sharper bound at the case's numbers", description="exact points"
    )


def _games(name: str, effort: Effort) -> list[FiniteGame]:
    rounds = 10 if effort.full else 6
    if name == "adversarial":
        return [games.alternating_slopes(100), linear([Fraction(1)] * 5, Fraction(-1), Fraction(0))]
    if name == "stochastic":
        return [games.iid_signs(rounds), games.crossing_game(5)]
    return [games.iid_signs(rounds), games.alternating_signs(rounds), games.alternating_slopes(100)]


def _numbers(name: str, game: FiniteGame) -> dict[str, Fraction | int]:
    """The smallest numbers of the case for a game (its deviation rounded up to a rational)."""
    T = len(game.rounds)
    variance = max(game.variance(t) for t in range(1, T + 1))
    later = game.total_shift(2)
    shifts = [game.expected[t].gradient(x) - game.expected[0].gradient(x) for t in range(T) for x in (game.lo, game.hi)]
    sizes = [max(abs(a), abs(b)) for a, b in zip(shifts[::2], shifts[1::2], strict=True)]
    numbers: dict[str, Fraction | int] = {
        "D": game.diameter,
        "G": game.gradient_bound,
        "L": game.smoothness,
        "s": Fraction(float(variance) ** 0.5).limit_denominator(1000) + Fraction(int(variance > 0), 1000),
        "T": T,
        "W": later,
        "C": sum(sizes, Fraction(0)),
        "eps": later / T,
    }
    return {axis.name: numbers[axis.name] for axis in _OWN[name].variables}


def _enumerated(bound: Formula, name: str, effort: Effort) -> Finding:
    def sides(game: FiniteGame) -> tuple[Any, Any]:
        delta = 9 * game.diameter**2 * game.smoothness**2
        return games.expected(Setting(game, delta, game.smoothness))[0], bound.arb(ctx.prec, **_numbers(name, game))

    return enumeration.compare(
        _games(name, effort),
        sides,
        wanted=("<", "=="),
        statement="E R_T <= the claimed bound",
        description="finite games of the case",
    )


def _samples(name: str) -> list[Sample]:
    made = []
    with mpmath.workdps(60):
        for game in _games(name, Effort()):
            at = _numbers(name, game)
            regret = games.expected(Setting(game, 9 * game.diameter**2 * game.smoothness**2, game.smoothness))[0]
            value = mpmath.mpf(float(regret))
            known = {"noise": game.total_variance, "drift": game.total_shift(2), "R": value}
            made.append(Sample({**at, **known}, -value, {}))
    return made


def _every_game(subject: Subject, name: str, domain: Domain) -> Finding:
    statement = "E R_T <= the claimed bound"

    def proof() -> Finding:
        own = _OWN[name]
        axes = [*own.variables, Real("R"), Real("noise", 0, None), Real("drift", 0, None)]
        d = Derivation(Domain(*axes), _samples(name))
        at = {axis.name: d[axis.name] for axis in own.variables}
        left = d.expands("minus the expected regret", -d["R"])
        known = {key: d[key] for key in ("D", "G", "L", "noise", "drift")}
        sharper = d.claimed(convex_bounds.sharp_tuned, **known)
        general = d.by_definition("the sharper bound", sharper, d["R"])
        noise = d["s"] * sympy.sqrt(d["T"]) if "s" in at else sympy.Integer(0)
        fewer = d.lemma("the sum of the variances", lemmas.TERMWISE, noise, sympy.sqrt(d["noise"]))
        slower = d.lemma(*_variation(d, name, at), sympy.sqrt(d["drift"]))
        D = d["D"]
        terms = [(_ONE, general), (4 * D, fewer), (2 * sympy.sqrt(3) * D, slower)]
        claimed = d.claimed(own, **at)
        facts: list[Fact] = [
            d.combine("the case", left, -claimed, terms),
            no_smaller(d, "the claimed bound is no smaller", own, subject["bound"]),
        ]
        return d.conclude(facts, domain, statement, rests_on=("sea_omd.convex.sharp",))

    return derive(proof, domain, statement).for_part("regret")


def _variation(d: Derivation, name: str, at: Mapping[str, Any]) -> tuple[str, Any, Any]:
    if name == "corrupted":
        label = "Sigma_t^2 <= 2 G (sup||grad c_t|| + sup||grad c_{t-1}||), in all at most 4 G C"
        return label, lemmas.TERMWISE, 2 * sympy.sqrt(at["G"]) * sympy.sqrt(at["C"])
    value = {"adversarial": lambda: sympy.sqrt(at["W"]), "average_shift": lambda: sympy.sqrt(at["eps"] * at["T"])}
    return "the sum of the squared shifts", lemmas.TERMWISE, value.get(name, lambda: sympy.Integer(0))()


def _value(subject: Subject, name: str, domain: Domain) -> Finding:
    """The claimed formula is the sharper one at the largest variance and variation, as an identity."""
    statement = "the sharper bound at the case's numbers"

    def proof() -> Finding:
        own = _OWN[name]
        samples = _samples(name)
        d = Derivation(Domain(*own.variables, Real("R")), samples)
        d.expands("minus the expected regret", -d["R"])
        at = {axis.name: d[axis.name] for axis in own.variables}
        noise, drift = _largest(name, at)
        known = {key: d[key] for key in ("D", "G", "L")}
        plugged = d.claimed(convex_bounds.sharp_tuned, **known, noise=noise, drift=drift)
        return d.conclude([d.identity("plugged in", plugged, d.claimed(subject["bound"], **at))], domain, statement)

    return derive(proof, domain, statement).for_part("value")


def _judge(subject: Subject, effort: Effort, name: str, domain: Domain) -> Iterator[Finding]:
    yield _attack_value(subject["bound"], name).for_part("value")
    yield _enumerated(subject["bound"], name, effort).for_part("regret")
    yield _every_game(subject, name, domain)
    yield _value(subject, name, domain)


@check("sea_omd.case.stochastic", timeout=20)
def stochastic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact points, enumerated games, and the sharper bound."""
    yield from _judge(subject, effort, "stochastic", case_claims.stochastic.domain)


@check("sea_omd.case.adversarial", timeout=20)
def adversarial(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact points, deterministic games, and the sharper bound."""
    yield from _judge(subject, effort, "adversarial", case_claims.adversarial.domain)


@check("sea_omd.case.corrupted", timeout=20)
def corrupted(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact points, enumerated games, and the sharper bound."""
    yield from _judge(subject, effort, "corrupted", case_claims.corrupted.domain)


@check("sea_omd.case.average_shift", timeout=20)
def average_shift(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact points, enumerated games, and the sharper bound."""
    yield from _judge(subject, effort, "average_shift", case_claims.average_shift.domain)


# The first round


def _first_games() -> list[Setting]:
    made = [games.crossing_game(1), games.iid_signs(4), games.alternating_signs(5), *games.random_games(2, 8, 4, True)]
    return [Setting(game, Fraction(0), game.smoothness) for game in made]


@check("sea_omd.errata.first_round", timeout=20)
def first_round(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Games in rationals, then the difference of the two sums."""
    source = {"excess": emit_standalone(subject["excess"])}

    def show(setting: Setting) -> Witness:
        data = setting.data(formulas=source)
        return witness.make("sea_omd", "first_round", data, "variation from the first and from the second round on")

    found = instances.compare(
        _first_games(),
        show,
        wanted=("==",),
        statement="the difference of the two variations",
        description="finite games",
    )
    domain, statement = case_claims.first.domain, "the first round's term is the whole difference"

    def proof(part: str) -> Finding:
        made = []
        for setting in _first_games():
            game = setting.game
            size = max(abs(game.expected[0].gradient(x)) for x in (game.lo, game.hi))
            every, later = game.total_shift(1), game.total_shift(2)
            made.append(Sample({"g1": size, "all": every, "later": later}, every - later, {}))
        if part == "constant":
            made = [sample for sample in made if not sample.values["later"]]
        later_axis = Real("later", 0, 0) if part == "constant" else Real("later", 0, None)
        d = Derivation(Domain(case_bounds.FIRST, Real("all", 0, None), later_axis), made)
        left = d.expands("the difference", d["all"] - d["later"])
        first = d.lemma("its terms but the first cancel, and F_0' = 0", lemmas.TERMWISE, left, d["g1"] ** 2)
        other = d.lemma("and the other way round", lemmas.TERMWISE, d["g1"] ** 2, left)
        same = d.identity("as stated", d["g1"] ** 2, d.claimed(subject["excess"], g1=d["g1"]))
        return d.conclude([first, other, same], domain, statement)

    for part in ("difference", "constant"):
        yield found.for_part(part)
        yield derive(functools.partial(proof, part), domain, statement).for_part(part)
