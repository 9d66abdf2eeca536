"""What the log says on both sides, as columns: predictions, and further numbers."""
