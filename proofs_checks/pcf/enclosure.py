"""Worpitzky's disc: attacked by constant continued fractions at its edge, then derived; starts over the census."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, instances, rational
from proofs_checks.engines.derivation import Derivation, Sample, StepFailed, derive
from proofs_checks.engines.facts import exact_rational
from proofs_checks.engines.rational import Relation
from proofs_checks.pcf.census import classified, counted
from theory.pcf import census, certificate_claims
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.enclosures import worpitzky_holds
from theory.pcf.regimes import Regime

_SIZES = (Fraction(2), Fraction(1, 5), Fraction(200), Fraction(20000))
_STEPS = (1, 2, 10, 100, 400, 20000)
_EXACT_STEPS = 400


def _attack_exact(formula: Formula, **at: Any) -> Fraction:
    value = formula.at(**at)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else exact_rational(formula.mpmath(**at))


def _attack_cases(subject: Subject) -> list[dict[str, str]]:
    """Constant (a, b) that meet the claimed hypothesis with the largest |b|, b < 0; steps at which tails are read.

    Where 4 |b| exceeds a^2 the tails oscillate, and one is read just before the denominator changes its sign.
    """
    K = _attack_exact(subject["constant"])
    cases = []
    for a in _SIZES:
        limit = a * a / K if K > 0 else 4 * a * a
        b = -min(limit, 4 * a * a)
        wanted = list(_STEPS)
        if 4 * -b > a * a:
            wanted = [_escape(float(a), float(b))]
        cases += [{"a": str(a), "b": str(b), "m": str(m), "K": str(K)} for m in wanted if m <= _EXACT_STEPS or b == -1]
    return cases


def _escape(a: float, b: float) -> int:
    """The first m whose finite tail is larger than a/2 in float64 (at most 400): a choice, decided exactly later."""
    t = 0.0
    for m in range(1, _EXACT_STEPS):
        t = b / (a + t) if a + t else math.inf
        if abs(t) > a / 2:
            return m
    return _EXACT_STEPS


def _attack_tails(subject: Subject) -> Finding:
    """Finite tails of constant continued fractions against the claimed radius."""
    formulas = {"radius": emit_standalone(subject["radius"])}
    return instances.compare(
        [{**case, "formulas": formulas} for case in _attack_cases(subject)],
        lambda data: witness.make("pcf", "constant_tail", data, "left: |finite tail|, right: claimed radius"),
        wanted=("<", "=="),
        statement="finite tails of constant continued fractions lie in the disc",
        description="constant a and b at the edge of the hypothesis",
    )


def _derived(subject: Subject) -> Finding:
    """The induction from the end of a finite tail: |t_(n+1)| <= r(|a_(n+1)|) gives |t_n| <= r(|a_n|)."""
    radius, constant, domain = subject["radius"], subject["constant"], certificate_claims.worpitzky.domain
    statement = "|t_N| <= |a_N|/2 for all finite tails and their limit"

    def proof() -> Finding:
        numbers = Domain(*(Real(name, 0, open_lo=True) for name in ("x", "y")))
        d = Derivation(numbers, [Sample({"x": Fraction(2), "y": Fraction(3, 2)}, Fraction(2), {})])
        x, y = d["x"], d["y"]
        K = d.claimed(constant)
        if not (K.is_Rational and K > 0):
            raise StepFailed(f"the constant is {K}, not a positive rational")
        own, later = d.claimed(radius, x=x), d.claimed(radius, x=y)
        facts = [
            d.nonnegative("a tail of no terms is 0, inside the disc", own),
            d.positive("|a_(n+1) + t_(n+1)| >= y - r(y) > 0", y - later),
            d.nonnegative("|b_(n+1)|/(y - r(y)) <= (x y/K)/(y - r(y)) <= r(x)", own * (y - later) - x * y / K),
            d.nonnegative("|b_(n+1)/(a_n a_(n+1))| <= 1/K <= 1/4", K - 4),
        ]
        premises = [finding for fact in facts for finding in fact.premises]
        finite = derivation.by_lemma("induction", premises, domain, "every finite tail lies in the disc")
        return derivation.by_lemma("worpitzky", [finite], domain, statement, steps=[step["step"] for step in d.steps])

    return derive(proof, domain, statement)


@check("pcf.enclosure.worpitzky", timeout=30)
def worpitzky(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Constant continued fractions at the edge; then the induction."""
    yield _attack_tails(subject)
    yield _derived(subject)


@lru_cache(maxsize=1)
def starts() -> tuple[int, int, tuple[int, ...]]:
    """How many factorial formulas have a start, the largest least start, and a formula that has it.

    Least starts are found upwards from 0, in integers, on arrays; a start stays one for all later depths.
    """
    keys, codes = classified()
    rows = keys[codes == census.CODE[Regime.FACTORIAL]]
    rows = rows[census.leading_arrays(rows[:, :3])[1] > 0]
    seen, start, left, last = 0, 0, rows, rows[:1]
    while len(left) and start <= 1000:
        good = _seen(left, start)
        seen += int(good.sum())
        if good.any():
            last = left[good]
        left = left[~good]
        start += 1
    return 2 * seen, start - 1, tuple(last[0].tolist())


def _seen(keys: Any, start: int) -> Any:
    """Both slack polynomials at one start for all rows: no negative coefficient."""
    a, b = _shift(keys[:, :3], start), _shift(keys[:, 3:], start + 1)
    later = _shift(a, 1)
    product = np.zeros((len(keys), 5), dtype=np.int64)
    for i in range(3):
        for j in range(3):
            product[:, i + j] += a[:, i] * later[:, j]
    good = (product[:, :2] >= 0).all(axis=1)
    return good & (product[:, 2:] >= 4 * np.abs(b)).all(axis=1)


def _shift(c: Any, by: int) -> Any:
    """p(n + by) for rows (c2, c1, c0)."""
    return np.stack([c[:, 0], c[:, 1] + 2 * by * c[:, 0], (c[:, 0] * by + c[:, 1]) * by + c[:, 2]], axis=1)


@check("pcf.enclosure.census", timeout=40)
def least_starts(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Every factorial formula of the census, in integers."""
    domain = certificate_claims.starts.domain
    seen, latest, key = starts()
    formula = ContinuedFraction.of_key(key)
    edge = rational.certify(
        [None],
        lambda _: [
            Relation(int(worpitzky_holds(formula, latest)), "==", 1),
            Relation(int(worpitzky_holds(formula, latest - 1)), "==", 0),
        ],
        f"{formula} has its least start at {latest}",
        "the formula with the latest start",
    )
    yield edge.for_part("latest")
    yield counted(subject, "enclosed", seen, "formulas with a start", "factorial_count", {}, domain).for_part(
        "enclosed"
    )
    data = {"key": [str(x) for x in key]}
    yield counted(subject, "latest", latest, "the largest least start", "latest_start", data, domain).for_part("latest")
