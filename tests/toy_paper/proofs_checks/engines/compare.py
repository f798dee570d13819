"""Compares rational numbers exactly."""

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.evidence import Engine, Finding, Strength, Verdict
from plumbline.witness import make

ENGINE = Engine("compare", Strength.SYMBOLIC)
EVERYTHING = Domain(Every("number", "every number"))


def at_most_one(number: Fraction) -> Finding:
    if number < 0:
        raise ArithmeticError("negative numbers\nare not understood")
    if number <= 1:
        return ENGINE.finding(Verdict.HOLDS, EVERYTHING, "c <= 1")
    witness = make("toy", "at_most_one", {"c": str(number)})
    return ENGINE.finding(Verdict.VIOLATED, EVERYTHING, "c <= 1", witness=witness)
