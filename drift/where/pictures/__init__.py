"""Which pictures a page shows, out of many."""
