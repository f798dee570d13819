"""Exact derivations: the symbolic engine's public functions, each of which returns a Finding."""

from __future__ import annotations

from proofs_checks.engines.symbolic.calculus import prove_derivative, prove_integral
from proofs_checks.engines.symbolic.identities import ENGINE, prove_identity
from proofs_checks.engines.symbolic.induction import prove_induction, prove_telescoping
from proofs_checks.engines.symbolic.linear_combinations import prove_linear_combination
from proofs_checks.engines.symbolic.signs import prove_nonnegative, prove_sign
from proofs_checks.engines.symbolic.sum_of_squares import factor_ldl, prove_sos, round_gram

__all__ = [
    "ENGINE",
    "factor_ldl",
    "prove_derivative",
    "prove_identity",
    "prove_induction",
    "prove_integral",
    "prove_linear_combination",
    "prove_nonnegative",
    "prove_sign",
    "prove_sos",
    "prove_telescoping",
    "round_gram",
]
