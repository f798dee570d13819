"""How many formulas with deg a <= 1 have a closed form, by kind: counted by their regimes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from plumbline import witness
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import rational
from theory.pcf import closed_claims
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.reduction_periods import non_terminating, polynomials
from theory.pcf.reduction_witnesses import fraction_of
from theory.pcf.regimes import Regime, classify_tail

_BY_DEGREES = {(0, 0): "periodic", (1, 0): "bessel", (1, 1): "confluent", (0, 1): "cylinder"}


def _kind(formula: ContinuedFraction) -> str | None:
    """The kind of closed form of a non-terminating formula by its regime; None where it diverges."""
    regime = classify_tail(formula).regime
    if not regime.converges:
        return None
    if formula.degrees in _BY_DEGREES:
        return _BY_DEGREES[formula.degrees]
    if regime is Regime.PARABOLIC_PLUS:
        return "tricomi"
    return "root" if regime in (Regime.POWER, Regime.LOGARITHMIC) else "gauss"


def _regime_classes(b: Any) -> tuple[Any, Any]:
    """Distinct (c, b1, b0) up to what the regime depends on: all of b where Delta may be 0, else b without b0."""
    special = np.isin(b[:, 0], (-1, -4)) | ((b[:, 0] == 0) & (b[:, 1] == 0))
    key = b.copy()
    key[~special, 2] = 0
    return np.unique(key, axis=0, return_counts=True)


@cache
def numbers() -> dict[str, int]:
    """Numbers of formulas by kind; the sign of a changes no regime."""
    every, found = polynomials(), Counter[str]()
    b, weights = _regime_classes(every[non_terminating(every)])
    a = [row for row in every.tolist() if row[0] == 0 and (row[1] > 0 or (row[1] == 0 and row[2] > 0))]
    for row in a:
        for other, weight in zip(b.tolist(), weights.tolist(), strict=True):
            kind = _kind(ContinuedFraction(row, other))
            if kind is not None:
                found[kind] += 2 * weight
    return {**found, "total": sum(found.values())}


@check("pcf.closed.count", timeout=60)
def count(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Regimes give the kinds; a wrong number is shown by a loop over the formulas."""

    def verify(kind: str) -> rational.Relation:
        return rational.Relation(numbers()[kind], "==", fraction_of(subject[kind].mpmath()))

    def show(kind: str) -> Witness:
        formulas = {"count": emit_standalone(subject[kind])}
        return witness.make("pcf", "closed_formulas", {"kind": kind, "formulas": formulas}, "counted one by one")

    yield rational.certify(
        list(subject),
        verify,
        "numbers of formulas by kind",
        "kinds",
        show=show,
        data=str,
        whole=closed_claims.count.domain,
    )
