"""Formula: declaration, exactness, dispatch, derived formulas, LaTeX, standalone source."""

import subprocess
import sys
from fractions import Fraction as F

import mpmath
import numpy as np
import pytest
import sympy
import torch
from flint import arb

from plumbline.domain import Every, Integer, Real
from plumbline.errors import InputError, UnknownNameError
from plumbline.formula import (
    Formula,
    Max,
    Min,
    box_cox,
    cosh,
    emit_standalone,
    exp,
    expm1_over,
    log,
    log1p_over,
    piecewise,
    power,
    rational,
    sqrt,
    xlogx,
)

BETA = Real("beta", 0, 1, latex=r"\beta")
T1 = Formula("logistic", [BETA], lambda beta: xlogx(1 + beta) / 2 + xlogx(1 - beta) / 2, latex=r"\mathcal{T}_1")


def one(build, **options):
    return Formula("f", [Real("x", 0, 1)], build, **options)


def test_importing_the_package_is_light():
    code = (
        "import sys, plumbline.formula; "
        "heavy = {'sympy','torch','flint','scipy','mpmath','pandas','numpy'} & set(sys.modules); "
        "f = plumbline.formula.Formula('f', [], lambda: plumbline.formula.rational(1, 3)); "
        "assert not heavy, heavy; assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_expression_is_built_once_and_late():
    calls = []

    def build(x):
        calls.append(x)
        return x + 1

    formula = one(build)
    assert calls == []
    assert formula.expr == formula.symbols["x"] + 1 and formula.numpy(x=0.5) == 1.5
    assert len(calls) == 1
    assert calls[0].is_real and calls[0].is_positive is None


def test_arguments_go_by_name():
    axes = [Real("a", 0, 1), Real("b", 0, 1)]
    assert Formula("f", axes, lambda b, a: a - b).numpy(a=1.0, b=0.25) == 0.75
    assert Formula("f", axes, lambda first, second: first - second).numpy(a=1.0, b=0.25) == 0.75


def test_integer_axes_give_integer_symbols():
    formula = Formula("f", [Integer("n", 2)], lambda n: 1 / n)
    assert formula.symbols["n"].is_integer
    assert formula.mpmath(n=4) == 0.25


@pytest.mark.parametrize(
    "build",
    [
        lambda x: 0.505 * x,
        lambda x: 0.5,
        lambda x: xlogx(0.5 + x),
        lambda x: power(x, 0.5),
        lambda x: piecewise((1, x < 0.5), (2, True)),
        lambda x: x**0.5,
    ],
)
def test_floats_are_refused(build):
    with pytest.raises(InputError, match=r"float|exact"):
        _ = one(build).expr


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda x: x + sympy.Symbol("y"), "not its variables"),
        (lambda x: x + sympy.Symbol("x"), "not its variables"),
        (lambda x: x < 1, "must be a number"),
        (lambda x: sympy.I * x, "real closed form"),
        (lambda x: sympy.oo + x, "real closed form"),
        (lambda x: "x", "exact"),
        (lambda x: None, "exact"),
        (lambda x: piecewise((x, x < 1), x), "pairs"),
        (lambda x: expm1_over(x, F(1, 2)), "order"),
        (lambda x: log1p_over(x, 0), "order"),
        (lambda x: xlogx(-1), ">= 0"),
        (lambda x: power(x, -1), "> 0"),
        (lambda x: box_cox(0, -1), "infinite"),
    ],
)
def test_wrong_expressions_are_refused(build, message):
    with pytest.raises(InputError, match=message):
        _ = one(build).expr


def test_unknown_functions_are_refused_at_evaluation():
    with pytest.raises(InputError, match="no evaluation is known for zeta"):
        one(lambda x: sympy.zeta(x + 2)).numpy(x=0.5)


def test_wrong_variables_are_refused():
    with pytest.raises(InputError, match="Real or Integer"):
        Formula("f", [Every("D", "all distributions")], lambda d: d)
    with pytest.raises(InputError, match="identifier"):
        Formula("f", [Real("1x", 0, 1)], lambda x: x)
    with pytest.raises(InputError, match="missing beta; unknown tau"):
        T1.numpy(tau=1)
    with pytest.raises(InputError, match="target must be"):
        T1.source_code("fortran")
    with pytest.raises(InputError, match="array target"):
        T1.array_function("arb")


def test_variables_may_be_called_like_functions_or_keywords():
    names = ["lambda", "log", "pi", "value", "power", "mp"]
    formula = Formula("f", [Real(name, 0, 1) for name in names], lambda *all_: sum(log(2 + a) for a in all_))
    point = dict.fromkeys(names, F(1, 2))
    expected = 6 * mpmath.log(2.5)
    for value in (formula(**point), formula.numpy(**point), formula.torch(**point).item()):
        assert abs(value - expected) < 1e-14
    assert formula.arb(**point).overlaps(6 * arb(2.5).log())
    scope: dict = {}
    exec(emit_standalone(formula), scope)
    assert abs(scope["value"](*point.values()) - expected) < 1e-14


def test_dispatch_by_type():
    assert isinstance(T1(beta=0.5), float) and isinstance(T1(beta=1), float)
    assert isinstance(T1(beta=np.array([0.5])), np.ndarray)
    assert isinstance(T1(beta=torch.tensor(0.5)), torch.Tensor)
    assert isinstance(T1(beta=F(1, 2)), mpmath.mpf) and isinstance(T1(beta=mpmath.mpf(1)), mpmath.mpf)
    assert isinstance(T1(beta=arb(0.5)), arb)
    assert abs(T1(beta=1.0) - np.log(2)) < 1e-15


def test_exact_inputs_of_balls():
    assert T1.arb(beta="1/2").overlaps(T1.arb(beta=F(1, 2)))
    with pytest.raises(InputError, match="decimal string"):
        T1.arb(beta=0.5)
    with pytest.raises(InputError, match="beta = "):
        T1.arb(beta=arb(3, 1))
    assert T1.arb(beta=arb(0.99, 0.02)).is_finite()


def test_precision_is_restored():
    from flint import ctx

    before = ctx.prec
    T1.arb(prec=300, beta=F(1, 3))
    assert ctx.prec == before
    digits = mpmath.mp.dps
    T1.mpmath(80, beta=F(1, 3))
    assert mpmath.mp.dps == digits


def test_scaled():
    half_more = T1.scaled(F(101, 100))
    assert half_more.name == "logistic.times(101/100)" and half_more.domain == T1.domain
    assert sympy.expand(half_more.expr - sympy.Rational(101, 100) * T1.expr) == 0
    assert abs(half_more(beta=F(1, 2)) - F(101, 100) * T1(beta=F(1, 2))) < 1e-15
    assert half_more.fingerprint != T1.fingerprint
    with pytest.raises(InputError, match="factor"):
        T1.scaled(1.01)


def test_derivative():
    slope = T1.derivative("beta")
    assert abs(slope(beta=0.5) - np.arctanh(0.5)) < 1e-14
    assert slope.latex_name == r"\partial_{\beta} \mathcal{T}_1"
    with pytest.raises(InputError, match="integer variable"):
        Formula("f", [Integer("n", 2)], lambda n: 1 / n).derivative("n")
    with pytest.raises(InputError, match="no axis"):
        T1.derivative("tau")
    with pytest.raises(InputError, match="closed form"):
        _ = one(lambda x: Max(x, 1 - x)).derivative("x").derivative("x").expr


def test_substitute_numbers_and_expressions():
    formula = Formula("f", [Real("x", 0, 1), Real("q", -1, 1)], lambda x, q: box_cox(1 + x, q))
    at_zero = formula.substitute({"q": 0})
    assert at_zero.expr == sympy.log(1 + at_zero.symbols["x"]) and [a.name for a in at_zero.variables] == ["x"]
    odds = T1.substitute({"beta": lambda s: s / (1 + s)}, [Real("s", 0, None)])
    assert abs(odds(s=F(1)) - T1(beta=F(1, 2))) < 1e-15
    swapped = formula.substitute({"x": lambda q: q, "q": lambda x: x}, [Real("x", 0, 1), Real("q", 0, 1)])
    assert abs(swapped(x=F(1, 3), q=F(1, 2)) - formula(x=F(1, 2), q=F(1, 3))) < 1e-15
    with pytest.raises(InputError, match="must include"):
        formula.substitute({"q": lambda s: s}, [Real("s", 0, 1)])
    with pytest.raises(InputError, match="exact"):
        _ = formula.substitute({"q": 0.5}).expr
    with pytest.raises(InputError, match="no axis"):
        formula.substitute({"z": 1})


def test_stable_survives_fixing_a_number():
    formula = Formula(
        "f", [Real("x", 0, 1), Real("c", 0, 2)], lambda x, c: c * x, stable=lambda xp, x, c: c * x + 0 * xp.log1p(x)
    )
    assert formula.substitute({"c": 2}).stable is not None
    assert formula.substitute({"c": 2})(x=0.25) == 0.5
    assert formula.substitute({"c": lambda s: s}, [Real("x", 0, 1), Real("s", 0, 1)]).stable is None
    assert formula.restrict(Real("x", 0, F(1, 2))).stable is not None


def test_restrict():
    inner = T1.restrict(Real("beta", F(1, 4), F(1, 2), latex=r"\beta"))
    assert inner.expr == T1.expr and inner.fingerprint != T1.fingerprint
    with pytest.raises(InputError):
        inner(beta=0.1)
    with pytest.raises(InputError, match="not inside"):
        T1.restrict(Real("beta", 0, 2))
    with pytest.raises(InputError, match="no axes"):
        T1.restrict(Real("x", 0, 1))
    whole = Formula("f", [Real("n", 0, 5)], lambda n: n**2).restrict(Integer("n", 1, 3))
    assert whole.symbols["n"].is_integer and whole(n=2) == 4.0


def test_difference():
    quadratic = Formula("quadratic", [Real("beta", 0, 2)], lambda beta: beta**2 / 2)
    gap = Formula.difference(T1, quadratic)
    assert gap.variables[0].hi == 1
    assert abs(gap(beta=F(1, 2)) - (T1(beta=F(1, 2)) - F(1, 8))) < 1e-15
    assert Formula.difference(T1, F(1, 3)).arb(beta=0).overlaps(arb(-1) / 3)
    both = Formula.difference(T1, one(lambda x: x))
    assert [axis.name for axis in both.variables] == ["beta", "x"]
    with pytest.raises(InputError, match="restrict"):
        Formula.difference(T1, Formula("g", [Real("beta", F(1, 2), 2)], lambda beta: beta))


def test_fingerprint_depends_on_expression_and_domain_only():
    same = Formula("other name", [Real("beta", 0, 1)], lambda b: xlogx(1 - b) / 2 + xlogx(1 + b) / 2)
    assert same.fingerprint == T1.fingerprint and len(T1.fingerprint) == 64
    assert Formula("f", [Real("beta", 0, 1, open_hi=True)], T1._build).fingerprint != T1.fingerprint
    assert one(lambda x: x + 1).fingerprint != one(lambda x: x + 2).fingerprint


def test_latex():
    q = Real("q", F(1, 2), 1)
    assert T1.latex() == (
        r"\frac{\left(1 - \beta\right) \log \left(1 - \beta\right)}{2}"
        r" + \frac{\left(\beta + 1\right) \log \left(\beta + 1\right)}{2}"
    )
    assert one(xlogx).latex() == r"x \log x"
    assert Formula("f", [Real("x", 0, 1), q], box_cox).latex() == r"\frac{x^{q} - 1}{q}"
    assert one(expm1_over).latex() == r"\frac{e^{x} - 1}{x}"
    assert one(log1p_over).latex() == r"\frac{\log\left(x + 1\right)}{x}"
    assert Formula("f", [Real("x", 0, 1), q], power).latex() == "x^{q}"
    assert one(lambda x: expm1_over(x, 2)).latex() == r"\varphi_{2}\left(x\right)"
    product = Formula("f", [Real("x", 0, 1), Real("y", 0, 1)], lambda x, y: xlogx(x) * xlogx(y)).latex()
    assert product.startswith(r"\left(x \log x\right)")
    first = Formula("f", [Real("x", 0, 1), q], box_cox).derivative("q").latex()
    assert first == r"\int_1^{x} t^{q - 1} \log t\,dt"
    squared = one(lambda x: expm1_over(x) ** 2).latex()
    assert squared == r"\left(\frac{e^{x} - 1}{x}\right)^{2}"


def test_elementary_form_has_the_same_values():
    x = sympy.Symbol("x", real=True)
    for build in (
        xlogx,
        lambda x: expm1_over(x, 3),
        lambda x: log1p_over(x, 3),
        lambda x: box_cox(1 + x, F(1, 2), 2),
        lambda x: power(x, x),
        lambda x: xlogx(expm1_over(x)),
    ):
        formula = one(build)
        value = formula.elementary.subs(x, sympy.Rational(1, 3)).evalf(40)
        assert mpmath.almosteq(mpmath.mpf(str(value)), formula(x=F(1, 3)), 1e-14)
        assert "xlogx" not in str(formula.elementary) and "_over" not in str(formula.elementary)


def test_shared_subexpressions_are_computed_once():
    source = one(lambda x: exp(sqrt(1 + x)) + log(2 + sqrt(1 + x)) * cosh(sqrt(1 + x))).source_code("numpy")
    assert source.count("sqrt(") == 1
    quotient = one(lambda x: 1 / log(2 + x) + exp(log(2 + x) ** -2)).source_code("arb")
    assert quotient.count("log(") == 1
    assert "for " not in source and "lambda" not in source


def test_rational():
    assert rational("0.505") == sympy.Rational(101, 200) and rational(1, 3) == sympy.Rational(1, 3)
    for bad in ((0.5,), ("a",), (1, 0), (True,), (float("nan"),)):
        with pytest.raises(InputError):
            rational(*bad)


def test_standalone_source_needs_only_mpmath(tmp_path):
    formula = Formula(
        "f",
        [Real("x", 0, 1), Real("q", F(1, 2), 1)],
        lambda x, q: piecewise((box_cox(x, q), x < F(1, 2)), (Min(xlogx(x), power(x, q)) + log(2) / 3, True)),
    )
    script = emit_standalone(formula, "left") + "\nmp.dps = 40\nprint(mpmath.nstr(left('3/10', '0.75'), 35))\n"
    script += "import sys; assert not any(m.split('.')[0] in ('plumbline', 'sympy', 'flint') for m in sys.modules)\n"
    path = tmp_path / "witness.py"
    path.write_text(script)
    done = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True, timeout=60, check=True)
    expected = formula.mpmath(50, x=F(3, 10), q=F(3, 4))
    assert mpmath.almosteq(mpmath.mpf(done.stdout.strip()), expected, 1e-14)
    with mpmath.workdps(40):
        assert abs(mpmath.mpf(done.stdout.strip()) - expected) < mpmath.mpf(10) ** -33


def test_formulas_are_found_in_a_subject():
    from plumbline.nouns import Subject

    subject = Subject({"T": T1, "n": 3})
    assert list(subject.formulas) == ["T"]
    with pytest.raises(UnknownNameError):
        subject["S"]
