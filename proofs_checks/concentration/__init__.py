"""Exponential tail bounds for sums of bounded variables: whether it holds."""
