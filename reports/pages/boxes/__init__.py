"""Boxes drawn over the pictures of a page."""
