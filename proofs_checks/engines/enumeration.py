"""Expectations over finitely many outcomes, enumerated in full, and certified relations between balls.

A process runs for finitely many rounds; in each, one of finitely many outcomes is drawn with a known rational
probability, independently of the past. All paths are visited, with common beginnings shared, and the values at their
ends are summed with their exact weights: in rationals, or in balls of python-flint where a square root comes in. A
relation holds only if the balls separate, so what this engine grants is ``certified``, on the instances it was given.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeVar

from flint import arb, ctx, fmpq

from plumbline.domain import Domain, Instances, Scope
from plumbline.errors import InputError
from plumbline.evidence import Engine, Finding, Strength, Verdict, Witness

ENGINE = Engine("enumeration", Strength.CERTIFIED)

BITS = 128
_FINER = 4
_SHOWN = 15

State = TypeVar("State")
Law = Sequence[tuple[Fraction, Any]]
Side = arb | Fraction | int


@contextlib.contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls of ``bits`` bits within the block."""
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


def ball(value: Side) -> arb:
    """A rational or a ball as a ball of the present precision; floats are refused."""
    if isinstance(value, arb):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise InputError(f"a side must be a ball, an int or a Fraction, got {value!r}")
    value = Fraction(value)
    return arb(fmpq(value.numerator, value.denominator))


def _require_law(t: int, law: Law) -> None:
    weights = [weight for weight, _ in law]
    if not all(isinstance(weight, (int, Fraction)) for weight in weights):
        raise InputError(f"probabilities of round {t} must be rational, got {weights}")
    if not weights or min(weights) < 0 or sum(weights) != 1:
        raise InputError(f"probabilities of round {t} must be nonnegative and sum to 1, got {[*map(str, weights)]}")


def expectation(
    laws: Sequence[Law],
    start: State,
    advance: Callable[[State, int, Any], State],
    values: Callable[[State], Sequence[Any]],
) -> list[Any]:
    """E values(end of path) over all paths: one exact sum (rationals) or enclosure (balls) per value.

    ``laws[t-1]`` lists (probability, outcome) of round t; ``advance(state, t, outcome)`` returns a new state.
    """
    for t, law in enumerate(laws, 1):
        _require_law(t, law)
    totals: list[Any] = []
    waiting: list[tuple[State, int, Fraction]] = [(start, 0, Fraction(1))]
    while waiting:
        state, t, weight = waiting.pop()
        if t < len(laws):
            branches = [(p, outcome) for p, outcome in laws[t] if p]
            waiting += [(advance(state, t + 1, outcome), t + 1, weight * p) for p, outcome in branches]
            continue
        found = values(state)
        totals = totals or [0] * len(found)
        totals = [total + _times(weight, value) for total, value in zip(totals, found, strict=True)]
    return totals


def _times(weight: Fraction, value: Any) -> Any:
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return weight * value
    if isinstance(value, arb):
        return ball(weight) * value
    raise InputError(f"a value must be a ball, an int or a Fraction, got {value!r}")


def relation(left: Side, right: Side) -> str:
    """``"<"``, ``">"`` or ``"=="`` where it is certain, ``""`` where the balls overlap."""
    if not isinstance(left, arb) and not isinstance(right, arb):
        return "<" if left < right else ">" if left > right else "=="
    one, other = ball(left), ball(right)
    if not (one.is_finite() and other.is_finite()):
        return ""
    return "<" if one < other else ">" if one > other else ""


def compare(
    instances: Sequence[Any],
    sides: Callable[[Any], tuple[Side, Side]],
    *,
    wanted: Sequence[str],
    statement: str,
    description: str,
    show: Callable[[Any], Witness] | None = None,
    whole: Domain | None = None,
    bits: int = BITS,
) -> Finding:
    """The relation between both sides of every instance must certainly be among ``wanted``: ``"<"``, ``">"``, ``"=="``.

    ``sides(instance)`` is evaluated at ``bits``, and once more at four times as many where its balls overlap. A
    certain relation that is not wanted makes the statement ``violated`` where ``show(instance)`` gives a witness of
    the same relation; what stays uncertain is ``inconclusive``. ``whole`` is the domain of a claim about exactly
    these instances (it has no axes).
    """
    if not instances:
        raise InputError("instances must not be empty")
    if whole is not None and whole.axes:
        raise InputError(f"instances do not cover {whole.describe()}: give a domain without axes")
    began = time.perf_counter()
    scope: Scope = whole if whole is not None else Instances(len(instances), description)
    entries = []
    for index, instance in enumerate(instances):
        found, texts = _certain(instance, sides, bits)
        if found in wanted:
            entries.append({"left": texts[0], "relation": found, "right": texts[1]})
            continue
        shown = show(instance) if show is not None and found else None
        confirmed = shown is not None and shown.relation == found
        uncertain = f"instance {index}: {texts[0]} against {texts[1]} is not decided"
        return ENGINE.finding(
            Verdict.VIOLATED if confirmed else Verdict.INCONCLUSIVE,
            scope,
            statement,
            reason=f"instance {index}: {texts[0]} {found} {texts[1]}" if found else uncertain,
            witness=shown if confirmed else None,
            seconds=time.perf_counter() - began,
        )
    return ENGINE.finding(
        Verdict.HOLDS,
        scope,
        statement,
        certificate={"kind": "enumeration", "instances": entries},
        effort={"instances": len(instances), "bits": bits},
        seconds=time.perf_counter() - began,
    )


def _certain(instance: Any, sides: Callable[[Any], tuple[Side, Side]], bits: int) -> tuple[str, tuple[str, str]]:
    found, texts = "", ("", "")
    for working in (bits, _FINER * bits):
        with precision(working):
            left, right = sides(instance)
            found, texts = relation(left, right), (_text(left), _text(right))
        if found:
            break
    return found, texts


def _text(side: Side) -> str:
    return side.str(_SHOWN) if isinstance(side, arb) else str(side)
