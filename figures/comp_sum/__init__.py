"""Figures of the comp-sum paper."""
