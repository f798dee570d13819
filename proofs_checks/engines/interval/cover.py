"""Exact check, in rationals, that boxes make up a box; it shares nothing with the search that made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Integer, Real, covers

Box = tuple[tuple[Fraction, Fraction], ...]


def hole(target: Box, pieces: Sequence[Box]) -> Box | None:
    """A part of the closed box ``target`` that the closed ``pieces`` leave uncovered, or ``None``."""
    todo = [(target, list(pieces))]
    while todo:
        box, near = todo.pop()
        near = [piece for piece in near if _meets(piece, box)]
        if any(_contains(piece, box) for piece in near):
            continue
        cut = _best_cut(box, near)
        if cut is None:
            return box
        axis, value = cut
        low, high = box[axis]
        for side in ((low, value), (value, high)):
            todo.append(((*box[:axis], side, *box[axis + 1 :]), near))
    return None


def _meets(piece: Box, box: Box) -> bool:
    """Whether the piece meets the box in more than a boundary (of the axes that have any width)."""
    for (low, high), (bottom, top) in zip(piece, box, strict=True):
        if bottom == top:
            if not low <= bottom <= high:
                return False
        elif not (low < top and high > bottom):
            return False
    return True


def _contains(piece: Box, box: Box) -> bool:
    return all(low <= bottom and top <= high for (low, high), (bottom, top) in zip(piece, box, strict=True))


def _best_cut(box: Box, pieces: Sequence[Box]) -> tuple[int, Fraction] | None:
    """The median face of the pieces inside the box, on the axis that has most of them."""
    best: list[Fraction] = []
    where = -1
    for axis, (low, high) in enumerate(box):
        cuts = sorted({end for piece in pieces for end in piece[axis] if low < end < high})
        if len(cuts) > len(best):
            best, where = cuts, axis
    return (where, best[len(best) // 2]) if best else None


def axes_as_json(domain: Domain) -> list[dict[str, Any]]:
    return [
        {
            "name": axis.name,
            "kind": "integer" if isinstance(axis, Integer) else "real",
            "lo": None if axis.lo is None else str(axis.lo),
            "hi": None if axis.hi is None else str(axis.hi),
            "open": [axis.open_lo, axis.open_hi],
        }
        for axis in domain.ranges
    ]


def axes_from_json(axes: Sequence[Mapping[str, Any]]) -> Domain:
    found: list[Real | Integer] = []
    for axis in axes:
        if axis["kind"] == "integer":
            ends = [None if axis[end] is None else int(axis[end]) for end in ("lo", "hi")]
            found.append(Integer(axis["name"], *ends))
        else:
            no_low, no_high = axis["open"]
            found.append(Real(axis["name"], axis["lo"], axis["hi"], open_lo=no_low, open_hi=no_high))
    return Domain(*found)


def flaws(certificate: Mapping[str, Any]) -> list[str]:
    """Why the pieces of a ``box_cover`` certificate do not make up its domain; empty if they do."""
    found = []
    scopes = [axes_from_json(cell["scope"]) for cell in certificate["cells"]]
    if not covers(axes_from_json(certificate["domain"]), scopes):
        found.append("the cells leave a part of the domain uncovered")
    for cell, scope in zip(certificate["cells"], scopes, strict=True):
        target = tuple((Fraction(low), Fraction(high)) for low, high in cell["box"])
        pieces = [
            tuple((Fraction(low), Fraction(high)) for low, high in zip(ends[::2], ends[1::2], strict=True))
            for _, *ends in cell["pieces"]
        ]
        if any(len(piece) != len(target) for piece in pieces):
            found.append(f"a piece of {scope.describe()} has the wrong number of axes")
            continue
        missing = hole(target, pieces)
        if missing is not None:
            text = " x ".join(f"[{low}, {high}]" for low, high in missing)
            found.append(f"no piece covers {text} in the coordinates of {scope.describe()}")
    return found
