"""From the bytes of image files to their outcomes."""
