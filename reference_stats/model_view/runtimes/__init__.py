"""Models that are open: the only folder that imports what runs them."""
