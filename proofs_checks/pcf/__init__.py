"""Checks of the claims on polynomial continued fractions."""
