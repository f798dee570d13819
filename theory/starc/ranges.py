"""Ranges of the numbers that the claims of the paper speak of."""

from __future__ import annotations

from plumbline.domain import Real

DISCOUNT = Real("gamma", 0, 1, open_hi=True, latex=r"\gamma")
FACTOR = Real("c", 0, None, open_lo=True)
SQUARE = Real("square", 0, 1, open_lo=True, latex=r"\|\tau\|_2^2")
