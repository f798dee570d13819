"""Exponential tail bounds for sums of bounded variables: what happens."""
