r"""The regret bound of optimistic follow-the-regularised-leader between stochastic and adversarial.

Attacks: enumerated games, exact lower bounds for signs of unknown mean, and the proof's own maximum. The derivation's
numbers are those of :mod:`proofs_checks.sea_omd.convex_sea`, with the root of Vbar alone.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy
from flint import ctx

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import enumeration, instances
from proofs_checks.engines.derivation import Derivation, Fact, derive
from proofs_checks.sea_omd import convex_games as games
from proofs_checks.sea_omd.convex_games import Setting
from proofs_checks.sea_omd.oftrl_samples import game_samples
from proofs_checks.sea_omd.smaller import no_smaller
from theory import lemmas
from theory.sea_omd import oftrl_bounds as bounds
from theory.sea_omd import oftrl_claims
from theory.sea_omd.convex_bounds import DIAMETER, GRADIENTS, SMOOTHNESS
from theory.sea_omd.definitions import paths
from theory.sea_omd.definitions.finite_games import Atom, FiniteGame

_UNIT = sympy.Integer(1)
_STATEMENT = "E R_T <= the claimed bound"
Entry = tuple[Setting, Fraction]


def _entries(effort: Effort) -> list[Entry]:
    rounds = 12 if effort.full else 8
    flat = Setting(games.alternating_slopes(400), Fraction(0), Fraction(0))
    curved = [games.iid_signs(rounds), games.alternating_signs(rounds), games.not_convex(rounds)]
    curved += games.random_games(effort.seed, 6, 5, True)
    made = [(flat, Fraction(5)), *((Setting(game, Fraction(0), game.smoothness), Fraction(3)) for game in curved)]
    return [*made, *((setting, Fraction(1, 2)) for setting, _ in made[1:4])]


@functools.lru_cache(maxsize=64)
def _expected(game: FiniteGame, nu: Fraction, bits: int) -> Any:
    """E R_T over all outcomes, in balls."""
    with enumeration.precision(bits):
        domain = paths.Interval(enumeration.ball(game.lo), enumeration.ball(game.hi))
        value = enumeration.ball(nu)

        def advance(state: tuple[paths.Path, Any], t: int, atom: Atom) -> tuple[paths.Path, Any]:
            path, loss = state[0].copy(), state[1]
            k, m = enumeration.ball(atom.curvature), enumeration.ball(atom.slope)
            paths.ftrl_round(path, lambda _, x: k * x + m, value)
            x = path.plays[-1]
            return path, loss + k * x * x / 2 + m * x

        laws = [[(atom.probability, atom) for atom in atoms] for atoms in game.rounds]
        start = (paths.start(domain), enumeration.ball(0))
        (loss,) = enumeration.expectation(laws, start, advance, lambda state: (state[1],))
        return loss - enumeration.ball(game.least_total)


def _attack_games(bound: Formula, effort: Effort) -> Finding:
    reads = {**games.reads(bound, "later"), "nu": "nu"}
    source = {"bound": emit_standalone(bound)}

    def sides(entry: Entry) -> tuple[Any, Any]:
        setting, nu = entry
        known = {**setting.known(), "nu": nu}
        at = {name: known[key] for name, key in reads.items()}
        return _expected(setting.game, nu, ctx.prec), bound.arb(ctx.prec, **at)

    def show(entry: Entry) -> Witness:
        setting, nu = entry
        data = setting.data(reads=reads, formulas=source, nu=str(nu))
        return witness.make("sea_omd", "ftrl_game", data, "expected regret, all outcomes enumerated")

    return enumeration.compare(
        _entries(effort),
        sides,
        wanted=("<", "=="),
        statement=_STATEMENT,
        description="finite games, all outcomes enumerated",
        show=show,
    )


def _attack_signs(bound: Formula) -> Finding:
    """What every learner pays on signs of mean +-bias; nu = 5/2 is near the best."""
    reads = {**games.reads(bound, "later"), "nu": "nu"}
    data = {"T": 900, "bias": "1/24", "D": "1", "G": "1", "nu": "5/2", "reads": reads}

    def show(entry: Mapping[str, Any]) -> Witness:
        more = {**entry, "formulas": {"bound": emit_standalone(bound)}}
        return witness.make("sea_omd", "sea_lower_bound", more, "what every learner pays on one of two laws of signs")

    return instances.compare(
        [data], show, wanted=("<", "=="), statement=_STATEMENT, description="signs of unknown mean"
    )


_POINTS = (
    {"D": "2", "G": "1", "L": "1", "nu": "3", "noise": "5", "drift": "3"},
    {"D": "1/3", "G": "7", "L": "1/5", "nu": "1/2", "noise": "1/4", "drift": "1/9"},
    {"D": "5", "G": "1/9", "L": "1/8", "nu": "9", "noise": "1/1000", "drift": "40"},
    {"D": "1", "G": "1/50", "L": "1/70", "nu": "1/9", "noise": "60", "drift": "1/700"},
    {"D": "1/4", "G": "1/3", "L": "30", "nu": "1/7", "noise": "1/50", "drift": "1/60"},
)


def _attack_maximum(bound: Formula) -> Finding:
    def show(point: Mapping[str, str]) -> Witness:
        data = {"point": dict(point), "formulas": {"bound": emit_standalone(bound)}}
        return witness.make("sea_omd", "ftrl_maximum", data, "the proof's maximum over the movement")

    return instances.compare(
        _POINTS, show, wanted=("==",), statement="the bound is the proof's maximum", description="exact points"
    )


def _chain() -> tuple[Derivation, Fact, Any]:
    """-ER >= -(the maximum of the proof), and that maximum."""
    axes: list[Any] = [DIAMETER, GRADIENTS, SMOOTHNESS, bounds.REGULARISER, Real("ER"), Real("W")]
    axes += [Real(name, 0, None) for name in ("h", "Q", "EV", "EX", "noise", "later")]
    d = Derivation(Domain(*axes), game_samples())
    D, G, L, nu, EX, h = (d[name] for name in ("D", "G", "L", "nu", "EX", "h"))
    front, weight = 3 * sympy.sqrt(2) / 2 * D, nu / (2 * D**2)
    left = d.expands("minus the expected regret", -d["ER"])
    tangent = d.deduce("F_t lies above its tangent at x_t", lemmas.SUPPORTING_LINE, requires=[])
    convex = d.lemma(
        "E f_t(x_t) - f_t(u) = E F_t(x_t) - F_t(u) <= E <g_t, x_t - u>",
        lemmas.TOWER,
        d["W"],
        d["ER"],
        requires=[tangent],
    )
    fixed = nu + 6 * D**2 * G**2 / nu
    path = d.by_definition("the pathwise bound in expectation", fixed + front * d["Q"] - weight * EX, d["W"])
    jensen = d.lemma("E of the root <= root of E", lemmas.JENSEN, h, d["Q"])
    square = d.by_definition("h^2 = E Vbar", d["EV"], h**2)
    inner = G**2 + 8 * d["noise"] + 4 * d["later"] + 4 * L**2 * EX
    split = d.by_definition("E Vbar_T by split4", inner, d["EV"])
    parts = [G, sympy.sqrt(8 * d["noise"]), 2 * sympy.sqrt(d["later"]), 2 * L * sympy.sqrt(EX)]
    total = sum(parts)
    cross = sum(one * other for index, one in enumerate(parts) for other in parts[index + 1 :])
    mixed = d.nonnegative("the products of the roots", 2 * cross)
    quotient = 1 / (total + h)
    roots = d.combine(
        "the root of a sum is at most the sum of roots",
        total,
        h,
        [(quotient, mixed), (quotient, split), (quotient, square)],
    )
    stride = front * 2 * L / (2 * weight)
    peak = d.nonnegative("(sqrt(EX) - its maximiser)^2", (sympy.sqrt(EX) - stride) ** 2)
    maximum = fixed + front * sum(parts[:3]) + weight * stride**2
    used = [(_UNIT, convex), (_UNIT, path), (front, jensen), (front, roots), (weight, peak)]
    return d, d.combine("the bound, maximised over the movement", left, -maximum, used), maximum


def _every_game(subject: Subject, part: str) -> Finding:
    domain = oftrl_claims.convex.domain
    statement = _STATEMENT if part == "regret" else "the bound is the proof's maximum over the movement"

    def proof() -> Finding:
        d, fact, maximum = _chain()
        at = {name: d[name] for name in ("D", "G", "L", "nu", "noise")} | {"drift": d["later"]}
        if part == "regret":
            facts = [
                fact,
                d.identity("as stated", maximum, d.claimed(bounds.convex, **at)),
                no_smaller(d, "the claimed bound is no smaller", bounds.convex, subject["bound"]),
            ]
        else:
            facts = [d.identity("the maximum", maximum, d.claimed(subject["bound"], **at))]
        rests = ("sea_omd.sachs.oftrl_pathwise", "sea_omd.lemma.split4")
        return d.conclude(facts, domain, statement, rests_on=rests)

    return derive(proof, domain, statement).for_part(part)


@check("sea_omd.sachs.oftrl_convex", timeout=30)
def convex(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Games and signs, the proof's maximum at points, then the derivation."""
    yield _attack_games(subject["bound"], effort).for_part("regret")
    yield _attack_signs(subject["bound"]).for_part("regret")
    yield _attack_maximum(subject["bound"]).for_part("maximum")
    for part in ("regret", "maximum"):
        yield _every_game(subject, part)
