"""Two sets of data, as `drift.compare` returns them: a page, and a display for notebooks."""
