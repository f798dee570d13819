"""The online loop: learners play one game side by side on the same noise, all runs in one batch.

Nothing is stored but running sums and what is asked for at checkpoints, so memory does not grow with the number of
rounds. Sums run in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from plumbline.errors import InputError
from theory.sea_omd.definitions.regret import least_total
from theory.sea_omd.environments import Game, Instance
from theory.sea_omd.learners import Known, Learner, Steps, begin

Noise = Callable[[int], torch.Tensor | None]
"""Round t to the raw numbers (S, width) that the game makes its noise of."""


@dataclass(frozen=True)
class Checkpoint:
    """Sums over rounds 1..T of one learner, each (S,), float64.

    ``pseudo_regret``: sum F_t(x_t) - F_t(u*), u* the best fixed point for the expected losses; ``hindsight_regret``:
    sum f_t(x_t) - f_t(u), u the best fixed point for the drawn ones; both NaN for a game that is no :class:`Instance`.
    ``linearised_regret``: max_u of sum <g_t, x_t - u>. ``variation``: Vbar_T = sum ||g_t - g_{t-1}||^2, g_0 = 0;
    ``movement``: sum from t = 2 of ||x_t - x_{t-1}||^2 (both NaN unless asked for).
    """

    learner: str
    rounds: int
    pseudo_regret: torch.Tensor
    hindsight_regret: torch.Tensor
    linearised_regret: torch.Tensor
    variation: torch.Tensor
    movement: torch.Tensor


def require_rounds(rounds: int) -> int:
    """``rounds`` itself; :class:`InputError` unless it is an integer of at least 1."""
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise InputError(f"rounds must be an integer of at least 1, got {rounds!r}")
    return rounds


def spaced(first: int, last: int, count: int) -> list[int]:
    """Up to ``count`` rounds from ``first`` to ``last``, evenly spaced in the logarithm, both ends included."""
    if not 1 <= first <= last or count < 1:
        raise InputError(f"need 1 <= first <= last and a positive count, got {first!r}, {last!r} and {count!r}")
    if count == 1:
        return [last]
    ratio = last / first
    return sorted({round(first * ratio ** (i / (count - 1))) for i in range(count)})


def drawn(game: Game, runs: int, generator: torch.Generator) -> Noise:
    """Fresh raw numbers every round, on the generator's device, from the generator alone."""
    options: dict[str, Any] = {"generator": generator, "device": generator.device}
    size = (runs, game.width)

    def noise(t: int) -> torch.Tensor | None:
        if game.raw == "none":
            return None
        if game.raw == "normal":
            return torch.randn(size, dtype=torch.float64, **options)
        if game.raw == "uniform":
            return torch.rand(size, dtype=torch.float64, **options)
        return torch.randint(0, 2, size, **options).to(torch.float64).mul_(2).sub_(1)

    return noise


def replayed(numbers: torch.Tensor) -> Noise:
    """Stored raw numbers (T, S, width), for instance to play the same noise on two devices."""
    return lambda t: numbers[t - 1]


def all_signs(rounds: int) -> torch.Tensor:
    """All sequences of signs as raw numbers (T, 2^T, 1): a mean over runs is then an expectation over fair coins."""
    if require_rounds(rounds) > 24:
        raise InputError(f"all sequences of signs: at most 24 rounds, got {rounds}")
    bits = torch.arange(2**rounds)[None, :] >> torch.arange(rounds)[:, None] & 1
    return (1.0 - 2.0 * bits.to(torch.float64))[..., None]


class _Seat:
    """One learner at the table and its running sums, per coordinate so that a round costs few operations."""

    def __init__(self, learner: Learner, steps: Steps, like: torch.Tensor, diagnostics: bool) -> None:
        self.learner, self.steps, self.diagnostics = learner, steps, diagnostics
        self.along, self.gradients, self.squares, self.means = (torch.zeros_like(like) for _ in range(4))
        self.varied, self.moved = (torch.zeros_like(like) for _ in range(2))
        self.last_point, self.last_gradient = like, torch.zeros_like(like)
        self.first_bad = torch.zeros(len(like), dtype=torch.int64, device=like.device)

    def watch(self, t: int, gradient: torch.Tensor, at_once: bool) -> None:
        """Refuse gradients that are not finite: at once, or at the next checkpoint."""
        if at_once:
            if not math.isfinite(gradient.sum().item()):
                self.refuse(torch.where(gradient.isfinite().all(-1), 0, t))
        else:
            fine = gradient.sum(-1).isfinite() | (self.first_bad > 0)
            self.first_bad = torch.where(fine, self.first_bad, t)

    def refuse(self, first_bad: torch.Tensor) -> None:
        """:class:`InputError` where some run has a positive first bad round."""
        bad = torch.nonzero(first_bad)
        if len(bad):
            t = int(first_bad[bad[:, 0]].min())
            row = int(torch.nonzero(first_bad == t)[0, 0])
            raise InputError(
                f"gradient is not finite in round {t}, seed {row} (learner {self.learner.name!r}): the environment "
                "must return finite numbers"
            )

    def add(self, t: int, x: torch.Tensor, gradient: torch.Tensor, mean: torch.Tensor | None, curved: bool) -> None:
        self.along.addcmul_(gradient, x)
        self.gradients += gradient
        if mean is not None:
            self.means.addcmul_(x, mean)
        if curved:
            self.squares.addcmul_(x, x)
        if self.diagnostics:
            change = gradient - self.last_gradient
            self.varied.addcmul_(change, change)
            if t > 1:
                step = x - self.last_point
                self.moved.addcmul_(step, step)
            self.last_point, self.last_gradient = x, gradient

    def checkpoint(self, t: int, game: Game, drawn_slopes: torch.Tensor, mean_slopes: torch.Tensor) -> Checkpoint:
        self.refuse(self.first_bad)
        along, nothing = self.along.sum(-1), torch.full_like(self.along[:, 0], math.nan)
        pseudo = hindsight = nothing
        if isinstance(game, Instance):
            half_squares = game.curvature / 2 * self.squares.sum(-1)
            hindsight = along - half_squares - least_total(game.domain, game.curvature, t, drawn_slopes)
            pseudo = half_squares + self.means.sum(-1) - least_total(game.domain, game.curvature, t, mean_slopes)
        return Checkpoint(
            self.learner.name,
            t,
            pseudo,
            hindsight,
            along + game.domain.support(-self.gradients),
            self.varied.sum(-1) if self.diagnostics else nothing,
            self.moved.sum(-1) if self.diagnostics else nothing,
        )


def play(
    game: Game,
    players: Iterable[Learner],
    rounds: int,
    runs: int,
    noise: Noise,
    *,
    checkpoints: Sequence[int] | None = None,
    device: str = "cpu",
    start: torch.Tensor | None = None,
    known: Known | None = None,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    diagnostics: bool = False,
    watch: Callable[[int, str, torch.Tensor, torch.Tensor], None] | None = None,
    at_once: bool | None = None,
) -> Iterator[Checkpoint]:
    """Play and yield one :class:`Checkpoint` per learner at each of the ``checkpoints`` (the last round unless given).

    ``start`` (runs, d): the domain's origin unless given. ``parameters``: by learner's name. ``diagnostics``: also sum
    Vbar and the movement. ``watch(t, learner, x_t, g_t)`` is called every round, for instance to keep a trajectory.
    ``at_once``: look for gradients that are not finite every round (the CPU's default) or at checkpoints.
    :class:`InputError` for T = 0, a start outside the domain, a missing L, G or D, a gradient that is not finite
    or has the wrong shape (naming round and seed, the row of the batch), hints of the wrong shape.
    """
    require_rounds(rounds)
    require_rounds(runs)
    stops = sorted({rounds} if checkpoints is None else set(checkpoints))
    if not stops or not all(1 <= stop <= rounds for stop in stops):
        raise InputError(f"checkpoints must be rounds between 1 and {rounds}, got {stops}")
    origin = torch.tensor([game.domain.origin()], dtype=torch.float64, device=device).repeat(runs, 1)
    first = origin if start is None else start
    if len(first) != runs:
        raise InputError(f"start must have one row per run, {runs}, got {len(first)}")
    told = known or Known(
        game.domain, getattr(game, "smoothness", None), getattr(game, "largest_gradient", None), rounds=rounds
    )
    given = parameters or {}
    seats = [_Seat(one, begin(one, told, first, **given.get(one.name, {})), origin, diagnostics) for one in players]
    now = origin.device.type == "cpu" if at_once is None else at_once
    return _rounds(game, seats, stops, noise, watch, now, origin)


def _rounds(
    game: Game,
    seats: Sequence[_Seat],
    stops: Sequence[int],
    noise: Noise,
    watch: Callable[[int, str, torch.Tensor, torch.Tensor], None] | None,
    at_once: bool,
    origin: torch.Tensor,
) -> Iterator[Checkpoint]:
    instance = game if isinstance(game, Instance) else None
    curved = instance is not None and instance.curvature > 0
    drawn_slopes = torch.zeros_like(origin)
    mean_slopes = torch.zeros_like(origin[:1])
    ends, mean, slope = set(stops), None, origin
    for t in range(1, stops[-1] + 1):
        raw = noise(t)
        if instance is not None:
            mean, slope = instance.slopes(t, raw)
            drawn_slopes += slope
            mean_slopes = mean_slopes + mean
        for seat in seats:
            x = seat.steps.play()
            if instance is not None:
                gradient = torch.add(slope, x, alpha=instance.curvature) if curved else slope.expand_as(x)
            else:
                gradient = game.gradient(t, x, raw)
                if gradient.shape != x.shape:
                    raise InputError(
                        f"gradients must have the shape {tuple(x.shape)}, got {tuple(gradient.shape)} in round {t}"
                    )
            seat.watch(t, gradient, at_once)
            seat.steps.learn(gradient)
            seat.add(t, x, gradient, mean, curved)
            if watch is not None:
                watch(t, seat.learner.name, x, gradient)
        if t in ends:
            for seat in seats:
                yield seat.checkpoint(t, game, drawn_slopes, mean_slopes)


__all__ = ["Checkpoint", "all_signs", "drawn", "play", "replayed", "require_rounds", "spaced"]
