"""What is kept of a detector: of each day, and of its labels."""
