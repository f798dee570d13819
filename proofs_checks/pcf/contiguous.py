"""Contiguous functions as solutions of recurrences: instances, samples and the end of each derivation."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mpmath

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Lemma, Subject
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample
from theory import lemmas
from theory.pcf.closed_witnesses import limit_backward, settled

Numbers = dict[str, int]
DEPTHS = {"bessel": 80, "confluent": 160, "gauss": 400, "cylinder": 6000, "parabolic": 3000, "periodic": 300}
FIXED: dict[str, tuple[tuple[int, ...], ...]] = {
    "bessel": ((1, 0, 0, 0, 1), (2, 1, 0, 0, -1), (3, -2, 0, 0, 2)),
    "confluent": ((1, 3, 0, -1, 0), (2, 1, 0, 3, 1), (3, 1, 0, -2, 1)),
    "gauss": ((2, 1, 1, 0, 0), (4, 2, -1, 0, 0), (3, 1, 2, 1, 1), (5, -2, -3, 2, -1), (4, 1, 2, -3, 3)),
    "cylinder": ((0, 1, 0, 1, 0), (0, 3, 0, 2, 1), (0, 2, 0, 3, -1)),
    "parabolic": ((2, 5, -1, 1, -1), (4, 5, -4, 2, -3), (2, 4, -1, -1, -1)),
    "periodic": ((0, 1, 0, 0, 1), (0, 3, 0, 0, -2), (0, 2, 0, 0, 5)),
}
"""(e, d, c, b1, b0) by kind."""


def numbers_of(numbers: tuple[int, ...]) -> Numbers:
    return dict(zip(("e", "d", "c", "b1", "b0"), numbers, strict=True))


def drawn(kind: str, draw: random.Random) -> Numbers:
    e, d, c, b1, b0 = draw.randint(1, 5), draw.randint(-5, 5), 0, draw.randint(-5, 5), draw.randint(-5, 5)
    if kind in ("gauss", "parabolic"):
        c = draw.choice([-2, -1, 1, 2, 3])
    if kind == "parabolic":
        e, c = draw.choice([(2, -1), (4, -4)])
    if kind in ("cylinder", "periodic"):
        e, d, b1 = 0, abs(d) or 1, abs(b1) or 1
    if kind in ("bessel", "periodic"):
        b1, b0 = 0, b0 or 1
    if kind == "confluent":
        b1 = b1 or 1
    return {"e": e, "d": d, "c": c, "b1": b1, "b0": b0}


def fits(kind: str, at: Numbers) -> bool:
    """Within the claim, no zero of b at n >= 1, no pole of the ratio without regularisation, quick to settle."""
    e, d, c, b1, b0 = (at[name] for name in ("e", "d", "c", "b1", "b0"))
    if any(c * n * n + b1 * n + b0 == 0 for n in range(1, 12)):
        return False
    if kind == "gauss":
        s = max(e * e + 4 * c, 0) ** 0.5
        if s < 1 or abs(e - s) > 0.7 * (e + s):
            return False
        beta = (b1 + c) * (1 - e / s) / (2 * c) + d / s
        return abs(beta - round(beta)) > 1e-9
    if kind == "parabolic":
        return 2 * d / e - b1 / c - 1 > 0.5
    if kind == "periodic":
        return 0.2 * d * d < d * d + 4 * b0 < 40 * d * d
    return d * d >= b1


def cases(kind: str, seed: int, count: int) -> list[dict[str, str]]:
    draw, made = random.Random(seed), [numbers_of(numbers) for numbers in FIXED[kind]]
    while len(made) < count:
        at = drawn(kind, draw)
        if fits(kind, at):
            made.append(at)
    data = [{**{name: str(x) for name, x in at.items()}, "kind": kind, "depth": str(DEPTHS[kind])} for at in made]
    return [entry for entry in data if settled(entry)]


def tried(kind: str, subject: Subject, effort: Effort) -> Finding:
    formulas = {role: emit_standalone(subject[role]) for role in subject}

    def evaluate(data: Mapping[str, str]) -> Witness:
        note = "the limit by backward recurrence against the closed form"
        return witness.make("pcf", "closed_form", {**data, "formulas": formulas}, note)

    slow = kind in ("cylinder", "parabolic")
    return instances.compare(
        cases(kind, effort.seed, 40 if effort.full else 5 if slow else 12),
        evaluate,
        wanted=("==",),
        statement="the limit is the closed form",
        description="formulas with small integer coefficients, 60 digits",
    )


# The derivation: T_m = R G_m/G_(m+1) solves T_m = a_m + b_(m+1)/T_(m+1), and belongs to the minimal solution.


def sampled(kind: str, names: Mapping[str, Callable[[Numbers], Any]]) -> list[Sample]:
    """Instances with their limits and the numbers of the derivation, the functions G_0 and G_1 among them."""
    made = []
    with mpmath.workdps(70):
        for numbers in FIXED[kind]:
            at = numbers_of(numbers)
            limit = limit_backward([at["e"], at["d"]], [at["c"], at["b1"], at["b0"]], DEPTHS[kind])
            made.append(Sample({name: of(at) for name, of in names.items()}, limit, {}))
    return made


def concluded(d: Derivation, facts: list[Fact], domain: Domain, statement: str, by: Lemma, words: str) -> Finding:
    ratios = d.deduce(
        "T_m = R G_m/G_(m+1) satisfies T_m = a_m + b_(m+1)/T_(m+1): contiguous functions",
        lemmas.HYPERGEOMETRIC_EQUATION,
        requires=facts,
    )
    minimal = d.deduce(words, by, requires=[ratios])
    rate = d.deduce(
        "so u_n/u_(n-1) = -b_(n+1)/T_(n+1) is the minimal solution", lemmas.POINCARE_PERRON, requires=[minimal]
    )
    last = d.deduce("and L = T_0", lemmas.PINCHERLE, requires=[rate])
    return d.conclude([*facts, last], domain, statement)


ORDER = Real("m", 0)


def coefficient(name: str) -> Callable[[Numbers], Any]:
    """The coefficient of that name."""
    return lambda at: at[name]


def regular_numbers(kind: str, of: Callable[[Numbers, int], Any]) -> dict[str, Callable[[Numbers], Any]]:
    names = {name: coefficient(name) for name in ("e", "d", "b1", "b0")}
    return {**names, "m": lambda at: 3, "G0": lambda at: of(at, 0), "G1": lambda at: of(at, 1)}


def judged(kind: str, derivation: Callable[[Subject], Finding], subject: Subject, effort: Effort) -> Iterator[Finding]:
    yield tried(kind, subject, effort)
    yield derivation(subject)
