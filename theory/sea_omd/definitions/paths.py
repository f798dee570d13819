r"""One-dimensional learners on an interval, exact in the arithmetic that they are given.

A path is generic over the number type: Fractions (constant and harmonic steps stay rational), floats, mpmath numbers,
or balls of python-flint (adaptive steps bring square roots). Losses enter by their slopes g_t at the points played.

Optimistic mirror descent (Chen et al. 2024): with :math:`\hat x_1=0`, hint :math:`M_1=0`, :math:`M_t=g_{t-1}`,

.. math:: x_t=P(\hat x_t-\eta_tM_t),\qquad \hat x_{t+1}=P(\hat x_t-\eta_tg_t),\qquad a_t=(g_t-g_{t-1})^2,\ g_0=0,

where :math:`\eta_t` is a function of the round and of what was seen before it: :math:`\bar V_{t-1}=\sum_{s<t}a_s` and
:math:`\sum_{s<t}g_s^2`. Units: x in the unit of length of the interval, g in loss per length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from plumbline.errors import InputError

Number = Any
"""A Fraction, float, mpmath number or ball: whatever has +, -, * and /."""


def square_root(x: Number) -> Number:
    """The root in the arithmetic of ``x``; a Fraction that is no square of one is refused."""
    if isinstance(x, (int, Fraction)):
        x = Fraction(x)
        root = Fraction(math.isqrt(max(x.numerator, 0)), math.isqrt(x.denominator))
        if root * root != x:
            raise InputError(f"the root of {x} is not rational: give floats, mpmath numbers or balls")
        return root
    if isinstance(x, float):
        return math.sqrt(x)
    return x.sqrt()


def _flint(*numbers: Number) -> bool:
    return any(type(number).__module__.startswith("flint") for number in numbers)


def larger(a: Number, b: Number) -> Number:
    """The maximum; of balls an enclosure of it."""
    if _flint(a, b):
        return a.max(b) if _flint(a) else b.max(a)
    return max(a, b)


def smaller(a: Number, b: Number) -> Number:
    """The minimum; of balls an enclosure of it."""
    if _flint(a, b):
        return a.min(b) if _flint(a) else b.min(a)
    return min(a, b)


@dataclass(frozen=True)
class Interval:
    """The domain [lo, hi], which must contain the start 0."""

    lo: Number
    hi: Number

    def __post_init__(self) -> None:
        if not (self.lo <= 0 <= self.hi and self.lo < self.hi):
            raise InputError(f"domain must be an interval that contains the start 0, got [{self.lo}, {self.hi}]")

    @property
    def diameter(self) -> Number:
        return self.hi - self.lo

    def project(self, x: Number) -> Number:
        """The nearest point of the interval."""
        return smaller(larger(x, self.lo), self.hi)


def centred(diameter: Number) -> Interval:
    """[-D/2, D/2]."""
    return Interval(-diameter / 2, diameter / 2)


Step = Callable[[int, Number, Number], Number]
"""eta_t from the round t >= 1, Vbar_{t-1} and the sum of g_s^2 over s < t: nothing of round t itself."""
Gradient = Callable[[int, Number], Number]
"""The slope of round t >= 1 at the point played."""


def constant_step(eta: Number) -> Step:
    """eta_t = eta."""
    return lambda t, variation, energy: eta


def harmonic_step(curvature: Number) -> Step:
    """eta_t = 2/(lam t), for lam-strongly convex expected losses."""
    return lambda t, variation, energy: 2 / (curvature * t)


def adaptive_step(D: Number, G: Number, delta: Number, c: Number = 1) -> Step:
    """eta_t = c D/sqrt(delta + 4 G^2 + Vbar_{t-1})."""
    return lambda t, variation, energy: c * D / square_root(delta + 4 * G * G + variation)


def adaptive_step_without_hint(D: Number, G: Number, delta: Number, c: Number = 1) -> Step:
    """eta_t = c D/sqrt(delta + G^2 + sum of g_s^2 over s < t): the same learner with its hints switched off."""
    return lambda t, variation, energy: c * D / square_root(delta + G * G + energy)


@dataclass
class Path:
    """What happened: points played, leaders (xhat, one more than rounds), slopes, steps, and running sums.

    ``variation`` is Vbar_t = sum of (g_s - g_{s-1})^2, ``energy`` the sum of g_s^2, ``loss`` that of g_s x_s,
    ``movement`` that of (x_s - x_{s-1})^2 over s >= 2, ``spent`` that of eta_s (g_s - g_{s-1})^2.
    """

    domain: Interval
    plays: list[Number] = field(default_factory=list)
    leaders: list[Number] = field(default_factory=list)
    slopes: list[Number] = field(default_factory=list)
    steps: list[Number] = field(default_factory=list)
    variation: Number = 0
    energy: Number = 0
    loss: Number = 0
    movement: Number = 0
    spent: Number = 0
    slope_sum: Number = 0

    @property
    def hindsight_regret(self) -> Number:
        """max over u in the domain of sum g_t (x_t - u)."""
        total = self.slope_sum
        return self.loss - smaller(self.domain.lo * total, self.domain.hi * total)

    def copy(self) -> Path:
        """A path that goes on by itself."""
        sums = (self.variation, self.energy, self.loss, self.movement, self.spent, self.slope_sum)
        return Path(self.domain, [*self.plays], [*self.leaders], [*self.slopes], [*self.steps], *sums)

    def record(self, x: Number, g: Number, eta: Number) -> None:
        """One more round."""
        before = self.slopes[-1] if self.slopes else 0
        if self.plays:
            self.movement += (x - self.plays[-1]) * (x - self.plays[-1])
        self.plays.append(x)
        self.slopes.append(g)
        self.steps.append(eta)
        self.variation += (g - before) * (g - before)
        self.spent += eta * (g - before) * (g - before)
        self.slope_sum += g
        self.energy += g * g
        self.loss += g * x


def slopes_of(sequence: Sequence[Number]) -> Gradient:
    """Linear losses with the given slopes."""
    return lambda t, x: sequence[t - 1]


def optimistic_mirror_descent(
    gradient: Gradient, rounds: int, step: Step, domain: Interval, *, hints: bool = True
) -> Path:
    """Play ``rounds`` >= 1 rounds of optimistic mirror descent; without ``hints`` every M_t is 0."""
    path = start(domain)
    for _ in range(require_rounds(rounds)):
        mirror_descent_round(path, gradient, step, hints=hints)
    return path


def start(domain: Interval) -> Path:
    """A path of no rounds yet, with its first leader at 0."""
    return Path(domain, leaders=[0])


def require_rounds(rounds: int) -> int:
    """The number of rounds, which must be at least 1."""
    if rounds < 1:
        raise InputError(f"rounds must be at least 1, got {rounds}")
    return rounds


def mirror_descent_round(path: Path, gradient: Gradient, step: Step, *, hints: bool = True) -> None:
    """One more round of optimistic mirror descent at the end of ``path``."""
    t, leader = len(path.plays) + 1, path.leaders[-1]
    eta = step(t, path.variation, path.energy)
    x = path.domain.project(leader - eta * path.slopes[-1]) if hints and path.slopes else leader
    g = gradient(t, x)
    path.leaders.append(path.domain.project(leader - eta * g))
    path.record(x, g, eta)


def optimistic_ftrl(gradient: Gradient, rounds: int, nu: Number, domain: Interval) -> Path:
    r"""Optimistic follow-the-regularised-leader of Sachs et al. 2022 on an interval.

    :math:`x_t=\arg\min_x\langle\sum_{s<t}g_s+M_t,x\rangle+x^2/\eta_t`, :math:`\eta_t=D^2/(\nu+\sum_{s<t}\eta_sa_s)`,
    :math:`M_t=g_{t-1}`. ``leaders`` holds the minimisers without the hint,
    :math:`\arg\min_x\langle\sum_{s<t}g_s,x\rangle+x^2/\eta_{t-1}`.
    """
    path = start(domain)
    for _ in range(require_rounds(rounds)):
        ftrl_round(path, gradient, nu)
    return path


def ftrl_round(path: Path, gradient: Gradient, nu: Number) -> None:
    """One more round of optimistic follow-the-regularised-leader at the end of ``path``."""
    t, D = len(path.plays) + 1, path.domain.diameter
    before = path.slopes[-1] if path.slopes else 0
    eta = D * D / (nu + path.spent)
    x = path.domain.project(-eta * (path.slope_sum + before) / 2)
    g = gradient(t, x)
    path.record(x, g, eta)
    path.leaders.append(path.domain.project(-eta * path.slope_sum / 2))
