"""The sums that the features are computed from, and the image that computes each once."""
