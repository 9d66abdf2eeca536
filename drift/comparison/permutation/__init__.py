"""Permutation tests over many dependent statistics at once: scores in, adjusted p-values out."""
