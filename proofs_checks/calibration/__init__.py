"""From a surrogate loss to its certified H-consistency transformation, and checks of claims about one."""

from proofs_checks.calibration.checks import transformation_check
from proofs_checks.calibration.transformation import Transformation, transformation

__all__ = ["Transformation", "transformation", "transformation_check"]
