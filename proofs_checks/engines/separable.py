"""Enclosures of least risks: minimise sum_i c_i p_i l(s_i) over the simplex sum_i c_i s_i = 1, l convex and decreasing.

``p`` takes few distinct values ``p_i`` with multiplicities ``c_i`` (labels of equal probability share their optimum).
A numerical optimum is polished by Newton's method and then only serves as a point: *above*, the value there, in ball
arithmetic, on a point of the simplex; *below*, the tangents of l at that point,

    sum c_i p_i (l(s_i) + m_i s_i) - max_i p_i m_i,        m_i = -l'(s_i),

which convexity puts under the objective everywhere. So nothing rests on how well the numerical part did its work;
the convexity and monotonicity of l are premises, which the caller proves and passes with every finding.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from plumbline.domain import Scope
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Strength, Verdict

ENGINE = Engine("separable", Strength.CERTIFIED)

BITS = 160
_NEWTON = 4
_BISECTIONS = 70
_REACH = 40.0
_TINY = 2.0**-80

Law = Sequence[tuple[Fraction, int]]
Array = Any


def ball(value: Fraction | int) -> arb:
    """The rational number as a ball at the present precision."""
    exact = Fraction(value)
    return arb(fmpq(exact.numerator, exact.denominator))


@dataclass(frozen=True)
class Enclosure:
    """``lower <= value <= upper`` with ball ends, and the point (one entry per distinct value) that shows ``upper``."""

    lower: arb
    upper: arb
    point: tuple[arb, ...] = ()

    @property
    def ends(self) -> tuple[arb, arb]:
        """Exact numbers below and above the value."""
        return self.lower.lower(), self.upper.upper()


@dataclass(frozen=True)
class Loss:
    """l, m = -l' and l'' as functions of balls in s; ``inverse(x)`` is a float table of (1/m)^(-1) at exp(x)."""

    value: Callable[[arb], arb]
    slope: Callable[[arb], arb]
    curvature: Callable[[arb], arb]
    inverse: Callable[[Array], Array]


def inverse_table(slope: Callable[[arb], arb], points: int = 2401) -> Callable[[Array], Array]:
    """log(1/m) -> s by interpolation in the logit of s; ``slope`` maps a ball u = 1/s - 1 to m."""
    logit = np.linspace(-_REACH, _REACH, points)
    before, ctx.prec = ctx.prec, BITS
    try:
        balls = [slope((-arb(float(x))).exp()) for x in logit]
        logs = [float(-m.log().mid()) if m.is_finite() and m > 0 else math.nan for m in balls]
    finally:
        ctx.prec = before
    reciprocal = np.array(logs)
    good = np.isfinite(reciprocal)
    if good.sum() < 2:
        raise InputError("the slope of the loss is not finite and positive anywhere")
    x, y = np.maximum.accumulate(reciprocal[good]), logit[good]

    def inverse(v: Array) -> Array:
        return 1 / (1 + np.exp(-np.interp(v, x, y)))

    return inverse


def numerical_optimum(p: Array, counts: Array, inverse: Callable[[Array], Array]) -> Array:
    """Approximate optima for a batch of laws: p and counts (batch, k) -> s (batch, k), by bisection on log lambda."""
    used = (p > 0) & (counts > 0)
    with np.errstate(divide="ignore"):
        logs = np.where(used, np.log(np.where(used, p, 1.0)), 0.0)
    low, high = np.full(len(p), -200.0), np.full(len(p), 800.0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        s = np.where(used, inverse(logs - middle[:, None]), 0.0)
        too_much = (counts * s).sum(-1) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    s = np.where(used, inverse(logs - high[:, None]), 0.0)
    return s / (counts * s).sum(-1, keepdims=True)


def minimum(law: Law, loss: Loss) -> Enclosure:
    """The least risk of a law (exact rational probabilities with multiplicities, total mass at most 1)."""
    active = [(Fraction(p), int(c)) for p, c in law if p > 0 and c > 0]
    if not active or any(p < 0 or c < 0 for p, c in law):
        raise InputError(f"a law has nonnegative probabilities, some positive, got {law!r}")
    before, ctx.prec = ctx.prec, BITS
    try:
        s = (1 / arb(active[0][1]),) if len(active) == 1 else _polished(active, loss)
        values, slopes = [loss.value(x) for x in s], [loss.slope(x) for x in s]
        masses = [ball(p) * c for p, c in active]
        upper = sum((a * v for a, v in zip(masses, values, strict=True)), arb(0))
        tangent = sum((a * (v + m * x) for a, v, m, x in zip(masses, values, slopes, s, strict=True)), arb(0))
        steepest = ball(active[0][0]) * slopes[0]
        for (p, _), m in zip(active[1:], slopes[1:], strict=True):
            steepest = steepest.max(ball(p) * m)
        lower = tangent - steepest if len(active) > 1 else upper
        if not (lower.is_finite() and upper.is_finite()):
            raise InputError(f"the loss is not finite near the optimum for the law {[str(p) for p, _ in active]}")
        return Enclosure(lower, upper, s)
    finally:
        ctx.prec = before


def _polished(active: list[tuple[Fraction, int]], loss: Loss) -> tuple[arb, ...]:
    """An exact point of the simplex near the optimum; the last entry is what the others leave."""
    p = np.array([[float(value) for value, _ in active]])
    counts = np.array([[count for _, count in active]])
    start = numerical_optimum(p, counts, loss.inverse)[0]
    s = [arb(max(float(x), _TINY)) for x in start]
    best = _closed(s, active)
    for _ in range(_NEWTON):
        step = _newton(best, active, loss)
        if step is None:
            break
        best = step
    return best


def _closed(s: Sequence[arb], active: list[tuple[Fraction, int]]) -> tuple[arb, ...]:
    """The entry of largest share replaced so that the sum is 1 (as a ball that contains the exact rest)."""
    place = max(range(len(s)), key=lambda i: float(s[i].mid()) * active[i][1])
    exact = [x.mid() for x in s]
    rest = 1 - sum((x * c for i, (x, (_, c)) in enumerate(zip(exact, active, strict=True)) if i != place), arb(0))
    exact[place] = rest / active[place][1]
    return tuple(exact)


def _newton(s: tuple[arb, ...], active: list[tuple[Fraction, int]], loss: Loss) -> tuple[arb, ...] | None:
    """One step towards p_i m(s_i) = lambda with the sum kept; entries that would fall below 0 are held near it."""
    force = [(ball(p) * loss.slope(x)).mid() for (p, _), x in zip(active, s, strict=True)]
    stiff = [(-ball(p) * loss.curvature(x)).mid() for (p, _), x in zip(active, s, strict=True)]
    if not all(x.is_finite() and y.is_finite() and y < 0 for x, y in zip(force, stiff, strict=True)):
        return None
    counts = [c for _, c in active]
    free = set(range(len(s)))
    moved = list(s)
    while free:
        room = 1 - sum((counts[i] * (moved[i] if i not in free else s[i]) for i in range(len(s))), arb(0))
        weight = sum((counts[i] / stiff[i] for i in free), arb(0))
        level = (room + sum((counts[i] * force[i] / stiff[i] for i in free), arb(0))) / weight
        step = {i: (s[i] + (level - force[i]) / stiff[i]).mid() for i in free}
        if not all(x.is_finite() and x < 1 for x in step.values()):
            return None
        low = {i for i, x in step.items() if not x > _TINY}
        for i in free:
            moved[i] = arb(_TINY) if i in low else step[i]
        if not low:
            return _closed(moved, active)
        free -= low
    return None


def bounds(
    scope: Scope,
    statement: str,
    lower: arb,
    upper: arb,
    *,
    premises: Iterable[Finding] = (),
    rests_on: Iterable[str] = (),
    how: str = "",
    seconds: float = 0.0,
) -> Finding:
    """The finding ``lower <= value <= upper``; inconclusive where the ends are no numbers or cross."""
    sound = lower.is_finite() and upper.is_finite() and not lower > upper
    return ENGINE.finding(
        Verdict.HOLDS if sound else Verdict.INCONCLUSIVE,
        scope,
        statement,
        reason="" if sound else "the enclosure is empty or infinite",
        certificate={
            "kind": "enclosure",
            "lower": rounded(lower.lower(), 25, up=False),
            "upper": rounded(upper.upper(), 25, up=True),
        }
        if sound
        else None,
        premises=premises,
        rests_on=rests_on,
        effort={"how": how},
        seconds=seconds,
    )


def below(scope: Scope, statement: str, upper: arb, claimed: arb, *, premises: Iterable[Finding] = ()) -> Finding:
    """Judge ``value >= claimed`` where ``upper`` is above the value: violated if ``upper`` is certainly smaller."""
    broken = bool(upper < claimed)
    ends = {
        "kind": "enclosure",
        "upper": rounded(upper.upper(), 25, up=True),
        "claimed": rounded(claimed.lower(), 25, up=False),
    }
    reason = "the instance has a smaller value" if broken else "no instance has a smaller value"
    verdict = Verdict.VIOLATED if broken else Verdict.INCONCLUSIVE
    return ENGINE.finding(verdict, scope, statement, reason=reason, certificate=ends, premises=premises)


def fraction(value: arb) -> Fraction:
    """The midpoint of a ball as the rational number that it is."""
    mantissa, exponent = value.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def rounded(value: arb | Fraction, digits: int, *, up: bool) -> str:
    """An exact number in decimal, rounded to the safe side at the last of ``digits`` significant digits."""
    exact = value if isinstance(value, Fraction) else fraction(value)
    with decimal.localcontext() as context:
        context.prec = digits
        context.rounding = decimal.ROUND_CEILING if up else decimal.ROUND_FLOOR
        number = decimal.Decimal(exact.numerator) / decimal.Decimal(exact.denominator)
    return f"{number:f}" if number == 0 or number.adjusted() >= -6 else str(number)
