"""Which array library a value belongs to, so that one definition serves numpy and torch."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from plumbline.errors import InputError

CACHED = 8192
"""How many float64 numbers each of some twenty intermediate arrays may hold to stay in a processor's cache."""


def namespace(array: Any) -> Any:
    """The module ``numpy`` or ``torch`` that ``array`` belongs to; anything else is refused."""
    root = type(array).__module__.partition(".")[0]
    if root == "torch":
        import torch

        return torch
    if root == "numpy":
        import numpy

        return numpy
    raise InputError(f"expected a numpy array or a torch tensor, got {type(array).__name__}")


def require_finite(array: Any, name: str) -> None:
    """Refuse NaN and infinity, naming the argument."""
    if not bool(namespace(array).isfinite(array).all()):
        raise InputError(f"{name} must be finite, got NaN or infinity")


def in_pieces(function: Callable[..., Any]) -> Callable[..., Any]:
    """An elementwise function ``(xp, **arrays)`` that takes large numpy arrays piece by piece (decorator).

    What it holds in between then stays in the cache: twice as fast as whole arrays. Broadcasts like numpy; small
    arrays, numbers and torch tensors go through as they are.
    """

    @functools.wraps(function)
    def value(xp: Any, **arrays: Any) -> Any:
        if xp.__name__ != "numpy":
            return function(xp, **arrays)
        shape = xp.broadcast_shapes(*(xp.shape(array) for array in arrays.values()))
        size = math.prod(shape)
        if size <= CACHED:
            return function(xp, **arrays)
        flat = {
            name: array if xp.ndim(array) == 0 else xp.broadcast_to(array, shape).reshape(-1)
            for name, array in arrays.items()
        }
        out = xp.empty(size, dtype=xp.result_type(xp.float32, *(a for a in arrays.values() if xp.ndim(a))))
        for start in range(0, size, CACHED):
            part = slice(start, start + CACHED)
            out[part] = function(xp, **{name: a if xp.ndim(a) == 0 else a[part] for name, a in flat.items()})
        return out.reshape(shape)

    return value
