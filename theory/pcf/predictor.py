r"""Predictions of delta from the recurrence alone: the released one, with its bias, and one by exact exponents.

Released: :math:`N\,|\ln|\lambda_1/\lambda_2|(N)|/(cN+dN\ln N)-1` at :math:`N=10^9`, where
:math:`\lambda_{1,2}(N)` are the eigenvalues of M_N and :math:`cN+dN\ln N` the fitted growth of :math:`\ln\tilde q_N`.
Corrected: :math:`-\ln\varepsilon(N)/\ln\tilde q(N)-1` by the exact growth of errors and denominators, less what is
known to cancel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from plumbline.errors import InputError
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import convergents_at
from theory.pcf.exponents import exponents

DEPTH = 10**9
"""The depth at which the released code predicts."""


@dataclass(frozen=True)
class Cancellation:
    """ln g_n = rho ln n! + rate n: what common factors take from ln|q_n|, to leading orders."""

    rho: float = 0.0
    rate: float = 0.0


NONE = Cancellation()


def released_prediction(formula: ContinuedFraction, c: float, d: float, depth: int = DEPTH) -> float:
    """The released predictor for a fitted growth c n + d n ln n of the reduced denominator's logarithm."""
    a, b = formula.a_at(depth), formula.b_at(depth)
    square = a * a + 4 * b
    if square < 0 or a == 0:
        raise InputError(f"the eigenvalues of {formula} at {depth} have equal modulus: nothing is predicted")
    if b == 0:
        raise InputError(f"b({depth}) = 0: {formula} terminates")
    larger = (abs(a) + math.sqrt(square)) / 2
    count = depth * (2 * math.log(larger) - math.log(abs(b)))
    return count / (c * depth + d * depth * math.log(depth)) - 1


def released_growth(formula: ContinuedFraction, cancelled: Cancellation = NONE) -> tuple[float, float]:
    """(c, d) of c n + d n ln n by the exact growth: ln n! = n ln n - n + ..."""
    own = exponents(formula).denominator
    d = float(own.factorial) - cancelled.rho
    return own.exponential - cancelled.rate - d, d


def corrected_prediction(formula: ContinuedFraction, depth: int = DEPTH, cancelled: Cancellation = NONE) -> float:
    """delta at a depth by exact exponents; without ``cancelled`` that of the unreduced denominators."""
    own = exponents(formula)
    log_q = own.denominator.log(depth) - cancelled.rho * math.lgamma(depth + 1) - cancelled.rate * depth
    if log_q <= 0:
        raise InputError(f"the reduced denominators of {formula} do not grow at depth {depth}: delta is undefined")
    return -own.error.log(depth) / log_q - 1


def limit_of_delta(formula: ContinuedFraction, cancelled: Cancellation = NONE) -> float:
    """The limit of delta: -eta/eta' - 1, where eta = 0 and eta' = 0 too -gamma/gamma' - 1, else -1.

    L must be finite and irrational, or the reduced denominators grow as its exponents say.
    """
    own = exponents(formula)
    growth = float(own.u) - cancelled.rho
    if own.eta:
        if growth <= 0:
            raise InputError(f"{formula}: the reduced denominators do not grow like a power of n!")
        return -float(own.eta) / growth - 1
    rate = own.v - cancelled.rate
    if growth > 0 or own.gamma == 0:
        return -1.0
    if rate <= 0:
        raise InputError(f"{formula}: the reduced denominators do not grow exponentially")
    return -own.gamma / rate - 1


def measured_cancellation(formula: ContinuedFraction, rho: float, depth: int = 1000) -> Cancellation:
    """The rate of ln g_n beyond rho ln n!, measured at one depth (a number-theoretic constant; no closed form)."""
    if depth < 2:
        raise InputError(f"depth must be at least 2, got {depth}")
    (last,) = convergents_at(formula, [depth])
    return Cancellation(rho, (math.log(last.g) - rho * math.lgamma(depth + 1)) / depth)
