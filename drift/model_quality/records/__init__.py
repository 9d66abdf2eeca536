"""What labels said of single days, kept in the bucket."""
