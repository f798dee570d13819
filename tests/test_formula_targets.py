"""numpy, torch and mpmath: the same values, no warnings, finite gradients, clear refusals."""

import warnings
from fractions import Fraction as F

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_formula_arb import ZOO, one

from plumbline.domain import Integer, Real
from plumbline.errors import InputError
from plumbline.formula import Formula, box_cox, expm1_over, log, log1p_over, piecewise, power, sqrt, xlogx

T1_STABLE = Formula(
    "logistic",
    [Real("beta", 0, 1)],
    lambda beta: xlogx(1 + beta) / 2 + xlogx(1 - beta) / 2,
    stable=lambda xp, beta: xp.where(
        beta < 0.5,
        beta * xp.arctanh(xp.where(beta < 0.5, beta, 0.0)) + xp.log1p(-(xp.where(beta < 0.5, beta, 0.0) ** 2)) / 2,
        xp.xlogx(1 + beta) / 2 + xp.xlogx(1 - beta) / 2,
    ),
)


def relative(value: float, reference: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(float(value)) - reference) / abs(reference))


@pytest.mark.parametrize("name", ZOO)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(data=st.data())
def test_numpy_and_torch_agree_with_mpmath(name, data):
    formula = ZOO[name]
    point = {}
    for axis in formula.variables:
        if isinstance(axis, Integer):
            point[axis.name] = data.draw(st.integers(int(axis.lo), int(axis.hi)))
            continue
        share = data.draw(st.floats(0.01, 0.99))
        point[axis.name] = float(axis.lo) + share * float(axis.hi - axis.lo)
    reference = formula.mpmath(50, **point)
    # Where terms cancel the plain float expression is held to 1e-12 of their size, which is about 1.
    scale = max(abs(reference), mpmath.mpf(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        by_numpy = formula.numpy(**point)
    by_torch = formula.torch(**{k: torch.tensor(v, dtype=torch.float64) for k, v in point.items()})
    assert isinstance(by_numpy, float)
    assert abs(by_numpy - reference) <= 1e-12 * scale
    assert abs(by_torch.item() - reference) <= 1e-12 * scale


@pytest.mark.parametrize(
    ("build", "definition"),
    [
        (lambda x: expm1_over(x), lambda x: mpmath.nsum(lambda j: x**j / mpmath.factorial(j + 1), [0, mpmath.inf])),
        (lambda x: expm1_over(x, 3), lambda x: mpmath.nsum(lambda j: x**j / mpmath.factorial(j + 3), [0, mpmath.inf])),
        (lambda x: log1p_over(x), lambda x: mpmath.quad(lambda t: 1 / (1 + x * t), [0, 1])),
        (lambda x: log1p_over(x, 3), lambda x: mpmath.quad(lambda t: t**2 / (1 + x * t), [0, 1])),
        (lambda x: box_cox(1 + x, F(2, 3)), lambda x: mpmath.quad(lambda t: t ** (-mpmath.mpf(1) / 3), [1, 1 + x])),
        (
            lambda x: box_cox(1 + x, F(2, 3), 2),
            lambda x: mpmath.quad(lambda t: t ** (-mpmath.mpf(1) / 3) * mpmath.log(t) ** 2, [1, 1 + x]),
        ),
    ],
)
def test_primitives_agree_with_their_definitions(build, definition):
    formula = one(build, F(-3, 4), 3)
    for x in ("-0.6", "-1e-3", "1e-9", "0.2", "0.4", "1.9", "2.9"):
        with mpmath.workdps(40):
            number = mpmath.mpf(x)
            reference = definition(number)
        assert mpmath.almosteq(formula.mpmath(30, x=F(x)), reference, 1e-25), x
        for value in (formula.numpy(x=float(x)), formula.torch(x=torch.tensor(float(x), dtype=torch.float64)).item()):
            assert mpmath.almosteq(value, reference, 2e-13), x


@pytest.mark.parametrize(
    "name", ["expm1_over", "expm1_over 3", "log1p_over 2", "box_cox", "box_cox 1", "power", "kinks", "logistic"]
)
def test_derivatives_agree_with_difference_quotients(name):
    formula = ZOO[name]
    point = {axis.name: axis.lo + (axis.hi - axis.lo) * F(37, 100) for axis in formula.variables}
    for axis in formula.variables:
        derivative = formula.derivative(axis.name).mpmath(30, **point)

        step, here = F(1, 10**25), point[axis.name]
        ends = [formula.mpmath(90, **{**point, axis.name: here + side * step}) for side in (1, -1)]
        with mpmath.workdps(90):
            quotient = (ends[0] - ends[1]) * 10**25 / 2
        assert mpmath.almosteq(derivative, quotient, 1e-25)


def test_mpmath_has_the_digits_it_promises():
    formula = ZOO["logistic"]
    with mpmath.workdps(120):
        x = mpmath.mpf(10) ** -30
        reference = x**2 / 2 + x**4 / 12 + x**6 / 30
        assert mpmath.almosteq(formula.mpmath(50, x=F(1, 10**30)), reference, 1e-49)
    third = one(lambda x: x / 3).mpmath(60, x=1)
    with mpmath.workdps(60):
        assert third == mpmath.mpf(1) / 3


def test_vectorised_with_broadcasting():
    formula = ZOO["box_cox"]
    x, q = np.linspace(0, 3, 5), np.linspace(0.1, 2, 4)[:, None]
    table = formula.numpy(x=x, q=q)
    assert table.shape == (4, 5) and table.dtype == np.float64
    assert table[2, 3] == formula.numpy(x=x[3], q=q[2, 0])
    tensor = formula.torch(x=torch.from_numpy(x), q=torch.from_numpy(q))
    assert tensor.shape == (4, 5) and np.allclose(tensor.numpy(), table, rtol=1e-14)
    constant = one(lambda x: F(3, 4))
    assert np.array_equal(constant.numpy(x=np.zeros((2, 3))), np.full((2, 3), 0.75))
    assert constant.torch(x=torch.zeros(2)).tolist() == [0.75, 0.75]
    assert one(lambda x: x).numpy(x=np.zeros(0)).shape == (0,)


def test_no_warning_at_singular_points_and_unselected_branches():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert one(xlogx).array_function()(np.array([0.0, 1.0])).tolist() == [0.0, 0.0]
        assert ZOO["box_cox"].array_function()(np.array(0.0), np.array(0.5)) == -2.0
        guarded = one(lambda x: piecewise((1 / x, x > F(1, 2)), (log(1 - x), x < F(1, 4)), (0, True)))
        assert guarded.numpy(x=np.array([0.0, 0.3, 1.0])).tolist() == [0.0, 0.0, 1.0]
        assert one(expm1_over, -1, 1).numpy(x=0.0) == 1.0
        assert one(log1p_over, -F(1, 2), 1).numpy(x=0.0) == 1.0


def test_small_rounding_below_zero_counts_as_zero():
    formula = one(lambda x: sqrt(1 - x - x - x) + xlogx(1 - 3 * x) + power(1 - 3 * x, F(2, 3)), 0, F(1, 3))
    assert abs(formula.numpy(x=1 / 3)) < 1e-5
    assert abs(formula.mpmath(50, x=mpmath.mpf(1) / 3)) < 1e-8
    with pytest.raises(InputError, match="not finite"):
        one(lambda x: sqrt(x - F(1, 2))).numpy(x=0.25)
    with pytest.raises(InputError, match=r"undefined at x = 1/4: sqrt needs an argument >= 0"):
        one(lambda x: sqrt(x - F(1, 2))).mpmath(x=F(1, 4))


def test_constants_work_in_torch_and_keep_the_dtype():
    formula = one(lambda x: log(2) * x)
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    value = formula.torch(x=x)
    value.sum().backward()
    assert value.dtype == torch.float32 and torch.allclose(value, x.detach() * float(np.log(2)))
    assert torch.allclose(x.grad, torch.full((2,), float(np.log(2))))
    assert formula.torch(x=torch.tensor(1.0, dtype=torch.float64)).dtype == torch.float64


@pytest.mark.parametrize(
    ("build", "slope"),
    [
        (xlogx, None),
        (lambda x: xlogx(1 + x) + xlogx(x), None),
        (expm1_over, 0.5),
        (lambda x: expm1_over(x, 2), 1 / 6),
        (log1p_over, -0.5),
        (lambda x: log1p_over(x, 2), -1 / 3),
        (lambda x: box_cox(x, F(1, 2)), None),
        (lambda x: box_cox(1 + x, x), 1.0),
        (lambda x: piecewise((log(1 + x), x < F(1, 2)), (1 / x, True)), 1.0),
        (lambda x: piecewise((x, x < F(1, 2)), (1 / x, True)), 1.0),
    ],
)
def test_torch_gradients_are_finite_at_the_singular_point(build, slope):
    x = torch.tensor([0.0, 1e-30, 0.3], dtype=torch.float64, requires_grad=True)
    one(build).torch(x=x).sum().backward()
    assert torch.isfinite(x.grad).all()
    if slope is not None:
        assert abs(x.grad[0].item() - slope) < 1e-12 and abs(x.grad[1].item() - slope) < 1e-12


def test_torch_gradient_agrees_with_the_derivative():
    for name in ("expm1_over", "log1p_over", "log1p_over 2", "logistic", "kinks", "pieces"):
        formula = ZOO[name]
        axis = formula.variables[0]
        points = np.linspace(float(axis.lo), float(axis.hi), 41)[1:-1] + 1e-9
        x = torch.tensor(points, requires_grad=True)
        formula.torch(x=x).sum().backward()
        assert np.allclose(x.grad.numpy(), formula.derivative("x").numpy(x=points), rtol=1e-11, atol=1e-11), name


def test_box_cox_gradient_in_the_exponent():
    q = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    ZOO["box_cox"].torch(x=torch.zeros(2, dtype=torch.float64), q=q).sum().backward()
    assert torch.allclose(q.grad, 1 / q.detach() ** 2)


def test_stable_implementation_has_fifty_digit_accuracy_near_zero():
    plain = ZOO["logistic"]
    for beta in (1e-8, 1e-6, 1e-3, 0.1, 0.49, 0.51, 0.9, 1.0):
        reference = T1_STABLE.mpmath(50, beta=beta)
        assert relative(T1_STABLE.numpy(beta=beta), reference) < 5e-15
        tensor = torch.tensor(beta, dtype=torch.float64)
        assert relative(T1_STABLE.torch(beta=tensor).item(), reference) < 5e-15
    assert relative(plain.numpy(x=1e-8), T1_STABLE.mpmath(50, beta=1e-8)) > 1e-3
    scaled = T1_STABLE.scaled(F(101, 100))
    assert relative(scaled.numpy(beta=1e-8), scaled.mpmath(50, beta=1e-8)) < 5e-15


@pytest.mark.parametrize("bad", [1.5, -1e-9, float("nan"), float("inf"), True, "half", None, 1j, [0.5, float("nan")]])
def test_bad_values_are_refused_by_every_float_target(bad):
    formula = one(lambda x: x)
    for evaluate in (formula.numpy, formula.torch):
        with pytest.raises(InputError, match=r"^x = .* in f: need x in \[0,1\]"):
            evaluate(x=bad)
    if not isinstance(bad, list):
        with pytest.raises(InputError, match=r"^x = .* in f: need x in \[0,1\]"):
            formula.mpmath(x=bad)
        with pytest.raises(InputError, match="x"):
            formula.arb(x=bad)


def test_bad_tensors_and_arrays_are_refused():
    formula = one(lambda x: x, 0, 1)
    for bad in (torch.tensor([0.5, float("nan")]), torch.tensor([2.0]), torch.tensor([True]), torch.tensor([1j])):
        with pytest.raises(InputError, match="x = "):
            formula.torch(x=bad)
    with pytest.raises(InputError, match=r"x = 7\.0"):
        formula.numpy(x=np.array([[0.1, 7.0], [8.0, 0.2]]))
    with pytest.raises(InputError, match="x = "):
        formula.numpy(x=np.array(["a"]))


def test_ends_of_ranges():
    third = one(lambda x: x, 0, F(1, 3))
    assert third.numpy(x=1 / 3) == 1 / 3
    with mpmath.workdps(40):
        rounded_up = mpmath.mpf(1) / 3 * (1 + mpmath.eps)
    with pytest.raises(InputError):
        third.mpmath(x=F(1, 3) + F(1, 10**12))
    assert abs(third.mpmath(x=rounded_up) - third.mpmath(x=F(1, 3))) < 1e-15
    assert third.torch(x=torch.tensor(1 / 3)).dtype == torch.float32
    with pytest.raises(InputError):
        third.mpmath(x=F(1, 3) + F(1, 10**40))
    half_open = Formula("g", [Real("x", 0, None, open_lo=True)], log)
    for evaluate in (half_open.numpy, half_open.mpmath, half_open.torch):
        with pytest.raises(InputError, match=r"x in \(0,inf\)"):
            evaluate(x=0.0)
    assert half_open.numpy(x=1.0) == 0.0


def test_integer_axes_need_integers():
    formula = ZOO["integers"]
    assert formula.numpy(x=0.5, n=3) == pytest.approx(0.09375)
    assert formula.numpy(x=0.5, n=np.array([1.0, 3.0])).shape == (2,)
    for evaluate in (formula.numpy, formula.torch, formula.mpmath):
        for bad in (2.5, 0, 7, float("nan")):
            with pytest.raises(InputError, match=r"need an integer n=1\.\.6"):
                evaluate(x=0.5, n=bad)


def test_values_that_are_not_finite_are_refused():
    formula = one(lambda x: 1 / x)
    for evaluate in (formula.numpy, formula.torch, formula.mpmath):
        with pytest.raises(InputError, match=r"f is (not finite|undefined)"):
            evaluate(x=0.0)
    with pytest.raises(InputError, match=r"x = 0\.0, y = 0\.5"):
        Formula("f", [Real("x", 0, 1), Real("y", 0, 1)], lambda x, y: log(x) + y).numpy(x=np.array([0.5, 0.0]), y=0.5)
