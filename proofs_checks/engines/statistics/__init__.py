"""Statements judged from samples, with declared false-alarm probability and power.

A paper's check declares its design at module level, by name or in a tuple or list, where the error budget finds it::

    RATE = ExponentDesign(name="paper.rate", alpha="1e-5", x=SIZES, seeds=96, noise=0.2,
                          correction=Correction((0.5,)), amplitudes=(1.0,))

    yield fit_exponent(x, y, subject["exponent"], RATE, seed=effort.seed, scope=..., statement=...)

``alpha`` is shared by ``tests`` findings; the sum over all designs stays below 1e-3. A design whose power against its
partner is below 0.999 gives ``inconclusive`` with the number of samples, trials or seeds that it needs.
"""

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
