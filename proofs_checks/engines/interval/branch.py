"""Branch and bound on one cell: boxes are halved until each one's sign is found, or the budget is spent."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from proofs_checks.engines.interval import kinks
from proofs_checks.engines.interval.scalar import Box, Scalar, fraction_ball, spans_of
from proofs_checks.engines.interval.signs import Judged, judge

_FINEST = 2.0**-36
_STUCK = 6
_ASPECT = 64.0


@dataclass
class Budget:
    """Wall-clock and box limits, shared by all cells of one statement."""

    seconds: float
    boxes: int
    started: float = field(default_factory=time.perf_counter)
    used: int = 0

    def spent(self) -> str:
        if self.used >= self.boxes:
            return f"the budget of {self.boxes} boxes is spent"
        if time.perf_counter() - self.started > self.seconds:
            return f"the budget of {self.seconds:g} s is spent"
        return ""


@dataclass
class Cover:
    """Boxes with the reason of their sign, and those that are left."""

    proved: list[tuple[Box, str]] = field(default_factory=list)
    left: list[Box] = field(default_factory=list)
    stopped: str = ""
    refuted: bool = False


Refuter = Callable[[list[Fraction]], bool]


def cover(scalar: Scalar, budget: Budget, refute: Refuter, *, strict: bool = False) -> Cover:
    """Prove ``scalar >= 0`` (``> 0``) on its cell, box by box.

    ``refute(centre)`` is called where a value below 0 shows up; if it returns true the search ends.
    """
    found = Cover()
    whole = scalar.cell.box
    stack = [whole]
    while stack:
        found.stopped = budget.spent()
        if found.stopped:
            break
        budget.used += 1
        box = stack.pop()
        judged = _judge(scalar, box, strict)
        if judged.reason:
            found.proved.append((box, judged.reason))
            continue
        centre = [(low + high) / 2 for low, high in box]
        value = scalar.ball([fraction_ball(x) for x in centre])
        if value.is_finite() and (value < 0 or (strict and value <= 0)) and refute(centre):
            found.refuted = True
            break
        axis = _axis(box, whole, judged.smear)
        if axis is None:
            found.left.append(box)
            if len(found.left) >= _STUCK or not whole:
                found.stopped = "boxes at the finest width stay undecided"
                break
            continue
        low, high = box[axis]
        middle = (low + high) / 2
        for side in ((middle, high), (low, middle)):
            stack.append((*box[:axis], side, *box[axis + 1 :]))
    found.left += stack if found.stopped else []
    return found


def _judge(scalar: Scalar, box: Box, strict: bool) -> Judged:
    """Sign on one box; where the expression has kinks, on the branch that the box lies in."""
    if kinks.has_kinks(scalar.expr):
        here = kinks.resolve(scalar.expr, kinks.sign_from_spans(scalar.cell.symbols, spans_of(box)))
        if here != scalar.expr:
            scalar = scalar.cell.scalar(here)
    judged = judge(scalar, box, strict=strict)
    if judged.reason:
        centre = [fraction_ball((low + high) / 2) for low, high in box]
        if not scalar.ball(centre).is_finite():
            return Judged("", judged.smear)
    return judged


def _axis(box: Box, whole: Box, smear: tuple[float, ...]) -> int | None:
    """The axis with the largest share in the uncertainty, unless the box has become too flat or too small."""
    if not box:
        return None
    widths = [float((high - low) / (top - bottom)) for (low, high), (bottom, top) in zip(box, whole, strict=True)]
    widest = max(range(len(box)), key=widths.__getitem__)
    if widths[widest] < _FINEST:
        return None
    if not smear or not all(math.isfinite(share) for share in smear):
        return widest
    chosen = max(range(len(box)), key=smear.__getitem__)
    return chosen if widths[chosen] * _ASPECT > widths[widest] else widest
