"""Parts of the measurement of new classes."""
