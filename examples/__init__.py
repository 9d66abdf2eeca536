"""Job files, and servers that log what the job reads."""
