"""The window of one run: how it is read, and what is said of it."""
