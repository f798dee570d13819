"""Rigorous inequalities between closed forms on boxes, in ball arithmetic, with contact at faces."""

from proofs_checks.engines.interval.assembly import assemble
from proofs_checks.engines.interval.cover import flaws
from proofs_checks.engines.interval.granted import ENGINE
from proofs_checks.engines.interval.prove import prove_at_least
from proofs_checks.engines.interval.regions import Contact, Substitution

__all__ = ["ENGINE", "Contact", "Substitution", "assemble", "flaws", "prove_at_least"]
