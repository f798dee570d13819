"""Exponential tail bounds for sums of bounded variables: what it looks like."""
