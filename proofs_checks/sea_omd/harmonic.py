"""Harmonic sums of bounded terms: linear programs for instances, then one dual point for every length.

The price 1/(k+1) of the budget and max(0, 1/t - 1/(k+1)) of the cap at t are dual feasible, whatever the length T is.
H_k <= 1 + ln k and ln(1+f/k) >= f/(k+1) give the logarithm.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Instances, Integer, Real, covers
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, lp
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from theory import lemmas
from theory.sea_omd import scalar_bounds, scalar_claims
from theory.sea_omd.scalar_witnesses import harmonic_number

_ONE = sympy.Integer(1)
_SMALLER = "the claimed bound is no smaller"
_FAR = "1" + "0" * 200  # where H_k - ln k has long reached Euler's constant
_RUNS = [
    (1, "0", "1"),
    (1, "0", "3"),
    (1, "0", "1/3"),
    (1, "1/200", "1"),
    (1, "1/2", "2"),
    (2, "0", "1"),
    (2, "1/3", "1/2"),
    (5, "3/4", "7"),
]
_BELOW = [(0, "1/3", "3"), (0, "0", "1"), (0, "9/10", "1/9"), (0, "1/1000", "1"), (0, "1/2", "1000")]


def _run(k: int | str, f: str, cap: str) -> dict[str, str]:
    return {"k": str(k), "f": f, "Y": cap}


def _compared(
    subject: Subject, role: str, program: str, runs: Sequence[Mapping[str, Any]], wanted: tuple[str, ...], text: str
) -> Finding:
    source = {"bound": emit_standalone(subject[role])}
    return instances.compare(
        runs,
        lambda run: witness.make("sea_omd", program, {**run, "formulas": source}, text),
        wanted=wanted,
        statement=text,
        description="runs of equal terms and a rest",
    )


# The exact maximum


def _optimum(k: int, f: Fraction, length: int) -> lp.LinearProgram:
    """maximise sum s_t/t over 0 <= s_t <= 1 with the sum k + f, as a minimum."""
    costs = [Fraction(-1, t) for t in range(1, length + 1)]
    return lp.LinearProgram(costs, None, None, [[1] * length], [k + f], [(0, 1)] * length)


def _programs(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Linear programs of several lengths: no sequence exceeds the stated maximum, rounded to a rational."""
    draw = random.Random(effort.seed)
    source = {"bound": emit_standalone(subject["greedy"])}
    text = "no sequence exceeds the stated maximum"
    for index in range(24 if effort.full else 6):
        k, f = index % 4 + 1, Fraction(draw.randint(0, 6), 7)
        length = k + 1 + draw.randint(0, 4)
        h = Fraction(harmonic_number(k))
        stated = subject["greedy"].mpmath(dps=40, k=k, f=f, h=h)
        bound = Fraction(mpmath.nstr(stated, 30)).limit_denominator(10**12)

        def show(s: Sequence[Fraction]) -> Witness:
            data = {"s": [str(x) for x in s], "Y": "1", "formulas": source}
            return witness.make("sea_omd", "sequence_sum", data, text)

        scope = Instances(1, f"sum {k + f} over {length} places")
        yield lp.prove_lower_bound(_optimum(k, f, length), -bound, scope, text, witness=show)


def _sample(terms: Sequence[Fraction], cap: Fraction, t: int, slack: Fraction) -> Sample:
    total = sum(terms, Fraction(0)) / cap
    k = int(total)
    value = sum((x / place for place, x in enumerate(terms, 1)), Fraction(0))
    known = {"P": value, "k": Fraction(k), "f": total - k, "h": Fraction(harmonic_number(k)), "Y": cap}
    values = {**known, "t": Fraction(t), "j": Fraction(t % 3), "s": terms[0], "r": slack, "u": Fraction(1, k + 1)}
    return Sample(values, -value, {})


def samples(least: int) -> list[Sample]:
    """Random sequences under a cap, whose sum is at least ``least`` times (0: less than once) the cap."""
    draw, made = random.Random(3), list[Sample]()
    while len(made) < 10:
        cap = Fraction(draw.randint(1, 9), 4)
        terms = [cap * Fraction(draw.randint(0, 8), 8 if least else 64) for _ in range(draw.randint(1, 7))]
        if (sum(terms) >= cap) == bool(least):
            made.append(_sample(terms, cap, draw.randint(1, 5), Fraction(draw.randint(0, 5), 2)))
    return made


def numbers(least: int) -> Derivation:
    axes = [Real(name, 0, None) for name in ("P", "h", "s", "r")]
    counts = [Integer("t", 1, None), Integer("j", 0, None), Integer("k", least, None if least else 0)]
    share = Real("u", 0, "1/2") if least else Real("u", 0, 1)
    return Derivation(Domain(*axes, *counts, share, scalar_bounds.REST, scalar_bounds.CAP), samples(least))


def dual_bound(d: Derivation, left: Fact) -> Fact:
    """-P >= -Y (h + f/(k+1)), from one dual point."""
    P, k, f, h, Y = (d[name] for name in ("P", "k", "f", "h", "Y"))
    t, j, s, r = (d[name] for name in ("t", "j", "s", "r"))
    early = d.nonnegative("t <= k = t + j, Y = s_t + r: (Y - s_t)(1/t - 1/(k+1)) >= 0", r * (1 / t - 1 / (t + j + 1)))
    late = d.nonnegative("t = k + 1 + j: s_t (1/(k+1) - 1/t) >= 0, with t for k + 1", s * (1 / t - 1 / (t + j)))
    spent = (k + f) * Y / (k + 1) + Y * (h - k / (k + 1))
    total = d.lemma(
        "s_t/t <= s_t/(k+1) + Y max(0, 1/t - 1/(k+1)), summed", lemmas.TERMWISE, spent, P, requires=[early, late]
    )
    return d.combine("-P >= -Y (H_k + f/(k+1))", left, -Y * (h + f / (k + 1)), [(_ONE, total)])


def below_logarithm(d: Derivation) -> Fact:
    """1 + ln(k+f) >= h + f/(k+1) for k >= 1."""
    k, f, h, u = (d[name] for name in ("k", "f", "h", "u"))
    step = -sympy.log(1 - u)
    slope = d.nonnegative("derivative of -ln(1-u) - u", u / (1 - u))
    same = d.identity("that is its derivative", sympy.diff(step - u, u), u / (1 - u))
    start = d.identity("0 at u = 0", (step - u).subs(u, 0), sympy.Integer(0))
    above = d.lemma("-ln(1-u) >= u", lemmas.MEAN_VALUE, step, u, requires=[slope, same, start], smooth=[step - u])
    whole = d.lemma(
        "u = 1/(j+1): ln((j+1)/j) >= 1/(j+1), summed over 1 <= j < k",
        lemmas.TERMWISE,
        1 + sympy.log(k),
        h,
        requires=[above],
    )
    rest = sympy.log(1 + f / k)
    rising = d.nonnegative("derivative of ln(1+f/k) - f/(k+f)", f / (k + f) ** 2)
    equal = d.identity("that is its derivative in f", sympy.diff(rest - f / (k + f), f), f / (k + f) ** 2)
    zero = d.identity("0 at f = 0", (rest - f / (k + f)).subs(f, 0), sympy.Integer(0))
    needs = [rising, equal, zero]
    part = d.lemma("ln(1+f/k) >= f/(k+f)", lemmas.MEAN_VALUE, rest, f / (k + f), requires=needs, smooth=[rest])
    less = d.nonnegative("f/(k+f) >= f/(k+1)", f / (k + f) - f / (k + 1))
    return d.combine(
        "1 + ln(k+f) >= H_k + f/(k+1)",
        1 + sympy.log(k + f),
        h + f / (k + 1),
        [(_ONE, whole), (_ONE, part), (_ONE, less)],
    )


def _by_duality(subject: Subject, role: str) -> Finding:
    scope = scalar_claims.harmonic.domain
    statement = "sum s_t/t <= Y (H_k + f/(k+1)), attained" if role == "greedy" else "sum s_t/t <= Y (1 + ln y)"

    def proof() -> Finding:
        ratios: Real = subject["ratios"]
        if not covers(Domain(Real("y", ratios.lo, ratios.hi, open_lo=ratios.open_lo)), [Domain(Real("y", 1, None))]):
            raise StepFailed(f"the budget must fill at least one place; given: {ratios.describe()}")
        d = numbers(1)
        P, k, f, h, Y = (d[name] for name in ("P", "k", "f", "h", "Y"))
        most = dual_bound(d, d.expands("-P", -P))
        if role == "greedy":
            claimed = d.claimed(scalar_bounds.greedy_sum, k=k, f=f, h=h)
            facts = [
                most,
                d.identity("the bound", h + f / (k + 1), claimed),
                d.equal("the claimed maximum", scalar_bounds.greedy_sum, subject["greedy"]),
            ]
            return d.conclude(facts, scope, statement)
        last = Y * (1 + sympy.log(k + f))
        facts = [
            d.combine("-P >= -Y (1 + ln(k+f))", -P, -last, [(_ONE, most), (Y, below_logarithm(d))]),
            d.identity("that is the bound", last, d.claimed(scalar_bounds.harmonic_log, y=k + f, Y=Y)),
            d.at_most(_SMALLER, scalar_bounds.harmonic_log, subject["bound"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.harmonic", timeout=30)
def harmonic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Runs of equal terms, exact linear programs, then the dual point and the logarithm for every length."""
    runs = [_run(*run) for run in (*_RUNS, (1000, "1/5", "1"))]
    attained = "the run (Y, ..., Y, f Y) attains the stated maximum"
    yield _compared(subject, "greedy", "greedy_run", runs, ("==",), attained).for_part("greedy")
    far = [_run(_FAR, "0", cap) for cap in ("1", "5")]
    ratios: Real = subject["ratios"]
    low = [_run(*run) for run in _BELOW if ratios.contains(Fraction(run[0]) + Fraction(run[1]))]
    tried = [*runs, *low, *far]
    yield _compared(subject, "bound", "harmonic_run", tried, ("<", "=="), "sum s_t/t <= the bound").for_part("bound")
    for finding in _programs(subject, effort):
        yield finding.for_part("greedy")
    yield _by_duality(subject, "greedy").for_part("greedy")
    yield _by_duality(subject, "bound").for_part("bound")


# Any upper bound on the terms


def _capped(subject: Subject, role: str, least: int) -> Finding:
    """Both forms for k = 0 (``least`` = 0) or k >= 1."""
    whole = scalar_claims.harmonic_cap.domain
    scope = whole.restrict(Integer("k", 1, None) if least else Integer("k", 0, 0))
    statement = f"sum s_t/t <= the {role} form for k {'>= 1' if least else '= 0'}"
    formula = {"capped": scalar_bounds.capped_log, "smooth": scalar_bounds.smooth_log}[role]

    def proof() -> Finding:
        d = numbers(least)
        facts = [*(_large_budget if least else _small_budget)(d, role), d.at_most(_SMALLER, formula, subject[role])]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _large_budget(d: Derivation, role: str) -> list[Fact]:
    """k >= 1: Y (1 + ln y), and ln y <= ln(1+y)."""
    P, y, Y = d["P"], d["k"] + d["f"], d["Y"]
    left = d.expands("-P", -P)
    terms = [(_ONE, dual_bound(d, left)), (Y, below_logarithm(d))]
    if role == "capped":
        most, claimed = Y * (1 + sympy.log(y)), d.claimed(scalar_bounds.capped_log, y=y, Y=Y)
    else:
        most, claimed = Y * (1 + sympy.log(1 + y)), d.claimed(scalar_bounds.smooth_log, y=y, Y=Y)
        terms.append((Y, d.nonnegative("ln(1+y) - ln y >= 0", sympy.log(1 + 1 / y))))
    return [d.combine("-P >= minus the bound", left, -most, terms), d.identity("that is the bound", most, claimed)]


def _small_budget(d: Derivation, role: str) -> list[Fact]:
    """k = 0: s_t/t <= s_t."""
    P, y, Y = d["P"], d["f"], d["Y"]
    left = d.expands("-P", -P)
    terms = [(_ONE, d.lemma("s_t/t <= s_t, summed", lemmas.TERMWISE, y * Y, P))]
    if role == "capped":
        most, claimed = Y * y, d.claimed(scalar_bounds.capped_log, y=y, Y=Y)
    else:
        most, claimed = Y * (1 + sympy.log(1 + y)), d.claimed(scalar_bounds.smooth_log, y=y, Y=Y)
        terms += [(Y, d.nonnegative("1 - y >= 0", 1 - y)), (Y, d.nonnegative("ln(1+y) >= 0", sympy.log(1 + y)))]
    return [d.combine("-P >= minus the bound", left, -most, terms), d.identity("that is the bound", most, claimed)]


@check("sea_omd.lemma.harmonic_cap", timeout=30)
def harmonic_cap(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Runs above and below the cap, then the exact maximum and its logarithm."""
    far = [_run(_FAR, "0", cap) for cap in ("1", "5")]
    runs = [*(_run(*run) for run in (*_BELOW, *_RUNS)), *far]
    for role in ("capped", "smooth"):
        found = _compared(subject, role, "harmonic_run", runs, ("<", "=="), f"sum s_t/t <= the {role} form")
        yield found.for_part(role)
    for role in ("capped", "smooth"):
        for least in (0, 1):
            yield _capped(subject, role, least).for_part(role)
