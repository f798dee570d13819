r"""Designs of statistical checks: false-alarm probability, the partner that must be rejected, and the power.

A check is planned before it looks at data: its :class:`Design` stands at module level, says with what
probability the check may raise a false alarm (``alpha``, over all of its findings), how far its partner is from
the claim, and how large the sample is. From that the power follows: the probability that the partner is rejected.

- binomial: exact.
- mean, method ``student``: exact, by the noncentral t law.
- mean, methods ``hoeffding`` and ``bernstein``: a rigorous lower bound from the same inequalities.
- exponent: simulation, with its own Clopper-Pearson limit (:mod:`proofs_checks.engines.statistics.exponent_design`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Self

from scipy import stats

from plumbline.errors import InputError
from proofs_checks.engines.statistics.intervals import require_range

LEAST_POWER = 0.999
METHODS = ("student", "bernstein", "hoeffding")
_MOST_SAMPLES = 10**12


@dataclass(frozen=True)
class Power:
    """The probability that the partner is rejected: at least ``low``; ``how`` says how it is known."""

    low: float
    how: str

    @property
    def enough(self) -> bool:
        return self.low >= LEAST_POWER


def exactly(value: int | float | str | Fraction, name: str) -> Fraction:
    """The exact rational of a finite number; a float counts as the binary fraction that it is."""
    if isinstance(value, bool):
        raise InputError(f"{name} must be a number, got {value!r}")
    try:
        return Fraction(value)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError):
        raise InputError(f"{name} must be a finite number or a decimal string, got {value!r}") from None


def positive(value: float, name: str) -> float:
    """A finite number above zero."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)) or not 0 < value < math.inf:
        raise InputError(f"{name} must be a finite number above 0, got {value!r}")
    return float(value)


def whole(value: int, name: str, least: int) -> int:
    """An integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} must be an integer of at least {least}, got {value!r}")
    return value


@dataclass(frozen=True, kw_only=True)
class Design:
    """``alpha`` is shared equally by the ``tests`` findings that the checks of a suite draw from this design."""

    name: str
    alpha: Fraction | str
    tests: int = 1

    def __post_init__(self) -> None:
        alpha = exactly(self.alpha, "alpha")
        if not 0 < alpha < Fraction(1, 2):
            raise InputError(f"alpha of {self.name} must lie strictly between 0 and 1/2, got {self.alpha!r}")
        object.__setattr__(self, "alpha", alpha)
        whole(self.tests, f"tests of {self.name}", 1)

    @property
    def level(self) -> Fraction:
        """The false-alarm probability of one finding."""
        return exactly(self.alpha, "alpha") / self.tests

    @property
    def size(self) -> int:
        """Samples, trials or seeds of one finding."""
        raise NotImplementedError

    def with_size(self, size: int) -> Self:
        """The same design with another number of samples, trials or seeds."""
        raise NotImplementedError

    def power(self) -> Power:
        """The probability that the partner is rejected."""
        raise NotImplementedError

    def planned(self) -> int:
        """A sufficient number of samples, trials or seeds for :data:`LEAST_POWER`."""
        return _smallest(lambda size: self.with_size(size).power().enough, self._least_size())

    def _least_size(self) -> int:
        return 1


def _smallest(enough: Callable[[int], bool], least: int) -> int:
    """A size that is enough, by doubling and bisection; the least one where power grows with the size."""
    high = least
    while not enough(high):
        high *= 2
        if high > _MOST_SAMPLES:
            raise InputError(f"no sample of up to {_MOST_SAMPLES:.0e} gives the power {LEAST_POWER}")
    low = least - 1 if high == least else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@dataclass(frozen=True, kw_only=True)
class BinomialDesign(Design):
    """Claim: a failure probability of at most ``rate``. Partner: a failure probability ``partner > rate``."""

    rate: Fraction | str
    partner: Fraction | str
    trials: int

    def __post_init__(self) -> None:
        super().__post_init__()
        rate, partner = exactly(self.rate, "rate"), exactly(self.partner, "partner")
        if not 0 <= rate < partner <= 1:
            raise InputError(f"{self.name} needs 0 <= rate < partner <= 1, got rate {rate} and partner {partner}")
        object.__setattr__(self, "rate", rate)
        object.__setattr__(self, "partner", partner)
        whole(self.trials, f"trials of {self.name}", 1)

    @property
    def size(self) -> int:
        return self.trials

    def with_size(self, size: int) -> Self:
        return replace(self, trials=size)

    def power(self) -> Power:
        return _binomial_power(float(self.rate), float(self.partner), self.trials, float(self.level))


@lru_cache(maxsize=4096)
def _binomial_power(rate: float, partner: float, trials: int, level: float) -> Power:
    """P(K >= critical | partner) for the least count whose upper tail under ``rate`` falls below the level."""
    critical = int(stats.binom.isf(level, trials, rate)) + 1
    while critical > 1 and stats.binom.sf(critical - 2, trials, rate) < level:
        critical -= 1
    while stats.binom.sf(critical - 1, trials, rate) >= level:
        critical += 1
    return Power(float(stats.binom.sf(critical - 1, trials, partner)), f"exact: rejected from {critical} failures")


@dataclass(frozen=True, kw_only=True)
class MeanDesign(Design):
    """Claim: a mean on one side of a bound. Partner: a mean that is wrong by ``effect``.

    ``sd`` is the standard deviation of one sample that the plan reckons with. ``method`` is ``"student"``
    (``normality`` says why) or, for samples in the declared range ``within``, ``"bernstein"`` or ``"hoeffding"``.
    With ``two_sided`` the claim is an equality, and each side gets half of the level.
    """

    effect: float
    sd: float
    samples: int
    method: str
    within: tuple[float, float] | None = None
    normality: str = ""
    two_sided: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.effect, f"effect of {self.name}")
        positive(self.sd, f"sd of {self.name}")
        if self.method not in METHODS:
            raise InputError(f"method of {self.name} must be one of {METHODS}, got {self.method!r}")
        whole(self.samples, f"samples of {self.name}", self._least_size())
        if self.method == "student":
            if not self.normality.strip():
                raise InputError(f"normality of {self.name} must say why the samples are normal, got nothing")
        else:
            low, high = require_range(self.within)
            if self.sd > (high - low) / 2:
                raise InputError(f"sd of {self.name} must be at most half of the range {self.within}, got {self.sd:g}")

    @property
    def size(self) -> int:
        return self.samples

    def with_size(self, size: int) -> Self:
        return replace(self, samples=size)

    def _least_size(self) -> int:
        return 1 if self.method == "hoeffding" else 2

    @property
    def side_level(self) -> float:
        """The error on one side of the mean."""
        return float(self.level / 2 if self.two_sided else self.level)

    def power(self) -> Power:
        spread = 0.0 if self.within is None else float(self.within[1]) - float(self.within[0])
        key = (float(self.effect), float(self.sd), spread, self.samples, self.side_level)
        return {"student": _student_power, "bernstein": _bernstein_power, "hoeffding": _hoeffding_power}[self.method](
            *key
        )


@lru_cache(maxsize=4096)
def _student_power(effect: float, sd: float, spread: float, n: int, level: float) -> Power:
    """P(T > t) for the noncentral t law; beyond 10^5 degrees of freedom the normal law, lowered by 1e-5."""
    shift, critical = effect / sd * math.sqrt(n), float(stats.t.isf(level, n - 1))
    if n <= 10**5:
        return Power(float(stats.nct.sf(critical, n - 1, shift)), "exact: noncentral t")
    return Power(float(stats.norm.sf(critical - shift)) - 1e-5, "normal limit of the noncentral t")


@lru_cache(maxsize=4096)
def _hoeffding_power(effect: float, sd: float, spread: float, n: int, level: float) -> Power:
    """P(mean - mu > reach - effect) >= 1 - exp(-2 n (effect - reach)^2 / R^2), for every law in the range."""
    excess = effect - spread * math.sqrt(math.log(1 / level) / (2 * n))
    miss = math.exp(-2 * n * (excess / spread) ** 2) if excess > 0 else 1.0
    return Power(1 - miss, "at least, by Hoeffding's inequality")


@lru_cache(maxsize=4096)
def _bernstein_power(effect: float, sd: float, spread: float, n: int, level: float) -> Power:
    r"""At least ``1 - 2 delta`` for every law of at most this sd in the range, ``delta`` as small as possible with

    ``sqrt(2 l/n)(sd + R sqrt(2 d/(n-1))) + 7 R l/(3(n-1)) + sd sqrt(2 d/n) + R d/(3 n) <= effect``, where
    ``l = log(2/level)``, ``d = log(1/delta)``: Maurer and Pontil's bound on the sample's standard deviation
    (Theorem 10) and Bernstein's inequality for its mean, each of error ``delta``.
    """
    logarithm = math.log(2 / level)

    def need(d: float) -> float:
        reach = math.sqrt(2 * logarithm / n) * (sd + spread * math.sqrt(2 * d / (n - 1)))
        reach += 7 * spread * logarithm / (3 * (n - 1))
        return reach + sd * math.sqrt(2 * d / n) + spread * d / (3 * n)

    low, high = 0.0, 700.0
    if need(low) > effect:
        return Power(0.0, "at least, by Bernstein's inequality")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if need(middle) <= effect else (low, middle)
    return Power(max(0.0, 1 - 2 * math.exp(-low)), "at least, by Bernstein's inequality")


def plan_samples(
    effect: float,
    sd: float,
    alpha: Fraction | str,
    *,
    method: str = "student",
    within: tuple[float, float] | None = None,
    two_sided: bool = False,
) -> int:
    """The least number of samples that rejects a mean wrong by ``effect`` with power :data:`LEAST_POWER`."""
    normality = "planned so" if method == "student" else ""
    settings = {"method": method, "within": within, "normality": normality, "two_sided": two_sided}
    return MeanDesign(name="plan", alpha=alpha, effect=effect, sd=sd, samples=2, **settings).planned()  # type: ignore[arg-type]


def shortfall(design: Design, size: int) -> str:
    """Why ``size`` samples, trials or seeds are too few for the design; empty where its power is enough."""
    power = design.with_size(size).power()
    if power.enough:
        return ""
    return (
        f"power {power.low:.6f} ({power.how}) against the partner of {design.name} is below {LEAST_POWER} "
        f"with {size}; it needs {design.planned()}"
    )
