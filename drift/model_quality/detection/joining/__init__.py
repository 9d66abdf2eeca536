"""Predicted boxes with the true boxes of their images: from rows and labels to sets to score."""
