"""The blueprint: which claim rests on which, drawn in the page; nodes, colours and edges come from the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from plumbline.report.claims import tone
from plumbline.report.tally import STRENGTHS, ClaimEntry, group, words
from plumbline.standing import rested_on

_HEIGHT, _GAP, _RISE, _LETTER, _PAD = 26, 14, 62, 6.6, 20
_SWEEPS = 12


def blueprint_html(entries: Sequence[ClaimEntry], addresses: Mapping[str, str]) -> str:
    """The drawing of one paper's claims; what neither rests on a claim nor carries one is left out.

    Foundations stand below what rests on them. ``addresses`` has the link of every claim shown elsewhere.
    """
    below = edges(entries)
    joined = {name for pair in below.items() if pair[1] for name in (pair[0], *pair[1])}
    if not joined:
        return ""
    shown = {entry.claim.id: entry for entry in entries if entry.claim.id in joined}
    rows = arranged(layers({name: [other for other in below[name] if other in shown] for name in shown}), below)
    width, places = _placed(rows)
    height = len(rows) * _RISE - (_RISE - _HEIGHT)
    lines = [_edge(places[name], places[other]) for name in shown for other in below[name]]
    nodes = [_node(entry, places[name], addresses.get(name, f"#{name}")) for name, entry in shown.items()]
    left_out = len(entries) - len(shown)
    note = f" {left_out} more stand alone." if left_out else ""
    return (
        '<figure class="blueprint"><div tabindex="0" role="region" aria-label="Blueprint, scrolls sideways">'
        f'<svg width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}" role="img" '
        f'aria-label="Which claim rests on which">{"".join(lines)}{"".join(nodes)}</svg></div>'
        '<figcaption class="sans quiet">Each claim stands above those that its evidence rests on. Filled: holds on '
        f"its whole domain; the colour is its strength.{note}</figcaption></figure>"
    )


def edges(entries: Sequence[ClaimEntry]) -> dict[str, list[str]]:
    """For each claim, those of the given claims that it or its record names as foundations."""
    known = {entry.claim.id for entry in entries}
    return {
        entry.claim.id: [name for name in rested_on(entry.claim, entry.record) if name in known - {entry.claim.id}]
        for entry in entries
    }


def layers(below: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Foundations last: every claim one layer above the highest of those that it rests on. A cycle is cut."""
    depth: dict[str, int] = {}

    def visit(name: str, path: tuple[str, ...]) -> int:
        if name not in depth:
            under = [visit(other, (*path, name)) for other in below[name] if other not in (*path, name)]
            depth[name] = 1 + max(under, default=-1)
        return depth[name]

    for name in below:
        visit(name, ())
    top = max(depth.values())
    return [[name for name in below if depth[name] == level] for level in range(top, -1, -1)]


def arranged(rows: Sequence[Sequence[str]], below: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Each layer ordered by the mean place of its neighbours, swept up and down: fewer crossings."""
    order = [list(row) for row in rows]
    near: dict[str, list[str]] = {name: [] for row in rows for name in row}
    for name, others in below.items():
        for other in others:
            if name in near and other in near:
                near[name].append(other)
                near[other].append(name)
    for sweep in range(_SWEEPS):
        for row in order if sweep % 2 else reversed(order):
            place = {name: (i + 0.5) / len(line) for line in order for i, name in enumerate(line)}
            centre = {n: sum(place[o] for o in near[n]) / len(near[n]) if near[n] else place[n] for n in row}
            row.sort(key=centre.__getitem__)
    return order


def _label(name: str) -> str:
    return name.split(".", 1)[1]


def _placed(rows: Sequence[Sequence[str]]) -> tuple[float, dict[str, tuple[float, float, float]]]:
    """Width of the drawing, and for each claim its left end, top and width."""
    wide = {name: _LETTER * len(_label(name)) + _PAD for row in rows for name in row}
    totals = [sum(wide[name] + _GAP for name in row) - _GAP for row in rows]
    places = {}
    for level, (row, total) in enumerate(zip(rows, totals, strict=True)):
        left = (max(totals) - total) / 2
        for name in row:
            places[name] = (left, float(level * _RISE), wide[name])
            left += wide[name] + _GAP
    return max(totals), places


def _edge(above: tuple[float, float, float], under: tuple[float, float, float]) -> str:
    x1, y1 = above[0] + above[2] / 2, above[1] + _HEIGHT
    x2, y2 = under[0] + under[2] / 2, under[1]
    bend = (y2 - y1) / 2
    return f'<path d="M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"/>'


def _node(entry: ClaimEntry, place: tuple[float, float, float], address: str) -> str:
    left, top, width = place
    shape = "" if group(entry) in STRENGTHS else ' class="hollow"'
    return (
        f'<a href="{escape(address)}"><title>{escape(f"{entry.claim.id}: {words(entry)}")}</title>'
        f'<rect data-tone="{tone(entry)}"{shape} x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_HEIGHT}" '
        f'rx="5"/><text x="{left + width / 2:.1f}" y="{top + 17:.1f}"{shape}>{_label(entry.claim.id)}</text></a>'
    )
