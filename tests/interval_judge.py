"""How the tests ask the interval engine: every verdict is checked for what must come with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plumbline import witness
from plumbline.domain import Integer, Real
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula, xlogx
from proofs_checks.engines.interval import flaws, prove_at_least

UNIT = Real("t", 0, 1)


def logistic(t: Any) -> Any:
    """T_1(t) = ((1+t) log(1+t) + (1-t) log(1-t))/2."""
    return xlogx(1 + t) / 2 + xlogx(1 - t) / 2


def judge(left: Callable[..., Any], right: Callable[..., Any] | int, *axes: Real | Integer, **options: Any) -> Finding:
    """The verdict on ``left >= right`` for builders of one argument per axis."""
    sides = Formula("left", axes, left)
    other = right if isinstance(right, int) else Formula("right", axes, right)
    finding = prove_at_least(sides, other, **options)
    if finding.verdict is Verdict.HOLDS:
        assert finding.certificate is not None and flaws(finding.certificate) == []
        assert finding.scope == options.get("domain", sides.domain)
    elif finding.verdict is Verdict.VIOLATED:
        assert finding.witness is not None and witness.confirms("", finding.witness.as_json())
    else:
        assert finding.reason and finding.witness is None
    return finding


def reasons(finding: Finding) -> str:
    assert finding.certificate is not None
    return "; ".join(reason for cell in finding.certificate["cells"] for reason in cell["reasons"])


def edge_sides() -> tuple[Callable[..., Any], Callable[..., Any], Real, Real]:
    """P T_1(x) >= T_1(P x): tight on P = 0, P = 1 and x = 0, singular derivatives at x = 1."""
    return (
        lambda P, x: P * logistic(x),
        lambda P, x: logistic(P * x),
        Real("P", 0, 1),
        Real("x", 0, 1),
    )
