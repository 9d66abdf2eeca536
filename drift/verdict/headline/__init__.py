"""What a headline names, and in which order."""
