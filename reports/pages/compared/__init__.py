"""What a comparison of two sets shows: a page of its own, and a display for notebooks."""
