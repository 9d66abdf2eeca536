"""What a run found and how people and programs read it."""
