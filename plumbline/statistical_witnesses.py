"""Programs that show again what a sample refutes: aggregated data, the standard library and mpmath only.

They belong to no paper: any check by the statistics engine may use them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import betainc, exp, log, loggamma, lu_solve, matrix, mp, mpf, sqrt


def real(value: Any) -> Any:
    """A rational given as text as a number of the working precision."""
    exact = Fraction(value)
    return mpf(exact.numerator) / exact.denominator


def binomial_upper_tail(count: int, trials: int, probability: Fraction) -> Any:
    """P(Bin(trials, probability) >= count): a rational for few trials, else to the working precision."""
    if count <= 0:
        return Fraction(1)
    if probability in (0, 1):
        return probability
    odds = probability / (1 - probability)
    if trials <= 400:
        term = (1 - probability) ** trials
        terms = [term := term * odds * (trials - k + 1) / k if k else term for k in range(trials + 1)]
        return sum(terms[count:], Fraction(0))
    if count <= trials * probability:
        return 1 - binomial_upper_tail(trials - count + 1, trials, 1 - probability)
    logarithm = loggamma(trials + 1) - loggamma(count + 1) - loggamma(trials - count + 1)
    term = exp(logarithm + count * log(real(probability)) + (trials - count) * log(real(1 - probability)))
    total, ratio = mpf(0), real(odds)
    for k in range(count, trials + 1):
        total += term
        if term < total * mpf(10) ** -mp.dps:
            break
        term *= ratio * (trials - k) / (k + 1)
    return total


def binomial_tail(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the probability of so many failures (``tail`` upper) or so few (lower) were their rate ``rate``.

    Right: the level of the test.
    """
    failures, trials, rate = int(data["failures"]), int(data["trials"]), Fraction(data["rate"])
    if data["tail"] == "upper":
        return binomial_upper_tail(failures, trials, rate), Fraction(data["level"])
    return binomial_upper_tail(trials - failures, trials, 1 - rate), Fraction(data["level"])


def student_tail(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the probability of a mean so far beyond ``bound`` on the refuted side. Right: the level of the test."""
    n, mean, variance = int(data["count"]), real(data["mean"]), real(data["variance"])
    beyond = mean - real(data["bound"]) if data["side"] == "above" else real(data["bound"]) - mean
    square = beyond**2 * n / variance
    tail = betainc(mpf(n - 1) / 2, mpf(1) / 2, 0, (n - 1) / (n - 1 + square), regularized=True) / 2
    return tail if beyond > 0 else 1 - tail, Fraction(data["level"])


def bounded_mean(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the confidence limit of the mean of bounded samples that faces ``bound``. Right: ``bound``."""
    n, mean, level = int(data["count"]), real(data["mean"]), real(data["level"])
    low, high = (real(end) for end in data["within"])
    if data["method"] == "hoeffding":
        reach = (high - low) * sqrt(log(1 / level) / (2 * n))
    else:
        logarithm = log(2 / level)
        reach = sqrt(2 * real(data["variance"]) * logarithm / n) + 7 * (high - low) * logarithm / (3 * (n - 1))
    return mean - reach if data["side"] == "above" else mean + reach, Fraction(data["bound"])


def fitted_exponent(data: Mapping[str, Any]) -> Any:
    """a of log y = A + a log x + q log log x + log(1 + sum_k d_k x^-b_k), least squares by Newton's method.

    It starts from the recorded fit and must end where the gradient vanishes.
    """
    x, y, weight = ([real(value) for value in data[name]] for name in ("x", "y", "weights"))
    powers = [real(value) for value in data["corrections"]]
    offset = [real(data["log_power"]) * log(log(value)) if Fraction(data["log_power"]) else mpf(0) for value in x]
    point = [real(value) for value in data["start"]]
    for _ in range(200):
        size = [1 + sum(d * value**-b for d, b in zip(point[2:], powers, strict=True)) for value in x]
        rows = [[mpf(1), log(value), *(value**-b / s for b in powers)] for value, s in zip(x, size, strict=True)]
        parts = zip(x, y, offset, size, strict=True)
        rest = [log(v) - point[0] - point[1] * log(u) - o - log(s) for u, v, o, s in parts]
        most = range(len(point))
        normal = matrix([[sum(w * r[i] * r[j] for w, r in zip(weight, rows, strict=True)) for j in most] for i in most])
        slope = matrix([sum(w * r[i] * e for w, r, e in zip(weight, rows, rest, strict=True)) for i in most])
        step = lu_solve(normal, slope)
        point = [value + step[i] for i, value in enumerate(point)]
        if max(abs(step[i]) for i in most) < mpf(10) ** (8 - mp.dps):
            return point[1]
    raise ArithmeticError("the fit did not converge")


def exponent_gap(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: distance of the fitted exponent from the theory's. Right: the reach of the interval around the fit."""
    return abs(fitted_exponent(data) - real(data["theory"])), Fraction(data["reach"])
