"""Quantities from their own definitions; array-generic: numbers, numpy or torch arrays, symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def relative_entropy(q: Any, p: Any, log: Callable[[Any], Any]) -> Any:
    """``sum_x Q(x) log(Q(x)/P(x))`` in nats, of the laws on {0, 1} with ``Q(1) = q`` and ``P(1) = p`` in (0, 1)."""
    return sum(a * log(a / b) for a, b in ((1 - q, 1 - p), (q, p)))
