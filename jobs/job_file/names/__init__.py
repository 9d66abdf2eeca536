"""Patterns and templates over the names of objects, as the job file holds them."""
