"""Constants of the claims and counts that longer computations may still raise."""

from __future__ import annotations

from fractions import Fraction

from plumbline.nouns import Constant, ConstantValue
from theory.pcf import certificate_claims, delta_claims, reduction_claims

IRRATIONAL = Constant(
    "pcf.irrational",
    "Formulas of the census proved irrational (the published number counts positive measured irrationality measures)",
    proved=ConstantValue("934,612", Fraction(934612), certificate_claims.irrational.id),
    published=ConstantValue("913,056, measured", Fraction(913056), certificate_claims.irrational.id),
    larger_is_stronger=True,
)
DISTANCE = Constant(
    "pcf.distance",
    r"Least $c$ with $c\,\varepsilon_n\ge 1/(\tilde q_n\tilde q_{n+1})$ wherever the error does not grow",
    refuted=ConstantValue("1.98", Fraction(99, 50), delta_claims.upper.id),
    proved=ConstantValue("2", Fraction(2), delta_claims.upper.id),
)
WORPITZKY = Constant(
    "pcf.worpitzky",
    r"Least $K$ such that $K|b_{n+1}|\le|a_na_{n+1}|$ encloses the tail",
    refuted=ConstantValue("3.9", Fraction(39, 10), certificate_claims.worpitzky.id),
    proved=ConstantValue("4", Fraction(4), certificate_claims.worpitzky.id),
    published=ConstantValue("4", Fraction(4), certificate_claims.worpitzky.id),
)
PERIODS = Constant(
    "pcf.periods",
    r"Fewest periods after which a nilpotent prime divides $p_n$ and $q_n$ once more",
    refuted=ConstantValue("1.99", Fraction(199, 100), reduction_claims.divides.id),
    proved=ConstantValue("2", Fraction(2), reduction_claims.divides.id),
)
