"""Processes of this program's own: how a run talks to them, and what they know of the world."""
