"""The factor of the adaptive step: paths evaluated exactly first, then the limit of their ratios for all parameters.

Numbers of the derivations, with D = G = 1: c, delta, n, beta, N of the claim; e and f the first and the later steps of
a cycle, h the step after its kick; P and Q the regret of all cycles and of the last run; S and U the roots of
delta + 4 + V before and after that run; r = sqrt(delta + 4); s the root just after the first slope; v the variation of
a cycle and w the height of the rectangle.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Expansion, Fact, Sample, derive
from theory import lemmas
from theory.sea_omd import adaptive_claims as claims
from theory.sea_omd import adaptive_witnesses as programs
from theory.sea_omd.worst_case_bounds import HEIGHT

_DIGITS = 60
_SCOPE = claims.adaptive_constant.domain
_ONE = sympy.Integer(1)
_SIZES = (2, 3, 4, 5)
_AXES = [_SCOPE[name] for name in ("c", "delta", "n", "beta", "N")]

Data = dict[str, Any]

SHORT: tuple[Data, ...] = (
    {"n": 2, "c": "1", "delta": "0", "beta": "1", "N": 1},
    {"n": 3, "c": "1", "delta": "2", "beta": "1/2", "N": 4},
    {"n": 5, "c": "7/10", "delta": "0", "beta": "1", "N": 3},
    {"n": 2, "c": "9", "delta": "1/3", "beta": "1", "N": 2},
    {"n": 11, "c": "1/4", "delta": "0", "beta": "2/3", "N": 9},
    {"n": 4, "c": "3", "delta": "5", "beta": "1", "N": 6},
)
LONG: tuple[Data, ...] = (
    {"n": 2, "c": "1", "delta": "0", "beta": "1", "N": 10**16},
    {"n": 3, "c": "1/2", "delta": "1", "beta": "1", "N": 10**14},
    {"n": 7, "c": "3", "delta": "0", "beta": "1/2", "N": 10**16},
    {"n": 40, "c": "2", "delta": "9", "beta": "1/10", "N": 10**18},
)
FINE: Data = {"n": 2000, "c": "1", "delta": "0", "beta": "1/500", "N": 10**20}


# Attacks


def _attack(
    cases: Sequence[Data], program: str, roles: Sequence[str], subject: Subject, wanted: str, statement: str
) -> Finding:
    sources = {role: emit_standalone(subject[role]) for role in roles}
    return instances.compare(
        cases,
        lambda data: witness.make("sea_omd", program, {**data, "formulas": sources}, statement),
        wanted=(wanted,),
        statement=statement,
        description="paths in a rectangle",
    )


def _cycles() -> list[Data]:
    return [{**data, "V": V} for data in SHORT for V in ("0", "7/3")]


def _attacks(subject: Subject) -> Iterator[Finding]:
    yield _attack(_cycles(), "adaptive_cycle", ("cycle",), subject, "==", "regret of a cycle").for_part("cycle")
    found = _attack(_cycles(), "adaptive_variation", ("variation",), subject, "==", "variation of a cycle")
    yield found.for_part("variation")
    statement = "|regret - limit S| stays below the constant"
    yield _attack([*LONG, *SHORT], "adaptive_limit", ("limit",), subject, "<", statement).for_part("limit")
    fine = [{**FINE, "c": c} for c in ("1", "1/2", "3")]
    yield _attack(fine, "adaptive_ratio", ("factor",), subject, "<", "ratios stay below the factor").for_part("factor")
    gaps = [{"n": n, "c": c, "w": w} for n, c, w in ((2, "1", "0"), (3, "1/2", "1/3"), (10, "4", "1/9"))]
    found = _attack(gaps, "adaptive_gap", ("factor", "limit"), subject, "==", "limit plus gap is the factor")
    yield found.for_part("factor")


# Samples


def _exact(data: Data) -> dict[str, Any]:
    return {name: Fraction(data[name]) for name in ("c", "delta", "beta")} | {name: data[name] for name in ("n", "N")}


@functools.cache
def _cycle_samples(left: str) -> list[Sample]:
    made = []
    with mpmath.workdps(_DIGITS):
        for data in _cycles():
            found = programs.cycle_play(data)
            values = {name: found[name] for name in ("e", "f", "h")}
            b = Fraction(data["beta"]) / (1 + Fraction(data["c"]))
            made.append(Sample({**_exact(data), **values, "b": b}, found[left], {}))
    return made


@functools.cache
def _path_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(_DIGITS):
        for data in SHORT:
            found, at = programs.path_play(data), programs.sizes(data)
            first = at["A"] + (at["b"] / at["n"]) ** 2
            roots = {"r": at["A"], "s": first, "S": at["A"] + found["middle"], "U": at["A"] + found["V"]}
            values = {name: mpmath.sqrt(value) for name, value in roots.items()}
            numbers = {"P": found["cycles"], "Q": found["run"], "v": found["middle"] / data["N"], "w": at["w"]}
            made.append(Sample({**_exact(data), **values, **numbers}, found["cycles"] + found["run"], {}))
    return made


# One cycle


@functools.cache
def _expansion(size: int, left: str) -> Expansion:
    """Regret or variation of a cycle of 2n + 1 slopes, no move clipped before the kick, all later ones at the wall."""
    e, f, b = (sympy.Symbol(name, real=True) for name in ("e", "f", "b"))
    n = sympy.Integer(size)
    slopes = [-b / n] * size + [b] + [b * (1 - j / n) for j in range(1, size + 1)]
    z = hint = regret = variation = sympy.Integer(0)
    for k, g in enumerate(slopes):
        eta = e if k == 0 else f
        if k <= size:
            regret += g * (z - eta * hint)
            z -= eta * g
        variation, hint = variation + (g - hint) ** 2, g
    axes = [Real(name, 0, None, open_lo=True) for name in ("e", "f", "b")]
    return Expansion(size, Domain(*axes), {"regret": regret, "variation": variation}[left], {"n": n})


def _cycle(subject: Subject, role: str, left: str) -> Finding:
    statement = f"{left} of a cycle, for every n, step and start"

    def proof() -> Finding:
        own = [Real(name, 0, None, open_lo=True) for name in ("e", "f", "h")]
        d = Derivation(Domain(*_AXES, *own, HEIGHT), _cycle_samples(left))
        n, e, f, h, b = (d[name] for name in ("n", "e", "f", "h", "b"))
        half = d.by_definition("delta + 4 + V grows by less than 3 from 4 or more up to the kick: h >= e/2", h, e / 2)
        later = d.by_definition("steps fall: f >= h", f, h)
        more = d.nonnegative("n >= 2", n - 2)
        wall = d.combine(
            "the first slope after the kick leads back to the wall, b(e - f)/n away",
            (n - 1) * h,
            e - f,
            [(n - _ONE, half), (_ONE, later), (_ONE, half), (e / 2, more)],
        )
        value = {"regret": b**2 * (e / n**2 + f * (n + 1) / (2 * n)), "variation": b**2 * (1 + 1 / n) * (1 + 2 / n)}[
            left
        ]
        total = d.expands(f"{left} of the cycle", value, sizes=[_expansion(size, left) for size in _SIZES])
        at = {"n": n, "b": b} | ({"e": e, "f": f} if left == "regret" else {})
        same = d.identity("the stated value", total, d.claimed(subject[role], **at))
        return d.conclude([wall, same], _SCOPE, statement)

    return derive(proof, _SCOPE, statement)


# The whole path


def _limit(subject: Subject) -> Finding:
    statement = "|regret - limit S| <= c + 1/(2c) + c sqrt(delta + 5) + 1"

    def proof() -> Finding:
        roots = [Real(name, 2, None) for name in ("r", "s", "S", "U")]
        own = [Real("P", 0, None), Real("Q", 0, None), Real("v", 0, 3, open_lo=True), Real("w", 0, 1, open_hi=True)]
        d = Derivation(Domain(*_AXES, *roots, *own), _path_samples())
        c, n, w, P, Q = (d[name] for name in ("c", "n", "w", "P", "Q"))
        left = d.expands("regret of the cycles and of the run", P + Q)
        limit = d.claimed(subject["limit"], c=c, n=n, w=w)
        share = (n**2 + n + 2) / ((n + 1) * (n + 2))
        parts = d.identity("the limit has two parts", limit, c * share + (1 - w**2) / (2 * c))
        below, above = _lower(d, left, share), _upper(d, left, share)
        return d.conclude([parts, below, above], _SCOPE, statement)

    return derive(proof, _SCOPE, statement)


def _width(d: Derivation) -> Any:
    c = d["c"]
    return c + 1 / (2 * c) + c * sympy.sqrt(d["delta"] + 5) + 1


def _lower(d: Derivation, left: Any, share: Any) -> Fact:
    c, w, s, S, U, P, Q = (d[name] for name in ("c", "w", "s", "S", "U", "P", "Q"))
    rest = (1 - w**2) / (2 * c)
    cycles = d.lemma(
        "a cycle has at least c share v/2 over its later root, and these roots fall",
        lemmas.INTEGRAL_TEST,
        P,
        share * c * (S - s),
    )
    run = d.lemma(
        "the run loses 1 - k e/edge, edge^2 = 1 - w^2, with steps at most c/S", lemmas.INTEGRAL_TEST, Q, rest * S - 1
    )
    jump = d.by_definition("the run adds 1 to the variation", S, U - 1)
    start = d.by_definition("s^2 <= delta + 5", sympy.sqrt(d["delta"] + 5), s)
    least = d.nonnegative("share <= 1", 1 - share)
    flat = d.nonnegative("w^2 >= 0", w**2)
    width = _width(d)
    return d.combine(
        "regret >= limit U - width",
        left,
        (c * share + rest) * U - width,
        [
            (_ONE, cycles),
            (_ONE, run),
            (c * share + rest, jump),
            (c * share, start),
            (c + c * sympy.sqrt(d["delta"] + 5), least),
            (1 / (2 * c), flat),
        ],
    )


def _upper(d: Derivation, left: Any, share: Any) -> Fact:
    c, w, r, S, U, P, Q, v = (d[name] for name in ("c", "w", "r", "S", "U", "P", "Q", "v"))
    rest = (1 - w**2) / (2 * c)
    most = share * c * (S - r) + share * c * v / (2 * r)
    cycles = d.lemma("a cycle has at most c share v/2 over its first root", lemmas.INTEGRAL_TEST, most, P)
    run = d.lemma("the run, with steps at least c/U", lemmas.INTEGRAL_TEST, rest * U + 1, Q)
    jump = d.by_definition("the variation grows", U, S)
    small = d.nonnegative("2 r^2 >= v", 2 * r**2 - v)
    root = sympy.sqrt(d["delta"] + 5)
    width = _width(d)
    extra = d.nonnegative("the width is at least 1", c + 1 / (2 * c) + c * root)
    return d.combine(
        "regret <= limit U + width",
        (c * share + rest) * U + width,
        left,
        [(_ONE, cycles), (_ONE, run), (c * share, jump), (c * share / (2 * r), small), (_ONE, extra)],
    )


def _factor(subject: Subject) -> Finding:
    statement = "factor - limit = 2cn/((n+1)(n+2)) + w^2/(2c), which tends to 0"

    def proof() -> Finding:
        d = Derivation(Domain(*_AXES, Real("w", 0, 1, open_hi=True)), _gap_samples())
        c, n, w = (d[name] for name in ("c", "n", "w"))
        left = d.expands("the gap", 2 * c * n / ((n + 1) * (n + 2)) + w**2 / (2 * c))
        gap = d.claimed(subject["factor"], c=c) - d.claimed(subject["limit"], c=c, n=n, w=w)
        same = d.identity("factor less limit", left, gap)
        return d.conclude([same], _SCOPE, statement)

    return derive(proof, _SCOPE, statement)


@functools.cache
def _gap_samples() -> list[Sample]:
    """The gap as what the wasted walk and the height take: c less its share, and w^2/(2c)."""
    made = []
    with mpmath.workdps(_DIGITS):
        for data in SHORT:
            at, n = programs.sizes(data), data["n"]
            walk = [Fraction(k, n) * Fraction(1, n) for k in range(2, n + 1)]
            gained = Fraction(1) + Fraction(1, n) - sum(walk, Fraction(0))
            variation = Fraction(1, n * n) + (1 + Fraction(1, n)) ** 2 + Fraction(1, n)
            share = programs.number(2 * gained / variation)
            left = at["c"] * (1 - share) + at["w"] ** 2 / (2 * at["c"])
            made.append(Sample({**_exact(data), "w": at["w"]}, left, {}))
    return made


@check("sea_omd.convex.adaptive_constant", timeout=60)
def adaptive_constant(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Cycles and whole paths, evaluated from their slopes; then the values and limits for all parameters."""
    yield from _attacks(subject)
    yield _cycle(subject, "cycle", "regret").for_part("cycle")
    yield _cycle(subject, "variation", "variation").for_part("variation")
    yield _limit(subject).for_part("limit")
    yield _factor(subject).for_part("factor")
