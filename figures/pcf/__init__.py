"""Figures on polynomial continued fractions."""
