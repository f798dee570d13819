"""The shape of a loss: what is assumed of Phi, convexity or concavity in s, and whether two classes decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula
from proofs_checks.engines import interval, symbolic
from theory.calibration import CONVEX_RECIPROCAL, CONVEX_SQUARE, SurrogateLoss, U, tidied

_OPEN = Domain(Real("u", 0, None, open_lo=True))
_SECONDS = 2.0


@dataclass(frozen=True)
class Shape:
    """What was proved of a loss. ``curve`` is ``"convex"``, ``"concave"`` or ``"linear"`` in the softmax value s."""

    curve: str
    findings: tuple[Finding, ...]
    two_class: tuple[Finding, ...] = ()
    lemma: str = ""
    rising: bool = False


def shape(loss: SurrogateLoss) -> Shape:
    """Prove the assumptions on Phi and the curvature of l; InputError where they fail or stay undecided."""
    _require_smooth(loss)
    nonnegative = _required(loss, loss.phi, "Phi >= 0", strict=False)
    increasing = _required(loss, loss.increase, "Phi' > 0 on (0, inf)", strict=True)
    convex = sign(loss.curvature, "(1+u) Phi'' + 2 Phi' >= 0: l is convex in s")
    concave = sign(loss.negated(loss.curvature), "(1+u) Phi'' + 2 Phi' <= 0: l is concave in s")
    base = (nonnegative, increasing)
    if concave.verdict is Verdict.HOLDS:
        curve = "linear" if convex.verdict is Verdict.HOLDS else "concave"
        return Shape(curve, (*base, concave, *([convex] if curve == "linear" else [])))
    if convex.verdict is not Verdict.HOLDS:
        known = all(finding.verdict is Verdict.VIOLATED for finding in (convex, concave))
        what = "is neither convex nor concave" if known else "could be proved neither convex nor concave"
        raise InputError(
            f"loss {loss.phi.expr}: l(s) = Phi(1/s - 1) {what} in s on (0, 1); no transformation is offered"
        )
    lemma, conditions = _two_class(loss)
    rising = sign(loss.negated(loss.reciprocal_convexity(2)), "w is concave").verdict is Verdict.HOLDS
    return Shape("convex", (*base, convex), conditions, lemma, rising)


def _require_smooth(loss: SurrogateLoss) -> None:
    """Phi has no kinks (signs of derivatives would say nothing of them) and is finite at 0."""
    if loss.phi.expr.has(sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Piecewise):
        raise InputError(f"loss {loss.phi.expr} must be smooth: abs, min and max are not allowed here")
    try:
        finite = loss.phi.arb(u=0).is_finite()
    except InputError:
        finite = False
    if not finite:
        raise InputError(f"loss {loss.phi.expr} must be finite at u = 0 (a label predicted with certainty)")


def _required(loss: SurrogateLoss, formula: Formula, statement: str, *, strict: bool) -> Finding:
    found = sign(formula, statement, strict=strict)
    if found.verdict is Verdict.VIOLATED:
        at = found.witness.data.get("point", {}).get("u", "") if found.witness else ""
        raise InputError(f"loss {loss.phi.expr} breaks the assumption {statement}{f' at u = {at}' if at else ''}")
    if found.verdict is Verdict.INCONCLUSIVE:
        raise InputError(f"loss {loss.phi.expr}: the assumption {statement} could not be proved ({found.reason[:120]})")
    return found


def _two_class(loss: SurrogateLoss) -> tuple[str, tuple[Finding, ...]]:
    """The lemma that makes the two-class transformation exact for every n, with its proved hypotheses; or nothing."""
    half = sympy.Rational(1, 2)
    first = [(loss.reciprocal_convexity(2), "w = -1/l' is convex"), (loss.reciprocal_growth(1), "w(0+) = 0")]
    second = [
        (loss.negated(loss.reciprocal_convexity(2)), "w = -1/l' is concave"),
        (loss.reciprocal_convexity(3), "w^2 is convex"),
        (loss.reciprocal_growth(half), "w(0+) = 0"),
    ]
    for lemma, conditions in ((CONVEX_RECIPROCAL, first), (CONVEX_SQUARE, second)):
        found = tuple(_until_failure(conditions))
        if len(found) == len(conditions):
            return lemma.name, found
    return "", ()


def _until_failure(conditions: list[tuple[Formula, str]]) -> Iterator[Finding]:
    for formula, statement in conditions:
        found = sign(formula, statement)
        if found.verdict is not Verdict.HOLDS:
            return
        yield found


def sign(formula: Formula, statement: str, *, strict: bool = False) -> Finding:
    """``formula >= 0`` (``> 0``) on u in (0, inf): symbolically, in a shorter equal form, then in ball arithmetic."""
    plain = symbolic.prove_nonnegative(formula, _OPEN, strict=strict, statement=statement)
    if plain.verdict is not Verdict.INCONCLUSIVE:
        return plain
    shorter = tidied(formula.expr)
    if shorter != formula.expr:
        same = symbolic.prove_identity(formula.expr, shorter, _OPEN)
        if same.verdict is Verdict.HOLDS:
            found = symbolic.prove_nonnegative(shorter, _OPEN, strict=strict, statement=statement, premises=[same])
            if found.verdict is not Verdict.INCONCLUSIVE:
                return found
    zero = Formula("0", [U], lambda u: sympy.Integer(0))
    return interval.prove_at_least(
        formula, zero, domain=_OPEN, strict=strict, statement=statement, budget_seconds=_SECONDS, max_boxes=4000
    )


def rational(value: Any, name: str) -> Fraction:
    """An exact number from an int, a Fraction, a float or a decimal string; InputError otherwise."""
    try:
        if isinstance(value, bool) or (isinstance(value, str) and len(value) > 60):
            raise ValueError
        return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        raise InputError(f"{name} must be a finite number, got {value!r}") from None
