"""Which label a prediction has: rows of the log, joined with labels."""
