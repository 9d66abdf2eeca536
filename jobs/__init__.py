"""What to watch, where its data is, and how the work is run: the lowest layer."""
