"""Formulas: one exact expression with a declared domain, evaluated everywhere. Importing it is light."""

from plumbline.formula.formula import Formula
from plumbline.formula.primitives import (
    Abs,
    Max,
    Min,
    atanh,
    box_cox,
    cosh,
    exp,
    expm1_over,
    log,
    log1p_over,
    piecewise,
    power,
    rational,
    sinh,
    sqrt,
    tanh,
    xlogx,
)
from plumbline.formula.standalone import emit_standalone

__all__ = [
    "Abs",
    "Formula",
    "Max",
    "Min",
    "atanh",
    "box_cox",
    "cosh",
    "emit_standalone",
    "exp",
    "expm1_over",
    "log",
    "log1p_over",
    "piecewise",
    "power",
    "rational",
    "sinh",
    "sqrt",
    "tanh",
    "xlogx",
]
