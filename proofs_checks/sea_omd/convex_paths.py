"""Deterministic sequences of slopes that come close to the pathwise bounds, played in balls."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import ctx

from plumbline.formula import Formula
from proofs_checks.engines import enumeration
from theory.sea_omd.definitions import paths

Blocks = tuple[tuple[tuple[int, ...], int], ...]
_UP, _DOWN, _PAIR = (1,), (-1,), (1, -1)


@dataclass(frozen=True)
class Case:
    """Signs in blocks (pattern, how often), scaled by G, on an interval of length D with the start 0 in it."""

    blocks: Blocks
    D: Fraction = Fraction(2)
    G: Fraction = Fraction(1)
    delta: Fraction = Fraction(0)
    c: Fraction = Fraction(1)
    centred: bool = True

    @property
    def domain(self) -> tuple[Fraction, Fraction]:
        return (-self.D / 2, self.D / 2) if self.centred else (-self.D, Fraction(0))

    def data(self, learner: str, **more: Any) -> dict[str, Any]:
        """The case as data of a witness program."""
        slopes = [[[str(sign * self.G) for sign in pattern], count] for pattern, count in self.blocks]
        numbers = {name: str(getattr(self, name)) for name in ("D", "G", "delta", "c")}
        return {"slopes": slopes, "domain": [*map(str, self.domain)], "learner": learner, **numbers, **more}


def crossing(c: Fraction, *, pairs: int = 0, delta: int = 0, D: Fraction, G: Fraction) -> Case:
    """Alternation for 2 ``pairs`` rounds, then one sign until the domain [-D, 0] is crossed; ``delta`` in G^2."""
    last = math.sqrt(5 + delta + 8 * pairs)
    blocks: Blocks = (((_PAIR, pairs),) if pairs else ()) + ((_UP, math.ceil(last / c) + 2),)
    return Case(blocks, D, G, delta * G**2, c, centred=False)


def lifted(rounds: int, lift_at: int, extra: int, last: int) -> Case:
    """Alternation with ``extra`` rounds of +1 inserted after an even ``lift_at`` rounds, then a run of -1."""
    return Case(((_PAIR, lift_at // 2), (_UP, extra), (_PAIR, (rounds - lift_at) // 2), (_DOWN, last)))


def growing_blocks(rounds: int, divisor: Fraction, last: int) -> Case:
    """Blocks of one sign: one that starts after t rounds has floor(sqrt(t+1)/divisor) of them, at least 1."""
    blocks, played, sign = list[tuple[tuple[int, ...], int]](), 0, 1
    while played < rounds:
        length = max(1, math.isqrt(int((played + 1) / divisor**2)))
        length = min(length, rounds - played)
        blocks.append(((sign,), length))
        played, sign = played + length, -sign
    return Case((*blocks, (_DOWN, last)) if last else tuple(blocks))


def twice(c: Fraction, *, D: Fraction, G: Fraction) -> Case:
    """Two equal slopes that just cross the domain [-D, 0], by the choice of delta."""
    return Case(((_UP, 2),), D, G, 4 * c**2 * G**2, c, centred=False)


CROSSINGS = (
    crossing(Fraction(1, 400), D=Fraction(1, 2), G=Fraction(3)),
    crossing(Fraction(1, 200), delta=20, D=Fraction(3), G=Fraction(1, 10)),
    crossing(Fraction(1, 200), pairs=5, D=Fraction(2), G=Fraction(1)),
)
LIFTED = lifted(10_000, 100, 5, 220)
BLOCKS = growing_blocks(1200, Fraction(3, 2), 69)
LONG_BLOCKS = growing_blocks(4000, Fraction(3, 2), 126)
TWICE = tuple(
    twice(Fraction(c), D=Fraction(D), G=Fraction(G)) for c, D, G in ((1000, 1, 1), (500, 9, "1/10000"), (200, "1/7", 6))
)
WEAVING = Case(((_PAIR, 40),), delta=Fraction(100), c=Fraction(3))


def _step(case: Case, learner: str) -> paths.Step:
    D, G, delta, c = (enumeration.ball(getattr(case, name)) for name in ("D", "G", "delta", "c"))
    make = paths.adaptive_step_without_hint if learner == "no hints" else paths.adaptive_step
    return make(D, G, delta, c)


@functools.lru_cache(maxsize=64)
def _played(case: Case, learner: str, bits: int) -> tuple[Any, Any, Any]:
    with enumeration.precision(bits):
        lo, hi = (enumeration.ball(end) for end in case.domain)
        slopes = [
            enumeration.ball(sign * case.G) for pattern, count in case.blocks for _ in range(count) for sign in pattern
        ]
        path = paths.optimistic_mirror_descent(
            paths.slopes_of(slopes),
            len(slopes),
            _step(case, learner),
            paths.Interval(lo, hi),
            hints=learner != "no hints",
        )
        return path.hindsight_regret, enumeration.ball(path.variation), enumeration.ball(path.movement)


def played(case: Case, learner: str) -> tuple[Any, Any, Any]:
    """Hindsight regret, Vbar and movement of a learner, enclosed at the present precision."""
    return _played(case, learner, ctx.prec)


def sides(bound: Formula, case: Case, learner: str, **more: Fraction) -> tuple[Any, Any]:
    """Hindsight regret and the bound at the path's own numbers, in balls."""
    regret, V, X = played(case, learner)
    known: dict[str, Any] = {"D": case.D, "G": case.G, "delta": case.delta, "c": case.c, "V": V, "X": X, **more}
    return regret, bound.arb(ctx.prec, **{axis.name: known[axis.name] for axis in bound.variables})


def close_cases(effort_full: bool) -> Sequence[Case]:
    """Cases for the bounds: crossings for c near 0, blocks, the lifted alternation at c = 1, a few more at full."""
    more = (crossing(Fraction(1, 1000), D=Fraction(2), G=Fraction(1)), lifted(100_000, 100, 6, 700))
    return (*CROSSINGS, BLOCKS, LIFTED, *(more if effort_full else ()))
