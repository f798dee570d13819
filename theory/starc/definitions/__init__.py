"""Environments, returns, regrets, canonicalisations and metrics from their definitions; no closed form of a claim."""
