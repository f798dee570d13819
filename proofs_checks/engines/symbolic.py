"""Exact derivations: the symbolic engine's public functions, each of which returns a Finding."""

from __future__ import annotations

from proofs_checks.engines.identities import (
    ENGINE,
    prove_identity,
    prove_linear_combination,
    prove_nonnegative,
    prove_sign,
)

__all__ = ["ENGINE", "prove_identity", "prove_linear_combination", "prove_nonnegative", "prove_sign"]
