"""Constant a and b = (n + r)(n + s): limits by recurrence against exact steps, then the derivations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from theory import lemmas
from theory.pcf import family_claims
from theory.pcf.family_witnesses import tail

# PCF(x, n^2)


def _attack_squares(subject: Subject, effort: Effort) -> Iterator[Finding]:
    formulas = {role: emit_standalone(subject[role]) for role in subject}

    def on_step(x: Fraction) -> Witness:
        data = {"x": str(x), "formulas": {"step": formulas["step"]}}
        return witness.make("pcf", "square_step", data, "1/L(x) by backward recurrence against the claim")

    def on_value(x: int) -> Witness:
        data = {"x": str(x), "formulas": {"value": formulas[{1: "one", 2: "two"}[x]]}}
        return witness.make("pcf", "square_value", data, "1/L(x) by steps from 1/L(x + 16)")

    points = [Fraction(15), Fraction(41, 2), Fraction(53, 3), *map(Fraction, range(16, 40 if effort.full else 18))]
    yield instances.compare(
        points, on_step, wanted=("==",), statement="1/L(x) + 1/L(x+2) = 2/(x+1)", description="rational x >= 15"
    )
    yield instances.compare((1, 2), on_value, wanted=("==",), statement="1/L(1), 1/L(2)", description="x = 1, 2")


def _square_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(70):
        for x in (16, 18, 21):
            here, later = 1 / (x + tail(x, 0, 0, 1)), 1 / (x + 2 + tail(x + 2, 0, 0, 1))
            made.append(Sample({"x": x, "n": 3, "t": tail(x + 2, 0, 0, 4), "later": later}, here, {}))
    return made


def _squares(subject: Subject) -> Finding:
    domain, statement = family_claims.squares.domain, "1/L(x) = 2/(x+1) - 1/L(x+2); L(1) = 1/ln 2, L(2) = 2/(4 - pi)"

    def proof() -> Finding:
        positive = [Real(name, 0, None, open_lo=True) for name in ("x", "t", "later")]
        d = Derivation(Domain(*positive, Real("n", 1)), _square_samples())
        x, n, after, later = (d[name] for name in ("x", "n", "t", "later"))

        def image(m: Any, t: Any) -> tuple[Any, Any]:
            return (2 * m - x - 1) * t + 2 * m**2, 2 * t + 2 * m + x + 1

        here = n**2 / (x + 2 + after)
        top, bottom = image(n, here)
        next_top, next_bottom = image(n + 1, after)
        gauge = d.identity(
            "t_n of x is ((2n-x-1) t + 2n^2)/(2t + 2n + x + 1) of t_n of x + 2: again t_n = n^2/(x + t_(n+1))",
            top * (x * next_bottom + next_top),
            n**2 * next_bottom * bottom,
        )
        sign = d.positive("the denominator is positive, the numerator for 2n > x + 1", bottom)
        tails = d.deduce("so these are the tails", lemmas.POSITIVE_TAILS, requires=[gauge, sign])
        claimed = d.claimed(subject["step"], x=x, later=later)
        d.expands("1/L(x), from the step", claimed)
        first_top, first_bottom = image(sympy.Integer(1), 1 / later - x - 2)
        step = d.identity(
            "L(x) = x + t_1: its reciprocal is the claimed step (both times L(x) and the denominator)",
            claimed * (x * first_bottom + first_top),
            first_bottom,
        )
        series = d.deduce(
            "by steps 1/L(x) = sum_(k<J) (-1)^k 2/(x+1+2k) + (-1)^J/L(x+2J), 0 < 1/L(y) < 1/y: the alternating "
            "series; it is "
            "ln 2 at x = 1 and 2(1 - pi/4) at x = 2",
            lemmas.ALTERNATING_SERIES,
            requires=[tails, step],
        )
        one = d.identity("1/L(1) = ln 2", d.claimed(subject["one"]), sympy.log(2))
        two = d.identity("1/L(2) = 2 - pi/2", d.claimed(subject["two"]), 2 - sympy.pi / 2)
        return d.conclude([series, one, two], domain, statement)

    return derive(proof, domain, statement)


@check("pcf.family.squares", timeout=40)
def squares(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Backward recurrences at x >= 15 and exact steps down to 1 and 2; then the derivation."""
    yield from _attack_squares(subject, effort)
    yield _squares(subject)


# The checkerboard

_POINTS = ((1, 16, 0, 0), (2, 17, 1, 3), (3, 18, 2, 0), (1, 20, 0, 5))


def _attack_gauges(subject: Subject, effort: Effort) -> Finding:
    formulas = {role: emit_standalone(subject[role]) for role in subject.formulas}

    def evaluate(case: tuple[tuple[int, ...], int]) -> Witness:
        numbers, sign = case
        prefix = "plus" if sign == 1 else "minus"
        data = {
            **{name: str(x) for name, x in zip(("n", "d", "r", "s"), numbers, strict=True)},
            "sign": str(sign),
            "formulas": {part: formulas[f"{prefix}_{part}"] for part in ("top", "bottom")},
        }
        return witness.make("pcf", "gauge", data, "tails by backward recurrence against the claim")

    return instances.compare(
        list(itertools.product(_POINTS, (1, -1))),
        evaluate,
        wanted=("==",),
        statement="tails of neighbouring formulas",
        description="formulas with d >= 16",
    )


def _attack_rule(subject: Subject, effort: Effort) -> Iterator[Finding]:
    reach = range(7 if effort.full else 6)
    made = [(d, r, s) for d in range(1, 8) for r in reach for s in reach]

    def on_rule(case: tuple[int, int, int]) -> Witness:
        data = {**{name: str(x) for name, x in zip("drs", case, strict=True)}, "rule": subject["rule"]}
        return witness.make("pcf", "constant_of", data, "rational or not, by exact steps")

    def on_limit(case: tuple[int, int, int]) -> Witness:
        data = {name: str(x) for name, x in zip("drs", case, strict=True)}
        return witness.make("pcf", "limit_by_steps", data, "the limit against exact steps")

    def on_tail(n: int) -> Witness:
        data = {"n": str(n), "formulas": {"rational": emit_standalone(subject["rational"])}}
        return witness.make("pcf", "tail_of_two", data, "the tails n of PCF(1, n(n+2))")

    yield instances.compare(
        made, on_rule, wanted=("==",), statement="rational iff the rule says so", description="d < 8, r and s < 6"
    )
    cases = ((16, 0, 3), (15, 0, 16), (17, 3, 9), (15, 1, 17), (18, 4, 4))
    yield instances.compare(cases, on_limit, wanted=("==",), statement="limits by steps", description="d >= 15")
    yield instances.compare(
        (1, 2, 5), on_tail, wanted=("==",), statement="n(n+2) = T(n)(1 + T(n+1))", description="n = 1, 2, 5"
    )


def _tail_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(70):
        for n, d, r, s in _POINTS:
            after, before = tail(d + 1, r, s + 1, n + 1), tail(d - 1, r, s + 1, n + 1)
            values = {"n": n, "d": d, "r": r, "s": s, "after": after, "before": before, "q": d - 1}
            made.append(Sample(values, tail(d, r, s, n), {}))
    return made


def _functional(d: Derivation, subject: Subject, kind: str) -> Fact:
    """t_n = top/bottom solves t_n (d + t_(n+1)) = (n + r)(n + s) whenever t does for d +- 1 and s + 1."""
    n, r, s = (d[name] for name in ("n", "r", "s"))
    dd = d["d"] if kind == "plus" else d["q"] + 1
    step, after = (1, d["after"]) if kind == "plus" else (-1, d["before"])
    here = (n + r) * (n + s + 1) / (dd + step + after)

    def of(part: str, m: Any, t: Any) -> Any:
        return d.claimed(subject[f"{kind}_{part}"], n=m, d=dd, r=r, s=s, t=t)

    return d.identity(
        f"{kind}: the images of tails of (d {'+' if step > 0 else '-'} 1, r, s + 1) are tails of (d, r, s)",
        of("top", n, here) * (dd * of("bottom", n + 1, after) + of("top", n + 1, after)),
        (n + r) * (n + s) * of("bottom", n + 1, after) * of("bottom", n, here),
    )


def _determinants(d: Derivation, subject: Subject) -> list[Fact]:
    """Both maps as matrices in t: their determinants, from the claimed numerators and denominators at t = 0 and 1."""
    n, dd, r, s = (d[name] for name in ("n", "d", "r", "s"))

    def matrix(kind: str) -> tuple[Any, Any, Any, Any]:
        top = [d.claimed(subject[f"{kind}_top"], n=n, d=dd, r=r, s=s, t=sympy.Integer(i)) for i in (0, 1)]
        low = [d.claimed(subject[f"{kind}_bottom"], n=n, d=dd, r=r, s=s, t=sympy.Integer(i)) for i in (0, 1)]
        return top[1] - top[0], top[0], low[1] - low[0], low[0]

    found = []
    for kind, expected in (("plus", (n + s) * (dd + s + 1 - r)), ("minus", (n + s) * (s + 1 - r - dd))):
        a, b, c, e = matrix(kind)
        found.append(d.identity(f"{kind}: the determinant", a * e - b * c, expected))
    return found


def _checkerboard(subject: Subject) -> Finding:
    domain, statement = family_claims.checkerboard.domain, "rational iff d < G, d - G odd; else an image of ln 2 or pi"

    def proof() -> Finding:
        if subject["rule"] != "stated":
            raise StepFailed(f"the steps lead to another rule than {subject['rule']}")
        whole = [Integer("d", 1), Integer("r", 0), Integer("s", 0)]
        reals = [Real(name, 0, None, open_lo=True) for name in ("after", "before", "q")]
        d = Derivation(Domain(*whole, *reals, Real("n", 1)), _tail_samples())
        n, dd, r, s, after = (d[name] for name in ("n", "d", "r", "s", "after"))
        here = (n + r) * (n + s + 1) / (dd + 1 + after)
        numbers = {"n": n, "d": dd, "r": r, "s": s, "t": here}
        top, low = d.claimed(subject["plus_top"], **numbers), d.claimed(subject["plus_bottom"], **numbers)
        d.expands("t_n from t_n of (d + 1, r, s + 1)", top / low)
        plus, minus = _functional(d, subject, "plus"), _functional(d, subject, "minus")
        signs = [d.positive("plus: numerator positive", top), d.positive("plus: denominator positive", low)]
        N, N1 = (d.claimed(subject["rational"], n=m) for m in (n, n + 1))
        two = d.identity("t_n = n solves t_n (1 + t_(n+1)) = n (n + 2), and is positive", N * (1 + N1), n * (n + 2))
        tails = d.deduce(
            "images of tails under plus, and t_n = n, are positive, so they are tails; t_n = n + (r + s - 1 - d)/2 "
            "+ o(1), so "
            "that for r = 0 numerator and denominator of minus have the sign of s + 1 - d for large n, if it is not 0",
            lemmas.POSITIVE_TAILS,
            requires=[plus, minus, two, *signs],
        )
        growth = d.deduce(
            "(the expansion of t_n: the formal solution of t_n (d + t_(n+1)) = (n + r)(n + s))",
            lemmas.BIRKHOFF_TRJITZINSKY,
            requires=[tails],
        )
        ends = d.deduce(
            "by index shifts, r = 0, s = G. (d,0,G) is a regular image of (d-1,0,G-1) (determinant d + G - 1 > 0): "
            "with d > G of "
            "(d-G,0,0), an image of ln 2 or pi as d - G is odd or even; with d <= G of (1,0,H), H = G - d + 1. "
            "(1,0,1) is one of "
            "(2,0,0): pi. For H > 2, (1,0,H) is one of (2,0,H-1) (determinant H - 2) and that of (1,0,H-2): pi for "
            "odd H; for "
            "even H it comes from (1,0,2), where t_1 = 1: rational. Regular images of irrational numbers are "
            "irrational",
            lemmas.ALTERNATING_SERIES,
            requires=[growth, *_determinants(d, subject)],
        )
        return d.conclude([ends], domain, statement, rests_on=("pcf.family.squares",))

    return derive(proof, domain, statement)


@check("pcf.family.checkerboard", timeout=60)
def checkerboard(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact steps against the rule, recurrences against the steps; then the derivation."""
    yield _attack_gauges(subject, effort)
    yield from _attack_rule(subject, effort)
    yield _checkerboard(subject)
