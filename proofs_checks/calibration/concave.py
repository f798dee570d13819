"""Concave losses: the exact transformation of every n by uniform pools, its envelope and its worst instances."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb, ctx

from proofs_checks.calibration.regrets import Instance
from proofs_checks.engines.separable import BITS, Enclosure, Loss, ball

Grouped = tuple[tuple[Fraction, int], ...]
_TINY = 2.0**-120


def _at_zero(loss: Loss) -> arb:
    """l(0): concavity puts it between l(e) and l(e) + e m(e)."""
    e = arb(_TINY)
    value = loss.value(e)
    return value.union(value + e * loss.slope(e))


@dataclass(frozen=True)
class Pools:
    """The pool values of one loss and one n; what does not depend on beta is computed once."""

    n: int
    loss: Loss

    @cached_property
    def _levels(self) -> tuple[arb, list[arb]]:
        """l(0) - l(1), and l(0) - l(1/m) for m = 1..n."""
        top = _at_zero(self.loss)
        drops = [top - self.loss.value(1 / arb(m)) for m in range(1, self.n + 1)]
        return drops[0], drops

    def exact(self, beta: Fraction) -> Instance:
        """T*_n(beta) with the law and the pool that attain it."""
        before, ctx.prec = ctx.prec, BITS
        try:
            c0 = max(Fraction(0), (1 - (self.n - 1) * beta) / self.n)
            scale, drops = self._levels
            values = [
                scale * ball(c0 + beta) - drop * ball(min(Fraction(1), m * c0 + (m - 1) * beta))
                for m, drop in enumerate(drops, 1)
            ]
            least = values[0]
            for value in values[1:]:
                least = least.min(value)
            m = min(range(self.n), key=lambda place: float(values[place].mid())) + 1
            return Instance(*_attained(beta, self.n, m), Enclosure(least, least))
        finally:
            ctx.prec = before

    def vertex_risk(self, largest: Fraction) -> Enclosure:
        """p_max l(1) + (1 - p_max) l(0)."""
        before, ctx.prec = ctx.prec, BITS
        try:
            value = ball(largest) * self.loss.value(arb(1)) + ball(1 - largest) * _at_zero(self.loss)
            return Enclosure(value, value)
        finally:
            ctx.prec = before

    @cached_property
    def _nodes(self) -> tuple[list[Fraction], list[arb], list[int]]:
        nodes = [Fraction(0), *(Fraction(1, a) for a in range(self.n - 1, 0, -1))]
        values = [self.exact(node).regret.lower for node in nodes]
        return nodes, values, _hull(nodes, [float(value.mid()) for value in values])

    def envelope(self, beta: Fraction) -> Enclosure:
        """The convex envelope at beta: every pool value is affine between 0, 1/(n-1), .., 1/2, 1: these nodes decide.

        Above: the chord of the lower hull of the nodes. Below: its line, lowered until it is under every node.
        """
        before, ctx.prec = ctx.prec, BITS
        try:
            nodes, values, hull = self._nodes
            right = next(place for place in hull[1:] if nodes[place] >= beta)
            left = hull[hull.index(right) - 1]
            slope = (values[right] - values[left]) / ball(nodes[right] - nodes[left])
            lines = [values[left] + slope * ball(at - nodes[left]) for at in (*nodes, beta)]
            excess = arb(0)
            for line, value in zip(lines, values, strict=False):
                excess = excess.max(line - value)
            return Enclosure(lines[-1] - excess, lines[-1])
        finally:
            ctx.prec = before


def _attained(beta: Fraction, n: int, m: int) -> tuple[Grouped, tuple[float, ...], int]:
    """Likeliest labels at c0 + beta as many as fit, the predicted one at c0, the rest on one more label."""
    c0 = max(Fraction(0), (1 - (n - 1) * beta) / n)
    full = n - 1 if beta == 0 else min(n - 1, int((1 - c0) / (c0 + beta)))
    rest = 1 - c0 - full * (c0 + beta)
    law = [(c0 + beta, min(full, m - 1)), (c0, 1), (rest, 1 if rest and m - 1 > full else 0)]
    law += [(c0 + beta, full - min(full, m - 1)), (rest, 1 if rest and m - 1 <= full else 0)]
    shares = [1 / m, 1 / m, 1 / m, 0.0, 0.0]
    used = [(entry, share) for entry, share in zip(law, shares, strict=True) if entry[1] > 0]
    missing = m - sum(count for (_, count), share in used if share)
    if missing > 0:
        used.append(((Fraction(0), missing), 1 / m))
    predicted = [entry for entry, _ in used].index((c0, 1)) if law[0][1] == 0 else 1
    return tuple(entry for entry, _ in used), tuple(share for _, share in used), predicted


def _hull(x: list[Fraction], y: list[float]) -> list[int]:
    """Indices of the lower convex hull (monotone chain)."""
    found: list[int] = []
    for c in range(len(x)):
        while len(found) > 1:
            a, b = found[-2:]
            if (y[b] - y[a]) * float(x[c] - x[a]) < (y[c] - y[a]) * float(x[b] - x[a]):
                break
            found.pop()
        found.append(c)
    return found
