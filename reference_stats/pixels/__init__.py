"""Pixels in memory: bands, turning, scaling."""
