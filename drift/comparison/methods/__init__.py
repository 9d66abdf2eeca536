"""What each kind of column is tested for: one file per method, from values to scores."""
