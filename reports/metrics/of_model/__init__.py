"""What labels say of the model, as metrics."""
