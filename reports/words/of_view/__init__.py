"""Words for what a model sees."""
