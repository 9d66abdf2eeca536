"""Sets of images as numbers: decoding, features, the cache and the reference profile."""
