"""Polynomial continued fractions: dynamics, certification and identification (Shalyt et al., NeurIPS 2024)."""
