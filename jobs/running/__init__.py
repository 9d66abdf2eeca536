"""One run of a job at a time, and its schedule."""
