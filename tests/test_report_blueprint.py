"""The drawing of what rests on what."""

from __future__ import annotations

import re

import pytest
from report_sample import claim, record

from plumbline.report.blueprint import arranged, blueprint_html, edges, layers
from plumbline.report.tally import ClaimEntry

BELOW = {"a": ["c", "d"], "b": ["d"], "c": ["e"], "d": [], "e": []}


def test_every_claim_stands_above_what_it_rests_on():
    rows = layers(BELOW)
    level = {name: index for index, row in enumerate(rows) for name in row}
    assert level == {"a": 0, "c": 1, "b": 1, "d": 2, "e": 2}
    assert all(level[name] < level[other] for name, others in BELOW.items() for other in others)


def test_a_cycle_is_drawn_rather_than_followed_for_ever():
    assert sorted(name for row in layers({"a": ["b"], "b": ["a"]}) for name in row) == ["a", "b"]


def test_neighbours_are_moved_together():
    assert arranged([["a", "b"], ["c", "d"]], {"a": ["d"], "b": ["c"]}) in (
        [["a", "b"], ["d", "c"]],
        [["b", "a"], ["c", "d"]],
    )


@pytest.fixture
def chain():
    """Three claims: the first on the second by its record, the third alone."""
    top, base, alone = claim("top.one", rests_on=("sample.base.one",)), claim("base.one"), claim("alone.one")
    found = {"rests_on": ["sample.base.one", "lemma:jensen"]}
    return [
        ClaimEntry(top, record(top, **found)),
        ClaimEntry(base, record(base, strength="symbolic")),
        ClaimEntry(alone, record(alone)),
    ]


def test_edges_come_from_declarations_and_records_and_leave_lemmas_out(chain):
    assert edges(chain) == {"sample.top.one": ["sample.base.one"], "sample.base.one": [], "sample.alone.one": []}


def test_nodes_are_coloured_linked_and_counted(chain):
    drawn = blueprint_html(chain, {"sample.top.one": "sample.html#sample.top.one"})
    assert len(re.findall("<rect", drawn)) == 2 and len(re.findall("<path", drawn)) == 1
    assert 'href="sample.html#sample.top.one"' in drawn and 'href="#sample.base.one"' in drawn
    assert 'data-tone="certified"' in drawn and 'data-tone="symbolic"' in drawn
    assert "1 more stand alone" in drawn and "alone.one" not in drawn
    assert blueprint_html(chain[2:], {}) == ""
