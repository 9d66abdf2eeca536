"""Bytes to pixels, or a typed reason why not."""
