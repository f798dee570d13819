"""Certified lower bounds of the exact transformation where the two-class form is not known to be exact."""

from __future__ import annotations

import heapq
import itertools
from fractions import Fraction

from flint import arb, ctx

from proofs_checks.calibration.regrets import pooled, scaled, two_class
from proofs_checks.engines.separable import BITS, Enclosure, Loss, ball, minimum

_SPLITS = 160
_CLOSE = Fraction(1, 2000)


def three_classes(beta: Fraction, loss: Loss, known: arb) -> tuple[arb, int]:
    """A lower bound of T*_3(beta) over every law (y + beta, y, 1 - 2y - beta), and the number of cells.

    Along y both risks are infima of affine functions, hence concave: the constrained one lies above its chord on a
    cell, the least one below the risk of one fixed softmax vector. Their difference is affine on the cell, so its
    ends decide. Cells are split until they come within 1/2000 of ``known``, a regret that is attained.
    """
    low, high = max(Fraction(0), (1 - 2 * beta) / 3), (1 - beta) / 2
    if low >= high:
        return _regret_at(beta, low, loss).lower, 1
    ends: dict[Fraction, arb] = {}

    def constrained(y: Fraction) -> arb:
        if y not in ends:
            ends[y] = minimum(pooled(_law(beta, y)), loss).lower
        return ends[y]

    def cell(a: Fraction, b: Fraction) -> tuple[float, Fraction, Fraction, arb]:
        middle = minimum(_law(beta, (a + b) / 2), loss).point
        bound = None
        for y in (a, b):
            fixed = [ball(p) * loss.value(s) for (p, _), s in zip(_law(beta, y), middle, strict=True) if p]
            slack = constrained(y) - sum(fixed, arb(0))
            bound = slack if bound is None else bound.min(slack)
        assert bound is not None
        return float(bound.mid()), a, b, bound

    before, ctx.prec = ctx.prec, BITS
    try:
        target = float(known.mid()) * float(1 - _CLOSE)
        grid = [low + (high - low) * Fraction(step, 8) for step in range(9)]
        cells = [cell(a, b) for a, b in itertools.pairwise(grid)]
        heapq.heapify(cells)
        while cells[0][0] < target and len(cells) < _SPLITS:
            _, a, b, _ = heapq.heappop(cells)
            heapq.heappush(cells, cell(a, (a + b) / 2))
            heapq.heappush(cells, cell((a + b) / 2, b))
        least = cells[0][3]
        for entry in cells[1:]:
            least = least.min(entry[3])
        return least.max(arb(0)), len(cells)
    finally:
        ctx.prec = before


def _law(beta: Fraction, y: Fraction) -> list[tuple[Fraction, int]]:
    return [(y + beta, 1), (y, 1), (1 - 2 * y - beta, 1)]


def _regret_at(beta: Fraction, y: Fraction, loss: Loss) -> Enclosure:
    law = _law(beta, y)
    tied, least = minimum(pooled(law), loss), minimum(law, loss)
    return Enclosure(tied.lower - least.upper, tied.upper - least.lower)


def tied_pair(beta: Fraction, n: int, loss: Loss, *, rising: bool) -> tuple[arb, int]:
    """A lower bound of min over sigma in [2/n, 1] of T2_sigma(beta): at 2/n where it rises, else cell by cell."""
    if rising:
        return two_class(beta, scaled(loss, Fraction(2, n))).lower.max(arb(0)), 1
    if beta == 0:
        return arb(0), 1
    before, ctx.prec = ctx.prec, BITS
    try:
        cells = [_sigma_cell(beta, loss, Fraction(2, n), Fraction(1))]
        while len(cells) < _SPLITS:
            _, a, b, _ = heapq.heappop(cells)
            middle = (a + b) / 2
            heapq.heappush(cells, _sigma_cell(beta, loss, a, middle))
            heapq.heappush(cells, _sigma_cell(beta, loss, middle, b))
        least = cells[0][3]
        for entry in cells[1:]:
            least = least.min(entry[3])
        return least.max(arb(0)), len(cells)
    finally:
        ctx.prec = before


def _sigma_cell(beta: Fraction, loss: Loss, a: Fraction, b: Fraction) -> tuple[float, Fraction, Fraction, arb]:
    """T2_sigma >= l(sigma/2) - (1+beta)/2 l(sigma t) - (1-beta)/2 l(sigma (1-t)) at one t, l decreasing."""
    law = [((1 + beta) / 2, 1), ((1 - beta) / 2, 1)]
    share = minimum(law, scaled(loss, (a + b) / 2)).point
    t = share[0].mid()
    bound = loss.value(ball(b) / 2) - ball(law[0][0]) * loss.value(ball(a) * t)
    if law[1][0]:
        bound = bound - ball(law[1][0]) * loss.value(ball(a) * (1 - t))
    return float(bound.mid()), a, b, bound
