"""The image features, a file per family."""
