"""Online learners in batches: one file each in this folder, found by its module-level ``LEARNER``.

A learner is made from what it may know (:class:`Known`) and its starting points (S, d), one row per run. Every round
``play()`` returns the points x_t (S, d) and ``learn(gradient)`` takes the gradients at them (S, d). No row looks at
another, and nothing loops over rows.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from plumbline.errors import InputError, PlumblineError, UnknownNameError
from theory.sea_omd.definitions.domains import Domain

Scalar = float | torch.Tensor
"""A number, or one per run: a tensor (S, 1)."""


class Steps(Protocol):
    """The running learner: what a learner's class must offer."""

    def play(self) -> torch.Tensor: ...

    def learn(self, gradient: torch.Tensor) -> None: ...


@dataclass(frozen=True)
class Known:
    """What a learner may know: the domain X, smoothness L, largest gradient G, number of rounds T (also one per run).

    ``L``, ``G``, ``D`` and ``T`` raise :class:`InputError` where the value is missing; D is X's diameter unless given.
    Lengths in the domain's unit, G in loss per length, L in loss per squared length.
    """

    domain: Domain
    smoothness: Scalar | None = None
    largest_gradient: Scalar | None = None
    diameter: float | None = None
    rounds: int | torch.Tensor | None = None

    def _require(self, name: str, meaning: str, value: Any, least: float) -> Any:
        if value is None:
            raise InputError(f"the learner needs {name}, the {meaning}: none was given")
        if isinstance(value, torch.Tensor):
            allowed = bool((torch.isfinite(value) & (value >= least)).all()) and (value.ndim in (0, 2))
        else:
            allowed = math.isfinite(value) and value >= least
        if not allowed:
            raise InputError(f"{name}, the {meaning}, must be finite and at least {least:g}, got {value!r}")
        return value

    @property
    def L(self) -> Scalar:
        return self._require("L", "smoothness of the expected losses", self.smoothness, 0)

    @property
    def G(self) -> Scalar:
        return self._require("G", "largest norm of a gradient", self.largest_gradient, 0)

    @property
    def D(self) -> float:
        given = self.domain.diameter if self.diameter is None else self.diameter
        if given == math.inf:
            raise InputError("the learner needs D, the diameter of the domain: the domain is unbounded, none was given")
        return self._require("D", "diameter of the domain", given, 0)

    @property
    def T(self) -> int | torch.Tensor:
        return self._require("T", "number of rounds", self.rounds, 1)


@dataclass(frozen=True)
class Learner:
    """``make(known, start, **parameters)`` starts the learner; ``name`` stands in tables, ``title`` in legends.

    ``anytime``: it does not ask for the number of rounds T, so that every prefix of a game is a game of its own.
    """

    name: str
    title: str
    make: Callable[..., Steps]
    anytime: bool = True


def begin(learner: Learner, known: Known, start: torch.Tensor, **parameters: Any) -> Steps:
    """The learner at its start; :class:`InputError` for a start outside the domain or a missing L, G, D or T."""
    if start.ndim != 2 or start.shape[1] != known.domain.dimension:
        raise InputError(f"start must have the shape (runs, {known.domain.dimension}), got {tuple(start.shape)}")
    if not known.domain.contains(start):
        raise InputError(f"start of learner {learner.name!r} lies outside the domain {known.domain}")
    return learner.make(known, start, **parameters)


def learners() -> dict[str, Learner]:
    """All learners of this folder by name, in the order of names."""
    return found(__name__, __path__, "LEARNER", Learner)


def found(package: str, path: Any, attribute: str, kind: type[Any]) -> dict[str, Any]:
    """What the modules of a package declare under one name, by their own names, sorted; two of one name are refused."""
    declared: dict[str, Any] = {}
    for entry in pkgutil.iter_modules(path):
        module = importlib.import_module(f"{package}.{entry.name}")
        value = getattr(module, attribute, None)
        if not isinstance(value, kind):
            raise PlumblineError(f"{package}/{entry.name}.py must declare {attribute} = {kind.__name__}(...)")
        if value.name in declared:
            raise PlumblineError(f"{package}: two files declare the name {value.name!r}")
        declared[value.name] = value
    return dict(sorted(declared.items()))


def learner(name: str) -> Learner:
    """The learner of that name."""
    known = learners()
    if name not in known:
        raise UnknownNameError(f"unknown learner {name!r}; learners: {', '.join(known)}")
    return known[name]
