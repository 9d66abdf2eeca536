"""Packed copies of the many small objects of a log or of labels: a cache and nothing else."""
