"""Batches of instances for the search engine: containers, spaces, exact values, random moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, cast

import torch

from plumbline.errors import InputError

Batch = torch.Tensor | dict[str, torch.Tensor]


def mapped(batch: Batch, function: Callable[[torch.Tensor], torch.Tensor]) -> Batch:
    """``function`` applied to each tensor of the batch."""
    if isinstance(batch, dict):
        return {name: function(value) for name, value in batch.items()}
    return function(batch)


def combined(function: Callable[..., torch.Tensor], *batches: Batch) -> Batch:
    """``function`` applied to the tensors of equal name of several batches of one layout."""
    first = batches[0]
    if isinstance(first, dict):
        tables = [cast(dict[str, torch.Tensor], batch) for batch in batches]
        return {name: function(*(table[name] for table in tables)) for name in first}
    return function(*batches)


def joined(batches: Iterable[Batch]) -> Batch:
    """The batches one after the other."""
    return combined(lambda *parts: torch.cat(parts), *batches)


def size(batch: Batch, source: str) -> int:
    """The common leading size; InputError naming ``source`` where there is none."""
    tensors = list(batch.values()) if isinstance(batch, dict) else [batch]
    if not tensors or not all(isinstance(value, torch.Tensor) and value.ndim for value in tensors):
        raise InputError(f"{source} must return tensors with a leading size, got {type(batch).__name__}")
    sizes = {value.shape[0] for value in tensors}
    if len(sizes) != 1:
        raise InputError(f"{source} must return tensors of one leading size, got {sorted(sizes)}")
    return sizes.pop()


def layout(batch: Batch) -> dict[str, tuple[tuple[int, ...], str]]:
    """Names, trailing shapes and types: what must agree between samples and candidates."""
    table = batch if isinstance(batch, dict) else {"": batch}
    return {name: (tuple(value.shape[1:]), str(value.dtype)) for name, value in table.items()}


def row(batch: Batch, k: int) -> Any:
    """Instance k, without the leading size, on the CPU."""
    return mapped(batch, lambda value: value[k].detach().cpu())


def plain(instance: Any) -> Any:
    """An instance as lists and numbers, for a JSON record."""
    if isinstance(instance, dict):
        return {name: plain(value) for name, value in instance.items()}
    return instance.tolist()


def shown(instance: Any) -> str:
    """An instance for an error message, cut to 300 characters."""
    text = str(plain(instance))
    return text if len(text) <= 300 else text[:297] + "..."


# --- spaces -------------------------------------------------------------------------------------------


def unconstrained(batch: Batch) -> Batch:
    """The projection of a parameter space in which every real vector is an instance (logits, scores)."""
    return batch


def box(lo: float, hi: float) -> Callable[[Batch], Batch]:
    """The projection that clamps every floating-point tensor of a batch to [lo, hi]."""
    if not lo < hi:
        raise InputError(f"box must have lo < hi, got {lo!r} and {hi!r}")

    def project(batch: Batch) -> Batch:
        return mapped(batch, lambda value: value.clamp(lo, hi) if value.is_floating_point() else value)

    return project


def simplex(batch: Batch) -> Batch:
    """Euclidean projection of the last dimension of floating-point tensors onto the probability simplex."""

    def one(value: torch.Tensor) -> torch.Tensor:
        if not value.is_floating_point():
            return value
        ordered = value.sort(dim=-1, descending=True).values
        count = torch.arange(1, value.shape[-1] + 1, device=value.device, dtype=value.dtype)
        height = (ordered.cumsum(-1) - 1) / count
        last = (ordered > height).sum(-1, keepdim=True) - 1
        clipped = (value - height.gather(-1, last)).clamp(min=0)
        return clipped / clipped.sum(-1, keepdim=True)

    return mapped(batch, one)


# --- exact values -------------------------------------------------------------------------------------


def exact_values(tensor: torch.Tensor) -> list[Any]:
    """The entries of a float tensor as the Fractions that they are, in nested lists of its shape."""

    def convert(value: Any) -> Any:
        return [convert(entry) for entry in value] if isinstance(value, list) else Fraction(value)

    values = convert(tensor.detach().cpu().tolist())
    return values if isinstance(values, list) else [values]


def exact_distribution(tensor: torch.Tensor, denominator: int | None = None) -> list[Fraction]:
    """A float vector of probabilities as non-negative Fractions that sum to exactly 1.

    ``denominator`` first rounds each entry to a fraction of at most that denominator (a short witness).
    """
    weights = [Fraction(value) for value in tensor.detach().cpu().tolist()]
    if denominator is not None:
        weights = [weight.limit_denominator(denominator) for weight in weights]
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise InputError(f"probabilities must be >= 0 and not all 0, got {tensor.tolist()}")
    return [weight / total for weight in weights]


# --- random moves -------------------------------------------------------------------------------------


def spread(batch: Batch) -> Batch:
    """The standard deviation of each coordinate (1 where it is constant, 0 for integer tensors)."""

    def one(value: torch.Tensor) -> torch.Tensor:
        if not value.is_floating_point():
            return torch.zeros(value.shape[1:], dtype=torch.float64)
        deviation = value.std(dim=0)
        return torch.where(deviation > 0, deviation, torch.ones_like(deviation))

    return mapped(batch, one)


def step_sizes(width: torch.Tensor, children: int, generator: torch.Generator) -> torch.Tensor:
    """A step size for every child: the parent's, times a log-normal factor."""
    repeated = width.repeat_interleave(children)
    return repeated * torch.randn(len(repeated), generator=generator, dtype=torch.float64).exp()


def offspring(parents: Batch, scale: Batch, widths: torch.Tensor, children: int, generator: torch.Generator) -> Batch:
    """``children`` moves of every parent, Gaussian with deviation widths * scale: of all coordinates, of
    about two coordinates, or along the difference of two other parents."""
    count = len(widths)
    index = torch.arange(count)
    others = torch.randint(count // children, (2, count), generator=generator)
    length = torch.randn(count, generator=generator, dtype=torch.float64)

    def one(value: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
        repeated = value.repeat_interleave(children, dim=0)
        if not value.is_floating_point():
            return repeated

        def column(entries: torch.Tensor) -> torch.Tensor:
            return entries.reshape(-1, *[1] * (value.ndim - 1))

        noise = torch.randn(repeated.shape, generator=generator, dtype=value.dtype)
        few = torch.rand(repeated.shape, generator=generator) < 2.0 / max(2, deviation.numel())
        noise = torch.where(column(index % 2 == 0), noise * few, noise)
        size = column(widths)
        along = (value[others[0]] - value[others[1]]) * column(length) * size
        return repeated + torch.where(column(index % 4 == 3), along, noise * deviation * size)

    return combined(one, parents, scale)
