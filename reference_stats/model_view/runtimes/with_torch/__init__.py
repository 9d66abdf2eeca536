"""Models that torch runs, from their bytes to what they say of pictures."""
