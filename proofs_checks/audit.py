"""Does a changed formula state more or less than the original? Decided by the engines, for the audit of checks."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Verdict
from plumbline.formula import Formula
from proofs_checks import monotone
from proofs_checks.engines import interval, symbolic
from proofs_checks.engines.symbolic import balls

EQUAL, UNDEFINED, LOOSER, TIGHTER, UNDECIDED = "equal", "undefined", "looser", "tighter", "undecided"

_POINTS = 6
_MOST_POINTS = 60
_DIGITS = 20


@dataclass(frozen=True)
class Comparison:
    """``relation`` of a mutant to its original, and by what it is known."""

    relation: str
    by: str


def undecided(why: str) -> Comparison:
    """Nothing is known of the mutant, for the reason given."""
    return Comparison(UNDECIDED, why)


def common_domain(formula: Formula, claimed: Domain) -> Domain:
    """The formula's domain, cut down to what the claim speaks of where a variable of the same name is claimed."""
    spoken = {axis.name: axis for axis in claimed.ranges}
    return Domain(*(_cut(axis, spoken.get(axis.name)) for axis in formula.variables))


def _cut(own: Real | Integer, claimed: Real | Integer | None) -> Real | Integer:
    """The common range of two axes of one kind; the formula's own where they share nothing."""
    if claimed is None or type(claimed) is not type(own):
        return own
    low = max((axis for axis in (own, claimed) if axis.lo is not None), key=_low_end, default=own)
    high = min((axis for axis in (own, claimed) if axis.hi is not None), key=_high_end, default=own)
    if low.lo is not None and high.hi is not None:
        empty = low.lo > high.hi or (low.lo == high.hi and (low.open_lo or high.open_hi))
        if empty:
            return own
    if isinstance(own, Integer):
        return Integer(own.name, *(None if end is None else int(end) for end in (low.lo, high.hi)), latex=own.latex)
    return Real(own.name, low.lo, high.hi, open_lo=low.open_lo, open_hi=high.open_hi, latex=own.latex)


def _low_end(axis: Real | Integer) -> tuple[Fraction, bool]:
    return (axis.lo or Fraction(0), axis.open_lo)


def _high_end(axis: Real | Integer) -> tuple[Fraction, bool]:
    return (axis.hi or Fraction(0), not axis.open_hi)


def _marks(axis: Real | Integer) -> list[Fraction]:
    """Closed ends and a few values between, far ones where the range is unbounded."""
    low, high = axis.lo, axis.hi
    if isinstance(axis, Integer):
        start = low if low is not None else (high if high is not None else Fraction(0)) - 10
        values = [start, start + 1, start + 2, start + 30, *([] if high is None else [high])]
    elif low is not None and high is not None:
        values = [low + (high - low) * Fraction(share) for share in ("0", "1/100", "1/3", "4/5", "99/100", "1")]
    else:
        steps = [Fraction(step) for step in ("0", "1/100", "1/3", "1", "3", "30")]
        values = [low + step for step in steps] if low is not None else [(high or 0) - step for step in steps]
    return [value for value in dict.fromkeys(values) if axis.contains(value)]


def _at_points_of(formula: Formula, domain: Domain) -> Formula:
    """The formula with the value put in of every variable that has but one."""
    return formula.substitute({axis.name: axis.lo for axis in domain.ranges if axis.lo == axis.hi is not None})


def _grid(domain: Domain) -> list[dict[str, Fraction]]:
    """Some sixty points of the domain, on faces and inside."""
    names = [axis.name for axis in domain.ranges]
    grid = list(itertools.product(*(_marks(axis) for axis in domain.ranges)))
    chosen = grid[:: max(1, len(grid) // _MOST_POINTS)] + grid[-1:]
    return [dict(zip(names, values, strict=True)) for values in chosen]


def _text(point: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point.items()) or "its only point"


def undefined_at(mutant: Formula, original: Formula, domain: Domain) -> str:
    """A point of the domain at which the original has a value and the mutant has none, as text; "" if none is met."""
    for point in _grid(domain):
        if not _has_value(mutant, point) and _has_value(original, point):
            return _text(point)
    return ""


def _has_value(formula: Formula, point: dict[str, Fraction]) -> bool:
    try:
        formula.mpmath(dps=_DIGITS, **point)
    except (InputError, ArithmeticError, TypeError, ValueError):
        return False
    return True


def _differ(mutant: Formula, original: Formula, domain: Domain) -> str:
    """A point at which balls separate the two, as text; "" if none is met."""
    for point in balls.interior_points(domain, _POINTS, seed=3):
        try:
            if balls.compare(mutant.expr, original.expr, point):
                return _text(point)
        except (balls.NoValue, InputError):
            continue
    return ""


def before_the_check(original: Formula, mutant: Formula, claimed: Domain) -> Comparison | None:
    """Whether the mutant is undefined somewhere, or equal to the original, on what the claim speaks of."""
    domain = common_domain(original, claimed)
    where = undefined_at(mutant, original, domain)
    if where:
        return Comparison(UNDEFINED, f"no value at {where}")
    if _differ(mutant, original, domain):
        return None
    found = symbolic.prove_identity(mutant, original, domain)
    return Comparison(EQUAL, found.engine) if found.verdict is Verdict.HOLDS else None


def after_the_check(
    original: Formula, mutant: Formula, claimed: Domain, direction: str | None, seconds: float = 4.0
) -> Comparison:
    """Whether a mutant that was not rejected states less than the original everywhere, or more somewhere.

    ``direction``: ``"up"`` where larger values state more, ``"down"`` where smaller ones do, ``None`` where every
    change states something else.
    """
    domain = common_domain(original, claimed)
    if direction is None:
        point = _differ(mutant, original, domain)
        if point:
            return Comparison(TIGHTER, f"balls: another value at {point}")
        found = symbolic.prove_identity(mutant, original, domain)
        if found.verdict is Verdict.VIOLATED and found.witness is not None:
            return Comparison(TIGHTER, f"{found.engine}: another value at {found.witness.data['point']}")
        return Comparison(UNDECIDED, f"{found.engine}: {found.reason}")
    original, mutant = (_at_points_of(formula, domain) for formula in (original, mutant))
    domain = Domain(*(axis for axis in domain.axes if axis.name in original.symbols))
    larger, smaller = (original, mutant) if direction == "up" else (mutant, original)
    point = _below(larger, smaller, domain)
    if point:
        return Comparison(TIGHTER, f"balls: states more at {point}")
    inner = monotone.at_least(larger.expr, smaller.expr, domain)
    if inner is not None:
        return Comparison(LOOSER, f"{inner.engine}, under monotone steps")
    found = interval.prove_at_least(larger, smaller, domain=domain, budget_seconds=seconds)
    if found.verdict is Verdict.HOLDS:
        return Comparison(LOOSER, found.engine)
    if found.verdict is Verdict.VIOLATED:
        at = f" at {found.witness.data['point']}" if found.witness is not None else ""
        return Comparison(TIGHTER, f"{found.engine}: states more{at}")
    whole = symbolic.prove_nonnegative(larger.expr - smaller.expr, domain)
    if whole.verdict is Verdict.HOLDS:
        return Comparison(LOOSER, whole.engine)
    return Comparison(UNDECIDED, f"{found.engine}: {found.reason}")


def _below(larger: Formula, smaller: Formula, domain: Domain) -> str:
    """A point at which balls show ``larger < smaller``, as text; "" if none is met."""
    for point in (*_grid(domain), *balls.interior_points(domain, _MOST_POINTS, seed=4)):
        try:
            if balls.compare(larger.expr, smaller.expr, point) == -1:
                return _text(point)
        except (balls.NoValue, InputError):
            continue
    return ""
