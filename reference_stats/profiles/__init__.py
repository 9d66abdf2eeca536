"""The reference profile: what it is, how it is built, and where it is kept."""
