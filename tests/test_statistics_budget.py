"""False alarms of all statistical checks together: designs found by scanning, summed, and not overdrawn."""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction
from types import ModuleType
from typing import Any

import architecture
import pytest
from architecture import Source

from plumbline import catalogue, store
from proofs_checks.engines.statistics import Design, MeanDesign
from proofs_checks.engines.statistics.error_budget import LIMIT, complaints, declared, overdrawn, total

DESIGN = MeanDesign(
    name="a", alpha="1e-5", effect=0.1, sd=0.5, samples=3000, method="bernstein", within=(0, 1), tests=2
)


def test_the_suite_stays_within_its_false_alarms_and_each_design_has_its_power() -> None:
    designs = declared()
    assert complaints(designs) == []
    assert total(designs) < LIMIT


def test_recorded_findings_do_not_overdraw_their_designs() -> None:
    claims = catalogue.all_claims()
    records = [record for claim in claims if (record := store.read_record(claim.id, "quick")) is not None]
    assert overdrawn((finding for record in records for finding in record["findings"]), declared()) == []


def strays(tree: list[Source]) -> list[str]:
    """A design of a paper stands at module level, under a name or in a tuple or list, where the scan finds it; nothing
    changes its alpha afterwards."""
    found = []
    for source in tree:
        if source.room != "proofs_checks" or source.path.startswith("proofs_checks/engines/"):
            continue
        listed: set[ast.AST] = set()
        for statement in source.tree.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                value = statement.value
                listed |= {value, *(value.elts if isinstance(value, (ast.Tuple, ast.List)) else ())}
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            if called.endswith("Design") and node not in listed:
                found.append(f"{source.at(node)}: {called} must stand at module level")
            if called == "replace" and {word.arg for word in node.keywords} & {"alpha", "tests", "effect"}:
                found.append(f"{source.at(node)}: changes a design")
    return found


def test_every_design_of_a_paper_is_where_the_scan_finds_it() -> None:
    assert strays(architecture.sources()) == []


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return statistics.MeanDesign(alpha='1e-5')",
        "check(MeanDesign(alpha='1e-5'))",
        "DESIGNS = {'a': BinomialDesign(alpha='1e-5')}",
        "x = replace(DESIGN, alpha='1')",
    ],
)
def test_a_hidden_design_is_caught(text: str) -> None:
    assert strays([Source("proofs_checks/alpha/rates.py", text)])


def test_open_designs_pass() -> None:
    text = "A = MeanDesign(alpha='1e-5')\nB: list[Design] = [ExponentDesign(x=1), statistics.BinomialDesign(y=2)]"
    assert strays([Source("proofs_checks/alpha/rates.py", text)]) == []


def test_designs_are_found_through_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("proofs_checks.alpha.rates")
    other = replace(DESIGN, name="b")
    vars(module).update(FIRST=DESIGN, OTHERS=[other, DESIGN], LEVEL=3)
    monkeypatch.setattr(catalogue, "paper_names", lambda: ("alpha",))
    monkeypatch.setattr(catalogue, "_modules", lambda room, paper: [module] if room == "proofs_checks" else [])
    assert declared() == [DESIGN, other]
    assert total(declared()) == Fraction(2, 10**5)


def many(count: int) -> list[Design]:
    return [replace(DESIGN, name=f"d{k}") for k in range(count)]


def test_a_suite_that_asks_for_too_much_is_refused() -> None:
    assert complaints(many(99)) == []
    assert "must stay below" in complaints(many(100))[0]
    assert "2 designs are named a" in complaints([DESIGN, DESIGN])[0]
    weak = replace(DESIGN, samples=100)
    assert f"it needs {DESIGN.planned()}" in complaints([weak])[0]


def drawn(name: str, level: Any) -> dict[str, Any]:
    return {"effort": {"design": name, "level": str(level)}}


def test_findings_beyond_the_declared_number_are_noticed() -> None:
    within = [drawn("a", DESIGN.level)] * 2
    assert overdrawn([*within, {"effort": {}}], [DESIGN]) == []
    assert "3 findings draw on a" in overdrawn([*within, drawn("a", DESIGN.level)], [DESIGN])[0]
    assert overdrawn([drawn("z", DESIGN.level)], [DESIGN]) == ["no design is named z"]
    assert "at level 1/10" in overdrawn([drawn("a", "1/10")], [DESIGN])[0]
