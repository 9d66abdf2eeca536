"""Which column of a log is what, told from names and values."""
