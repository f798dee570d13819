"""Verifies stored certificates again; nothing is shared with the engines that made them: standard library, mpmath.iv.

A certificate is judged against a *problem* that was derived from the claim. What it says of the problem is compared
with that one, never used.
"""
