"""Peaks in the spectra of short series of numbers."""
