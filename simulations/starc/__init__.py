"""Simulations of the STARC paper."""
