"""Words for what a model sees, and for all columns that have words of their own."""
