"""A claimed upper bound against the derived one: a point where it is smaller is looked for before any proof."""

from __future__ import annotations

import itertools
from fractions import Fraction

from plumbline.domain import Integer, Real
from plumbline.formula import Formula
from proofs_checks.engines.derivation import Derivation, Fact, StepFailed

_MARKS = tuple(map(Fraction, ("1", "1/7", "5", "0", "1/1000", "1000")))
_MOST = 400
_BITS = 128


def _values(axis: Real | Integer) -> list[Fraction]:
    """A few values of an axis, from its lower end on."""
    low = axis.lo if axis.lo is not None else Fraction(0)
    return [low + mark for mark in _MARKS if axis.contains(low + mark)]


def no_smaller(d: Derivation, label: str, own: Formula, claimed: Formula) -> Fact:
    """``own <= claimed`` on the whole range of ``own``, refused at once at a point where balls show the contrary."""
    if own.fingerprint != claimed.fingerprint:
        names = [axis.name for axis in own.variables]
        points = itertools.product(*(_values(axis) for axis in own.variables))
        for values in itertools.islice(points, _MOST):
            point = dict(zip(names, values, strict=True))
            if own.arb(_BITS, **point) > claimed.arb(_BITS, **point):
                at = ", ".join(f"{name} = {value}" for name, value in point.items())
                raise StepFailed(f"{label}: {claimed.name} < {own.name} at {at}")
    return d.at_most(label, own, claimed)
