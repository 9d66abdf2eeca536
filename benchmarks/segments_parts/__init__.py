"""Cameras beside their own part of the reference, and beside their own normal days."""
