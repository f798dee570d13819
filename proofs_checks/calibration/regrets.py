"""Least regrets of structured laws: numerically in batches, to find bad ones, and in balls, to certify them.

A law has ``i`` labels of probability y + beta, the predicted label k of probability y, ``r`` labels of probability
z and otherwise zeros. For convex l the constrained optimum ties k with the labels above its pool's mean, and pooling
probabilities never raises the constrained least risk, so ``regret = C*(pooled law) - C*(law)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from proofs_checks.engines.separable import Enclosure, Loss, ball, inverse_table, minimum, numerical_optimum
from theory.calibration import SurrogateLoss

_GRID = 25
_ZOOMS = 6
_PLAIN = 6

Array = Any


@dataclass(frozen=True)
class Instance:
    """A law with its predicted label, and a softmax vector on which it ties: ``(value, count)`` in matching order."""

    p: tuple[tuple[Fraction, int], ...]
    s: tuple[float, ...]
    predicted: int
    regret: Enclosure

    def spelled(self, n: int) -> dict[str, Any]:
        """p, s and k as lists of text; the predicted label is k (0-based), absent labels have p = s = 0."""
        p = [str(value) for value, count in self.p for _ in range(count)]
        s = [f"{value:.12g}" for value, (_, count) in zip(self.s, self.p, strict=True) for _ in range(count)]
        k = sum(count for _, count in self.p[: self.predicted])
        return {"p": p + ["0"] * (n - len(p)), "s": s + ["0"] * (n - len(s)), "k": k}


def balls_of(loss: SurrogateLoss) -> Loss:
    """The loss and its derivatives in s as functions of balls, and the float table that finds starting points."""
    phi, slope, curvature = (f.arb_function() for f in (loss.phi, loss.slope, loss.curvature))
    table = inverse_table(slope)
    return Loss(
        lambda s: phi(1 / s - 1),
        lambda s: slope(1 / s - 1),
        lambda s: curvature(1 / s - 1) / s**2,
        table,
    )


def scaled(loss: Loss, sigma: Fraction) -> Loss:
    """s -> l(sigma s)."""
    shift = float(np.log(float(sigma)))
    return Loss(
        lambda s: loss.value(ball(sigma) * s),
        lambda s: ball(sigma) * loss.slope(ball(sigma) * s),
        lambda s: ball(sigma) ** 2 * loss.curvature(ball(sigma) * s),
        lambda x: np.minimum(loss.inverse(x + shift) / float(sigma), 1.0),
    )


def two_class(beta: Fraction, loss: Loss) -> Enclosure:
    """T2(beta) = l(1/2) - C*((1+beta)/2, (1-beta)/2) for convex l."""
    law = [((1 + beta) / 2, 1), ((1 - beta) / 2, 1)]
    tied, least = minimum([(Fraction(1, 2), 2)], loss), minimum(law, loss)
    return Enclosure(tied.lower - least.upper, tied.upper - least.lower)


def pooled(law: list[tuple[Fraction, int]]) -> list[tuple[Fraction, int]]:
    """The law with the predicted label (second entry) and its pool averaged; the pool is valid by construction."""
    (top, i), (y, one), *rest = law
    assert one == 1
    mean = (i * top + y) / (i + 1)
    if rest and rest[0][0] > mean:
        (z, r) = rest[0]
        return [((i * top + y + r * z) / (i + 1 + r), i + 1 + r)]
    return [(mean, i + 1), *rest]


def structured(beta: Fraction, i: int, r: int, y: Fraction) -> list[tuple[Fraction, int]]:
    """The law with i labels at y + beta, k at y, the rest spread over r labels."""
    left = 1 - y - i * (y + beta)
    law = [(y + beta, i), (y, 1)]
    return [*law, (left / r, r)] if r and left > 0 else law


def certified(law: list[tuple[Fraction, int]], loss: Loss) -> Instance:
    """The regret of a law in balls, with the tied softmax vector."""
    tie = pooled(law)
    constrained, least = minimum(tie, loss), minimum(law, loss)
    s = [float(x.mid()) for x in constrained.point]
    shares = (s[0], s[0], *([s[-1]] if len(law) > 2 else []))
    regret = Enclosure(constrained.lower - least.upper, constrained.upper - least.lower)
    return Instance(tuple(law), shares, 1, regret)


def _counts(n: int) -> list[int]:
    """All numbers up to n, thinned out geometrically beyond the first few."""
    found = list(range(1, min(n, _PLAIN) + 1))
    while found[-1] < n:
        found.append(min(n, found[-1] * 3 // 2))
    return found


def _numerical_regret(law: Array, counts: Array, loss: SurrogateLoss, table: Any) -> Array:
    """Regrets of a batch of laws (batch, 3): top, k, z with counts i, 1, r."""
    value = loss.phi.array_function("numpy")

    def least(p: Array, c: Array) -> Array:
        used = (p > 0) & (c > 0)
        s = np.where(used, numerical_optimum(p, c, table), 0.5)
        return np.where(used, p * c * value(1 / np.maximum(s, 1e-17) - 1), 0.0).sum(-1)

    i, r = counts[:, 0], counts[:, 2]
    mean = (i * law[:, 0] + law[:, 1]) / (i + 1)
    zero = 0 * mean
    tie = np.stack([mean, zero, law[:, 2]], -1)
    held = np.stack([i + 1, zero, r], -1)
    everything = (law[:, 2] > mean) & (r > 0)
    together = np.stack([1 / (i + 1 + r), zero, zero], -1)
    tie = np.where(everything[:, None], together, tie)
    held = np.where(everything[:, None], np.stack([i + 1 + r, zero, zero], -1), held)
    with np.errstate(all="ignore"):
        regret = least(tie, held) - least(law, counts)
    return np.where(np.isfinite(regret), regret, np.inf)


def worst(beta: Fraction, n: int, loss: SurrogateLoss, table: Any) -> tuple[list[tuple[Fraction, int]], int]:
    """The structured law of least regret that was found, as exact rationals, and how many were tried."""
    b = float(beta)
    pairs = [(i, r) for i in _counts(n - 1) for r in [0, *_counts(n)] if i + 1 + r <= n]
    i, r = (np.array(column, float) for column in zip(*pairs, strict=True))
    high = (1 - i * b) / (i + 1)
    low = np.where(r > 0, np.maximum(0.0, (1 - (i + r) * b) / (i + 1 + r)), high)
    keep = (high >= 0) & (low <= high)
    i, r, low, high = i[keep], r[keep], low[keep], high[keep]
    best, tried = (np.inf, 1.0, 0.0, (1 - b) / 2), 0
    for zoom in range(_ZOOMS):
        y = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _GRID)
        rows, ys = np.repeat(np.arange(len(i)), _GRID), y.reshape(-1)
        ii, rr = i[rows], r[rows]
        z = np.where(rr > 0, (1 - ys - ii * (ys + b)) / np.maximum(rr, 1), 0.0)
        law = np.maximum(np.stack([ys + b, ys, z], -1), 0.0)
        values = _numerical_regret(law, np.stack([ii, 1 + 0 * ii, rr], -1), loss, table)
        tried += len(values)
        at = int(values.argmin())
        if values[at] < best[0]:
            best = (float(values[at]), ii[at], rr[at], ys[at])
        if zoom == 0:
            order = values.reshape(-1, _GRID).min(-1).argsort()[:4]
            centre = y[order, values.reshape(-1, _GRID)[order].argmin(-1)]
            width = (high - low)[order] / (_GRID - 1)
            i, r = i[order], r[order]
        else:
            centre, width = y[np.arange(len(i)), values.reshape(-1, _GRID).argmin(-1)], (high - low) / (_GRID - 1)
        top = (1 - i * b) / (i + 1)
        bottom = np.where(r > 0, np.maximum(0.0, (1 - (i + r) * b) / (i + 1 + r)), top)
        low, high = np.maximum(bottom, centre - width), np.minimum(top, centre + width)
    return _exact(beta, int(best[1]), int(best[2]), best[3]), tried


def _exact(beta: Fraction, i: int, r: int, y: float) -> list[tuple[Fraction, int]]:
    """The found law with rational y, inside its range exactly."""
    top = (1 - i * beta) / (i + 1)
    bottom = max(Fraction(0), (1 - (i + r) * beta) / (i + 1 + r)) if r else top
    exact = min(max(Fraction(y).limit_denominator(10**9), bottom), top)
    return structured(beta, i, r, exact)
