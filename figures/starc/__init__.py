"""Figures of the STARC paper."""
