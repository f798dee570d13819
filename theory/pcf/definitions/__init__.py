"""Continued fractions and their convergents from the definition; no closed form of a claim."""
