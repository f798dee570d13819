r"""Statements on means, failure rates and exponents, judged from samples. Every function returns a Finding.

With a design of level ``alpha`` (per finding) each of these has probability at most ``alpha``: ``violated`` where the
claim is true, and, for one-sided claims, ``holds`` where it is false. Between the two lies ``inconclusive``; so does
every sample that is too small to reject the design's partner with power 0.999.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from plumbline import witness as witnesses
from plumbline.domain import Scope
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict, Witness
from proofs_checks.engines.statistics import intervals
from proofs_checks.engines.statistics.granted import ENGINE
from proofs_checks.engines.statistics.intervals import Interval
from proofs_checks.engines.statistics.power import BinomialDesign, Design, MeanDesign, exactly, shortfall

Number = int | float | str | Fraction


def show(program: str, data: Mapping[str, Any], note: str, shows: str) -> tuple[Verdict, Witness | None]:
    """A violation with its witness, evaluated again with 50 digits; inconclusive where that does not agree."""
    made = witnesses.make("", program, data, note)
    return (Verdict.VIOLATED, made) if made.relation == shows else (Verdict.INCONCLUSIVE, None)


def too_small(design: Design, size: int, scope: Scope, statement: str) -> Finding | None:
    """The inconclusive finding where the sample is too small for the design."""
    reason = shortfall(design, size)
    if not reason:
        return None
    return ENGINE.finding(Verdict.INCONCLUSIVE, scope, statement, reason=reason, effort=planned(design, size))


def planned(design: Design, size: int) -> dict[str, Any]:
    """What a finding records of its design."""
    power = design.with_size(size).power()
    return {
        "design": design.name,
        "level": str(design.level),
        "size": size,
        "power": power.low,
        "power_known": power.how,
    }


def coverage(failures: int, trials: int, design: BinomialDesign, *, scope: Scope, statement: str) -> Finding:
    """Whether a failure probability is at most ``design.rate``, by the exact binomial limits.

    violated: the lower Clopper-Pearson limit exceeds the rate, as so many failures would have a probability below the
    level; holds: the upper limit does not exceed it. The limits' sides are decided by exact tails, not by quantiles.
    """
    start = time.perf_counter()
    k, n = intervals.counts(failures, trials)
    refused = too_small(design, n, scope, statement)
    if refused is not None:
        return refused
    data = {"failures": k, "trials": n, "rate": str(design.rate), "level": str(design.level)}
    above = witnesses.make("", "binomial_tail", {**data, "tail": "upper"}, "so many failures are too rare")
    below = witnesses.make("", "binomial_tail", {**data, "tail": "lower"}, "so few failures are too rare")
    limits = intervals.clopper_pearson(k, n, 2 * float(design.level))
    reason = f"{k} failures in {n}: one-sided limits {limits.low:.6g} and {limits.high:.6g} against {design.rate}"
    verdict, shown = Verdict.INCONCLUSIVE, None
    if above.relation == "<":
        verdict, shown = Verdict.VIOLATED, above
    elif below.relation in ("<", "=="):
        verdict = Verdict.HOLDS
    effort = {**planned(design, n), "failures": k, "low": limits.low, "high": limits.high}
    seconds = time.perf_counter() - start
    return ENGINE.finding(verdict, scope, statement, reason=reason, witness=shown, effort=effort, seconds=seconds)


def mean_interval(samples: Any, design: MeanDesign) -> Interval:
    """The interval of the design's method, with the design's error on each side."""
    error = 2 * design.side_level
    if design.method == "student":
        return intervals.student(samples, error, normality=design.normality)
    within = intervals.require_range(design.within)
    if design.method == "hoeffding":
        return intervals.hoeffding(samples, within, error)
    return intervals.empirical_bernstein(samples, within, error)


def _mean_witness(values: np.ndarray, bound: Fraction, side: str, design: MeanDesign) -> tuple[Verdict, Witness | None]:
    """``side``: where the mean lies, ``"above"`` or ``"below"`` the bound that it refutes."""
    level = design.level / 2 if design.two_sided else design.level
    data: dict[str, Any] = {
        "count": values.size,
        "mean": repr(float(values.mean())),
        "variance": repr(float(values.var(ddof=1))) if values.size > 1 else "0",
        "bound": str(bound),
        "side": side,
        "level": str(level),
    }
    if design.method == "student":
        return show("student_tail", data, f"a mean so far {side} the bound is too rare", "<")
    low, high = intervals.require_range(design.within)
    data |= {"method": design.method, "within": [repr(low), repr(high)]}
    return show("bounded_mean", data, f"the confidence limit lies {side} the bound", ">" if side == "above" else "<")


def _judge_mean(samples: Any, bound: Number, design: MeanDesign, claim: str, scope: Scope, statement: str) -> Finding:
    start = time.perf_counter()
    target = exactly(bound, "bound")
    if design.two_sided is not (claim == "equal"):
        kind = "two-sided" if claim == "equal" else "one-sided"
        raise InputError(f"design {design.name} must be {kind} for this claim, got two_sided={design.two_sided}")
    interval = mean_interval(samples, design)
    values = intervals.checked(samples)
    refused = too_small(design, values.size, scope, statement)
    if refused is not None:
        return refused
    low, high, effect = exactly(interval.low, "low"), exactly(interval.high, "high"), exactly(design.effect, "effect")
    verdict, shown = Verdict.INCONCLUSIVE, None
    if low > target and claim != "at_least":
        verdict, shown = _mean_witness(values, target, "above", design)
    elif high < target and claim != "at_most":
        verdict, shown = _mean_witness(values, target, "below", design)
    elif claim == "equal":
        verdict = Verdict.HOLDS if high - effect < target < low + effect else verdict
    elif (high <= target) if claim == "at_most" else (low >= target):
        verdict = Verdict.HOLDS
    limits = f"limits {interval.low:.6g} and {interval.high:.6g} ({design.method}) against {float(target):.6g}"
    reason = f"mean {float(values.mean()):.6g} of {values.size}: {limits}"
    if claim == "equal" and verdict is Verdict.HOLDS:
        reason += f"; means off by {design.effect:g} are rejected"
    effort = {**planned(design, values.size), "low": interval.low, "high": interval.high}
    seconds = time.perf_counter() - start
    return ENGINE.finding(verdict, scope, statement, reason=reason, witness=shown, effort=effort, seconds=seconds)


def prove_mean_at_most(samples: Any, bound: Number, design: MeanDesign, *, scope: Scope, statement: str) -> Finding:
    """Whether the mean is at most ``bound``; the partner's mean is ``bound + design.effect``.

    holds: the upper confidence limit does not exceed the bound; violated: the lower one does. A claim that is sharp for
    these samples stays inconclusive: state it as an equality instead (:func:`prove_mean_equals`).
    """
    return _judge_mean(samples, bound, design, "at_most", scope, statement)


def prove_mean_at_least(samples: Any, bound: Number, design: MeanDesign, *, scope: Scope, statement: str) -> Finding:
    """Whether the mean is at least ``bound``; the partner's mean is ``bound - design.effect``."""
    return _judge_mean(samples, bound, design, "at_least", scope, statement)


def prove_mean_equals(samples: Any, value: Number, design: MeanDesign, *, scope: Scope, statement: str) -> Finding:
    """Whether the mean is ``value``, to the resolution ``design.effect``.

    holds: the interval contains the value and excludes both ``value - effect`` and ``value + effect``; violated: it
    excludes the value. A mean that differs by much less than the effect may be accepted.
    """
    return _judge_mean(samples, value, design, "equal", scope, statement)
