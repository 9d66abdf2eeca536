"""A script a peer, run by the peer's own Python: the paths of images in, a line of JSON out."""
