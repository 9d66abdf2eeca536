"""Whether the model is still right, as people say it."""
