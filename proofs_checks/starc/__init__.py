"""Checks of the STARC claims."""
