"""Constant a = d and b = (n + r)(n + s): each limit by exact steps, and as a ball from its closed form.

The steps (an integer Moebius image of pi or of ln 2) and the quotient of Gauss' functions at 1/2 share no code.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from theory.pcf.closed_forms import value
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.family_witnesses import steps

LARGEST = 5
"""Coefficients of the census are at most this."""


class Settings(BaseModel):
    """d from 1 to ``largest_d``, 0 <= r <= s with r + s up to ``largest_sum``; balls of ``bits`` binary digits."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    largest_d: int = Field(ge=1, le=64)
    largest_sum: int = Field(ge=0, le=64)
    bits: int = Field(ge=64, le=4096)


def image(d: int, r: int, s: int) -> tuple[str, tuple[int, int, int, int]]:
    """K and coprime integers (alpha, beta, gamma, delta) with L = (alpha K + beta)/(gamma K + delta)."""
    constant, (a, b, c, e) = steps(d, r, s)
    entries = [a + d * c, b + d * e, c, e]
    if constant == "1":
        entries = [Fraction(0), sum(entries[:2], Fraction(0)), Fraction(0), sum(entries[2:], Fraction(0))]
    scale = math.lcm(*(x.denominator for x in entries))
    whole = [int(x * scale) for x in entries]
    shared = math.gcd(*whole) * (1 if next(x for x in reversed(whole) if x) > 0 else -1)
    alpha, beta, gamma, delta = (x // shared for x in whole)
    return ("rational" if constant == "1" else constant), (alpha, beta, gamma, delta)


def _distance(d: int, r: int, s: int, constant: str, entries: tuple[int, int, int, int], bits: int) -> Any:
    """The ball of the closed form minus that of the image."""
    from flint import arb, ctx

    before, ctx.prec = ctx.prec, bits
    try:
        K = {"pi": arb.pi, "ln 2": arb.const_log2, "rational": lambda: arb(1)}[constant]()
        alpha, beta, gamma, delta = entries
        closed = value(ContinuedFraction((0, 0, d), (1, r + s, r * s)))
        return closed - (alpha * K + beta) / (gamma * K + delta)
    finally:
        ctx.prec = before


def checkerboard(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th formula."""
    cases = [
        (d, r, total - r)
        for d in range(1, settings.largest_d + 1)
        for total in range(settings.largest_sum + 1)
        for r in range(total // 2 + 1)
    ]
    rows = []
    for d, r, s in cases[shard :: settings.shards]:
        constant, entries = image(d, r, s)
        apart = _distance(d, r, s, constant, entries, settings.bits)
        within = float(abs(apart).abs_upper())
        rows.append(
            {
                "d": d,
                "r": r,
                "s": s,
                "constant": constant,
                **dict(zip(("alpha", "beta", "gamma", "delta"), map(str, entries), strict=True)),
                "in_census": max(d, r + s, r * s) <= LARGEST,
                "overlap": bool(apart.contains(0)),
                "digits": -math.log10(max(within, 1e-300)),
            }
        )
    return pd.DataFrame(rows)


CHECKERBOARD = Experiment(
    "pcf.checkerboard",
    "Constant a and b = (n + r)(n + s): pi, ln 2 or rational",
    Settings,
    checkerboard,
    {
        "d": "the constant a",
        "r": "smaller root of b, with its sign changed",
        "s": "larger one",
        "constant": "K: pi, ln 2, or rational, by exact steps",
        "alpha": "integer as text: L = (alpha K + beta)/(gamma K + delta), K = 1 for rational",
        "beta": "see alpha",
        "gamma": "see alpha",
        "delta": "see alpha",
        "in_census": "whether all coefficients are at most 5",
        "overlap": "whether the ball of the closed form meets that of the image",
        "digits": "decimal digits to which the two balls agree",
    },
)
