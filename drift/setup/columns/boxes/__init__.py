"""Which columns hold a detector's boxes."""
