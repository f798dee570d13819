"""A sure label and score vectors in the box [-L, L]^n: what becomes of regrets without completeness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import exp

from theory.comp_sum.witnesses import loss, real


def _softmax_of_first(scores: list[Any]) -> Any:
    return 1 / sum(exp(score - scores[0]) for score in scores)


def _least(n: int, L: Any, tau: Fraction) -> Any:
    """The least loss of label 0: the loss falls in its own score and rises in every other."""
    return loss(_softmax_of_first([L] + [-L] * (n - 1)), tau)


def bounded_regret(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: regret in the box of label 0, sure, tied with label 1, which is predicted. Right: the claimed value."""
    n, L, tau = int(data["n"]), real(data["L"]), Fraction(data["tau"])
    tied = loss(_softmax_of_first([L, L] + [-L] * (n - 2)), tau)
    point = {name: Fraction(value) for name, value in data["point"].items()}
    return tied - _least(n, L, tau), formulas["T"](**point)


def bounded_risk(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the least loss in the box of a sure label. Right: the claimed least risk of a sure label."""
    point = {name: Fraction(value) for name, value in data["point"].items()}
    return _least(int(data["n"]), real(data["L"]), Fraction(data["tau"])), formulas["T"](**point)
