"""How boxes in an image are written."""
