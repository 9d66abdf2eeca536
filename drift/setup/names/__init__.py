"""What the names of objects tell: times, and cameras or sites."""
