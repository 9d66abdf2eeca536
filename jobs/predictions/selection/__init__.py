"""Which objects belong to the log of one window."""
