"""Writing a run into the bucket, in an order that never shows half of it."""
