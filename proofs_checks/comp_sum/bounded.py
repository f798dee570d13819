"""Completeness dropped: score vectors that fill a box, and a sure label, against what is claimed of complete sets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from plumbline import witness
from plumbline.errors import InputError
from plumbline.evidence import Finding
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Subject
from proofs_checks.engines import instances

_BOUND = Fraction(1, 2)


def incomplete(subject: Subject) -> bool:
    """Whether the claim is made without completeness: then only :func:`in_a_box` has something to say of it."""
    if subject["scores"] not in ("complete", "bounded"):
        raise InputError(f"scores must be 'complete' or 'bounded', got {subject['scores']!r}")
    return bool(subject["scores"] == "bounded")


def in_a_box(
    claimed: Formula,
    tau: Fraction | int,
    point: Mapping[str, Fraction | int],
    *,
    n: int = 2,
    wanted: tuple[str, ...] = (">", "=="),
    program: str = "bounded_regret",
    part: str = "",
) -> Finding:
    """Bounded scores: the regret at zero-one regret 1, or the least risk, against a formula at ``point``."""
    exact = {name: str(value) for name, value in point.items()}
    data = {"n": n, "L": str(_BOUND), "tau": str(tau), "point": exact, "formulas": {"T": emit_standalone(claimed)}}
    return instances.compare(
        [data],
        lambda entry: witness.make("comp_sum", program, entry, "a sure label, scores in [-L, L]^n"),
        wanted=wanted,
        statement="what is claimed of complete sets holds for scores in a box",
        description="a sure label",
    ).for_part(part)
