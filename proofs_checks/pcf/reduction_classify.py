"""Which periods are nilpotent modulo which primes, their density, and what they divide."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, rational
from proofs_checks.engines.derivation import Derivation, Sample, StepFailed, derive
from theory import lemmas
from theory.pcf import reduction_claims
from theory.pcf.reduction import density_of, is_square
from theory.pcf.reduction_periods import PRIMES, formulas_linear_a, periods
from theory.pcf.reduction_witnesses import fraction_of, nilpotent_density, period

Numbers = dict[str, int]
_KEYS = ("e", "d", "c", "b1", "b0")

CASES: tuple[tuple[int, ...], ...] = (
    (0, 1, 2, 0, 0),  # disc = 0, Delta = 8, t = 4
    (2, 1, 1, 0, 0),  # t = 0, Delta = 8
    (2, 0, -1, 0, 0),  # Delta = 0, t != 0
    (1, 1, 3, 1, -1),  # disc = Delta = 13
    (2, 2, 1, 1, -1),  # disc = 5, Delta = 8
    (0, 1, 1, 0, 0),  # both squares
    (0, 1, 1, 0, 1),  # disc = -4, Delta = 4
    (1, 0, 1, 1, 0),  # disc = 1, Delta = 5
    (0, 1, -1, 0, -1),  # disc = -4, Delta = -4
    (0, 1, -1, 0, -2),  # disc = -8, Delta = -4: independent
    (0, 0, 2, 0, 1),  # t = 0, disc = -8
    (2, -1, -1, 0, 3),  # Delta = 0 and t = 2: disc = 12
    (2, 1, -1, -1, -1),  # Delta = 0, t = -2
)
"""Formulas (e, d; c, b1, b0) of every case, with small disc and Delta."""


def _at(numbers: tuple[int, ...]) -> Numbers:
    return dict(zip(_KEYS, numbers, strict=True))


def _legendre(values: Any, prime: int) -> Any:
    table = np.array([0] + [1 if pow(x, (prime - 1) // 2, prime) == 1 else -1 for x in range(1, prime)])
    return table[values % prime]


def _attack_nilpotent(subject: Subject, effort: Effort) -> Finding:
    """The census with deg a <= 1 (up to sign), each formula against the rule at one prime after another."""
    rule = subject["rule"]
    keys = formulas_linear_a()
    _, e, d, c, b1, b0 = keys.T
    disc, delta, t = b1 * b1 - 4 * c * b0, e * e + 4 * c, 2 * c * d - e * (b1 + c)
    wrong = dict[int, int]()

    def verify(prime: int) -> rational.Relation:
        traces, determinants = periods(keys[:, :3], keys[:, 3:], prime)
        second = (_legendre(delta, prime) == 1) | ((t % prime == 0) & (rule != "without t")) | (rule == "disc alone")
        expected = (_legendre(disc, prime) != -1) & second
        apart = np.flatnonzero((expected != ((traces == 0) & (determinants == 0))) & (delta % prime != 0))
        if len(apart):
            wrong[prime] = int(apart[0])
        return rational.Relation(len(apart), "==", 0)

    def show(prime: int) -> Witness:
        numbers = tuple(int(x) for x in keys[wrong[prime], 1:])
        data = {**{name: str(x) for name, x in _at(numbers).items()}, "l": str(prime), "rule": rule}
        return witness.make("pcf", "nilpotent_period", data, "one period modulo a prime, multiplied out")

    return rational.certify(
        PRIMES if effort.full else PRIMES[:3],
        verify,
        "P_l is nilpotent iff the rule says so",
        "primes, for all 65,760 formulas of the census up to sign",
        show=show,
    ).for_part("nilpotent")


def _attack_density(subject: Subject, effort: Effort) -> Finding:
    formulas = {case: emit_standalone(subject[case]) for case in density_of}

    def evaluate(numbers: tuple[int, ...]) -> Witness:
        data = {**{name: str(x) for name, x in _at(numbers).items()}, "rule": subject["rule"], "formulas": formulas}
        return witness.make("pcf", "nilpotent_density", data, "primes with nilpotent period, one of each residue class")

    return instances.compare(
        CASES,
        evaluate,
        wanted=("==",),
        statement="the density of nilpotent periods is as claimed",
        description="formulas of every case, one prime of each residue class",
    ).for_part("density")


def _means(at: Numbers) -> tuple[int, int, int]:
    """Means over primes of two signs and of their product: (disc/l) != -1; (Delta/l) = 1 or l | t."""
    e, d, c, b1, b0 = (at[name] for name in _KEYS)
    disc, delta, t = b1 * b1 - 4 * c * b0, e * e + 4 * c, 2 * c * d - e * (b1 + c)
    first = int(is_square(disc))
    second = 1 if t == 0 else -1 if delta == 0 else int(is_square(delta))
    if first == 1:
        return first, second, second
    if second:
        return first, second, second * first
    return first, second, int(is_square(disc * delta))


_CASE_MEANS = {"both": (1, 1, 1), "one": (1, 0, 0), "same": (0, 0, 1), "neither": (0, 0, 0)}


def _density(subject: Subject) -> Finding:
    """The indicator of nilpotency is (1 + x)(1 + y)/4 with two signs x, y; means of characters give its density."""
    domain, statement = reduction_claims.classify.domain, "the density of nilpotent periods by cases"

    def proof() -> Finding:
        if subject["rule"] != "stated":
            raise StepFailed(f"the cases are those of another rule: {subject['rule']}")
        made = []
        for numbers in CASES:
            at = _at(numbers)
            data = {**{name: str(x) for name, x in at.items()}, "rule": "stated"}
            left, _ = nilpotent_density(data, {case: lambda: 0 for case in density_of})
            m1, m2, m12 = _means(at)
            made.append(Sample({"rho": left, "m1": m1, "m2": m2, "m12": m12}, left, {}))
        means = [Real(name, -1, 1) for name in ("m1", "m2", "m12")]
        d = Derivation(Domain(Real("rho", 0, 1), *means), made)
        rho, m1, m2, m12 = (d[name] for name in ("rho", "m1", "m2", "m12"))
        d.expands("the density of primes with nilpotent period", rho)
        total = (1 + m1 + m2 + m12) / 4
        above = d.lemma(
            "mean of (1 + x)(1 + y)/4 (finitely many primes left out)", lemmas.QUADRATIC_RECIPROCITY, rho, total
        )
        below = d.lemma("and not more", lemmas.QUADRATIC_RECIPROCITY, total, rho)
        facts = [above, below]
        for case, values in (
            *_CASE_MEANS.items(),
            ("one", (0, 1, 0)),
            ("degenerate", (1, -1, -1)),
            ("degenerate", (0, -1, 0)),
        ):
            at_case = total.subs(dict(zip((m1, m2, m12), values, strict=True)))
            facts.append(d.identity(f"{case}: means {values}", at_case, d.claimed(subject[case])))
        last = d.deduce(
            "the mean of x is 1 if disc is a square, else 0; of y: 1 if t = 0 or Delta is a nonzero square, -1 if "
            "Delta = 0 "
            "and t is not 0, else 0; of xy: that of y if disc is a square, of x (-x) where y is 1 (-1) for almost all "
            "primes, else 1 or 0 as disc * Delta is a square or not",
            lemmas.QUADRATIC_RECIPROCITY,
            requires=facts,
        )
        return d.conclude([*facts, last], domain, statement, rests_on=("pcf.fr.trace",))

    return derive(proof, domain, statement).for_part("density")


def _nilpotent(subject: Subject) -> Finding:
    """Nilpotent iff trace and determinant vanish; what they are is pcf.fr.trace."""
    domain, statement = (
        reduction_claims.classify.domain,
        "P_l nilpotent iff (disc/l) != -1 and [(Delta/l) = 1 or l | t]",
    )

    def proof() -> Finding:
        if subject["rule"] in ("disc alone", "without t"):
            raise StepFailed(f"the condition is that of another rule: {subject['rule']}")
        made = []
        for numbers in CASES:
            e, dd, c, b1, b0 = numbers
            tr, _ = period([e, dd], [c, b1, b0], 103)
            delta, t = e * e + 4 * c, 2 * c * dd - e * (b1 + c)
            chi = int(_legendre(np.array([delta]), 103)[0])
            made.append(
                Sample({"T": tr, "c": c, "t": t, "chi": chi, "k": Fraction(2 * c * tr - t * (1 - chi), 103)}, tr, {})
            )
        d = Derivation(Domain(Real("T"), Real("c"), Real("t"), Real("chi", -1, 1), Integer("k")), made)
        T, c, t, chi, k = (d[name] for name in ("T", "c", "t", "chi", "k"))
        d.expands("tr P_l", T)
        above = d.by_definition(
            "2c tr P_l = t (1 - (Delta/l)) + k l (l = 103 at the samples)", 2 * c * T - 103 * k, t * (1 - chi)
        )
        below = d.by_definition("other side", t * (1 - chi), 2 * c * T - 103 * k)
        zero = d.identity("the trace vanishes for (Delta/l) = 1", t * (1 - 1) + 0 * chi, 0 * t)
        two = d.positive("1 - (Delta/l) is 1 or 2 elsewhere, no multiple of l: the trace vanishes iff l | t", 2 + 0 * t)
        last = d.deduce(
            "the determinant is disc/c, not 0, if (disc/l) = -1 and 0 elsewhere; nilpotent iff both vanish",
            lemmas.CAYLEY_HAMILTON,
            requires=[above, below, zero, two],
        )
        return d.conclude([above, below, last], domain, statement, rests_on=("pcf.fr.trace",))

    return derive(proof, domain, statement).for_part("nilpotent")


@check("pcf.fr.classify", timeout=40)
def classify(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack the densities and the census at several primes, then derive both from the trace formula."""
    yield _attack_density(subject, effort)
    yield _attack_nilpotent(subject, effort)
    yield _nilpotent(subject)
    yield _density(subject)


# What nilpotent periods divide

DIVISIBLE: tuple[tuple[tuple[int, ...], int, int], ...] = (
    ((2, 1, 1, 0, 0), 211, 420),
    ((2, 1, 1, 0, 0), 7, 7),
    ((2, 1, 1, 0, 0), 7, 12),
    ((0, 1, 1, 0, 0), 11, 100),
)
"""(e, d, c, b1, b0), a prime with nilpotent period, a depth: the first ones lie just before a block is complete."""


def _attack_divides(subject: Subject, effort: Effort) -> Finding:
    formulas, draw = {"blocks": emit_standalone(subject["blocks"])}, random.Random(effort.seed)
    made = [*DIVISIBLE, *(((0, d, 4, -4, 1), prime, 300) for d in (1, 3) for prime in (3, 5, 7))]
    while len(made) < (60 if effort.full else 24):
        numbers = tuple(draw.randint(-5, 5) for _ in range(5))
        at, prime = _at(numbers), draw.choice([3, 5, 7, 11, 13])
        b = [at["c"], at["b1"], at["b0"]]
        if any(b) and period([at["e"], at["d"]], b, prime) == (0, 0) and _lively(numbers):
            made.append((numbers, prime, draw.randint(2 * prime - 2, 90)))

    def evaluate(case: tuple[tuple[int, ...], int, int]) -> Witness:
        numbers, prime, depth = case
        data = {**{name: str(x) for name, x in _at(numbers).items()}, "l": str(prime), "n": str(depth)}
        return witness.make("pcf", "power_in_gcd", {**data, "formulas": formulas}, "the power of l in gcd(p_n, q_n)")

    return instances.compare(
        made,
        evaluate,
        wanted=(">", "=="),
        statement="l^floor(n/(2l)) divides g_n",
        description="formulas with nilpotent period, exact integers",
    )


def _lively(numbers: tuple[int, ...]) -> bool:
    """b vanishes at no n >= 1, so that no numerator and denominator vanish together."""
    *_, c, b1, b0 = numbers
    return all(c * n * n + b1 * n + b0 for n in range(1, 12))


def _divides(subject: Subject) -> Finding:
    """P^2 = (tr P) P - (det P) I; a period of 2l factors is 0 modulo l, whatever n it starts behind."""
    import sympy

    domain, statement = reduction_claims.divides.domain, "l^floor(n/(2l)) divides g_n"

    def proof() -> Finding:
        names = ("x", "y", "z", "w")
        made = [Sample({"x": 2, "y": -4, "z": 1, "w": -2, "power": 1, "blocks": 1, "n": 4, "l": 2}, 1, {})]
        for numbers, prime, depth in (((2, 1, 1, 0, 0), 7, 15), ((0, 1, 1, 0, 0), 11, 100)):
            at = {**{name: str(x) for name, x in _at(numbers).items()}, "l": str(prime), "n": str(depth)}
            power, _ = witness.evaluate(
                "pcf", "power_in_gcd", {**at, "formulas": {"blocks": emit_standalone(subject["blocks"])}}
            )
            values = {
                "x": 1,
                "y": 1,
                "z": 3,
                "w": 5,
                "power": power,
                "blocks": depth // (2 * prime),
                "n": depth,
                "l": prime,
            }
            made.append(Sample(values, power, {}))
        counted = [Integer(name, 0) for name in ("power", "blocks", "n", "l")]
        d = Derivation(Domain(*map(Real, names), *counted), made)
        P = sympy.Matrix([[d["x"], d["y"]], [d["z"], d["w"]]])
        d.expands("the power of l in g_n", d["power"])
        rule = P.trace() * P - P.det() * sympy.eye(2)
        square = [
            d.identity(f"P^2 = (tr P) P - (det P) I, entry {i + 1},{j + 1}", (P * P)[i, j], rule[i, j])
            for i in range(2)
            for j in range(2)
        ]
        zero = d.deduce(
            "tr P = det P = 0 modulo l: M_(m+1) ... M_(m+2l) = P^2 = 0 for l | m, as M_k has period l",
            lemmas.CAYLEY_HAMILTON,
            requires=square,
        )
        fits = d.by_definition("2l floor(n/(2l)) <= n", d["n"], 2 * d["l"] * d["blocks"])
        many = d.lemma(
            "p_n and q_n are integer combinations of entries of M_1 ... M_n, a product with floor(n/(2l)) such blocks",
            lemmas.COMMON_DIVISOR,
            d["power"],
            d["blocks"],
            requires=[zero, fits],
        )
        enough = d.nonnegative(
            "the claimed block has at least two periods", d.claimed(subject["blocks"]) - 2 + 0 * d["x"]
        )
        return d.conclude([many, enough], domain, statement)

    return derive(proof, domain, statement)


@check("pcf.fr.divides", timeout=30)
def divides(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact powers of l in gcds, then the derivation."""
    yield _attack_divides(subject, effort)
    yield _divides(subject)


_CASES_OF = {"full": ["both"], "half": ["one", "same"], "quarter": ["neither"], "none": ["degenerate"]}


def _squares(values: Any) -> Any:
    roots = np.sqrt(np.maximum(values, 0)).round().astype(np.int64)
    return (values >= 0) & (roots * roots == values)


@cache
def _tables(rule: str) -> dict[str, dict[str, int]]:
    """Numbers of formulas by regime and case, from arrays over the census (both signs of a)."""
    _, e, d, c, b1, b0 = formulas_linear_a().T
    disc, delta, t = b1 * b1 - 4 * c * b0, e * e + 4 * c, 2 * c * d - e * (b1 + c)
    first = _squares(disc)
    second = first if rule == "disc alone" else _squares(delta) | ((t == 0) & (rule != "without t"))
    cases = {"degenerate": (delta == 0) & (t != 0)}
    rest = ~cases["degenerate"]
    cases |= {"both": rest & first & second, "one": rest & (first != second)}
    neither = rest & ~first & ~second
    cases |= {"same": neither & _squares(disc * delta), "neither": neither & ~_squares(disc * delta)}
    regimes = {"sub2": (e == 0) & (c > 0)}
    for name, sign in (("hyperbolic", 1), ("elliptic", -1), ("parabolic", 0)):
        regimes[name] = (e != 0) & (np.sign(delta) == sign)
    return {
        regime: {case: 2 * int(np.sum(inside & there)) for case, there in cases.items()}
        for regime, inside in regimes.items()
    }


@check("pcf.fr.counts", timeout=60)
def counts(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Every count over arrays; a wrong one is shown by a loop over the formulas."""
    rule = subject["rule"]
    entries = [(regime, size) for regime in ("sub2", "parabolic", "elliptic", "hyperbolic") for size in _CASES_OF]

    def verify(entry: tuple[str, str]) -> rational.Relation:
        regime, size = entry
        found = sum(_tables(rule)[regime][case] for case in _CASES_OF[size])
        return rational.Relation(found, "==", fraction_of(subject[f"{regime}_{size}"].mpmath()))

    def show(entry: tuple[str, str]) -> Witness:
        regime, size = entry
        formulas = {"count": emit_standalone(subject[f"{regime}_{size}"])}
        data = {"regime": regime, "cases": _CASES_OF[size], "rule": rule, "formulas": formulas}
        return witness.make("pcf", "formulas_of_density", data, "counted formula by formula")

    yield rational.certify(
        entries,
        verify,
        "the numbers of formulas are as claimed",
        "regimes and densities",
        show=show,
        data=list,
        whole=reduction_claims.counts.domain,
    )
