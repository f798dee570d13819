"""Environments of the SEA model in batches: one file each in this folder, found by its module-level ``ENVIRONMENT``.

All losses here have the form ``f_t(x) = (a/2)||x||^2 + <m_t + xi_t, x>`` with a known slope m_t of the expected loss
and centred noise xi_t, so that sigma^2, Sigma^2 and sigma-tilde^2 have closed forms and both regrets have exact
minimisers. Any other object with ``gradient(t, x, raw)`` and the attributes of :class:`Game` can be played too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from plumbline.errors import InputError, UnknownNameError
from theory.sea_omd.definitions.domains import Domain
from theory.sea_omd.learners import Known, found

Total = float | torch.Tensor
"""A number, or one per run: a tensor (S,)."""

RAW = ("none", "normal", "uniform", "signs")
"""What an environment's noise is made of: nothing, standard normal numbers, uniform ones in [0, 1), fair signs."""


@dataclass(frozen=True)
class Variation:
    """Totals over rounds 1..T, in squared gradient units.

    ``noise``: sum of sigma_t^2 (max over x outside the mean); ``shift``: sum of Sigma_t^2 from t = 1 with grad F_0 = 0;
    ``shift_from_second``: the same from t = 2; ``noise_inside``: sum of sigma-tilde_t^2 (max inside the mean).
    """

    noise: Total
    shift: Total
    shift_from_second: Total
    noise_inside: Total


class Game(Protocol):
    """What can be played: ``gradient`` is that of the drawn loss f_t at the points x (S, d).

    ``raw`` names what its noise is made of and ``width`` how many such numbers a run needs per round; they arrive as a
    tensor (S, width), or None where ``raw`` is ``"none"``.
    """

    @property
    def domain(self) -> Domain: ...

    @property
    def smoothness(self) -> Any: ...

    @property
    def largest_gradient(self) -> Any: ...

    @property
    def raw(self) -> str: ...

    @property
    def width(self) -> int: ...

    def gradient(self, t: int, x: torch.Tensor, raw: torch.Tensor | None) -> torch.Tensor: ...


@dataclass(frozen=True)
class Instance:
    """One game with exact constants: curvature a (so L = a), slope m_t, noise xi_t from raw numbers.

    ``slope(t)`` is (1 or S, d); ``noise(raw)`` is (S, d) or (S, 1); ``variation(T)`` in closed form;
    ``largest_gradient`` is G, a number or one per run (S, 1).
    """

    domain: Domain
    curvature: float
    slope: Callable[[int], torch.Tensor]
    variation: Callable[[int], Variation]
    largest_gradient: float | torch.Tensor
    raw: str = "none"
    width: int = 0
    noise: Callable[[torch.Tensor], torch.Tensor] | None = None

    def __post_init__(self) -> None:
        if self.raw not in RAW or (self.raw == "none") != (self.noise is None):
            raise InputError(f"raw must be one of {', '.join(RAW)}, with a noise unless it is none; got {self.raw!r}")
        if not self.curvature >= 0:
            raise InputError(f"curvature must be at least 0, got {self.curvature!r}")

    @property
    def smoothness(self) -> float:
        return self.curvature

    def known(self, rounds: int) -> Known:
        """What learners may know of this game."""
        return Known(self.domain, self.smoothness, self.largest_gradient, rounds=rounds)

    def slopes(self, t: int, raw: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """Expected and drawn slope of round t: m_t (1 or S, d) and m_t + xi_t, of that shape or (S, d)."""
        mean = self.slope(t)
        return mean, mean if self.noise is None or raw is None else mean + self.noise(raw)

    def gradient(self, t: int, x: torch.Tensor, raw: torch.Tensor | None) -> torch.Tensor:
        """Gradient of the drawn loss at x (S, d)."""
        return (self.slopes(t, raw)[1] + self.curvature * x).expand_as(x)


@dataclass(frozen=True)
class Environment:
    """``make(dimension, radius, rounds, device, **parameters)`` makes an :class:`Instance`.

    On the ball of that radius. ``anytime``: its law does not depend on the number of rounds.
    """

    name: str
    title: str
    make: Callable[..., Instance]
    anytime: bool = True


def environments() -> dict[str, Environment]:
    """All environments of this folder by name, in the order of names."""
    return found(__name__, __path__, "ENVIRONMENT", Environment)


def environment(name: str) -> Environment:
    """The environment of that name."""
    known = environments()
    if name not in known:
        raise UnknownNameError(f"unknown environment {name!r}; environments: {', '.join(known)}")
    return known[name]
