"""Where the image of a row is."""
