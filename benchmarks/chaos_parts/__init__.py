"""Faults that are put upon real runs, one file for each kind, and what has to hold after each."""
