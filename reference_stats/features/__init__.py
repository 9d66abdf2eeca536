"""The image features: pure functions, one file per family."""
