"""Checks of the comp-sum claims: attacks from the definition, then derivations over every number of classes."""
