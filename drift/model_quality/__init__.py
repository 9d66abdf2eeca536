"""Whether the model is still right: labels joined with predictions, scored, and compared."""
