"""Verifies stored certificates again. Nothing is shared with the engines that made them: standard library, mpmath.iv.

A certificate is judged against a *problem* that was derived from the claim. What it says of the problem is compared
with that one, never used.
"""

from plumbline.verifier.covers import verify_cover
from plumbline.verifier.numbers import Refused, Unverifiable
from plumbline.verifier.programs import verify_linear, verify_relations, verify_semidefinite

VERIFIERS = {
    "positive": verify_cover,
    "linear": verify_linear,
    "semidefinite": verify_semidefinite,
    "relations": verify_relations,
}

__all__ = ["VERIFIERS", "Refused", "Unverifiable"]
