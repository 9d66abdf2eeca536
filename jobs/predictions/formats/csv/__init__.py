"""CSV logs."""
