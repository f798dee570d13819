"""Exact derivations: the symbolic engine's public functions, each of which returns a Finding."""

from __future__ import annotations

from proofs_checks.engines.symbolic.identities import ENGINE, prove_identity
from proofs_checks.engines.symbolic.linear_combinations import prove_linear_combination
from proofs_checks.engines.symbolic.signs import prove_nonnegative, prove_sign

__all__ = ["ENGINE", "prove_identity", "prove_linear_combination", "prove_nonnegative", "prove_sign"]
