"""Simulations of the comp-sum paper."""
