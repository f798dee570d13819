"""The elliptical potential: exact sums of random vectors, then rank-one updates for every d and T.

One round: x = det A_t / det A_{t-1} = 1 + p gives v' A_t^{-1} v = p/(1+p) <= ln(1+p). Their sum telescopes. The
eigenvalues of A_T/eps have mean 1 + q/(d eps), and -ln is convex.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone, log
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, symbolic
from proofs_checks.engines.derivation import Derivation, Fact, Sample, convexity, derive
from theory import lemmas
from theory.sea_omd import scalar_bounds, scalar_claims
from theory.sea_omd.scalar_witnesses import elliptical_sums, number

_ONE = sympy.Integer(1)
_PROGRAMS = {"determinant": "elliptical_potential", "trace": "determinant_by_trace"}
_STATEMENTS = {"determinant": "sum v' A^-1 v <= the bound by det", "trace": "ln det(A_T/eps) <= the last form"}


def _unit_vectors(size: int, length: str = "1") -> list[list[str]]:
    return [[length if i == j else "0" for j in range(size)] for i in range(size)]


def extreme_vectors() -> list[dict[str, Any]]:
    """Short vectors, one dimension, orthogonal frames: where the two inequalities are tight."""
    short = [{"eps": "1", "vectors": [["1/100"]]}, {"eps": "2", "vectors": [["1/50", "1/50"]]}]
    line = [{"eps": eps, "vectors": [[v]]} for eps in ("1/2", "1", "2", "50") for v in ("1/3", "1", "7")]
    frames = [
        {"eps": eps, "vectors": _unit_vectors(size, length)}
        for size in (2, 3, 5)
        for eps in ("1/40", "1", "40")
        for length in ("1/2", "2")
    ]
    return [*short, *line, *frames]


def drawn_vectors(count: int, seed: int) -> list[dict[str, Any]]:
    """Random rational vectors, dimensions and numbers of rounds from 1 to 9 in turn."""
    draw = random.Random(seed)
    made = []
    for index in range(count):
        size, rounds = index % 9 + 1, (index * 4) % 9 + 1
        vectors = [[str(Fraction(draw.randint(-4, 4), draw.randint(1, 3))) for _ in range(size)] for _ in range(rounds)]
        made.append({"eps": str(Fraction(draw.randint(1, 9), 3)), "vectors": vectors})
    return made


def _instances(subject: Subject, effort: Effort, part: str) -> Finding:
    source = {"bound": emit_standalone(subject[part])}

    def show(data: Mapping[str, Any]) -> Any:
        return witness.make("sea_omd", _PROGRAMS[part], {**data, "formulas": source}, _STATEMENTS[part])

    return instances.compare(
        [*extreme_vectors(), *drawn_vectors(36 if effort.full else 9, effort.seed)],
        show,
        wanted=("<", "=="),
        statement=_STATEMENTS[part],
        description="vectors over Q, in up to 9 dimensions",
    )


def _sample(data: Mapping[str, Any], part: str) -> Sample:
    """S, the determinant x, q and the mean eigenvalue; p belongs to the last round."""
    eps, size, rounds = Fraction(data["eps"]), len(data["vectors"][0]), len(data["vectors"])
    total, determinant, squares = elliptical_sums(data)
    before = elliptical_sums({**data, "vectors": data["vectors"][:-1]})[1] if rounds > 1 else Fraction(1)
    values = {
        "S": total,
        "x": determinant,
        "d": Fraction(size),
        "q": squares,
        "eps": eps,
        "p": determinant / before - 1,
    }
    with mpmath.workdps(60):
        left = -total if part == "determinant" else -mpmath.log(number(determinant))
    return Sample(values, left, {"T": rounds})


def _numbers(part: str) -> Derivation:
    axes = [Real("S", 0, None), Real("x", 1, None), Real("q", 0, None), Real("p", 0, None)]
    variables = Domain(*axes, scalar_bounds.DIMENSION, scalar_bounds.REGULARISER)
    made = [*extreme_vectors()[:4], *drawn_vectors(9, 5)]
    return Derivation(variables, [_sample(data, part) for data in made])


def logarithm_above(d: Derivation, p: Any) -> Fact:
    """ln(1+p) >= p/(1+p) for a number p >= 0 of the derivation."""
    gap = sympy.log(1 + p) - p / (1 + p)
    slope = d.nonnegative("its derivative p/(1+p)^2 >= 0", p / (1 + p) ** 2)
    same = d.identity("that is the derivative of ln(1+p) - p/(1+p)", sympy.diff(gap, p), p / (1 + p) ** 2)
    start = d.identity("both sides vanish at p = 0", gap.subs(p, 0), sympy.Integer(0))
    return d.lemma(
        "ln(1+p) >= p/(1+p)",
        lemmas.MEAN_VALUE,
        sympy.log(1 + p),
        p / (1 + p),
        requires=[slope, same, start],
        smooth=[gap],
    )


def _update_of_two() -> list[Finding]:
    """The rank-one formulas for d = 2, from the entries of A and v."""
    a, b, c, v, w = sympy.symbols("a b c v w", real=True)
    axes = Domain(*(Real(name, 1, None) for name in ("a", "c")), Real("b", 0, "1/2"), Real("v"), Real("w"))
    before, after = a * c - b**2, (a + v**2) * (c + w**2) - (b + v * w) ** 2
    form = (c * v**2 - 2 * b * v * w + a * w**2) / before
    new = ((c + w**2) * v**2 - 2 * (b + v * w) * v * w + (a + v**2) * w**2) / after
    return [
        symbolic.prove_identity(after / before, 1 + form, axes),
        symbolic.prove_identity(new, form / (1 + form), axes, positive=[before, after]),
    ]


def _by_determinant(subject: Subject) -> Finding:
    scope = scalar_claims.logdet.domain

    def proof() -> Finding:
        d = _numbers("determinant")
        S, x, p = d["S"], d["x"], d["p"]
        left = d.expands("-S", -S)
        updates = [d.premise("rank-one update for d = 2", finding) for finding in _update_of_two()]
        rounds = d.deduce(
            "v' A_t^-1 v = p/(1+p) and det A_t/det A_{t-1} = 1 + p, p = v' A_{t-1}^-1 v",
            lemmas.RANK_ONE,
            requires=updates,
        )
        total = d.lemma(
            "summed over the rounds, from det(A_0/eps) = 1",
            lemmas.TERMWISE,
            sympy.log(x),
            S,
            requires=[rounds, logarithm_above(d, p)],
        )
        fact = d.combine("-S >= -ln x", left, -sympy.log(x), [(_ONE, total)])
        facts = [
            fact,
            d.identity("ln x is the bound", sympy.log(x), d.claimed(scalar_bounds.log_determinant, x=x)),
            d.at_most("the claimed bound is no smaller", scalar_bounds.log_determinant, subject["determinant"]),
        ]
        return d.conclude(facts, scope, _STATEMENTS["determinant"])

    return derive(proof, scope, _STATEMENTS["determinant"])


def _by_trace(subject: Subject) -> Finding:
    scope = scalar_claims.logdet.domain

    def proof() -> Finding:
        d = _numbers("trace")
        x, size, q, eps = d["x"], d["d"], d["q"], d["eps"]
        left = d.expands("-ln det(A_T/eps)", -sympy.log(x))
        convex = convexity(Formula("-ln", [Real("m", 1, None)], lambda m: -log(m)), "m")
        last = size * sympy.log(1 + q / (size * eps))
        mean = d.lemma(
            "the d eigenvalues of A_T/eps are at least 1 and have the mean 1 + q/(d eps)",
            lemmas.JENSEN,
            last,
            sympy.log(x),
            requires=[convex],
        )
        facts = [
            d.combine("-ln x >= -d ln(1 + q/(d eps))", left, -last, [(_ONE, mean)]),
            d.identity("that is the bound", last, d.claimed(scalar_bounds.log_trace, d=size, q=q, eps=eps)),
            d.at_most("the claimed bound is no smaller", scalar_bounds.log_trace, subject["trace"]),
        ]
        return d.conclude(facts, scope, _STATEMENTS["trace"])

    return derive(proof, scope, _STATEMENTS["trace"])


@check("sea_omd.lemma.logdet", timeout=30)
def logdet(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Tight and random vectors, then rank-one updates and the concavity of the logarithm."""
    for part in ("determinant", "trace"):
        yield _instances(subject, effort, part).for_part(part)
    yield _by_determinant(subject).for_part("determinant")
    yield _by_trace(subject).for_part("trace")
