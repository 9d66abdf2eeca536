"""What a night costs, on one machine or several, and whether the engine of several works."""
