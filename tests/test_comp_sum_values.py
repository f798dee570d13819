"""Reference values of the comp-sum theory, each computed twice independently of this code."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from theory.comp_sum import bounds, definitions, inverses, sharp

TOLERANCE = 1e-12

PUBLISHED = [
    (0, 10, 0.3, 0.0460607985830544),
    (0.5, 10, 0.3, 0.0433502386890285),
    (1, 10, 0.3, 0.0457005415253129),
    (1.5, 10, 0.3, 0.0278474287350912),
    (1.7, 10, 0.3, 0.0269340959294827),
    (2, 10, 0.3, 0.03),
    (3, 10, 0.3, 0.0015),
]
EXACT = [
    (1.5, 2, 0.4, 0.108941058799687),
    (1.5, 7, 0.4, 0.108941058799687),
    (1.7, 3, 0.5, 0.19682970518596),
    (1.9, 3, 0.3, 0.0994447354427),
    (1.8, 4, 0.3, 0.0863126036810),
    (2, 5, 0.3, 0.075),
    (3, 4, 0.3, 0.11875),
    (2.3, 6, 0.2, 0.0777206974554099),
]
BAYES = [
    (0, 1.89695014983179),
    (0.5, 1.38459445460898),
    (1, 1.02965301406457),
    (1.5, 0.767117199406205),
    (1.7, 0.668642011546385),
    (2, 0.5),
    (3, 0.25),
]


@pytest.mark.parametrize(("tau", "n", "beta", "value"), PUBLISHED)
def test_published_transformation(tau, n, beta, value):
    assert sharp.published_transformation(beta, tau, n) == pytest.approx(value, rel=TOLERANCE)


@pytest.mark.parametrize(("tau", "n", "beta", "value"), EXACT)
def test_exact_transformation(tau, n, beta, value):
    assert sharp.exact_transformation(beta, tau, n) == pytest.approx(value, rel=3e-12)


@pytest.mark.parametrize(
    ("tau", "n", "value"),
    [(0, 10, 0.31224989991992), (0.5, 10, 0.321649594671334), (1, 10, 0.313563196729934), (1.5, 10, 0.405418158212504)],
)
def test_published_bound_at_one_twentieth(tau, n, value):
    assert inverses.published_bound(0.05, tau, n) == pytest.approx(value, rel=TOLERANCE)


@pytest.mark.parametrize(("n", "value"), [(3, 0.03), (10, 0.1), (100, 0.105), (1000, 0.105)])
def test_sharp_mae_bound(n, value):
    assert inverses.sharp_bound(0.01, 2, n) == pytest.approx(value, rel=TOLERANCE)


@pytest.mark.parametrize(
    ("tau", "published"),
    [(1.5, (0.178529, 0.320156, 0.584147)), (1.7, (0.176876, 0.427591, 1.0))],
)
def test_published_bound_grows_with_n_and_the_sharp_one_does_not(tau, published):
    sharp_value = 0.1191 if tau == 1.5 else 0.0994
    for n, value in zip((10, 100, 1000), published, strict=True):
        assert inverses.published_bound(0.01, tau, n) == pytest.approx(value, rel=1e-5)
    for n in (10, 100):
        assert inverses.sharp_bound(0.01, tau, n) == pytest.approx(sharp_value, rel=1e-3)


@pytest.mark.parametrize(("tau", "value"), BAYES)
def test_bayes_risk_from_the_definition(tau, value):
    p = np.array([[0.5, 0.3, 0.2]])
    assert definitions.bayes_risk(p, tau)[0] == pytest.approx(value, rel=TOLERANCE)


@pytest.mark.parametrize(
    ("tau", "value"), [("1/2", 1.15646277295367), ("13/10", 1.19593672796781), ("17/10", 0.813715227629756)]
)
def test_second_derivative_of_the_two_class_transformation(tau, value):
    formula = bounds.transform_below_one if Fraction(tau) < 1 else bounds.transform_two_class
    fixed = formula.substitute({"tau": Fraction(tau)}, [bounds.BETA])
    second = fixed.derivative("beta").derivative("beta")
    assert float(second.mpmath(beta=Fraction("0.37"))) == pytest.approx(value, rel=TOLERANCE)


@pytest.mark.parametrize(
    ("formula", "fixed"),
    [
        (bounds.transform_sumexp, {}),
        (bounds.transform_logistic, {}),
        (bounds.transform_below_one, {"tau": Fraction(1, 2)}),
        (bounds.transform_gce, {"n": 10, "tau": Fraction(3, 2)}),
        (bounds.transform_two_class, {"tau": Fraction(17, 10)}),
        (bounds.transform_two_class, {"tau": Fraction(11, 10)}),
    ],
)
def test_stable_forms_agree_with_fifty_digits_to_both_ends(formula, fixed):
    betas = [1e-8, 1e-6, 1e-3, 0.1, 0.3, 0.499, 0.5, 0.7, 0.9, 0.99, 1 - 1e-8, 1 - 1e-12, 1 - 1e-15, 1.0]
    floats = {name: value if name == "n" else float(value) for name, value in fixed.items()}
    values = formula.numpy(beta=np.array(betas), **floats)
    exact = [formula.mpmath(beta=Fraction(beta), **fixed) for beta in betas]
    with mpmath.workdps(50):
        errors = [float(abs(mpmath.mpf(float(v)) / e - 1)) for v, e in zip(values, exact, strict=True)]
    assert max(errors) < 5e-14


def test_margins_of_the_wrong_partners_at_three_tenths():
    regret = 0.0457005415253129
    assert bounds.transform_logistic.scaled(Fraction(21, 20)).numpy(beta=0.3) - regret == pytest.approx(
        2.285e-3, rel=1e-3
    )
    assert 1 - np.sqrt(1 - 1.05 * 0.09) == pytest.approx(0.0484, abs=5e-5)


def test_not_tight_numbers():
    least = bounds.sure_label_regret
    assert float(least.mpmath(tau=2)) == 0.5
    assert float(bounds.transform_linear.mpmath(beta=1, n=3, tau=2)) == pytest.approx(1 / 3, rel=TOLERANCE)
    half = Fraction(3, 2)
    ratio = least.mpmath(tau=half) / bounds.transform_gce.mpmath(beta=1, n=10, tau=half)
    assert float(ratio) == pytest.approx(np.sqrt(5), rel=TOLERANCE)


@pytest.mark.parametrize("tau", [1.6, 1.7, 1.85, 1.95])
def test_sharp_bounds_invert_the_envelope_of_the_exact_transformation(tau):
    beta = np.linspace(0, 1, 4097)
    for n in (2, 3, 6):
        exact = sharp.exact_transformation(beta, tau, n)
        t = np.array([1e-3, 0.05, 0.2, 0.33])
        bound = inverses.sharp_bound(t, tau, n)
        below = np.array([beta[exact <= level].max() for level in t])
        assert (bound >= below - 1 / 4096).all(), "every instance obeys the bound"
        slopes = [(exact[beta > b] - level) / (beta[beta > b] - b) for b, level in zip(bound, t, strict=True)]
        assert all((slope[slope.size // 50 :] >= -1e-9).all() for slope in slopes)
