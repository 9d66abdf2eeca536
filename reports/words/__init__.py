"""Findings as people say them: numbers, lengths, movements, places."""
