"""From a surrogate loss to its certified H-consistency transformation."""

from proofs_checks.calibration.transformation import Transformation, transformation

__all__ = ["Transformation", "transformation"]
