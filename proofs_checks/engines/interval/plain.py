"""``left > right`` on a closed box without contact: value, monotonicity and mean value alone.

Where the sides stay apart, the nested arguments for contact (:mod:`proofs_checks.engines.interval.signs`) never
apply but are tried on every box at a corner, with derivatives of high order. Here they are left out.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from flint import ctx

from plumbline.domain import Domain
from plumbline.evidence import Finding
from plumbline.formula import Formula
from proofs_checks.engines.interval.branch import Budget, Cover, _axis
from proofs_checks.engines.interval.prove import (
    _BITS,
    _cell,
    _check_domain,
    _constant,
    _describe,
    _framed,
    _refuter_in,
    _Run,
)
from proofs_checks.engines.interval.refute import Refuter
from proofs_checks.engines.interval.regions import Request, regions
from proofs_checks.engines.interval.scalar import fraction_ball
from proofs_checks.engines.interval.signs import MAX_NESTING, judge


def prove_apart(
    left: Formula,
    right: Formula | int | Fraction,
    *,
    domain: Domain | None = None,
    statement: str = "",
    budget_seconds: float = 20,
    max_boxes: int = 200_000,
) -> Finding:
    """Prove ``left > right`` on ``domain`` (by default the formulas' common one) by branch and bound.

    Outcomes and certificates are those of :func:`prove_at_least`; sides that meet make it inconclusive.
    Raises InputError as that function does.
    """
    started = time.perf_counter()
    right = right if isinstance(right, Formula) else _constant(right, left)
    difference = Formula.difference(left, right)
    domain = difference.domain if domain is None else domain
    _check_domain(domain, left, right)
    statement = statement or f"{left.name} > {right.name}"
    frame = list(difference.variables)
    refuter = Refuter(_framed(left, frame), _framed(right, frame), difference, domain, True)
    run = _PlainRun(statement, domain, True, refuter, Budget(budget_seconds, max_boxes, started), "formula")
    before, ctx.prec = ctx.prec, _BITS
    try:
        return run.judge(Request(difference.expr, difference.symbols, domain, (), (), (), 64), None)
    finally:
        ctx.prec = before


class _PlainRun(_Run):
    """The same procedure with boxes judged without nested arguments."""

    def _cover(self, request: Request) -> list[str]:
        left: list[str] = []
        for region in regions(request):
            scalar = region.cell.scalar(region.expr)
            found = _cover(scalar, self.budget, _refuter_in(region, self.refuter))
            if found.refuted:
                return left
            if found.stopped:
                self.notes.append(found.stopped)
            left += [_describe(region, box) for box in found.left]
            self.cells.append(_cell(region, found))
            if found.left:
                break
        return left


def _cover(scalar: Any, budget: Budget, refute: Any) -> Cover:
    """Bisect the cell until every box is decided, a violation is confirmed or the budget is spent."""
    found = Cover()
    whole = scalar.cell.box
    stack = [whole]
    while stack:
        found.stopped = budget.spent()
        if found.stopped:
            break
        budget.used += 1
        box = stack.pop()
        scalar.cell.answers.clear()
        judged = judge(scalar, box, strict=True, nesting=MAX_NESTING)
        centre = [(low + high) / 2 for low, high in box]
        value = scalar.ball([fraction_ball(x) for x in centre])
        if judged.reason and value.is_finite():
            found.proved.append((box, judged.reason))
            continue
        if value.is_finite() and value <= 0 and refute(centre):
            found.refuted = True
            break
        axis = _axis(box, whole, judged.smear)
        if axis is None:
            found.left.append(box)
            found.stopped = "boxes at the finest width stay undecided"
            break
        low, high = box[axis]
        for side in (((low + high) / 2, high), (low, (low + high) / 2)):
            stack.append((*box[:axis], side, *box[axis + 1 :]))
    found.left += stack if found.stopped else []
    return found
