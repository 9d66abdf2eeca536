"""What is written to stderr: plain lines for people, JSON with Cloud Logging's fields elsewhere."""
