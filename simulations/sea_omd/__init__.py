"""Simulations of the paper on optimistic mirror descent in the SEA model."""
