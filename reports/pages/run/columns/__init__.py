"""What a column's card says beside its numbers."""
