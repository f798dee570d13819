"""The interval engine on a zoo of true and false inequalities that it must judge rightly."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy
from interval_judge import UNIT, edge_sides, judge, logistic, reasons

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Strength, Verdict
from plumbline.formula import (
    Abs,
    Formula,
    Max,
    atanh,
    box_cox,
    cosh,
    exp,
    log,
    piecewise,
    power,
    rational,
    sqrt,
    tanh,
    xlogx,
)
from proofs_checks.engines.interval import (
    ENGINE,
    Contact,
    Substitution,
    assemble,
    prove_at_least,
    signs,
)
from proofs_checks.engines.interval.seams import on_face, seams

HALF = Fraction(1, 2)


# contact


def test_logistic_transformation_is_above_its_parabola_in_under_a_second() -> None:
    started = time.perf_counter()
    finding = judge(logistic, lambda t: t**2 / 2, UNIT)
    assert time.perf_counter() - started < 1.0
    assert finding.verdict is Verdict.HOLDS
    assert finding.strength is Strength.CERTIFIED and finding.engine == ENGINE.name
    assert "contact t=0 order 4" in reasons(finding)


@pytest.mark.parametrize("factor", ["0.505", "0.5001", "0.500000000001"])
def test_larger_parabola_is_rejected_with_a_witness(factor: str) -> None:
    finding = judge(logistic, lambda t: rational(factor) * t**2, UNIT)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.witness is not None
    t = Fraction(finding.witness.data["point"]["t"])
    assert 0 < t < 1 and t.denominator <= 10**7


def test_three_class_logistic_statement_is_tight_along_whole_edges() -> None:
    finding = judge(*edge_sides(), contacts=[Contact("P", 1), Contact("x", 0)])
    assert finding.verdict is Verdict.HOLDS
    assert finding.seconds < 3
    for contact in ("contact P=0 order 1", "contact P=1 order 1", "contact x=0 order 2"):
        assert contact in reasons(finding)


def test_without_contact_the_edge_is_never_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "_contact", lambda *_: False)
    monkeypatch.setattr(signs, "_decided_on_end", lambda *_: False)
    monkeypatch.setattr(signs, "_rises_from_end", lambda *_: False)
    assert judge(*edge_sides(), max_boxes=400).verdict is Verdict.INCONCLUSIVE


def test_edge_statement_scaled_beyond_contact_is_rejected() -> None:
    left, right, *axes = edge_sides()
    finding = judge(left, lambda P, x: rational("1.000001") * right(P, x), *axes)
    assert finding.verdict is Verdict.VIOLATED


@pytest.mark.parametrize("order", [2, 3, 4])
def test_order_of_contact_is_found(order: int) -> None:
    partial = [lambda t, k=k: t ** (2 * k) / math.factorial(2 * k) for k in range(order)]
    finding = judge(cosh, lambda t: sum(term(t) for term in partial), UNIT)
    assert finding.verdict is Verdict.HOLDS
    assert f"contact t=0 order {2 * order}" in reasons(finding)


def test_contact_at_an_irrational_point() -> None:
    axis = Real("t", 0, 2)
    assert judge(lambda t: (t**2 - 2) ** 2, 0, axis).verdict is Verdict.HOLDS
    assert judge(lambda t: t**4 - 4 * t**2 + 4, 0, axis).verdict is Verdict.HOLDS
    hinted = judge(lambda t: exp(t**2 - 2), lambda t: t**2 - 1, axis, contacts=[Contact("t", sympy.sqrt(2))])
    assert hinted.verdict is Verdict.HOLDS and "t=sqrt(2) order 2" in reasons(hinted)
    transcendental = judge(exp, lambda t: 2 * t + 2 - 2 * log(2), axis, contacts=[Contact("t", sympy.log(2))])
    assert transcendental.verdict is Verdict.HOLDS and "order 2" in reasons(transcendental)


def test_contact_at_the_root_of_a_quintic() -> None:
    root = sympy.CRootOf(sympy.Symbol("z") ** 5 - sympy.Symbol("z") - 1, 0)
    bump = Formula("bump", [Real("t", 0, 2)], lambda t: (t**5 - t - 1) ** 2 * exp(-t) + (t**5 - t - 1) ** 2)
    hinted = prove_at_least(bump, 0, contacts=[Contact("t", root)])
    assert hinted.verdict is Verdict.HOLDS


def test_irrational_crossing_is_violated_even_if_declared_a_contact() -> None:
    finding = judge(lambda t: t**2 - 2, 0, Real("t", 0, 2), contacts=[Contact("t", sympy.sqrt(2))])
    assert finding.verdict is Verdict.VIOLATED


def test_meeting_point_inside_is_found_without_a_hint() -> None:
    finding = judge(lambda x: -xlogx(x) - xlogx(1 - x), lambda x: 4 * log(2) * x * (1 - x), Real("x", 0, 1))
    assert finding.verdict is Verdict.HOLDS and "x=1/2 order 2" in reasons(finding)
    both = judge(logistic, lambda t: t**2 / 2, Real("t", -1, 1))
    assert both.verdict is Verdict.HOLDS


@pytest.mark.parametrize("at", [HALF, 1, "0.3", sympy.sqrt(2) / 2, sympy.log(2)])
def test_wrong_contact_is_not_believed(at: Any) -> None:
    true = judge(logistic, lambda t: t**2 / 2, UNIT, contacts=[Contact("t", at)])
    assert true.verdict is Verdict.HOLDS and f"t={at}" not in reasons(true)
    false = judge(logistic, lambda t: t**2 * rational("0.6"), UNIT, contacts=[Contact("t", at)])
    assert false.verdict is Verdict.VIOLATED


def test_contact_at_a_corner() -> None:
    finding = judge(
        lambda x, y: x * y * logistic(HALF * (x + y)),
        lambda x, y: x * y * (x + y) ** 2 / 8,
        Real("x", 0, 1),
        Real("y", 0, 1),
    )
    assert finding.verdict is Verdict.HOLDS


def test_monotone_towards_an_end_that_is_itself_tight() -> None:
    finding = judge(lambda x: exp(-1) + 0 * x, lambda x: x * exp(-x), Real("x", 0))
    assert finding.verdict is Verdict.HOLDS and "on the end" in reasons(finding)


# false by very little


@pytest.mark.parametrize(
    "build",
    [
        lambda t: t**2 - rational("1e-12"),
        lambda t: (t - rational("1/3")) ** 2 - rational("1e-12"),
        lambda t: (t**2 - HALF) ** 2 - rational("1e-12"),
        lambda t: logistic(t) - t**2 / 2 - t**4 / 12 * (1 + rational("1e-10")),
        lambda t: exp(t) - 1 - t - rational("1e-12"),
        lambda t: 1 - t - rational("1e-12"),
    ],
)
def test_false_by_a_hair_is_rejected(build: Callable[..., Any]) -> None:
    assert judge(build, 0, UNIT).verdict is Verdict.VIOLATED


def test_narrow_dip_between_all_samples_is_never_called_true() -> None:
    centre = Fraction(314159, 10**6)
    finding = judge(lambda t: 10**8 * (t - rational(centre)) ** 2 * exp(-t) - rational("1e-12"), 0, UNIT)
    assert finding.verdict is Verdict.VIOLATED


# open, singular and unbounded ends


@pytest.mark.parametrize(
    ("left", "right", "axis"),
    [
        (exp, lambda x: 1 + x, Real("x", 0)),
        (exp, lambda x: 1 + x, Real("x")),
        (lambda x: x, tanh, Real("x", 0)),
        (lambda x: x, lambda x: log(1 + x), Real("x", 0)),
        (lambda x: x**4 + 1, lambda x: x, Real("x")),
        (lambda x: 1 / x, lambda x: 2 - x, Real("x", 0, open_lo=True)),
        (lambda x: -log(x), lambda x: 1 - x, Real("x", 0, 1, open_lo=True)),
        (atanh, lambda x: x + x**3 / 3, Real("x", 0, 1, open_hi=True)),
        (sqrt, lambda x: x, Real("x", 0, 1)),
        (lambda x: 1 + x * log(x), lambda x: 0 * x, Real("x", 0, 1, open_lo=True)),
    ],
)
def test_open_and_infinite_domains(left: Any, right: Any, axis: Real) -> None:
    assert judge(left, right, axis).verdict is Verdict.HOLDS


def test_undefined_at_a_closed_end_is_not_called_true() -> None:
    for build in (lambda x: 1 / x, lambda x: -log(x), lambda x: 1 + x * log(x)):
        finding = judge(build, 0, Real("x", 0, 1))
        assert finding.verdict is Verdict.INCONCLUSIVE and "undefined" in finding.reason


def test_value_lost_towards_an_open_end_is_rejected() -> None:
    trap = judge(lambda x: 10**6 - x * exp(1 / x), 0, Real("x", 0, 1, open_lo=True))
    assert trap.verdict is Verdict.VIOLATED
    late = judge(lambda x: 100 - log(1 + x), 0, Real("x", 0), budget_seconds=3)
    assert late.verdict is not Verdict.HOLDS


def test_substitution_reaches_the_whole_axis() -> None:
    def image(v: Any) -> Any:
        return v / (1 - v) ** 2

    axis = Real("x", 0)
    substitution = Substitution("x", Real("v", 0, 1, open_hi=True), image)
    assert judge(lambda x: x, lambda x: log(1 + x), axis, substitutions=[substitution]).verdict is Verdict.HOLDS
    short = Substitution("x", Real("v", 0, HALF), image)
    with pytest.raises(InputError, match="limits"):
        judge(lambda x: x, lambda x: log(1 + x), axis, substitutions=[short])
    pole = Substitution("x", Real("v", -2, 2), lambda v: 1 / v)
    with pytest.raises(InputError, match="poles"):
        judge(lambda x: x, lambda x: log(1 + x), Real("x", -HALF, HALF), substitutions=[pole])


def test_strict_inequality() -> None:
    open_end, closed = Real("x", 0, open_lo=True), Real("x", 0)
    assert judge(lambda x: 1 - exp(-x), 0, open_end, strict=True).verdict is Verdict.HOLDS
    finding = judge(lambda x: 1 - exp(-x), 0, closed, strict=True)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.witness is not None and finding.witness.relation == "=="
    assert judge(lambda x: 1 + x - x, 1, closed, strict=True).verdict is Verdict.VIOLATED


# domains: parts, holes, integers


def test_scope_is_the_domain_asked_for() -> None:
    part = Domain(Real("t", "1/7", "2/3"))
    finding = judge(logistic, lambda t: t**2 / 2, UNIT, domain=part)
    assert finding.verdict is Verdict.HOLDS and finding.scope == part
    true_on_part = judge(lambda t: t, lambda t: t**2 + rational("1/10"), UNIT, domain=Domain(Real("t", "1/4", "3/4")))
    assert true_on_part.verdict is Verdict.HOLDS
    assert judge(lambda t: t, lambda t: t**2 + rational("1/10"), UNIT).verdict is Verdict.VIOLATED


def test_assembly_finds_a_hole() -> None:
    def part(lo: str, hi: str, **ends: bool) -> Finding:
        return judge(exp, lambda t: 1 + t, UNIT, domain=Domain(Real("t", lo, hi, **ends)))

    claimed = Domain(UNIT)
    whole = assemble(claimed, [part("0", "1/2"), part("1/2", "1")])
    assert whole.verdict is Verdict.HOLDS and whole.scope == claimed
    wide = assemble(claimed, [part("0", "0.49"), part("1/2", "1")])
    assert wide.verdict is Verdict.INCONCLUSIVE and "hole" in wide.reason and "t=" in wide.reason
    pointlike = assemble(claimed, [part("0", "1/2", open_hi=True), part("1/2", "1", open_lo=True)])
    assert pointlike.verdict is Verdict.INCONCLUSIVE and "t=1/2" in pointlike.reason


def test_assembly_counts_only_what_holds() -> None:
    claimed = Domain(UNIT)
    weak = judge(exp, lambda t: 1 + t, UNIT, budget_seconds=0)
    assert weak.verdict is Verdict.INCONCLUSIVE
    assert assemble(claimed, [weak]).verdict is Verdict.INCONCLUSIVE
    false = judge(exp, lambda t: 1 + 2 * t, UNIT)
    broken = assemble(claimed, [weak, false], statement="e^t >= 1 + t")
    assert broken.verdict is Verdict.VIOLATED and broken.witness is not None
    other = prove_at_least(Formula("f", [UNIT], exp), 1)
    with pytest.raises(InputError, match="different statements"):
        assemble(claimed, [weak, other])


def test_integers_are_enumerated_or_relaxed() -> None:
    def bernoulli(n: Any, t: Any) -> Any:
        return (1 + t) ** n

    few, all_n = Integer("n", 2, 6), Integer("n", 2)
    finding = judge(bernoulli, lambda n, t: 1 + n * t, few, UNIT)
    assert finding.verdict is Verdict.HOLDS
    assert finding.certificate is not None and len(finding.certificate["cells"]) == 5
    assert judge(bernoulli, lambda n, t: 1 + n * t, all_n, UNIT).verdict is Verdict.HOLDS
    one = judge(lambda n: n**2 - 5 * n + 6, 0, Integer("n", 1, 10))
    assert one.verdict is Verdict.HOLDS
    relaxed = judge(lambda n: n**2 - 5 * n + 6, 0, Integer("n", 1, 10), relax=["n"], max_boxes=500)
    assert relaxed.verdict is Verdict.INCONCLUSIVE
    false = judge(lambda n: n**2 - 5 * n + 5, 0, Integer("n", 1, 10))
    assert false.witness is not None and false.witness.data["point"]["n"] in ("2", "3")


# kinks and jumps


def test_pieces_are_judged_each_on_its_own_ground() -> None:
    axis = Real("x", 0, 1)

    def tent(x: Any) -> Any:
        return piecewise((x, x < rational("1/3")), ((1 - x) / 2, True))

    assert judge(tent, 0, axis).verdict is Verdict.HOLDS
    assert judge(tent, lambda x: rational("1/3") * x * (1 - x), axis).verdict is Verdict.HOLDS
    assert judge(tent, lambda x: x / 4, axis).verdict is Verdict.VIOLATED
    at_zero = judge(lambda x: piecewise((-1, x <= 0), (x**2, True)), 0, axis)
    assert at_zero.witness is not None and at_zero.witness.data["point"] == {"x": "0"}
    lone = judge(lambda x: piecewise((x, x < HALF), (-rational("1e-9"), x <= HALF), (1, True)), 0, axis)
    assert lone.witness is not None and lone.witness.data["point"] == {"x": "1/2"}


def test_straddling_condition_takes_the_hull() -> None:
    axes = Real("x", 0, 1), Real("y", 0, 1)
    lifted = judge(lambda x, y: piecewise((1 + x, x**2 < y), (2 - x, True)), 1, *axes)
    assert lifted.verdict is Verdict.HOLDS
    jump = judge(lambda x, y: piecewise((0, x * y > 0), (-1, True)), 0, *axes)
    assert jump.verdict is Verdict.VIOLATED
    diagonal = judge(lambda x, y: piecewise((x - y, x >= y), (y - x, True)), 0, *axes)
    assert diagonal.verdict is not Verdict.VIOLATED


def test_nowhere_defined_gap_is_not_called_true() -> None:
    axis = Real("x", 0, 1)
    third = rational("1/3")
    point = judge(lambda x: piecewise((x, x < third), (x, x > third)), 0, axis)
    assert point.verdict is Verdict.INCONCLUSIVE
    stretch = judge(lambda x: piecewise((x, x**3 < third), (x, x**3 > HALF)), 0, axis)
    assert stretch.verdict is Verdict.INCONCLUSIVE
    outside = judge(lambda x: 1 + xlogx(x - 1), 0, Real("x", 0, 2))
    assert outside.verdict is Verdict.INCONCLUSIVE


def test_absolute_value_and_maximum() -> None:
    assert judge(Abs, lambda x: x, Real("x", -1, 2)).verdict is Verdict.HOLDS
    assert judge(lambda x: Abs(x - rational("1/3")), 0, Real("x", 0, 1)).verdict is Verdict.HOLDS
    assert judge(lambda x: Max(x, 1 - x), lambda x: HALF + 0 * x, Real("x", 0, 1)).verdict is Verdict.HOLDS
    wrong = judge(lambda x: Max(x, 1 - x), lambda x: HALF + x / 10, Real("x", 0, 1))
    assert wrong.verdict is Verdict.VIOLATED


# several variables, real exponents


def test_real_exponents() -> None:
    axes = Real("x", 0, 1), Real("r", 1, 3)
    assert judge(lambda x, r: power(1 + x, r), lambda x, r: 1 + r * x, *axes).verdict is Verdict.HOLDS
    order = Real("x", 1, 3), Real("q", 0, 2)
    assert judge(lambda x, q: box_cox(x, q), lambda x, q: log(x), *order).verdict is Verdict.HOLDS
    assert judge(lambda x, q: log(x), lambda x, q: box_cox(x, q), *order).verdict is Verdict.VIOLATED


def test_perfect_squares_show_by_factoring() -> None:
    axes = Real("x", -3, 3), Real("y", -3, 3)
    assert judge(lambda x, y: x**2 + y**2, lambda x, y: 2 * x * y, *axes).verdict is Verdict.HOLDS
    false = judge(lambda x, y: x**2 + y**2, lambda x, y: rational("2.001") * x * y, *axes)
    assert false.verdict is Verdict.VIOLATED


def test_given_factor_is_checked() -> None:
    square = Formula("g", [UNIT], lambda t: t**2)

    def left(t: Any) -> Any:
        return t**2 * (exp(t) - 1)

    good = judge(left, 0, UNIT, factor=(square, Formula("q", [UNIT], lambda t: exp(t) - 1)))
    assert good.verdict is Verdict.HOLDS
    assert good.certificate is not None and len(good.certificate["factors"]) == 2
    bad = judge(left, 0, UNIT, factor=(square, Formula("q", [UNIT], exp)))
    assert bad.verdict is Verdict.INCONCLUSIVE and "not the product" in bad.reason


# budgets, certificates, input


def test_spent_budget_is_inconclusive() -> None:
    left, right, *axes = edge_sides()
    for options in ({"budget_seconds": 0}, {"max_boxes": 5}):
        finding = judge(left, right, *axes, **options)
        assert finding.verdict is Verdict.INCONCLUSIVE and "budget" in finding.reason and "left:" in finding.reason


def test_bad_input() -> None:
    f = Formula("f", [UNIT], exp)
    with pytest.raises(InputError, match="not inside"):
        prove_at_least(f, 1, domain=Domain(Real("t", 0, 2)))
    with pytest.raises(InputError, match="axes"):
        prove_at_least(f, 1, domain=Domain(Real("s", 0, 1)))
    with pytest.raises(InputError, match="quantifiers"):
        prove_at_least(f, 1, domain=Domain(UNIT, Every("law", "every law")))
    with pytest.raises(InputError, match="right"):
        prove_at_least(f, 1.0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="exact"):
        prove_at_least(f, 1, contacts=[Contact("t", 0.5)])
    with pytest.raises(InputError, match="at least one"):
        assemble(Domain(UNIT), [])


@pytest.mark.parametrize("at", [Fraction(5, 13), Fraction(36)])
@pytest.mark.parametrize("width", [Fraction(0), Fraction(1, 1000)])
def test_a_case_of_its_own_is_found_at_once_in_many_variables(at: Fraction, width: Fraction) -> None:
    """A value too low at one point, or on a short interval, of one variable of six."""
    axes = [Real("x", 0), *(Real(name, 0) for name in "abcde")]
    low, high = rational(at), rational(at + width)

    def cases(x: Any, **rest: Any) -> Any:
        value = sum(rest.values()) + x
        where = sympy.And(x >= low, x <= high) if width else sympy.Eq(x, low)
        return piecewise((value - Fraction(1, 10), where), (value, True))

    plain = Formula("plain", axes, lambda x, a, b, c, d, e: x + a + b + c + d + e)
    poisoned = Formula("poisoned", axes, lambda x, a, b, c, d, e: cases(x, a=a, b=b, c=c, d=d, e=e))
    began = time.perf_counter()
    found = prove_at_least(poisoned, plain)
    assert found.verdict is Verdict.VIOLATED and found.witness is not None
    assert at <= Fraction(found.witness.data["point"]["x"]) <= at + width
    assert time.perf_counter() - began < 2
    assert next(iter(seams(poisoned))) == ("x", at)


def test_seams_lie_in_the_range_and_between_cuts() -> None:
    f = Formula(
        "f", [UNIT], lambda u: piecewise((u, u < rational("1/4")), (1, u < rational("1/2")), (0, u < 2), (3, True))
    )
    assert [value for _, value in seams(f)] == [Fraction(1, 4), Fraction(1, 2), Fraction(3, 8)]
    assert on_face(f, "t", Fraction(1, 2)).expr == 0
