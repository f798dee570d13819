"""What a sample is worth, however large."""

from plumbline.evidence import Engine, Strength

ENGINE = Engine("statistics", Strength.STATISTICAL)
