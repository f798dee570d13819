"""Domains, projections, paths and regrets from their definitions; no closed form of a claim."""
