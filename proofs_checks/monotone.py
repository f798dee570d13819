"""``a >= b`` by what they differ in: shared increasing and decreasing steps are taken off, an engine judges the rest.

Where two expressions are the same function of one place that differs, and the function is monotone in it, the order
at the place decides theirs: sums and products with a common rest, powers, exp, log, box_cox, Max and Min. Signs that
a step needs are proved by the engines. What cannot be taken off is left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sympy

from plumbline.domain import Domain
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula
from proofs_checks.engines import interval, symbolic

_INCREASING = frozenset({"exp", "sinh", "tanh", "atanh"})
_JOINS = (sympy.Add, sympy.Mul, sympy.Max, sympy.Min)
_BUDGET = 1.0


def at_least(larger: Any, smaller: Any, domain: Domain) -> Finding | None:
    """An engine's finding on the innermost pair that shows ``larger >= smaller`` on the domain; ``None`` without."""
    pairs = list(_inner_pairs(larger, smaller, domain))
    for one, other in reversed(pairs):
        found = _judged(one, other, domain)
        if found is not None:
            return found
    return None


def _judged(one: Any, other: Any, domain: Domain) -> Finding | None:
    names = {symbol.name for symbol in (one - other).free_symbols}
    part = Domain(*(axis for axis in domain.ranges if axis.name in names))
    axes = list(part.ranges)
    try:
        found = symbolic.prove_nonnegative(one - other, part)
        if found.verdict is Verdict.HOLDS:
            return found
        sides = [Formula("side", axes, lambda *_, side=side: side) for side in (one, other)]
        found = interval.prove_at_least(*sides, budget_seconds=_BUDGET)
    except InputError:
        return None
    return found if found.verdict is Verdict.HOLDS else None


def _inner_pairs(one: Any, other: Any, domain: Domain) -> Iterator[tuple[Any, Any]]:
    """Pairs whose order implies that of the outer ones, from the outside in; the outermost is not among them."""
    while True:
        step = _step(one, other, domain)
        if step is None:
            return
        one, other, rises = step
        if not rises:
            one, other = other, one
        yield one, other


def _step(one: Any, other: Any, domain: Domain) -> tuple[Any, Any, bool] | None:
    """One level down: the two inner expressions, and whether the outer ones rise with them."""
    for kind in (sympy.Add, sympy.Mul, sympy.Max, sympy.Min):
        if isinstance(one, kind) or isinstance(other, kind):
            step = _common_rest(kind, one, other, domain)
            if step is not None:
                return step
    name = type(one).__name__
    if isinstance(one, _JOINS):
        return None
    if name != type(other).__name__ or len(one.args) != len(other.args):
        return None
    places = [place for place, (a, b) in enumerate(zip(one.args, other.args, strict=True)) if a != b]
    if len(places) != 1:
        return None
    place = places[0]
    a, b = one.args[place], other.args[place]
    if name in _INCREASING:
        return a, b, True
    if name == "log" and _positive(a, domain) and _positive(b, domain):
        return a, b, True
    if name == "box_cox" and one.args[2] == 0 and place < 2:
        return (a, b, True) if place == 1 or (_positive(a, domain) and _positive(b, domain)) else None
    if name in ("Pow", "power"):
        return _power_step(one.args, other.args, place, domain)
    return None


def _common_rest(kind: Any, one: Any, other: Any, domain: Domain) -> tuple[Any, Any, bool] | None:
    """Sums, products, maxima and minima (an expression may be a sum or product of itself alone) with equal items."""
    mine, theirs = (list(side.args) if isinstance(side, kind) else [side] for side in (one, other))
    shared = [item for item in mine if item in theirs]
    if not shared or (kind in (sympy.Max, sympy.Min) and len(shared) in (len(mine), len(theirs))):
        return None
    a, b = (kind(*(item for item in items if item not in shared)) for items in (mine, theirs))
    if kind is not sympy.Mul:
        return a, b, True
    factor = sympy.Mul(*shared)
    if _nonnegative(factor, domain):
        return a, b, True
    return (a, b, False) if _nonnegative(-factor, domain) else None


def _power_step(one: Any, other: Any, place: int, domain: Domain) -> tuple[Any, Any, bool] | None:
    a, b = one[place], other[place]
    if place == 0:
        exponent = one[1]
        if _positive(exponent, domain):
            return (a, b, True) if _nonnegative(a, domain) and _nonnegative(b, domain) else None
        falls = _positive(-exponent, domain) and _positive(a, domain) and _positive(b, domain)
        return (a, b, False) if falls else None
    base = one[0]
    if _nonnegative(base - 1, domain):
        return a, b, True
    defined = _positive(base, domain) or (_nonnegative(base, domain) and _positive(a, domain) and _positive(b, domain))
    return (a, b, False) if defined and _nonnegative(1 - base, domain) else None


def _positive(expr: Any, domain: Domain) -> bool:
    return _has_sign(expr, domain, strict=True)


def _nonnegative(expr: Any, domain: Domain) -> bool:
    return _has_sign(expr, domain, strict=False)


@lru_cache(maxsize=2048)
def _has_sign(expr: Any, domain: Domain, *, strict: bool) -> bool:
    if _sign_by_parts(expr, domain, strict):
        return True
    names = {symbol.name for symbol in expr.free_symbols}
    axes = [axis for axis in domain.ranges if axis.name in names]
    try:
        if symbolic.prove_nonnegative(expr, Domain(*axes), strict=strict).verdict is Verdict.HOLDS:
            return True
        side = Formula("side", axes, lambda *_: expr)
        found = interval.prove_at_least(side, 0, strict=strict, budget_seconds=_BUDGET)
    except InputError:
        return False
    return found.verdict is Verdict.HOLDS


def _sign_by_parts(expr: Any, domain: Domain, strict: bool) -> bool:
    """Whether the sign follows from those of the parts: sums and products of such, powers, box_cox above 1."""
    name = type(expr).__name__
    if name in ("exp", "cosh"):
        return True
    if name == "Mul" or (name == "Add" and not any(_negative_coefficient(item) for item in expr.args)):
        return all(_has_sign(item, domain, strict=strict) for item in expr.args)
    if name in ("power", "Pow"):
        return _positive(expr.args[0], domain) if strict or name == "Pow" else _nonnegative(expr.args[0], domain)
    if name == "box_cox" and expr.args[2] == 0:
        return _has_sign(expr.args[0] - 1, domain, strict=strict)
    return False


def _negative_coefficient(item: Any) -> bool:
    return bool(item.as_coeff_Mul()[0] < 0)
