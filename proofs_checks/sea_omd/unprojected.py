"""One step of optimistic mirror descent whose leader is not projected: a sum of squares.

Numbers, with m = xhat - eta M - x normal to the domain at x: z2 = |xhat - u|^2, y2 = |y - u|^2, a = |g - M|^2, and the
products of g, M and m named by their letters (gm = <g, m>).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Expansion, Sample, StepFailed, derive
from theory import lemmas
from theory.sea_omd import adaptive_claims as claims

_SQUARES = ("z2", "y2", "a", "gg", "MM", "mm")
_PRODUCTS = ("gm", "Mm")
Vector = list[Any]


def _cases(leaders: str) -> list[dict[str, str]]:
    """Steps near g = -M inside, near M = 3g at a wall that the leader just reaches, and, if allowed, at the wall."""
    made = []
    for off in ("0", "1/100", "-1/100", "1/30", "-1/30", "1/8"):
        for eta in ("1", "1/2", "3"):
            first, step = 1 + Fraction(off), Fraction(eta)
            wide = {"lo": "-20", "hi": "20", "leader": "1", "u": "-3", "eta": eta, "leaders": leaders}
            made.append({**wide, "g": str(first), "M": "-1"})
            made.append({**wide, "g": str(-first), "M": "1", "u": "5/2"})
            wall = {"lo": "0", "hi": "20", "leader": str(step * first), "u": "7", "eta": eta, "leaders": leaders}
            made.append({**wall, "g": str(first), "M": "3"})
    if leaders != "inside":
        made.append(
            {"lo": "0", "hi": "1", "leader": "0", "u": "0", "eta": "1", "g": "3/5", "M": "1", "leaders": leaders}
        )
    return made


def _product(p: Vector, q: Vector) -> Any:
    return sum((a * b for a, b in zip(p, q, strict=True)), 0 * p[0])


def _numbers(z: Vector, g: Vector, M: Vector, m: Vector, eta: Any) -> dict[str, Any]:
    """The numbers and the left side <g, x - u>; z = xhat - u."""
    y = [a - eta * b for a, b in zip(z, g, strict=True)]
    x = [a - eta * b - c for a, b, c in zip(z, M, m, strict=True)]
    jump = [a - b for a, b in zip(g, M, strict=True)]
    squares = {"gg": g, "MM": M, "mm": m, "a": jump, "z2": z, "y2": y}
    pairs = {name: (v, v) for name, v in squares.items()} | {"gm": (g, m), "Mm": (M, m)}
    return {name: _product(*pair) for name, pair in pairs.items()} | {"left": _product(g, x)}


@functools.cache
def _samples() -> list[Sample]:
    """Random steps in boxes of dimension 1 to 3 with the leader kept inside."""
    draw, made = random.Random(3), list[Sample]()
    while len(made) < 24:
        dimension = 1 + len(made) % 3

        def vector(span: int, size: int = dimension) -> Vector:
            return [Fraction(draw.randint(-span, span), 4) for _ in range(size)]

        leader, u, g, M = vector(4), vector(4), vector(8), vector(12)
        eta = Fraction(draw.randint(1, 8), 4)
        if any(abs(a - eta * b) > 1 for a, b in zip(leader, g, strict=True)):
            continue
        x = [min(max(a - eta * b, Fraction(-1)), Fraction(1)) for a, b in zip(leader, M, strict=True)]
        m = [a - eta * b - c for a, b, c in zip(leader, M, x, strict=True)]
        found = _numbers([a - b for a, b in zip(leader, u, strict=True)], g, M, m, eta)
        left = found.pop("left")
        made.append(Sample({**found, "eta": eta}, left, {}))
    return made


@functools.cache
def _expansions() -> tuple[Expansion, ...]:
    made = []
    for dimension in (1, 2, 3):
        names = {kind: [f"{kind}_{i}" for i in range(dimension)] for kind in ("z", "g", "M", "m")}
        vectors = {kind: [sympy.Symbol(name, real=True) for name in own] for kind, own in names.items()}
        found = _numbers(**vectors, eta=sympy.Symbol("eta", real=True))
        left = found.pop("left")
        axes = [Real("eta", 0, None, open_lo=True), *(Real(name) for own in names.values() for name in own)]
        made.append(Expansion(dimension, Domain(*axes), left, found))
    return tuple(made)


def _bound(subject: Subject) -> Finding:
    scope, statement = claims.unprojected_step.domain, "the step gains at most eta (3/8 |g-M|^2 + (|g|^2 - |M|^2)/4)"

    def proof() -> Finding:
        if subject["leaders"] != "inside":
            raise StepFailed("the proof needs y = xhat - eta g")
        axes = [Real("eta", 0, None, open_lo=True), *(Real(name, 0, None) for name in _SQUARES)]
        d = Derivation(Domain(*axes, *(Real(name) for name in _PRODUCTS)), _samples())
        eta, z2, y2, a, gg, MM, mm, gm, Mm = (d[name] for name in ("eta", *_SQUARES, *_PRODUCTS))
        gM = (gg + MM - a) / 2
        left = d.expands(
            "<g, x - u> with x = xhat - eta M - m",
            (z2 - y2) / (2 * eta) + eta * (gg / 2 - gM) - gm,
            sizes=_expansions(),
        )
        normal = d.lemma(
            "m is normal at x and y lies in the domain: <m, y - x> <= 0",
            lemmas.VARIATIONAL_INEQUALITY,
            eta * gm,
            eta * Mm + mm,
        )
        square = d.by_definition(
            "|eta (g + M) + 2 m|^2 >= 0", eta**2 * (gg + 2 * gM + MM) + 4 * eta * (gm + Mm) + 4 * mm, sympy.Integer(0)
        )
        bound = (z2 - y2) / (2 * eta) + d.claimed(subject["gain"], eta=eta, a=a, g2=gg, M2=MM)
        fact = d.combine("a sum of squares", bound, left, [(1 / (8 * eta), square), (1 / (2 * eta), normal)])
        return d.conclude([fact], scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.convex.unprojected_step", timeout=30)
def unprojected_step(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact steps on an interval near both cases of equality; then the sum of squares for every domain."""
    statement = "the gain of the step is at most the stated one"
    source = {"gain": emit_standalone(subject["gain"])}
    yield instances.compare(
        _cases(subject["leaders"]),
        lambda data: witness.make("sea_omd", "one_unprojected_step", {**data, "formulas": source}, statement),
        wanted=("<", "=="),
        statement=statement,
        description="steps on an interval",
    )
    yield _bound(subject)
