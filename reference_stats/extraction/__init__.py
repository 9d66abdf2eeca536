"""Images to numbers: fetch, decode and compute, each image once."""
