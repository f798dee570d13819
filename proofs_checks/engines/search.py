"""An optimiser tries to break a statement left(instance) >= right(instance), and says how hard it tried.

Three stages look for a negative slack = left - right: the structured candidates that the author of a check
must name (random search alone misses the minimisers of sharp statements, which sit on faces, at ties, at
point masses), random samples, and a batched local search from the best of both. A negative slack in floating
point is only a suspicion: a violation is reported when ``confirm`` has evaluated the instance again, exactly
or with 50 digits, and returned a witness.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import torch

from plumbline.domain import Scope
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Strength, Verdict, Witness
from proofs_checks.engines import _batches as batches
from proofs_checks.engines._batches import (
    Batch,
    box,
    exact_distribution,
    exact_values,
    simplex,
    unconstrained,
)

ENGINE = Engine("search", Strength.SEARCHED)


@dataclass(frozen=True)
class Problem:
    """What is searched. A batch is a tensor (count, ...) or a dictionary of tensors with one leading size.

    - ``sample(generator, count)``: random instances, drawn on the CPU with the given ``torch.Generator``.
    - ``candidates()``: the structured instances (faces, ties, point masses, known equality cases); not empty.
    - ``slack(batch)``: left - right, a float64 tensor (count,); NaN is an error that names the instance.
    - ``confirm(instance)``: evaluates one instance (no leading size, on the CPU) again, exactly or with 50
      digits; a :class:`Witness` where the statement is false there, else ``None``.
    - ``project(batch)``: maps moved instances back into the space (see :func:`unconstrained`, :func:`box`,
      :func:`simplex`); integer tensors are never moved.
    - ``refine(batch, generator)``: replaces the default local search: better instances from the best ones.
    - ``infinite_left``: allow slack = +inf, for statements whose left side may be infinite.
    """

    sample: Callable[[torch.Generator, int], Batch]
    candidates: Callable[[], Batch]
    slack: Callable[[Batch], torch.Tensor]
    confirm: Callable[[Any], Witness | None]
    project: Callable[[Batch], Batch]
    refine: Callable[[Batch, torch.Generator], Batch] | None = None
    infinite_left: bool = False


@dataclass(frozen=True)
class Effort:
    """How hard to try: random samples; parents, rounds and children per parent of the local search; how many
    suspicions to confirm at a time."""

    samples: int
    parents: int
    rounds: int
    children: int
    confirmations: int

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < (0 if name == "rounds" else 1):
                raise InputError(f"effort.{name} must be a positive integer, got {value!r}")


EFFORTS: Mapping[str, Effort] = {
    "quick": Effort(samples=100_000, parents=24, rounds=100, children=32, confirmations=12),
    "full": Effort(samples=5_000_000, parents=64, rounds=200, children=64, confirmations=64),
}


@dataclass
class _Shelf:
    """The best instances that one stage found, best first, on the CPU."""

    keep: int
    batch: Batch | None = None
    slacks: torch.Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.float64))

    def add(self, piece: Batch, slack: torch.Tensor) -> None:
        index = torch.arange(len(slack))
        if len(self.slacks) == self.keep:
            index = (slack < self.slacks[-1]).nonzero()[:, 0]
            if not len(index):
                return
        index = index[slack[index].argsort(stable=True)[: self.keep]]
        fresh = batches.mapped(piece, lambda value: value[index.to(value.device)].detach().cpu())
        pool = fresh if self.batch is None else batches.joined([self.batch, fresh])
        slacks = torch.cat([self.slacks, slack[index]])
        order = slacks.argsort(stable=True)[: self.keep]
        self.batch, self.slacks = batches.mapped(pool, lambda value: value[order]), slacks[order]


@dataclass
class _Hunt:
    """The running state of one attack."""

    problem: Problem
    plan: Effort
    device: torch.device
    chunk: int
    rounding: float
    evaluations: int = 0
    negative: int = 0
    confirmations: int = 0
    shelves: dict[str, _Shelf] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def evaluate(self, batch: Batch, stage: str) -> torch.Tensor:
        """Slacks of a batch (on the CPU), in chunks; its best instances go to the stage's shelf."""
        count = batches.size(batch, stage)
        shelf = self.shelves.setdefault(stage, _Shelf(max(self.plan.parents, self.plan.confirmations)))
        slacks = []
        for start in range(0, count, self.chunk):
            stop = min(start + self.chunk, count)
            piece = batches.mapped(batch, lambda value, a=start, b=stop: value[a:b].to(self.device))  # type: ignore[misc]
            slack = self._slack(piece, stop - start)
            slacks.append(slack)
            shelf.add(piece, slack)
        self.evaluations += count
        return torch.cat(slacks)

    def _slack(self, piece: Batch, count: int) -> torch.Tensor:
        with torch.no_grad():
            slack = self.problem.slack(piece)
        if not isinstance(slack, torch.Tensor):
            raise InputError(f"slack must return a tensor, got {type(slack).__name__}")
        if slack.shape != (count,) or slack.dtype != torch.float64:
            came = f"shape {tuple(slack.shape)}, {slack.dtype}"
            raise InputError(f"slack must return a float64 tensor of shape ({count},), got {came}")
        slack = slack.cpu()
        bad = ~torch.isfinite(slack)
        if self.problem.infinite_left:
            bad &= ~torch.isposinf(slack)
        if bad.any():
            k = int(bad.nonzero()[0])
            where = batches.shown(batches.row(piece, k))
            raise InputError(f"slack must be finite, got {float(slack[k])} at the instance {where}")
        self.negative += int((slack < 0).sum())
        return slack

    @property
    def best_stage(self) -> str:
        return min(self.shelves, key=lambda stage: float(self.shelves[stage].slacks[0]))

    @property
    def best(self) -> float:
        return float(self.shelves[self.best_stage].slacks[0])

    def witness(self, stage: str) -> Witness | None:
        """Confirms the most negative instances of a stage that were not tried before, a limited number."""
        shelf, tried = self.shelves[stage], 0
        for k in range(int((shelf.slacks < 0).sum())):
            if tried >= self.plan.confirmations:
                break
            assert shelf.batch is not None
            instance = batches.row(shelf.batch, k)
            key = repr(batches.plain(instance))
            if key in self.seen:
                continue
            self.seen.add(key)
            tried += 1
            found = self.problem.confirm(instance)
            if found is not None:
                _require_visible(found)
                self.confirmations += tried
                return found
        self.confirmations += tried
        return None


def _require_visible(witness: Witness) -> None:
    """A witness whose own numbers do not show the violation is an error of the check."""
    try:
        left, right = Decimal(witness.left), Decimal(witness.right)
        shows = {"<": left < right, ">": left > right, "==": left == right, "!=": left != right}
    except InvalidOperation:
        raise InputError(f"a witness must carry decimal values, got {witness.left!r} and {witness.right!r}") from None
    if not shows.get(witness.relation, False):
        raise InputError(f"a witness must show its relation, got {witness.left} {witness.relation} {witness.right}")


def attack(
    problem: Problem,
    *,
    effort: str | Effort,
    seed: int | np.random.SeedSequence,
    scope: Scope,
    statement: str,
    rounding: float = 1e-12,
    chunk: int = 65_536,
    device: str | torch.device = "cpu",
) -> Finding:
    """Try to break ``slack >= 0``; a finding of strength ``searched``.

    - violated: ``confirm`` returned a witness.
    - inconclusive: an instance fell below ``-rounding`` (in the units of the slack) in floating point and the
      second evaluation did not agree: the two codes contradict each other.
    - holds: otherwise. The lowest instances between ``-rounding`` and 0, ``effort.confirmations`` of them per
      stage, were evaluated again and satisfied the statement.

    ``effort`` is ``"quick"``, ``"full"`` or an :class:`Effort`. The same seed, device type and thread count
    give the same finding, apart from ``seconds``; all noise is drawn on the CPU. ``chunk`` bounds how many
    instances are evaluated at once. Raises InputError for bad arguments and for a slack that is not finite.
    """
    start = time.perf_counter()
    plan = _plan(effort)
    if not 0 <= rounding < math.inf:
        raise InputError(f"rounding must be a finite number >= 0, got {rounding!r}")
    if chunk < 1:
        raise InputError(f"chunk must be at least 1, got {chunk!r}")
    hunt = _Hunt(problem, plan, _device(device), chunk, rounding)
    sequence = _sequence(seed)
    draws, moves = (torch.Generator().manual_seed(int(word) >> 1) for word in sequence.generate_state(2, np.uint64))
    witness = _candidates(hunt) or _samples(hunt, draws) or _refinement(hunt, moves)
    seconds = time.perf_counter() - start
    shelf = hunt.shelves[hunt.best_stage]
    assert shelf.batch is not None
    record = {
        "evaluations": hunt.evaluations,
        "best_slack": hunt.best,
        "argmin": batches.plain(batches.row(shelf.batch, 0)),
        "found_by": hunt.best_stage,
        "best_by_stage": {stage: float(entry.slacks[0]) for stage, entry in hunt.shelves.items()},
        "negative_in_floats": hunt.negative,
        "evaluated_again": hunt.confirmations,
        "rounding": rounding,
        "seed": {"entropy": str(sequence.entropy), "spawn_key": list(sequence.spawn_key)},
        "plan": {name: getattr(plan, name) for name in plan.__dataclass_fields__},
        "seconds": round(seconds, 4),
    }
    verdict, reason = _judge(hunt, witness)
    return ENGINE.finding(verdict, scope, statement, reason=reason, witness=witness, effort=record, seconds=seconds)


def _judge(hunt: _Hunt, witness: Witness | None) -> tuple[Verdict, str]:
    if witness is not None:
        return Verdict.VIOLATED, f"confirmed: {witness.left} {witness.relation} {witness.right}"
    if hunt.best < -hunt.rounding:
        return Verdict.INCONCLUSIVE, (
            f"slack {hunt.best:.3e} in floating point, below the rounding {hunt.rounding:.0e}, "
            f"and none of {hunt.confirmations} second evaluations confirmed a violation"
        )
    if hunt.negative:
        return Verdict.HOLDS, (
            f"not broken in {hunt.evaluations} evaluations; {hunt.negative} fell below zero in floating point, "
            f"by {-hunt.best:.1e} at most, and the lowest {hunt.confirmations} of them satisfy the statement "
            "when evaluated again"
        )
    return Verdict.HOLDS, f"not broken in {hunt.evaluations} evaluations; least slack {hunt.best:.6e}"


def _plan(effort: str | Effort) -> Effort:
    if isinstance(effort, Effort):
        return effort
    if effort not in EFFORTS:
        raise InputError(f"effort must be an Effort or one of {sorted(EFFORTS)}, got {effort!r}")
    return EFFORTS[effort]


def _sequence(seed: int | np.random.SeedSequence) -> np.random.SeedSequence:
    if isinstance(seed, np.random.SeedSequence):
        return np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be an integer >= 0 or a SeedSequence, got {seed!r}")
    return np.random.SeedSequence(seed)


def _device(device: str | torch.device) -> torch.device:
    chosen = torch.device(device)
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise InputError("device is 'cuda' but no CUDA device is available; use 'cpu'")
    return chosen


def _candidates(hunt: _Hunt) -> Witness | None:
    batch = hunt.problem.candidates()
    if batches.size(batch, "candidates") == 0:
        raise InputError("candidates must return at least one structured instance, got none")
    example = _draw(hunt, torch.Generator().manual_seed(0), 1)
    if batches.layout(batch) != batches.layout(example):
        raise InputError(
            "sample and candidates must return the same names, shapes and types, "
            f"got {batches.layout(example)} and {batches.layout(batch)}"
        )
    hunt.evaluate(batch, "candidates")
    return hunt.witness("candidates")


def _draw(hunt: _Hunt, generator: torch.Generator, count: int) -> Batch:
    batch = hunt.problem.sample(generator, count)
    if batches.size(batch, "sample") != count:
        raise InputError(f"sample must return {count} instances, got {batches.size(batch, 'sample')}")
    return batch


def _samples(hunt: _Hunt, generator: torch.Generator) -> Witness | None:
    for done in range(0, hunt.plan.samples, hunt.chunk):
        hunt.evaluate(_draw(hunt, generator, min(hunt.chunk, hunt.plan.samples - done)), "samples")
        if hunt.best < -hunt.rounding:
            found = hunt.witness("samples")
            if found is not None:
                return found
    return hunt.witness("samples")


def _refinement(hunt: _Hunt, generator: torch.Generator) -> Witness | None:
    """Local search from the best candidates, the best samples and fresh samples, in equal parts.

    Every child moves with a step size of its own; a parent takes over the step size of the child that
    replaces it, and narrows its own where none improves.
    """
    plan = hunt.plan
    fresh = _draw(hunt, generator, max(256, plan.parents))
    part = max(1, plan.parents // 3)
    sources = [hunt.shelves["candidates"].batch, hunt.shelves["samples"].batch, fresh]
    parents = batches.joined(
        batches.mapped(source, lambda value: value[:part]) for source in sources if source is not None
    )
    if hunt.problem.refine is not None:
        hunt.evaluate(hunt.problem.refine(parents, generator), "refinement")
        return hunt.witness("refinement")
    scale = batches.spread(fresh)
    slacks = hunt.evaluate(parents, "refinement")
    width = torch.full_like(slacks, 0.3)
    for step in range(plan.rounds):
        widths = batches.step_sizes(width, plan.children, generator)
        children = hunt.problem.project(batches.offspring(parents, scale, widths, plan.children, generator))
        values = hunt.evaluate(children, "refinement").reshape(-1, plan.children)
        best, which = values.min(dim=1)
        better = best < slacks
        chosen = torch.arange(len(slacks)) * plan.children + which

        def keep(new: torch.Tensor, old: torch.Tensor, c: Any = chosen, b: Any = better) -> torch.Tensor:
            return torch.where(b.reshape(-1, *[1] * (old.ndim - 1)), new[c], old)

        parents = batches.combined(keep, children, parents)
        slacks = torch.where(better, best, slacks)
        width = torch.where(better, widths[chosen], width * 0.6).clamp(1e-12, 1.0)
        if hunt.best < -hunt.rounding and step % 10 == 9:
            found = hunt.witness("refinement")
            if found is not None:
                return found
    return hunt.witness("refinement")


__all__ = [
    "EFFORTS",
    "ENGINE",
    "Batch",
    "Effort",
    "Problem",
    "attack",
    "box",
    "exact_distribution",
    "exact_values",
    "simplex",
    "unconstrained",
]
