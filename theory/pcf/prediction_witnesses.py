"""Programs on limits and predictions of delta; standard library and mpmath only."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mpf

Formulas = Mapping[str, Callable[..., Any]]


def _at(c: list[int], n: int) -> int:
    return (c[0] * n + c[1]) * n + c[2]


def delta_of_simple(a: list[int], depth: int) -> tuple[Any, Any]:
    """A ball for delta_n = -ln eps_n/ln q_n - 1 of a_0 + 1/(a_1 + 1/...), a_n >= 1: centre and radius.

    1/(2 q_n q_(n+1)) <= eps_n <= 1/(q_n q_(n+1)), and q_n is its own reduced denominator.
    """
    q, before = 1, 0
    for n in range(1, depth + 1):
        q, before = _at(a, n) * q + before, q
    later = _at(a, depth + 1) * q + before
    return mpmath.log(later) / mpmath.log(q), mpmath.log(2) / mpmath.log(q)


def delta_limit(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Distance of the claimed limit from delta_n, and how far delta_n may be from 1: (ln(2 q_(n+1)/q_n))/ln q_n.

    The formula is the inflation by (n + 1)^k of a_n, b_n = 1: common factors (n + 1)!^k, everything else as before.
    Its degrees are (d_a + k, 2k), and the reduced denominators grow like n!^d_a.
    """
    a, depth, k = [int(value) for value in data["a"]], int(data["n"]), int(data["k"])
    centre, radius = delta_of_simple(a, depth)
    degree = 2 if a[0] else 1
    claimed = formulas["limit"](e=Fraction(2 * k - 2 * (degree + k)), h=Fraction(degree))
    return abs(claimed - centre), abs(centre - 1) + radius


def share_of_growth(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """The claimed least growth of reduced denominators, and d_a - ln g_n/ln (n+1)! for the inflation of a by (n + 1)^k.

    Convergents are multiplied out, and their gcds taken.
    """
    a, depth, k = [int(value) for value in data["a"]], int(data["n"]), int(data["k"])
    p, q, p_before, q_before = _at(a, 0), 1, 1, 0
    for n in range(1, depth + 1):
        x, y = _at(a, n) * (n + 1) ** k, ((n + 1) * n) ** k
        p, p_before = x * p + y * p_before, p
        q, q_before = x * q + y * q_before, q
    degree = (2 if a[0] else 1) + k
    share = mpmath.log(math.gcd(p, q)) / mpmath.log(math.factorial(depth + 1))
    return formulas["least"](e=Fraction(2 * k - 2 * degree)), degree - share


def _exponents(key: list[int]) -> dict[str, Any]:
    """e, gamma, beta of the error and d, v, w of the denominators by the formulas of pcf.asymptotics.factorial."""
    (da, A, alpha), (db, B, beta1) = (
        (2, Fraction(c[0]), Fraction(c[1], c[0]))
        if c[0]
        else (1, Fraction(c[1]), Fraction(c[2], c[1]))
        if c[1]
        else (0, Fraction(c[2]), Fraction(0))
        for c in (key[:3], key[3:])
    )
    lift = B / A**2 if 2 * da - db == 1 else Fraction(0)
    return {
        "e": Fraction(db - 2 * da),
        "gamma": mpmath.log(mpf(abs(B).numerator)) - 2 * mpmath.log(mpf(abs(A).numerator)),
        "beta": beta1 - 2 * alpha + db - da - 2 * lift,
        "d": Fraction(da),
        "v": mpmath.log(mpf(abs(A).numerator)),
        "w": alpha + lift,
    }


def _followed(key: list[int], depth: int) -> tuple[Any, Any]:
    """ln|q_N| and ln eps_N from the ratios q_n/q_(n-1); eps_N is the sum of the steps behind N, sixteen of them."""
    ratio, log_q, log_b = mpf(1), mpf(0), mpf(0)
    for n in range(1, depth + 1):
        ratio = _at(key[:3], n) + (_at(key[3:], n) / ratio if n > 1 else 0)
        log_q += mpmath.log(abs(ratio))
        log_b += mpmath.log(abs(_at(key[3:], n)))
    a, b = _at(key[:3], depth + 1), _at(key[3:], depth + 1)
    before, ratio = ratio, a + b / ratio
    first = log_b + mpmath.log(abs(b)) - 2 * log_q - mpmath.log(abs(ratio))
    total = term = mpf(1)
    for n in range(depth + 2, depth + 18):
        a, b = _at(key[:3], n), _at(key[3:], n)
        before, ratio = ratio, a + b / ratio
        term *= -b / (ratio * before)
        total += term
    return log_q, first + mpmath.log(abs(total))


def growth_between(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """How far the claimed growth of a logarithm from N to 2N is from the true one, and 15/N.

    ``of`` is log_error or log_q; constants cancel.
    """
    key, depth, of = [int(value) for value in data["key"]], int(data["n"]), str(data["of"])
    own = _exponents(key)
    names = ("e", "gamma", "beta") if of == "log_error" else ("d", "v", "w")
    place = 1 if of == "log_error" else 0
    change = mpf(0)
    for n, sign in ((depth, -1), (2 * depth, 1)):
        claimed = formulas[of](**{name: own[name] for name in names}, N=Fraction(n), ell=mpmath.loggamma(n + 1))
        change += sign * (claimed - _followed(key, n)[place])
    return abs(change), mpf(15) / depth


def predicted_delta(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """The claimed prediction from ln eps_n and ln q_n, and delta_n, for a finite continued fraction with b = 1."""
    a, n = [int(value) for value in data["a"]], int(data["n"])
    x, p, q, p_before, q_before = [], 1, 0, 0, 1
    for value in a:
        p, p_before = value * p + p_before, p
        q, q_before = value * q + q_before, q
        x.append(Fraction(p, q))
    far = abs(x[-1] - x[n])
    log_error, log_q = mpmath.log(mpf(far.numerator) / far.denominator), mpmath.log(x[n].denominator)
    return formulas["prediction"](x=log_error, y=log_q), (-log_error - log_q) / log_q


def predicted_far_away(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """|prediction at N - 1|, by all three formulas, and 1/50; for constant b the limit of delta is 1."""
    key, depth = [int(value) for value in data["key"]], int(data["n"])
    own, N, ell = _exponents(key), Fraction(depth), mpmath.loggamma(depth + 1)
    x = formulas["log_error"](e=own["e"], gamma=own["gamma"], beta=own["beta"], N=N, ell=ell)
    y = formulas["log_q"](d=own["d"], v=own["v"], w=own["w"], N=N, ell=ell)
    return abs(formulas["prediction"](x=x, y=y) - 1), Fraction(1, 50)
