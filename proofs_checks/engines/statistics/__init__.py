"""Statements judged from samples, with declared false-alarm probability and power."""

from proofs_checks.engines.statistics import error_budget
from proofs_checks.engines.statistics.checks import (
    coverage,
    prove_mean_at_least,
    prove_mean_at_most,
    prove_mean_equals,
)
from proofs_checks.engines.statistics.exponent_design import ExponentDesign
from proofs_checks.engines.statistics.exponents import Correction
from proofs_checks.engines.statistics.granted import ENGINE
from proofs_checks.engines.statistics.intervals import (
    Interval,
    bootstrap,
    clopper_pearson,
    empirical_bernstein,
    hoeffding,
    student,
)
from proofs_checks.engines.statistics.power import BinomialDesign, Design, MeanDesign, Power, plan_samples
from proofs_checks.engines.statistics.rates import fit_exponent, fitted

__all__ = [
    "ENGINE",
    "BinomialDesign",
    "Correction",
    "Design",
    "ExponentDesign",
    "Interval",
    "MeanDesign",
    "Power",
    "bootstrap",
    "clopper_pearson",
    "coverage",
    "empirical_bernstein",
    "error_budget",
    "fit_exponent",
    "fitted",
    "hoeffding",
    "plan_samples",
    "prove_mean_at_least",
    "prove_mean_at_most",
    "prove_mean_equals",
    "student",
]
