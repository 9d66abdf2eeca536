"""Pieces of `benchmarks.model_view`."""
