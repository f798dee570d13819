"""Checks of the claims on optimistic mirror descent."""
