"""The parts of the top of a run's page: its pictures, and the figures behind it."""
