"""Which array library a value belongs to, so that one definition serves numpy and torch."""

from __future__ import annotations

from typing import Any

from plumbline.errors import InputError


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
