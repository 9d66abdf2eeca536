"""Decoding in processes of its own: a decoder that crashes takes one image with it, no run."""
