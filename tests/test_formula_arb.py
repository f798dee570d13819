"""Soundness of the Arb target: a ball encloses the value at every point of the domain in it."""

import time
from fractions import Fraction as F

import mpmath
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.domain import Integer, Real
from plumbline.formula import (
    Abs,
    Formula,
    Max,
    Min,
    atanh,
    box_cox,
    cosh,
    exp,
    expm1_over,
    log,
    log1p_over,
    piecewise,
    power,
    sinh,
    sqrt,
    tanh,
    xlogx,
)


@pytest.fixture(autouse=True)
def precision():
    before, ctx.prec = ctx.prec, 128
    yield
    ctx.prec = before


def exact(value: F | int) -> arb:
    value = F(value)
    return arb(fmpq(value.numerator, value.denominator))


def ball(low: F | int, high: F | int) -> arb:
    return exact(low).union(exact(high))


def of_mpf(value: mpmath.mpf) -> arb:
    """The number known to 50 digits, as a ball."""
    middle = arb(mpmath.nstr(value, 55, strip_zeros=False))
    return middle + arb(0, 1) * (abs(middle) * arb("1e-48") + arb("1e-120"))


def one(build, low=0, high=1) -> Formula:
    return Formula("f", [Real("x", low, high)], build)


def at(formula: Formula, value: arb) -> arb:
    return formula.arb_function()(value)


T1 = one(lambda x: xlogx(1 + x) / 2 + xlogx(1 - x) / 2)

ZOO = {
    "rational": one(lambda x: (x**3 - x / 3 + 1) / (1 + x**2), -2, 2),
    "odd power": one(lambda x: x**5 - 2 * x**3, -2, 2),
    "logistic": T1,
    "sqrt": one(lambda x: 1 - sqrt(1 - x**2)),
    "three halves": one(lambda x: x ** F(3, 2) + x ** F(1, 3)),
    "minus half": one(lambda x: (1 + x) ** F(-1, 2)),
    "hyperbolic": one(lambda x: sinh(x) + cosh(x) * tanh(x) + atanh(x / 3), -2, 2),
    "exp": one(lambda x: exp(-(x**2)) * log(3) + log(2 + x), -1, 2),
    "kinks": one(lambda x: Max(x, -x / 3, F(1, 7)) - Min(x, F(1, 2)) + Abs(x - F(1, 3)), -1, 1),
    "expm1_over": one(lambda x: expm1_over(x), -3, 3),
    "expm1_over 3": one(lambda x: expm1_over(x, 3), -3, 3),
    "log1p_over": one(lambda x: log1p_over(x), F(-9, 10), 3),
    "log1p_over 2": one(lambda x: log1p_over(x, 2), F(-9, 10), 3),
    "power": Formula("f", [Real("x", 0, 2), Real("r", F(1, 10), 3)], power),
    "box_cox": Formula("f", [Real("x", 0, 3), Real("q", F(1, 10), 2)], box_cox),
    "box_cox at q=0": Formula("f", [Real("x", F(1, 10), 3), Real("q", -1, 1)], box_cox),
    "box_cox 1": Formula("f", [Real("x", 0, 3), Real("q", F(1, 2), 2)], lambda x, q: box_cox(x, q, 1)),
    "box_cox 2": Formula("f", [Real("x", F(1, 10), 3), Real("q", -1, 1)], lambda x, q: box_cox(x, q, 2)),
    "pieces": one(lambda x: piecewise((x**2, x < F(1, 3)), (2 - x, x <= F(2, 3)), (x, True))),
    "guarded": one(lambda x: piecewise((1 / x, x > F(1, 2)), (2 + x, True)), -1, 1),
    "integers": Formula("f", [Real("x", -1, 1), Integer("n", 1, 6)], lambda x, n: (-1) ** n * x**n / (1 + n) + 2**-n),
}


@pytest.mark.parametrize("name", ZOO)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_ball_contains_value_at_interior_points(name, data):
    formula = ZOO[name]
    box, point = {}, {}
    for axis in formula.variables:
        if isinstance(axis, Integer):
            point[axis.name] = data.draw(st.integers(int(axis.lo), int(axis.hi)))
            box[axis.name] = exact(point[axis.name])
            continue
        fraction = st.fractions(0, 1, max_denominator=200)
        width = F(1, data.draw(st.sampled_from([1, 3, 20, 1000, 10**9])))
        low = axis.lo + (axis.hi - axis.lo) * data.draw(fraction)
        high = min(axis.hi, low + (axis.hi - axis.lo) * width)
        point[axis.name] = low + (high - low) * data.draw(fraction)
        box[axis.name] = ball(low, high)
    enclosure = formula.arb(**box)
    value = of_mpf(formula.mpmath(50, **point))
    if enclosure.is_finite():
        assert enclosure.overlaps(value)
    else:
        # Only a singular branch that the ball cannot exclude may give no information.
        assert name in ("guarded",)
    assert formula.arb(**point).overlaps(value)
    assert formula.arb(**point).rad() < 1e-30


def test_enclosures_are_not_needlessly_wide():
    narrow = ball(F(3, 10), F(301, 1000))
    for formula in (T1, ZOO["sqrt"], ZOO["pieces"], ZOO["expm1_over 3"]):
        assert at(formula, narrow).rad() < 0.01


def test_one_third_is_enclosed():
    third = Formula("third", [Real("x", 0, 1)], lambda x: F(1, 3) + 0 * x).arb(x=0)
    assert third.contains(exact(F(1, 3))) and not third.contains(arb(1 / 3))
    times = one(lambda x: x / 3 + 2 * x / 7)
    assert at(times, arb(1)).overlaps(exact(F(13, 21))) and at(times, arb(1)).rad() < 1e-37
    assert not at(times, arb(1)).contains(arb(13 / 21))
    assert "fmpq(2, 7)" in one(lambda x: 2 * x / 7).source_code("arb")
    assert one(lambda x: x + F(1, 3)).arb(x=F(1, 3)).overlaps(exact(F(2, 3)))


def test_piecewise_on_straddling_ball_is_the_hull():
    step = one(lambda x: piecewise((0, x < F(1, 2)), (1, True)))
    hull = at(step, ball(F(49, 100), F(51, 100)))
    assert hull.contains(0) and hull.contains(1) and hull.rad() < 0.51
    assert at(step, exact(F(1, 2))) == 1
    assert at(step, exact(F(49, 100))) == 0
    three = one(lambda x: piecewise((5, x < F(1, 3)), (-7, x < F(2, 3)), (1, True)))
    wide = at(three, ball(0, 1))
    assert wide.contains(5) and wide.contains(-7) and wide.contains(1)
    assert not at(three, ball(F(1, 2), 1)).contains(5)


def test_piecewise_with_complementary_conditions_needs_no_default():
    both = one(lambda x: piecewise((x, x <= F(1, 2)), (2, x > F(1, 2))))
    hull = at(both, ball(F(2, 5), F(3, 5)))
    assert hull.contains(F(2, 5).numerator / arb(5)) and hull.contains(2) and hull.is_finite()


def test_piecewise_without_a_true_branch_is_never_finite():
    hole = one(lambda x: piecewise((1, x < F(1, 3)), (2, x > F(2, 3))))
    assert at(hole, exact(F(1, 4))) == 1
    for low, high in ((F(1, 2), F(1, 2)), (F(1, 4), F(1, 2)), (F(1, 2), 1), (0, 1)):
        assert not at(hole, ball(low, high)).is_finite()


def test_undefined_condition_or_branch_gives_no_finite_ball():
    condition = one(lambda x: piecewise((0, log(x) < -1), (1, True)))
    assert not at(condition, ball(0, 1)).is_finite()
    branch = one(lambda x: piecewise((log(x), x > F(1, 2)), (0, True)))
    assert not at(branch, ball(-1, 1)).is_finite()
    assert at(branch, ball(-1, F(1, 4))) == 0
    assert at(branch, ball(F(3, 4), 1)).is_finite()


def test_boolean_conditions_are_three_valued():
    import sympy

    inside = one(lambda x: piecewise((1, sympy.And(x > F(1, 4), x < F(3, 4))), (0, True)))
    assert at(inside, exact(F(1, 2))) == 1 and at(inside, exact(F(7, 8))) == 0
    assert at(inside, ball(F(1, 8), F(1, 2))).contains(0) and at(inside, ball(F(1, 8), F(1, 2))).contains(1)
    outside = one(lambda x: piecewise((1, sympy.Or(x <= F(1, 4), x >= F(3, 4))), (0, True)))
    assert at(outside, exact(F(1, 2))) == 0
    assert at(outside, ball(F(1, 8), F(7, 8))).contains(0) and at(outside, ball(F(1, 8), F(7, 8))).contains(1)
    point = one(lambda x: piecewise((3, sympy.Eq(x, F(1, 2))), (x, True)))
    assert at(point, exact(F(1, 2))) == 3 and at(point, exact(1)) == 1
    assert at(point, ball(0, 1)).contains(3)


def test_removable_singularities_around_zero():
    for build, low, high in (
        (expm1_over, 0.9, 1.1),
        (log1p_over, 0.9, 1.1),
        (lambda x: expm1_over(x, 2), 0.45, 0.55),
        (lambda x: log1p_over(x, 3), 0.3, 0.36),
    ):
        formula = one(build, -1, 1)
        around = at(formula, ball(F(-1, 50), F(1, 50)))
        assert low < around and around < high
        for x in (F(-1, 50), F(1, 10**30), F(0), F(1, 50)):
            assert around.contains(of_mpf(formula.mpmath(50, x=x)))
        assert at(formula, arb(0)).rad() < 1e-37
        tiny = at(formula, arb(0, 1e-200))
        assert tiny.is_finite() and tiny.rad() < 1e-30


def test_derivatives_stay_evaluable_around_zero():
    for build in (expm1_over, log1p_over):
        formula = one(build, -1, 1)
        for _ in range(3):
            formula = formula.derivative("x")
            around = at(formula, arb(0, 1e-20))
            assert around.is_finite() and around.rad() < 1e-15
            assert around.overlaps(at(formula, arb(0)))


def test_expm1_over_first_derivative_at_zero_is_one_half():
    assert at(one(expm1_over, -1, 1).derivative("x"), arb(0)).overlaps(arb(0.5))
    assert at(one(log1p_over, -F(1, 2), 1).derivative("x"), arb(0)).overlaps(arb(-0.5))


def test_xlogx_at_and_below_zero():
    formula = one(xlogx)
    assert at(formula, arb(0)) == 0
    touching = at(formula, ball(0, F(1, 2)))
    assert touching.contains(0) and touching.contains(-arb(-1).exp()) and touching.rad() < 0.2
    # A ball that reaches below 0 by rounding: the part in the domain counts.
    spill = at(formula, arb(0, 1e-30))
    assert spill.is_finite() and spill.contains(0) and spill.rad() < 1e-27
    assert not at(formula, ball(-2, -1)).is_finite()
    assert at(T1, ball(F(9, 10), 1)).contains(arb(2).log())
    assert at(T1, arb(1)).overlaps(arb(2).log())


def test_sqrt_is_cut_off_at_zero_and_undefined_below():
    formula = one(sqrt)
    spill = at(formula, arb(0, 1e-30))
    assert spill.contains(0) and spill.contains(arb("1e-15")) and spill.is_finite()
    assert not at(formula, ball(-2, -1)).is_finite()


def test_power_touching_zero_needs_a_positive_exponent():
    formula = Formula("p", [Real("x", 0, 1), Real("r", 0, 2, open_lo=True)], power)
    raw = formula.arb_function()
    assert raw(arb(0), arb(0.5, 0.1)) == 0
    touching = raw(ball(0, F(1, 4)), arb(0.5, 0.1))
    assert touching.contains(0) and touching.contains(arb(1) / 2) and touching.contains((arb(1) / 4) ** arb(0.4))
    assert not raw(ball(0, F(1, 4)), arb(0.05, 0.1)).is_finite()
    assert raw(ball(F(1, 8), F(1, 4)), arb(0.05, 0.1)).is_finite()
    slope = one(lambda x: x ** F(1, 2)).derivative("x")
    assert not at(slope, ball(0, F(1, 4))).is_finite()


def test_box_cox_at_its_singular_ends():
    raw = Formula("b", [Real("x", 0, 3), Real("q", -1, 2)], box_cox).arb_function()
    straddling = raw(arb(2), arb(0, 0.01))
    assert straddling.contains(arb(2).log()) and straddling.rad() < 0.01
    assert raw(arb(2), arb(0)).overlaps(arb(2).log())
    corner = raw(ball(0, F(1, 100)), exact(F(1, 2)))
    assert corner.contains(-2) and corner.contains(exact(F(-9, 5))) and corner.rad() < 0.11
    assert raw(arb(0), exact(F(1, 2))).overlaps(arb(-2))
    assert not raw(ball(0, F(1, 100)), arb(0, 0.1)).is_finite()
    first = Formula("b", [Real("x", 0, 3), Real("q", 0, 2)], box_cox).derivative("q").arb_function()
    assert first(arb(0), exact(F(1, 2))).overlaps(arb(4))
    assert first(ball(0, 2), exact(F(1, 2))).contains(4) and first(ball(0, 2), exact(F(1, 2))).contains(0)


def test_poles_and_nan_balls_never_give_finite_values():
    for build in (
        lambda x: 1 / x,
        log,
        lambda x: x**-2,
        lambda x: 1 / sqrt(x),
        lambda x: Max(1 / x, 3),
        lambda x: 0 * x + log(x) ** 2,
        atanh,
    ):
        assert not at(one(build, -1, 1), ball(-1, 1)).is_finite()
    for name, formula in ZOO.items():
        if len(formula.variables) == 1:
            assert not at(formula, arb.nan()).is_finite(), name
            assert not at(formula, arb(0).union(arb.pos_inf())).is_finite(), name


def test_even_powers_do_not_go_far_below_zero():
    square = at(one(lambda x: x**2, -1, 1), ball(-1, 1))
    assert square.contains(0) and square.contains(1) and square > -1e-8
    assert at(one(Abs, -1, 1), ball(-1, F(1, 2))) > -1e-8


def test_kinks_have_hulls_of_one_sided_derivatives():
    slope = one(Abs, -1, 1).derivative("x")
    both = at(slope, ball(F(-1, 10), F(1, 10)))
    assert both.contains(-1) and both.contains(1)
    assert at(slope, ball(F(1, 10), 1)) == 1
    step = one(lambda x: Max(x, 0), -1, 1).derivative("x")
    assert at(step, ball(-1, 1)).contains(0) and at(step, ball(-1, 1)).contains(1)


def test_constants_follow_the_precision():
    formula = one(lambda x: log(2) * x)
    assert formula.arb(prec=64, x=1).rad() > 1e-22
    fine = formula.arb(prec=1000, x=1)
    assert fine.rad() < 1e-290
    assert formula.arb(prec=64, x=1).contains(fine)


def test_raw_function_takes_balls_only():
    with pytest.raises(TypeError, match="arb balls"):
        one(lambda x: x / 3).arb_function()(1)


def test_emitted_source_evaluates_in_microseconds():
    raw, box = T1.arb_function(), ball(F(3, 10), F(4, 10))
    raw(box)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(500):
            raw(box)
        best = min(best, (time.perf_counter() - start) / 500)
    assert best < 20e-6, f"{best * 1e6:.1f} us per evaluation of the logistic transformation"
