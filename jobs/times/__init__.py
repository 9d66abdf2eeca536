"""Moments, windows and schedules: no IO and no clock."""
