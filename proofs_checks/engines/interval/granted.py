"""What a proof in ball arithmetic is worth."""

from plumbline.evidence import Engine, Strength

ENGINE = Engine("interval", Strength.CERTIFIED)
