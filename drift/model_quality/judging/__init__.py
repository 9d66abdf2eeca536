"""Whether the newest labels say that the model has become worse."""
